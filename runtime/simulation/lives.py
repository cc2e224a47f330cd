"""Processes of employees that live and die within this one.

A life is what a process is: a lease, a connection to the store, an engine with its sensors and tasks, and everything
that is only in memory. It dies as by `kill -9`: at a fault point, or at any instant between two steps of the loop. What
was not committed never was, what is in memory is gone, and whatever of it still runs can reach neither the store nor
the office. The employment outlives it: the file of the store, the kept bytes, the progress page, and what is counted.
"""

import asyncio
import contextvars
import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from empla import faults
from empla.capabilities.contract import Place
from empla.capabilities.directory import Directory
from empla.config import Home
from empla.engine.employee import EmployeeEngine
from empla.hr.profiles import Profile
from empla.store.driving import Driver, FileDriver
from empla.store.opening import open_store
from empla.testing.place import MemoryBlobs
from runtime import progress
from runtime.employee import begin, mind_file
from runtime.progress import Death, ProgressPage
from runtime.seat import Seat
from runtime.simulation.desk import Desk, DeskCalendars, DeskMailbox, Weather
from runtime.simulation.virtual import SimulatedClock
from runtime.simulation.world import Office

KILLED = Death(how="killed by SIGKILL", counts=False)
"""How a simulated process dies: from outside, so that nothing that it had in hand is suspected."""
_SETTLES_S = 10.0
"""Virtual seconds in which what is left of a dead process comes to its end."""


class Died(BaseException):
    """The process is dead; nothing on the way may take it for an error."""


_living: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("living", default=None)


def passes(name: str) -> None:
    """Let the life that passes a fault point die there, if that is decided: for `empla.faults.tell`."""
    life = _living.get()
    if life is not None:
        life.passes(name)


def tasks_of_lives(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
    """Make a task and note whose it is: a task factory for the loop."""
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **more)
    life = _living.get()
    if life is not None:
        life.tasks.append(task)
    return task


@dataclass(kw_only=True)
class Employment:
    """What outlives the processes of one employee. `dies` decides at which points one dies."""

    home: Home
    profile: Profile
    office: Office
    weather: Weather
    clock: SimulatedClock
    directory: Directory
    dies: Callable[[int, str], bool]
    is_full: Callable[[], bool]
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    epoch: int = 0
    points: int = 0
    deaths: list[tuple[datetime, str]] = field(default_factory=list)
    life: "Life | None" = None

    @property
    def slug(self) -> str:
        """Return the name of its folder."""
        return self.profile.slug


def secret_of(seed: int, profile: Profile) -> Profile:
    """Return a profile with a secret that comes of the seed, so that the same ids come again."""
    made = hmac.digest(f"simulation {seed}".encode(), profile.slug.encode(), hashlib.sha256).hex()
    return replace(profile, secret=SecretStr(made))


class Life:
    """One process of one employee."""

    def __init__(self, employment: Employment) -> None:
        employment.epoch += 1
        employment.life = self
        self._employment = employment
        self._page: ProgressPage | None = None
        self._driver: _Connection | None = None
        self.tasks: list[asyncio.Task[Any]] = []
        self.stopping = asyncio.Event()
        self.dead = False
        self.failure: BaseException | None = None
        self.engine: EmployeeEngine | None = None

    async def live(self) -> None:
        """Live until told to stop, or until it dies; then nothing of it is left."""
        tied = contextvars.copy_context()
        tied.run(_living.set, self)
        body = asyncio.get_running_loop().create_task(self._body(), context=tied)
        await asyncio.wait([body])
        failure = None if body.cancelled() else body.exception()
        if not self.dead and failure is not None:
            self.failure = failure
            self._gone("failed by itself")
        await self._buried([body])
        self._employment.life = None

    def die(self, where: str) -> None:
        """Die now: for whoever is outside. From inside, `passes` does."""
        if not self.dead:
            self._gone(where)
            for task in self.tasks:
                task.cancel()

    def passes(self, name: str) -> None:
        """Pass a fault point, or die there."""
        self.alive()
        self._employment.points += 1
        if self._employment.dies(self._employment.points, name):
            self._gone(name)
            raise Died

    def alive(self) -> None:
        """Raise Died if it is not."""
        if self.dead:
            raise Died

    def full(self) -> bool:
        """Return whether the disk is full just now."""
        return self._employment.is_full()

    def _gone(self, where: str) -> None:
        self.dead = True
        now = self._employment.clock.now()
        self._employment.deaths.append((now, where))
        if self._page is not None:
            self._page.beat(now)
            self._page.close()
        if self._driver is not None:
            self._driver.cut()

    async def _buried(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        """End what is left of the tasks; their results are nobody's."""
        left = [task for task in (*self.tasks, *tasks) if not task.done()]
        for _ in range(5):
            for task in left:
                task.cancel()
            if not left:
                break
            await asyncio.wait(left, timeout=_SETTLES_S)
            left = [task for task in left if not task.done()]
        for task in (*self.tasks, *tasks):
            if task.done() and not task.cancelled():
                task.exception()
        self.tasks.clear()

    async def _body(self) -> None:
        """Do what `runtime.employee.run` does, over the office in memory."""
        employed = self._employment
        last = progress.read(employed.home.employee(employed.slug) / "progress")
        store = open_store(mind_file(employed.home, employed.slug), employed.slug)
        driver = _Connection(self, store._driver)
        store._driver = driver
        self._driver = driver
        self._page = ProgressPage(employed.home.employee(employed.slug) / "progress", epoch=employed.epoch)
        desk = Desk(employed.office, employed.weather, employed.profile.address, self.alive)
        place = Place(
            mailbox=DeskMailbox(desk),
            calendars=DeskCalendars(desk),
            directory=employed.directory,
            blobs=_Kept(self, employed.blobs),
            clock=employed.clock,
        )
        seat = Seat(
            slug=employed.slug,
            home=employed.home,
            epoch=employed.epoch,
            lifeline_fd=-1,
            progress=self._page,
            clock=employed.clock,
            last=last,
            death=KILLED if last is not None and last.phase != progress.ENDED else None,
            stopping=self.stopping,
        )
        store.take_lease(employed.epoch, "simulation")
        self.engine = begin(seat, store, place, employed.profile)
        await self.engine.run(self.stopping)
        self._page.beat(employed.clock.now())
        self._page.mark(progress.ENDED)
        self._page.close()
        self._page = None
        self._driver = None
        self.dead = True  # what a process leaves running ends with it
        driver.cut()


class _Connection(FileDriver):
    """The driver's connection of one life: cut at its death, and refusing to commit while the disk is full."""

    def __init__(self, life: Life, real: Driver) -> None:
        self._life = life
        self._real = real
        self.place = real.place
        self.errors = real.errors

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction was begun and has not ended."""
        return not self._life.dead and self._real.in_transaction

    def begin(self, *, reading: bool = False) -> None:
        """Begin a transaction."""
        self._life.alive()
        self._real.begin(reading=reading)

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Run a statement in the transaction."""
        self._life.alive()
        return self._real.execute(statement, values)

    def fetch(self, statement: str, values: Any) -> list[Any]:
        """Return what one statement finds outside any transaction."""
        self._life.alive()
        return self._real.fetch(statement, values)

    def execute_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement once for each of many rows."""
        self._life.alive()
        self._real.execute_many(statement, rows)

    def commit(self) -> None:
        """Commit, unless the disk is full."""
        self._life.alive()
        if self._life.full():
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full
        self._real.commit()

    def roll_back(self) -> None:
        """Undo what was written since `begin`; at a death that has happened."""
        if not self._life.dead:
            self._real.roll_back()

    def close(self) -> None:
        """Give the connection back; at a death that has happened."""
        if not self._life.dead:
            self._real.close()

    def cut(self) -> None:
        """Undo what was not committed, and close the file."""
        with suppress(*self.errors):
            self._real.roll_back()
        self._real.close()


class _Kept(MemoryBlobs):
    """The kept bytes, as one life may use them."""

    def __init__(self, life: Life, kept: MemoryBlobs) -> None:
        super().__init__(kept.kept)
        self._life = life

    def keep(self, content: bytes) -> str:
        """Keep the bytes and return their sha256."""
        faults.point("blob.keep.before")
        self._life.alive()
        name = super().keep(content)
        faults.point("blob.keep.after")
        return name
