"""When triggers are due, worked out without our code: by python-dateutil's rules and by looking at every minute.

A named hour on the wall is due at the first instant at which a clock there shows that time or a later one; what is due
every hour, whenever the minute fits. Both need only that zone's clock, so gaps and hours that come twice need no rule.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule

from empla.mind.triggers import Cron, Every, Timed
from empla.testing.employee import Employee

QUARTER = timedelta(minutes=15)


def due_between(
    trigger: Timed, zone: str, after: datetime, until: datetime, step: timedelta = QUARTER
) -> list[datetime]:
    """Return every instant of a trigger after `after` and not after `until`.

    Its minutes, and the offsets of the zone, must be multiples of `step`.
    """
    if isinstance(trigger, Every):
        first = (after - trigger.since) // trigger.period + 1
        last = (until - trigger.since) // trigger.period
        return [trigger.since + n * trigger.period for n in range(first, last + 1)]
    assert isinstance(trigger, Cron)
    if trigger.when.split()[1] == "*":
        return [at for at in _instants(after, until, step) if fits(trigger, _wall(at, zone))]
    return _by_the_wall(trigger, zone, after, until, step)


def fits(trigger: Cron, wall: datetime) -> bool:
    """Return whether a time on the wall is one that a cron expression names."""
    minutes, hours, days, months, weekdays = trigger.fields
    return (
        wall.minute in minutes
        and wall.hour in hours
        and wall.day in days
        and wall.month in months
        and wall.weekday() in weekdays
    )


def _by_the_wall(trigger: Cron, zone: str, after: datetime, until: datetime, step: timedelta) -> list[datetime]:
    minutes, hours, days, months, weekdays = trigger.fields
    begin = (_wall(after, zone) - timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    walls: Iterable[datetime] = rrule(
        DAILY,
        dtstart=begin,
        until=_wall(until, zone) + timedelta(days=2),
        byminute=minutes,
        byhour=hours,
        bysecond=0,
        bymonthday=days if len(days) < 31 else None,
        bymonth=months,
        byweekday=weekdays if len(weekdays) < 7 else None,
    )
    shown = _shown(zone, after - timedelta(days=4), until + timedelta(days=4), step)
    found = {shown[bisect_left(shown, wall, key=lambda one: one[0])][1] for wall in walls}
    return sorted(at for at in found if after < at <= until)


@cache
def _shown(zone: str, since: datetime, until: datetime, step: timedelta) -> Sequence[tuple[datetime, datetime]]:
    """Return the latest time that a clock in the zone has shown, at each instant."""
    found: list[tuple[datetime, datetime]] = []
    for at in _instants(since, until, step):
        wall = _wall(at, zone)
        found.append((max(wall, found[-1][0]) if found else wall, at))
    return found


def _instants(after: datetime, until: datetime, step: timedelta) -> Iterable[datetime]:
    at = datetime.fromtimestamp((after.timestamp() // step.total_seconds() + 1) * step.total_seconds(), UTC)
    while at <= until:
        yield at
        at += step


def _wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


# what an employee decided --------------------------------------------------------------------------------------------


def decided(ada: Employee, trigger: str, reference: Sequence[datetime]) -> list[datetime]:
    """Return each instant of a trigger that was decided, once for each row that decided it, in order.

    A row that stands for many instants stands for those of the reference from its first to its last, and must say how
    many they are.
    """
    found: list[datetime] = []
    for state, first, last, count in ada.rows("occurrence", "state", "instant", "last", "count", trigger=trigger):
        if state not in ("fired", "skipped", "coalesced"):
            continue
        begin = datetime.fromisoformat(first)
        end = datetime.fromisoformat(last) if last else begin
        covered = [at for at in reference if begin <= at <= end] or [begin]
        assert len(covered) == count, f"{trigger}: a row from {begin} to {end} says {count}"
        found += covered
    return sorted(found)


def fired(ada: Employee, trigger: str) -> list[datetime]:
    """Return the instants for which a trigger has fired, in order, and that each has the percept that tells so."""
    rows = sorted(ada.rows("occurrence", "instant", "zone", trigger=trigger, state="fired"))
    keys = {key for (key,) in ((k,) for k in ada.rows("percept", "key", kind="occurrence"))}
    assert {f"occurrence:{trigger}:{at}:{zone}" for at, zone in rows} == {k for k in keys if k.split(":")[1] == trigger}
    return [datetime.fromisoformat(at) for at, _ in rows]


def once_each(instants: Sequence[datetime]) -> bool:
    """Return whether no two are the same; they are in order."""
    return all(a < b for a, b in pairwise(instants))
