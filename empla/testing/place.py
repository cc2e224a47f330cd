"""A workplace in memory: directory and kept bytes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from empla.capabilities.directory import Person
from empla.errors import ResourceError
from empla.mind.values import Address, Origin, Source


def person(name: str, address: str, zone: str = "Europe/Berlin", hours: str = "09:00-17:00") -> Person:
    """Return somebody as the directory knows them."""
    return Person(name=name, address=Address(address, Origin(Source.DIRECTORY)), zone=zone, hours=hours)


class MemoryDirectory:
    """Implements `Directory` for a few people."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = list(people)

    def add(self, *people: Person) -> None:
        """Let more people be found."""
        self._people += people

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
