"""An ordinary mail and calendar client for one person: what the command line, the demo and the benchmarks look through.

It speaks IMAP, SMTP and CalDAV to the servers and sees nothing else, so what it reports is what the world saw.
"""

import base64
import email
import http.client
import imaplib
import io
import mimetypes
import select
import smtplib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, make_msgid
from types import MappingProxyType
from urllib.parse import quote

import icalendar
from pydantic import SecretStr

from empla.capabilities.email.reading.newtext import new_text
from empla.errors import ExternalError, TimedOut
from runtime import itip
from runtime.office.process import OfficePorts

_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail in a person's mailbox."""

    uid: int
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """Return its Message-ID."""
        return str(self.message["Message-ID"] or "").strip()

    @property
    def sender(self) -> str:
        """Return the address in From."""
        header = self.message["From"]
        return str(header.addresses[0].addr_spec) if header is not None and header.addresses else ""

    @property
    def subject(self) -> str:
        """Return its subject."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """Return the text as it was sent."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()).strip() if body is not None else ""

    @property
    def new(self) -> str:
        """Return what is new in it: without quotes and signature."""
        return new_text(self.text)

    def answers(self, message_id: str) -> bool:
        """Return whether it is a reply to the mail with this Message-ID."""
        return message_id in str(self.message["In-Reply-To"] or "").split()

    @property
    def invitation(self) -> icalendar.Calendar | None:
        """Return the calendar part, None if there is none."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                content = part.get_payload(decode=True)
                found = icalendar.Calendar.from_ical(content if isinstance(content, bytes) else b"")
                return found if isinstance(found, icalendar.Calendar) else None
        return None


class Client:
    """One person's client. `now` gives the time that is written into mails."""

    def __init__(
        self, ports: OfficePorts, address: str, name: str, password: SecretStr, now: Callable[[], datetime]
    ) -> None:
        self.ports = ports
        self.address = address
        self.name = name
        self._password = password
        self._now = now

    # mail -----------------------------------------------------------------------------------------------------

    def send(
        self,
        to: str,
        subject: str,
        text: str,
        *,
        answering: Letter | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> str:
        """Send a mail and return its Message-ID; with `answering`, as a reply that quotes it below.

        `files` are attached, each under its name.
        """
        mail = self._letter(to, subject)
        if answering is not None:
            mail["In-Reply-To"] = answering.message_id
            before = str(answering.message["References"] or "").split()
            mail["References"] = " ".join([*before, answering.message_id])
            quoted = "\n".join(f"> {line}" for line in answering.text.splitlines())
            text = f"{text}\n\nOn {answering.message['Date']}, {answering.message['From']} wrote:\n{quoted}\n"
        mail.set_content(text)
        for name, content in files.items():
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            main, _, sub = kind.partition("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        self.submit(mail.as_bytes(), [to])
        return str(mail["Message-ID"])

    def reply(self, letter: Letter, text: str, *, files: Mapping[str, bytes] = MappingProxyType({})) -> str:
        """Answer a mail and return the answer's Message-ID; `files` are attached, each under its name."""
        plain = letter.subject
        subject = plain if plain.lower().startswith("re:") else f"Re: {plain}"
        return self.send(letter.sender, subject, text, answering=letter, files=files)

    def submit(self, raw: bytes, to: Sequence[str]) -> None:
        """Hand the very bytes of a mail to the server. ExternalError with its words if it refuses."""
        try:
            with smtplib.SMTP(self.ports.host, self.ports.smtp, timeout=_TIMEOUT_S) as smtp:
                smtp.login(self.address, self._password.get_secret_value())
                smtp.sendmail(self.address, list(to), raw)
        except (smtplib.SMTPException, OSError) as error:
            raise ExternalError(f"the mail server did not take the mail: {error}") from error

    def answer_invitation(self, letter: Letter, answer: str) -> str:
        """Answer an invitation as calendar clients do (iTIP REPLY, RFC 5546): ACCEPTED, DECLINED or TENTATIVE."""
        asked = _invited(letter)
        said = itip.answer(asked, self.address, answer, self._now())
        text = f"{self.name} has answered: {answer.lower()}"
        return self._say(_organizer(asked), f"{answer.capitalize()}: {asked.get('SUMMARY', '')}", text, said)

    def propose_time(self, letter: Letter, start: datetime, end: datetime, comment: str = "") -> str:
        """Answer an invitation by proposing another time (iTIP COUNTER, RFC 5546)."""
        asked = _invited(letter)
        said = itip.other_time(asked, self.address, start, end, comment, self._now())
        text = f"{self.name} proposes another time. {comment}"
        return self._say(_organizer(asked), f"New time proposed: {asked.get('SUMMARY', '')}", text, said)

    def invite(self, guest: str, uid: str, title: str, start: datetime, end: datetime) -> str:
        """Invite somebody to a meeting of one's own (iTIP REQUEST, RFC 5546)."""
        own = self.address
        said = itip.invitation(uid, title, start, end, organizer=own, guests=(guest,), at=self._now())
        return self._say(guest, f"Invitation: {title}", f"{self.name} invites you: {title}", said)

    def _say(self, to: str, subject: str, text: str, calendar: icalendar.Calendar) -> str:
        """Send a mail with a calendar part (iMIP, RFC 6047)."""
        mail = self._letter(to, subject)
        mail.set_content(text)
        parameters = {"method": str(calendar["METHOD"]), "charset": "UTF-8"}
        mail.add_alternative(calendar.to_ical(), "text", "calendar", params=parameters)
        self.submit(mail.as_bytes(), [to])
        return str(mail["Message-ID"])

    def inbox(self, folder: str = "INBOX") -> list[Letter]:
        """Return every mail in a folder, oldest first, and leave it as it is."""
        with self._imap() as imap:
            imap.select(folder, readonly=True)
            return _letters(imap)

    def newest(self) -> int:
        """Return the UID of the newest mail in the INBOX, 0 if there is none."""
        with self._imap() as imap:
            imap.select("INBOX", readonly=True)
            return max(_uids(imap, 0), default=0)

    def wait_for(self, wanted: Callable[[Letter], bool], timeout_s: float = 30.0, *, after: int = 0) -> Letter:
        """Return a mail for which `wanted` holds, waiting by IDLE until it comes; TimedOut if it does not.

        `after` is the UID of a mail before which nobody needs to look.
        """
        deadline = time.monotonic() + timeout_s
        with self._imap() as imap:
            imap.select("INBOX", readonly=True)
            while True:
                imap.untagged_responses.pop("EXISTS", None)
                letters = _letters(imap, after)
                found = next((letter for letter in reversed(letters) if wanted(letter)), None)
                if found is not None:
                    return found
                after = max([after, *(letter.uid for letter in letters)])
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(f"no such mail came to {self.address} within {timeout_s:.0f} s")
                if "EXISTS" not in imap.untagged_responses:  # what came while these were read, IDLE tells no more
                    _idle(imap, left)

    def answer_to(self, message_id: str, timeout_s: float = 30.0, *, after: int = 0) -> Letter:
        """Return the answer to a mail that was sent, waiting for it."""
        return self.wait_for(lambda letter: letter.answers(message_id), timeout_s, after=after)

    def _letter(self, to: str, subject: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"{self.name} <{self.address}>"
        mail["To"] = to
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        return mail

    @contextmanager
    def _imap(self) -> Iterator[imaplib.IMAP4]:
        try:
            with imaplib.IMAP4(self.ports.host, self.ports.imap, timeout=_TIMEOUT_S) as imap:
                imap.login(self.address, self._password.get_secret_value())
                yield imap
        except (imaplib.IMAP4.error, OSError) as error:
            raise ExternalError(f"the mailbox of {self.address} cannot be read: {error}") from error

    # calendar -------------------------------------------------------------------------------------------------

    def calendar(self, owner: str = "") -> icalendar.Calendar:
        """Return a whole calendar, the person's own unless `owner` is named."""
        found = icalendar.Calendar.from_ical(self._dav("GET", owner or self.address, ""))
        if not isinstance(found, icalendar.Calendar):
            raise ExternalError(f"the calendar of {owner or self.address} is no iCalendar object")
        return found

    def events(self, owner: str = "") -> list[icalendar.Event]:
        """Return every event in a calendar, the person's own unless `owner` is named."""
        events = [event for event in self.calendar(owner).walk("VEVENT") if isinstance(event, icalendar.Event)]
        return sorted(events, key=lambda event: str(event.get("UID")))

    def put_event(self, uid: str, title: str, start: datetime, end: datetime, location: str = "") -> None:
        """Put an event into the person's own calendar."""
        event = icalendar.Event()
        event.add("UID", uid)
        event.add("DTSTAMP", self._now().astimezone(UTC))
        event.add("DTSTART", start)
        event.add("DTEND", end)
        event.add("SUMMARY", title)
        if location:
            event.add("LOCATION", location)
        self._dav("PUT", self.address, f"{uid}.ics", itip.stored(event).to_ical())

    def enter(self, letter: Letter) -> None:
        """Put the meeting that an invitation is about into the person's own calendar, in place of an earlier version.

        Calendar clients do so with what they are sent.
        """
        event = _invited(letter)
        self._dav("PUT", self.address, f"{quote(str(event['UID']), safe='@')}.ics", itip.stored(event).to_ical())

    def _dav(self, method: str, owner: str, name: str, content: bytes | None = None) -> bytes:
        path = f"/{quote(owner, safe='@')}/calendar/{name}"
        known = f"{self.address}:{self._password.get_secret_value()}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(known).decode()}"}
        if content is not None:
            headers["Content-Type"] = "text/calendar; charset=utf-8"
        server = http.client.HTTPConnection(self.ports.host, self.ports.caldav, timeout=_TIMEOUT_S)
        try:
            server.request(method, path, body=content, headers=headers)
            response = server.getresponse()
            body = response.read()
        except (http.client.HTTPException, OSError) as error:
            raise ExternalError(f"the calendar of {owner} cannot be reached: {error}") from error
        finally:
            server.close()
        if response.status >= 300:
            raise ExternalError(f"the calendar of {owner} answered {response.status} {response.reason}")
        return body


def _invited(letter: Letter) -> icalendar.Event:
    if letter.invitation is None:
        raise ExternalError("that mail is no invitation")
    return letter.invitation.events[0]


def _organizer(event: icalendar.Event) -> str:
    return str(event["ORGANIZER"]).removeprefix("mailto:")


def _uids(imap: imaplib.IMAP4, after: int) -> list[int]:
    _, found = imap.uid("SEARCH", f"UID {after + 1}:*")
    # "N:*" always includes the newest mail, also when its UID is below N (RFC 9051, 9).
    return [uid for uid in map(int, found[0].split() if found and found[0] else []) if uid > after]


def _letters(imap: imaplib.IMAP4, after: int = 0) -> list[Letter]:
    letters = []
    for uid in _uids(imap, after):
        _, parts = imap.uid("FETCH", str(uid), "(BODY.PEEK[])")
        raw = next(part[1] for part in parts if isinstance(part, tuple))
        message = email.message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        letters.append(Letter(uid=uid, message=message))
    return letters


def _idle(imap: imaplib.IMAP4, at_most_s: float) -> None:
    """Wait for news of the selected folder by IDLE (RFC 2177), which imaplib does not know in this Python."""
    tag = imap._new_tag()
    imap.send(tag + b" IDLE\r\n")
    imap.readline()
    if not _buffered(imap):
        select.select([imap.socket()], [], [], max(0.0, min(at_most_s, 60.0)))
    imap.send(b"DONE\r\n")
    while not imap.readline().startswith(tag):
        continue


def _buffered(imap: imaplib.IMAP4) -> bool:
    """Return whether imaplib has read more from the socket than it was asked for: the socket itself shows nothing."""
    imap.socket().settimeout(0)
    try:
        return isinstance(imap.file, io.BufferedReader) and bool(imap.file.peek(1))
    finally:
        imap.socket().settimeout(_TIMEOUT_S)
