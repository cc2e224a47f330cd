"""What comes for an errand: answers, notices, and the manager's word on it. Noted here, taken up by `awaiting`.

A mail belongs to an errand if it answers one of our mails (nobody outside can guess their ids), or if the one who was
asked writes of the same matter. What comes after the end is passed on at once.
"""

import re
from collections.abc import Generator
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import EXPECTATION, Commitment, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Believe, Raise, Step, query
from empla.mind.values import Origin, Source
from employees.executive_assistant import wanted, words
from employees.executive_assistant.awaited import means_harm
from employees.executive_assistant.awaiting import ERRAND_NEWS, INSTEAD, QUESTION, answer_text
from employees.executive_assistant.chasing import CHASE, stopped
from employees.executive_assistant.errands import ALSO, ERRAND_MAIL, ERRAND_OPEN, ERRAND_SUBJECT, ERRAND_THREAD, Errand
from employees.executive_assistant.guests import known_by, people
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.promises import known
from employees.executive_assistant.talking import PATIENCE, answer

library = PlanLibrary()

_AGAIN = re.compile(
    r"\b(?:ask|remind|try|chase|nudge|write)\b.{0,30}\bagain\b|\bonce more\b|\bremind (?:him|her|them)\b", re.IGNORECASE
)
_LETS_GO = frozenset({"no", "cancel"})
_ANOTHER_TIME = frozenset({"change", "move", "answer", "choose"})
_REQUESTS = frozenset({"schedule", "errand", "remind", "sequence", "chase", "rule", "several", "brief", "swap"})
"""Intents that stand by themselves, also in the thread of an errand."""


# those who were asked ------------------------------------------------------------------------------------------------


def _errands_of(beliefs: BeliefBase, mail: Mail) -> tuple[str, ...]:
    """Return the errands that a mail belongs to, of those that are remembered; later it is a mail like any other."""
    ids = [mail.thread, mail.about, *mail.in_reply_to]
    found = [b.arguments[1] for i in ids if i for b in beliefs.matching("errand-mail", i)]
    sender = mail.authenticated or mail.sender
    if not found and sender is not None:
        found = [b.arguments[2] for b in beliefs.matching(ERRAND_SUBJECT, sender.value, wanted.bare(mail.subject))]
    if not found and sender is not None and mail.reading is not None and not mail.automatic:
        said = f"{mail.subject} {mail.text[:2000]}"
        for belief in beliefs.matching(EXPECTATION):
            promise, made = belief.arguments
            if (
                made.debtor.value == sender.value
                and made.standing is Standing.OPEN
                and wanted.shares(made.content, said)
            ):
                found.append(promise)
    return tuple(promise for promise in dict.fromkeys(found) if beliefs.matching(EXPECTATION, promise))


def _answers(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail of somebody else belongs to an errand; one that means harm is left to whoever sorts mails."""
    others = not from_manager(beliefs, event) and not means_harm(beliefs, event.mail)
    return others and bool(_errands_of(beliefs, event.mail))


def _concerns(beliefs: BeliefBase, event: Trigger) -> bool:
    return bool(_errands_of(beliefs, event.mail))


def _meant(mail: Mail) -> Generator[Step, Any, tuple[str, ...]]:
    """Return the errands that a mail belongs to, from within a plan."""
    found = []
    for i in dict.fromkeys([mail.thread, mail.about, *mail.in_reply_to]):
        if i:
            found += [promise for _, promise in (yield query(ERRAND_MAIL, i))]
    sender = mail.authenticated or mail.sender
    if not found and sender is not None:
        known_subject = yield query(ERRAND_SUBJECT, sender.value, wanted.bare(mail.subject))
        found = [promise for _, _, promise in known_subject]
    if not found and sender is not None:
        said = f"{mail.subject} {mail.text[:2000]}"
        for promise, made in (yield query(EXPECTATION)):
            if (
                made.debtor.value == sender.value
                and made.standing is Standing.OPEN
                and wanted.shares(made.content, said)
            ):
                found.append(promise)
    return tuple(dict.fromkeys(found))


def _noted(promise: str, kind: str, mail: Mail) -> Generator[Step, Any, None]:
    """Hold what came until the errand takes it, and wake the errand."""
    yield Believe(functor=ERRAND_NEWS, arguments=(promise, kind, mail))
    yield Raise(kind=ERRAND_NEWS, fields={"errand": promise})


@library.plan(on("mail"), when=_answers, rank=25, goal="take an answer for an errand", quiet=True)
def note_answer_for_errand(event: Trigger) -> Steps:
    """Give an answer to the errand it belongs to; one that comes after the end goes to the manager at once."""
    mail: Mail = event.mail
    for promise in (yield from _meant(mail)):
        if (yield query(ERRAND_OPEN, promise)):
            yield from _noted(promise, "answer", mail)
        else:
            yield from _afterwards(mail, promise)


def _afterwards(mail: Mail, promise: str) -> Generator[Step, Any, None]:
    made: Commitment | None = yield from known(EXPECTATION, promise)
    if made is None:
        return
    me: Profile = yield from profile()
    guest = yield from known_by(made.debtor)
    errand = Errand(
        id=promise, group="", what=made.content, guest=guest, due=made.due or made.made_at, asked_at=made.made_at
    )
    text = words.paragraphs(answer_text(mail, errand), "The errand was closed before; I have done nothing else.")
    title = wanted.plain_subject(made.content)
    yield send(me.manager, f"{guest.name}, once more: {title}", text, files=mail.attachments)


@library.plan(on("mail-bounced"), when=_concerns, rank=10, goal="note that a mail did not arrive", quiet=True)
def note_bounced_errand(event: Trigger) -> Steps:
    """Give a report that a mail did not arrive to the errand it belongs to."""
    for promise in (yield from _meant(event.mail)):
        if (yield query(ERRAND_OPEN, promise)):
            yield from _noted(promise, "bounce", event.mail)


@library.plan(on("mail-auto-reply"), when=_concerns, rank=10, goal="note that somebody is away", quiet=True)
def note_away_from_errand(event: Trigger) -> Steps:
    """Give a notice of absence to the errand it belongs to, once."""
    for promise in (yield from _meant(event.mail)):
        if (yield query("errand-away", promise)):
            continue
        yield Believe(functor="errand-away", arguments=(promise, event.mail.key))
        if (yield query(ERRAND_OPEN, promise)):
            yield from _noted(promise, "away", event.mail)


# the manager's word on it --------------------------------------------------------------------------------------------


def _drops(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event) and bool(told(event.mail, "drop"))


@library.plan(on("mail", mail__reading__intent="errand"), when=_drops, goal="let an errand go")
def let_errand_go(event: Trigger) -> Steps:
    """Release what is wanted no more; those who were asked are told."""
    mail: Mail = event.mail
    ids = yield from _named(mail)
    chased = () if ids else (yield from _chased(mail))
    for promise in chased:
        yield from stopped(promise, mail)
    if chased:
        yield answer(event, "All right, I ask nobody again.")
        return
    if not ids:
        yield answer(event, "I have no such errand under way, so I have changed nothing.")
        return
    yield from _released(event, ids)


def _chased(mail: Mail) -> Generator[Step, Any, tuple[str, ...]]:
    """Return the chases of those whom a mail names: "You can stop asking Ben"."""
    addresses: set[str] = set()
    for who in told(mail, "people") or ():
        addresses |= {guest.address.value for guest in (yield from people(who))}
    return tuple(promise for promise, address, _, _ in (yield query(CHASE)) if address in addresses)


def _released(event: Trigger, ids: tuple[str, ...]) -> Generator[Step, Any, None]:
    names = []
    what = ""
    for promise in ids:
        made = yield from known(EXPECTATION, promise)
        if made is not None:
            names.append((yield from known_by(made.debtor)).name)
            what = what or wanted.named(made.content)
        yield from _noted(promise, "release", event.mail)
    yield answer(event, f"All right, I leave {what}, and tell {words.listed(names)} that it is needed no more.")


def _named(mail: Mail) -> Generator[Step, Any, tuple[str, ...]]:
    """Return the open errands that a mail means: by what and whom it names, else those of its thread."""
    what: str = told(mail, "what") or ""
    whom: tuple[Who, ...] = tuple(told(mail, "people") or ())
    if not what and not whom:
        return (yield from _of_thread(mail))
    addresses: set[str] = set()
    for who in whom:
        addresses |= {guest.address.value for guest in (yield from people(who))}
    found = []
    for promise, made in (yield query(EXPECTATION)):
        running = yield query(ERRAND_OPEN, promise)
        of_them = not whom or made.debtor.value in addresses
        if running and of_them and (not what or wanted.shares(what, made.content)):
            found.append(promise)
    return tuple(found)


def _of_thread(mail: Mail) -> Generator[Step, Any, tuple[str, ...]]:
    """Return the errands of a thread that are still under way."""
    ids = dict.fromkeys(promise for _, promise in (yield query(ERRAND_THREAD, mail.thread)))
    found = []
    for promise in ids:
        if (yield query(ERRAND_OPEN, promise)):
            found.append(promise)
    return tuple(found)


def _speaks_of_one(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager says something about an errand in its own thread, and nothing that stands by itself."""
    mail: Mail = event.mail
    if (
        not from_manager(beliefs, event)
        or intent(mail) in _REQUESTS
        or not any(beliefs.matching(EXPECTATION, b.arguments[1]) for b in beliefs.matching(ERRAND_THREAD, mail.thread))
    ):
        return False
    asked_back = any(beliefs.matching(f, i) for f in (QUESTION, INSTEAD) for i in mail.in_reply_to)
    if asked_back and intent(mail) not in ("thanks", "status", "agenda", "free", "help"):
        return True
    if intent(mail) == "cancel" and (told(mail, "people") or told(mail, "topic")):
        return False
    dated = any(told(mail, slot) is not None for slot in ("window", "to"))
    again = bool(_AGAIN.search(words.said(mail)))
    unclear = intent(mail) in ("unknown", "other-request") and bool(mail.in_reply_to)
    return again or intent(mail) in _LETS_GO or (intent(mail) in _ANOTHER_TIME and dated) or unclear


@library.plan(on("mail"), when=_speaks_of_one, rank=6, goal="take the manager's word on an errand")
def take_word_on_errand(event: Trigger) -> Steps:
    """Do what the manager says of an errand: let it go, another time, ask again, pass words on, ask another."""
    mail: Mail = event.mail
    instead = yield from _asked_about(INSTEAD, mail)
    if instead and intent(mail) not in _LETS_GO:
        yield from _ask_other(event, instead[1], instead[2])
        return
    ids = yield from _of_thread(mail)
    if _AGAIN.search(words.said(mail)):
        yield from _ask_again(event, ids)
    elif intent(mail) in _LETS_GO:
        if ids:
            yield from _released(event, ids)
        else:
            yield answer(event, "All right, I leave it.")
    elif (question := (yield from _asked_about(QUESTION, mail))) and question[1] in ids:
        yield from _noted(question[1], "word", mail)
        made = yield from known(EXPECTATION, question[1])
        name = (yield from known_by(made.debtor)).name if made is not None else "the one I asked"
        yield answer(event, f"I pass that on to {name}.")
    elif any(told(mail, slot) is not None for slot in ("window", "to")) and ids:
        for promise in ids:
            yield from _noted(promise, "due", mail)
        yield answer(event, "All right. I tell that it is needed by then, and wait until then.")
    else:
        yield from _unclear(event, ids)


def _asked_about(functor: str, mail: Mail) -> Generator[Step, Any, tuple[Any, ...]]:
    """Return the belief about the mail that this one replies to, empty if there is none."""
    for message_id in mail.in_reply_to:
        found = yield query(functor, message_id)
        if found:
            return tuple(found[-1])
    return ()


def _ask_other(event: Trigger, promise: str, named: str) -> Generator[Step, Any, None]:
    """Ask the one whom an answer named instead, or whom the manager names now."""
    made = yield from known(EXPECTATION, promise)
    if made is None:
        return
    whom: tuple[Who, ...] = tuple(told(event.mail, "people") or ())
    if not whom:
        # A name of somebody else's mail: only the directory makes an address of it.
        whom = (Who(words=named, origin=Origin(Source.PERCEPT, event.mail.key)),)
    fields = {"mail": event.mail, "people": whom, "what": made.content}
    yield Raise(kind=ALSO, fields={**fields, "due": made.due} if made.due is not None else fields)


def _ask_again(event: Trigger, ids: tuple[str, ...]) -> Generator[Step, Any, None]:
    """Ask once more: with the time that the manager says, else a day more."""
    if ids:
        for promise in ids:
            yield from _noted(promise, "due", event.mail)
        yield answer(event, "All right, I ask again.")
        return
    over = yield query(ERRAND_THREAD, event.mail.thread)
    made = yield from known(EXPECTATION, over[-1][1])
    if made is not None:
        who = Who(words=made.debtor.value, origin=made.debtor.origin, address=made.debtor)
        yield Raise(kind=ALSO, fields={"mail": event.mail, "people": (who,), "what": made.content})


def _unclear(event: Trigger, ids: tuple[str, ...]) -> Generator[Step, Any, None]:
    """Ask whether words in the thread of an errand are meant for the one who was asked."""
    me: Profile = yield from profile()
    said = words.said(event.mail, 300)
    if not ids:
        yield answer(event, f"That errand is over, and I do not know what “{said}” asks of me, so I have done nothing.")
        return
    made = yield from known(EXPECTATION, ids[-1])
    name = (yield from known_by(made.debtor)).name if made is not None else "the one I asked"
    question = answer(event, f"Shall I pass this on to {name}, as you wrote it: “{said}”?")
    found: Mail | None = yield Ask(who=me.manager, by=question, patience=PATIENCE)
    if found is None or intent(found) in ("no", "cancel"):
        if found is not None:
            yield reply(found, "All right, I keep it to myself. The errand goes on.")
        return
    if intent(found) == "yes":
        yield from _noted(ids[-1], "word", event.mail)
        yield reply(found, f"I pass it on to {name}.")
    else:
        yield Raise(kind="mail", fields={"mail": found})
