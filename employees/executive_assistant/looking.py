"""Looking for a time: which room there is for a wish, and what the calendars say to it."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar import spans as calendar_spans
from empla.capabilities.calendar.results import Obstacle, SlotOption, Slots
from empla.capabilities.calendar.slots import Why
from empla.capabilities.email.reading.times.countries import country_of, holiday, name_of, public_holidays
from empla.capabilities.email.reading.times.model import Span
from empla.mind.steps import Do, Now, Scope, Step
from empla.mind.values import OWN, Instant, Source
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.wishes import Wish

OPEN_DAYS = 14
"""How far ahead a time is looked for when nobody says when."""
NOTICE_MINUTES = 120
"""How long before a meeting people are asked at least, unless the manager wants it sooner."""
LUNCH = (time(12), time(13))
"""When nobody is booked as long as there is another time; who wants to eat together says so."""
PROPOSED = 3
QUARTER = 15
"""Minutes of the grid on which times are looked for; one that lies off it is looked for as the quarters around it."""
_WORKWEEK = frozenset(range(5))
_MOST_DAYS = 31
_MEALS = frozenset({"lunch", "breakfast", "dinner", "drinks"})


def undecided(wish: Wish) -> bool:
    """Return whether the manager has not said when: then times are proposed rather than booked."""
    return wish.asks_when or wish.window is None


def looked_for(wish: Wish, me: Profile) -> Generator[Step, Any, Slots]:
    """State what the wish covers, and look for a time: at lunch only if there is no other.

    One is looked for, or `PROPOSED` on different days if the manager has not said when.
    """
    now = yield Now()
    room = _room(wish, now)
    if not room:
        return Slots(obstacles=(Obstacle(why=Why.PAST),))
    yield scope(wish, me, room)
    found: Slots
    start = exact_start(wish)
    if start is not None and start.minute % QUARTER:
        found = yield _find(_on_the_grid(wish, start), me, _grid(start, wish.length), now)
        end = start + timedelta(minutes=wish.length)
        option = SlotOption(start=instant(start, me), end=instant(end, me))
        return replace(found, slots=(option,)) if found.slots else found
    if apart := _apart_from_lunch(wish, me, room):
        found = yield _find(wish, me, apart, now)
        if found.slots:
            return found
    found = yield _find(wish, me, room, now)
    return found


def scope(wish: Wish, me: Profile, room: Sequence[Span]) -> Scope:
    """State the people and times that a request covers; whom only a calendar names, no request covers."""
    people = (me.manager, *(g.address for g in wish.guests if g.address.origin.source is not Source.RECORD))
    return Scope(people=people, start=min(s.start for s in room), end=max(s.end for s in room))


def is_meal(wish: Wish) -> bool:
    """Return whether people want to eat or drink together."""
    return wish.topic.lower() in _MEALS


def exact_start(wish: Wish) -> datetime | None:
    """Return when the meeting shall begin, if the manager named one time."""
    if wish.window is None or not wish.window.exact or len(wish.window.spans) != 1:
        return None
    return wish.window.spans[0].start


def instant(moment: datetime, me: Profile) -> Instant:
    """Return a moment as a person in the manager's zone would say it."""
    return Instant(moment, me.zone, OWN)


def _room(wish: Wish, now: datetime) -> tuple[Span, ...]:
    """Return the spans of time in which the meeting must lie; none if all of them are past."""
    if wish.window is None:
        return (Span(start=now, end=now + timedelta(days=OPEN_DAYS)),)
    room: tuple[Span, ...] = wish.window.room(wish.length)
    return tuple(s for s in room or wish.window.spans if s.end > max(s.start, now))


def _apart_from_lunch(wish: Wish, me: Profile, room: Sequence[Span]) -> list[Span]:
    if is_meal(wish) or (wish.window is not None and wish.window.exact):
        return []
    here = ZoneInfo(me.zone)
    day, last = min(s.start for s in room).astimezone(here).date(), max(s.end for s in room).astimezone(here).date()
    if (last - day).days > _MOST_DAYS:
        return []
    lunches = []
    while day <= last:
        since, until = (datetime.combine(day, t, here) for t in LUNCH)
        lunches.append(calendar_spans.span(since, until))
        day += timedelta(days=1)
    apart = calendar_spans.without((calendar_spans.span(s.start, s.end) for s in room), lunches)
    long_enough = timedelta(minutes=wish.length)
    return [Span(start=s.start, end=s.end) for s in apart if s.length >= long_enough]


def _find(wish: Wish, me: Profile, room: Sequence[Span], now: datetime) -> Do:
    named = {day.weekday() for day in wish.window.days()} if wish.window is not None else set()
    exact = wish.window is not None and wish.window.exact
    arguments = {
        "attendees": (*(() if wish.without_me else (me.manager,)), *(g.address for g in wish.guests)),
        "minutes": wish.length,
        "windows": tuple((instant(s.start, me), instant(s.end, me)) for s in room),
        "weekdays": tuple(sorted(_WORKWEEK | (named if len(named) < 7 else set()))),
        "granularity": 15 if wish.length < 30 or _off_the_half_hour(wish) else 30,
        "lead_minutes": 0 if exact else _notice(room, now),
        "count": PROPOSED if undecided(wish) else 1,
        "spread": undecided(wish),
    }
    if wish.window is None and (off := _holidays(room, me)):
        arguments["avoid"] = off
    return Do(operation="calendar.find_slots", arguments=arguments)


def _holidays(room: Sequence[Span], me: Profile) -> tuple[tuple[Instant, Instant], ...]:
    """Return the public holidays of the manager's country; a day that was named is used all the same."""
    here = ZoneInfo(me.zone)
    first, last = min(s.start for s in room).astimezone(here).date(), max(s.end for s in room).astimezone(here).date()
    days = sorted(public_holidays(country_of(me.zone), first, last))
    midnights = ((datetime.combine(day + timedelta(days=n), time(), here) for n in (0, 1)) for day in days)
    return tuple((instant(start, me), instant(end, me)) for start, end in midnights)


def holiday_note(option: SlotOption, me: Profile) -> str:
    """Return the remark that a meeting falls on a public holiday, nothing if it does not."""
    country = country_of(me.zone)
    day = option.start.value.astimezone(ZoneInfo(me.zone)).date()
    name = holiday(day, country)
    return f"{words.day(day)} is a public holiday in {name_of(country)} ({name})." if name else ""


def _off_the_half_hour(wish: Wish) -> bool:
    start = exact_start(wish)
    return start is not None and start.minute % 30 != 0


def _grid(start: datetime, minutes: int) -> tuple[Span, ...]:
    """Return the whole quarters of an hour around a meeting that begins off the quarter."""
    before = timedelta(minutes=start.minute % QUARTER)
    lasts = minutes + start.minute % QUARTER
    return (Span(start=start - before, end=start - before + timedelta(minutes=-(-lasts // QUARTER) * QUARTER)),)


def _on_the_grid(wish: Wish, start: datetime) -> Wish:
    (around,) = _grid(start, wish.length)
    return replace(wish, minutes=int((around.end - around.start).total_seconds() // 60))


def _notice(room: Sequence[Span], now: datetime) -> int:
    """Return how long before a meeting people are asked: less if it has to be soon."""
    left = max(s.end for s in room) - now
    return NOTICE_MINUTES if left > timedelta(hours=24) else 15
