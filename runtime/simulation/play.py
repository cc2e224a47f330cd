"""Playing a scenario: the company is set up, people and employees live through its days on virtual time.

    outcome = play(scenario, seed=7, days=30, crashes="many")

Employees are hired as always, and their processes do what real ones do; only clock and transport are other ones. All of
it happens in this process and thread. The same scenario, seed, days and crashes give the same trace, whatever the hash
seed of the process.
"""

import asyncio
import hashlib
import heapq
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any, Final

import structlog

from empla import faults
from empla.config import Home, Settings, save_settings, slug
from empla.engine import inbox
from empla.errors import ResourceError
from empla.hr import hiring
from empla.hr.people import add_person
from empla.hr.profiles import load_profile
from empla.hr.staffing import Staffing
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store
from empla.workplace.directory import CompanyDirectory
from runtime.employee import mind_file
from runtime.simulation import lives
from runtime.simulation.chance import Chance
from runtime.simulation.correspondents import Script
from runtime.simulation.deeds import Deed, Post, order
from runtime.simulation.desk import Weather
from runtime.simulation.lives import Employment, Life, secret_of
from runtime.simulation.misfortune import LEVEL, Misfortune, Spell
from runtime.simulation.oracle import Arrived, Fault, Standing, check
from runtime.simulation.scenario import Scenario
from runtime.simulation.virtual import SimulatedClock, VirtualLoop
from runtime.simulation.world import Delivered, Office

SETTLES: Final = timedelta(hours=12)
"""Time after the last day in which nobody writes and nothing goes wrong: what is in hand comes to its end."""
_STOPS_S: Final = 60.0
_LONGEST_REST: Final = 3600

Told = Callable[[datetime], None]
"""Called with the instant that it is, at least once for every simulated hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What is known of one employee after a run. `mind` is the file of its store."""

    slug: str
    address: str
    mind: Path
    deaths: Sequence[tuple[datetime, str]]
    lives: int
    points: int


@dataclass(kw_only=True)
class Outcome:
    """What came of one run. `faults` are what the oracle found; `trace` is the hash over all that happened."""

    seed: int
    days: int
    crashes: str
    script: Script
    office: Office
    employees: Sequence[Lived]
    began: datetime
    ended: datetime
    spells: Mapping[str, Sequence[Spell]]
    faults: list[Fault] = field(default_factory=list)
    trace: str = ""
    cpu_s: float = 0.0
    jumps: int = 0


def play(
    scenario: Scenario,
    *,
    seed: int,
    days: int,
    crashes: str = "none",
    home: Path,
    told: Told = lambda _now: None,
) -> Outcome:
    """Play a scenario in a folder that is empty, and return what came of it; nothing has been checked yet."""
    began = process_time()
    loop = VirtualLoop()
    loop.set_task_factory(lives.tasks_of_lives)
    run = _Run(loop, scenario, seed, days, crashes, Home(home), told)
    asyncio.set_event_loop(loop)
    faults.tell(lives.passes)
    try:
        with _quiet():
            run.set_up()
            loop.run_until_complete(run.lived())
            outcome = run.outcome()
    finally:
        faults.tell(None)
        asyncio.set_event_loop(None)
        loop.close()
    outcome.faults += check(
        outcome.script,
        [Arrived(recipient=d.recipient, raw=d.raw, again=d.again) for d in outcome.office.delivered],
        [Standing(owner=owner, ics=found.ics) for (owner, _), found in outcome.office.events.items()],
        outcome.ended,
    )
    outcome.trace = trace(outcome)
    outcome.jumps = loop.jumps
    outcome.cpu_s = process_time() - began
    return outcome


@contextmanager
def a_home() -> Iterator[Path]:
    """Give a folder for one run, in memory where the machine has such a place, and remove it afterwards."""
    shared = Path("/dev/shm")  # noqa: S108
    where = tempfile.mkdtemp(prefix="empla-simulation-", dir=shared if shared.is_dir() else None)
    try:
        yield Path(where)
    finally:
        shutil.rmtree(where, ignore_errors=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Log nothing meanwhile: a month of several employees says too much."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)


class _Run:
    """One run while it goes on."""

    def __init__(
        self, loop: VirtualLoop, scenario: Scenario, seed: int, days: int, crashes: str, home: Home, told: Told
    ) -> None:
        self._loop = loop
        self._scenario = scenario
        self._seed = seed
        self._days = days
        self._crashes = crashes
        self._home = home
        self._told = told
        self._began = scenario.ends(0)
        self.script = Script(scenario, seed, days)
        self._true = SimulatedClock(loop, self._began)
        """The office's and the people's clock, which is always right."""
        self._clock = SimulatedClock(loop, self._began)
        chance = Chance(seed, "misfortune")
        self._misfortune = Misfortune(LEVEL[crashes], chance, self._began, self.script.ends)
        self._spells = {
            "office away": self._misfortune.outages(),
            "disk full": self._misfortune.full(),
            "clock wrong": self._misfortune.jumps(),
        }
        away = [(each.since, each.until) for each in self._spells["office away"]]
        self._weather = Weather(LEVEL[crashes].trouble, chance, self._true.now, away)
        self.office = Office(scenario.company.domain, self._true.now)
        self.office.told = self._came
        self.office.entered = self._entered
        again = LEVEL[crashes].trouble.again
        self.office.brings_again = lambda raw: self._weather.happens(again, "again", hashlib.sha256(raw).hexdigest())
        self._due: list[tuple[Any, Deed]] = [(order(deed), deed) for deed in self.script.deeds]
        heapq.heapify(self._due)
        self._more = asyncio.Event()
        self._ending = False
        self._faults: list[Fault] = []
        self._employed: list[Employment] = []

    # the company ----------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Set up the company: its people, its employees hired as always, and what stands in calendars."""
        self._home.create()
        company = self._scenario.company
        settings = Settings(company=company.name, domain=company.domain, zone=company.zone, hours=company.hours)
        save_settings(self._home, settings)
        with Staffing.open(self._home, self.office, self._true) as staffing:
            for person in self._scenario.people:
                add_person(staffing, person.name, zone=person.zone or "", hours=person.hours or "")
            for employee in self._scenario.employees:
                manager = self._scenario.address(employee.manager)
                request = hiring.checked(staffing, employee.role.replace("_", "-"), employee.name, manager=manager)
                hiring.hire(staffing, request, send_percept=self._send)
            for entry in self.script.before:
                self.office.enter(entry)
            self._directory = CompanyDirectory(self._home.company_db)
            for employee in self._scenario.employees:
                profile = load_profile(staffing.store, staffing.cipher, slug(employee.name))
                self._employed.append(
                    Employment(
                        home=self._home,
                        profile=secret_of(self._seed, profile),
                        office=self.office,
                        weather=self._weather,
                        clock=self._clock,
                        directory=self._directory,
                        dies=self._deaths(profile.slug),
                        is_full=self._is_full,
                    )
                )

    def _send(self, to: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
        with closing(open_inbox(mind_file(self._home, to), to)) as store:
            inbox.send(store, Percept(key=key, kind=kind, fields=fields, origin=OWN), self._true.now())

    def _deaths(self, whose: str) -> Callable[[int, str], bool]:
        decided = self._misfortune.dies(whose)
        return lambda number, name: not self._ending and decided(number, name)

    def _is_full(self) -> bool:
        now = self._true.now()
        return any(each.since <= now < each.until for each in self._spells["disk full"])

    # people ---------------------------------------------------------------------------------------------------

    def _came(self, delivered: Delivered) -> None:
        """Let a person see a mail."""
        if delivered.recipient in self.script.addresses and not delivered.again:
            self._later(self.script.correspondent(delivered.recipient).sees(delivered.raw, delivered.at))

    def _entered(self, owner: str, ics: bytes) -> None:
        """Let a person see what an employee has entered in their calendar."""
        if owner in self.script.addresses:
            self._later(self.script.correspondent(owner).sees_event(ics, self._true.now()))

    def _later(self, deeds: Sequence[Deed]) -> None:
        for deed in deeds:
            heapq.heappush(self._due, (order(deed), deed))
        self._more.set()

    async def _people(self) -> None:
        """Do what people do, each deed at its instant, until the last day is over."""
        while True:
            self._more.clear()
            due = self._due[0][1].at if self._due else self.script.ends
            if min(due, self.script.ends) > self._true.now():
                await _first(self._true.sleep_until(min(due, self.script.ends)), self._more.wait())
            now = self._true.now()
            while self._due and self._due[0][1].at <= now < self.script.ends:
                deed = heapq.heappop(self._due)[1]
                if isinstance(deed, Post):
                    self.office.hand_in(deed)
                else:
                    self.office.enter(deed)
            if now >= self.script.ends:
                return

    # employees ------------------------------------------------------------------------------------------------

    async def lived(self) -> None:
        """Live through all days, and the hours after them."""
        self._loop.set_exception_handler(self._unhandled)
        working = [self._loop.create_task(self._works(employed)) for employed in self._employed]
        others = [
            self._people(),
            self._clock_jumps(),
            self._hours(),
            *(self._absences(employed) for employed in self._employed),
        ]
        about = [self._loop.create_task(each) for each in others]
        await about[0]
        self._ending = True
        await self._true.sleep_until(self.script.ends + SETTLES)
        await self._at_rest()
        for employed in self._employed:
            if employed.life is not None:
                employed.life.stopping.set()
        await asyncio.wait(working, timeout=_STOPS_S)
        for task in (*about, *working):
            task.cancel()
        await asyncio.gather(*about, *working, return_exceptions=True)

    async def _at_rest(self) -> None:
        """Wait until nobody has anything in hand: whoever is told to stop leaves for later what has just come."""
        for _ in range(_LONGEST_REST):
            living = [employed.life for employed in self._employed if employed.life is not None]
            if all(life.engine is not None and not life.dead and life.engine.idle for life in living):
                return
            await self._true.sleep_until(self._true.now() + timedelta(seconds=1))

    async def _works(self, employed: Employment) -> None:
        """Keep one employee at work, as its supervisor does: whenever its process ends, another begins."""
        while True:
            life = Life(employed)
            await life.live()
            # A process that cannot begin for want of room says so and ends: its supervisor tries again.
            if life.failure is not None and not (isinstance(life.failure, ResourceError) and self._is_full()):
                sentence = f"the process of {employed.slug} ended by itself: {life.failure!r}"
                self._faults.append(Fault(kind="crash", nonce="", sentence=sentence))
            if life.stopping.is_set() and self._true.now() >= self.script.ends + SETTLES:
                return
            back = self._misfortune.back_after(employed.slug, employed.epoch) if not self._ending else 1.0
            until = self._true.now() + timedelta(seconds=back)
            for each in self._spells_of(employed):
                if each.since <= self._true.now() < each.until:
                    until = each.until
            await self._true.sleep_until(until)

    def _spells_of(self, employed: Employment) -> Sequence[Spell]:
        return self._spells.get(employed.slug, ())

    async def _absences(self, employed: Employment) -> None:
        """Take an employee's process away at its times."""
        absences = self._misfortune.absences(employed.slug)
        self._spells[employed.slug] = absences
        for number, each in enumerate(absences):
            await self._true.sleep_until(each.since)
            if employed.life is not None and number % 3 == 2:
                employed.life.stopping.set()
            elif employed.life is not None:
                employed.life.die("killed from outside")

    async def _clock_jumps(self) -> None:
        """Move the employees' clock at its times, and put it right again."""
        for each in self._spells["clock wrong"]:
            await self._true.sleep_until(each.since)
            self._clock.shift(each.by)
            await self._true.sleep_until(each.until)
            self._clock.shift(-each.by)

    async def _hours(self) -> None:
        while True:
            self._told(self._true.now())
            await self._true.sleep_until(self._true.now() + timedelta(hours=1))

    def _unhandled(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Note what nobody has handled, unless it is a death."""
        error = context.get("exception")
        if not isinstance(error, lives.Died | None):
            self._faults.append(Fault(kind="crash", nonce="", sentence=f"{context.get('message')}: {error!r}"))

    def outcome(self) -> Outcome:
        """Return what came of it."""
        self._directory.close()
        return Outcome(
            seed=self._seed,
            days=self._days,
            crashes=self._crashes,
            script=self.script,
            office=self.office,
            employees=[
                Lived(
                    slug=e.slug,
                    address=e.profile.address,
                    mind=mind_file(self._home, e.slug),
                    deaths=tuple(e.deaths),
                    lives=e.epoch,
                    points=e.points,
                )
                for e in self._employed
            ],
            began=self._began,
            ended=self._true.now(),
            spells=dict(self._spells),
            faults=self._faults,
        )


async def _first(*waits: Any) -> None:
    """Return when the first of these has come."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def trace(outcome: Outcome) -> str:
    """Return the hash over everything that happened: percepts, what each cycle did, acts, mails, events."""
    found = hashlib.sha256()

    def add(*parts: object) -> None:
        found.update("\x1f".join(map(str, parts)).encode() + b"\x1e")

    for lived in outcome.employees:
        with closing(open_store(lived.mind, lived.slug)) as store, store.reading():
            for table, columns in _TRACED.items():
                for row in _rows(store, table, columns):
                    add(lived.slug, table, *row)
    for mail in outcome.office.delivered:
        add(mail.at, mail.recipient, hashlib.sha256(mail.raw).hexdigest())
    for (owner, uid), event in sorted(outcome.office.events.items()):
        add(owner, uid, hashlib.sha256(event.ics).hexdigest())
    return found.hexdigest()


_TRACED: Final = {
    "percept": ("key", "kind", "at", "state"),
    "journal": ("at", "percept", "digest"),
    "action": ("id", "operation", "state", "payload_hash", "ended_at"),
    "occurrence": ("trigger", "instant", "zone", "state"),
}


def _rows(store: Store, table: str, columns: tuple[str, ...]) -> Sequence[Any]:
    return store.find(table, (), columns)
