"""What is done with instants that have passed: a plain function of the policy, the instants, and what time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from empla.engine.schedule_times import MOST_LATE, Moment, Passed
from empla.mind.triggers import Missed, Policy

PUNCTUAL = timedelta(seconds=60)
"""What is no later than this is on time, under every policy: a restart takes seconds, and so does a moved clock."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Instants that do not fire, the first and the last of them, how many, and why; `state` is that of their row."""

    state: str
    first: Moment
    last: Moment
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of all instants that have passed: the first of them are left out, the rest fire, in their order."""

    left_out: LeftOut | None
    fires: tuple[Moment, ...]


def decide(policy: Policy, passed: Passed, now: datetime) -> Decision:
    """Return what becomes of the instants that have passed at `now`."""
    fires = _made_up_for(policy, passed, now)
    count = passed.count - len(fires)
    if count == 0:
        return Decision(None, fires)
    last = passed.latest[-len(fires) - 1] if fires else passed.latest[-1]
    together = policy.missed is Missed.COALESCE and bool(fires)
    why = _why(policy, fires, count, last, now)
    if not passed.exact:
        why = f"{why}; there were at least {passed.count:,} of them".replace(",", " ")
    return Decision(LeftOut("coalesced" if together else "skipped", passed.first, last, count, why), fires)


def _made_up_for(policy: Policy, passed: Passed, now: datetime) -> tuple[Moment, ...]:
    candidates = passed.latest[-MOST_LATE:] if policy.missed is Missed.LATE else passed.latest[-1:]
    return tuple(m for m in candidates if now - m.at <= _latest(policy))


def _latest(policy: Policy) -> timedelta:
    """Return how late something may be that is still done."""
    if policy.missed is Missed.SKIP:
        return PUNCTUAL
    return timedelta.max if policy.within is None else max(policy.within, PUNCTUAL)


def _why(policy: Policy, fires: tuple[Moment, ...], count: int, last: Moment, now: datetime) -> str:
    if policy.missed is Missed.SKIP:
        return "what could not be done at its time is left out"
    if policy.missed is Missed.COALESCE and fires:
        return "it was made up for together with the next" if count == 1 else "they were made up for together, once"
    if now - last.at > _latest(policy):
        return f"it could not be done within {length(_latest(policy))} of its time"
    return f"no more than the latest {MOST_LATE} are made up for one by one"


def length(span: timedelta) -> str:
    """Return a span of time in words: "2 days", "12 hours", "90 seconds"."""
    seconds = int(span.total_seconds())
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            number = seconds // size
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError("every whole number of seconds is a multiple of one")
