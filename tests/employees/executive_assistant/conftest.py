"""An assistant at a desk in memory: the real engine, gate, reader and plans, with servers that can be told to fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities import registry
from empla.capabilities.calendar.calendars import CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import Meeting, render
from empla.capabilities.email.reading import new_text
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.errors import ExternalError, PermissionDenied
from empla.governance.permit import Permit
from empla.mind.plans import PlanLibrary
from empla.mind.values import OUTSIDE
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import MONDAY
from empla.testing.employee import ADA, MARIA, Employee, employee
from empla.testing.mailbox import letter
from empla.testing.place import MemoryDirectory, person
from employees.executive_assistant.plans import library

BEN, CARLA = "ben@office.example", "carla@office.example"
PEOPLE = (("Maria Mitchell", MARIA), ("Ben Stone", BEN), ("Carla Ruiz", CARLA))


class FailingCalendars(MemoryCalendars):
    """Calendars in memory that can be `down`, and into some of which nothing may be written."""

    down = False
    closed: frozenset[str] = frozenset()

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        self._answers()
        return await super().events(owner, start, end)

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        self._answers()
        return await super().get(owner, uid)

    async def write(self, permit: Permit) -> Written | Conflict:
        self._answers()
        if permit.payload.target["owner"] in self.closed:
            raise PermissionDenied("that calendar may not be written")
        return await super().write(permit)

    def _answers(self) -> None:
        if self.down:
            raise ExternalError("the calendar server does not answer")


@dataclass
class Desk:
    """The assistant's desk, as the manager Maria uses it. It is Monday, 23 November 2026, 08:00 in UTC."""

    ada: Employee
    calendars: FailingCalendars
    written: int = 0
    _seen: int = field(default=0)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """Return an hour of the day that comes `day` days after the Monday."""
        return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)

    def put(self, owner: str, uid: str, title: str, start: datetime, end: datetime) -> None:
        """Put an event into somebody's calendar."""
        meeting = Meeting(uid=uid, sequence=0, title=title, start=start, end=end, zone="UTC")
        self.calendars.put(owner, render(meeting, at=MONDAY))

    def write(self, text: str, answering: EmailMessage | None = None) -> list[EmailMessage]:
        """Have Maria write, and return the mails that the assistant then sends."""
        self.written += 1
        thread = {} if answering is None else {"In_Reply_To": str(answering["Message-ID"])}
        if answering is not None:
            thread["References"] = " ".join([str(answering["References"] or ""), thread["In_Reply_To"]]).strip()
        raw = letter(
            f"Maria Mitchell <{MARIA}>",
            text,
            subject="A request",
            message_id=f"<maria-{self.written}@office.example>",
            vouched=MARIA,
            date=self.ada.clock.now(),
            **thread,
        )
        return self.arrives(raw)

    def arrives(self, raw: bytes) -> list[EmailMessage]:
        """Let the very bytes of a mail arrive, as the inbox sensor notes them; return the mails that are then sent."""
        key = percept_key(raw)
        fields: dict[str, Any] = {"blob": self.ada.place.blobs.keep(raw), "received": self.ada.clock.now()}
        self.ada.tell_percept(key, MAIL_ARRIVED, {"key": key, **fields, "account": ADA, "size": len(raw)}, OUTSIDE)
        return self.goes_on()

    def goes_on(self, span: timedelta = timedelta()) -> list[EmailMessage]:
        """Let the assistant work, and time pass; return the mails that were sent."""
        self.ada.let_pass(span)
        mails = self.ada.mailbox.taken[self._seen :]
        self._seen = len(self.ada.mailbox.taken)
        return mails

    def answer(self, text: str, answering: EmailMessage | None = None) -> EmailMessage:
        """Have Maria write, and return what the assistant answers her."""
        return next(m for m in self.write(text, answering) if m["To"] == MARIA)

    def meetings(self, owner: str = MARIA) -> list[CalendarObject]:
        """Return what stands in a calendar."""
        return self.calendars.of(owner)


def said(mail: EmailMessage) -> str:
    """Return a mail's text without its signature."""
    body = mail.get_body(("plain",))
    assert body is not None
    return new_text(str(body.get_content()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An assistant who knows its manager and colleagues, and has introduced itself to nobody."""
    operations = registry.operations(registry.installed()).values()
    own = PlanLibrary()  # so that a test may add plans
    own.include(library)
    with employee(tmp_path, own, operations, always_replay=True) as ada:
        calendars = FailingCalendars({ADA, MARIA})
        directory = MemoryDirectory(person(name, address, zone="UTC") for name, address in PEOPLE)
        ada.place = replace(ada.place, calendars=calendars, directory=directory)
        ada.restart()
        yield Desk(ada, calendars)
