"""Arithmetic of spans of time: aware instants, end exclusive.

All of it happens in UTC, so a day with a clock change is simply 23 or 25 hours long; local time is only looked at where
a person's working hours are turned into spans.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from empla.errors import InputError

WORKDAYS = frozenset(range(5))
"""Monday to Friday, as `datetime.weekday` counts."""


class Span(NamedTuple):
    """From `start` up to, not including, `end`; both aware, in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


def span(start: datetime, end: datetime) -> Span:
    """Return the span between two aware instants, in UTC; InputError if one of them is naive."""
    if start.tzinfo is None or end.tzinfo is None:
        raise InputError(f"a span needs instants with a zone: {start!r} to {end!r}")
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def zone_of(name: str) -> ZoneInfo:
    """Return the zone with this IANA name; InputError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"{name!r} is not a time zone", next_step="use a name such as 'Europe/Berlin'") from error


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as sorted spans that neither touch nor overlap; empty ones are dropped."""
    result: list[Span] = []
    for one in sorted(s for s in spans if s.start < s.end):
        if result and one.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, one.end))
        else:
            result.append(one)
    return result


def common(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Return the time that lies in both."""
    left, right = merged(one), merged(other)
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            result.append(Span(start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return result


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return the time of `spans` that does not lie in `taken`."""
    holes = merged(taken)
    result: list[Span] = []
    for one in merged(spans):
        start = one.start
        for hole in holes:
            if hole.end <= start:
                continue
            if hole.start >= one.end:
                break
            if hole.start > start:
                result.append(Span(start, hole.start))
            start = hole.end
        if start < one.end:
            result.append(Span(start, one.end))
    return result


def overlaps(one: Span, spans: Sequence[Span]) -> bool:
    """Return whether `one` shares any time with one of `spans`."""
    return any(s.start < one.end and one.start < s.end for s in spans)


def working_hours(hours: str, zone: str, within: Span, weekdays: frozenset[int] = WORKDAYS) -> list[Span]:
    """Return the spans of `hours` ("09:00-17:00", also over midnight) on `weekdays` in `zone` that touch `within`.

    InputError if `hours` cannot be read.
    """
    opens, closes = _clock_times(hours)
    local = zone_of(zone)
    day = within.start.astimezone(local).date() - timedelta(days=1)
    last = within.end.astimezone(local).date()
    result = []
    while day <= last:
        if day.weekday() in weekdays:
            midnight = datetime.combine(day, time())
            start = (midnight + opens).replace(tzinfo=local).astimezone(UTC)
            end = (midnight + closes).replace(tzinfo=local).astimezone(UTC)
            result.append(Span(start, end))
        day += timedelta(days=1)
    return common(result, [within])


def _clock_times(hours: str) -> tuple[timedelta, timedelta]:
    try:
        opens, closes = (_clock_time(part) for part in hours.split("-"))
    except ValueError as error:
        raise InputError(f"{hours!r} are not working hours", next_step="write them as '09:00-17:00'") from error
    return opens, closes if closes > opens else closes + timedelta(days=1)


def _clock_time(text: str) -> timedelta:
    hour, minute = (int(part) for part in text.strip().split(":"))
    if not (0 <= hour <= 24 and 0 <= minute < 60 and hour * 60 + minute <= 24 * 60):
        raise ValueError(text)
    return timedelta(hours=hour, minutes=minute)
