"""The office in memory: what the servers hold, and what they do with what is handed to them.

It keeps to what the real office does (contracts 6, 8, 9): a sender's name counts only where the office itself vouches
for it; a mail is filed in Sent in the same moment in which it is delivered; the same submission twice is taken and
counted; what comes to whoever has opened their mail to an employee is copied for it; every write to a calendar has a
condition. An office outlives every process that uses it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from empla.capabilities.calendar.calendars import CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import parse
from empla.capabilities.email.calendar_message import is_calendar_message
from empla.capabilities.email.mailbox import FetchedMail, MailCursor
from empla.hr.provisioning import Endpoints
from empla.mind.grants import GrantKind
from runtime.office import headers
from runtime.simulation.deeds import Entry, Post

VALIDITY = 1
"""UIDVALIDITY of every folder."""


@dataclass(slots=True)
class Folder:
    """Mails in the order in which they came. `changed` are set when one comes: one for each who waits."""

    mails: list[FetchedMail] = field(default_factory=list)
    waiting: list[asyncio.Event] = field(default_factory=list)

    def add(self, raw: bytes, at: datetime) -> None:
        """Put a mail in."""
        self.mails.append(FetchedMail(MailCursor(VALIDITY, len(self.mails) + 1), raw, at))
        for event in self.waiting:
            event.set()

    def after(self, cursor: MailCursor | None) -> list[FetchedMail]:
        """Return the mails after a cursor."""
        return self.mails[cursor.uid if cursor is not None else 0 :]


@dataclass(slots=True)
class Box:
    """One account: its INBOX, the Message-IDs in its Sent, and folders with mails of others, by owner."""

    inbox: Folder = field(default_factory=Folder)
    sent: set[str] = field(default_factory=set)
    delegated: dict[str, Folder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One mail that came into one INBOX. `account` has sent it, empty for who is not of the office."""

    at: datetime
    recipient: str
    account: str
    raw: bytes
    again: bool = False


class OtherBytes(Exception):
    """A Message-ID was submitted before, with other content."""


@dataclass
class Office:
    """Mailboxes and calendars of one company. `now` is the office's own clock, which nobody moves."""

    domain: str
    now: Callable[[], datetime]
    boxes: dict[str, Box] = field(default_factory=dict)
    events: dict[tuple[str, str], CalendarObject] = field(default_factory=dict)
    grants: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    delivered: list[Delivered] = field(default_factory=list)
    suppressed: int = 0
    told: Callable[[Delivered], None] = lambda _delivered: None
    """Called with each mail that comes to somebody."""
    entered: Callable[[str, bytes], None] = lambda _owner, _ics: None
    """Called with owner and content of each event that an employee has entered."""
    brings_again: Callable[[bytes], bool] = lambda _raw: False
    """Whether a mail is brought twice, as happens between servers."""
    _submitted: dict[tuple[str, str], str] = field(default_factory=dict)
    _changes: int = 0

    # mail -----------------------------------------------------------------------------------------------------

    def hand_in(self, post: Post) -> None:
        """Take a mail of a person, or one that another server brings."""
        kept = self._kept(post.raw, post.account, post.envelope)
        self._deliver((post.to,), kept, post.account, headers.message_id(headers.split(kept)))
        if post.account:
            self.boxes[post.account].sent.add(headers.message_id(headers.split(kept)))

    def submit(self, account: str, raw: bytes, recipients: Sequence[str]) -> None:
        """Take a mail of an employee: deliver it and file it in Sent, all or nothing; OtherBytes if it is not the same.

        What was submitted before is taken and counted, and nobody gets it again.
        """
        message_id = headers.message_id(headers.split(raw))
        digest = hashlib.sha256(raw).hexdigest()
        known = self._submitted.setdefault((account, message_id), digest)
        if known != digest:
            raise OtherBytes(message_id)
        if message_id in self.boxes[account].sent:
            self.suppressed += 1
            return
        self.boxes[account].sent.add(message_id)
        self._deliver(tuple(dict.fromkeys(recipients)), self._kept(raw, account, account), account, message_id)

    def takes(self, address: str) -> bool:
        """Return whether mail to an address is taken: everybody's who has an account, and all of other domains."""
        return address in self.boxes or not address.endswith(f"@{self.domain}")

    def _deliver(self, recipients: Sequence[str], kept: bytes, account: str, message_id: str) -> None:
        for recipient in recipients:
            box = self.boxes.setdefault(recipient, Box())
            times = 2 if self.brings_again(kept) and recipient.endswith(f"@{self.domain}") else 1
            for time in range(times):
                box.inbox.add(kept, self.now())
                delivered = Delivered(at=self.now(), recipient=recipient, account=account, raw=kept, again=time > 0)
                self.delivered.append(delivered)
                self.told(delivered)
            self._copy(recipient, kept, account)

    def _copy(self, recipient: str, kept: bytes, account: str) -> None:
        """Copy a mail for those to whom its recipient has opened their mail, as the real office does."""
        for (owner, grantee), kinds in self.grants.items():
            if owner != recipient or grantee == account:
                continue
            if GrantKind.INBOX in kinds or (GrantKind.INVITATIONS in kinds and is_calendar_message(kept)):
                self.boxes[grantee].delegated.setdefault(owner, Folder()).add(kept, self.now())

    def _kept(self, raw: bytes, account: str, envelope: str) -> bytes:
        """Return a mail as it is kept: with the office's own word on who wrote it, and without others'."""
        mail = headers.split(raw)
        verdict = "auth=none"
        if account:
            names = headers.addresses(mail.values(b"from"))
            own = f" header.from={account}" if names == {account} else ""
            verdict = f"auth=pass smtp.auth={account.partition('@')[0]} smtp.mailfrom={account}{own}"
        top = [f"Return-Path: <{envelope}>".encode(), f"Authentication-Results: {self.domain}; {verdict}".encode()]
        theirs = (b"authentication-results", b"return-path")
        fields = [line for line in mail.fields if headers.field_name(line) not in theirs]
        if not headers.message_id(mail):
            fields.append(f"Message-ID: <{hashlib.sha256(raw).hexdigest()[:32]}@{self.domain}>".encode())
        return b"\r\n".join([*top, *fields, b"", b""]) + mail.body

    # calendars ------------------------------------------------------------------------------------------------

    def enter(self, entry: Entry) -> None:
        """Let a person change their own calendar, whatever stands there."""
        key = (entry.owner, entry.uid)
        if entry.ics:
            self._put(key, entry.ics)
        else:
            self.events.pop(key, None)

    def write(self, owner: str, uid: str, ics: bytes | None, if_match: str | None) -> Written | Conflict:
        """Let an employee change a calendar, if what stands there is what it says."""
        key = (owner, uid)
        standing = self.events.get(key)
        if (standing.etag if standing is not None else None) != if_match:
            return Conflict(standing.etag if standing is not None else None)
        if ics is None:
            del self.events[key]
            return Written("")
        written = Written(self._put(key, ics).etag)
        self.entered(owner, ics)
        return written

    def of(self, owner: str) -> list[CalendarObject]:
        """Return what stands in somebody's calendar, in order of UID."""
        return sorted((o for (who, _), o in self.events.items() if who == owner), key=lambda o: o.uid)

    def may(self, kind: GrantKind, owner: str, grantee: str) -> bool:
        """Return whether something of `owner`'s is open to somebody."""
        return owner == grantee or kind in self.grants.get((owner, grantee), ())

    def _put(self, key: tuple[str, str], ics: bytes) -> CalendarObject:
        self._changes += 1
        etag = hashlib.sha256(ics + str(self._changes).encode()).hexdigest()[:12]
        self.events[key] = CalendarObject(key[1], etag, ics)
        return self.events[key]

    # accounts -------------------------------------------------------------------------------------------------

    kind = "office"

    def ensure_account(self, address: str, name: str, password: SecretStr) -> Mapping[str, str]:
        """Make an account. This and what follows implement `empla.hr.provisioning.Provisioner`."""
        self.boxes.setdefault(address, Box())
        return {}

    def close_account(self, address: str) -> None:
        """Close no account: nobody leaves while a scenario is played."""

    def grant(self, kind: GrantKind, owner: str, to: str) -> None:
        """Open something of `owner`'s to somebody."""
        self.grants.setdefault((owner, to), set()).add(kind)

    def revoke(self, kind: GrantKind, owner: str, to: str) -> None:
        """Take it back."""
        self.grants.get((owner, to), set()).discard(kind)

    def put_event(self, owner: str, uid: str, ics: bytes) -> None:
        """Put an event into somebody's calendar."""
        self._put((owner, uid or parse(ics).uid), ics)

    def endpoints(self) -> Endpoints | None:
        """Return None: nobody connects."""
        return None
