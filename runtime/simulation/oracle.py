"""What came, against what had to come: counted from outside, from mailboxes and calendars alone.

It is independent of any transport. Whoever played a scenario hands in every mail that lies in somebody's mailbox and
every event that stands in a calendar at the end; what is wrong comes back, one `Fault` each:

    faults = check(script, arrived, standing, ended)

What has to come of a mail stands in the scenario (`Script.sent`). Besides, whatever the scenario says: no mail comes
twice, nobody is answered twice in the same words, nobody gets the same version of an invitation twice, and no meeting
stands twice in a calendar.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import compat32, default
from email.utils import parseaddr
from typing import Any, Final

import icalendar

from runtime.simulation.correspondents import Script
from runtime.simulation.deeds import Sent
from runtime.simulation.letters import calendar_of, text_of
from runtime.simulation.nonces import about, nonces_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail that lies in somebody's mailbox. `again`: the world itself brought it a second time, which is no fault."""

    recipient: str
    raw: bytes
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An object that stands in somebody's calendar."""

    owner: str
    ics: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that came out wrong: what kind of thing, about which mail of the scenario, and what exactly."""

    kind: str
    nonce: str
    sentence: str

    def __str__(self) -> str:
        about = f" {self.nonce}" if self.nonce else ""
        return f"{self.kind}{about}: {self.sentence}"


def check(script: Script, arrived: Iterable[Arrived], standing: Iterable[Standing], ended: datetime) -> Sequence[Fault]:
    """Return what is wrong with what an office holds at the end of a run."""
    mails = [_Mail.of(each) for each in arrived if not each.again and _sender(each.raw) in script.employees]
    events = [event for each in standing for event in _events(each)]
    return [
        *_twice(mails),
        *_events_twice(events),
        *(fault for sent in script.sent.values() for fault in _expected(sent, mails, events, ended)),
    ]


def _sender(raw: bytes) -> str:
    """Return the address in From; asked of every mail, of which most need not be taken apart."""
    return parseaddr(str(_HEADERS.parsebytes(raw.partition(b"\r\n\r\n")[0])["From"] or ""))[1].lower()


_HEADERS: Final = BytesHeaderParser(policy=compat32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """What is compared of one mail."""

    recipient: str
    sender: str
    message_id: str
    answers: str
    subject: str
    nonces: tuple[str, ...]
    version: str  # of an invitation and the like: which one, and what it says
    digest: str

    @classmethod
    def of(cls, arrived: Arrived) -> "_Mail":
        mail = message_from_bytes(arrived.raw, policy=default)
        assert isinstance(mail, EmailMessage)
        thread = f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}"
        subject, text = str(mail["Subject"] or ""), text_of(mail)
        calendar = calendar_of(mail)
        title = "" if calendar is None else " ".join(str(e.get("SUMMARY", "")) for e in calendar.walk("VEVENT"))
        new = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
        return cls(
            recipient=arrived.recipient,
            sender=_sender(arrived.raw),
            message_id=str(mail["Message-ID"] or "").strip(),
            answers=str(mail["In-Reply-To"] or "").strip(),
            subject=subject,
            nonces=about(thread, subject, title, new),
            version="" if calendar is None else _version(calendar),
            digest=hashlib.sha256(f"{subject}\n{text}".encode()).hexdigest(),
        )


def _version(calendar: icalendar.Calendar) -> str:
    """Return what makes two calendar messages the same: method, meeting, version, times, and who said what."""
    parts = [str(calendar.get("METHOD", ""))]
    for event in calendar.walk("VEVENT"):
        parts += [str(event.get(name, "")) for name in ("UID", "RECURRENCE-ID", "SEQUENCE")]
        parts.append(_times(event))
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            parts.append(f"{attendee} {attendee.params.get('PARTSTAT', '')}")
    return "|".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """What is compared of one event."""

    owner: str
    uid: str
    title: str
    times: str
    cancelled: bool


def _events(standing: Standing) -> Iterator[_Event]:
    for event in icalendar.Calendar.from_ical(standing.ics).walk("VEVENT"):
        if "RECURRENCE-ID" in event:
            continue
        yield _Event(
            owner=standing.owner,
            uid=str(event.get("UID", "")),
            title=str(event.get("SUMMARY", "")),
            times=_times(event),
            cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        )


def _times(event: icalendar.Component) -> str:
    """Return when an event begins and ends, as it stands there."""
    moments: list[Any] = [event.get(name) for name in ("DTSTART", "DTEND")]
    return " ".join(str(moment.dt) for moment in moments if moment is not None)


def _twice(mails: Sequence[_Mail]) -> Iterator[Fault]:
    ids = Counter((mail.recipient, mail.message_id) for mail in mails)
    for (who, message_id), times in ids.items():
        if times > 1:
            yield Fault(kind="duplicate mail", nonce="", sentence=f"{who} has {message_id} {times} times")
    answers = Counter((m.recipient, m.sender, m.answers, m.digest, m.nonces) for m in mails if m.answers)
    for (who, sender, answered, _, nonces), times in answers.items():
        if times > 1:
            yield Fault(
                kind="duplicate mail",
                nonce=nonces[0] if nonces else "",
                sentence=f"{sender} has answered {answered} of {who} {times} times in the same words",
            )
    versions = Counter((m.recipient, m.sender, m.version, m.subject) for m in mails if m.version)
    for (who, sender, _, subject), times in versions.items():
        if times > 1:
            sentence = f"{sender} has sent {who} the same {subject!r} {times} times"
            yield Fault(kind="duplicate mail", nonce=next(iter(nonces_in(subject)), ""), sentence=sentence)


def _events_twice(events: Sequence[_Event]) -> Iterator[Fault]:
    uids = {(e.owner, e.uid, e.title, e.times) for e in events if nonces_in(e.title) and not e.cancelled}
    for (owner, title, times), count in Counter((owner, title, times) for owner, _, title, times in uids).items():
        if count > 1:
            sentence = f"{title!r} stands {count} times in the calendar of {owner}, {times}"
            yield Fault(kind="duplicate event", nonce=nonces_in(title)[0], sentence=sentence)


def _expected(sent: Sent, mails: Sequence[_Mail], events: Sequence[_Event], ended: datetime) -> Iterator[Fault]:
    """Return where what came of one mail is not what it says."""
    got = Counter(mail.recipient for mail in mails if sent.nonce in mail.nonces)
    meetings = {(e.owner, e.uid) for e in events if sent.nonce in nonces_in(e.title) and not e.cancelled}
    entered = Counter(owner for owner, _ in meetings)
    if sent.expect.nothing:
        for who, count in (*got.items(), *entered.items()):
            yield Fault(kind="more than expected", nonce=sent.nonce, sentence=f"{sent.kind}: {who} got {count}, not 0")
        return
    early = sent.by > ended
    for what, counts, wanted in (("mails", got, sent.expect.mails), ("events", entered, sent.expect.events)):
        for who, (least, most) in wanted.items():
            count = counts[who]
            if count > most:
                sentence = f"{sent.kind}: {who} got {count} {what}, not at most {most}"
                yield Fault(kind="more than expected", nonce=sent.nonce, sentence=sentence)
            elif count < least and not early:
                sentence = f"{sent.kind}: {who} got {count} {what}, not at least {least}"
                yield Fault(kind="less than expected", nonce=sent.nonce, sentence=sentence)
