"""What somebody says to remember, as facts: "Acme's renewal is on 3 March, and that Bob is our contact" are two.

Pure. What is read as no fact stays what was said: it is remembered in those words, and is part of no other fact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from empla.memory.asking.corrections import kept, stated
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.consolidation.clauses import clauses
from empla.memory.consolidation.patterns import claims, day_in, sentences_of
from empla.memory.model import EpisodeKind

_DATES: Final = frozenset({"renewal_date", "deadline"})
_NOBODY: Final = frozenset(
    "he she it they we his her its their our your this that there these those who what him them".split()  # noqa: SIM905
)
"""Words by which something is meant that another sentence names."""
_OWN: Final = frozenset({"i", "my", "me", "mine"})
_LONGEST: Final = 120
"""Characters that the object of a fact has that is told in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One fact that somebody tells; `kind` is that of the subject where the words say it."""

    subject: str
    predicate: str
    value: str
    kind: str = ""


def told(text: str, *, by: str, at: datetime, zone: str) -> tuple[Told, ...]:
    """Return what a text tells, in order; `by` is the address of who says it, at a time and in a zone."""
    found: dict[Told, None] = {}
    for sentence in sentences_of(text):
        for clause in clauses(sentence):
            turn = Turn(
                id="", kind=EpisodeKind.TOLD, at=at, author=by, people=(by,), subject="", text=clause, zone=zone
            )
            for one in _facts(turn):
                found[one] = None
    return tuple(found)


def _facts(turn: Turn) -> Iterator[Told]:
    read = [_told(claim) for claim in claims(turn) if not claim.ends]
    if read:
        yield from read
        return
    one = stated(turn.text)
    if one is None or not one.about or len(one.value) > _LONGEST or one.about.split()[0].lower() in _NOBODY:
        return
    value = day_in(one.value, turn) if one.predicate in _DATES else kept(one.value)
    if value:
        subject = turn.author if one.about.lower() in _OWN else one.about
        yield Told(subject=subject, predicate=one.predicate, value=value)


def _told(claim: Claim) -> Told:
    thing = claim.object.address or claim.object.words if isinstance(claim.object, Named) else claim.object
    subject, kind = claim.subject.address or claim.subject.words, claim.subject.kind
    return Told(subject=subject, predicate=claim.predicate, value=thing, kind=kind)
