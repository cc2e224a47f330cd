"""Answering an invitation for the manager: into the calendar, and to its organizer.

What is told to the organizer is the answer and nothing else: never why, and never what fills the manager's time.
"""

from collections.abc import Generator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.invites import Invite
from empla.capabilities.calendar.results import EventCopy, EventMoved, InviteRefused, SlotOption, Slots
from empla.capabilities.calendar.spans import Span
from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail
from empla.mind.steps import Do, Now, Step
from empla.mind.values import Address, Instant
from employees.executive_assistant.guests import known_by
from employees.executive_assistant.invitations import Choice
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import instant
from employees.executive_assistant.sparing import house_of, left_out, spared

AHEAD = timedelta(days=14)
"""How far ahead another time is looked for."""
NOTICE_MINUTES = 120
_TRIES = 3
_QUARTER = 15


class NotTaken(Exception):
    """The calendar does not take the invitation. The sentence says why, to the manager."""


def standing_copy(invite: Invite, me: Profile) -> Generator[Step, Any, EventCopy | None]:
    """Return what stands of the event in the manager's calendar."""
    found: EventCopy | None = yield Do(
        operation="calendar.read", arguments={"owner": me.manager, "event": invite.event}
    )
    return found


def entered(
    mail: Mail, invite: Invite, me: Profile, copy: EventCopy | None, choice: Choice | None
) -> Generator[Step, Any, None]:
    """Take the message into the manager's calendar, with the answer if there is one; `NotTaken` if it is refused."""
    sender = mail.authenticated or mail.sender
    for _ in range(_TRIES):
        arguments: dict[str, Any] = {
            "owner": me.manager,
            "ics": _ics(mail),
            "sender": sender,
            "vouched": mail.authenticated is not None,
            "method": invite.method,
            "uid": invite.uid,
        }
        if copy is not None:
            arguments["copy"] = copy
        if choice is not None:
            arguments["answer"] = choice.value
        done = yield Do(operation="calendar.take_in", arguments=arguments)
        if isinstance(done, InviteRefused):
            raise NotTaken(done.reason)
        if not isinstance(done, EventMoved):
            return
        copy = done.copy
    raise NotTaken("it was changed again and again while I entered it")


def answered(mail: Mail, invite: Invite, me: Profile, choice: Choice, organizer: str) -> Generator[Step, Any, None]:
    """Enter the answer and tell the organizer. What is declined and does not stand in the calendar stays out of it."""
    copy = yield from standing_copy(invite, me)
    if choice is not Choice.DECLINED or copy is not None:
        yield from entered(mail, invite, me, copy, choice)
    thanks = f"Thank you for the invitation, {organizer.split()[0]}." if organizer else "Thank you for the invitation."
    comments = {
        Choice.ACCEPTED: "",
        Choice.TENTATIVE: f"{thanks} {me.manager_name} cannot say for certain yet.",
        Choice.DECLINED: f"{thanks} {me.manager_name} is sorry not to be able to come.",
    }
    arguments = {**_to_organizer(mail, invite, me), "answer": choice.value, "comment": comments[choice]}
    yield Do(operation="calendar.respond", arguments=arguments)


def countered(mail: Mail, invite: Invite, me: Profile, option: SlotOption) -> Generator[Step, Any, None]:
    """Propose another time to the organizer."""
    comment = f"Thank you for the invitation. {me.manager_name} cannot make that time. Would this one suit?"
    arguments = {**_to_organizer(mail, invite, me), "start": option.start, "end": option.end, "comment": comment}
    yield Do(operation="calendar.counter", arguments=arguments)


def _to_organizer(mail: Mail, invite: Invite, me: Profile) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ics": _ics(mail),
        "attendee": me.manager,
        "to": invite.organizer,
        "sender_name": me.name,
        "attendee_name": me.manager_name,
    }
    if invite.occurrence is not None:
        said["occurrence"] = Instant(invite.occurrence, me.zone, invite.event.origin)
    return said


def _ics(mail: Mail) -> str:
    assert mail.invitation is not None
    return str(mail.invitation["ics"])


# another time ---------------------------------------------------------------------------------------------------------


def another_time(invite: Invite, me: Profile, window: Window | None = None) -> Generator[Step, Any, SlotOption | None]:
    """Return a time inside the manager's rules that suits everybody who can be seen; None if there is none.

    Without a window it is looked for from the day of the invitation on. A time that the manager names exactly is taken
    at the manager's word.
    """
    now = yield Now()
    if invite.start is None or invite.end is None or invite.recurring:
        return None
    length = invite.end.value - invite.start.value
    minutes = -(-int(length.total_seconds()) // 60 // _QUARTER) * _QUARTER
    if not 0 < minutes <= 12 * 60:
        return None
    if window is not None and window.exact and len(window.spans) == 1 and window.spans[0].start > now:
        start = window.spans[0].start
        return SlotOption(start=instant(start, me), end=instant(start + length, me))
    room = [s for s in _room(invite, me, window, now, minutes) if s.end > max(s.start, now)]
    if not room:
        return None
    within = Span(min(s.start for s in room), max(s.end for s in room))
    organizer = invite.organizer
    whom = (organizer.value,) if organizer is not None else ()
    keep_free = yield from spared(me, within, minutes, whom, invite.uid)
    for leave_out in keep_free.tiers():
        found: Slots = yield _find(invite, me, room, minutes, left_out(leave_out, me))
        if found.slots:
            return found.slots[0]
    return None


def _room(invite: Invite, me: Profile, window: Window | None, now: datetime, minutes: int) -> list[Span]:
    if window is not None:
        return [Span(s.start, s.end) for s in window.room(minutes)]
    assert invite.start is not None
    here = ZoneInfo(me.zone)
    morning = datetime.combine(invite.start.value.astimezone(here).date(), time(), here)
    since = max(morning, now)
    return [Span(since, since + AHEAD)]


def _find(
    invite: Invite, me: Profile, room: list[Span], minutes: int, leave_out: tuple[tuple[Instant, Instant], ...]
) -> Do:
    inside = invite.organizer is not None and invite.organizer.value.endswith(f"@{house_of(me)}")
    attendees: tuple[Address, ...] = (me.manager, *((invite.organizer,) if inside and invite.organizer else ()))
    arguments = {
        "attendees": attendees,
        "minutes": minutes,
        "windows": tuple((instant(s.start, me), instant(s.end, me)) for s in room),
        "lead_minutes": NOTICE_MINUTES,
        "apart_from": (invite.event,),
        "avoid": leave_out,
    }
    return Do(operation="calendar.find_slots", arguments=arguments)


def organizer_name(invite: Invite) -> Generator[Step, Any, str]:
    """Return the organizer's name: as the directory has it, else as they write it."""
    if invite.organizer is None:
        return ""
    known = yield from known_by(invite.organizer)
    if known.name != invite.organizer.value:
        return known.name
    return " ".join(invite.organizer_name.split())[:80] or invite.organizer.value
