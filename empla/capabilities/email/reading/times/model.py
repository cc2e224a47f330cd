"""When: what the words of time come to.

A `Window` holds absolute spans, so a finder of slots needs no further knowledge of English: exclusions are taken out,
the past is cut off, and daylight saving is dealt with. Spans are kept in UTC because arithmetic on local times lies on
the two nights a year that the clocks change; `zone` says in which zone a person would speak of them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.mind.codec import registered
from empla.mind.values import Origin


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time: aware, UTC, end exclusive. An instant has `end == start`."""

    start: datetime
    end: datetime


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A part of the day in local time; `until` midnight (00:00) is the end of the day; equal ends: an exact time."""

    since: time
    until: time


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When, as somebody said it.

    `spans` are in order, apart from each other, and end after now; one of no length is a start that was named.
    `grain` is "instant" (all spans are starts), "part" (of a day), "day", "week", "month" or "open" (no day was said:
    the coming fortnight). Weeks, months and open windows hold no Saturdays and Sundays unless the reader was told to
    keep them; a Saturday that was named is kept. `dated` tells whether a day was said; `times` are the times of day
    that were said without a day.
    """

    spans: tuple[Span, ...]
    said: str
    zone: str
    grain: str
    origin: Origin
    dated: bool = True
    times: tuple[Hours, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the spans are possible starts rather than room to look for one."""
        return self.grain == "instant"

    def room(self, minutes: int) -> tuple[Span, ...]:
        """Return the spans in which a meeting of `minutes` must lie; an exact time gives a span just as long."""
        length = timedelta(minutes=minutes)
        starts = (Span(start=s.start, end=s.start + length) if s.start == s.end else s for s in self.spans)
        return tuple(s for s in starts if s.end - s.start >= length)

    def days(self) -> tuple[date, ...]:
        """Return the local days that the spans touch, in order."""
        zone = ZoneInfo(self.zone)
        found: set[date] = set()
        for span in self.spans:
            day = span.start.astimezone(zone).date()
            last = max(span.start, span.end - timedelta(microseconds=1)).astimezone(zone).date()
            while day <= last:
                found.add(day)
                day += timedelta(days=1)
        return tuple(sorted(found))


def utc(day: date, minute: int, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """Return the instant that is `minute` minutes of wall clock into `day`; one that the clocks skip is moved on."""
    wall = datetime.combine(day, time(0), zone) + timedelta(minutes=minute)  # wall-clock arithmetic, on purpose
    return wall.replace(fold=fold).astimezone(UTC)


def narrow(earlier: Window, later: Window) -> Window:
    """Return what is meant when `later` was said in answer to a question about `earlier`.

    A time of day without a day ("at 3", "in the morning") is that time on the days meant before. A day takes the place
    of what was meant, unless only a time of day was meant: then it is that time on the new day.
    """
    if not later.dated and later.times:
        return _at(later.times, earlier.days(), later)
    if not earlier.dated and earlier.times and later.grain in ("day", "week", "month"):
        return _at(earlier.times, later.days(), later)
    return later


def _at(times: tuple[Hours, ...], days: tuple[date, ...], later: Window) -> Window:
    zone = ZoneInfo(later.zone)
    floor = min((s.start for s in later.spans), default=None)
    spans = []
    for day in days:
        for hours in times:
            since = hours.since.hour * 60 + hours.since.minute
            until = hours.until.hour * 60 + hours.until.minute
            if until < since or (until == 0 and since > 0):
                until = 24 * 60
            spans.append(Span(start=utc(day, since, zone), end=utc(day, until, zone)))
    kept = tuple(sorted((s for s in spans if floor is None or s.end >= floor), key=lambda s: (s.start, s.end)))
    exact = all(h.since == h.until for h in times)
    return Window(
        spans=kept, said=later.said, zone=later.zone, grain="instant" if exact else "part", origin=later.origin
    )
