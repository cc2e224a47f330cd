"""VTIMEZONE components as every server reads them.

Each change of the clocks is an observance of its own, with DTSTART in the local time before it (RFC 5545, 3.6.5). The
shorter forms are lost on some servers: of a list of RDATEs vobject, and so Radicale, keeps the first only, and then
takes summer for winter from the second year on.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

YEARS = 6
"""How many years a component covers, from the one before the event's."""


@lru_cache(maxsize=256)
def vtimezone(name: str, year: int) -> Timezone | None:
    """Return the VTIMEZONE of an IANA zone around `year`, None if nobody defined such a zone."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    component = Timezone()
    component.add("TZID", name)
    first = datetime(year - 1, 1, 1, tzinfo=UTC)
    component.add_component(_observance(zone, first, _offset(zone, first)))
    for moment in _changes(zone, first, datetime(year - 1 + YEARS, 1, 1, tzinfo=UTC)):
        component.add_component(_observance(zone, moment, _offset(zone, moment - timedelta(seconds=1))))
    return component


def _observance(zone: ZoneInfo, moment: datetime, before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """Return what holds from `moment` on; `before` is the offset that held until then."""
    local = moment.astimezone(zone)
    found = TimezoneDaylight() if local.dst() else TimezoneStandard()
    found.add("DTSTART", (moment + before).replace(tzinfo=None))
    found.add("TZOFFSETFROM", before)
    found.add("TZOFFSETTO", _offset(zone, moment))
    found.add("TZNAME", local.tzname() or zone.key)
    return found


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """Return the instants at which the offset changes, to the second."""
    found = []
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if _offset(zone, day) != _offset(zone, following):
            found.append(_change(zone, day, following))
        day = following
    return found


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if _offset(zone, middle) == _offset(zone, early):
            early = middle
        else:
            late = middle
    return late


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
