"""Delivery: one transaction from a mail that was taken to every mailbox it belongs in, and to the relay's queue.

To a mailbox belong also copies of what came to an account that has opened its mail to another (table `delegation`).

A signed-in account's mail is filed in its Sent in that same transaction, so for the office absence from Sent proves
that a mail was not taken. A program that is unsure whether it was submits again, and must be told the truth without
harm: the same Message-ID with the same bytes is taken and *suppressed* (counted, so that a test can tell that it
happened), with other bytes it is refused.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from empla.capabilities.email.calendar_message import is_calendar_message
from empla.config import Home
from empla.errors import InputError
from empla.mind.grants import GrantKind
from runtime.office import database, mailboxes, outgoing
from runtime.office.mailboxes import Content, Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to deliver: to whom, as it will be kept, and who submitted it (None: it came without a sign-in)."""

    raw: bytes
    recipients: tuple[str, ...]
    at: datetime
    account: str | None = None
    foreign: tuple[str, ...] = ()  # recipients at other domains, of a signed-in account's mail
    sender: str = ""  # MAIL FROM; empty for the null sender
    message_id: str = ""
    digest: str = ""  # sha256 of the bytes as submitted


@dataclass(frozen=True, slots=True)
class Filed:
    """One mail that a delivery put into one mailbox."""

    mailbox: int
    mail: Mail


@dataclass(frozen=True, slots=True)
class Submission:
    """One mail that a signed-in account submitted, and how often the same submission came again."""

    account: str
    message_id: str
    digest: str
    recipients: tuple[str, ...]
    accepted_at: datetime
    suppressed: int


class OtherBytes(InputError):
    """This Message-ID was submitted before, with other content."""

    code = "message_id_reused"


def deliver(db: sqlite3.Connection, letter: Letter) -> list[Filed]:
    """Deliver to all recipients here and the sender's Sent, and queue for the others; all of it or nothing.

    Nothing is done for a submission that came before. Raises ValueError for others without an account.

    Raises OtherBytes for a Message-ID that the account used for other bytes, ResourceError if it cannot be kept.
    """
    if letter.foreign and letter.account is None:
        raise ValueError("nobody sends to other domains without an account")
    with database.transaction(db):
        recipients, first = _outstanding(db, letter)
        if not recipients:
            return []
        content = mailboxes.keep(db, letter.raw)
        foreign = [recipient for recipient in recipients if recipient in letter.foreign]
        if letter.account is not None and foreign:
            outgoing.queue(db, content, letter.account, letter.sender, foreign, letter.at)
        local = [recipient for recipient in recipients if recipient not in letter.foreign]
        filed = receive(db, local, content, letter.raw, letter.at, account=letter.account)
        if letter.account is not None and first:
            filed.append(file(db, letter.account, mailboxes.SENT, content, frozenset({"\\Seen"}), letter.at))
        return filed


def receive(
    db: sqlite3.Connection,
    recipients: Sequence[str],
    content: Content,
    raw: bytes,
    at: datetime,
    *,
    account: str | None = None,
) -> list[Filed]:
    """Put a kept mail into the INBOX of accounts here, and copies where they have opened it to others.

    Inside a transaction; `account` is who has sent it.
    """
    targets = [(recipient, mailboxes.INBOX) for recipient in recipients]
    targets += _copies(db, recipients, raw, account)
    return [file(db, to, name, content, frozenset(), at) for to, name in targets]


def file(
    db: sqlite3.Connection, account: str, name: str, content: Content, flags: frozenset[str], at: datetime
) -> Filed:
    """Put a kept mail into a mailbox of an account, inside a transaction."""
    mailboxes.create(db, account, name)  # somebody may have deleted their Sent
    (mailbox_id,) = db.execute("SELECT id FROM mailbox WHERE account = ? AND name = ?", (account, name)).fetchone()
    return Filed(mailbox_id, mailboxes.add(db, mailbox_id, content, flags, at))


def _copies(
    db: sqlite3.Connection, recipients: Sequence[str], raw: bytes, account: str | None
) -> list[tuple[str, str]]:
    """Return where copies go: (account, mailbox) for each account to which a recipient has opened this mail.

    Who has sent the mail gets none: it lies in their Sent. An account that is a recipient as well gets both.
    """
    copies: dict[tuple[str, str], None] = {}
    for owner in recipients:
        rows = db.execute(
            "SELECT d.grantee, d.kind FROM delegation d JOIN account a ON a.address = d.grantee AND NOT a.closed"
            " WHERE d.owner = ? ORDER BY d.grantee",
            (owner,),
        ).fetchall()
        for grantee, kind in rows:
            if grantee != account and (kind == GrantKind.INBOX or is_calendar_message(raw)):
                copies[grantee, mailboxes.DELEGATED.format(address=owner)] = None
    return list(copies)


def _outstanding(db: sqlite3.Connection, letter: Letter) -> tuple[list[str], bool]:
    """Return the recipients that do not have it yet, and whether it is submitted for the first time; record it."""
    recipients = list(dict.fromkeys([*letter.recipients, *letter.foreign]))
    if letter.account is None or not letter.message_id:
        return recipients, True
    key = (letter.account, letter.message_id)
    row = db.execute("SELECT digest, recipients FROM submission WHERE account = ? AND message_id = ?", key).fetchone()
    if row is None:
        db.execute(
            "INSERT INTO submission (account, message_id, digest, recipients, accepted_at) VALUES (?, ?, ?, ?, ?)",
            (*key, letter.digest, " ".join(recipients), letter.at.isoformat()),
        )
        return recipients, True
    digest, had = row[0], row[1].split()
    if digest != letter.digest:
        raise OtherBytes()
    # A client may submit one mail in parts, some recipients at a time: only those who have it are spared.
    missing = [recipient for recipient in recipients if recipient not in had]
    db.execute(
        "UPDATE submission SET recipients = ?, suppressed = suppressed + ? WHERE account = ? AND message_id = ?",
        (" ".join([*had, *missing]), not missing, *key),
    )
    return missing, False


def submissions(home: Home) -> list[Submission]:
    """Return what signed-in accounts submitted, oldest first."""
    with closing(database.connect(home)) as db:
        rows = db.execute(
            "SELECT account, message_id, digest, recipients, accepted_at, suppressed FROM submission"
            " ORDER BY accepted_at, message_id"
        ).fetchall()
    return [Submission(a, m, d, tuple(r.split()), datetime.fromisoformat(t), s) for a, m, d, r, t, s in rows]


def suppressed(home: Home) -> int:
    """Return how many submissions were suppressed because they had come before."""
    return sum(submission.suppressed for submission in submissions(home))
