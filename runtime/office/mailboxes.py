"""Mailboxes and the mails in them, as statements on office.db. No protocol and no network here.

Functions that write are called inside `database.transaction`.
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

INBOX = "INBOX"
SENT = "Sent"
DEFAULTS = (INBOX, SENT, "Drafts", "Trash", "Junk")
DELEGATED = "Delegated/{address}"
"""The mailbox into which a copy goes of what comes to another account, by that account's address."""

_HEADER_END = re.compile(rb"^[ \t\r]*\n", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:((?:.|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_ANGLE = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox (folder) of an account."""

    id: int
    account: str
    name: str
    uidvalidity: int
    next_uid: int
    subscribed: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in a mailbox, without its bytes."""

    uid: int
    content: int
    size: int
    flags: frozenset[str]
    received: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """A mail's kept bytes, and what a mailbox says of them."""

    id: int
    size: int
    message_id: str


def header_size(raw: bytes) -> int:
    """Return the number of bytes up to and with the first empty line; all of them if there is none."""
    end = _HEADER_END.search(raw)
    return len(raw) if end is None else end.end()


def message_id(header: bytes) -> str:
    """Return the Message-ID that a header holds, with its angle brackets; empty if there is none."""
    found = _MESSAGE_ID.search(header)
    return "" if found is None else canonical_id(found[1].decode("utf-8", "replace"))


def canonical_id(value: str) -> str:
    """Return the Message-ID in the value of a header or of a search, as the index holds it."""
    value = " ".join(value.split())
    angle = _ANGLE.search(value)
    return value if angle is None else angle[0]


def mailboxes(db: sqlite3.Connection, account: str) -> list[Mailbox]:
    """Return the mailboxes of an open account; none for one that is closed or unknown."""
    return [_mailbox(row) for row in db.execute(f"{_SELECT} WHERE m.account = ? ORDER BY m.id", (account,))]


def mailbox(db: sqlite3.Connection, account: str, name: str) -> Mailbox | None:
    """Return one mailbox of an open account."""
    if name.upper() == INBOX:
        name = INBOX
    row = db.execute(f"{_SELECT} WHERE m.account = ? AND m.name = ?", (account, name)).fetchone()
    return None if row is None else _mailbox(row)


_SELECT = (
    "SELECT m.id, m.account, m.name, m.uidvalidity, m.next_uid, m.subscribed"
    " FROM mailbox m JOIN account a ON a.address = m.account AND NOT a.closed"
)


def _mailbox(row: tuple[int, str, str, int, int, int]) -> Mailbox:
    return Mailbox(*row[:5], subscribed=bool(row[5]))


def create(db: sqlite3.Connection, account: str, name: str) -> None:
    """Make a mailbox, with a UIDVALIDITY that no mailbox ever had; harmless if it is there."""
    db.execute(
        "INSERT INTO mailbox (account, name, uidvalidity) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (account, name)
    )
    db.execute(
        "UPDATE mailbox SET uidvalidity = id + (SELECT value FROM setting WHERE name = 'uidvalidity')"
        " WHERE account = ? AND name = ? AND uidvalidity = 0",
        (account, name),
    )


def delete(db: sqlite3.Connection, mailbox_id: int) -> None:
    """Delete a mailbox and the mails in it."""
    db.execute("DELETE FROM message WHERE mailbox = ?", (mailbox_id,))
    db.execute("DELETE FROM mailbox WHERE id = ?", (mailbox_id,))


def rename(db: sqlite3.Connection, account: str, before: str, after: str) -> None:
    """Rename one mailbox; the INBOX gives its mails away and stays, empty (RFC 3501, 6.3.5)."""
    db.execute("UPDATE mailbox SET name = ? WHERE account = ? AND name = ?", (after, account, before))
    if before == INBOX:
        create(db, account, INBOX)


def subscribe(db: sqlite3.Connection, account: str, name: str, subscribed: bool) -> None:
    """Set whether a mailbox is subscribed."""
    db.execute("UPDATE mailbox SET subscribed = ? WHERE account = ? AND name = ?", (subscribed, account, name))


def mails(db: sqlite3.Connection, mailbox_id: int) -> Iterable[Mail]:
    """Return the mails of a mailbox by UID."""
    rows = db.execute(
        "SELECT m.uid, m.content, c.size, m.flags, m.received FROM message m JOIN content c ON c.id = m.content"
        " WHERE m.mailbox = ? ORDER BY m.uid",
        (mailbox_id,),
    )
    for uid, content, size, flags, received in rows:
        yield Mail(uid, content, size, frozenset(flags.split()), datetime.fromisoformat(received))


def keep(db: sqlite3.Connection, raw: bytes) -> Content:
    """Keep a mail's bytes; they go when the last mailbox that holds the mail lets go of it."""
    head = header_size(raw)
    row = db.execute("INSERT INTO content (size, header_size, raw) VALUES (?, ?, ?)", (len(raw), head, raw))
    assert row.lastrowid is not None
    return Content(row.lastrowid, len(raw), message_id(raw[:head]))


def add(db: sqlite3.Connection, mailbox_id: int, content: Content, flags: frozenset[str], received: datetime) -> Mail:
    """Put a kept mail into a mailbox, under its next UID."""
    (uid,) = db.execute(
        "UPDATE mailbox SET next_uid = next_uid + 1 WHERE id = ? RETURNING next_uid - 1", (mailbox_id,)
    ).fetchone()
    db.execute(
        "INSERT INTO message (mailbox, uid, content, flags, received, message_id) VALUES (?, ?, ?, ?, ?, ?)",
        (mailbox_id, uid, content.id, _text(flags), received.isoformat(), content.message_id),
    )
    return Mail(uid, content.id, content.size, flags, received)


def copy(db: sqlite3.Connection, mailbox_id: int, mail: Mail, to: int) -> Mail:
    """Put a mail of one mailbox into another one as well."""
    (known_as,) = db.execute(
        "SELECT message_id FROM message WHERE mailbox = ? AND uid = ?", (mailbox_id, mail.uid)
    ).fetchone()
    return add(db, to, Content(mail.content, mail.size, known_as), mail.flags, mail.received)


def set_flags(db: sqlite3.Connection, mailbox_id: int, uid: int, flags: frozenset[str]) -> None:
    """Set the flags and keywords of a mail."""
    db.execute("UPDATE message SET flags = ? WHERE mailbox = ? AND uid = ?", (_text(flags), mailbox_id, uid))


def remove(db: sqlite3.Connection, mailbox_id: int, uids: Iterable[int]) -> None:
    """Take mails out of a mailbox."""
    db.executemany("DELETE FROM message WHERE mailbox = ? AND uid = ?", [(mailbox_id, uid) for uid in uids])


def raw(db: sqlite3.Connection, content: int) -> bytes:
    """Return a mail's bytes; empty if no mailbox holds it any more."""
    row = db.execute("SELECT raw FROM content WHERE id = ?", (content,)).fetchone()
    return b"" if row is None else bytes(row[0])


def header(db: sqlite3.Connection, content: int) -> bytes:
    """Return a mail's header with the empty line, without reading the rest."""
    row = db.execute("SELECT header_size FROM content WHERE id = ?", (content,)).fetchone()
    if row is None:
        return b""
    with db.blobopen("content", "raw", content, readonly=True) as blob:
        return blob.read(row[0])


def with_message_id(db: sqlite3.Connection, mailbox_id: int, value: str) -> set[int]:
    """Return the UIDs of mails whose Message-ID contains `value`, from the index alone (RFC 3501, SEARCH HEADER)."""
    wanted = canonical_id(value)
    if _ANGLE.fullmatch(wanted):
        rows = db.execute("SELECT uid FROM message WHERE mailbox = ? AND message_id = ?", (mailbox_id, wanted))
    else:
        rows = db.execute(
            "SELECT uid FROM message WHERE mailbox = ? AND message_id <> '' AND instr(lower(message_id), lower(?))",
            (mailbox_id, wanted),
        )
    return {uid for (uid,) in rows}


def _text(flags: frozenset[str]) -> str:
    return " ".join(sorted(flags))
