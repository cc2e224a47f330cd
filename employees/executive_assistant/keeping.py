"""Keeping a meeting until it begins: what the invited answer goes into both calendars, and a "no" is told at once."""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.itip import AttendeeReply, read_reply
from empla.capabilities.calendar.results import EventMoved, ReplyRefused
from empla.capabilities.email.steps import send
from empla.errors import EmplaError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Scope, Step, Wait, query
from empla.mind.values import Address, EventRef, Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.booking import ARRANGED, Arrangement
from employees.executive_assistant.knowing import Profile, Steps, profile

library = PlanLibrary()

REMEMBERED = timedelta(days=90)
"""How long an answer to an invitation is remembered that no meeting waits for."""
NEWS = "meeting-news"
"""Kind of the event that something is known of a meeting: field `uid`."""


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
    yield Raise(kind=NEWS, fields={"uid": answer.event.uid})


@library.plan(on(ARRANGED), goal="keep a meeting")
def keep_meeting(event: Trigger) -> Steps:
    """Take in answers until the meeting begins, or is called off."""
    me: Profile = yield from profile()
    meeting: Arrangement = event.meeting
    uid = meeting.event.uid
    people = (me.manager, *(g.address for g in meeting.guests))
    taken: list[AttendeeReply] = []
    while not (yield query("called-off", uid)):
        for _, start, end in (yield query("moved", uid)):
            meeting = replace(meeting, start=start, end=end)
        yield Scope(people=people, start=meeting.start.value, end=meeting.end.value)
        for _, answer, sender in (yield query("replied", uid)):
            if answer not in taken:
                taken.append(answer)
                yield from _take_in(me, meeting, answer, sender)
        news = yield Wait(until=meeting.start.value, kind=NEWS, fields={"uid": uid})
        if news is None:
            break
    yield Forget(functor="replied", pattern=(uid,))


def _take_in(me: Profile, meeting: Arrangement, answer: AttendeeReply, sender: Address) -> Generator[Step, Any, None]:
    """Put one answer into both calendars; one that does not count (not invited, an older version) changes nothing."""
    noted = True
    try:
        done = yield from _apply(me.address, "calendar.apply_reply_own", meeting.event, answer, sender)
        if done is None or isinstance(done, ReplyRefused):
            return
        if not meeting.without_me:
            yield from _apply(me.manager, "calendar.apply_reply", meeting.event, answer, sender)
    except ActionFailed:
        noted = False  # the calendar does not answer; the manager hears it all the same
    said = answer.answer.value.lower()
    yield Believe(functor="answered", arguments=(meeting.event.uid, answer.attendee.value, said))
    if said == "declined" or answer.comment or not noted:
        sent = yield _news(me, meeting, answer, noted)
        yield Believe(functor="spoken-of", arguments=(sent.thread, meeting.event.uid))


_VERBS = {"accepted": "has accepted", "declined": "has declined", "tentative": "has accepted provisionally"}


def _news(me: Profile, meeting: Arrangement, answer: AttendeeReply, noted: bool) -> Do:
    """Tell the manager what somebody answered, and what can be done about it."""
    who = next((g.name for g in meeting.guests if g.address.value == answer.attendee.value), answer.attendee.value)
    said = answer.answer.value.lower()
    verb = _VERBS.get(said, "has answered")
    first = f"{who} {verb}: “{meeting.title}”, {words.span(meeting.start.value, meeting.end.value, me.zone)}."
    comment = f"The answer says: “{words.sentence(answer.comment, 500)}”" if answer.comment else ""
    rest = "" if noted else "I could not note that in the calendars, because they do not answer me."
    if said == "declined":
        others = " with the others" if len(meeting.guests) > 1 else ""
        rest = words.paragraphs(
            rest,
            f"The meeting{others} stands as it is. To call it off, answer “Cancel it.”; "
            "for another time, answer for instance “Move it to Thursday afternoon.”",
        )
    return send(me.manager, f"{who} {verb}: {meeting.title}", words.paragraphs(first, comment, rest))


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
