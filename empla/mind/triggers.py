"""Triggers: what makes something due, as declared by a role. Data only; when each is due is computed by the engine.

    Cron      by the wall clock of a zone: "0 9 * * mon"
    Regular   on the calendar: every second week from a first day on, at an hour
    Every     at equal distances of elapsed time
    Dates     at instants that are named one by one
    Around    before or after what stands in a calendar

`Declared` is what these have in common with triggers that the mind sees by itself (a threshold, a silence). Each firing
of a trigger is an *occurrence*, unique by trigger, instant and zone; a plan listens with `occurred("NAME")`
(`empla.mind.plans`). The event has the fields `trigger`, `due` (the instant), `zone`, `late_s` (seconds), `missed`
(the latest instants for which it did not fire since it last did, at most `MOST_NAMED`) and `more` (how many others).

Local time, where clocks are put forward or back: a local hour that does not exist is replaced by the first instant
after the gap, once; of an hour that comes twice the first counts. Only a cron expression whose hour is `*` follows
elapsed time, so it is due in both.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from empla.errors import ValidationError
from empla.mind.codec import registered

MISSED = "missed"
"""Functor of what was due and did not happen: (trigger, due, why)."""
PAUSED = "trigger-paused"
"""Functor of the triggers that a person has paused: (trigger,)."""
COMING = "coming"
"""Functor of what is known to stand in a calendar: (owner, uid, start, end, title); owner is `OWN` or `MANAGER`."""
BESIDE = "coming-beside"
"""Functor of which of that leaves room for something else, as a birthday does: (owner, ((uid, start), ...))."""
OWN, MANAGER = "own", "manager"
MOST_NAMED = 20
SHORTEST = timedelta(seconds=1)
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>[1-9]\d*))?")


class Missed(StrEnum):
    """What is done with instants that passed while nobody could see to them."""

    SKIP = "skip"  # nothing: they are over
    LATE = "late"  # each of them is made up for, if it is no longer ago than `within`
    COALESCE = "coalesce"  # all of them are made up for together, once


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is done with what was missed; what is later than `within` is skipped, whatever the policy."""

    missed: Missed = Missed.COALESCE
    within: timedelta | None = None

    def __post_init__(self) -> None:
        if self.missed is Missed.LATE and self.within is None:
            raise ValidationError("what runs late needs a time within which it does")
        if self.within is not None and self.within <= timedelta(0):
            raise ValidationError("what runs late must have more than no time for it")


SKIP = Policy(missed=Missed.SKIP)
COALESCE = Policy()


def late(within: timedelta) -> Policy:
    """Return the policy by which each missed instant is made up for within a time."""
    return Policy(missed=Missed.LATE, within=within)


def once(within: timedelta) -> Policy:
    """Return the policy by which all missed instants are made up for once, if the last is no longer ago than this."""
    return Policy(within=within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What every trigger has: a name of its own, and what it is for, in words for people."""

    name: str
    says: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", self.name):
            raise ValidationError(f"{self.name!r} is no name of a trigger: use lower-case letters, digits and dashes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Declared, ABC):
    """A trigger that the clock makes due, in a zone (IANA name; "" is the employee's own), with a policy.

    What was missed of a `quiet` one nobody needs to hear.
    """

    zone: str = ""
    policy: Policy = COALESCE
    quiet: bool = False

    def __post_init__(self) -> None:
        Declared.__post_init__(self)
        if self.zone:
            _check_zone(self.name, self.zone)

    @property
    @abstractmethod
    def rule(self) -> str:
        """Return when it is due, in one line; if that changes, it is another trigger of the same name."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Cron(Timed):
    """Due by the wall clock: `when` is minute, hour, day of month, month, day of week (crontab(5)).

    Days of the week are names or 0 to 7 (0 and 7 are Sunday). Not both days may be restricted: cron would mean either,
    most readers both.
    """

    when: str

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        try:
            _minutes, _hours, days, months, weekdays = self.fields
        except ValueError as error:
            said = f"{self.when!r} of the trigger {self.name!r}"
            raise ValidationError(f"{said} is no cron expression of five fields: {error}") from error
        if len(days) < 31 and len(weekdays) < 7:
            raise ValidationError(f"{self.when!r} of the trigger {self.name!r} restricts both kinds of day")
        if days[0] > max(_LONGEST[month] for month in months):
            raise ValidationError(f"{self.when!r} of the trigger {self.name!r} names a day that never comes")

    @property
    def fields(self) -> tuple[tuple[int, ...], ...]:
        """Return the values of the five fields, each in order; of the days of the week, Monday is 0."""
        fields = self.when.lower().split()
        if len(fields) != len(_FIELDS):
            raise ValueError(f"it has {len(fields)}")
        minutes, hours, days, months, weekdays = (
            _values(text, low, high, names) for text, (low, high, names) in zip(fields, _FIELDS, strict=True)
        )
        return minutes, hours, days, months, tuple(sorted({(day - 1) % 7 for day in weekdays}))

    @property
    def follows_elapsed_time(self) -> bool:
        """Whether it names no hour, so that an hour that comes twice counts twice."""
        return len(self.fields[1]) == 24

    @property
    def rule(self) -> str:
        """Return when it is due, in one line."""
        return f"cron {' '.join(self.when.lower().split())}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Regular(Timed):
    """Due on days of the calendar: on `first`, and every so many months, weeks or days from then on, `at` "HH:MM".

    A day that a month does not have is left out, as the 31st of June.
    """

    first: date
    at: str
    months: int = 0
    weeks: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        if min(self.months, self.weeks, self.days) < 0 or not (self.months or self.weeks or self.days):
            raise ValidationError(f"the trigger {self.name!r} needs a number of months, weeks or days")
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.at):
            raise ValidationError(f"{self.at!r} of the trigger {self.name!r} is no time of day, as 09:30")

    @property
    def rule(self) -> str:
        """Return when it is due, in one line."""
        spans = ((self.months, "months"), (self.weeks, "weeks"), (self.days, "days"))
        apart = ", ".join(f"{n} {what}" for n, what in spans if n)
        return f"every {apart} from {self.first.isoformat()} at {self.at}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Timed):
    """Due at equal distances of elapsed time, whatever clocks on the wall do: `period` apart from `since` on."""

    period: timedelta
    since: datetime = _FIRST

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        if self.period < SHORTEST or self.period.microseconds:
            raise ValidationError(f"the period of the trigger {self.name!r} must be whole seconds, one at least")
        if self.since.tzinfo is None or self.since.microsecond:
            raise ValidationError(f"the trigger {self.name!r} must begin at a whole second that has a zone")

    @property
    def rule(self) -> str:
        """Return when it is due, in one line."""
        return f"every {self.period} since {self.since.astimezone(UTC).isoformat()}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Dates(Timed):
    """Due at local times, each once: "2026-12-24T09:00"."""

    when: tuple[str, ...]

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        try:
            local = [datetime.fromisoformat(text) for text in self.when]
        except ValueError as error:
            raise ValidationError(f"a date of the trigger {self.name!r} cannot be read: {error}") from error
        if not local or any(at.tzinfo is not None for at in local):
            raise ValidationError(f"the trigger {self.name!r} needs dates and times, without an offset")

    @property
    def rule(self) -> str:
        """Return when it is due, in one line."""
        return f"at {', '.join(sorted(self.when))}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Around(Timed):
    """Due `before` what stands in a calendar begins, or `after` it ends: exactly one of the two.

    `owner` says whose calendar: `OWN` or `MANAGER`. Of events with a `title`, only those that have it in theirs,
    whatever the case. The employee looks at the calendar every `LOOK`; an event that is entered later than that, or
    moved, counts from the next look on.
    """

    before: timedelta | None = None
    after: timedelta | None = None
    owner: str = MANAGER
    title: str = ""

    def __post_init__(self) -> None:
        Timed.__post_init__(self)
        distance = self.before if self.after is None else self.after
        if (
            (self.before is None) == (self.after is None)
            or distance is None
            or not timedelta(0) <= distance <= FARTHEST
        ):
            raise ValidationError(f"the trigger {self.name!r} must be due before or after an event, by a week at most")
        if self.owner not in (OWN, MANAGER):
            raise ValidationError(f"the trigger {self.name!r} must look at the calendar of {OWN!r} or {MANAGER!r}")

    @property
    def rule(self) -> str:
        """Return when it is due, in one line."""
        distance = f"{self.before} before" if self.before is not None else f"{self.after} after"
        return f"{distance} an event of {self.owner}" + (f" with {self.title!r}" if self.title else "")


FARTHEST = timedelta(days=7)
"""How far from an event a trigger may be due."""
LOOK = timedelta(minutes=15)
"""How often a calendar is looked at on whose events something depends."""

# What every employee has (in the zone of whoever it works for).
WEEKLY_PLANNING = "weekly-planning"
DAILY_PRIORITIES = "daily-priorities"
WEEKLY_REFLECTION = "weekly-reflection"
MONTHLY_GOALS = "monthly-goals"


def _check_zone(name: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValidationError(f"{zone!r} of the trigger {name!r} is no IANA time zone") from error


def _values(text: str, low: int, high: int, names: dict[str, int]) -> tuple[int, ...]:
    """Return the values that one field of a cron expression names, in order; ValueError if it cannot be read."""
    found: set[int] = set()
    for part in text.split(","):
        read = _PART.fullmatch(part)
        if read is None:
            raise ValueError(f"{part!r} cannot be read")
        if read["low"] == "*":
            first, last = low, high
        else:
            first = _number(read["low"], names)
            open_end = high if read["step"] else first
            last = open_end if read["high"] is None else _number(read["high"], names)
            last = high if read["high"] == "sun" else last
        if not low <= first <= last <= high:
            raise ValueError(f"{part!r} is not within {low} to {high}")
        found.update(range(first, last + 1, int(read["step"] or 1)))
    return tuple(sorted(found))


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)


STANDING = (
    Cron(name=WEEKLY_PLANNING, says="weekly planning", when="0 9 * * mon", policy=once(timedelta(days=2))),
    Cron(name=DAILY_PRIORITIES, says="daily priorities", when="0 6 * * *", policy=once(timedelta(hours=12))),
    Cron(name=WEEKLY_REFLECTION, says="weekly reflection", when="0 18 * * fri", policy=once(timedelta(days=1))),
    Cron(name=MONTHLY_GOALS, says="monthly goals", when="0 7 1 * *", policy=once(timedelta(days=7))),
)
"""The four triggers that every employee has, and how late each is still of use."""
