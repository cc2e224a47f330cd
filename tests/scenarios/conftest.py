"""A morning at the office: real mail and calendar servers, a hired assistant, people with ordinary clients.

The assistant's engine runs in a thread of the test, on the same adapters as in its own process; processes and kills are
tested in `tests/runtime` and `tests/crash`.
"""

import asyncio
import shutil
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from icalendar import Event
from pydantic import SecretStr

from empla.capabilities import registry
from empla.clock import SystemClock
from empla.config import Home
from empla.engine.beginning import note_beginning
from empla.engine.employee import EmployeeEngine, Mindset
from empla.engine.memory import Recalls
from empla.hr import hiring
from empla.hr.people import add_person
from empla.hr.profiles import load_profile
from empla.memory.memory import Memory
from empla.store.company import CompanyStore
from empla.store.opening import open_store
from empla.store.secrets import Cipher
from empla.workplace.accounts import Account
from empla.workplace.blobs import FileBlobs
from empla.workplace.directory import CompanyDirectory
from empla.workplace.place import connect
from runtime.client import Client, Letter
from runtime.employee import library, version_of
from runtime.hiring import office_account, staff
from runtime.inboxes import sender
from runtime.office.process import read_ports
from runtime.office.testing import running_office

ZONE = "Europe/Berlin"
MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo(ZONE))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an hour of the day that comes `day` days after the Monday of the scenario."""
    return datetime(2026, 9, 7 + day, hour, minute, tzinfo=ZoneInfo(ZONE))


def arranged(client: Client, organizer: str) -> list[Event]:
    """Return the events in a person's calendar that the assistant arranged."""
    return [e for e in client.events() if organizer in str(e.get("ORGANIZER", "")).lower()]


def times(event: Event) -> tuple[datetime, datetime]:
    """Return when an event begins and ends, on the office's clock."""
    here = ZoneInfo(ZONE)
    return event.DTSTART.astimezone(here), event.DTEND.astimezone(here)


def guests(event: Event) -> dict[str, str]:
    """Return what each attendee has answered, by address."""
    attendees = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
    return {str(a).lower().removeprefix("mailto:"): a.params["PARTSTAT"] for a in attendees}


@dataclass
class Morning:
    """The office with its people; `assistant` is the address of the one who was hired."""

    home: Home
    people: dict[str, Client] = field(default_factory=dict)
    assistant: str = ""
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: asyncio.Event | None = None
    _thread: threading.Thread | None = None
    _engine: EmployeeEngine | None = None
    failure: BaseException | None = None
    asked: list[Letter] = field(default_factory=list)
    alive_at: datetime | None = None
    with_duties: bool = False
    known: dict[str, int] = field(default_factory=dict)
    reached: Callable[[Account], Account] = lambda account: account  # the way to its servers

    @property
    def manager(self) -> Client:
        return self.people["Anna Berg"]

    @property
    def slug(self) -> str:
        return self.assistant.partition("@")[0]

    def ask(self, text: str, subject: str = "A request") -> Letter:
        """Have the manager write, and return the answer."""
        return self._answered(self.manager.send(self.assistant, subject, text))

    def reply(self, letter: Letter, text: str) -> Letter:
        """Have the manager answer a mail, and return what comes back."""
        if letter in self.asked:
            self.asked.remove(letter)
        return self._answered(self.manager.reply(letter, text))

    def _answered(self, message_id: str) -> Letter:
        answer = self.manager.answer_to(message_id, 60)
        if "?" in answer.new:
            self.asked.append(answer)
        return answer

    def cleared(self) -> "Morning":
        """Let every open question go and empty every calendar, for the next test on the same morning.

        A minute passes, so that the mails of all tests do not come to more than an assistant may send in one.
        """
        self.move_to(SystemClock(self.home.clock).now() + timedelta(seconds=61))
        for letter in [*self.asked]:
            self.reply(letter, "never mind")
        self.asked.clear()
        for client in (*self.people.values(), signed_in_as(self, self.assistant)):
            for uid in dict.fromkeys(str(event["UID"]) for event in client.events()):
                client._dav("DELETE", client.address, f"{quote(uid, safe='@')}.ics")
        self.known = {name: max((m.uid for m in c.inbox()), default=0) for name, c in self.people.items()}
        return self

    def invited(self, name: str, method: str = "REQUEST") -> Letter:
        """Wait for what somebody's calendar client is told by mail in this test."""
        return self.people[name].wait_for(
            lambda m: m in self._news(name, [m]) and m.invitation is not None and str(m.invitation["METHOD"]) == method,
            60,
        )

    def _news(self, name: str, letters: list[Letter]) -> list[Letter]:
        return [m for m in letters if m.uid > self.known.get(name, 0)]

    def meetings(self) -> list[Event]:
        """Return what the assistant has put into the manager's calendar."""
        return arranged(self.manager, self.assistant)

    def told(self, subject: str) -> Letter:
        """Wait for a mail to the manager, of the assistant's own accord, whose subject holds these words."""
        name = self.manager.name
        return self.manager.wait_for(
            lambda m: m in self._news(name, [m]) and m.sender == self.assistant and subject in m.subject, 60
        )

    def written_to(self, name: str) -> list[Letter]:
        """Return what the assistant has written to somebody."""
        return [m for m in self._news(name, self.people[name].inbox()) if m.sender == self.assistant]

    def settled(self) -> None:
        """Wait until the assistant has read and answered everything so far: a question of ours is answered last."""
        self.ask("What can you do?", "Settled?")

    def move_to(self, instant: datetime) -> None:
        """Let it be another hour for everybody."""
        SystemClock.set_to(self.home.clock, instant)
        if self._loop is not None and self._engine is not None:
            self._loop.call_soon_threadsafe(self._engine.wake)

    def deliver(self, raw: bytes, envelope_from: str, to: str = "") -> None:
        """Deliver a mail from outside the company, as another server would."""
        ports = self.manager.ports
        with smtplib.SMTP(ports.host, ports.smtp, timeout=20) as smtp:
            smtp.sendmail(envelope_from, [to or self.assistant], raw)

    def until(self, holds: Callable[[], bool], timeout_s: float = 60) -> None:
        """Wait until something can be seen from outside."""
        deadline = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)

    def rows(self, table: str, *columns: str, **by: object) -> list:
        """Return rows of the assistant's own store."""
        with closing(open_store(self.home.employee(self.slug) / "mind.db", self.slug)) as store:
            return list(store.find(table, by, columns))

    def begin(self, epoch: int = 1) -> None:
        """Let the assistant work."""
        started = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(epoch, started))
        self._thread.start()
        assert started.wait(60)

    def end(self) -> None:
        """Have the assistant finish what it does, and stop."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join(60)
        self._thread = self._loop = self._stopping = self._engine = None

    def _work(self, epoch: int, started: threading.Event) -> None:
        try:
            asyncio.run(self._working(epoch, started))
        except BaseException as error:
            self.failure = error

    async def _working(self, epoch: int, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        with CompanyStore(self.home.company_db) as company:
            profile = load_profile(company, Cipher(self.home.key), self.slug)
        folder = self.home.employee(self.slug)
        place = connect(
            self.reached(office_account(self.home, profile.address, profile.password)),
            CompanyDirectory(self.home.company_db),
            FileBlobs(folder / "blobs"),
            SystemClock(self.home.clock),
        )
        capabilities = registry.installed()
        mindset = Mindset(
            library=library(profile.role),
            operations=registry.operations(capabilities),
            sensors=[sensor for capability in capabilities for sensor in capability.sensors],
            secret=profile.secret.get_secret_value().encode(),
            integrations=registry.integrations(capabilities),
        )
        with closing(open_store(folder / "mind.db", self.slug)) as store:
            store.take_lease(epoch, "scenario")
            if self.with_duties:
                now = SystemClock(self.home.clock).now()
                note_beginning(store, now, version=version_of(profile.role), alive_at=self.alive_at)
            recalls = Recalls(opens=lambda: Memory.of(self.home, self.slug))
            self._engine = EmployeeEngine(store, place, mindset, always_replay=True, recalls=recalls)
            started.set()
            await self._engine.run(self._stopping)
        await place.mailbox.close()
        await place.calendars.close()


def signed_in_as(morning: Morning, address: str) -> Client:
    """Return a client that is signed in as an assistant."""
    with CompanyStore(morning.home.company_db) as company:
        profile = load_profile(company, Cipher(morning.home.key), address.partition("@")[0])
    return Client(morning.manager.ports, address, profile.name, profile.password, morning.manager._now)


@dataclass
class Company:
    """A company that has been set up, but does not work yet: to be copied for every morning."""

    home: Home
    passwords: dict[str, tuple[str, SecretStr]] = field(default_factory=dict)
    assistant: str = ""


PEOPLE = ("Anna Berg", "Ben Stone", "Carla Ruiz", "Sam Young", "Sam Ortega")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Anna Berg with her hired assistant, and her colleagues Ben, Carla and two Sams."""
    home = Home(tmp_path_factory.mktemp("company") / "home")
    home.create()
    SystemClock.set_to(home.clock, MONDAY)
    found = Company(home)
    with staff(home) as staffing:
        for name in PEOPLE:
            added = add_person(staffing, name, zone=ZONE)
            found.passwords[name] = (added.address, added.password)
        manager = found.passwords["Anna Berg"][0]
        request = hiring.checked(staffing, "executive-assistant", "Ada Lane", manager=manager)
        found.assistant = hiring.hire(staffing, request, send_percept=sender(home)).address
    return found


@contextmanager
def working(company: Company, folder: Path) -> Iterator[Morning]:
    """Let a copy of the company work, from a Monday at eight."""
    shutil.copytree(company.home.root, folder / "home")
    home = Home(folder / "home")
    SystemClock.set_to(home.clock, MONDAY)
    with running_office(home):
        ports = read_ports(home)
        assert ports is not None
        now = SystemClock(home.clock).now
        people = {n: Client(ports, address, n, word, now) for n, (address, word) in company.passwords.items()}
        found = Morning(home, people, company.assistant)
        found.begin()
        try:
            yield found
        finally:
            found.end()
            assert found.failure is None, found.failure


@pytest.fixture
def morning(company: Company, tmp_path: Path) -> Iterator[Morning]:
    """A hired assistant at work on a Monday at eight."""
    with working(company, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def shared(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """The same, for all tests of a module that do not disturb each other."""
    with working(company, tmp_path_factory.mktemp("shared")) as found:
        yield found


@pytest.fixture
def hired_by_ben(morning: Morning) -> Iterator[str]:
    """Bea Long, the assistant of Ben Stone, at work; returns her address."""
    with staff(morning.home) as staffing:
        manager = morning.people["Ben Stone"].address
        request = hiring.checked(staffing, "executive-assistant", "Bea Long", manager=manager)
        address = hiring.hire(staffing, request, send_percept=sender(morning.home)).address
    bea = Morning(morning.home, morning.people, address)
    bea.begin()
    try:
        yield address
    finally:
        bea.end()
        assert bea.failure is None, bea.failure
