"""Chases: somebody is asked again if there is no answer by some time.

What the answer would be to is looked for in this order: an errand of ours, an invitation of ours, the mail that the
manager has forwarded or copied to us. Where there is none of these, one question settles what it is about. What does
not reach the employee it cannot see, and it says so.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, MailSent, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Forget, Now, Raise, Scope, Step, Unless, Wait, query
from empla.mind.values import Address
from employees.executive_assistant import wanted, words
from employees.executive_assistant.awaited import means_harm
from employees.executive_assistant.booking import Arrangement
from employees.executive_assistant.correspondents import correspondents, hours_of
from employees.executive_assistant.errands import ERRAND_MAIL
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.hours import due_of, moment_of, working
from employees.executive_assistant.keeping import KEPT
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.promises import ended, known, noted, promise_id
from employees.executive_assistant.talking import answer, asked
from employees.executive_assistant.telling import attached, hello, quoted, who_answered

library = PlanLibrary()

CHASE = "chase"
"""Functor (id of the commitment, address, thread with the manager, what it is about): a chase that runs."""
CHASE_NEWS = "chase-news"
"""Functor (id, what it is, mail), and kind of the event with field `chase`."""
NOT_CHASED = "I ask nobody again."
USUAL = timedelta(days=2)
"""After what time somebody is asked again if the manager does not say."""
_MINUTE = timedelta(minutes=1)
_BY = re.compile(r"(?:by|before|until|till)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """What an answer is missing to: in words, and where it can be seen whether one has come."""

    what: str
    errand: str = ""
    meeting: str = ""
    threads: tuple[str, ...] = ()
    follows: Sent | None = None
    seen: str = ""


@library.plan(on("mail", mail__reading__intent="chase"), when=from_manager, goal="ask again without an answer")
def chase(event: Trigger) -> Steps:
    """Settle who, what and until when, wait, and ask again if there was no answer."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    named = yield from _named(mail, me)
    question = "Who has not answered? Please write me the name."
    found = yield from correspondents(me, mail, named, "asking again", NOT_CHASED, question)
    if found is None:
        return
    mail, guest = found.mail, found.people[0]
    matter = yield from _matter(event.mail, guest)
    if matter is None:
        ask = (
            f"What has {guest.name} not answered? I know of nothing that I have sent, and was not copied on your mail. "
            "Tell me in a few words what it is about, and I ask again in your name."
        )
        about = yield from asked(me, mail, ask, f"asking {guest.name} again", NOT_CHASED, for_words=True)
        if about is None or intent(about) in ("no", "cancel"):
            if about is not None:
                yield reply(about, f"All right. {NOT_CHASED}")
            return
        mail, matter = about, _Matter(what=_plain(words.said(about, 200)))
    yield Scope(people=(me.manager, *(g.address for g in found.people)))
    yield from _see_to_it(event, me, mail, guest, matter)


def _plain(said: str) -> str:
    text = said.strip(" .")
    return text[6:] if text.lower().startswith("about ") else text


def _named(mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Who, ...]]:
    """Return who is named; else the one whom the errand of this thread asked, or to whom this mail went."""
    named: tuple[Who, ...] = tuple(told(mail, "people") or ())
    if named:
        return named
    for _, promise in (yield query("errand-thread", mail.thread)):
        made = yield from known(EXPECTATION, promise)
        if made is not None:
            return (_as_named(made.debtor),)
    others = [a for a in (*mail.to, *mail.cc) if a.value not in (me.address.value, me.manager.value)]
    return (_as_named(others[0]),) if len(others) == 1 else ()


def _as_named(address: Address) -> Who:
    return Who(words=address.value, origin=address.origin, address=address)


def _matter(mail: Mail, guest: Guest) -> Generator[Step, Any, _Matter | None]:
    """Return what an answer is missing to, None if nothing is known."""
    address = guest.address.value
    for promise, made in reversed((yield query(EXPECTATION))):
        if made.debtor.value == address and made.standing in (Standing.OPEN, Standing.BROKEN) and made.mail:
            sent = Sent(message_id=made.mail, thread=made.thread)
            return _Matter(what=wanted.named(made.content), errand=promise, follows=sent)
    kept: tuple[tuple[str, Arrangement], ...] = yield query(KEPT)
    for uid, meeting in reversed(kept):
        if any(g.address.value == address for g in meeting.guests):
            return _Matter(what=f"the invitation “{meeting.title}”", meeting=uid)
    copied = any(a.value == address for a in (*mail.to, *mail.cc))
    if copied or mail.in_reply_to or mail.subject.lower().startswith(("fw", "wg")):
        about = f"“{words.sentence(wanted.bare(mail.subject), 80)}”"
        return _Matter(what=about, threads=(mail.thread, mail.message_id), seen="copied" if copied else "forwarded")
    return None


def _see_to_it(event: Trigger, me: Profile, mail: Mail, guest: Guest, matter: _Matter) -> Generator[Step, Any, None]:
    """Promise it, wait until then, and ask again unless there was an answer."""
    now = yield Now()
    window: Window | None = told(event.mail, "window")
    at = yield from _at(window, now, guest, me)
    promise = promise_id(mail.key, guest.address.value, "chase")
    made = Commitment(
        debtor=me.address,
        creditor=me.manager,
        content=f"ask {guest.name} again about {matter.what} if there is no answer",
        made_at=now,
        due=at,
        thread=mail.thread,
        mail=mail.message_id,
        wants=MailSent(to=guest.address),
    )
    yield from noted(COMMITMENT, promise, made)
    yield Believe(functor=CHASE, arguments=(promise, guest.address.value, mail.thread, matter.threads))
    unseen = "" if matter.errand or matter.meeting else " I see an answer only if it reaches me too."
    said = "" if window is not None else " You did not say when, so I took that."
    text = (
        f"If {guest.name} has not answered {_to(matter)} by {words.moment(at, me.zone)} ({me.zone}), I ask again."
        f"{said}{unseen}"
    )
    confirmed: Sent = yield reply(mail, words.paragraphs(event.get("before") or "", text))
    yield from _waited(me, promise, guest, matter, at, confirmed)
    yield Forget(functor=CHASE, pattern=(promise,))


def _to(matter: _Matter) -> str:
    return matter.what if matter.meeting else f"about {matter.what}"


def _at(window: Window | None, now: datetime, guest: Guest, me: Profile) -> Generator[Step, Any, datetime]:
    """Return when to ask again: after the time that was said is over ("by Thursday"), or on that day."""
    hours = yield from hours_of(guest.address, me)
    if window is None or not window.spans:
        return working(now + USUAL, hours.zone, hours.hours)
    by = window.spans[0].start <= now + _MINUTE or _BY.match(window.said)  # on a Saturday that begins on Monday
    return due_of(window, now) if by else moment_of(window, now)


def _waited(
    me: Profile, promise: str, guest: Guest, matter: _Matter, at: datetime, confirmed: Sent
) -> Generator[Step, Any, None]:
    hours = yield from hours_of(guest.address, me)
    while True:
        for _, kind, mail in (yield query(CHASE_NEWS, promise)):
            yield Forget(functor=CHASE_NEWS, pattern=(promise, kind, mail))
            if kind == "stop":
                yield from ended(COMMITMENT, promise, Standing.RELEASED, "you stopped it", mail.message_id)
                return
            yield from _answered(me, promise, guest, matter, mail, confirmed)
            return
        now = yield Now()
        if at > now:
            yield Wait(until=at, kind=CHASE_NEWS, fields={"chase": promise})
            continue
        if (yield from _has_answered(matter, guest)):
            how = f"{guest.name} has answered meanwhile, so I did not ask again"
            yield from ended(COMMITMENT, promise, Standing.RELEASED, how)
            yield send(
                me.manager, f"Not needed: {guest.name}", f"{words.capital(how)}: {matter.what}.", follows=confirmed
            )
            return
        at = working(now, hours.zone, hours.hours)
        if at <= now and (yield from _asked_again(me, promise, guest, matter, confirmed)):
            return


def _has_answered(matter: _Matter, guest: Guest) -> Generator[Step, Any, bool]:
    """Return whether an answer to an errand or an invitation is known."""
    if matter.errand:
        made = yield from known(EXPECTATION, matter.errand)
        return made is None or made.standing in (Standing.KEPT, Standing.RELEASED)
    if matter.meeting:
        found = yield query("answered", matter.meeting, guest.address.value)
        over = yield query("called-off", matter.meeting)
        return bool(found or over)
    return False


def _asked_again(
    me: Profile, promise: str, guest: Guest, matter: _Matter, confirmed: Sent
) -> Generator[Step, Any, bool]:
    """Ask again, and tell the manager; False if an answer came before the mail was begun."""
    if matter.meeting:
        ask = f"{me.manager_name} has no answer from you yet to {matter.what}. Could you please accept or decline it?"
    else:
        ask = f"{me.manager_name} has no answer from you yet about {matter.what}. May I ask you for one once more?"
    subject = f"Reminder: {matter.what.strip('“”')}, for {me.manager_name}"
    by = send(guest.address, subject, words.paragraphs(hello(guest.name), ask), follows=matter.follows)
    try:
        sent: Sent = yield Unless(by=by, kind=CHASE_NEWS, fields={"chase": promise})
    except ActionFailed as failure:
        if failure.code == "recalled":
            return False
        how = f"I could not write to {guest.name}: {failure.outcome.sentence.rstrip('. ')}"
        yield from ended(COMMITMENT, promise, Standing.BROKEN, how)
        yield send(me.manager, f"Not asked again: {guest.name}", f"{how}. Please ask yourself.", follows=confirmed)
        return True
    if matter.errand:
        yield Believe(functor=ERRAND_MAIL, arguments=(sent.message_id, matter.errand))
    yield from ended(COMMITMENT, promise, Standing.KEPT, f"I have asked {guest.name} again", sent.message_id)
    text = f"There was no answer from {guest.name}, so I have asked again: {matter.what}."
    yield send(me.manager, f"Asked again: {guest.name}", text, follows=confirmed)
    return True


def _answered(
    me: Profile, promise: str, guest: Guest, matter: _Matter, mail: Mail, confirmed: Sent
) -> Generator[Step, Any, None]:
    """Pass on an answer that reached us; then nobody has to be asked again."""
    about = f" about {matter.what}"
    text = words.paragraphs(who_answered(mail, guest, about), quoted(mail), attached(mail), "So I do not ask again.")
    how = f"{guest.name} has answered"
    yield from ended(COMMITMENT, promise, Standing.RELEASED, how, mail.message_id)
    yield send(me.manager, f"{how}: {matter.what}", text, follows=confirmed, files=mail.attachments)


# what comes ----------------------------------------------------------------------------------------------------------


def _sender(mail: Mail) -> str:
    sender = mail.authenticated or mail.sender
    return sender.value if sender is not None else ""


def _comes(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody who would be asked again writes in a thread in which their answer is awaited."""
    mail: Mail = event.mail
    others = not from_manager(beliefs, event) and not means_harm(beliefs, mail)
    return others and any(_is_answer(b.arguments, mail) for b in beliefs.matching(CHASE))


def _is_answer(arguments: tuple[Any, ...], mail: Mail) -> bool:
    _, address, _, threads = arguments
    return bool(_sender(mail) == address and {mail.thread, *mail.in_reply_to} & set(threads))


@library.plan(on("mail"), when=_comes, rank=24, goal="note that somebody has answered", quiet=True)
def note_answer_to_chase(event: Trigger) -> Steps:
    """Give the answer to the chase that waits for it."""
    for arguments in (yield query(CHASE)):
        if _is_answer(arguments, event.mail):
            yield Believe(functor=CHASE_NEWS, arguments=(arguments[0], "answer", event.mail))
            yield Raise(kind=CHASE_NEWS, fields={"chase": arguments[0]})


def _stops(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager says no to a chase in its own thread."""
    mail: Mail = event.mail
    here = bool(mail.in_reply_to) and any(b.arguments[2] == mail.thread for b in beliefs.matching(CHASE))
    plain = intent(mail) in ("no", "cancel") and not (told(mail, "people") or told(mail, "topic"))
    return from_manager(beliefs, event) and here and plain


@library.plan(on("mail"), when=_stops, rank=7, goal="ask nobody again")
def stop_chase(event: Trigger) -> Steps:
    """Let a chase go."""
    names = []
    for promise, address, thread, _ in (yield query(CHASE)):
        if thread == event.mail.thread:
            yield from stopped(promise, event.mail)
            made = yield from known(COMMITMENT, promise)
            names.append(address if made is None else made.content.removeprefix("ask ").partition(" again")[0])
    yield answer(event, f"All right, I do not ask {words.listed(names)} again.")


def stopped(promise: str, mail: Mail) -> Generator[Step, Any, None]:
    """Let one chase go."""
    yield Believe(functor=CHASE_NEWS, arguments=(promise, "stop", mail))
    yield Raise(kind=CHASE_NEWS, fields={"chase": promise})
