"""What an executive assistant does with rooms: an operation that no plan asks for would never be used.

A body learns only from what it yields, because it is replayed after a restart. What a mail says was read by the kernel
(`mail.reading`); here it is only looked at.
"""

import re
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Forget, Scope, Step, query
from empla_rooms.sensor import CHANGED

library = PlanLibrary()

RESERVED: Final = "room-reserved"
"""Functor (thread with the manager, number, room, start) of a belief: what was reserved."""
_BEFORE_THE_ROLES_OWN: Final = 40
_ASKED = re.compile(
    r"\s*(?:hi|hello|dear)?[^.?!\n]{0,20}?(?:please |can you |could you )*(?:reserve|book|find|get)(?: me| us)?"
    r" an? (?:(?:meeting|conference) )?room\b",
    re.IGNORECASE,
)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SEATS = re.compile(rf"\bfor (\d+|{'|'.join(_NUMBERS)})\b(?! (?:min|hour))", re.IGNORECASE)
_BACK = re.compile(r"\b(?:release|give back|cancel|free)\b.{0,20}\b(?:room|it)\b", re.IGNORECASE)
_PATIENCE: Final = timedelta(days=1)
_HOW = "Write for instance: Reserve a room for 6 people tomorrow from 14:00 to 15:00."


def _of_manager(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the mail server vouches that the manager wrote this mail, and to the employee."""
    mail: Mail = event.mail
    managers = {belief.arguments[1].value for belief in beliefs.matching("profile", "manager")}
    return mail.inbox_of is None and mail.authenticated is not None and mail.authenticated.value in managers


def _asks(beliefs: BeliefBase, event: Trigger) -> bool:
    return _of_manager(beliefs, event) and bool(_ASKED.match(event.mail.text))


def _gives_back(beliefs: BeliefBase, event: Trigger) -> bool:
    ours = beliefs.matching(RESERVED, event.mail.thread)
    return _of_manager(beliefs, event) and bool(ours) and bool(_BACK.search(event.mail.text))


@library.plan(on("mail"), when=_asks, rank=_BEFORE_THE_ROLES_OWN, goal="reserve a room")
def reserve_a_room(event: Trigger) -> Generator[Step, Any, None]:
    """Reserve the smallest free room that has seats enough, and say which."""
    mail: Mail = event.mail
    me = dict((yield query("profile")))
    span, seats = _span(mail), _seats(mail)
    if span is None:
        asking = reply(mail, f"On which day, from when until when do you need the room? {_HOW}")
        found: Mail | None = yield Ask(who=me["manager"], by=asking, patience=_PATIENCE)
        mail, span = found or mail, _span(found) if found is not None else None
        if span is None:
            text = f"I have reserved no room: I do not know for when. {_HOW}"
            yield reply(mail, text) if found is not None else send(me["manager"], "No room reserved", text)
            return
    start, end = span
    yield Scope(people=(me["manager"],), start=start, end=end)
    when = f"{_moment(start, me['zone'])} to {_clock(end, me['zone'])} ({me['zone']})"
    try:
        rooms = yield Do(operation="rooms.find", arguments={"seats": seats, "start": start, "end": end})
        for free in rooms:
            wanted = {"owner": me["manager"], "room": free["room"], "start": start, "end": end}
            made = yield Do(operation="rooms.reserve", arguments=wanted)
            if made["reserved"]:
                yield Believe(functor=RESERVED, arguments=(mail.thread, made["number"], free["room"], start), until=end)
                told = f"I have reserved {free['room']} ({free['seats']} seats) for you: {when}."
                yield reply(mail, f"{told}\n\nTo give it back, answer: Release the room.")
                return
    except ActionFailed as failure:
        yield reply(mail, f"I could not reserve a room: {failure.outcome.sentence.rstrip('. ')}.")
        return
    yield reply(mail, f"No room for {seats} is free: {when}. I have reserved nothing.")


@library.plan(on("mail"), when=_gives_back, rank=_BEFORE_THE_ROLES_OWN, goal="give a room back")
def give_a_room_back(event: Trigger) -> Generator[Step, Any, None]:
    """Give back what was reserved in this thread."""
    mail: Mail = event.mail
    me = dict((yield query("profile")))
    yield Scope(people=(me["manager"],))
    for _, number, room, start in (yield query(RESERVED, mail.thread)):
        yield Do(operation="rooms.release", arguments={"owner": me["manager"], "number": number})
        yield Forget(functor=RESERVED, pattern=(mail.thread, number))
        yield reply(mail, f"I have given {room} back ({_moment(start, me['zone'])}, {me['zone']}).")


def _is_ours(beliefs: BeliefBase, event: Trigger) -> bool:
    return any(belief.arguments[1] == event.number for belief in beliefs.matching(RESERVED))


@library.plan(on(CHANGED), when=_is_ours, goal="tell of another room")
def tell_of_another_room(event: Trigger) -> Generator[Step, Any, None]:
    """Tell the manager that somebody has put the meeting into another room."""
    me = dict((yield query("profile")))
    for thread, number, _, start in (yield query(RESERVED)):
        if number == event.number:
            yield Forget(functor=RESERVED, pattern=(thread, number))
            yield Believe(functor=RESERVED, arguments=(thread, number, event.room, start))
            when = f"{_moment(start, me['zone'])} ({me['zone']})"
            text = f"Your room on {when} is now {event.room} instead of {event.was}: somebody has changed it."
            yield send(me["manager"], f"Another room: {event.room}", text)


def _span(mail: Mail) -> tuple[datetime, datetime] | None:
    """Return from when until when, if the mail names one time and how long."""
    window = mail.reading.value("window") if mail.reading is not None else None
    minutes = mail.reading.value("minutes") if mail.reading is not None else None
    if window is None or not window.exact or len(window.spans) != 1 or not minutes:
        return None
    start = window.spans[0].start
    return start, start + timedelta(minutes=minutes)


def _seats(mail: Mail) -> int:
    said = _SEATS.search(mail.text)
    if said is None:
        return 2
    return int(said[1]) if said[1].isdigit() else 2 + _NUMBERS.index(said[1].lower())


def _moment(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%A, %-d %B %Y, %H:%M}"


def _clock(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"
