"""When a trigger is due: instants, computed from its rule and its zone, one after the other.

APScheduler's trigger classes say which times on the wall fit a rule; what an hour on the wall is in a zone, which has
gaps and hours that come twice, is decided here. They are asked in a zone without either, because they would be due
twice in such an hour, and at times that do not exist. Its scheduler is never started: whether something fires is
decided by rows (`empla.engine.schedule`).

    by the wall      an hour that is named: each time on the wall once. In a gap it is the first instant after it; of an
                     hour that comes twice, the first. If the zone changes, what comes next is the same time on the wall
    by elapsed time  what is due at equal distances, or every hour: nothing in a gap, and both hours that come twice
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from empla.errors import InternalError
from empla.mind.triggers import Around, Cron, Dates, Every, Regular, Timed

MOST_COUNTED = 40_000
"""How many instants that passed are counted one by one; of more only the latest are computed."""
MOST_LATE = 100
"""How many of the instants that passed are kept, and so can be made up for one by one."""

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """An instant, in UTC, and the time on the wall that is meant by it, without a zone."""

    at: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """The instants of a trigger that have passed: the first, how many, and the latest of them, in order of time.

    `exact` is false where they were too many to be counted.
    """

    first: Moment
    count: int
    latest: tuple[Moment, ...]
    exact: bool = True


class Times:
    """The instants of one trigger in one zone."""

    def __init__(self, trigger: Timed, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._next_wall = _wall_rule(trigger)
        self._fires_by_elapsed_time = isinstance(trigger, Cron) and trigger.follows_elapsed_time
        self._every = trigger if isinstance(trigger, Every) else None

    @property
    def by_the_wall(self) -> bool:
        """Whether what comes next is a time on the wall, whatever the zone says that is."""
        return self._every is None and not self._fires_by_elapsed_time

    def moment(self, at: datetime) -> Moment:
        """Return an instant, with what the clock on the wall shows."""
        return Moment(at.astimezone(UTC), at.astimezone(self._zone).replace(tzinfo=None))

    def on_the_wall(self, wall: datetime) -> Moment:
        """Return when it is `wall` in the zone: the first time, or right after the gap that swallows it."""
        at = wall.replace(tzinfo=self._zone).astimezone(UTC)
        if at.astimezone(self._zone).replace(tzinfo=None) != wall:
            after = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
            at = self._changed_between(min(at, after), max(at, after))
        return Moment(at, wall)

    def after(self, last: Moment) -> Moment | None:
        """Return the next moment after `last`, None if there is none."""
        if self._every is not None:
            return self.moment(_next_of_every(self._every, last.at))
        if self._fires_by_elapsed_time:
            return self._elapsed(last.at)
        wall = last.wall
        while (found := self._next_wall(wall)) is not None:
            moment = self.on_the_wall(found)
            if moment.at > last.at:
                return moment
            wall = found  # in the gap, or in an hour that comes for the second time: it was due before
        return None

    def passed(self, first: Moment, until: datetime) -> Passed:
        """Return the moments from `first` on that have passed at `until`; `first` is the next one, and has passed."""
        latest: deque[Moment] = deque([first], MOST_LATE + 1)
        count, exact = 1, True
        found = self.after(first)
        while found is not None and found.at <= until:
            latest.append(found)
            count += 1
            if count == MOST_COUNTED:
                exact = False
                found = self._shortly_before(until, found)
            else:
                found = self.after(found)
        return Passed(first, count, tuple(latest), exact)

    def _shortly_before(self, until: datetime, last: Moment) -> Moment | None:
        """Return a moment after `last` with few others between it and `until`, None if there is none."""
        back = timedelta(minutes=1)
        while until - back > last.at:
            found = self.after(self.moment(until - back))
            if found is not None and last.at < found.at <= until:
                return found
            back *= 2
        return self.after(last)

    # elapsed time ---------------------------------------------------------------------------------------------

    def _elapsed(self, last: datetime) -> Moment | None:
        """Return the next fitting instant after `last`, taking the walls of each stretch between two changes."""
        since, inclusive = last, False
        while True:
            offset = since.astimezone(self._zone).utcoffset() or timedelta(0)
            wall = (since + offset).replace(tzinfo=None)
            found = self._next_wall(wall - _SECOND if inclusive else wall)
            if found is None:
                return None
            at = found.replace(tzinfo=UTC) - offset
            changed = self._first_change(since, at)
            if changed is None:
                return Moment(at, found)
            since, inclusive = changed, True

    def _first_change(self, since: datetime, until: datetime) -> datetime | None:
        """Return the first instant after `since` and not after `until` at which the offset becomes another."""
        at = since
        while at < until:
            later = min(at + _DAY, until)
            if later.astimezone(self._zone).utcoffset() != at.astimezone(self._zone).utcoffset():
                return self._changed_between(at, later)
            at = later
        return None

    def _changed_between(self, before: datetime, after: datetime) -> datetime:
        """Return the first instant with the offset that holds at `after`, another one holding at `before`."""
        new = after.astimezone(self._zone).utcoffset()
        while after - before > _SECOND:
            middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
            if middle.astimezone(self._zone).utcoffset() == new:
                after = middle
            else:
                before = middle
        return after


Walls = Callable[[datetime], datetime | None]
"""Returns the next fitting time on the wall after one."""


def _wall_rule(trigger: Timed) -> Walls:
    match trigger:
        case Cron():
            return _cron(trigger)
        case Regular():
            return _regular(trigger)
        case Dates():
            return _dates(trigger)
        case Every() | Around():
            return lambda _wall: None  # these are not due by the wall
    raise InternalError(f"nobody knows when the trigger {trigger.name!r} is due")


def _cron(trigger: Cron) -> Walls:
    minutes, hours, days, months, weekdays = (
        "*" if len(values) == most else ",".join(map(str, values))
        for values, most in zip(trigger.fields, (60, 24, 31, 12, 7), strict=True)
    )
    rule = _rules().cron(
        minute=minutes, hour=hours, day=days, month=months, day_of_week=weekdays, second="0", timezone=UTC
    )

    def after(wall: datetime) -> datetime | None:
        found: datetime | None = rule.get_next_fire_time(None, wall.replace(tzinfo=UTC) + _SECOND)
        return None if found is None else found.replace(tzinfo=None)

    return after


def _regular(trigger: Regular) -> Walls:
    hour, minute = map(int, trigger.at.split(":"))
    rule = _rules().calendar(
        months=trigger.months,
        weeks=trigger.weeks,
        days=trigger.days,
        hour=hour,
        minute=minute,
        start_date=trigger.first,
        timezone=UTC,
    )
    # Its days follow one another from the first on, so those that are known are kept.
    known: list[datetime] = [rule.get_next_fire_time(None, None)]

    def after(wall: datetime) -> datetime | None:
        while known[-1].replace(tzinfo=None) <= wall:
            known.append(rule.get_next_fire_time(known[-1], None))
        place = bisect_right(known, wall.replace(tzinfo=UTC))
        return known[place].replace(tzinfo=None)

    return after


def _dates(trigger: Dates) -> Walls:
    rules = [_rules().date(datetime.fromisoformat(text), timezone=UTC) for text in trigger.when]
    known = sorted({rule.get_next_fire_time(None, None).replace(tzinfo=None) for rule in rules})

    def after(wall: datetime) -> datetime | None:
        place = bisect_right(known, wall)
        return known[place] if place < len(known) else None

    return after


def _next_of_every(trigger: Every, last: datetime) -> datetime:
    rule = _rules().interval(seconds=int(trigger.period.total_seconds()), start_date=trigger.since, timezone=UTC)
    found: datetime = rule.get_next_fire_time(None, last.replace(microsecond=0) + _SECOND)
    return found.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Rules:
    cron: Any
    calendar: Any
    date: Any
    interval: Any


@cache
def _rules() -> _Rules:
    """Import APScheduler's triggers when something is declared that needs them."""
    from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.date import DateTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    return _Rules(CronTrigger, CalendarIntervalTrigger, DateTrigger, IntervalTrigger)
