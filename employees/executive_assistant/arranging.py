"""Arranging a meeting: find a time, book it, invite, answer, and keep it until it begins.

The request's people and times are stated as its scope before anything is done, and the gate holds every act to it.
Where no time suits, three are proposed and held; the manager's choice is then the scope.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.results import BookConflict, Booked, InvitationSent, SlotOption, Slots
from empla.capabilities.email.reading.times.model import Span
from empla.capabilities.email.steps import reply
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Hold, Now, Raise, Scope, Step
from empla.mind.values import OWN, Instant
from employees.executive_assistant import words
from employees.executive_assistant.keeping import call_off, keep
from employees.executive_assistant.knowing import PATIENCE, Profile, Steps, ask, from_manager, intent, profile
from employees.executive_assistant.wishes import CONTINUES, Wish, clarified, first_wish

library = PlanLibrary()

OPEN_DAYS = 14
"""How far ahead a time is looked for when nobody says when."""
ROUNDS = 4
"""How often a time is looked for anew: somebody was quicker, or the manager names another time."""
WORKWEEK = frozenset(range(5))


@library.plan(on("mail", mail__reading__intent="schedule"), when=from_manager, goal="arrange a meeting")
def arrange_meeting(event: Trigger) -> Steps:
    """Arrange what the manager asks for."""
    me = yield from profile()
    wish = yield from clarified(first_wish(event.mail), me)
    if wish is None:
        return None
    yield Believe(functor="wanted", arguments=(wish.mail.key, wish.names, wish.length))
    for _ in range(ROUNDS):
        spans = yield from _room(wish)
        yield _scope(wish, me, spans)
        found: Slots = yield _find(wish, me, spans)
        option = found.slots[0] if found.slots else None
        if option is None:
            chosen = yield from _chosen(wish, me, found)
            if chosen is None:
                return None
            wish, option = chosen
            if option is None:
                continue
            yield _scope(wish, me, [Span(start=option.start.value, end=option.end.value)])
        booked = yield from book(wish, me, option)
        if booked is not None:
            yield reply(wish.mail, _done(wish, me, option, found))
            yield from keep(me, booked, option)
            return booked.event.uid
    yield reply(wish.mail, "Each time I tried, somebody else had just taken the slot. Nothing is booked. "
                f"Shall I look for {words.length(wish.length)} with {wish.names} in another week?")  # fmt: skip
    return None


# finding -------------------------------------------------------------------------------------------------------------


def _room(wish: Wish) -> Generator[Step, Any, tuple[Span, ...]]:
    """Return the spans of time in which the meeting must lie."""
    now = yield Now()
    if wish.window is None:
        return (Span(start=now, end=now + timedelta(days=OPEN_DAYS)),)
    room: tuple[Span, ...] = wish.window.room(wish.length)
    return room or tuple(s for s in wish.window.spans if s.end > s.start)


def _scope(wish: Wish, me: Profile, spans: Sequence[Span]) -> Scope:
    people = (me.manager, *(g.address for g in wish.guests))
    return Scope(people=people, start=min(s.start for s in spans), end=max(s.end for s in spans))


def _find(wish: Wish, me: Profile, spans: Sequence[Span]) -> Do:
    named = {day.weekday() for day in wish.window.days()} if wish.window is not None else set()
    arguments = {
        "attendees": (me.manager, *(g.address for g in wish.guests)),
        "minutes": wish.length,
        "windows": tuple((_instant(s.start, me.zone), _instant(s.end, me.zone)) for s in spans),
        "weekdays": tuple(sorted(WORKWEEK | (named if len(named) < 7 else set()))),
    }
    return Do(operation="calendar.find_slots", arguments=arguments)


def _instant(moment: datetime, zone: str) -> Instant:
    return Instant(moment, zone, OWN)


# choosing ------------------------------------------------------------------------------------------------------------


def _chosen(wish: Wish, me: Profile, found: Slots) -> Generator[Step, Any, tuple[Wish, SlotOption | None] | None]:
    """Propose other times and return what is chosen, or a new wish to look for; None if it is let go."""
    options = found.alternatives[:3]
    if not options:
        yield reply(wish.mail, f"{_no_time(wish, found)} I found no other time in the two weeks around it either. "
                    "Nothing is booked. When would suit you instead?")  # fmt: skip
        return None
    now = yield Now()
    spans = tuple((o.start.value, o.end.value) for o in options)
    yield Hold(spans=spans, until=now + PATIENCE)
    count = words.NUMBERS[len(options)]
    text = (
        f"{_no_time(wish, found)} {'This is' if len(options) == 1 else f'These {count} are'} the nearest that suit "
        f"everybody:\n\n{words.numbered(options, me.zone)}\n\nWhich one shall I book? I keep them free for three days."
    )
    for _ in range(3):
        answer: Mail | None = yield ask(me.manager, reply(wish.mail, text))
        if answer is None:
            return None
        wish = replace(wish, mail=answer)
        picked = pick(answer, options)
        if picked is not None:
            return wish, picked
        if intent(answer) in ("no", "cancel") or (answer.reading is not None and answer.reading.value("none")):
            yield reply(answer, "All right, none of them. Nothing is booked, and the times are free again.")
            return None
        if intent(answer) not in CONTINUES:
            yield Raise(kind="mail", fields={"mail": answer})
            return None
        if answer.reading is not None and answer.reading.value("window") is not None:
            return _elsewhere(wish, answer), None
        text = f"Which of these do you mean?\n\n{words.numbered(options, me.zone)}"
    return None


def pick(answer: Mail, options: Sequence[SlotOption]) -> SlotOption | None:
    """Return the one option that an answer names: by its place, by its time, or because any will do."""
    reading = answer.reading
    if reading is None or reading.value("none"):
        return None
    places: tuple[int, ...] = reading.value("ordinals") or ()
    if len(places) == 1 and places[0] != 0 and -len(options) <= places[0] <= len(options):
        return options[places[0] - 1 if places[0] > 0 else places[0]]
    if reading.value("any") or (len(options) == 1 and intent(answer) == "yes"):
        return options[0]
    window = reading.value("window")
    if window is None or places:
        return None
    fitting = [o for o in options if any(_covers(s, o) for s in window.spans)]
    return fitting[0] if len(fitting) == 1 else None


def _covers(span: Span, option: SlotOption) -> bool:
    if span.start == span.end:
        return span.start == option.start.value
    return span.start <= option.start.value and option.end.value <= span.end


def _elsewhere(wish: Wish, answer: Mail) -> Wish:
    reading = answer.reading
    assert reading is not None
    return replace(wish, window=reading.value("window"), minutes=reading.value("minutes") or wish.minutes)


# booking -------------------------------------------------------------------------------------------------------------


def book(wish: Wish, me: Profile, option: SlotOption) -> Generator[Step, Any, Booked | None]:
    """Book a slot in both calendars and invite; None if somebody was quicker. What fails half-way is taken back."""
    names = {me.address.value: me.name, me.manager.value: me.manager_name}
    names |= {g.address.value: g.name for g in wish.guests}
    meeting = {
        "title": wish.topic or f"{me.manager_name} and {wish.names}",
        "start": option.start,
        "end": option.end,
        "attendees": (me.manager, *(g.address for g in wish.guests)),
        "names": names,
    }
    booked: Booked | BookConflict = yield Do(operation="calendar.book_own", arguments={**meeting, "owner": me.address})
    if isinstance(booked, BookConflict):
        return None
    copied = {**meeting, "owner": me.manager, "event": booked.event, "check": ()}
    invitation = {"copy": booked.copy, "to": tuple(g.address for g in wish.guests), "sender_name": me.name}
    try:
        yield Do(operation="calendar.book", arguments=copied)
        sent: InvitationSent = yield Do(operation="calendar.invite", arguments=invitation)
    except ActionFailed:
        yield from call_off(me, booked.event, ())
        raise
    yield Believe(
        functor="arranged", arguments=(booked.event.uid, meeting["title"], option.start.value, sent.recipients)
    )
    return booked


# wording -------------------------------------------------------------------------------------------------------------


def _no_time(wish: Wish, found: Slots) -> str:
    when = f" {wish.window.said}" if wish.window is not None else ""
    why = {o.why.value for o in found.obstacles}
    because = "that is already past" if why == {"past"} else "there is no time that suits everybody"
    return f"For {words.length(wish.length)} with {wish.names}{when}, {because}."


def _done(wish: Wish, me: Profile, option: SlotOption, found: Slots) -> str:
    lines = [
        f"Done. {words.length(wish.length).capitalize()} with {wish.names}: {words.slot(option, me.zone)}.",
        f"It stands in your calendar, and I have invited {wish.names}.",
    ]
    if wish.minutes is None:
        lines.append(f"You did not say how long, so I took {words.length(wish.length)}.")
    unseen = [a.value for a in found.unseen]
    if unseen:
        lines.append(f"I cannot see the calendar of {words.listed(unseen)}, so that has to be confirmed.")
    return "\n".join(lines)
