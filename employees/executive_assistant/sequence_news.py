"""What may end a sequence: answers, notices, other mails of the same person, and the manager's word. Noted here."""

import re
from collections.abc import Generator
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Raise, Step, query
from employees.executive_assistant import words
from employees.executive_assistant.awaited import means_harm
from employees.executive_assistant.guests import people
from employees.executive_assistant.knowing import Steps, from_manager, intent, told
from employees.executive_assistant.sequences import SEQUENCE, SEQUENCE_MAIL, SEQUENCE_NEWS
from employees.executive_assistant.talking import answer

library = PlanLibrary()

_STOP = re.compile(r"\b(?:stop|enough|no more|leave it|cancel it)\b", re.IGNORECASE)


def _of_thread(beliefs: BeliefBase, mail: Mail) -> bool:
    ids = (mail.thread, mail.about, *mail.in_reply_to)
    return any(beliefs.matching(SEQUENCE_MAIL, i) for i in ids if i)


def _sender(mail: Mail) -> str:
    sender = mail.authenticated or mail.sender
    return sender.value if sender is not None else ""


def _comes(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail comes from somebody who is followed up with, in our thread or not; each is noted once."""
    mail: Mail = event.mail
    if from_manager(beliefs, event) or event.get("noted") or means_harm(beliefs, mail):
        return False
    return _of_thread(beliefs, mail) or bool(beliefs.matching(SEQUENCE, ANY, _sender(mail)))


def _concerns(beliefs: BeliefBase, event: Trigger) -> bool:
    return _of_thread(beliefs, event.mail)


def _running(mail: Mail) -> Generator[Step, Any, tuple[str, ...]]:
    """Return the running sequences in whose thread a mail is."""
    found = []
    for i in dict.fromkeys([mail.thread, mail.about, *mail.in_reply_to]):
        for _, promise in (yield query(SEQUENCE_MAIL, i)) if i else ():
            if (yield query(SEQUENCE, promise)):
                found.append(promise)
    return tuple(dict.fromkeys(found))


def _noted(promise: str, kind: str, mail: Mail) -> Generator[Step, Any, None]:
    yield Believe(functor=SEQUENCE_NEWS, arguments=(promise, kind, mail))
    yield Raise(kind=SEQUENCE_NEWS, fields={"sequence": promise})


@library.plan(on("mail"), when=_comes, rank=26, goal="take an answer to a follow-up", quiet=True)
def note_answer_to_follow_up(event: Trigger) -> Steps:
    """Stop the sequence; a mail that is no answer to it goes on to whoever handles such mails."""
    mail: Mail = event.mail
    running = yield from _running(mail)
    for promise in running:
        yield from _noted(promise, "answer", mail)
    if running:
        return
    for promise, _, _ in (yield query(SEQUENCE, ANY, _sender(mail))):
        yield from _noted(promise, "other", mail)
    yield Raise(kind="mail", fields={"mail": mail, "noted": True})


@library.plan(on("mail-bounced"), when=_concerns, rank=11, goal="note that a mail did not arrive", quiet=True)
def note_bounced_follow_up(event: Trigger) -> Steps:
    """Stop the sequence whose mail did not arrive."""
    for promise in (yield from _running(event.mail)):
        yield from _noted(promise, "bounce", event.mail)


@library.plan(on("mail-auto-reply"), when=_concerns, rank=11, goal="note that somebody is away", quiet=True)
def note_away_from_follow_up(event: Trigger) -> Steps:
    """Let the sequence rest until its person is back; one notice of absence is enough."""
    for promise in (yield from _running(event.mail)):
        if not (yield query("sequence-away", promise, event.mail.away_until)):
            yield Believe(functor="sequence-away", arguments=(promise, event.mail.away_until))
            yield from _noted(promise, "away", event.mail)


def _stops(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager stops a sequence: by name, or by a "stop" in its thread."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event):
        return False
    if intent(mail) == "sequence":
        return bool(told(mail, "drop"))
    here = bool(mail.in_reply_to) and any(b.arguments[2] == mail.thread for b in beliefs.matching(SEQUENCE))
    plain = intent(mail) in ("no", "cancel", "unknown") and not (told(mail, "people") or told(mail, "topic"))
    return here and plain and (intent(mail) != "unknown" or bool(_STOP.search(words.said(mail))))


@library.plan(on("mail"), when=_stops, rank=7, goal="stop a follow-up")
def stop_follow_up(event: Trigger) -> Steps:
    """Stop the sequences that are meant: with whom, else of this thread, else the only one."""
    mail: Mail = event.mail
    running = yield query(SEQUENCE)
    whom: tuple[Who, ...] = tuple(told(mail, "people") or ())
    addresses: set[str] = set()
    for who in whom:
        addresses |= {guest.address.value for guest in (yield from people(who))}
    meant = [one for one in running if one[1] in addresses] if whom else [o for o in running if o[2] == mail.thread]
    every = not whom and (len(running) == 1 or "follow-ups" in words.said(mail) or "all" in words.said(mail).split())
    meant = meant or (list(running) if every else [])
    if not meant:
        others = words.listed(address for _, address, _ in running)
        known = f" I follow up with {others}; with whom shall I stop?" if running else ""
        yield answer(event, f"I have no such follow-up running, so I have changed nothing.{known}")
        return
    for promise, _, _ in meant:
        yield from _noted(promise, "stop", mail)
    found = yield query("profile", "manager")
    names = []
    for _, address, _ in meant:
        who = Who(words=address, origin=found[0][1].origin)
        known_people = yield from people(who)
        names.append(known_people[0].name if known_people else address)
    yield answer(event, f"I have stopped the follow-up with {words.listed(names)} and write no more about it.")
