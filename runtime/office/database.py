"""office.db: everything the mail server keeps.

SQLite in WAL mode with synchronous=FULL: what was committed survives kill -9 and loss of power. The running office is
the only writer of mail; accounts and grants are also written by whoever hires or adds people, so every write takes the
lock at once (BEGIN IMMEDIATE) and waits for others.

Open it after any fork: a connection must never be carried from one process into another.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from empla import faults
from empla.config import Home
from empla.errors import ResourceError
from empla.store import sqlite

BUSY_S = 10.0
"""Seconds a write waits for another process's write."""

_FIRST = """
CREATE TABLE account (
    address TEXT PRIMARY KEY,            -- lower-cased, with domain
    name TEXT NOT NULL,
    password TEXT NOT NULL,              -- bcrypt, see passwords.py
    closed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE calendar_grant (
    owner TEXT NOT NULL REFERENCES account,
    grantee TEXT NOT NULL REFERENCES account,
    PRIMARY KEY (owner, grantee)
) WITHOUT ROWID;
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES account,
    name TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    next_uid INTEGER NOT NULL DEFAULT 1,
    subscribed INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, name)
);
CREATE TABLE content (                   -- a mail's bytes, once, however many mailboxes hold it
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    header_size INTEGER NOT NULL,        -- bytes up to and with the empty line
    raw BLOB NOT NULL
);
CREATE TABLE message (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    content INTEGER NOT NULL REFERENCES content,
    flags TEXT NOT NULL,                 -- system flags and keywords, separated by spaces
    received TEXT NOT NULL,              -- ISO 8601
    message_id TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;
CREATE INDEX message_by_id ON message (mailbox, message_id);
CREATE INDEX message_by_content ON message (content);
CREATE TRIGGER content_unused AFTER DELETE ON message
    WHEN NOT EXISTS (SELECT 1 FROM message WHERE content = OLD.content)
    BEGIN DELETE FROM content WHERE id = OLD.content; END;
CREATE TABLE submission (                -- what signed-in accounts submitted (contract: the office hides no faults)
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    digest TEXT NOT NULL,                -- sha256 of the bytes as submitted
    recipients TEXT NOT NULL,            -- separated by spaces
    accepted_at TEXT NOT NULL,
    suppressed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, message_id)
) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

_RELAY = """
CREATE TABLE outgoing (                  -- mail to other domains: a row for each recipient (see outgoing.py)
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content INTEGER REFERENCES content,  -- what to send; none once it is sent or failed
    message_id TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account,
    sender TEXT NOT NULL,                -- MAIL FROM; empty for the null sender
    recipient TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    unsure INTEGER NOT NULL DEFAULT 0,   -- attempts whose end nobody knows: the relay may have taken each of them
    queued_at TEXT NOT NULL,             -- ISO 8601, UTC, with microseconds: they compare as text
    next_at TEXT NOT NULL,
    last_reply TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'queued') = (content IS NOT NULL))
);
CREATE INDEX outgoing_due ON outgoing (next_at) WHERE state = 'queued';
CREATE INDEX outgoing_by_content ON outgoing (content) WHERE content IS NOT NULL;
DROP TRIGGER content_unused;
CREATE TRIGGER content_unused AFTER DELETE ON message
    WHEN NOT EXISTS (SELECT 1 FROM message WHERE content = OLD.content)
        AND NOT EXISTS (SELECT 1 FROM outgoing WHERE content = OLD.content)
    BEGIN DELETE FROM content WHERE id = OLD.content; END;
CREATE TRIGGER content_sent AFTER UPDATE OF content ON outgoing
    WHEN OLD.content IS NOT NULL AND NEW.content IS NULL
        AND NOT EXISTS (SELECT 1 FROM message WHERE content = OLD.content)
        AND NOT EXISTS (SELECT 1 FROM outgoing WHERE content = OLD.content)
    BEGIN DELETE FROM content WHERE id = OLD.content; END;
"""

_DELEGATION = """
CREATE TABLE delegation (                -- whose mails are copied to whom: invitations only, or all
    owner TEXT NOT NULL REFERENCES account,
    grantee TEXT NOT NULL REFERENCES account,
    kind TEXT NOT NULL CHECK (kind IN ('invitations', 'inbox')),
    PRIMARY KEY (owner, grantee, kind)
) WITHOUT ROWID;
"""

_PICKUP = """
CREATE TABLE picked_up (                 -- notices that were delivered, by their key (see pickup.py)
    key TEXT PRIMARY KEY,
    at TEXT NOT NULL                     -- ISO 8601
) WITHOUT ROWID;
"""

_STEPS = (_FIRST, _RELAY, _DELEGATION, _PICKUP)
"""What made each version out of the one before: never changed, only added to."""

VERSION = len(_STEPS)


def path(home: Home) -> Path:
    """Return where office.db lies."""
    return home.office / "office.db"


def connect(home: Home) -> sqlite3.Connection:
    """Open office.db, making it if there is none; the caller closes it. ResourceError if it cannot be opened."""
    home.create()
    path(home).touch(mode=0o600)
    try:
        db = sqlite3.connect(path(home), timeout=BUSY_S, check_same_thread=False)
        sqlite.settle(db)
        _create(db)
    except sqlite3.Error as error:
        raise ResourceError(
            f"{path(home)} cannot be opened: {error}", next_step="look at the disk, or put back a copy of the file"
        ) from error
    return db


def _create(db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise ResourceError(
            f"the office's database is of version {version}, newer than this program's {VERSION}",
            next_step="use the newer program",
        )
    with transaction(db):
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == VERSION:
            return  # another process was quicker
        for statement in _statements("".join(_STEPS[version:])):
            db.execute(statement)
        # UIDVALIDITY is this plus the mailbox's number: never the same for two mailboxes of one name, nor for two
        # homes (RFC 3501, 2.3.1.1), and no clock is needed for it.
        uidvalidity = secrets.randbelow(1 << 30) + 1
        db.execute("INSERT INTO setting VALUES ('uidvalidity', ?) ON CONFLICT DO NOTHING", (uidvalidity,))
        db.execute(f"PRAGMA user_version = {VERSION}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Do the block in one transaction; in an open one, be part of it.

    Nothing in the block may wait for the event loop: another task would write into the same transaction. Raises
    ResourceError if the database cannot take it (disk full, locked); then nothing was changed.
    """
    if db.in_transaction:
        yield
        return
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            faults.point("office.commit")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        raise ResourceError(
            f"the office could not keep a change: {error}", next_step="look at the disk's free space"
        ) from error
    faults.point("office.committed")
