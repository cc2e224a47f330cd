"""The steps by which plans make and end promises, plain beliefs that are promises, and the clock of a promise."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from empla.mind.commitments import (
    CLOSED,
    COMMITMENT,
    DUE_SOON,
    EXPECTATION,
    LATE,
    PROMISES,
    BeliefHeld,
    Close,
    Commitment,
    Expect,
    Promise,
    Release,
    Standing,
)
from empla.mind.ending import drop
from empla.mind.evidence import held
from empla.mind.intentions import Intention
from empla.mind.logic import holds
from empla.mind.percepts import Outcome
from empla.mind.persona import Persona, lead, persona_of
from empla.mind.resolving import DONE, failed
from empla.mind.state import Due
from empla.mind.thinking import Thinking
from empla.mind.undertaking import RELEASED, finish, hold, key_of, promise_held, tell, witness

CLOCK = "c:"
"""What the timer of a promise begins with; functor and id follow. A step's id begins with that of its intention."""
SHORTEST_LEAD, LONGEST_LEAD = timedelta(hours=1), timedelta(days=1)
"""A neutral persona gives notice a tenth of the time there is before the deadline, not less than an hour and not more
than a day, but never in the first half of that time."""
_NOTHING_SHOWS = "nothing shows that it cannot be kept"


# making --------------------------------------------------------------------------------------------------------------


def promise(t: Thinking, intention: Intention, step: Promise | Expect) -> Outcome:
    """Make a promise, or change one that stands."""
    functor = COMMITMENT if isinstance(step, Promise) else EXPECTATION
    found = promise_held(t, functor, step.id)
    known: Commitment | None = found.arguments[1] if found is not None else None
    why = _refused(t, functor, step, known)
    if why:
        return failed("promise", why)
    made = replace(step.made, standing=Standing.OPEN, ended="", evidence="", carrier=intention.id)
    if known is not None and t.draft.intention(known.carrier) is not None:
        made = replace(made, carrier=known.carrier)
    made = _with_clock(t, functor, step.id, made, known)
    hold(t, functor, step.id, made, intention)
    return DONE


def _refused(t: Thinking, functor: str, step: Promise | Expect, known: Commitment | None) -> str:
    """Return why a promise cannot be made so, empty if it can."""
    made = step.made
    if not step.id:
        return "a promise needs an id"
    if known is not None and known.standing in (Standing.KEPT, Standing.RELEASED):
        return f"{step.id!r} is {known.standing.value} already; another promise has another id"
    if made.due is not None and made.due <= t.draft.at:
        return "its deadline is past"
    mine = {b.arguments[1].value for b in t.draft.beliefs.matching("profile", "address")}
    if mine and (made.debtor.value in mine) is (functor == EXPECTATION):
        return f"{made.debtor} cannot be the debtor of {'an expectation' if functor == EXPECTATION else 'a commitment'}"
    return ""


def believe(t: Thinking, intention: Intention, functor: str, arguments: tuple[Any, ...]) -> Outcome | None:
    """Hold what a plan believes of a promise, in place of how it was; None if it is no promise.

    So plans may still keep their promises as plain beliefs, and see to the clock themselves. One that wants evidence is
    not closed without it.
    """
    if functor not in PROMISES or len(arguments) != 2 or not isinstance(arguments[1], Commitment):
        return None
    promise_id, made = arguments
    before = promise_held(t, functor, promise_id)
    known: Commitment | None = before.arguments[1] if before is not None else None
    closes = known is not None and known.open and not made.open
    if known is not None and closes and known.wants is not None and (why := _unshown(t, intention, known, made)):
        return failed("evidence", why)
    goes_on = known is not None and t.draft.intention(known.carrier) is not None
    made = replace(made, carrier=known.carrier if known is not None and goes_on else intention.id)
    if known is not None and known.clock and made.open:
        made = _with_clock(t, functor, promise_id, made, known)
    hold(t, functor, promise_id, made, intention)
    if closes:
        tell(t, functor, promise_id, made, CLOSED, made.ended)
    return DONE


def _unshown(t: Thinking, intention: Intention, known: Commitment, made: Commitment) -> str:
    """Return why a promise that wants evidence cannot be closed so, empty if it can."""
    seen = witness(t, intention)
    if made.standing is Standing.KEPT:
        return seen.why_not(known.wants, made.evidence, t.draft.at)
    if made.standing is Standing.BROKEN and not seen.cannot(known, made.evidence, t.draft.at):
        return _NOTHING_SHOWS
    return ""


# ending --------------------------------------------------------------------------------------------------------------


def close(t: Thinking, intention: Intention, step: Close) -> Outcome:
    """End a promise with what shows it; one that was broken may still be kept."""
    found = promise_held(t, step.of, step.id)
    known: Commitment | None = found.arguments[1] if found is not None else None
    after_all = known is not None and known.standing is Standing.BROKEN and step.standing is Standing.KEPT
    if known is None or not (known.open or after_all):
        return failed("promise", f"there is no open {step.of} {step.id!r}")
    seen = witness(t, intention)
    match step.standing:
        case Standing.KEPT:
            why = seen.why_not(known.wants, step.evidence, t.draft.at)
        case Standing.BROKEN:
            why = "" if seen.cannot(known, step.evidence, t.draft.at) else _NOTHING_SHOWS
        case _:
            return failed("promise", "a promise is closed as kept or as broken; it is let go by `Release`")
    if why:
        return failed("evidence", why)
    finish(t, step.of, step.id, step.standing, step.sentence, step.evidence)
    return DONE


def release(t: Thinking, intention: Intention, step: Release) -> Outcome:
    """Let a promise go on the word of somebody who may say so."""
    found = promise_held(t, step.of, step.id)
    known: Commitment | None = found.arguments[1] if found is not None else None
    if known is None or not known.open:
        return failed("promise", f"there is no open {step.of} {step.id!r}")
    its_own = step.of == EXPECTATION
    if not (its_own or intention.authority.principal or witness(t, intention).spoke(known.creditor.value)):
        return failed("release", f"nobody who may do so has released it: {known.creditor} has not said so")
    let_go(t, step.of, step.id, known, step.sentence, by=intention)
    return DONE


def let_go(
    t: Thinking, functor: str, promise_id: str, made: Commitment, sentence: str, by: Intention | None = None
) -> None:
    """Release a promise, and end what carries it and nothing else that is open, but for the one that says so itself."""
    carrier = t.draft.intention(made.carrier)
    finish(t, functor, promise_id, Standing.RELEASED, sentence)
    if carrier is None or carrier.parent or carrier.carries != (key_of(functor, promise_id),):
        return
    if by is None or by.id != carrier.id:
        drop(t, t.draft.intention(carrier.id) or carrier, RELEASED, sentence)


# the clock -----------------------------------------------------------------------------------------------------------


def _with_clock(t: Thinking, functor: str, promise_id: str, made: Commitment, known: Commitment | None) -> Commitment:
    """Return a promise that wakes itself before its deadline, and at it; one whose deadline is as it was goes on so."""
    if known is not None and known.open and known.clock and known.due == made.due:
        return replace(made, clock=True, wakes_at=known.wakes_at, noticed_at=known.noticed_at, late_at=known.late_at)
    wakes_at = notice_at(made, persona_of(t.draft.beliefs), t.draft.at)
    name = f"{CLOCK}{key_of(functor, promise_id)}"
    for at in (wakes_at, made.due):
        if at is not None and at > t.draft.at:
            t.draft.note(Due(step=name, at=at))
    return replace(made, clock=True, wakes_at=wakes_at, noticed_at=None, late_at=None)


def notice_at(made: Commitment, persona: Persona, now: datetime) -> datetime | None:
    """Return when notice is given that a promise is not kept yet; None if its plan sees to that, or it is too late.

    With a `lead` of its own it is that long before its deadline; else as early as the persona acts unasked.
    """
    if made.due is None or made.lead == timedelta():
        return None
    if made.lead is not None:
        at = made.due - made.lead
    else:
        span = made.due - now
        usual = lead(persona, min(max(SHORTEST_LEAD, span / 10), LONGEST_LEAD))
        at = max(made.due - usual, now + span / 2)
    return at if at > now else None


def due(t: Thinking, name: str) -> None:
    """Do what is due when a promise's timer is over: let it go, close it, give notice, or say that it is late.

    A timer of a deadline that was moved since, or of a promise that is over, does nothing.
    """
    functor, _, promise_id = name.removeprefix(CLOCK).partition(":")
    found = promise_held(t, functor, promise_id)
    made: Commitment | None = found.arguments[1] if found is not None else None
    if made is None or not made.open or made.due is None or not made.clock or _is_over(t, functor, promise_id, made):
        return
    at = t.draft.at
    if at >= made.due and made.late_at is None:
        _mark(t, functor, promise_id, replace(made, wakes_at=None, late_at=at), LATE, "it is late")
    elif made.wakes_at is not None and made.wakes_at <= at < made.due:
        _mark(t, functor, promise_id, replace(made, wakes_at=None, noticed_at=at), DUE_SOON, "it is due soon")


def _mark(t: Thinking, functor: str, promise_id: str, made: Commitment, happened: str, reason: str) -> None:
    hold(t, functor, promise_id, made, None)
    tell(t, functor, promise_id, made, happened, reason)


def reconsider(t: Thinking, intention: Intention) -> None:
    """Let go what an intention carries and what is believed by now releases, and close what is believed to be done."""
    for key in intention.carries:
        functor, _, promise_id = key.partition(":")
        found = promise_held(t, functor, promise_id)
        if found is not None and found.arguments[1].open:
            _is_over(t, functor, promise_id, found.arguments[1])


def _is_over(t: Thinking, functor: str, promise_id: str, made: Commitment) -> bool:
    """End a promise if what is believed says so; return whether it did."""
    if isinstance(made.wants, BeliefHeld) and held(made.wants, t.draft.beliefs, t.draft.at):
        finish(t, functor, promise_id, Standing.KEPT, "it was done", made.wants.functor)
        return True
    if made.drop is not None and holds(t.draft.beliefs, t.library.rules, made.drop, at=t.draft.at):
        let_go(t, functor, promise_id, made, "what it was made for holds no longer")
        return True
    return False
