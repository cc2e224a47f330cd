"""Mail to other domains that waits for the relay, as statements on office.db: one row for each recipient.

A row is `queued` until the relay has taken the mail (`sent`) or never will (`failed`). Rows are the truth: the worker
keeps nothing besides them. Functions that write are called inside `database.transaction`.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from empla.config import Home
from runtime.office import database
from runtime.office.mailboxes import Content

LONGEST_PAUSE_S = 3600.0
"""Seconds between two attempts at most."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a mail that waits: its row, and how often the mail was tried."""

    row: int
    address: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One mail, and those of its recipients that are due together."""

    content: int
    message_id: str
    account: str
    sender: str
    queued_at: datetime
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the mail to other domains stands, counted by recipients."""

    queued: int = 0
    oldest: datetime | None = None
    last_reply: str = ""  # what was last said to one that waits
    failed: int = 0
    doubled: int = 0  # sent, but an attempt before may have arrived as well (RFC 1047)


def queue(
    db: sqlite3.Connection, content: Content, account: str, sender: str, recipients: Iterable[str], at: datetime
) -> None:
    """Let a kept mail wait for the relay, due at once."""
    db.executemany(
        "INSERT INTO outgoing (content, message_id, account, sender, recipient, queued_at, next_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(content.id, content.message_id, account, sender, recipient, *[_text(at)] * 2) for recipient in recipients],
    )


def due(db: sqlite3.Connection, now: datetime) -> list[Batch]:
    """Return what is to be tried now, the oldest mail first.

    What would be due later than any pause reaches was written by a clock that has been set back, and is due as well.
    """
    rows = db.execute(
        "SELECT content, message_id, account, sender, queued_at, id, recipient, attempts FROM outgoing"
        " WHERE state = 'queued' AND (next_at <= ? OR next_at > ?) ORDER BY content, id",
        (_text(now), _text(now + timedelta(seconds=2 * LONGEST_PAUSE_S))),
    ).fetchall()
    return [
        Batch(
            content=content,
            message_id=message_id,
            account=account,
            sender=sender,
            queued_at=datetime.fromisoformat(queued_at),
            recipients=tuple(Recipient(*row[5:]) for row in batch),
        )
        for (content, message_id, account, sender, queued_at), batch in groupby(rows, key=lambda row: row[:5])
    ]


def next_due(db: sqlite3.Connection) -> datetime | None:
    """Return when the next attempt is due; None if nothing waits."""
    (at,) = db.execute("SELECT min(next_at) FROM outgoing WHERE state = 'queued'").fetchone()
    return None if at is None else datetime.fromisoformat(at)


def began(db: sqlite3.Connection, recipients: Iterable[Recipient]) -> None:
    """Record, before the mail itself is sent, an attempt whose end is not known."""
    db.executemany(
        "UPDATE outgoing SET attempts = attempts + 1, unsure = unsure + 1 WHERE id = ?",
        [(recipient.row,) for recipient in recipients],
    )


def ended(db: sqlite3.Connection, recipient: Recipient, *, began: bool) -> None:
    """Record that the relay has given its word on an attempt, or that the mail was not sent in it at all."""
    column, change = ("unsure", -1) if began else ("attempts", 1)
    db.execute(f"UPDATE outgoing SET {column} = {column} + ? WHERE id = ?", (change, recipient.row))  # noqa: S608


def sent(db: sqlite3.Connection, recipient: Recipient, reply: str) -> None:
    """Record that the relay has taken the mail for this recipient."""
    _close(db, recipient, "sent", reply)


def failed(db: sqlite3.Connection, recipient: Recipient, reply: str) -> None:
    """Record that the mail will not be tried again for this recipient."""
    _close(db, recipient, "failed", reply)


def postponed(db: sqlite3.Connection, recipient: Recipient, until: datetime, reply: str) -> None:
    """Record that the mail is to be tried again at `until`."""
    db.execute("UPDATE outgoing SET next_at = ?, last_reply = ? WHERE id = ?", (_text(until), reply, recipient.row))


def standing(home: Home) -> Standing:
    """Return how things stand, changing nothing; `sqlite3.Error` if office.db cannot be read."""
    path = database.path(home)
    if not path.exists():
        return Standing()
    # Not mode=ro: a reader of a write-ahead log has to make its index file.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=database.BUSY_S)) as db:
        db.execute("PRAGMA query_only = ON")
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'outgoing'").fetchone() is None:
            return Standing()  # an office that has not run since there are relays
        queued, oldest, failed_, doubled = db.execute(
            "SELECT count(*) FILTER (WHERE state = 'queued'), min(queued_at) FILTER (WHERE state = 'queued'),"
            " count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'sent' AND unsure > 0)"
            " FROM outgoing"
        ).fetchone()
        last = db.execute(
            "SELECT last_reply FROM outgoing WHERE state = 'queued' AND last_reply <> '' ORDER BY next_at DESC LIMIT 1"
        ).fetchone()
    return Standing(
        queued=queued,
        oldest=None if oldest is None else datetime.fromisoformat(oldest),
        last_reply=last[0] if last else "",
        failed=failed_,
        doubled=doubled,
    )


def _close(db: sqlite3.Connection, recipient: Recipient, state: str, reply: str) -> None:
    db.execute(
        "UPDATE outgoing SET state = ?, content = NULL, last_reply = ? WHERE id = ?", (state, reply, recipient.row)
    )


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
