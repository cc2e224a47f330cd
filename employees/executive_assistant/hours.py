"""When somebody is written to, reminded and warned: working hours, quiet hours, what a window comes to. Pure.

Hours are as the directory has them ("09:00-17:00", local time of a zone), on Monday to Friday.
"""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.model import Window
from empla.governance.manners import QUIET_FROM, QUIET_UNTIL

USUAL = "09:00-17:00"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_HOUR = timedelta(hours=1)
_MORNING, _CLOSE = time(9, 0), time(17, 0)
_DAY = timedelta(days=1)


def due_of(window: Window, now: datetime) -> datetime:
    """Return by when something is due: the end of what was said; a day ends at five, unless that is past."""
    span = window.spans[-1] if window.dated and not window.exact else window.spans[0]
    if window.exact:
        return span.start
    zone = ZoneInfo(window.zone)
    end = span.end.astimezone(zone)
    if end.time() == time(0):
        close = datetime.combine(end.date() - _DAY, _CLOSE, zone).astimezone(UTC)
        if close > now + _HOUR:
            return close
    return span.end


def moment_of(window: Window, now: datetime) -> datetime:
    """Return when to remind: at the hour that was said, at nine of a day, at the beginning of a part of one."""
    span = window.spans[0]
    if window.exact:
        return span.start
    zone = ZoneInfo(window.zone)
    first = span.start.astimezone(zone).date()
    if span.start <= now + timedelta(minutes=1) and span.end - span.start > _DAY:  # "by Friday": on that day
        first = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    elif window.grain == "part" and span.start > now:
        return span.start
    morning = datetime.combine(first, _MORNING, zone).astimezone(UTC)
    return morning if morning > now else min(now + _HOUR, max(span.end, now + timedelta(minutes=5)))


def working(at: datetime, zone: str, hours: str) -> datetime:
    """Return the first moment from `at` on that lies in somebody's working hours."""
    here = ZoneInfo(zone)
    local = at.astimezone(here)
    since, until = _parsed(hours)
    for days in range(8):
        day = local.date() + days * _DAY
        if day.weekday() >= 5:
            continue
        start, end = datetime.combine(day, since, here), datetime.combine(day, until, here)
        if local < end:
            return max(local, start).astimezone(UTC)
    return at


def working_before(at: datetime, zone: str, hours: str) -> datetime:
    """Return the last moment up to `at` in somebody's working hours, an hour before they end at the latest."""
    here = ZoneInfo(zone)
    local = at.astimezone(here)
    since, until = _parsed(hours)
    for days in range(8):
        day = local.date() - days * _DAY
        if day.weekday() >= 5:
            continue
        start, end = datetime.combine(day, since, here), datetime.combine(day, until, here) - _HOUR
        if local >= start:
            return max(start, min(local, end)).astimezone(UTC)
    return at


def reminders(asked: datetime, due: datetime, zone: str, hours: str) -> tuple[datetime, ...]:
    """Return when to remind somebody who was asked for something: at most twice, in their hours, an hour before due.

    Half-way; and where there is more than three days' time, also on the working day before.
    """
    half = working_before(asked + (due - asked) / 2, zone, hours)
    found = [half]
    if due - asked > 3 * _DAY:
        found.append(working_before(due - _DAY, zone, hours))
    latest = due - _HOUR
    if not any(asked + _HOUR / 2 <= at <= latest for at in found):
        found = [working(asked + (due - asked) / 2, zone, hours)]
    kept = sorted({at for at in found if asked + _HOUR / 2 <= at <= latest})
    return tuple(at for n, at in enumerate(kept) if n == 0 or at - kept[n - 1] >= 2 * _HOUR)


def warning(asked: datetime, due: datetime, zone: str) -> datetime:
    """Return when to warn that something may be late: an hour before, or a tenth of the time where that is more.

    Not more than a day before, and never in quiet hours: then in the evening before them.
    """
    lead = min(max(_HOUR, (due - asked) / 10), _DAY)
    at = max(due - lead, asked + (due - asked) / 2)
    local = at.astimezone(ZoneInfo(zone))
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at
    day = local.date() if local.time() >= QUIET_FROM else local.date() - _DAY
    evening = datetime.combine(day, QUIET_FROM, local.tzinfo) - _HOUR
    return max(evening.astimezone(UTC), asked + timedelta(minutes=1))


def _parsed(hours: str) -> tuple[time, time]:
    match = _HOURS.fullmatch(hours.strip()) or _HOURS.fullmatch(USUAL)
    assert match is not None
    first, last = (time(min(int(match[n]), 23), min(int(match[n + 1]), 59)) for n in (1, 3))
    return (first, last) if first < last else (_MORNING, _CLOSE)
