"""Keeping a meeting until it begins: what the invited answer goes into both calendars, and a "no" is told at once."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.itip import AttendeeReply, read_reply
from empla.capabilities.calendar.results import Booked, EventMoved, ReplyRefused, SlotOption
from empla.capabilities.email.steps import send
from empla.errors import EmplaError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Forget, Now, Raise, Step, Wait, query
from empla.mind.values import Address, EventRef, Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps

library = PlanLibrary()

REMEMBERED = timedelta(days=90)
"""How long an answer to an invitation is remembered that no meeting waits for."""


@library.plan(on("invitation-reply"), goal="note an answer to an invitation", quiet=True)
def note_reply(event: Trigger) -> Steps:
    """Note what somebody answers; the intention that keeps the meeting takes it from there, on its own authority."""
    mail = event.mail
    sender = mail.authenticated or mail.sender
    try:
        answer = read_reply(mail.invitation["ics"], Origin(Source.PERCEPT, mail.key, "invitation"))
    except EmplaError as error:
        yield Believe(functor="noted", arguments=(mail.key, f"unusable reply: {error.sentence}", sender.value))
        return
    now = yield Now()
    yield Believe(functor="replied", arguments=(answer.event.uid, answer, sender), until=now + REMEMBERED)
    yield Raise(kind="reply-noted", fields={"uid": answer.event.uid})


def keep(me: Profile, booked: Booked, option: SlotOption) -> Generator[Step, Any, None]:
    """Take in answers until the meeting begins."""
    uid = booked.event.uid
    taken: list[AttendeeReply] = []
    while True:
        for _, answer, sender in (yield query("replied", uid)):
            if answer not in taken:
                taken.append(answer)
                yield from _take_in(me, booked.event, option, answer, sender)
        news = yield Wait(until=option.start.value, kind="reply-noted", fields={"uid": uid})
        if news is None:
            break
    yield Forget(functor="replied", pattern=(uid,))


def _take_in(
    me: Profile, event: EventRef, option: SlotOption, answer: AttendeeReply, sender: Address
) -> Generator[Step, Any, None]:
    """Put one answer into both calendars; one that does not count (not invited, an older version) changes nothing."""
    done = yield from _apply(me.address, "calendar.apply_reply_own", event, answer, sender)
    if done is None or isinstance(done, ReplyRefused):
        return
    yield from _apply(me.manager, "calendar.apply_reply", event, answer, sender)
    said = answer.answer.value.lower()
    yield Believe(functor="answered", arguments=(event.uid, answer.attendee.value, said))
    if said == "declined":
        when = words.slot(option, me.zone)
        reason = f"\n\nThey write: “{words.sentence(answer.comment)}”" if answer.comment else ""
        text = (
            f"{answer.attendee} has declined the meeting on {when}.{reason}\n\nIt still stands in your calendar. "
            "To call it off, write: “Cancel it.” For another time, cancel it and ask me to book anew."
        )
        yield send(me.manager, f"Declined: {words.slot(option, me.zone)}", text)


def _apply(
    owner: Address, operation: str, event: EventRef, answer: AttendeeReply, sender: Address
) -> Generator[Step, Any, Any]:
    """Put an answer into one calendar, again on what stands there if somebody changed the event meanwhile."""
    copy = yield Do(operation="calendar.read", arguments={"owner": owner, "event": event})
    done = None
    for _ in range(3):
        if copy is None:
            return None
        done = yield Do(operation=operation, arguments={"copy": copy, "reply": answer, "sender": sender})
        if not isinstance(done, EventMoved):
            return done
        copy = done.copy
    return done


def call_off(me: Profile, event: EventRef, guests: tuple[Address, ...]) -> Generator[Step, Any, bool]:
    """Take a meeting out of both calendars and tell the guests; return whether it stood in any."""
    told = False
    for owner, operation in ((me.address, "calendar.cancel_own"), (me.manager, "calendar.cancel")):
        copy = yield Do(operation="calendar.read", arguments={"owner": owner, "event": event})
        for _ in range(3):
            if copy is None:
                break
            if guests and not told:
                arguments = {"copy": copy, "to": guests, "sender_name": me.name}
                yield Do(operation="calendar.send_cancel", arguments=arguments)
                told = True
            done = yield Do(operation=operation, arguments={"copy": copy})
            if not isinstance(done, EventMoved):
                break
            copy = done.copy
    return told
