"""Finding time: a pure function from who is busy when to slots that suit everybody.

What it guarantees, and what its property tests check: a slot overlaps no busy span and no hold, lies inside everybody's
working hours and inside the windows asked for, starts on the quarter or half hour of the asker's clock and not before
`earliest`; the same request always gives the same slots; and if there is any such slot, one is found.

Where there is none it says why, and offers the nearest slots outside the windows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.spans import (
    WORKDAYS,
    Span,
    common,
    merged,
    overlaps,
    without,
    working_hours,
    zone_of,
)
from empla.errors import InputError

REACH = timedelta(days=14)
"""How far from the windows alternatives are looked for."""

_QUARTER = timedelta(minutes=15)


class Preference(StrEnum):
    """Which of the possible slots are given."""

    EARLIEST = "earliest"  # the first day that has one; on that day rather one that adjoins nothing
    SPREAD = "spread"  # one a day, as options to choose from


class Why(StrEnum):
    """What stands in the way of a slot."""

    PAST = "past"  # the windows end before it could start
    SHORT = "short"  # no window is as long as the meeting
    HOURS = "hours"  # outside somebody's working hours, or nobody's hours meet there
    BUSY = "busy"  # somebody is busy
    HELD = "held"  # the time is held for another meeting
    RULES = "rules"  # against the manager's own rules: said by whoever had the time left out, never found here


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who must be there: when busy (tentative and unanswered count), and when working."""

    who: str
    zone: str
    hours: str
    busy: tuple[Span, ...] = ()
    weekdays: frozenset[int] = WORKDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRequest:
    """What is looked for. `zone` is the asker's: its clock gives the quarter hours and what a day is."""

    participants: tuple[Participant, ...]
    windows: tuple[Span, ...]
    minutes: int
    earliest: datetime
    zone: str
    holds: tuple[Span, ...] = ()
    granularity: Literal[15, 30] = 30
    count: int = 1
    prefer: Preference = Preference.EARLIEST
    alternatives: int = 3


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One reason why there is no slot, and whom it concerns (nobody in particular: empty)."""

    why: Why
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """Slots in order of time; if there are none, why, and the nearest ones outside the windows."""

    slots: tuple[Span, ...] = ()
    hindrances: tuple[Hindrance, ...] = ()
    alternatives: tuple[Span, ...] = ()


def find_slots(request: SlotRequest) -> SlotsFound:
    """Return slots that suit everybody, or why there are none (see the module). InputError for a senseless request."""
    if request.minutes <= 0 or request.count <= 0 or not request.windows:
        raise InputError("a meeting needs a length, a window and at least one slot to look for")
    possible = possible_slots(request, request.windows)
    if possible:
        taste = _Taste(request)
        per_day = 1 if request.prefer is Preference.SPREAD else request.count
        return SlotsFound(slots=_choose(_days(possible, taste), request.count, per_day))
    return SlotsFound(hindrances=_hindrances(request), alternatives=_alternatives(request))


def possible_slots(request: SlotRequest, windows: Iterable[Span]) -> list[Span]:
    """Return every slot on the grid that suits everybody inside `windows`, in order of time; they may overlap."""
    taken = [*request.holds, *(b for p in request.participants for b in p.busy)]
    return list(_on_grid(request, without(_in_hours(request, windows), taken)))


def _on_grid(request: SlotRequest, rooms: Iterable[Span]) -> Iterator[Span]:
    zone, length = zone_of(request.zone), timedelta(minutes=request.minutes)
    for room in rooms:
        start = _quarter_after(room.start)
        while start + length <= room.end:
            if start.astimezone(zone).minute % request.granularity == 0:
                yield Span(start, start + length)
            start += _QUARTER


def _quarter_after(instant: datetime) -> datetime:
    """Return the first quarter of an hour at or after `instant`; every zone in use lies whole quarters from UTC."""
    past = timedelta(minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond)
    return instant if not past else instant + _QUARTER - past


def _in_hours(request: SlotRequest, windows: Iterable[Span], whom: Sequence[Participant] | None = None) -> list[Span]:
    earliest = request.earliest.astimezone(UTC)
    result = merged(Span(max(w.start, earliest), w.end) for w in windows)
    for person in request.participants if whom is None else whom:
        if not result:
            break
        reach = Span(result[0].start, result[-1].end)
        result = common(result, working_hours(person.hours, person.zone, reach, person.weekdays))
    return result


class _Taste:
    """Which of two possible slots is the better one. The asker's clock says what a day is."""

    def __init__(self, request: SlotRequest, near: Sequence[Span] = ()) -> None:
        self._zone: ZoneInfo = zone_of(request.zone)
        self._edges = {edge for p in request.participants for s in merged(p.busy) for edge in s}
        self._near = [(w.start.astimezone(self._zone), w.end.astimezone(self._zone)) for w in near]

    def day(self, slot: Span) -> date:
        """Return the day it begins on."""
        return slot.start.astimezone(self._zone).date()

    def rank_of_day(self, day: date) -> tuple[int, date]:
        """Rank days: those nearest to the windows asked for, then the earlier ones."""
        away = [max((start.date() - day).days, (day - end.date()).days, 0) for start, end in self._near]
        return (min(away, default=0), day)

    def rank(self, slot: Span) -> tuple[bool, int, datetime]:
        """Rank slots of a day: those that adjoin nothing, then those near the asked time of day, then earlier ones."""
        adjoins = slot.start in self._edges or slot.end in self._edges
        return (adjoins, min((self._off(slot, *w) for w in self._near), default=0), slot.start)

    def _off(self, slot: Span, start: datetime, end: datetime) -> int:
        """Return how many minutes the slot's time of day lies outside a window that stands for a part of one day."""
        if start.date() != (end - timedelta(microseconds=1)).date():
            return 0
        at = _minute(slot.start.astimezone(self._zone))
        until = at + int(slot.length.total_seconds() // 60)
        closes = _minute(end) or 24 * 60
        return max(_minute(start) - at, until - closes, 0)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _days(possible: Iterable[Span], taste: _Taste) -> list[list[Span]]:
    """Return the slots by day, the best day first and in each the best slot first."""
    days: dict[date, list[Span]] = {}
    for slot in possible:
        days.setdefault(taste.day(slot), []).append(slot)
    return [sorted(days[day], key=taste.rank) for day in sorted(days, key=taste.rank_of_day)]


def _choose(days: Sequence[Sequence[Span]], count: int, per_day: int) -> tuple[Span, ...]:
    """Take up to `count` slots that do not overlap, at most `per_day` of a day in each round over the days."""
    chosen: list[Span] = []
    more = True
    while more and len(chosen) < count:
        more = False
        for slots in days:
            taken = 0
            for slot in slots:
                if taken == per_day or len(chosen) == count:
                    break
                if not overlaps(slot, chosen):
                    chosen.append(slot)
                    taken += 1
                    more = True
    return tuple(sorted(chosen))


def _alternatives(request: SlotRequest) -> tuple[Span, ...]:
    """Return the best slots near the windows but outside them, on different days where there are enough days."""
    asked = merged(request.windows)
    earliest = request.earliest.astimezone(UTC)
    around = Span(max(earliest, asked[0].start - REACH), max(earliest, asked[-1].end) + REACH)
    return _choose(_days(possible_slots(request, [around]), _Taste(request, asked)), request.alternatives, per_day=1)


def _hindrances(request: SlotRequest) -> tuple[Hindrance, ...]:
    """Return what stands in the way: the first reason that suffices, with everybody who alone is enough for it."""

    def fits(spans: Iterable[Span]) -> bool:
        return any(True for _ in _on_grid(request, spans))

    if not fits(merged(request.windows)):
        return (Hindrance(Why.SHORT),)
    if not fits(_in_hours(request, request.windows, ())):
        return (Hindrance(Why.PAST),)
    everybody = tuple(p.who for p in request.participants)
    room = _in_hours(request, request.windows)
    if not fits(room):
        away = tuple(p.who for p in request.participants if not fits(_in_hours(request, request.windows, [p])))
        return (Hindrance(Why.HOURS, away or everybody),)
    alone = tuple(p.who for p in request.participants if not fits(without(room, p.busy)))
    if alone:
        return (Hindrance(Why.BUSY, alone),)
    held = (Hindrance(Why.HELD),) if common(room, request.holds) else ()
    if not fits(without(room, request.holds)):
        return held
    return (Hindrance(Why.BUSY, tuple(p.who for p in request.participants if common(room, p.busy))), *held)
