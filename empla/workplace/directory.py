"""The company's directory: people, digital employees and what is granted to whom, as company.db has them now.

A person who is added while employees run is found at the next look-up: SQLite's `data_version` tells, without reading
a table, that another process has committed.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from empla.capabilities.directory import Granted, Person
from empla.config import plain
from empla.errors import ResourceError
from empla.mind.values import Address, Origin, Source
from empla.store.company import TENANT

_GRANTED = """
SELECT grantee, kind, owner, since FROM access_grant WHERE tenant_id = :tenant AND revoked IS NULL ORDER BY seq
"""
_EVERYBODY = """
SELECT address, name, zone, hours, NULL FROM person WHERE tenant_id = :tenant AND left_at IS NULL
UNION ALL
SELECT address, name, zone, hours, manager FROM employee WHERE tenant_id = :tenant AND listed AND left_at IS NULL
ORDER BY 2, 1
"""


class CompanyDirectory:
    """The directory of one home. It opens company.db at the first look-up, so it may be made before a fork."""

    def __init__(self, company_db: Path, tenant: str = TENANT) -> None:
        self._path = company_db
        self._tenant = tenant
        self._lock = threading.Lock()  # operations run in threads as well
        self._connection: sqlite3.Connection | None = None
        self._seen = -1
        self._people: list[Person] = []
        self._granted: dict[str, list[Granted]] = {}

    def find(self, words: str) -> list[Person]:
        """Return the people whom `words` may mean, best first; none for empty words.

        The best are those whose address or full name it is, then those with this first and last name but others
        between, then first or last names, then any name or the mailbox part of the address. Accents and case do not
        count. Only the best kind that somebody fits is returned: who says "Ada Lovelace" does not mean every Ada.
        """
        wanted = _Words(words)
        ranked = [(rank, person) for person in self._everybody() if (rank := wanted.rank(person)) is not None]
        best = min((rank for rank, _ in ranked), default=None)
        return [person for rank, person in ranked if rank == best]

    def by_address(self, address: str) -> Person | None:
        """Return the person with this address, None if the company has nobody with it."""
        wanted = address.strip().lower()
        return next((p for p in self._everybody() if p.address.value == wanted), None)

    def everybody(self) -> list[Person]:
        """Return everybody who is here, by name."""
        return list(self._everybody())

    def granted(self, to: str) -> list[Granted]:
        """Return what is open to the address `to` now, oldest first."""
        with self._reading():
            return list(self._granted.get(to.strip().lower(), ()))

    def close(self) -> None:
        """Close the file; the next look-up opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _everybody(self) -> list[Person]:
        with self._reading():
            return self._people

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Have the tables as they are now for the length of the block."""
        with self._lock:
            try:
                self._read()
            except sqlite3.Error as error:
                raise ResourceError(f"{self._path} cannot be read: {error}", next_step="see `empla doctor`") from error
            yield

    def _read(self) -> None:
        if self._connection is None:
            # Opened for writing, and told never to write: a reader of a write-ahead log has to make its index file.
            self._connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw", uri=True, timeout=10, check_same_thread=False
            )
            self._connection.execute("PRAGMA query_only = ON")
            self._seen = -1
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._seen:
            with closing(self._connection.execute(_EVERYBODY, {"tenant": self._tenant})) as rows:
                self._people = [_person(*row) for row in rows]
            self._granted = {}
            with closing(self._connection.execute(_GRANTED, {"tenant": self._tenant})) as rows:
                for grantee, *grant in rows:
                    self._granted.setdefault(grantee, []).append(_grant(*grant))
            self._seen = version


def _grant(kind: str, owner: str, since: str) -> Granted:
    address = Address(owner, Origin(Source.POLICY, ref="company", field="owner"))
    return Granted(kind=kind, owner=address, since=datetime.fromisoformat(since).replace(tzinfo=UTC))


def _person(address: str, name: str, zone: str, hours: str, manager: str | None) -> Person:
    """Return a person of the company, or a digital employee, who has a manager."""
    origin = Origin(Source.DIRECTORY, ref=address, field="address")
    assists = Address(manager, Origin(Source.DIRECTORY, ref=address, field="manager")) if manager is not None else None
    return Person(
        name=name,
        address=Address(address, origin),
        zone=zone,
        hours=hours,
        employee=manager is not None,
        assists=assists,
    )


class _Words:
    """What was said, ready to be compared."""

    def __init__(self, words: str) -> None:
        self._text = " ".join(words.lower().split()).removeprefix("mailto:").strip("<>")
        self._names = _names(words)

    def rank(self, person: Person) -> int | None:
        """Return how well `person` fits, 0 best, None for not at all."""
        if "@" in self._text:
            return 0 if self._text == person.address.value else None
        names = _names(person.name)
        if not self._names or not names:
            return None
        if self._names == names:
            return 0
        if len(self._names) > 1:
            both_ends = self._names[0] == names[0] and self._names[-1] == names[-1]
            if both_ends and set(self._names) <= set(names):
                return 1
            # "Lovelace, Ada", or a surname of two words: all that was said must be there.
            return 2 if set(self._names) <= set(names) else None
        (name,) = self._names
        if name in (names[0], names[-1]):
            return 1
        return 2 if name in names or self._text == person.address.value.partition("@")[0] else None


def _names(words: str) -> tuple[str, ...]:
    """Return the names in `words`; "O'Brien" is one, "Smith-Jones" is two, so each half is found."""
    return tuple(re.findall(r"\w+", re.sub(r"['’`]", "", plain(words))))
