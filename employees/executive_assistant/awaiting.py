"""Seeing an errand through: reminding, warning, passing on what comes, and ending it with that evidence.

One intention for each who was asked. Everything that comes for it (an answer, a notice of absence, a word of the
manager's) is first held as a belief by the plans of `errand_news`, and taken from there: nothing is lost while the
errand is just busy.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.reading.responses import Reply, ReplyKind
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import send
from empla.mind.commitments import COMMITMENT, EXPECTATION, Standing
from empla.mind.plans import PlanLibrary, Trigger, goal
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Step, Unless, Wait, query
from empla.mind.values import FileRef
from employees.executive_assistant import wanted, words
from employees.executive_assistant.correspondents import Hours, hours_of
from employees.executive_assistant.errands import ERRAND_MAIL, ERRAND_OPEN, ERRAND_THREAD, Errand
from employees.executive_assistant.hours import due_of, reminders, warning, working
from employees.executive_assistant.knowing import Profile, Steps, profile, told
from employees.executive_assistant.promises import ended, known, later, noted
from employees.executive_assistant.telling import attached, hello, quoted, until_day, who_answered

library = PlanLibrary()

ERRAND_NEWS = "errand-news"
"""Functor (id of the promise, what it is, mail), and kind of the event with field `errand`: something came for it."""
QUESTION = "errand-question"
"""Functor (Message-ID of a mail to the manager, id of the promise): the answer to it goes to the one who was asked."""
INSTEAD = "errand-instead"
"""Functor (Message-ID of a mail to the manager, id of the promise, who is named instead)."""
STILL_PASSED_ON = timedelta(days=14)
"""How long what comes late is still passed on."""
MOST_NEWS = 25
"""After so many mails about one errand the rest is left to the plans that pass mails on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """How far an errand has got: `sent` is the last mail to the one who was asked, `thread` ours to the manager."""

    errand: Errand
    hours: Hours
    sent: Sent
    thread: Sent
    due: datetime
    reminders: tuple[datetime, ...] = ()
    reminded: int = 0
    warn_at: datetime | None = None
    late: bool = False
    asked_back: bool = False
    news: int = 0
    over: bool = False
    evidence: str = ""
    notes_delay: bool = True
    """Whether the promise to the manager bears that they were told of a later time; version 1 did not note it."""

    @property
    def name(self) -> str:
        """Return the name of the one who was asked."""
        return self.errand.guest.name

    def next(self) -> tuple[datetime, str]:
        """Return what is to be done next if nothing comes, and when."""
        if self.late:
            return self.due + STILL_PASSED_ON, "end"
        found = [(self.due, "late")]
        if self.warn_at is not None:
            found.append((self.warn_at, "warn"))
        if self.reminders and not self.asked_back:
            found.append((self.reminders[0], "remind"))
        return min(found)


def _fall_silent(event: Trigger) -> Steps:
    """Say that the errand cannot be gone on with; it is not closed silently."""
    me: Profile = yield from profile()
    errand: Errand = event.errand
    why = (event.failure.sentence or event.failure.code).rstrip(". ")
    for functor, promise in ((EXPECTATION, errand.id), (COMMITMENT, errand.group)):
        yield from ended(functor, promise, Standing.BROKEN, f"I could not go on with it: {why}")
    yield Forget(functor=ERRAND_OPEN, pattern=(errand.id,))
    yield send(
        me.manager,
        f"I cannot go on: {wanted.subject(errand.what, me.manager_name)}",
        f"I could not go on with getting {wanted.named(errand.what)} from {errand.guest.name}: {why}. Please see to it "
        "yourself, or ask me once more.",
    )
    return ""


@library.plan(goal("answer-from"), goal="get an answer", recovery=_fall_silent, quiet=True, version=2)
def see_through(event: Trigger) -> Steps:
    """Wait for what comes, remind, warn and tell, until there is an answer or it is wanted no more; return evidence."""
    return (yield from _seen_through(event, notes_delay=True))


@library.plan(
    goal("answer-from"), goal="get an answer", recovery=_fall_silent, quiet=True, name="see-through", version=1
)
def see_through_1(event: Trigger) -> Steps:
    """See it through as before a later time was noted at the promise to the manager: what was under way goes on."""
    return (yield from _seen_through(event, notes_delay=False))


def _seen_through(event: Trigger, *, notes_delay: bool) -> Steps:
    me: Profile = yield from profile()
    course = replace((yield from _begun(me, event)), notes_delay=notes_delay)
    errand = course.errand
    while not course.over:
        for _, kind, mail in (yield query(ERRAND_NEWS, errand.id)):
            if not course.over:
                yield Forget(functor=ERRAND_NEWS, pattern=(errand.id, kind, mail))
                course = yield from _taken(me, replace(course, news=course.news + 1), kind, mail)
        if course.over:
            break
        now = yield Now()
        at, act = course.next()
        if at > now:
            yield Wait(until=at, kind=ERRAND_NEWS, fields={"errand": errand.id})
        else:
            course = yield from _DO[act](me, course, now)
    yield Forget(functor=ERRAND_OPEN, pattern=(errand.id,))
    return course.evidence


def _begun(me: Profile, event: Trigger) -> Generator[Step, Any, _Course]:
    errand: Errand = event.errand
    hours = yield from hours_of(errand.guest.address, me)
    return _Course(
        errand=errand,
        hours=hours,
        sent=event.sent,
        thread=event.confirmed,
        due=errand.due,
        reminders=reminders(errand.asked_at, errand.due, hours.zone, hours.hours),
        warn_at=warning(errand.asked_at, errand.due, me.zone),
    )


# what time brings ----------------------------------------------------------------------------------------------------


def _remind(me: Profile, course: _Course, now: datetime) -> Generator[Step, Any, _Course]:
    """Remind the one who was asked, in their hours; an answer that comes meanwhile calls it off."""
    at = working(now, course.hours.zone, course.hours.hours)
    rest = course.reminders[1:]
    if at >= course.due - timedelta(minutes=30):
        return replace(course, reminders=rest)
    if at > now:
        return replace(course, reminders=(at, *rest))
    text = words.paragraphs(
        hello(course.name),
        f"may I remind you: {wanted.request(course.errand.what, me.manager_name)}",
        f"It is needed by {words.moment(course.due, me.zone)} ({me.zone}).",
    )
    course = replace(course, reminders=rest)
    sent = yield from _to_asked(me, course, text)
    return course if sent is None else replace(course, sent=sent, reminded=course.reminded + 1)


def _warn(me: Profile, course: _Course, now: datetime) -> Generator[Step, Any, _Course]:
    """Tell the manager before it is late that nothing has come."""
    what = wanted.named(course.errand.what)
    done = f"I asked on {words.moment(course.errand.asked_at, me.zone)}{_reminded(course)}."
    back = " The question that came back still waits for your answer." if course.asked_back else ""
    text = (
        f"Nothing has come from {course.name} yet for {what}, which is due {words.moment(course.due, me.zone)} "
        f"({me.zone}). {done}{back}\n\nYou can answer with another time (“until Thursday noon”), with “also ask ...”, "
        "or with “never mind”. Otherwise I go on waiting."
    )
    course = yield from _told(me, course, f"Not here yet: {_title(course)}", text)
    return replace(course, warn_at=None)


def _late(me: Profile, course: _Course, now: datetime) -> Generator[Step, Any, _Course]:
    """Tell the manager that it is late: the promise is broken; what comes later is passed on all the same."""
    what = wanted.named(course.errand.what)
    until = words.moment(course.due, me.zone)
    how = f"nothing came until {until}"
    yield from ended(EXPECTATION, course.errand.id, Standing.BROKEN, how)
    yield from ended(COMMITMENT, course.errand.group, Standing.BROKEN, how)
    text = (
        f"{course.name} has not sent {what}: nothing came until {until} ({me.zone}). I asked on "
        f"{words.moment(course.errand.asked_at, me.zone)}{_reminded(course)}.\n\nIf it still comes, I pass it on. "
        "Answer “ask again” if I shall, or “also ask ...” with a name."
    )
    course = yield from _told(me, course, f"Late: {_title(course)}", text)
    return replace(course, late=True)


def _end(me: Profile, course: _Course, now: datetime) -> Generator[Step, Any, _Course]:
    yield Now()
    return replace(course, over=True)


_DO = {"remind": _remind, "warn": _warn, "late": _late, "end": _end}


def _reminded(course: _Course) -> str:
    return {0: "", 1: " and reminded once"}.get(course.reminded, f" and reminded {course.reminded} times")


# what comes ----------------------------------------------------------------------------------------------------------


def _taken(me: Profile, course: _Course, kind: str, mail: Mail) -> Generator[Step, Any, _Course]:
    if course.news > MOST_NEWS:
        yield from ended(EXPECTATION, course.errand.id, Standing.BROKEN, "too many mails came about it")
        return replace(course, over=True)
    return (yield from _TAKE[kind](me, course, mail))


def _answered(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Take an answer: pass it on, or note by when it is promised."""
    found: Reply = told(mail, "reply") or Reply(kind=ReplyKind.GIVEN)
    if found.kind is ReplyKind.NOTED:
        return course
    if found.kind is ReplyKind.PROMISED:
        return (yield from _promised(me, course, mail, found))
    if found.kind is ReplyKind.ASKED:
        closing = (
            f"It asks something, so I wait for you: your answer to this mail goes to {course.name} as you write it."
        )
        course = yield from _passed_on(me, course, mail, closing)
        yield Believe(functor=QUESTION, arguments=(course.thread.message_id, course.errand.id))
        return replace(course, asked_back=True)
    if found.kind is ReplyKind.REFUSED:
        return (yield from _refused(me, course, mail, found))
    late = " It came late." if course.late else ""
    closing = f"With that I have closed the errand.{late} If it is not what you need, answer “ask again”."
    course = yield from _passed_on(me, course, mail, closing)
    if course.errand.to:
        yield from _to_others(course, mail)
    yield from ended(EXPECTATION, course.errand.id, Standing.KEPT, "came and was passed on", evidence=mail.message_id)
    return replace(course, over=True, evidence=mail.message_id)


def _promised(me: Profile, course: _Course, mail: Mail, found: Reply) -> Generator[Step, Any, _Course]:
    """Note what somebody promises; the manager hears of it if that is later than wanted."""
    now = yield Now()
    by: Window | None = found.by
    promised = due_of(by, now) if by is not None and by.spans else None
    made = yield from known(EXPECTATION, course.errand.id)
    if promised is None or made is None or promised <= now or course.late:
        return course
    if promised <= course.due:
        yield from noted(EXPECTATION, course.errand.id, later(made, promised))
        kept = tuple(at for at in course.reminders if at > promised)
        return replace(course, reminders=kept)
    yield from noted(EXPECTATION, course.errand.id, later(made, promised))
    text = (
        f"{course.name} promises {wanted.named(course.errand.what)} for {words.moment(promised, me.zone)} ({me.zone}); "
        f"you wanted it until {words.moment(course.due, me.zone)}. I wait until then.\n\n{quoted(mail)}"
    )
    course = yield from _told(me, course, f"Later than wanted: {_title(course)}", text)
    if course.notes_delay:
        mine = yield from known(COMMITMENT, course.errand.group)
        if mine is not None and mine.open:
            yield from noted(COMMITMENT, course.errand.group, replace(mine, noticed_at=now))
    again = reminders(now, promised, course.hours.zone, course.hours.hours)
    return replace(course, due=promised, reminders=again, warn_at=warning(now, promised, me.zone))


def _refused(me: Profile, course: _Course, mail: Mail, found: Reply) -> Generator[Step, Any, _Course]:
    """Pass a refusal on, with the question whom to ask instead; nobody is asked without the manager's word."""
    closing = "Shall I ask somebody else? Answer with a name, or with “never mind”."
    if found.instead:
        closing = f"Shall I ask {found.instead}? I write to nobody before you say so."
    course = yield from _passed_on(me, course, mail, closing)
    if found.instead:
        yield Believe(functor=INSTEAD, arguments=(course.thread.message_id, course.errand.id, found.instead))
    how = f"{course.name} does not have it" + (f" and names {found.instead}" if found.instead else "")
    yield from ended(EXPECTATION, course.errand.id, Standing.BROKEN, how, evidence=mail.message_id)
    return replace(course, over=True)


def _bounced(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    what = wanted.named(course.errand.what)
    text = (
        f"My mail to {course.name} about {what} did not arrive, so nobody has been asked. The mail server reports:\n\n"
        f"{quoted(mail)}\n\nWhom shall I ask instead, or under which address?"
    )
    course = yield from _told(me, course, f"Did not arrive: {_title(course)}", text)
    yield from ended(EXPECTATION, course.errand.id, Standing.BROKEN, "my mail did not arrive", evidence=mail.message_id)
    return replace(course, over=True)


def _away(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Tell the manager at once of somebody who is away; no reminder goes out before they are back."""
    back = mail.away_until
    until = until_day(back, me.zone)
    after = back is not None and back >= course.due
    rest = "That is after it is due. Shall I ask somebody else? Answer with a name." if after else "I go on waiting."
    text = (
        f"{course.name} has sent a notice of absence{until}, in answer to my mail about "
        f"{wanted.named(course.errand.what)}:\n\n{quoted(mail)}\n\n{rest}"
    )
    course = yield from _told(me, course, f"Away: {course.name}", text)
    kept = tuple(at for at in course.reminders if back is None or at > back)
    return replace(course, reminders=kept)


def _released(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Tell the one who was asked that it is wanted no more."""
    text = words.paragraphs(
        hello(course.name),
        f"{me.manager_name} does not need {wanted.noun(course.errand.what, me.manager_name)} any more. "
        "Thank you; you need not do anything.",
    )
    yield from _to_asked(me, course, text)
    for functor, promise in ((EXPECTATION, course.errand.id), (COMMITMENT, course.errand.group)):
        yield from ended(functor, promise, Standing.RELEASED, "you wanted it no more", evidence=mail.message_id)
    return replace(course, over=True)


def _postponed(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Take another time of the manager's, and tell it to the one who was asked."""
    now = yield Now()
    window: Window | None = told(mail, "due") or told(mail, "to") or told(mail, "window")
    due = due_of(window, now) if window is not None and window.spans else now + timedelta(days=1)
    what = wanted.noun(course.errand.what, me.manager_name)
    text = words.paragraphs(
        hello(course.name),
        f"there is another time for what {me.manager_name} has asked of you ({what}): it is "
        f"needed by {words.moment(due, me.zone)} ({me.zone}).",
    )
    sent = yield from _to_asked(me, course, text)
    for functor, promise in ((EXPECTATION, course.errand.id), (COMMITMENT, course.errand.group)):
        made = yield from known(functor, promise)
        if made is not None:
            yield from noted(functor, promise, replace(later(made, due), standing=Standing.OPEN, ended=""))
    return replace(
        course,
        sent=sent or course.sent,
        due=due,
        late=False,
        reminders=reminders(now, due, course.hours.zone, course.hours.hours),
        warn_at=warning(now, due, me.zone),
    )


def _word(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Pass the manager's own words on to the one who was asked."""
    text = words.paragraphs(hello(course.name), f"{me.manager_name} answers:", quoted(mail))
    sent = yield from _to_asked(me, course, text)
    return replace(course, sent=sent or course.sent, asked_back=False)


def _left(me: Profile, course: _Course, _mail: Mail | None) -> Generator[Step, Any, _Course]:
    """Have the one who was asked turn to the manager: the assistant is leaving."""
    text = words.paragraphs(
        hello(course.name),
        f"I am leaving {me.company}. Please send {wanted.noun(course.errand.what, me.manager_name)} straight to "
        f"{me.manager_name} <{me.manager}>; mail to me arrives no more.",
    )
    yield from _to_asked(me, course, text)
    for functor, promise in ((EXPECTATION, course.errand.id), (COMMITMENT, course.errand.group)):
        yield from ended(functor, promise, Standing.RELEASED, "handed back to you when I left")
    return replace(course, over=True)


_TAKE = {
    "leave": _left,
    "answer": _answered,
    "bounce": _bounced,
    "away": _away,
    "release": _released,
    "due": _postponed,
    "word": _word,
}


# writing -------------------------------------------------------------------------------------------------------------


def _to_asked(me: Profile, course: _Course, text: str) -> Generator[Step, Any, Sent | None]:
    """Write to the one who was asked, in the same thread, unless news comes first; None if it did not go.

    The manager hears of a mail that could not be sent.
    """
    subject = f"Re: {wanted.plain_subject(course.errand.what)}"
    by: Do = send(course.errand.guest.address, subject, text, follows=course.sent)
    try:
        sent: Sent = yield Unless(by=by, kind=ERRAND_NEWS, fields={"errand": course.errand.id})
    except ActionFailed as failure:
        if failure.code != "recalled":
            why = failure.outcome.sentence.rstrip(". ")
            yield send(me.manager, f"Not sent: {subject}", f"I could not write to {course.name}: {why}.\n\n{text}")
        return None
    yield Believe(functor=ERRAND_MAIL, arguments=(sent.message_id, course.errand.id))
    return sent


def _told(
    me: Profile, course: _Course, subject: str, text: str, files: tuple[FileRef, ...] = ()
) -> Generator[Step, Any, _Course]:
    """Write to the manager in the thread of the request."""
    sent = yield send(me.manager, subject, text, follows=course.thread, files=files)
    yield Believe(functor=ERRAND_THREAD, arguments=(sent.thread, course.errand.id))
    return replace(course, thread=sent)


def _passed_on(me: Profile, course: _Course, mail: Mail, closing: str) -> Generator[Step, Any, _Course]:
    """Pass an answer on to the manager, with its files."""
    text = words.paragraphs(answer_text(mail, course.errand), closing)
    return (yield from _told(me, course, f"{course.name}: {_title(course)}", text, mail.attachments))


def answer_text(mail: Mail, errand: Errand) -> str:
    """Return what somebody answers, for the manager."""
    about = f" about {wanted.named(errand.what)}"
    return words.paragraphs(who_answered(mail, errand.guest, about), quoted(mail), attached(mail))


def _to_others(course: _Course, mail: Mail) -> Generator[Step, Any, None]:
    """Send the answer to those for whom the manager wanted it too; the gate asks first for a file of somebody else."""
    for guest in course.errand.to:
        try:
            subject = wanted.plain_subject(course.errand.what)
            yield send(guest.address, subject, answer_text(mail, course.errand), files=mail.attachments)
        except ActionFailed:
            continue


def _title(course: _Course) -> str:
    return wanted.plain_subject(course.errand.what)
