"""Promises: made, changed and ended, never silently; and how they are told.

`commitment(id, Commitment)` is what the employee has promised, `expectation(id, Commitment)` what it was promised or
has asked for (see `empla.mind.commitments`). Whoever ends one tells the person whom it concerns in the same plan.

These plans keep their promises as plain beliefs and see to the clock themselves, for what they remind, warn and tell is
part of their work. The kernel knows of each all the same: who carries it, that none is forgotten or left behind
silently, and that one which wants evidence is closed only with it.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from empla.mind import codec
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.steps import Believe, Forget, Now, Step, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile

REMEMBERED = timedelta(days=90)
"""How long a promise that is over is remembered."""

Told = tuple[str, Commitment]
"""A promise with its id."""


def promise_id(*parts: object) -> str:
    """Return the id of a promise, the same for the same parts: the key of the mail it comes of, whom, what."""
    return codec.digest([str(part) for part in parts])[:24]


def noted(functor: str, promise: str, made: Commitment) -> Generator[Step, Any, None]:
    """Hold a promise as it is now, in place of how it was held before."""
    yield Forget(functor=functor, pattern=(promise,))
    until = None
    if made.standing is not Standing.OPEN:
        until = (yield Now()) + REMEMBERED
    yield Believe(functor=functor, arguments=(promise, made), until=until)


def known(functor: str, promise: str) -> Generator[Step, Any, Commitment | None]:
    """Return a promise as it stands."""
    found = yield query(functor, promise)
    return found[-1][1] if found else None


def ended(
    functor: str, promise: str, standing: Standing, sentence: str, evidence: str = ""
) -> Generator[Step, Any, None]:
    """Note how a promise ended, with what shows it; one that is over stays as it is, unless it is kept after all."""
    made = yield from known(functor, promise)
    if made is None or (made.standing is not Standing.OPEN and standing is not Standing.KEPT):
        return
    yield from noted(functor, promise, replace(made, standing=standing, ended=sentence, evidence=evidence))


def all_of(functor: str, *, only_open: bool = True) -> Generator[Step, Any, tuple[Told, ...]]:
    """Return the promises of one kind, those that are due first before the others."""
    found = yield query(functor)
    kept = [(promise, made) for promise, made in found if not only_open or made.standing is Standing.OPEN]
    return tuple(sorted(kept, key=lambda told: (told[1].due or told[1].made_at, told[0])))


def listed(me: Profile, names: dict[str, str]) -> Generator[Step, Any, str]:
    """Return what is promised, by whom and to whom, as text; `names` are people's names by address."""
    mine = yield from all_of(COMMITMENT)
    theirs = yield from all_of(EXPECTATION)
    parts = []
    if mine:
        parts.append("I have promised you:\n\n" + "\n".join(f"  - {line(made, me)}" for _, made in mine))
    if theirs:
        lines = (f"  - {names.get(m.debtor.value, m.debtor.value)}: {line(m, me)}" for _, m in theirs)
        parts.append("I am waiting for:\n\n" + "\n".join(lines))
    return words.paragraphs(*parts) or "No promise is open: neither one of mine, nor one that was made to me."


def line(made: Commitment, me: Profile) -> str:
    """Return one promise in a line: what, by when, and what became of it."""
    due = f", due {words.moment(made.due, me.zone)}" if made.due is not None else ""
    came = (
        "" if made.standing is Standing.OPEN else f" ({made.standing.value}{f': {made.ended}' if made.ended else ''})"
    )
    return f"{made.content}{due}{came}"


def later(made: Commitment, due: datetime) -> Commitment:
    """Return a promise with another date."""
    return replace(made, due=due)
