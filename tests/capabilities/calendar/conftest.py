"""A workplace for the calendar capability: calendars and a mailbox in memory, with the rules of the real ones."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from typing import Any

import pytest

from empla.capabilities.calendar import capability
from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.occurrences import occurrences, takes_time_of
from empla.capabilities.calendar.spans import Span
from empla.capabilities.contract import Operation, Place, PrepareFacts
from empla.capabilities.directory import Person
from empla.capabilities.email.mailbox import Evidence, OnWire, SmtpReply, Submission
from empla.errors import PermissionDenied
from empla.governance.permit import _SEAL, Payload, Permit
from empla.mind.values import Address, Instant, Origin, Source

MANAGER = "maria@office.example"
COLLEAGUE = "chris@office.example"
EMPLOYEE = "ada@office.example"
ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Berlin

DIRECTORY = Origin(Source.DIRECTORY)
WORDS = Origin(Source.MANAGER, "mail-1")


def address(text: str) -> Address:
    return Address(text, DIRECTORY)


def instant(moment: datetime, zone: str = ZONE) -> Instant:
    return Instant(moment, zone, WORDS)


@dataclass
class FakeCalendars:
    """Calendars in memory: conditional writes, free/busy of whole days in UTC as servers give it."""

    readable: set[str] = field(default_factory=lambda: {EMPLOYEE, MANAGER})
    hidden: set[str] = field(default_factory=set)
    objects: dict[tuple[str, str], CalendarObject] = field(default_factory=dict)
    writes: int = 0
    before_write: Callable[[], object] = lambda: None

    def put(self, owner: str, ics: bytes | str, uid: str = "") -> CalendarObject:
        raw = ics.encode() if isinstance(ics, str) else ics
        uid = uid or parse(raw).uid
        found = CalendarObject(uid, sha256(raw).hexdigest()[:12], raw)
        self.objects[owner, uid] = found
        return found

    def of(self, owner: str) -> list[CalendarObject]:
        return [o for (who, _), o in self.objects.items() if who == owner]

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        if owner not in self.readable:
            raise PermissionDenied(f"{owner}'s events may not be read")
        return self.of(owner)

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        return self.objects.get((owner, uid))

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        if owner in self.hidden:
            raise PermissionDenied(f"{owner}'s calendar may not be read")
        found = (o for each in self.of(owner) for o in occurrences(each.ics, Span(start, end), "UTC"))
        return [b for o in found if (b := takes_time_of(replace(o.meeting, attendees=()), owner)) is not None]

    async def write(self, permit: Permit) -> Written | Conflict:
        hook, self.before_write = self.before_write, lambda: None
        hook()
        target = permit.payload.target
        key = (target["owner"], target["uid"])
        standing = self.objects.get(key)
        if (standing.etag if standing else None) != target["if_match"]:
            return Conflict(standing.etag if standing else None)
        self.writes += 1
        if target["delete"]:
            del self.objects[key]
            return Written("")
        return Written(self.put(target["owner"], permit.payload.content).etag)

    async def close(self) -> None:
        pass


@dataclass
class FakeMailbox:
    """A mailbox that files what it sends."""

    address: str = EMPLOYEE
    evidence: Evidence = Evidence.AUTHORITATIVE
    settle_s: float = 0.0
    sent: list[Permit] = field(default_factory=list)
    fault: Exception | None = None

    async def submit(self, permit: Permit, on_wire: OnWire) -> Submission:
        replies = {r: SmtpReply(250, "ok") for r in permit.payload.target["recipients"]}
        await on_wire(replies)
        if self.fault is not None:
            raise self.fault
        self.sent.append(permit)
        return Submission(SmtpReply(250, "queued"), replies)

    async def find_sent(self, message_id: str) -> bool:
        return any(message_id.encode() in p.payload.content for p in self.sent)

    async def fetch_after(self, cursor: Any, limit: int = 50) -> list[Any]:
        return []

    async def wait_for_change(self, timeout_s: float) -> None:
        pass

    def delegated(self, owner: str) -> None:
        return None

    def look_again(self) -> None:
        pass

    async def told_to_look(self, timeout_s: float) -> None:
        pass

    def authenticated_sender(self, raw: bytes) -> str | None:
        return parseaddr(raw.decode())[1]

    def failed_checks(self, raw: bytes) -> tuple[str, ...]:
        return ()

    async def close(self) -> None:
        pass


@dataclass
class FakeDirectory:
    people: dict[str, Person]

    def find(self, words: str) -> list[Person]:
        return [p for p in self.people.values() if words in p.name]

    def by_address(self, address: str) -> Person | None:
        return self.people.get(address)

    def granted(self, to: str) -> list[Any]:
        return []


@dataclass
class StillClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    async def sleep_until(self, instant: datetime) -> None:
        self.at = max(self.at, instant)

    def wake(self) -> None:
        pass


class NoBlobs:
    def read(self, sha256: str) -> bytes:
        return b""

    def keep(self, content: bytes) -> str:
        return ""


def person(name: str, mail: str, zone: str = ZONE, hours: str = "09:00-17:00") -> Person:
    return Person(name=name, address=address(mail), zone=zone, hours=hours)


@dataclass
class Desk:
    """One employee at work: prepares, gets a permit and performs, as the engine does."""

    calendars: Any
    mailbox: FakeMailbox
    directory: FakeDirectory
    clock: StillClock
    wired: int = 0
    steps: int = 0

    @property
    def place(self) -> Place:
        return Place(
            mailbox=self.mailbox,
            calendars=self.calendars,
            directory=self.directory,
            blobs=NoBlobs(),
            clock=self.clock,
        )

    def facts(self, unique: str = "", **more: Any) -> PrepareFacts:
        given = {
            "at": self.clock.now(),
            "employee": "ada",
            "address": EMPLOYEE,
            "manager": MANAGER,
            "zone": ZONE,
            "unique": unique or sha256(str(self.steps).encode()).hexdigest(),
            "domain": "office.example",
            "disclosure": "Ada is a digital assistant.",
        }
        return PrepareFacts(**{**given, **more})

    def prepare(self, name: str, *, unique: str = "", holds: Any = (), **arguments: Any) -> Permit:
        self.steps += 1
        operation = operation_called(name)
        payload = operation.prepare(operation.arguments(**arguments), self.facts(unique, holds=holds))
        return permit_for(name, payload)

    def perform(self, permit: Permit) -> Any:
        return asyncio.run(self._perform(permit))

    def again(self, permit: Permit) -> Any:
        """Make the next attempt."""
        return self.perform(replace(permit, attempt=permit.attempt + 1))

    async def _perform(self, permit: Permit) -> Any:
        return await operation_called(permit.operation).perform(permit, self.place, self.on_wire)

    def settle(self, permit: Permit) -> Any:
        return asyncio.run(self._settle(permit))

    async def _settle(self, permit: Permit) -> Any:
        settle = operation_called(permit.operation).settle
        assert settle is not None
        return await settle(permit, self.place)

    def run(self, name: str, **arguments: Any) -> Any:
        return self.perform(self.prepare(name, **arguments))

    async def on_wire(self, replies: Mapping[str, SmtpReply]) -> None:
        self.wired += 1


def operation_called(name: str) -> Operation:
    return next(o for o in capability.operations if o.name == name)


def permit_for(name: str, payload: Payload, attempt: int = 1) -> Permit:
    return Permit(
        action="a1",
        operation=name,
        payload=payload,
        payload_hash=payload.digest(),
        epoch=1,
        attempt=attempt,
        seal=_SEAL,
    )


@pytest.fixture
def calendars() -> FakeCalendars:
    return FakeCalendars()


@pytest.fixture
def desk(calendars: FakeCalendars) -> Desk:
    people = {
        MANAGER: person("Maria", MANAGER),
        COLLEAGUE: person("Chris", COLLEAGUE, "Europe/London"),
        EMPLOYEE: person("Ada", EMPLOYEE),
    }
    return Desk(calendars, FakeMailbox(), FakeDirectory(people), StillClock())


def ics(uid: str, *lines: str) -> str:
    """An object of a person's own client, with properties that we do not know."""
    body = "\r\n".join((f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines))
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Some//Client//EN\r\nX-CLIENT;A=1:kept\r\n"
        f"BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def busy_from(start: datetime, minutes: int, uid: str = "busy-1", *more: str) -> str:
    end = start + timedelta(minutes=minutes)
    times = (f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return ics(uid, *times, "SUMMARY:Something", *more)
