"""A mailbox in memory, and a mail server behind it that can be told to misbehave."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from enum import Enum

from empla.capabilities.email.mailbox import (
    Evidence,
    FetchedMail,
    MailCursor,
    OnWire,
    RecipientsDelayed,
    SmtpReply,
    Submission,
    SubmissionDelayed,
    SubmissionRefused,
    SubmissionUnknown,
)
from empla.clock import Clock, pause
from empla.governance.permit import Permit
from empla.workplace.authentication import authenticated_sender, failed_checks


class Server(Enum):
    """How the server takes a mail."""

    TAKES = "takes it"
    TAKES_UNSEEN = "takes it, and the connection is lost before its reply"
    LOSES = "the connection is lost, and it did not take it"
    DELAYS = "says 451 before the message"
    GREYLISTS = "says 450 to the recipients"
    DELAYS_LATE = "says 451 after the message"
    REFUSES = "says 550"


@dataclass
class MemoryMailbox:
    """Implements `Mailbox`. What arrives is put in by `deliver`; what was taken stands in `taken`."""

    clock: Clock
    address: str = "ada@office.example"
    evidence: Evidence = Evidence.AUTHORITATIVE
    settle_s: float = 120.0
    taking_s: float = 300.0
    takes_s: float = 0.0
    authserv_id: str = "office.example"
    script: list[Server] = field(default_factory=list)
    inbox: list[FetchedMail] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    folders: dict[str, "MemoryFolder"] = field(default_factory=dict)
    looks: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the INBOX, as the receiving server left it."""
        self.inbox.append(FetchedMail(MailCursor(1, len(self.inbox) + 1), raw, self.clock.now()))
        self._changed.set()

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        """Return the mails after `cursor`."""
        self._changed.clear()
        return self.inbox[cursor.uid if cursor else 0 :][:limit]

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when a mail was put in."""
        await self._changed.wait()

    def delegated(self, owner: str) -> "MemoryFolder | None":
        """Return the folder with mails of `owner`, made when it is first asked for."""
        return self.folders.setdefault(owner, MemoryFolder(self.clock))

    def look_again(self) -> None:
        """Let whoever waits in `told_to_look` go on."""
        self._look.set()

    async def told_to_look(self, timeout_s: float) -> None:
        """Return when `look_again` is called."""
        await self._look.wait()
        self._look.clear()

    async def submit(self, permit: Permit, on_wire: OnWire) -> Submission:
        """Take the mail, or do what the script says next."""
        how = self.script.pop(0) if self.script else Server.TAKES
        if how is Server.REFUSES:
            raise SubmissionRefused("550 no such user")
        if how is Server.DELAYS:
            raise SubmissionDelayed("451 later")
        if how is Server.GREYLISTS:
            raise RecipientsDelayed("450 greylisted")
        replies = {to: SmtpReply(250, "ok") for to in permit.payload.target["recipients"]}
        await on_wire(replies)
        if how is Server.DELAYS_LATE:
            raise SubmissionDelayed("451 later")
        if how is Server.LOSES:
            raise SubmissionUnknown("the connection was lost")
        await pause(self.takes_s)
        self.taken.append(parsed(permit.payload.content))
        if how is Server.TAKES_UNSEEN:
            raise SubmissionUnknown("the connection was lost")
        return Submission(SmtpReply(250, "taken"), replies)

    async def find_sent(self, message_id: str) -> bool:
        """Return whether the mail was taken, where the account's evidence can tell."""
        self.looks += 1
        return self.evidence is not Evidence.NONE and any(m["Message-ID"] == message_id for m in self.taken)

    def authenticated_sender(self, raw: bytes) -> str | None:
        """Return whom the receiving server vouches for, by the rules of the real adapter."""
        return authenticated_sender(raw, authserv_id=self.authserv_id, own_address=self.address)

    def failed_checks(self, raw: bytes) -> tuple[str, ...]:
        """Return what the receiving server says of its checks, by the rules of the real adapter."""
        return failed_checks(raw, authserv_id=self.authserv_id)

    async def close(self) -> None:
        """Close nothing: there is no connection."""


@dataclass
class MemoryFolder:
    """Implements `Folder`: mails of somebody else in this account."""

    clock: Clock
    mails: list[FetchedMail] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the folder."""
        self.mails.append(FetchedMail(MailCursor(1, len(self.mails) + 1), raw, self.clock.now()))
        self._changed.set()

    async def fetch_after(
        self, cursor: MailCursor | None, limit: int = 50, *, since: datetime | None = None
    ) -> list[FetchedMail]:
        """Return the mails after `cursor`, none that came before `since`."""
        self._changed.clear()
        found = self.mails[cursor.uid if cursor else 0 :]
        return [mail for mail in found if since is None or mail.received >= since][:limit]

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when a mail was put in."""
        await self._changed.wait()

    async def close(self) -> None:
        """Close nothing: there is no connection."""


def parsed(raw: bytes) -> EmailMessage:
    """Return a mail's bytes as a message that can be asked for its parts."""
    make: Callable[..., EmailMessage] = EmailMessage
    message = message_from_bytes(raw, make, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def letter(
    sender: str,
    text: str,
    *,
    to: str = "ada@office.example",
    subject: str = "A question",
    message_id: str = "<1@somewhere.example>",
    vouched: str = "",
    date: datetime | None = None,
    **headers: str,
) -> bytes:
    """Return a mail as it lies in an INBOX. `vouched` is the account that the receiving server saw signed in."""
    message = EmailMessage(policy=SMTP)
    if vouched:
        found = f"office.example; auth=pass smtp.auth={vouched} header.from={vouched}"
        message["Authentication-Results"] = found
    message["From"], message["To"], message["Subject"], message["Message-ID"] = sender, to, subject, message_id
    if date is not None:
        message["Date"] = date
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()
