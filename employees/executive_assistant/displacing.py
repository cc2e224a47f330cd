"""Two meetings want the same time: which of them is the lesser, and moving that one out of the way.

Only what the assistant arranged is offered to be moved, and it is moved only after a yes, to a time that was named.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar import spans as calendar_spans
from empla.capabilities.calendar.results import Agenda, AgendaItem, SlotOption, Slots
from empla.capabilities.calendar.slots import Why
from empla.capabilities.email.reading.times.model import Span
from empla.mind.steps import Do, Now, Scope, Step
from empla.mind.values import Source
from employees.executive_assistant import words
from employees.executive_assistant.booking import Quicker, quicker
from employees.executive_assistant.entering import Difference, NotEntered, about_told, entered, told_of
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import NOTICE_MINUTES, exact_start, instant
from employees.executive_assistant.meetings import COVERED, arranged, minutes_of, named_guests
from employees.executive_assistant.wishes import Wish

LATER_DAYS = 7
"""How many days after its own a time is looked for to which the lesser one could move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a meeting weighs by: people besides the manager, those from outside, minutes, whether it is one of a series,
    when it is now, and whether it is the one that was just asked for."""

    people: int
    outside: int
    minutes: int
    series: bool
    starts: datetime
    asked: bool


_REASONS: tuple[tuple[Callable[[Weight], float], str], ...] = (
    (lambda w: w.outside > 0, "nobody from outside comes to it"),
    (lambda w: w.people, "fewer people come to it"),
    (lambda w: not w.series, "it is one of a series"),
    (lambda w: w.minutes, "it is shorter"),
    (lambda w: -w.starts.timestamp(), "it is further off"),
    (lambda w: w.asked, "it is not the one that you have just asked for"),
)
"""What makes a meeting the lesser one, what weighs most first, and how it is said."""


def lesser(one: Weight, other: Weight) -> str:
    """Return why `one` is the lesser of two meetings, in words; empty if it is not."""
    for weigh, reason in _REASONS:
        mine, its = weigh(one), weigh(other)
        if mine != its:
            return reason if mine < its else ""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """The one meeting that stands in the way. `reason` says why it is the lesser, `option` where it could go."""

    item: AgendaItem
    guests: tuple[Guest, ...]
    reason: str = ""
    option: SlotOption | None = None
    why_not: str = ""

    @property
    def name(self) -> str:
        """Return its title with who is in it."""
        them = f" with {words.listed(g.name for g in self.guests)}" if self.guests else ""
        return f"“{words.sentence(self.item.title, 60)}” ({words.length(minutes_of(self.item))}{them})"


def clash_of(wish: Wish, me: Profile, found: Slots, moving: AgendaItem | None) -> Generator[Step, Any, Clash | None]:
    """Return the meeting of the manager's that alone stands in the way of a time that was named, None if none does.

    `moving` is the meeting that shall be moved there, if it is not a new one.
    """
    start = exact_start(wish)
    busy = {a.value for o in found.obstacles if o.why is Why.BUSY for a in o.who}
    if start is None or found.slots or wish.without_me or me.manager.value not in busy:
        return None
    span = Span(start=start, end=start + timedelta(minutes=wish.length))
    between = {"start": instant(span.start, me), "end": instant(span.end, me)}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    apart = moving.event.uid if moving is not None else ""
    there = [i for i in agenda.items if not i.free and not i.declined and i.event.uid != apart]
    if len(there) != 1 or agenda.more:
        return None
    item = there[0]
    if busy - {me.manager.value} - {a.value for a in item.attendees}:
        return None  # others are busy with something else: moving it would not help
    guests = yield from named_guests(item, wish.mail, me)
    if not arranged(item, me):
        return Clash(item=item, guests=guests, why_not="was not arranged by me, so I leave it where it is")
    if _outside_covered(guests):
        return Clash(item=item, guests=guests, why_not="has a guest whom I do not know, so I leave it where it is")
    if item.recurring:
        return Clash(item=item, guests=guests, why_not="is one of a series, so I leave it where it is")
    now = yield Now()
    reason = lesser(_weight(item, guests), _wished(wish, moving, now))
    if not reason:
        return Clash(item=item, guests=guests, why_not="counts for more, so I leave it where it is")
    option = yield from _room_for(item, guests, span, me, now)
    return Clash(item=item, guests=guests, reason=reason, option=option)


def _weight(item: AgendaItem, guests: Sequence[Guest]) -> Weight:
    return Weight(
        people=len(guests),
        outside=_outside(guests),
        minutes=minutes_of(item),
        series=item.recurring,
        starts=item.start.value,
        asked=False,
    )


def _wished(wish: Wish, moving: AgendaItem | None, now: datetime) -> Weight:
    return Weight(
        people=len(wish.guests),
        outside=_outside(wish.guests),
        minutes=wish.length,
        series=moving is not None and moving.recurring,
        starts=moving.start.value if moving is not None else now,
        asked=True,
    )


def _outside_covered(guests: Sequence[Guest]) -> bool:
    return any(g.address.origin.source not in COVERED for g in guests)


def _outside(guests: Sequence[Guest]) -> int:
    return sum(g.address.origin.source is not Source.DIRECTORY for g in guests)


def _room_for(
    item: AgendaItem, guests: Sequence[Guest], kept: Span, me: Profile, now: datetime
) -> Generator[Step, Any, SlotOption | None]:
    """Return the first time to which a meeting could move: on its own day, else on one of those that follow."""
    here = ZoneInfo(me.zone)
    day = item.start.value.astimezone(here).date()
    bounds = [datetime.combine(day + timedelta(days=n), time(), here) for n in (0, 1, 1 + LATER_DAYS)]
    people = (me.manager, *(g.address for g in guests))
    for since, until in ((bounds[0], bounds[1]), (bounds[1], bounds[2])):
        if until <= now:
            continue
        room = [calendar_spans.span(max(since, now), until)]
        apart = calendar_spans.without(room, [calendar_spans.span(kept.start, kept.end)])
        if not apart:
            continue
        found: Slots = yield Do(
            operation="calendar.find_slots",
            arguments={
                "attendees": people,
                "minutes": minutes_of(item),
                "windows": tuple((instant(s.start, me), instant(s.end, me)) for s in apart),
                "lead_minutes": NOTICE_MINUTES,
            },
        )
        if found.slots:
            return found.slots[0]
    return None


def displaced(clash: Clash, wish: Wish, me: Profile) -> Generator[Step, Any, str]:
    """Move the lesser meeting out of the way and tell its people; return what was done. `NotEntered` if it fails."""
    assert clash.option is not None, "there is a place for it"
    item, option = clash.item, clash.option
    covered = [g for g in (*wish.guests, *clash.guests) if g.address.origin.source in COVERED]
    ends = (item.start.value, item.end.value, option.start.value, option.end.value)
    yield Scope(people=(me.manager, *(g.address for g in covered)), start=min(ends), end=max(ends))
    difference = Difference(start=option.start, end=option.end)
    there = (me.manager, *(g.address for g in clash.guests))
    try:
        done = yield from entered(me, item, difference, wish.mail.thread, there)
    except Quicker as taken:
        raise NotEntered(quicker(option, me).rstrip(".")) from taken
    told = yield from told_of(me, done.after, clash.guests, item)
    moved = f"I have moved “{item.title}” to {words.slot(option, me.zone)}."
    return " ".join(part for part in (moved, about_told(told, "I have asked * anew")) if part)


def offer(clash: Clash, me: Profile) -> str:
    """Word what could be done about the meeting in the way, empty if it is not the lesser."""
    if clash.why_not:
        return f"{clash.name} {clash.why_not}."
    if clash.option is None:
        return f"{clash.name} would be the lesser of the two ({clash.reason}), but I find no other time for it."
    where = words.slot(clash.option, me.zone)
    return (
        f"{clash.name} is the lesser of the two: {clash.reason}. Shall I move it to {where} and put this in its place? "
        "Then answer yes."
    )
