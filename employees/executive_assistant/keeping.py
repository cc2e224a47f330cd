"""Keeping a meeting until it begins: what the invited answer goes into both calendars, and a "no" is told at once.

An answer counts if it comes from the invited person, or from whom the directory names as their assistant. One that does
not count is told the manager where that matters. Who has lost the invitation is sent it again.
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.itip import AttendeeReply, WhyNot, read_reply
from empla.capabilities.calendar.results import EventMoved, ReplyRefused
from empla.capabilities.email.steps import send
from empla.errors import EmplaError
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Scope, Step, Wait, query
from empla.mind.values import Address, EventRef, Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.booking import ARRANGED, Arrangement
from employees.executive_assistant.handing_over import LEAVING, handed_over
from employees.executive_assistant.knowing import Profile, Steps, profile, told

library = PlanLibrary()

REMEMBERED = timedelta(days=90)
"""How long an answer to an invitation is remembered that no meeting waits for."""
NEWS = "meeting-news"
"""Kind of the event that something is known of a meeting: field `uid`."""


ANSWERS_FOR = "answers-for"
"""Functor: the server vouches that the sender (an address) wrote, and the directory says whose assistant that is."""
ASKS_AGAIN = "asks-again"
"""Functor: (UID, address) of somebody who asks for the present invitation (REFRESH, RFC 5546, 3.2.6)."""
KEPT = "kept"
"""Functor: (UID, Arrangement) of a meeting that is being kept, as it is now."""
_TOLD = frozenset({WhyNot.NOT_INVITED, WhyNot.OTHER_SENDER, WhyNot.CANCELLED, WhyNot.UNKNOWN_VERSION})
"""Why an answer does not count, where the manager should hear of it."""
_MOST_REFUSALS = 5
"""Refused answers to one meeting that the manager is told of."""
_MOST_AGAIN = 3
"""How often one person is sent the same invitation again."""


@library.plan(on("invitation-reply"), goal="note an answer to an invitation", quiet=True)
def note_reply(event: Trigger) -> Steps:
    """Note what somebody answers; the intention that keeps the meeting takes it from there, on its own authority."""
    me: Profile = yield from profile()
    mail = event.mail
    sender = mail.authenticated or mail.sender
    try:
        answer = read_reply(mail.invitation["ics"], Origin(Source.PERCEPT, mail.key, "invitation"), zone=me.zone)
    except EmplaError as error:
        yield Believe(functor="noted", arguments=(mail.key, f"unusable reply: {error.sentence}", sender.value))
        return
    now = yield Now()
    if mail.authenticated is not None and sender.value != answer.attendee.value:
        yield from _note_assistant(mail.authenticated, now)
    yield Believe(functor="replied", arguments=(answer.event.uid, answer, sender), until=now + REMEMBERED)
    yield Raise(kind=NEWS, fields={"uid": answer.event.uid})


def _note_assistant(sender: Address, now: datetime) -> Generator[Step, Any, None]:
    """Note whose assistant the sender is, if the directory knows that."""
    found = yield Do(operation="people.find", arguments={"words": sender.value})
    for person in found.people:
        if person.address.value == sender.value and person.assists is not None:
            yield Believe(functor=ANSWERS_FOR, arguments=(sender.value, person.assists), until=now + REMEMBERED)


def _asks_again(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody wants to be sent the invitation to a meeting of ours again."""
    asked = told(event.mail, "method") == "REFRESH"
    return asked and bool(beliefs.matching("arranged", told(event.mail, "uid")))


@library.plan(on("invitation"), when=_asks_again, rank=5, goal="send an invitation again", quiet=True)
def note_request_for_invitation(event: Trigger) -> Steps:
    """Note who asks for the present invitation; whoever keeps the meeting sends it, to the invited alone."""
    mail = event.mail
    sender = mail.authenticated or mail.sender
    uid = told(mail, "uid")
    if sender is None:
        return
    now = yield Now()
    yield Believe(functor=ASKS_AGAIN, arguments=(uid, sender.value), until=now + REMEMBERED)
    yield Raise(kind=NEWS, fields={"uid": uid})


@library.plan(on(ARRANGED), name="keep-meeting", goal="keep a meeting")
def keep_meeting_silently(event: Trigger) -> Steps:
    """Keep a meeting that was arranged by the first version: what does not count is not spoken of."""
    yield from _kept(event, tells=False)


@library.plan(on(ARRANGED), name="keep-meeting", version=2, goal="keep a meeting")
def keep_meeting(event: Trigger) -> Steps:
    """Take in answers until the meeting begins, or is called off."""
    yield from _kept(event, tells=True)
    yield Forget(functor=KEPT, pattern=(event.meeting.event.uid,))
    yield Forget(functor=ASKS_AGAIN, pattern=(event.meeting.event.uid,))


def _kept(event: Trigger, *, tells: bool) -> Steps:
    me: Profile = yield from profile()
    meeting: Arrangement = event.meeting
    uid = meeting.event.uid
    people = (me.manager, *(g.address for g in meeting.guests if g.address.origin.source is not Source.PERCEPT))
    taken: list[AttendeeReply] = []
    again: list[str] = []
    held: Arrangement | None = None
    while not (yield query("called-off", uid)):
        for _, start, end in (yield query("moved", uid)):
            meeting = replace(meeting, start=start, end=end)
        yield Scope(people=people, start=meeting.start.value, end=meeting.end.value)
        leaving = (yield query(LEAVING)) if tells else ()
        if leaving:
            yield from handed_over(me, meeting, leaving[-1][0])
            break
        if tells and meeting != held:
            held = meeting
            yield Forget(functor=KEPT, pattern=(uid,))
            yield Believe(functor=KEPT, arguments=(uid, meeting))
        for _, answer, sender in (yield query("replied", uid)):
            if answer not in taken:
                taken.append(answer)
                yield from _take_in(me, meeting, answer, sender, tells=tells)
        if tells:
            yield from _sent_again(me, meeting, again)
        news = yield Wait(until=meeting.start.value, kind=NEWS, fields={"uid": uid})
        if news is None:
            break
    yield Forget(functor="replied", pattern=(uid,))


def _take_in(
    me: Profile, meeting: Arrangement, answer: AttendeeReply, sender: Address, *, tells: bool
) -> Generator[Step, Any, None]:
    """Put one answer into both calendars; one that does not count (not invited, an older version) changes nothing."""
    noted = True
    said: dict[str, Any] = {"reply": answer, "sender": sender}
    if tells and sender.value != answer.attendee.value:
        said["speaks_for"] = tuple(whose for _, whose in (yield query(ANSWERS_FOR, sender.value)))
    try:
        done = yield from _apply(me.address, "calendar.apply_reply_own", meeting.event, said)
        if isinstance(done, ReplyRefused) and tells:
            yield from _refused(me, meeting, answer, sender, done)
        if done is None or isinstance(done, ReplyRefused):
            return
        if not meeting.without_me:
            yield from _apply(me.manager, "calendar.apply_reply", meeting.event, said)
    except ActionFailed:
        noted = False  # the calendar does not answer; the manager hears it all the same
    word = answer.answer.value.lower()
    yield Believe(functor="answered", arguments=(meeting.event.uid, answer.attendee.value, word))
    if word in ("declined", "delegated") or answer.comment or not noted:
        sent = yield _news(me, meeting, answer, noted)
        yield Believe(functor="spoken-of", arguments=(sent.thread, meeting.event.uid))


def _refused(
    me: Profile, meeting: Arrangement, answer: AttendeeReply, sender: Address, done: ReplyRefused
) -> Generator[Step, Any, None]:
    """Tell the manager, once for each person, of an answer that looks as if it meant something and does not count."""
    uid = meeting.event.uid
    known = yield query("reply-refused", uid, ANY, ANY)
    if done.why not in _TOLD or (uid, sender.value, done.why) in known or len(known) >= _MOST_REFUSALS:
        return
    yield Believe(functor="reply-refused", arguments=(uid, sender.value, done.why))
    verb = _VERBS.get(answer.answer.value.lower(), "has answered")
    when = words.span(meeting.start.value, meeting.end.value, me.zone)
    sent = yield send(
        me.manager,
        f"An answer that I have not entered: {meeting.title}",
        words.paragraphs(
            f"{sender} {verb}: “{meeting.title}”, {when}. I have not entered that: {done.reason}.",
            f"The answer says: “{words.sentence(answer.comment, 500)}”" if answer.comment else "",
            "If they should be there, please invite them, or ask me to." if done.why == WhyNot.NOT_INVITED else "",
        ),
    )
    yield Believe(functor="spoken-of", arguments=(sent.thread, uid))


def _sent_again(me: Profile, meeting: Arrangement, again: list[str]) -> Generator[Step, Any, None]:
    """Send the present invitation to those of the invited who ask for it, and to nobody else."""
    uid = meeting.event.uid
    askers = [asker for _, asker in (yield query(ASKS_AGAIN, uid))]
    if not askers:
        return
    yield Forget(functor=ASKS_AGAIN, pattern=(uid,))
    for guest in meeting.guests:
        if guest.address.value not in askers or again.count(guest.address.value) >= _MOST_AGAIN:
            continue
        again.append(guest.address.value)
        try:
            copy = yield Do(operation="calendar.read", arguments={"owner": me.address, "event": meeting.event})
            if copy is not None:
                arguments = {"copy": copy, "to": (guest.address,), "sender_name": me.name}
                yield Do(operation="calendar.invite", arguments=arguments)
        except ActionFailed as failure:
            yield Believe(functor="noted", arguments=(uid, f"not sent again: {failure}", guest.address.value))


_VERBS = {
    "accepted": "has accepted",
    "declined": "has declined",
    "tentative": "has accepted provisionally",
    "delegated": "sends somebody else",
}


def _news(me: Profile, meeting: Arrangement, answer: AttendeeReply, noted: bool) -> Do:
    """Tell the manager what somebody answered, and what can be done about it."""
    who = next((g.name for g in meeting.guests if g.address.value == answer.attendee.value), answer.attendee.value)
    said = answer.answer.value.lower()
    verb = _VERBS.get(said, "has answered")
    when = words.span(meeting.start.value, meeting.end.value, me.zone)
    if answer.occurrence is not None:
        when = f"only for {words.moment(answer.occurrence, me.zone)} ({me.zone})"
    other = f" in their place: {answer.delegated_to}" if answer.delegated_to is not None else ""
    first = f"{who} {verb}{other}: “{meeting.title}”, {when}."
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


def _apply(owner: Address, operation: str, event: EventRef, said: Mapping[str, Any]) -> Generator[Step, Any, Any]:
    """Put an answer into one calendar, again on what stands there if somebody changed the event meanwhile."""
    copy = yield Do(operation="calendar.read", arguments={"owner": owner, "event": event})
    done = None
    for _ in range(3):
        if copy is None:
            return None
        done = yield Do(operation=operation, arguments={"copy": copy, **said})
        if not isinstance(done, EventMoved):
            return done
        copy = done.copy
    return done
