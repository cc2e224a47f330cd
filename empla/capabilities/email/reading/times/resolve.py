"""From days and times of day to absolute spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.context import Context, Days
from empla.capabilities.email.reading.times.hours import DAY, DayTime, Shape
from empla.capabilities.email.reading.times.model import Hours, Span, Window, utc
from empla.mind.values import Origin

MOST_SPANS = 500
_GRAINS = ("day", "week", "month", "open")


@dataclass(frozen=True, slots=True)
class Pair:
    """Days and times of day that belong together, and where they stand in the plain text.

    `within` are the days of the week or month that bare weekdays are meant in (empty: none was said).
    """

    days: tuple[Days, ...]
    times: tuple[DayTime, ...]
    zone: ZoneInfo | None
    start: int
    end: int
    within: frozenset[date] = frozenset()

    @property
    def broken(self) -> bool:
        """Whether a day of it is in doubt, so that nothing can be made of it."""
        return any(d.doubt for d in self.days) or bool(self.clash())

    def dates(self) -> tuple[date, ...]:
        """Return the days it means."""
        named = [d for d in self.days if not d.weak] or list(self.days)
        fixed = [d for d in named if not d.weekdays]
        bare = [d for d in named if d.weekdays]
        if self.within:
            return tuple(sorted(day for day in self.within if any(_is(d, day) for d in named)))
        chosen = fixed or bare  # "Tuesday the 14th": the 14th decides, and the Tuesday was checked
        return tuple(sorted({day for d in chosen for day in d.dates}))

    def clash(self) -> str:
        """Return a question if two names of one day do not agree ("Tuesday the 14th" is a Saturday), else nothing."""
        fixed = [d for d in self.days if not d.weekdays and not d.weak and len(d.dates) == 1]
        bare = [d for d in self.days if len(d.weekdays) == 1 and not d.every]
        for one in fixed:
            for other in bare:
                day = one.dates[0]
                if day.weekday() not in other.weekdays and not self.within:
                    return f"{day.day} {day:%B} is a {day:%A}. Do you mean {_named(day)}, or {_named(other.dates[0])}?"
        return ""


def _is(days: Days, day: date) -> bool:
    if days.weekdays:
        return day.weekday() in days.weekdays
    return day.day == days.monthday if days.monthday else day in days.dates


def _named(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def resolve(
    pairs: Sequence[Pair], without: Sequence[Pair], context: Context, said: str, zone: str, origin: Origin
) -> tuple[Window | None, str]:
    """Return the window that `pairs` less `without` make, or None and a question that says what is wrong with it."""
    dated = any(p.days and not all(d.weak for d in p.days) for p in pairs)
    dates = {p: p.dates() if p.days else _undated(p, context) for p in pairs} if pairs else {}
    rows = [(p.times, p.zone, days, _bound(p)) for p, days in dates.items()] or [((), None, context.open_days(), False)]
    spans: list[Span] = []
    questions: list[str] = []
    for ranges, own_zone, days, bound in rows:
        where = own_zone or context.zone
        for day in days:
            for one in _ranges(ranges, is_last=bound and day == max(days), bound=bound):
                span, question = _span(day, one, where)
                questions += [question] if question else []
                spans += [span] if span else []
    exact = (
        bool(pairs)
        and all(p.times and all(t.shape is Shape.EXACT for t in p.times) for p in pairs)
        and not any(map(_bound, pairs))
    )
    spans = _less(spans, without, context)
    now = context.now.astimezone(UTC)
    left = [
        Span(start=max(s.start, now), end=s.end) for s in spans if (s.start >= now if s.start == s.end else s.end > now)
    ]
    if any(d.back for p in pairs for d in p.days):
        left = sorted(spans, key=_order)  # "last week", "yesterday": meant to be past
    if not left:
        return None, questions[0] if questions else _nothing(spans, said, bool(without) and bool(spans or not pairs))
    if questions:
        return None, questions[0]
    if exact and not dated:
        left = left[:1]
    grain = "instant" if exact else _grain(pairs)
    hours = tuple(_hours(t) for p in pairs for t in p.times) if not dated else ()
    joined = left if exact else _joined(left)
    kept = tuple(sorted(set(joined), key=_order)[:MOST_SPANS])
    return Window(spans=kept, said=said, zone=zone, grain=grain, origin=origin, dated=dated, times=hours), ""


def _undated(pair: Pair, context: Context) -> tuple[date, ...]:
    """Return the days that are meant where none was said: today for "by EOD", the open days else."""
    return (context.today,) if any(t.today for t in pair.times) else context.open_days()


def _bound(pair: Pair) -> bool:
    """ "by Friday 3pm": the time of day ends the last day and leaves the others whole."""
    return any(d.until for d in pair.days) and bool(pair.times) and pair.times[0].shape is Shape.EXACT


def _ranges(ranges: Sequence[DayTime], *, is_last: bool, bound: bool) -> Iterable[DayTime]:
    if bound:
        return [DayTime(0, ranges[0].since if is_last else DAY, Shape.RANGE)]
    return ranges or [DayTime(0, DAY, Shape.PART)]


def _span(day: date, one: DayTime, zone: ZoneInfo) -> tuple[Span | None, str]:
    """Return the instants of a stretch of a local day; for an exact time that the clocks skip or repeat, a question."""
    if one.since != one.until:
        return Span(start=utc(day, one.since, zone), end=utc(day, one.until, zone, fold=1)), ""
    start = utc(day, one.since, zone)
    wall = datetime.combine(day, time(one.since // 60 % 24, one.since % 60))
    clock = f"{wall:%H:%M}"
    if one.since < DAY and start.astimezone(zone).replace(tzinfo=None) != wall:
        return (
            None,
            f"There is no {clock} on {_named(day)} in {zone.key}: the clocks go forward. Which time do you mean?",
        )
    if one.since < DAY and utc(day, one.since, zone, fold=1) != start:
        return None, f"{clock} comes twice on {_named(day)} in {zone.key}: the clocks go back. The first or the second?"
    return Span(start=start, end=start), ""


def _less(spans: Sequence[Span], without: Sequence[Pair], context: Context) -> list[Span]:
    """Take out of `spans` what was said with "not". A bare weekday means each one, a time alone that of each day."""
    if not without or not spans:
        return list(spans)
    first = min(s.start for s in spans).astimezone(context.zone).date()
    last = max(s.end for s in spans).astimezone(context.zone).date()
    days = [first + timedelta(days=i) for i in range(min(370, (last - first).days + 1))]
    result = list(spans)
    for pair in without:
        zone = pair.zone or context.zone
        for day in (d for d in days if not pair.days or any(_is(one, d) or d in one.dates for one in pair.days)):
            for one in pair.times or (DayTime(0, DAY, Shape.PART),):
                until = one.until if one.until > one.since else one.since + 1
                hole = Span(start=utc(day, one.since, zone), end=utc(day, until, zone, fold=1))
                result = [piece for span in result for piece in _cut(span, hole)]
    return result


def _cut(span: Span, hole: Span) -> list[Span]:
    if span.start == span.end:
        return [] if hole.start <= span.start < hole.end else [span]
    pieces = (
        Span(start=span.start, end=min(span.end, hole.start)),
        Span(start=max(span.start, hole.end), end=span.end),
    )
    return [piece for piece in pieces if piece.start < piece.end]


def _joined(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for span in sorted(spans, key=_order):
        if result and span.start <= result[-1].end and (span.start != span.end or span.end < result[-1].end):
            result[-1] = Span(start=result[-1].start, end=max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def _order(span: Span) -> tuple[datetime, datetime]:
    return span.start, span.end


def _grain(pairs: Sequence[Pair]) -> str:
    if any(p.times for p in pairs):
        return "part"
    widest = max((_GRAINS.index(d.grain) for p in pairs if not p.within for d in p.days), default=-1)
    if widest < 0:
        return "day" if any(p.within for p in pairs) else "open"
    return _GRAINS[widest]


def _hours(one: DayTime) -> Hours:
    return Hours(since=_time(one.since), until=_time(one.until))


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _nothing(spans: Sequence[Span], said: str, excluded: bool) -> str:
    if excluded and not spans:
        return f"“{said}” leaves no time at all. When shall it be?"
    return f"“{said}” is already past. When shall it be?"
