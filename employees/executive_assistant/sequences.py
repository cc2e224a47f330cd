"""Sequences: mails to one person, each sent only as long as there is no answer, and none after one.

The employee's promise to its manager is a commitment. Whoever is outside the company is written to only after the
manager has seen the text and said yes.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.conversing import begun
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import registered
from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.mind.plans import PlanLibrary, Trigger, goal, on
from empla.mind.readings import Mail
from empla.mind.steps import Achieve, ActionFailed, Believe, Forget, Now, Scope, Step, Together, Unless, Wait, query
from empla.mind.values import Source
from employees.executive_assistant import words
from employees.executive_assistant.correspondents import Hours, correspondents, hours_of
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.hours import moment_of, working
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.promises import ended, noted, promise_id
from employees.executive_assistant.talking import asked
from employees.executive_assistant.telling import hello, quoted, until_day, who_answered

library = PlanLibrary()

SEQUENCE = "sequence"
"""Functor (id of the commitment, address, thread with the manager): a sequence that runs."""
SEQUENCE_MAIL = "sequence-mail"
"""Functor (Message-ID of one of its mails, id of the commitment)."""
SEQUENCE_NEWS = "sequence-news"
"""Functor (id, what it is, mail), and kind of the event with field `sequence`: something came that may end it."""
NOTHING_SENT = "I have written to nobody."
USUAL_TIMES, MOST_TIMES = 3, 8
USUAL_DAYS = 3
_ROUNDS = 4
_DAY = timedelta(days=1)
_OF_ITS_OWN = frozenset({"yes", "no", "cancel", "thanks"})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What is sent to one person: `text` is the manager's own, else the mails are about `what`. Days lie between."""

    id: str
    guest: Guest
    what: str
    text: str
    times: int
    every_days: int
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What the manager wants; `asked`: the text was asked for, so that it is shown before it goes out."""

    mail: Mail
    guests: tuple[Guest, ...]
    what: str
    text: str
    times: int
    every_days: int
    first: datetime
    asked: bool = False


def _wants(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event) and not told(event.mail, "drop")


@library.plan(on("mail", mail__reading__intent="sequence"), when=_wants, goal="follow up until there is an answer")
def run_sequence(event: Trigger) -> Steps:
    """Settle what is written to whom and how often, show it where it goes outside, and follow up."""
    me: Profile = yield from profile()
    wish = yield from _wish(event, me)
    if wish is None:
        return
    yield Scope(people=(me.manager, *(g.address for g in wish.guests)))
    agreed = yield from _agreed(me, wish)
    if agreed is None:
        return
    wish = agreed
    sequences = [
        Sequence(
            id=promise_id(wish.mail.key, guest.address.value, "sequence"),
            guest=guest,
            what=wish.what,
            text=wish.text,
            times=wish.times,
            every_days=wish.every_days,
            first=wish.first,
        )
        for guest in wish.guests
    ]
    now = yield Now()
    for one in sequences:
        yield from noted(COMMITMENT, one.id, _promise(me, one, wish.mail, now))
        yield Believe(functor=SEQUENCE, arguments=(one.id, one.guest.address.value, wish.mail.thread))
    confirmed: Sent = yield reply(wish.mail, words.paragraphs(event.get("before") or "", _confirmation(me, wish)))
    goals = tuple(Achieve(goal="follow-up", bindings={"sequence": one, "confirmed": confirmed}) for one in sequences)
    yield Together(steps=goals) if len(goals) > 1 else goals[0]


def _promise(me: Profile, one: Sequence, mail: Mail, now: datetime) -> Commitment:
    return Commitment(
        debtor=me.address,
        creditor=me.manager,
        content=f"follow up with {one.guest.name} about {_matter(one)}",
        made_at=now,
        due=one.first + one.times * one.every_days * _DAY,
        thread=mail.thread,
        mail=mail.message_id,
    )


def _matter(one: Sequence | _Wish) -> str:
    return one.what or f"“{words.sentence(one.text, 60)}”"


# what is wanted ------------------------------------------------------------------------------------------------------


def _wish(event: Trigger, me: Profile) -> Generator[Step, Any, _Wish | None]:
    mail: Mail = event.mail
    named: tuple[Who, ...] = tuple(told(mail, "people") or ())
    found = yield from correspondents(me, mail, named, "a follow-up", NOTHING_SENT, "With whom shall I follow up?")
    if found is None:
        return None
    what: str = told(mail, "what") or ""
    text = what if told(mail, "given") else ""
    answer = found.mail
    if not what:
        names = words.listed(g.name for g in found.people)
        question = f"What shall I write to {names}? Answer with the text, or with what it is about (“about the offer”)."
        given = yield from asked(me, answer, question, f"a follow-up with {names}", NOTHING_SENT, for_words=True)
        if given is None:
            return None
        answer = given
        if intent(given) in ("no", "cancel"):
            yield reply(given, f"All right. {NOTHING_SENT}")
            return None
        what, text = _said(given)
    now = yield Now()
    window: Window | None = told(mail, "window")
    hours = yield from hours_of(found.people[0].address, me)
    begin = moment_of(window, now) if window is not None and window.spans else now
    return _Wish(
        mail=answer,
        guests=found.people,
        what="" if text else what,
        text=text,
        times=min(max(1, told(mail, "times") or USUAL_TIMES), MOST_TIMES),
        every_days=max(1, told(mail, "every_days") or USUAL_DAYS),
        first=working(begin, hours.zone, hours.hours),
        asked=answer is not found.mail,
    )


def _said(mail: Mail) -> tuple[str, str]:
    """Return (matter, text) of an answer to "what shall I write?"."""
    said = words.said(mail, 2000).strip()
    plain = said.strip('“”" ')
    if plain.lower().startswith("about ") and len(plain.split()) <= 12:
        return plain[6:].rstrip(" ."), ""
    return "", plain


def _agreed(me: Profile, wish: _Wish) -> Generator[Step, Any, _Wish | None]:
    """Show what would be written to somebody outside the company, or what was taken from the words of an answer.

    None if the manager does not want it.
    """
    if not wish.asked and all(g.address.origin.source is Source.DIRECTORY for g in wish.guests):
        return wish
    names = words.listed(g.name for g in wish.guests)
    for _ in range(_ROUNDS):
        question = words.paragraphs(
            f"I would write to {names} in your name: {_plan(me, wish)}. I stop as soon as there is an answer.",
            "The first mail:",
            _indented(_text(me, wish, wish.guests[0], 1)),
            *(("The later ones:", _indented(_text(me, wish, wish.guests[0], 2))) if wish.times > 1 else ()),
            "Shall I? Answer yes or no, or with the text that you want instead.",
        )
        answer = yield from asked(me, wish.mail, question, f"a follow-up with {names}", NOTHING_SENT, for_words=True)
        if answer is None:
            return None
        wish = replace(wish, mail=answer)
        if intent(answer) == "yes":
            return wish
        if intent(answer) in _OF_ITS_OWN:
            break
        what, text = _said(answer)
        wish = replace(wish, what=what, text=text)
    yield reply(wish.mail, f"All right. {NOTHING_SENT}")
    return None


def _plan(me: Profile, wish: _Wish) -> str:
    first = words.moment(wish.first, me.zone)
    if wish.times == 1:
        return f"once, on {first} ({me.zone})"
    every = "every day" if wish.every_days == 1 else f"every {wish.every_days} days"
    return f"on {first} ({me.zone}), and then {every}, {_often(wish.times)} in all, on working days"


def _often(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{words.NUMBERS[times]} times")


def _confirmation(me: Profile, wish: _Wish) -> str:
    names = words.listed(g.name for g in wish.guests)
    return (
        f"I write to {names} about {_matter(wish)} {_plan(me, wish)}, as long as there is no answer. You hear of an "
        "answer at once, and at the end in any case. To stop it, answer “Stop”."
    )


# the mails -----------------------------------------------------------------------------------------------------------


def _text(me: Profile, wish: _Wish | Sequence, guest: Guest, number: int) -> str:
    """Return the text of the `number`-th mail."""
    last = "This is my last mail about it." if number == wish.times and number > 1 else ""
    if wish.text:
        first = f"{me.manager_name} asked me to send you this:"
        again = f"may I come back to what {me.manager_name} asked me to send you:"
        return words.paragraphs(hello(guest.name), first if number == 1 else again, wish.text, last)
    if number == 1:
        body = (
            f"{me.manager_name} asked me to follow up with you about {wish.what}. Could you tell us how it stands? "
            f"Please answer this mail; your answer goes to {me.manager_name}."
        )
    else:
        body = f"may I ask once more, for {me.manager_name}, about {wish.what}? A short answer is enough."
    return words.paragraphs(hello(guest.name), body, last)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _subject(me: Profile, one: Sequence) -> str:
    about = words.title(one.what) if one.what else f"A question of {me.manager_name}"
    return about if me.manager_name in about else f"{words.sentence(about, 60)}, for {me.manager_name}"


# following up --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """How far a sequence has got: `sent` are the hours of its mails, `last` the last of them, `at` what comes next."""

    one: Sequence
    hours: Hours
    thread: Sent
    at: datetime
    sent: tuple[datetime, ...] = ()
    last: Sent | None = None
    away: datetime | None = None
    over: bool = False


def _broken(event: Trigger) -> Steps:
    """Say that the sequence cannot be gone on with; it is not ended silently."""
    me: Profile = yield from profile()
    one: Sequence = event.sequence
    why = (event.failure.sentence or event.failure.code).rstrip(". ")
    yield from ended(COMMITMENT, one.id, Standing.BROKEN, f"I could not go on: {why}")
    yield Forget(functor=SEQUENCE, pattern=(one.id,))
    yield send(me.manager, f"Stopped: follow-up with {one.guest.name}", f"I could not go on with it: {why}.")


@library.plan(goal("follow-up"), goal="follow up", recovery=_broken, quiet=True)
def follow_up(event: Trigger) -> Steps:
    """Write, wait, and write again, until there is an answer, the manager says stop, or it was often enough."""
    me: Profile = yield from profile()
    one: Sequence = event.sequence
    hours = yield from hours_of(one.guest.address, me)
    course = _Course(one=one, hours=hours, thread=event.confirmed, at=one.first)
    while not course.over:
        for _, kind, mail in (yield query(SEQUENCE_NEWS, one.id)):
            if not course.over:
                yield Forget(functor=SEQUENCE_NEWS, pattern=(one.id, kind, mail))
                course = yield from _TAKE[kind](me, course, mail)
        if course.over:
            break
        now = yield Now()
        if course.at > now:
            yield Wait(until=course.at, kind=SEQUENCE_NEWS, fields={"sequence": one.id})
        elif len(course.sent) >= one.times:
            course = yield from _unanswered(me, course)
        else:
            course = yield from _written(me, course, now)
    yield Forget(functor=SEQUENCE, pattern=(one.id,))


def _written(me: Profile, course: _Course, now: datetime) -> Generator[Step, Any, _Course]:
    """Send the next mail, in the recipient's hours; an answer that comes before it is begun calls it off."""
    one = course.one
    at = working(now, course.hours.zone, course.hours.hours)
    if at > now:
        return replace(course, at=at)
    number = len(course.sent) + 1
    subject = _subject(me, one) if course.last is None else f"Re: {_subject(me, one)}"
    by = send(one.guest.address, subject, _text(me, one, one.guest, number), follows=course.last)
    try:
        sent: Sent = yield Unless(by=by, kind=SEQUENCE_NEWS, fields={"sequence": one.id})
    except ActionFailed as failure:
        if failure.code == "recalled":
            return course
        why = failure.outcome.sentence.rstrip(". ")
        return (yield from _ended(me, course, Standing.BROKEN, f"mail {number} could not be sent: {why}", ""))
    yield Believe(functor=SEQUENCE_MAIL, arguments=(sent.message_id, one.id))
    if course.last is None:
        yield from begun(one.guest.address, subject, sent.thread)
    following = working(now + one.every_days * _DAY, course.hours.zone, course.hours.hours)
    return replace(course, sent=(*course.sent, now), last=sent, at=following)


def _answered(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    text = words.paragraphs(who_answered(mail, course.one.guest), quoted(mail))
    how = f"{course.one.guest.name} has answered after {_mails(course)}"
    return (yield from _ended(me, course, Standing.KEPT, how, text, mail))


def _wrote_otherwise(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    how = f"{course.one.guest.name} has written a mail of their own, which I have treated by itself"
    return (yield from _ended(me, course, Standing.KEPT, how, "", mail))


def _bounced(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    text = f"The mail server reports:\n\n{quoted(mail)}"
    return (yield from _ended(me, course, Standing.BROKEN, "my mail did not arrive", text, mail))


def _away(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    """Go on only after somebody is back; the manager hears when that is."""
    back = mail.away_until
    at = course.at if back is None else working(max(course.at, back), course.hours.zone, course.hours.hours)
    until = until_day(back, me.zone)
    text = (
        f"{course.one.guest.name} is away{until}, says a notice of absence. My next mail goes out on "
        f"{words.moment(at, me.zone)} ({me.zone}), if there is no answer before.\n\n{quoted(mail)}"
    )
    sent = yield send(me.manager, f"Away: {course.one.guest.name}", text, follows=course.thread)
    return replace(course, at=at, away=back, thread=sent)


def _stopped(me: Profile, course: _Course, mail: Mail) -> Generator[Step, Any, _Course]:
    yield from ended(COMMITMENT, course.one.id, Standing.RELEASED, "you stopped it", mail.message_id)
    return replace(course, over=True)


def _unanswered(me: Profile, course: _Course) -> Generator[Step, Any, _Course]:
    how = f"no answer from {course.one.guest.name} to {_mails(course)}"
    return (yield from _ended(me, course, Standing.KEPT, how, "I write no more."))


_TAKE = {"answer": _answered, "other": _wrote_otherwise, "bounce": _bounced, "away": _away, "stop": _stopped}


def _ended(
    me: Profile, course: _Course, standing: Standing, how: str, text: str, mail: Mail | None = None
) -> Generator[Step, Any, _Course]:
    """End the sequence with a summary to the manager; an answer's files go with it."""
    evidence = mail.message_id if mail is not None else course.last.message_id if course.last is not None else ""
    yield from ended(COMMITMENT, course.one.id, standing, how, evidence)
    when = "\n".join(f"  {n}. {words.moment(at, me.zone)}" for n, at in enumerate(course.sent, 1))
    mails = f"I wrote ({me.zone}):\n\n{when}" if course.sent else "I had not written yet."
    summary = words.paragraphs(f"The follow-up about {_matter(course.one)} has ended: {how}.", text, mails)
    files = mail.attachments if mail is not None and standing is Standing.KEPT and text else ()
    subject = f"Follow-up with {course.one.guest.name}: {how}"
    yield send(me.manager, words.sentence(subject, 90), summary, follows=course.thread, files=files)
    return replace(course, over=True)


def _mails(course: _Course) -> str:
    count = len(course.sent)
    return "one mail" if count == 1 else f"{words.NUMBERS[count] if count < len(words.NUMBERS) else count} mails"
