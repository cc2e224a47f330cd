"""Looking for a time: which room there is for a wish, and what the calendars say to it."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar import spans as calendar_spans
from empla.capabilities.calendar.results import Obstacle, SlotOption, Slots
from empla.capabilities.calendar.slots import REACH, Why
from empla.capabilities.email.reading.times.countries import country_of, holiday, name_of, public_holidays
from empla.capabilities.email.reading.times.model import Span
from empla.capabilities.standing import forbidden
from empla.mind.steps import Do, Now, Scope, Step
from empla.mind.values import OWN, Instant, Source
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.sparing import (
    Spared,
    against,
    house_of,
    left_out,
    rules_held,
    spared,
    spoken_against,
)
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


def looked_for(wish: Wish, me: Profile, *, ruled: bool = True, apart_from: str = "") -> Generator[Step, Any, Slots]:
    """State what the wish covers, and look for a time: inside the manager's rules, at lunch only if there is no other.

    One is looked for, or `PROPOSED` on different days if the manager has not said when. A time that is named exactly
    goes before the rules; where only they stand in the way, they are the obstacle. Without `ruled` there are none (the
    first version of the plan knew of none); the event with the UID `apart_from` does not count for them.
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
    keep_free = Spared()
    if ruled and start is None and not wish.without_me:
        keep_free = yield from _kept_free(wish, me, room, apart_from)
    apart = _apart_from_lunch(wish, me, room)
    for leave_out in keep_free.tiers():
        for where in (apart, room) if apart else (room,):
            found = yield _find(wish, me, where, now, left_out(leave_out, me))
            if found.slots:
                return found
    if not keep_free.hard:
        return found
    freely: Slots = yield _find(wish, me, room, now)
    if freely.slots:
        return replace(found, obstacles=(Obstacle(why=Why.RULES),))
    return replace(freely, alternatives=found.alternatives)


def against_rules(wish: Wish, me: Profile, option: SlotOption) -> Generator[Step, Any, str]:
    """Return the remark that a time which the manager named exactly is against a rule; nothing if it is not."""
    if exact_start(wish) is None or wish.without_me:
        return ""
    rules = yield from rules_held()
    time = calendar_spans.span(option.start.value, option.end.value)
    numbers = against(rules, time, (g.address.value for g in wish.guests), me)
    return f"That is against {spoken_against(rules, numbers)}; I go by the time that you named." if numbers else ""


def rules_against(wish: Wish, me: Profile) -> Generator[Step, Any, str]:
    """Return which rules keep free what the manager wishes for: "your rule 2 (no meetings on Wednesdays)"."""
    rules = yield from rules_held()
    room = wish.window.spans if wish.window is not None else ()
    whom = tuple(g.address.value for g in wish.guests)
    numbers = [
        number
        for number, rule in sorted(rules.items())
        if any(
            forbidden(
                [rule],
                calendar_spans.span(s.start, s.end),
                me.zone,
                minutes=wish.length,
                people=whom,
                house=house_of(me),
            )
            for s in room
        )
    ]
    return spoken_against(rules, numbers) or "your rules"


def _kept_free(wish: Wish, me: Profile, room: Sequence[Span], apart_from: str) -> Generator[Step, Any, Spared]:
    """Return what the rules keep free, also around the room: the alternatives lie there."""
    since, until = min(s.start for s in room) - REACH, max(s.end for s in room) + REACH
    whom = tuple(g.address.value for g in wish.guests)
    return (yield from spared(me, calendar_spans.span(since, until), wish.length, whom, apart_from))


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


def _find(
    wish: Wish, me: Profile, room: Sequence[Span], now: datetime, leave_out: tuple[tuple[Instant, Instant], ...] = ()
) -> Do:
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
    off = _holidays(room, me) if wish.window is None else ()
    if leave_out or off:
        arguments["avoid"] = (*off, *leave_out)
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
