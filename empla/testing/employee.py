"""A whole employee on a temporary store: real engine, gate and mind, a virtual clock, a workplace in memory."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from empla.capabilities.contract import Operation, Place
from empla.config import Settings
from empla.engine import inbox
from empla.engine.employee import EmployeeEngine, Mindset
from empla.engine.memory import Recalls
from empla.memory.memory import FOLDER, Memory
from empla.mind.bodies import Guard, unguarded
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.values import OWN, Address, Origin, Source
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import VirtualClock
from empla.testing.mailbox import MemoryMailbox
from empla.testing.place import MemoryBlobs, MemoryDirectory

ADA = "ada@office.example"
MARIA = "maria@office.example"
SECRET = b"a secret of this test's own"

POLICY = Origin(Source.POLICY)
PROFILE: Mapping[str, Any] = {
    "name": "Ada Lovelace",
    "address": Address(ADA, POLICY),
    "manager": Address(MARIA, POLICY),
    "manager_name": "Maria Mitchell",
    "zone": "UTC",
    "company": "The Company",
    "disclosure": "Ada Lovelace, digital assistant to Maria Mitchell",
}
"""Who the employee of most tests is: ada@office.example, for maria@office.example."""


@dataclass
class Employee:
    """One employee under test. `restart` gives it a new process's engine on what the old one committed."""

    where: str | Path
    mindset: Mindset
    clock: VirtualClock
    mailbox: MemoryMailbox
    place: Place
    always_replay: bool = False
    guard: Guard = unguarded
    epoch: int = 0
    slug: str = "ada"
    indexes: Path | None = None
    store: Store = field(init=False)
    engine: EmployeeEngine = field(init=False)
    _readers: list[Store] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.epoch += 1
        self.store = open_store(self.where, self.slug)
        self.store.take_lease(self.epoch, "test")
        recalls = Recalls(opens=self.remembers)
        self.engine = EmployeeEngine(
            self.store,
            self.place,
            self.mindset,
            guard=self.guard,
            always_replay=self.always_replay,
            recalls=recalls,
        )

    def remembers(self) -> Memory:
        """Open its memory to read, as another process does: `catch_up` first. It is closed when the test ends."""
        store = open_inbox(self.where, self.slug)
        self._readers.append(store)
        database = self.where if isinstance(self.where, str) and "://" in self.where else ""
        folder = self.indexes or Path(self.where).parent / FOLDER
        return Memory(store, folder, settings=Settings(database=database))

    def restart(self) -> None:
        """End the process without a word, and begin another."""
        self.end()
        self._begin()

    def end(self) -> None:
        """End the process without a word."""
        self.store.close()
        while self._readers:
            self._readers.pop().close()

    def tell(self, kind: str, key: str = "", origin: Origin = OWN, **fields: Any) -> None:
        """Write a percept into the inbox."""
        self.tell_percept(key or f"test:{kind}", kind, fields, origin)

    def tell_percept(self, key: str, kind: str, fields: Mapping[str, Any], origin: Origin) -> None:
        """Write a percept into the inbox, with fields of any name."""
        inbox.send(self.store, Percept(key=key, kind=kind, fields=fields, origin=origin), self.clock.now())

    def work(self) -> None:
        """Think and act until nothing is left that is due now."""
        asyncio.run(self.engine.until_idle())

    def let_pass(self, span: timedelta) -> None:
        """Work, and let time pass, doing what becomes due at its own instant."""
        end = self.clock.now() + span
        self.work()
        while (due := self.engine.next_due(self.clock.now())) is not None and due <= end:
            self.clock.move_to(due)
            self.work()
        self.clock.move_to(end)
        self.work()

    def rows(self, table: str, *columns: str, **by: Any) -> list[Any]:
        """Return columns of the rows of a table, oldest first; bare values if it is one column."""
        found = self.store.find(table, by, columns)
        return [row[0] if len(columns) == 1 else tuple(row) for row in found]


@contextmanager
def employee(
    where: str | Path,
    library: PlanLibrary,
    operations: Iterable[Operation],
    *,
    at: datetime | None = None,
    always_replay: bool = False,
    guard: Guard = unguarded,
    profile: Mapping[str, Any] | None = PROFILE,
    slug: str = "ada",
) -> Iterator[Employee]:
    """Give an employee with these plans and operations; it knows its profile, and has not worked yet.

    Its store, which is that of `slug`, is at `where`: a file, a URL, or a folder to make a file in. `guard` limits the
    bodies of its plans (`empla.engine.guard`); without one a body that never ends is not stopped.
    """
    if isinstance(where, Path) and where.is_dir():
        where = where / "mind.db"
    clock = VirtualClock(at) if at is not None else VirtualClock()
    mailbox = MemoryMailbox(clock)
    place = Place(
        mailbox=mailbox,
        calendars=MemoryCalendars({ADA, MARIA}),
        directory=MemoryDirectory(),
        blobs=MemoryBlobs(),
        clock=clock,
    )
    known = {operation.name: operation for operation in operations}
    mindset = Mindset(library=library, operations=known, sensors=(), secret=SECRET)
    with TemporaryDirectory(prefix="empla-indexes-") as indexes:
        made = Employee(where, mindset, clock, mailbox, place, always_replay, guard, slug=slug, indexes=Path(indexes))
        try:
            if profile is not None:
                made.tell("profile", origin=POLICY, **profile)
            yield made
        finally:
            made.end()
