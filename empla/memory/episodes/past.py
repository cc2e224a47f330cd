"""What an episode is made with besides the changes of its cycle: who is who, and what the tables know of before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from empla.capabilities.calendar.spans import zone_of
from empla.mind.intentions import Intention, StepRecord
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Do, Step, Unless
from empla.mind.values import Source

LONGEST_TEXT = 16_000
"""Characters of an episode's text; the whole of a mail stays as a blob."""
LONGEST_LINE = 500
"""Characters of a subject, an outcome, a rationale."""
MOST_PEOPLE = 60


class Act(NamedTuple):
    """What the outbox knows of an action: its effect ("tell", "act", ...) and the target of its payload."""

    effect: str
    target: Mapping[str, Any]


class Past(Protocol):
    """What is known at the end of a cycle. Addresses in lower case."""

    @property
    def own(self) -> str:
        """The employee's own address."""
        ...

    @property
    def manager(self) -> str:
        """The address of whom it works for."""
        ...

    @property
    def zone(self) -> str:
        """The zone in which it speaks of times."""
        ...

    def effect(self, operation: str) -> str:
        """Return the effect of an operation ("" if nobody knows it): reading makes no episode, acting does."""
        ...

    def act(self, action: str) -> Act | None:
        """Return what the outbox knows of an action."""
        ...

    def step(self, step: str) -> StepRecord | None:
        """Return a step of an intention, also of one that is over."""
        ...

    def intention(self, intention: str) -> Intention | None:
        """Return an intention, also one that is over."""
        ...

    def goal(self, goal: str) -> str:
        """Return what a goal is called, "" if it is not known."""
        ...

    def is_quiet(self, plan: str, version: int) -> bool:
        """Return whether nobody is told of what this plan does by itself: keeping house, not deciding."""
        ...


def operation_of(step: Step) -> Do | None:
    """Return the operation that a step asks for, None if it asks for none."""
    if isinstance(step, Do):
        return step
    return step.by if isinstance(step, Ask | Unless) else None


def people(*found: Iterable[object] | object) -> tuple[str, ...]:
    """Return addresses in lower case, each once; what is None or empty is left out."""
    flat: list[object] = []
    for one in found:
        flat += one if isinstance(one, tuple | list) else (one,)
    known = dict.fromkeys(str(one).lower() for one in flat if one)
    return tuple(known)[:MOST_PEOPLE]


def of_mail(mail: Mail) -> tuple[str, ...]:
    """Return who took part in a mail: its author first."""
    return people(mail.sender, mail.to, mail.cc)


def mail_behind(intention: Intention | None) -> Mail | None:
    """Return the mail that an intention is about, None if there is none."""
    if intention is None:
        return None
    return next((value for value in intention.bindings.values() if isinstance(value, Mail)), None)


def label(intention: Intention | None) -> Source:
    """Return the source of words that an intention writes: the least trusted of what it has read (contract 5)."""
    reads = intention.reads if intention is not None else ()
    return max((Source(read) for read in reads), key=_TRUST.index, default=Source.OWN)


_TRUST = tuple(Source)
"""The most trusted first."""


def plain(text: str, most: int = LONGEST_TEXT) -> str:
    """Return a text as a row can hold it: without the character NUL and what is no character, and bounded."""
    text = text.replace("\0", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - 1] + "…"


def line(text: str) -> str:
    """Return a text as one line, bounded."""
    return plain(" ".join(text.split()), LONGEST_LINE)


def when(start: str, end: str, zone: str) -> str:
    """Return from when to when something is, as a person reads it; "" where that is not told."""
    if not start:
        return ""
    if len(start) == len("2026-09-08"):
        return _day(datetime.fromisoformat(start))
    tz = zone_of(zone)
    first, last = (datetime.fromisoformat(one).astimezone(tz) for one in (start, end or start))
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{_day(last)}, {last:%H:%M}"
    return f"{_day(first)}, {first:%H:%M} to {until} ({zone})"


def moment(at: datetime, zone: str) -> str:
    """Return an instant as a person reads it in that zone."""
    local = at.astimezone(zone_of(zone))
    return f"{_day(local)}, {local:%H:%M} ({zone})"


def _day(day: datetime) -> str:
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
