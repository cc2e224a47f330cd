"""A workplace in memory: directory and kept bytes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from empla.capabilities.directory import Granted, Person
from empla.errors import ResourceError
from empla.mind.grants import GrantKind
from empla.mind.values import Address, Origin, Source


def person(name: str, address: str, zone: str = "Europe/Berlin", hours: str = "09:00-17:00") -> Person:
    """Return somebody as the directory knows them."""
    return Person(name=name, address=Address(address, Origin(Source.DIRECTORY)), zone=zone, hours=hours)


class MemoryDirectory:
    """Implements `Directory` for a few people."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = list(people)
        self._granted: dict[str, list[Granted]] = {}

    def add(self, *people: Person) -> None:
        """Let more people be found."""
        self._people += people

    def grant(self, kind: GrantKind, owner: str, to: str, since: datetime) -> None:
        """Open something of `owner`'s to `to`."""
        address = Address(owner, Origin(Source.POLICY, ref="company", field="owner"))
        self._granted.setdefault(to, []).append(Granted(kind=kind, owner=address, since=since))

    def revoke(self, kind: GrantKind, owner: str, to: str) -> None:
        """Take it back."""
        held = self._granted.get(to, [])
        self._granted[to] = [g for g in held if (g.kind, g.owner.value) != (kind, owner)]

    def granted(self, to: str) -> list[Granted]:
        """Return what is open to `to`."""
        return list(self._granted.get(to, ()))

    def find(self, words: str) -> list[Person]:
        """Return the people whose name or address holds the words."""
        wanted = words.casefold()
        return [p for p in self._people if wanted in p.name.casefold() or wanted == p.address.value]

    def by_address(self, address: str) -> Person | None:
        """Return the person with this address."""
        return next((p for p in self._people if p.address.value == address), None)


@dataclass
class MemoryBlobs:
    """Implements `Blobs`."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, sha256: str) -> bytes:
        """Return the bytes; ResourceError if they are gone."""
        if sha256 not in self.kept:
            raise ResourceError(f"the kept bytes {sha256} are gone")
        return self.kept[sha256]

    def keep(self, content: bytes) -> str:
        """Keep the bytes and return their sha256."""
        name = hashlib.sha256(content).hexdigest()
        self.kept[name] = content
        return name

    def erase(self, sha256: str) -> None:
        """Let the bytes go; nothing if they are not there."""
        self.kept.pop(sha256, None)
