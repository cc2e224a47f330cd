"""Passwords: kept as bcrypt hashes, checked in any process that may read office.db.

bcrypt is slow by design, and programs sign in for every mail they send, so a password that was right once is remembered
for this process as a keyed digest beside the very hash it was right for. The hash itself is read from the database at
every sign-in: a changed password or a closed account counts at once.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field

import bcrypt

_ROUNDS = 10
_NOBODY = b"$2b$10$" + b"." * 53
"""A hash that no password has: what unknown names are compared with, so that they take as long as known ones."""


def _prepared(password: str) -> bytes:
    # bcrypt reads 72 bytes at most; the digest makes every byte of a long password count
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


def hashed(password: str) -> str:
    """Return the hash to keep for a password."""
    return bcrypt.hashpw(_prepared(password), bcrypt.gensalt(_ROUNDS)).decode()


def matches(password: str, kept: str) -> bool:
    """Return whether `password` is the one that `kept` was made of."""
    return bcrypt.checkpw(_prepared(password), kept.encode())


@dataclass(frozen=True, slots=True)
class Account:
    """An open account as a sign-in sees it."""

    address: str
    password: str = field(repr=False)


class SignIn:
    """Checks names and passwords against the accounts in an open office.db."""

    def __init__(self, db: sqlite3.Connection, domain: str) -> None:
        self._db = db
        self._domain = domain
        self._key = secrets.token_bytes(32)
        self._right: dict[str, tuple[str, bytes]] = {}

    def account(self, name: str) -> Account | None:
        """Return the open account called `name` (its address, or the part before the @)."""
        address = name.strip().lower()
        if "@" not in address:
            address = f"{address}@{self._domain}"
        row = self._db.execute("SELECT address, password FROM account WHERE address = ? AND NOT closed", (address,))
        found = row.fetchone()
        return None if found is None else Account(*found)

    def matches(self, account: Account | None, password: str) -> bool:
        """Return whether the password is the account's. Takes about 50 ms unless it was right before."""
        if account is None:
            bcrypt.checkpw(_prepared(password), _NOBODY)
            return False
        if self._was_right(account, password):
            return True
        if not matches(password, account.password):
            return False
        self._right[account.address] = (account.password, self._digest(password))
        return True

    async def address(self, name: str, password: str) -> str | None:
        """Return the address that `name` signs in as, None if name or password are wrong."""
        account = self.account(name)
        if account is not None and self._was_right(account, password):
            return account.address
        # only the arithmetic runs in a thread: the connection stays with this one
        right = await asyncio.to_thread(self.matches, account, password)
        return account.address if account is not None and right else None

    def _digest(self, password: str) -> bytes:
        return hmac.digest(self._key, password.encode(), "sha256")

    def _was_right(self, account: Account, password: str) -> bool:
        kept, digest = self._right.get(account.address, ("", b""))
        return kept == account.password and hmac.compare_digest(digest, self._digest(password))
