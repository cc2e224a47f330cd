"""What the words of time in a text come to, put together: a `Window`, and what must be asked.

Days and times of day that belong together make a *pair* ("Tuesday", "afternoon"); pairs are alternatives. A week or a
month beside bare weekdays contains them ("next week, Tuesday or Wednesday"). What was said with "not" is taken out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.intents import Doubt
from empla.capabilities.email.reading.times.context import Context, Days
from empla.capabilities.email.reading.times.countries import country_of, order_of
from empla.capabilities.email.reading.times.hours import DAY, DayTime, Shape
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.reading.times.phrases import Atom, atoms
from empla.capabilities.email.reading.times.resolve import Pair, resolve
from empla.capabilities.email.reading.times.words import Text, text_of
from empla.mind.values import Origin

LONGEST_JOINT = 36
"""Characters of the words that join two alternatives: "or", "otherwise", "failing that"."""


@dataclass(frozen=True, slots=True)
class Times:
    """What was found: the window, the minutes if a beginning and an end were said, doubts, and the words used up."""

    window: Window | None = None
    minutes: int = 0
    doubts: tuple[Doubt, ...] = ()
    used: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=256)
def times(
    raw: str,
    now: datetime,
    zone: str,
    origin: Origin,
    *,
    days_off: frozenset[int] = frozenset({5, 6}),
    has_length: bool = False,
    home: str = "",
) -> Times:
    """Read the words of time in `raw` as somebody in `zone` means them at `now` (aware).

    `days_off` (Saturday is 5) and the public holidays of the company's country, which is that of its zone `home` (by
    default `zone`), are left out of weeks and other stretches, never out of days that are named; with no `days_off`
    nothing is. Numbers of day and month stand in the order that is usual where `zone` is. With
    `has_length` a range such as "10-11" is room for a meeting; without, it is the meeting's own beginning and end.

    The last answers are kept: whoever looks at a sentence asks for the times in it again.
    """
    local = ZoneInfo(zone)
    context = Context(now.astimezone(local), local, days_off, country_of(home or zone), order_of(country_of(zone)))
    text = text_of(raw)
    found = atoms(text, context)
    if not found:
        return Times()
    used = tuple(text.span(a.start, a.end) for a in found)
    joints = ((a, b) for a, b in pairwise(found) if b.link == "or" and 2 < b.start - a.end < LONGEST_JOINT)
    used = tuple(sorted((*used, *(text.span(a.end, b.start) for a, b in joints))))
    doubts = [Doubt(words=raw[slice(*text.span(a.start, a.end))], question=a.doubt) for a in found if a.doubt]
    pairs = _paired([a for a in found if not a.negative], context)
    without = _paired([a for a in found if a.negative], context, taken_out=True)
    minutes, pairs = _own_length(pairs, has_length)
    doubts += _checks(pairs, raw, text)
    if twice := _said_twice(found):
        doubts.append(Doubt(words=_said(raw, used), question=twice))
    said = _said(raw, used)
    usable = [p for p in pairs if not p.broken]
    if pairs and not usable:
        return Times(None, minutes, tuple(doubts), used)
    window, past = resolve(usable, without, context, said, zone, origin)
    if window is None and not doubts:
        doubts.append(Doubt(words=said, question=past))
    return Times(window, minutes, tuple(doubts), used)


@dataclass
class _Building:
    """A pair in the making, and how it came to be."""

    atoms: list[Atom] = field(default_factory=list)
    days: list[Days] = field(default_factory=list)
    times: list[DayTime] = field(default_factory=list)
    zone: ZoneInfo | None = None
    link: str = ""
    time_first: bool = False

    def add(self, atom: Atom) -> None:
        self.time_first = self.time_first or (not self.days and atom.days is None)
        self.atoms.append(atom)
        if atom.days is not None:
            self.days.append(atom.days)
        if atom.time is not None:
            self.times.append(atom.time)
        self.zone = self.zone or atom.zone


def _paired(found: Sequence[Atom], context: Context, *, taken_out: bool = False) -> list[Pair]:
    building: list[_Building] = []
    for atom in found:
        last = building[-1] if building else None
        if last is None or not _belongs(last, atom):
            building.append(_Building(link=atom.link))
        building[-1].add(atom)
    _share_times(building)
    return _contained([_pair(b) for b in building], building, context, taken_out=taken_out)


def _belongs(pair: _Building, atom: Atom) -> bool:
    """Whether `atom` says more about what `pair` says, rather than something else."""
    apart = atom.link == "or" or (atom.link == "and" and atom.time is None)
    if atom.time is not None and atom.days is None:
        if not pair.times:
            return not (apart and pair.days)
        return atom.link in ("", ",", "...") or (
            atom.link == "and" and Shape.HALF_OPEN in (atom.time.shape, pair.times[-1].shape)
        )
    days = atom.days
    if days is None or apart:
        return False
    if not pair.days:
        return not (atom.time and pair.times)
    if days.weak or all(d.weak for d in pair.days):
        return not (atom.time and pair.times)
    return atom.link in ("", ",", "...") and any(_same_day(d, days) for d in pair.days) and not atom.time


def _same_day(one: Days, other: Days) -> bool:
    """ "Tuesday the 14th", "tomorrow, Wednesday": two names of one day; whether they agree is checked later."""
    names = sum(len(d.weekdays) == 1 and not d.every for d in (one, other))
    return one.grain == other.grain == "day" and len(one.dates) <= 1 and len(other.dates) <= 1 and names == 1


def _said_twice(found: Sequence[Atom]) -> str:
    """Return a question if two different hours are said of one day with nothing between: "at 2 on Wednesday 3pm"."""
    for one, day, other in zip(found, found[1:], found[2:], strict=False):
        if one.time is None or other.time is None or day.days is None or day.time is not None or one.days or other.days:
            continue
        hours = {one.time.shape, other.time.shape} == {Shape.EXACT} and not (one.zone or other.zone)
        if hours and day.link == other.link == "" and one.time.since != other.time.since and not one.time.bare:
            return f"Do you mean {_clock(one.time.since)} or {_clock(other.time.since)}?"
    return ""


def _share_times(building: list[_Building]) -> None:
    """ "Tuesday or Wednesday afternoon" and "3pm on Tuesday or Wednesday" say the time once for all."""
    with_days = [b for b in building if b.days]
    for b in [b for b in building if not b.days]:
        at = building.index(b)
        if not with_days:
            continue
        bare = [o for o in with_days if not o.times]
        before = [o for o in building[:at] if o.days]
        for other in bare or before[-1:]:
            other.times += [replace(t) for t in b.times] if other in bare else []
            other.zone = other.zone or b.zone
        if not bare and before:
            before[-1].atoms += b.atoms
            before[-1].times += b.times
            before[-1].atoms[-len(b.atoms)] = replace(b.atoms[0], link=b.link)
        building.remove(b)
    for one, other in pairwise(building):
        if (
            one.days
            and other.days
            and other.link in ("or", "and", ",")
            and one.times
            and not other.times
            and one.time_first
        ):
            other.times, other.zone = list(one.times), one.zone
    for one, other in zip(reversed(building[:-1]), reversed(building[1:]), strict=True):
        if (
            one.days
            and not one.times
            and other.times
            and other.link in ("or", "and", ",")
            and other.days
            and not one.days[0].container
        ):
            one.times, one.zone = list(other.times), other.zone


def _pair(made: _Building) -> Pair:
    link = {id(a.time): a.link for a in made.atoms if a.time is not None}
    ranges: list[DayTime] = []
    for time in made.times:
        joined = link.get(id(time), "")
        if (
            not ranges
            or (joined in ("or", "and") and Shape.HALF_OPEN not in (time.shape, ranges[-1].shape))
            or joined == "or"
        ):
            ranges.append(time)
        else:
            ranges = [_both(ranges[-1], time)] if len(ranges) == 1 else [_both(r, time) for r in ranges]
    start = min(a.start for a in made.atoms)
    return Pair(tuple(made.days), tuple(ranges), made.zone, start, max(a.end for a in made.atoms))


def _both(one: DayTime, other: DayTime) -> DayTime:
    """Return what two times of day mean together: "at 8 in the evening", "in the morning after 10"."""
    exact, part = (one, other) if one.shape is Shape.EXACT else (other, one)
    if exact.shape is Shape.EXACT:
        moved = exact.since % (DAY // 2)
        for minute in (exact.since, *((moved, moved + DAY // 2) if exact.bare else ())):
            if part.since <= minute < part.until:
                return replace(exact, since=minute, until=minute, both=-1)
        return replace(exact, both=-1) if part.shape is Shape.PART else exact
    if one.both >= 0 and other.shape is Shape.PART and other.since >= DAY // 2:
        one = replace(one, since=one.both if one.since else 0, until=DAY if one.until == DAY else one.both)
    since, until = max(one.since, other.since), min(one.until, other.until)
    if one.shape is Shape.FROM_TO and other.shape is Shape.PART and (since, until) == (one.since, one.until):
        return one  # "3 to 3:30 in the afternoon"
    return DayTime(since, until, Shape.RANGE) if since < until else other


def _contained(pairs: list[Pair], building: Sequence[_Building], context: Context, *, taken_out: bool) -> list[Pair]:
    """Let weeks and months contain the bare weekdays beside them, and drop "any day" where a day is said."""
    if taken_out:
        return pairs
    pairs = _from_in(pairs, [b.link for b in building])
    strong = [p for p in pairs if any(not d.weak for d in p.days)]
    kept = [p for p in pairs if not p.days or p in strong or not strong]
    for weak in (p for p in pairs if p not in kept):
        kept = [k if k.times or not weak.times else replace(k, times=weak.times, zone=weak.zone) for k in kept]
    holders = [p for p in kept if any(d.container for d in p.days)]
    bare = [p for p in kept if p not in holders and any(_may_lie_in(d) for d in p.days)]
    links = [b.link for b in building]
    if not holders or not bare or any(_alternative(pairs, holder, bare, links) for holder in holders):
        return kept
    rooms = [d for h in holders for d in h.days if d.container]
    within = frozenset(day for room in rooms for day in room.dates)
    hours = next((h.times for h in holders if h.times), ())
    zone = next((h.zone for h in holders if h.zone), None)
    return [
        replace(p, within=within, times=p.times or hours, zone=p.zone or zone) if p in bare else p
        for p in kept
        if p not in holders
    ]


def _from_in(pairs: list[Pair], links: Sequence[str]) -> list[Pair]:
    """ "any day after Wednesday this week": of the open stretch, what lies in the week said right behind it."""
    if len(pairs) != 2 or links[1] != "" or len(pairs[0].days) != 1 or len(pairs[1].days) != 1:
        return pairs
    since, room = pairs[0].days[0], pairs[1].days[0]
    both = tuple(day for day in since.dates if day in room.dates)
    if since.grain != "open" or room.grain not in ("week", "month") or not both:
        return pairs
    times = pairs[0].times or pairs[1].times
    return [replace(pairs[0], days=(replace(since, dates=both, grain="week"),), times=times, end=pairs[1].end)]


def _may_lie_in(days: Days) -> bool:
    return bool(days.weekdays) or days.monthday > 0


def _alternative(pairs: Sequence[Pair], holder: Pair, bare: Sequence[Pair], links: Sequence[str]) -> bool:
    """ "Tuesday or next week": joined by "or" in front of the week, or behind it with nothing else between."""
    at = pairs.index(holder)
    if at < len(links) and at > 0 and links[at] == "or":
        return True
    return at + 1 < len(links) and links[at + 1] == "or" and at == 0


def _own_length(pairs: list[Pair], has_length: bool) -> tuple[int, list[Pair]]:
    """ "10-11" without a length said is a meeting from 10 to 11; with one, or between other times, it is room."""
    minutes = 0
    result = []
    for pair in pairs:
        ranges = []
        for time in pair.times:
            if time.shape is Shape.FROM_TO and not has_length and time.until - time.since <= 4 * 60:
                minutes = minutes or time.until - time.since
                ranges.append(replace(time, until=time.since, shape=Shape.EXACT))
            else:
                ranges.append(time)
        result.append(replace(pair, times=tuple(ranges)))
    return minutes, result


def _checks(pairs: Sequence[Pair], raw: str, text: Text) -> list[Doubt]:
    found = []
    for pair in pairs:
        words = raw[slice(*text.span(pair.start, pair.end))]
        if clash := pair.clash():
            found.append(Doubt(words=words, question=clash))
        for time in pair.times:
            if time.both >= 0:
                early, late = time.both - DAY // 2, time.both
                found.append(
                    Doubt(words=words, question=f"By “{words}”, do you mean {_clock(early)} or {_clock(late)}?")
                )
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _said(raw: str, used: Sequence[tuple[int, int]]) -> str:
    """Return the words of time as they stand, with what lies between them left out unless it is short."""
    pieces: list[list[int]] = []
    for start, end in sorted(used):
        if pieces and (start <= pieces[-1][1] or _JOINED.fullmatch(raw, pieces[-1][1], start)):
            pieces[-1][1] = max(pieces[-1][1], end)
        else:
            pieces.append([start, end])
    return " ".join(" ".join(raw[a:b].split()) for a, b in pieces)


_JOINED = re.compile(r"[\s,]*(?:(?:or|and|but|on|at|in|either|the)[\s,]*){0,3}")
