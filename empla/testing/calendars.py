"""Calendars in memory, with the conditional writes of the real ones."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.occurrences import occurrences, takes_time_of
from empla.capabilities.calendar.spans import Span
from empla.errors import PermissionDenied
from empla.governance.permit import Permit


@dataclass
class MemoryCalendars:
    """Implements `Calendars`. `open_to_us` are the owners whose events may be read and written."""

    open_to_us: set[str]
    objects: dict[tuple[str, str], CalendarObject] = field(default_factory=dict)

    def put(self, owner: str, ics: bytes) -> CalendarObject:
        """Put an object into somebody's calendar, as their own client would."""
        found = CalendarObject(parse(ics).uid, hashlib.sha256(ics).hexdigest()[:12], ics)
        self.objects[owner, found.uid] = found
        return found

    def of(self, owner: str) -> list[CalendarObject]:
        """Return what stands in somebody's calendar."""
        return [found for (who, _), found in self.objects.items() if who == owner]

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        """Return the objects with an instance between `start` and `end`."""
        self._check(owner)
        return [o for o in self.of(owner) if occurrences(o.ics, Span(start, end), "UTC")]

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        """Return one object."""
        self._check(owner)
        return self.objects.get((owner, uid))

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        """Return when somebody is busy; everybody's may be read."""
        found = (o for each in self.of(owner) for o in occurrences(each.ics, Span(start, end), "UTC"))
        return [b for o in found if (b := takes_time_of(replace(o.meeting, attendees=()), owner)) is not None]

    async def write(self, permit: Permit) -> Written | Conflict:
        """Create, change or delete one object, if it is what the payload's condition says."""
        target = permit.payload.target
        self._check(target["owner"])
        key = (target["owner"], target["uid"])
        standing = self.objects.get(key)
        if (standing.etag if standing else None) != target["if_match"]:
            return Conflict(standing.etag if standing else None)
        if target["delete"]:
            del self.objects[key]
            return Written("")
        return Written(self.put(target["owner"], permit.payload.content).etag)

    async def close(self) -> None:
        """Close nothing: there is no connection."""

    def _check(self, owner: str) -> None:
        if owner not in self.open_to_us:
            raise PermissionDenied(f"the calendar of {owner} may not be used")
