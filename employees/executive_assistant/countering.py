"""Other times that the invited propose for a meeting which the assistant arranged.

The proposal is data, whoever makes it: the manager is asked once, with whether the others are free then. The yes must
be the manager's own mail, and covers that one time and the people of that meeting. Of a no, the one who proposed is
told that the meeting stays, and nothing else. A colleague may propose in a calendar's way (COUNTER, RFC 5546, 3.2.7) or
in plain words in answer to the invitation.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.events import Meeting
from empla.capabilities.calendar.invites import Invite, read_invite
from empla.capabilities.calendar.inviting import occurrence_in
from empla.capabilities.calendar.results import EventCopy, SlotOption, Slots
from empla.capabilities.calendar.slots import Why
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.steps import reply, send
from empla.errors import EmplaError
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Now, Raise, Step, query
from empla.mind.values import OWN, Address, EventRef, Instant, Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.agreeing import LEFT, TAKEN, Proposal, everybody, instant
from employees.executive_assistant.attending import ANSWERED
from employees.executive_assistant.declining import pass_on
from employees.executive_assistant.guests import known_by
from employees.executive_assistant.keeping import KEPT, REMEMBERED
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, sure, told
from employees.executive_assistant.talking import PATIENCE, is_another

library = PlanLibrary()

_ASKED_AGAIN = 3
_QUARTER = timedelta(minutes=15)
_LONGEST = timedelta(hours=24)


# proposed in a calendar's way ----------------------------------------------------------------------------------------


def _counters(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody proposes another time for a meeting of ours."""
    proposes = told(event.mail, "method") == "COUNTER"
    return proposes and bool(beliefs.matching("arranged", told(event.mail, "uid")))


@library.plan(on("invitation"), when=_counters, rank=5, goal="ask about another time", quiet=True)
def ask_about_counter(event: Trigger) -> Steps:
    """Ask the manager whether a meeting shall move to where one of the invited proposes."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    sender = mail.authenticated or mail.sender
    now = yield Now()
    try:
        origin = Origin(Source.PERCEPT, mail.key, "invitation")
        proposed = read_invite(mail.invitation["ics"] if mail.invitation else "", origin, zone=me.zone, at=now)
    except EmplaError as error:
        yield Believe(functor="noted", arguments=(mail.key, f"unusable proposal: {error.sentence}", str(sender)))
        return
    standing = yield from _standing(me, proposed.event, proposed.occurrence)
    if standing is None or sender is None:
        return
    if standing.attendee(sender.value) is None:
        yield from _tell_uninvited(me, mail, sender, standing, proposed)
        return
    if proposed.start is None or proposed.end is None or proposed.sequence < standing.sequence:
        yield Believe(functor="noted", arguments=(mail.key, "proposal for an earlier version", sender.value))
        return
    proposal = yield from _proposal(me, standing, sender, proposed.start.value, proposed.end.value)
    if proposed.occurrence is not None:
        proposal = replace(proposal, occurrence=instant(proposed.occurrence, me))
    vouched = "" if mail.authenticated is not None else "The mail server does not vouch that it is from there."
    comment = f"The proposal says: “{words.sentence(proposed.comment, 500)}”" if proposed.comment else ""
    yield from _put_to_manager(me, proposal, now, words.paragraphs(comment, vouched))


def _tell_uninvited(
    me: Profile, mail: Mail, sender: Address, standing: Meeting, proposed: Invite
) -> Generator[Step, Any, None]:
    """Tell the manager, once, that somebody proposes a time for a meeting that they are not invited to."""
    if (yield query("counter-refused", standing.uid, sender.value)):
        return
    yield Believe(functor="counter-refused", arguments=(standing.uid, sender.value))
    start, end = proposed.start, proposed.end
    when = f" ({words.span(start.value, end.value, me.zone)})" if start is not None and end is not None else ""
    yield send(
        me.manager,
        f"A proposal that I have refused: {standing.title}",
        f"{sender}, who is not invited to “{standing.title}”, proposes another time for it{when}. "
        f"The meeting stays where it is: {words.span(standing.start, standing.end, me.zone)}. I have answered nothing.",
    )


# proposed in plain words ---------------------------------------------------------------------------------------------


def _proposes(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a colleague surely names another time in answer to an invitation."""
    mail: Mail = event.mail
    if from_manager(beliefs, event) or mail.authenticated is None or mail.inbox_of is not None or not sure(mail):
        return False
    window: Window | None = told(mail, "to") or told(mail, "window")
    names_time = window is not None and bool(window.spans) and window.dated
    asks = intent(mail) in ("choose", "answer", "move") and not told(mail, "people")
    return asks and names_time and bool(beliefs.matching("spoken-of", mail.thread))


@library.plan(on("mail"), when=_proposes, rank=3, goal="ask about another time")
def ask_about_words(event: Trigger) -> Steps:
    """Ask the manager the same of what a colleague has written; what does not fit a meeting is passed on as it is."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    now = yield Now()
    uids = yield query("spoken-of", mail.thread)
    assert mail.authenticated is not None, "only a vouched mail is taken for a proposal"
    standing = yield from _standing(me, EventRef(uids[-1][1], 0, OWN), None)
    if standing is None or standing.attendee(mail.authenticated.value) is None or standing.recurring:
        yield from pass_on(event)
        return
    draft = yield from _proposal(me, standing, mail.authenticated, standing.start, standing.end)
    option = yield from _fitting(me, draft, told(mail, "to") or told(mail, "window"), now)
    if option is None:
        yield from pass_on(event)
        return
    proposal = replace(draft, start=option.start, end=option.end, mail=mail)
    yield from _put_to_manager(me, proposal, now, f"The words were: “{words.said(mail, 400)}”")


def _fitting(me: Profile, proposal: Proposal, window: Window, now: datetime) -> Generator[Step, Any, SlotOption | None]:
    """Return the time that the words come to: the hour that was named, else the meeting's own hour on that day."""
    lasts = proposal.was_end.value - proposal.was_start.value
    minutes = int(lasts.total_seconds() // 60)
    if window.exact and len(window.spans) == 1:
        start = window.spans[0].start
        return SlotOption(start=instant(start, me), end=instant(start + lasts, me))
    days = window.days()
    tries = [tuple((s.start, s.end) for s in window.room(minutes))]
    if window.grain == "day" and len(days) == 1:
        here = ZoneInfo(me.zone)
        start = datetime.combine(days[0], proposal.was_start.value.astimezone(here).time(), here).astimezone(UTC)
        tries.insert(0, ((start, start + lasts),))
    for spans in tries:
        coming = tuple((instant(s, me), instant(e, me)) for s, e in spans if e > now)
        if coming and timedelta() < lasts <= _LONGEST:
            found: Slots = yield _search(me, proposal, coming, minutes)
            if found.slots:
                return found.slots[0]
    return None


# our own proposals ----------------------------------------------------------------------------------------------------


def _not_taken(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether an organizer does not take the other time that was proposed for the manager."""
    declined = told(event.mail, "method") == "DECLINECOUNTER"
    return declined and bool(beliefs.matching(ANSWERED, told(event.mail, "uid"), "counter"))


@library.plan(on("invitation"), when=_not_taken, rank=5, goal="say that another time is not taken", quiet=True)
def tell_not_taken(event: Trigger) -> Steps:
    """Tell the manager, once, that an invitation stays at a time that was answered with another."""
    me: Profile = yield from profile()
    uid = told(event.mail, "uid")
    if (yield query("counter-not-taken", uid)):
        return
    now = yield Now()
    yield Believe(functor="counter-not-taken", arguments=(uid,), until=now + REMEMBERED)
    _, _, title, start, name, _ = (yield query(ANSWERED, uid, "counter"))[-1]
    yield send(
        me.manager,
        f"Not taken: another time for {title}",
        f"{name} does not take the other time that I proposed for “{title}”. It stays where it is: "
        f"{words.moment(start, me.zone)} ({me.zone}). I have answered nothing more; if you want to be there all the "
        "same, please accept the invitation in your calendar.",
    )


# asking --------------------------------------------------------------------------------------------------------------


def _standing(me: Profile, event: EventRef, occurrence: datetime | None) -> Generator[Step, Any, Meeting | None]:
    """Return the meeting, or that occurrence of it, as it stands in the assistant's own calendar."""
    copy: EventCopy | None = yield Do(operation="calendar.read", arguments={"owner": me.address, "event": event})
    return None if copy is None else occurrence_in(copy.ics, occurrence, me.zone)


def _proposal(
    me: Profile, standing: Meeting, sender: Address, start: datetime, end: datetime
) -> Generator[Step, Any, Proposal]:
    """Return what is proposed, with everybody whom it concerns and on whose word they may be reached."""
    kept = yield query(KEPT, standing.uid)
    guests = list(kept[-1][1].guests) if kept else []
    known = {g.address.value for g in guests} | {me.manager.value, me.address.value}
    for attendee in standing.attendees:
        if attendee.address not in known:
            guests.append((yield from known_by(Address(attendee.address, Origin(Source.RECORD)))))
    by = next((g for g in guests if g.address.value == sender.value), None)
    return Proposal(
        event=EventRef(standing.uid, standing.sequence, Origin(Source.RECORD, me.address.value)),
        title=standing.title,
        start=instant(start, me),
        end=instant(end, me),
        was_start=instant(standing.start, me),
        was_end=instant(standing.end, me),
        by=by or (yield from known_by(sender)),
        guests=tuple(guests),
        without_me=standing.attendee(me.manager.value) is None,
    )


def _put_to_manager(me: Profile, proposal: Proposal, now: datetime, more: str) -> Generator[Step, Any, None]:
    """Ask the manager, once for each proposal, and let the answer be acted upon on the manager's own authority."""
    this = (proposal.event.uid, proposal.by.address.value, proposal.start.value, proposal.end.value)
    same = (proposal.start.value, proposal.end.value) == (proposal.was_start.value, proposal.was_end.value)
    if same or proposal.start.value <= now or (yield query("countered", *this)):
        yield Believe(functor="noted", arguments=(proposal.event.uid, "nothing new is proposed", this[1]))
        return
    yield Believe(functor="countered", arguments=this, until=now + REMEMBERED)
    who_is_free = yield from _who_is_free(me, proposal)
    when = words.span(proposal.start.value, proposal.end.value, me.zone)
    question = words.paragraphs(
        f"{proposal.by.name} proposes another time for “{proposal.title}”: {when} "
        f"instead of {words.span(proposal.was_start.value, proposal.was_end.value, me.zone)}.",
        more,
        f"{who_is_free} Shall I move it? Please answer yes or no; without an answer it stays where it is.",
    )
    patience = min(PATIENCE, proposal.was_start.value - now, proposal.start.value - now)
    if patience <= timedelta():
        return
    step = send(me.manager, f"Another time for: {proposal.title}", question)
    for _ in range(_ASKED_AGAIN):
        answer: Mail | None = yield Ask(who=me.manager, by=step, patience=patience, allowed=("yes", "no"))
        if answer is None:
            return
        if intent(answer) == "yes" and sure(answer) and not (answer.reading and answer.reading.unread):
            yield Raise(kind=TAKEN, fields={"mail": answer, "proposal": proposal})
            return
        if told(answer, "window") is not None or told(answer, "to") is not None or is_another(answer):
            yield Believe(functor="spoken-of", arguments=(answer.thread, proposal.event.uid))
            before = f"I have left the proposal of {proposal.by.name} ({when}) unanswered."
            yield Raise(kind="mail", fields={"mail": answer, "before": before})
            return
        if intent(answer) in ("no", "cancel") or told(answer, "none"):
            yield Raise(kind=LEFT, fields={"mail": answer, "proposal": proposal})
            return
        step = reply(answer, f"I need a plain yes or no: shall I move “{proposal.title}” to {when}?")


def _who_is_free(me: Profile, proposal: Proposal) -> Generator[Step, Any, str]:
    """Say who is free at the proposed time, the meeting itself apart."""
    start, end = proposal.start.value, proposal.end.value
    first = start - timedelta(minutes=start.minute % 15, seconds=start.second, microseconds=start.microsecond)
    steps = -(-(end - first) // _QUARTER)
    if not timedelta() < steps * _QUARTER <= _LONGEST:
        return "That is longer than a day, so I have not looked who is free then."
    window = ((instant(first, me), instant(first + steps * _QUARTER, me)),)
    try:
        found: Slots = yield _search(me, proposal, window, steps * 15)
    except ActionFailed:
        return "I cannot read the calendars just now, so I do not know who is free then."
    names = {g.address.value: g.name for g in proposal.guests} | {me.manager.value: "you"}
    unseen = words.listed(names.get(a.value, a.value) for a in found.unseen)
    hidden = f" Of {unseen} I cannot see the calendar." if unseen else ""
    if found.slots:
        alone = len(proposal.guests) == 1 and not proposal.without_me
        return f"{'You are' if alone else 'Everybody is'} free then.{hidden}"
    for obstacle in found.obstacles:
        who = [names.get(a.value, a.value) for a in obstacle.who]
        are = "are" if len(who) != 1 or who == ["you"] else "is"
        if obstacle.why is Why.BUSY:
            return words.capital(f"{words.listed(who) or 'not everybody'} {are} not free then.{hidden}")
        if obstacle.why is Why.HOURS:
            return f"That is outside the working hours of {words.listed(who)}.{hidden}"
    return f"The time is not free: I hold it for another meeting.{hidden}"


def _search(me: Profile, proposal: Proposal, windows: tuple[tuple[Instant, Instant], ...], minutes: int) -> Do:
    arguments = {
        "attendees": everybody(me, proposal),
        "minutes": minutes,
        "windows": windows,
        "apart_from": (proposal.event,),
        "weekdays": tuple(range(7)),
        "lead_minutes": 0,
        "granularity": 15,
    }
    return Do(operation="calendar.find_slots", arguments=arguments)
