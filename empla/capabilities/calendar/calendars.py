"""What the calendar capability needs of calendars. `empla.workplace` implements it; nothing here knows a server.

Every write is conditional (RFC 4791, RFC 7232): create only if there is none (`If-None-Match: *`), change and delete
only what was read (`If-Match`). A write that meets another's change returns `Conflict` and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from empla.governance.permit import Permit


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """One calendar object resource: its UID, entity tag and iCalendar bytes."""

    uid: str
    etag: str
    ics: bytes


@dataclass(frozen=True, slots=True)
class Busy:
    """A span of time in which somebody is not free; `tentative` spans are not confirmed. Aware, UTC, end exclusive."""

    start: datetime
    end: datetime
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A write that took place; the new entity tag (empty after a delete, or where the server names none)."""

    etag: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A write that did not take place: the object is not what the payload's condition says."""

    etag: str | None


class Calendars(Protocol):
    """The calendars that one account may use, each named by the address of its owner."""

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        """Return the objects of `owner`'s calendar with an instance between `start` and `end`."""
        ...

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        """Return the object with this UID in `owner`'s calendar, None if there is none."""
        ...

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        """Return when `owner` is busy, by CalDAV free-busy-query; PermissionDenied if it may not be read."""
        ...

    async def write(self, permit: Permit) -> Written | Conflict:
        """Create, change or delete one object.

        The payload's target is `{"owner": address, "uid": str, "if_match": etag | None, "delete": bool}`; without
        `if_match` the object must not exist. Content is the iCalendar object, empty for a delete.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
