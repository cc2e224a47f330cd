"""Accounts of the office, who may use whose calendar, and whose mail is copied to whom.

Works whether or not the office runs.

Everything stands in office.db and is read there at every sign-in and every look at a calendar: a new account, a new
password, a closed account and a revoked grant count at once, without a restart.

Everybody in the office may read when anybody is busy, and nothing else of their calendar; a grantee reads and writes
the events of that one calendar. Copies of mails go into a mailbox of the grantee's own (see delivery.py).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from empla.config import Home, load_settings
from empla.errors import InputError
from empla.mind.grants import GrantKind
from runtime.office import calendars, database, mailboxes, passwords

_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?@[a-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class OfficeAccount:
    """One account: its address, the person's name, and whether it was closed."""

    address: str
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class CalendarGrant:
    """`to` may read and write the calendar of `owner`."""

    owner: str
    to: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """Of what comes to `owner` by mail, a copy goes to `to`: of calendar messages, or of all mails."""

    owner: str
    to: str
    kind: GrantKind


def add_account(home: Home, address: str, name: str, password: str) -> None:
    """Make sure that this account exists, is open, and has this name and password.

    Doing it twice is harmless. It has the default mailboxes and a calendar; a closed account is opened again, with
    what it holds. Connections that are signed in stay so under a new password. Raises InputError for an address that
    is not one of the office's domain.
    """
    address = _checked(home, address)
    if not password:
        raise InputError(f"{address} needs a password", next_step="give one")
    calendars.make(home, address, name)  # first: who has an account has a calendar, also after a crash in between
    with _open(home) as db:
        row = db.execute("SELECT password FROM account WHERE address = ?", (address,)).fetchone()
        kept = row[0] if row is not None and passwords.matches(password, row[0]) else passwords.hashed(password)
        with database.transaction(db):
            db.execute(
                "INSERT INTO account (address, name, password) VALUES (?, ?, ?) ON CONFLICT (address)"
                " DO UPDATE SET name = excluded.name, password = excluded.password, closed = 0",
                (address, name, kept),
            )
            for mailbox in mailboxes.DEFAULTS:
                mailboxes.create(db, address, mailbox)


def close_account(home: Home, address: str) -> None:
    """Close an account: nobody signs in, nothing is delivered, its grants end. Its mail and calendar are kept."""
    with _open(home) as db, database.transaction(db):
        address = _existing(db, address)
        db.execute("UPDATE account SET closed = 1 WHERE address = ?", (address,))
        db.execute("DELETE FROM calendar_grant WHERE owner = ? OR grantee = ?", (address, address))
        db.execute("DELETE FROM delegation WHERE owner = ? OR grantee = ?", (address, address))


def accounts(home: Home) -> list[OfficeAccount]:
    """Return every account there ever was, by address."""
    with _open(home) as db:
        rows = db.execute("SELECT address, name, closed FROM account ORDER BY address").fetchall()
    return [OfficeAccount(address, name, bool(closed)) for address, name, closed in rows]


def grant_calendar(home: Home, owner: str, to: str) -> None:
    """Let `to` read and write the calendar of `owner`; harmless if that is so. InputError without such accounts."""
    with _open(home) as db, database.transaction(db):
        pair = (_existing(db, owner), _existing(db, to))
        db.execute("INSERT INTO calendar_grant (owner, grantee) VALUES (?, ?) ON CONFLICT DO NOTHING", pair)


def revoke_calendar(home: Home, owner: str, to: str) -> None:
    """End a grant; harmless if there is none."""
    with _open(home) as db, database.transaction(db):
        db.execute("DELETE FROM calendar_grant WHERE owner = ? AND grantee = ?", (owner.lower(), to.lower()))


def grants(home: Home) -> list[CalendarGrant]:
    """Return every grant, by owner."""
    with _open(home) as db:
        rows = db.execute("SELECT owner, grantee FROM calendar_grant ORDER BY owner, grantee").fetchall()
    return [CalendarGrant(*row) for row in rows]


def grant_mail(home: Home, kind: GrantKind, owner: str, to: str) -> None:
    """Have a copy of what comes to `owner` go to `to`, from the next delivery on; harmless if that is so.

    InputError without such accounts. The mailbox for the copies is made at once, so that it can be watched.
    """
    with _open(home) as db, database.transaction(db):
        owner, to = _existing(db, owner), _existing(db, to)
        db.execute(
            "INSERT INTO delegation (owner, grantee, kind) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (owner, to, kind.value),
        )
        mailboxes.create(db, to, mailboxes.DELEGATED.format(address=owner))


def revoke_mail(home: Home, kind: GrantKind, owner: str, to: str) -> None:
    """End that; harmless if it is not so. The copies that were made stay."""
    with _open(home) as db, database.transaction(db):
        db.execute(
            "DELETE FROM delegation WHERE owner = ? AND grantee = ? AND kind = ?",
            (owner.lower(), to.lower(), kind.value),
        )


def delegations(home: Home) -> list[Delegation]:
    """Return whose mail is copied to whom, by owner."""
    with _open(home) as db:
        rows = db.execute("SELECT owner, grantee, kind FROM delegation ORDER BY owner, grantee, kind").fetchall()
    return [Delegation(owner, to, GrantKind(kind)) for owner, to, kind in rows]


@contextmanager
def _open(home: Home) -> Iterator[sqlite3.Connection]:
    with closing(database.connect(home)) as db:
        yield db


def _checked(home: Home, address: str) -> str:
    address = address.strip().lower()
    domain = load_settings(home).domain
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise InputError(f"{address!r} is not an address", next_step=f"give one such as ada.lovelace@{domain}")
    if not address.endswith(f"@{domain}"):
        raise InputError(f"{address} is not of the office's domain", next_step=f"give one that ends in @{domain}")
    return address


def _existing(db: sqlite3.Connection, address: str) -> str:
    address = address.strip().lower()
    if db.execute("SELECT 1 FROM account WHERE address = ? AND NOT closed", (address,)).fetchone() is None:
        raise InputError(f"the office has no account {address}", next_step="see who has one: `empla people`")
    return address
