"""Who is who: what capabilities need of the company's directory. Implemented outside; nothing here knows a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from empla.mind.codec import registered
from empla.mind.values import Address


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the directory, with zone (IANA) and working hours as the person set them ("09:00-17:00").

    `assists` is for whom a digital employee works, and may answer invitations.
    """

    name: str
    address: Address
    zone: str
    hours: str
    employee: bool = False  # a digital employee
    assists: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Something of `owner`'s that is open to somebody, and since when. `kind` is a `GrantKind`."""

    kind: str
    owner: Address
    since: datetime


class Directory(Protocol):
    """Looks people up. Every address it gives has the origin `directory`."""

    def find(self, words: str) -> list[Person]:
        """Return the people whom `words` may mean: an address, a full name, a first or last name; best first."""
        ...

    def by_address(self, address: str) -> Person | None:
        """Return the person with this address."""
        ...

    def granted(self, to: str) -> Sequence[Granted]:
        """Return what is open now to the address `to`. The owners' addresses have the origin `policy`."""
        ...
