"""What the e-mail capability needs of a mailbox. `empla.workplace` implements it; nothing here knows a server.

Evidence (law 2, contract 8): between the final dot of SMTP and its 250 both sides own a message (RFC 1047). After a
crash or a lost connection `find_sent` is asked whether the server filed the message; how far its answer can be trusted
is the account's `evidence`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from empla.errors import Declined, Delayed, ExternalError, PutOff
from empla.governance.permit import Permit


class Evidence(StrEnum):
    """What the absence of a message in the evidence folder proves."""

    AUTHORITATIVE = "authoritative"  # the server files Sent in the transaction that accepts: absence means not sent
    LOOKUP = "lookup"  # a copy appears after a while (Sent, or own address as recipient): absence proves little
    NONE = "none"  # there is nothing to look at


@dataclass(frozen=True, slots=True)
class MailCursor:
    """How far a folder was read: mails with this UIDVALIDITY and a UID up to `uid` are in the inbox table."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """One mail as the server holds it."""

    cursor: MailCursor
    raw: bytes
    received: datetime


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """One reply of an SMTP server: code and text."""

    code: int
    text: str


READING, SUBMISSION = "mailbox", "submission"
"""The integrations of mail: reading the own mailbox, and submitting mail."""

OnWire = Callable[[Mapping[str, SmtpReply]], Awaitable[None]]
"""Called with the reply per recipient after the last RCPT and just before DATA; returns once that is committed."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A mail that the server took (250 after the final dot), and its reply for each recipient."""

    reply: SmtpReply
    recipients: Mapping[str, SmtpReply]


class SubmissionRefused(Declined):
    """The mail server refused the message for good (5xx), before taking it."""

    code = "submission_refused"


class SubmissionDelayed(Delayed):
    """The mail server did not take the message now (4xx, or no connection); it did not take it."""

    code = "submission_delayed"


class RecipientsDelayed(SubmissionDelayed, PutOff):
    """The mail server took none of this mail's recipients now (greylisting, a full mailbox); others it may take."""

    code = "recipients_delayed"


class SubmissionUnknown(ExternalError):
    """The connection was lost after the message was on its way: the server may or may not have taken it."""

    code = "submission_unknown"


class Folder(Protocol):
    """A folder of an account besides its INBOX, over a connection of its own."""

    async def fetch_after(
        self, cursor: MailCursor | None, limit: int = 50, *, since: datetime | None = None
    ) -> list[FetchedMail]:
        """Return mails as `Mailbox.fetch_after` does; those of days before `since` are not fetched."""
        ...

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when the folder may have changed or after `timeout_s`, as `Mailbox.wait_for_change` does."""
        ...

    async def close(self) -> None:
        """Close the connection; the next call makes it again."""
        ...


class Mailbox(Protocol):
    """One mailbox of one account."""

    address: str
    evidence: Evidence
    settle_s: float
    taking_s: float
    """Seconds that the server may take over a mail after its final dot (RFC 5321, 4.5.3.2.6)."""

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        """Return up to `limit` mails of the INBOX after `cursor`, oldest first.

        With another UIDVALIDITY than the cursor's, or without a cursor, it starts at the first mail; where the account
        had mail before the employee came, at the first one after that.
        """
        ...

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when the INBOX may have changed (IDLE, RFC 2177; polling where there is none) or after `timeout_s`.

        ExternalError if it cannot be watched, SignedOut if the account is not let in.
        """
        ...

    async def submit(self, permit: Permit, on_wire: OnWire) -> Submission:
        """Submit the permit's payload: target `{"sender": str, "recipients": [str]}`, content the message's bytes.

        An address under `copy_to` in the target gets a copy as well, as evidence; it counts as no recipient.
        Raises SubmissionRefused, SubmissionDelayed or SubmissionUnknown.
        """
        ...

    async def find_sent(self, message_id: str) -> bool:
        """Return whether the account's evidence holds a message with this Message-ID (with angle brackets)."""
        ...

    def delegated(self, owner: str) -> Folder | None:
        """Return the folder in which mails of `owner` lie, None if the account has none. Whether they may be read is
        for others to say."""
        ...

    def look_again(self) -> None:
        """Let whoever waits in `told_to_look` go on: what may be read has changed."""
        ...

    async def told_to_look(self, timeout_s: float) -> None:
        """Return when `look_again` is called or after `timeout_s`."""
        ...

    def authenticated_sender(self, raw: bytes) -> str | None:
        """Return the address that the receiving server vouches for, None where it vouches for none.

        Only `Authentication-Results` (RFC 8601) written by the account's trusted authserv-id counts.
        """
        ...

    def failed_checks(self, raw: bytes) -> tuple[str, ...]:
        """Return the checks of the sender (spf, dkim, dmarc) that failed, as the account's trusted server says."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
