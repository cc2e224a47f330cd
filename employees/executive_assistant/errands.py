"""Errands: something is got from somebody by some time. It is asked for here; `awaiting` sees it through.

The employee's own promise to its manager is a commitment; what it has asked for is an expectation of each who was
asked. Both end with a sentence that the manager gets.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.conversing import begun
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import registered
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Achieve, ActionFailed, Believe, Forget, Now, Scope, Step, Together, query
from empla.mind.values import FileRef
from employees.executive_assistant import wanted, words
from employees.executive_assistant.correspondents import correspondents
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.hours import due_of, working
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile, told
from employees.executive_assistant.promises import ended, known, noted, promise_id
from employees.executive_assistant.talking import asked
from employees.executive_assistant.telling import hello

library = PlanLibrary()

ERRAND_MAIL = "errand-mail"
"""Functor: (Message-ID or thread of a mail to the one who was asked, id of the promise)."""
ERRAND_THREAD = "errand-thread"
"""Functor: (thread with the manager, id of the promise)."""
ERRAND_SUBJECT = "errand-subject"
"""Functor: (address of the one who was asked, subject of our mail, id of the promise): known before the mail is sent,
for an answer may come before the server's word that it was."""
ERRAND_OPEN = "errand-open"
"""Functor (id of the promise): what comes for it is awaited."""
ALSO = "errand-also"
"""Kind of the event that somebody else shall be asked for the same, or the same once more: fields `mail`, `people`,
`what`, and `due` if there is one."""
UNASKED = "I have asked nobody."
USUAL_DAYS = 5
"""How many days somebody has if the manager does not say."""
_ATTACHED = re.compile(r"\b(?:attach(?:ed|ment)|enclosed)\b", re.IGNORECASE)
_DAY = timedelta(days=1)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something that one person was asked for: `id` is that of the expectation, `group` that of the commitment."""

    id: str
    group: str
    what: str
    guest: Guest
    due: datetime
    asked_at: datetime
    to: tuple[Guest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What the manager wants: of whom, what, until when, and for whom besides."""

    mail: Mail
    people: tuple[Who, ...]
    what: str
    due: datetime
    said_when: bool
    to: tuple[Who, ...] = ()
    files: tuple[FileRef, ...] = ()


def _wants(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event) and not told(event.mail, "drop")


@library.plan(on(ALSO), name="run-errand-again", goal="get something for the manager")
@library.plan(on("mail", mail__reading__intent="errand"), when=_wants, goal="get something for the manager")
def run_errand(event: Trigger) -> Steps:
    """Ask each who is named, confirm, and see every one of them through; tell a summary of several."""
    me: Profile = yield from profile()
    wish = yield from _wish(event, me)
    if wish is None:
        return
    matter = wanted.named(wish.what)
    question = f"I understand that you want {matter}. From whom shall I get it?"
    found = yield from correspondents(me, wish.mail, wish.people, matter, UNASKED, question)
    if found is None:
        return
    mail = found.mail
    others: tuple[Guest, ...] = ()
    if wish.to:
        also = yield from correspondents(me, mail, wish.to, matter, UNASKED, "Who else shall get it?")
        if also is None:
            return
        mail, others = also.mail, also.people
    yield Scope(people=(me.manager, *(g.address for g in (*found.people, *others))))
    errands, failures = yield from _asked_all(me, wish, mail, found.people, others)
    confirmed: Sent = yield reply(mail, _confirmation(me, wish, errands, failures, event.get("before") or ""))
    if not errands:
        return
    for errand, _ in errands:
        yield Believe(functor=ERRAND_THREAD, arguments=(confirmed.thread, errand.id))
    goals = tuple(
        Achieve(goal="answer-from", bindings={"errand": errand, "sent": sent, "confirmed": confirmed})
        for errand, sent in errands
    )
    results: tuple[str, ...] = (yield Together(steps=goals)) if len(goals) > 1 else ((yield goals[0]),)
    yield from _concluded(me, errands, results, confirmed)


def _wish(event: Trigger, me: Profile) -> Generator[Step, Any, _Wish | None]:
    """Return what is wanted; of an errand in this thread what this mail does not say. None if it cannot be told."""
    mail: Mail = event.mail
    now = yield Now()
    what: str = event.get("what") or told(mail, "what") or ""
    window: Window | None = told(mail, "due")
    due = due_of(window, now) if window is not None and window.spans else event.get("due")
    if not what:
        earlier = yield from _of_thread(mail)
        if earlier is None:
            answered = yield from asked(me, mail, "What shall I ask for, and until when?", "an errand", UNASKED)
            if answered is None:
                return None
            mail, what = answered, told(answered, "what") or words.said(answered, 300).rstrip(" .")
            window = told(answered, "due") or told(answered, "window")
            due = due or (due_of(window, now) if window is not None and window.spans else None)
        else:
            what, due = earlier.content, due or earlier.due
    files = mail.attachments if _ATTACHED.search(words.said(mail, 2000)) else ()
    return _Wish(
        mail=mail,
        people=tuple(event.get("people") or told(mail, "people") or told(event.mail, "people") or ()),
        what=what,
        due=due if due is not None and due > now else _usual(now, me),
        said_when=due is not None and due > now,
        to=tuple(told(mail, "to") or ()),
        files=files,
    )


def _usual(now: datetime, me: Profile) -> datetime:
    return working(now + USUAL_DAYS * _DAY, me.zone, "17:00-18:00")


def _of_thread(mail: Mail) -> Generator[Step, Any, Commitment | None]:
    """Return what was last asked for in this thread."""
    ids = yield query(ERRAND_THREAD, mail.thread)
    return (yield from known(EXPECTATION, ids[-1][1])) if ids else None


def _asked_all(
    me: Profile, wish: _Wish, mail: Mail, guests: Sequence[Guest], others: tuple[Guest, ...]
) -> Generator[Step, Any, tuple[list[tuple[Errand, Sent]], list[str]]]:
    """Ask everybody, and note the promises; return the errands that are under way, and why the others are not."""
    now = yield Now()
    group = promise_id(mail.key, wish.what)
    under_way: list[tuple[Errand, Sent]] = []
    failures: list[str] = []
    for guest in guests:
        errand = Errand(
            id=promise_id(mail.key, wish.what, guest.address.value),
            group=group,
            what=wish.what,
            guest=guest,
            due=wish.due,
            asked_at=now,
            to=others,
        )
        sent = yield from _asked_one(me, errand, wish.files, failures)
        if sent is not None:
            under_way.append((errand, sent))
    if under_way:
        names = words.listed(e.guest.name for e, _ in under_way)
        made = Commitment(
            debtor=me.address,
            creditor=me.manager,
            content=f"get {wanted.named(wish.what)} from {names}",
            made_at=now,
            due=wish.due,
            thread=mail.thread,
            mail=mail.message_id,
        )
        yield from noted(COMMITMENT, group, made)
    return under_way, failures


def _asked_one(
    me: Profile, errand: Errand, files: tuple[FileRef, ...], failures: list[str]
) -> Generator[Step, Any, Sent | None]:
    """Ask one person; None, with the reason among `failures`, if that did not work. Then nothing is expected either."""
    address, subject = errand.guest.address, wanted.subject(errand.what, me.manager_name)
    yield from noted(EXPECTATION, errand.id, _expected(me, errand, None))
    yield Believe(functor=ERRAND_OPEN, arguments=(errand.id,))
    yield Believe(functor=ERRAND_SUBJECT, arguments=(address.value, subject, errand.id))
    try:
        sent: Sent = yield send(address, subject, _request(me, errand), files=files)
        why = f"Our mail server takes no mail to {errand.guest.name} ({address})." if sent.refused else ""
    except ActionFailed as failure:
        why = f"I could not write to {errand.guest.name}: {failure.outcome.sentence.rstrip('. ')}."
    if why:
        failures.append(why)
        yield Forget(functor=EXPECTATION, pattern=(errand.id,))
        yield Forget(functor=ERRAND_OPEN, pattern=(errand.id,))
        yield Forget(functor=ERRAND_SUBJECT, pattern=(address.value, subject, errand.id))
        return None
    yield from begun(address, subject, sent.thread)
    yield Believe(functor=ERRAND_MAIL, arguments=(sent.message_id, errand.id))
    yield from noted(EXPECTATION, errand.id, _expected(me, errand, sent))
    return sent


def _expected(me: Profile, errand: Errand, sent: Sent | None) -> Commitment:
    return Commitment(
        debtor=errand.guest.address,
        creditor=me.manager,
        content=errand.what,
        made_at=errand.asked_at,
        due=errand.due,
        thread=sent.thread if sent is not None else "",
        mail=sent.message_id if sent is not None else "",
    )


def _request(me: Profile, errand: Errand) -> str:
    """Word the mail that asks: in the manager's name, what is wanted and by when, and nothing else."""
    return words.paragraphs(
        hello(errand.guest.name),
        wanted.request(errand.what, me.manager_name),
        f"It is needed by {words.moment(errand.due, me.zone)} ({me.zone}).",
        f"Please answer this mail; I pass your answer, and any file with it, on to {me.manager_name}. "
        "If you need longer, or somebody else has it, please tell me.",
    )


def _confirmation(
    me: Profile, wish: _Wish, errands: Sequence[tuple[Errand, Sent]], failures: Sequence[str], before: str
) -> str:
    """Say who was asked for what and until when; what could not be done, and that nothing is promised of it."""
    if not errands:
        return words.paragraphs(before, *failures, UNASKED)
    names = words.listed(e.guest.name for e, _ in errands)
    days = "" if wish.said_when else " You did not say by when, so I took that; answer with another time to change it."
    first = (
        f"I have asked {names} {wanted.asked(wish.what)} by {words.moment(wish.due, me.zone)} ({me.zone}), "
        f"and will pass on what comes.{days}"
    )
    also = f"It goes to {words.listed(g.name for g in errands[0][0].to)} as well." if errands[0][0].to else ""
    return words.paragraphs(before, first, also, *failures)


def _concluded(
    me: Profile, errands: Sequence[tuple[Errand, Sent]], results: Sequence[str], confirmed: Sent
) -> Generator[Step, Any, None]:
    """End the employee's own promise as those of the others ended, and tell a summary where there were several."""
    lines = []
    standings = []
    for errand, _ in errands:
        made = yield from known(EXPECTATION, errand.id)
        standings.append(made.standing if made is not None else Standing.BROKEN)
        lines.append(f"  - {errand.guest.name}: {made.ended if made is not None else 'nothing known'}")
    first = errands[0][0]
    if all(s is Standing.KEPT for s in standings):
        standing, how = Standing.KEPT, "everything came and was passed on"
    elif all(s is not Standing.BROKEN for s in standings):
        standing, how = Standing.RELEASED, "it was wanted no more"
    else:
        standing, how = Standing.BROKEN, "not everything came"
    yield from ended(COMMITMENT, first.group, standing, how, evidence=next((r for r in results if r), ""))
    if len(errands) > 1:
        text = f"That was all about {wanted.named(first.what)}:\n\n" + "\n".join(lines)
        yield send(me.manager, f"Summary: {wanted.subject(first.what, me.manager_name)}", text, follows=confirmed)
