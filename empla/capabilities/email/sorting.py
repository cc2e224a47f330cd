"""Sorting each mail that is read, and what is held in mind of it.

`sort` is a piece of a plan: it looks up what is known of the mail's sender, its thread and mails like it, triages it
and believes the result. What is held for two weeks, and never more than so many of a kind and day:

    triaged(key, Triage, sender: Address | None, subject, received, inbox_of: Address | None, day, kind)
    triage-count(day, kind, number)        all of them, also those that are too many to be held
    correspondent(address)                 who, vouched for by the server, has written honestly
    known-domain(skeleton, domain)         where they write from
    heard-from(sender address, received, subject)                the last mail of a sender who is vouched for
    file-received(sender address, FileRef, subject, received)    for a month, from senders who are vouched for

`day` is an ISO date in the manager's zone and `kind` a `MailKind`, so that a brief asks for what it needs:
`query("triaged", ANY, ANY, ANY, ANY, ANY, ANY, day, "needs-the-manager")`.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.domains import domain_of, imitates, skeleton
from empla.capabilities.email.triage import Correction, Facts, MailKind, Triage, about, triage
from empla.mind.beliefs import ANY
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Forget, Now, Raise, Step, query

TRIAGED = "triaged"
TRIAGE_COUNT = "triage-count"
HEARD_FROM = "heard-from"
FILE_RECEIVED = "file-received"
TRIAGE_CORRECTION = "triage-correction"
"""Functor of what was learned: (about, "weight" or "trust", Correction)."""
SUBJECT_CORRECTION = "subject-correction"
"""The same for corrections that go by words of the subject, which no key of a mail finds."""
NOTICE = "notice"
"""Functor of which mails the manager was told of in a thread: (thread, number in it from 1 on, key of the mail)."""
NOTICE_ANSWERED = "notice-answered"
"""Kind of the event that the manager has taken up mails in answer to a notice; fields `mail` and
`noticed`, their keys."""
CORRESPONDENT = "correspondent"
KNOWN_DOMAIN = "known-domain"
HELD = timedelta(days=14)
"""How long it is held what a mail was."""
HELD_A_DAY = 40
"""How many mails of one kind are held of one day; the others are counted."""
FILES_OF_A_MAIL = 5
FILES_HELD = timedelta(days=30)
"""How long the files of a mail are known by name: to be named before a meeting with whoever sent them."""
_REMEMBERED = timedelta(days=180)
_LONGEST_SUBJECT = 120
_TAKES_UP_NOTHING = frozenset({"triage", "no", "thanks", "unknown"})

Steps = Generator[Step, Any, Any]


def sort(mail: Mail, received: datetime) -> Steps:
    """Triage a mail that was read, hold the result, and return it."""
    me = dict((yield query("profile")))
    sender = mail.sender.value if mail.sender is not None else ""
    facts = Facts(
        own=me["address"].value,
        manager=me["manager"].value,
        manager_name=me.get("manager_name", ""),
        known=bool((yield query(CORRESPONDENT, sender))),
        spoken=bool((yield query("spoken-of", mail.thread))),
        resembled=(yield from _resembled(domain_of(sender))),
        corrections=(yield from _corrections(mail)),
    )
    found = triage(mail, facts)
    now: datetime = yield Now()
    yield from _held(mail, found, received, now, me["zone"])
    if mail.authenticated is not None and found.kind is not MailKind.SUSPICIOUS and not mail.automatic:
        yield from _acquainted(mail.authenticated.value, facts, now)
        yield from _heard(mail, mail.authenticated.value, received, now)
    if found.kind is MailKind.ANSWER and facts.manager == sender and mail.in_reply_to:
        yield from _taken_up(mail)
    return found


def _taken_up(mail: Mail) -> Steps:
    """Raise which mails the manager's answer takes up; what it says of them as mails is said, not only seen."""
    intent = mail.reading.intent if mail.reading is not None else ""
    noticed = yield query(NOTICE, mail.thread)
    if noticed and intent not in _TAKES_UP_NOTHING:
        yield Raise(kind=NOTICE_ANSWERED, fields={"mail": mail, "noticed": tuple(key for _, _, key in noticed)})


def _resembled(domain: str) -> Steps:
    """Return the domains of known correspondents that a domain is made to look like."""
    alike = yield query(KNOWN_DOMAIN, skeleton(domain))
    known = [arguments[1] for arguments in alike]
    return tuple(other for other in known if imitates(domain, other)) if domain not in known else ()


def _corrections(mail: Mail) -> Steps:
    found: list[Correction] = []
    for key in about(mail):
        learned = yield query(TRIAGE_CORRECTION, key)
        found += [correction for _, _, correction in learned]
    by_subject = yield query(SUBJECT_CORRECTION)
    return (*found, *(correction for _, _, correction in by_subject))


def _held(mail: Mail, found: Triage, received: datetime, now: datetime, zone: str) -> Steps:
    day = received.astimezone(ZoneInfo(zone)).date().isoformat()
    counted = yield query(TRIAGE_COUNT, day, found.kind)
    number = counted[-1][2] if counted else 0
    if number:
        yield Forget(functor=TRIAGE_COUNT, pattern=(day, found.kind, number))
    yield Believe(functor=TRIAGE_COUNT, arguments=(day, found.kind, number + 1), until=now + HELD)
    if number < HELD_A_DAY:
        subject = " ".join(mail.subject.split())[:_LONGEST_SUBJECT]
        arguments = (mail.key, found, mail.sender, subject, received, mail.inbox_of, day, found.kind)
        yield Believe(functor=TRIAGED, arguments=arguments, until=now + HELD)


def _heard(mail: Mail, sender: str, received: datetime, now: datetime) -> Steps:
    """Remember when somebody last wrote, about what, and which files they sent."""
    subject = " ".join(mail.subject.split())[:_LONGEST_SUBJECT]
    yield Forget(functor=HEARD_FROM, pattern=(sender,))
    yield Believe(functor=HEARD_FROM, arguments=(sender, received, subject), until=now + _REMEMBERED)
    for file in mail.attachments[:FILES_OF_A_MAIL]:
        known = (sender, file, subject, received)
        yield Believe(functor=FILE_RECEIVED, arguments=known, until=now + FILES_HELD)


def _acquainted(address: str, facts: Facts, now: datetime) -> Steps:
    """Remember somebody who writes from elsewhere, and from where."""
    domain = domain_of(address)
    if facts.known or domain == domain_of(facts.own):
        return
    yield Believe(functor=CORRESPONDENT, arguments=(address,), until=now + _REMEMBERED)
    yield Believe(functor=KNOWN_DOMAIN, arguments=(skeleton(domain), domain), until=now + _REMEMBERED)


def listed(day: str, kind: MailKind) -> Steps:
    """Return what is held of the mails of one day and kind: the arguments of each `triaged` belief, oldest first."""
    found = yield query(TRIAGED, ANY, ANY, ANY, ANY, ANY, ANY, day, kind)
    return found
