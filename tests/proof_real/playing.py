"""The proof's run: a company of real processes lives through its days, and is struck as its seed says.

Time is a time server's. It stands while anything is in hand; then it moves to what is due next, for the processes or
for the people. After every move the people look at their mail. So every mail, kill and jump has its simulated instant,
and what a process needs in real time (to start, to be restarted, to answer) takes no simulated time at all.
"""

import contextlib
import heapq
import secrets
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from empla.clock import SystemClock
from empla.config import Settings, save_settings
from empla.errors import TimedOut
from empla.shared_time import SharedTime
from runtime import progress
from runtime.office.process import OfficePorts
from runtime.progress import STARTING
from runtime.simulation.correspondents import Script
from runtime.simulation.deeds import Deed, Post, order
from runtime.simulation.oracle import Standing
from runtime.simulation.scenario import Scenario
from runtime.supervisor import lease, memory
from runtime.timeserver import TimeServer
from tests.ports import own_ports
from tests.proof_real.dropping import Dropping
from tests.proof_real.misfortunes import Blow, Counts, blows, counts
from tests.proof_real.people import Elsewhere, People
from tests.proof_real.real_home import RealHome
from tests.servers import mosquitto

AFTERWARDS: Final = timedelta(hours=12)
"""Time after the last day in which nobody writes and nothing befalls anybody: what is in hand comes to its end."""
SAMPLE_EVERY: Final = timedelta(hours=4)
_STOPPED_S: Final = 1.5
_FULL_S: Final = 2.0
_MOUNT_MIB: Final = 192
_STUCK_S: Final = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a process took at an instant; `pid` tells one life from another. Memory is what it had for itself."""

    at: datetime
    slug: str
    pid: int
    private_kib: int
    descriptors: int
    threads: int


@dataclass(kw_only=True)
class Run:
    """One run: what it is made of, and what is noted of it on the way."""

    scenario: Scenario
    seed: int
    days: int
    real: RealHome
    told: Callable[[str], None]
    much: Counts
    struck: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    back_s: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    moves: int = 0
    began: float = field(default_factory=time.monotonic)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    ending: bool = False

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        *,
        seed: int,
        days: int,
        folder: Path,
        told: Callable[[str], None] = lambda _sentence: None,
        much: Counts | None = None,
    ) -> Self:
        """Return a run that has not begun, in a folder that is empty; `much` befalls it, by default as the days say."""
        real = RealHome(folder / "home")
        return cls(scenario=scenario, seed=seed, days=days, real=real, told=told, much=much or counts(days))

    def __post_init__(self) -> None:
        self.script = Script(self.scenario, self.seed, self.days)
        self.due: list[tuple[Any, Deed]] = [(order(deed), deed) for deed in self.script.deeds]
        heapq.heapify(self.due)
        self.blows: list[Blow] = []
        self.people_addresses = list(self.script.addresses)
        self._mounted: Path | None = None
        self._moved: set[str] = set()
        self._sampled: datetime | None = None

    # setting up -----------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Live through all days, and the hours after them; everything has ended when it returns."""
        with self.elsewhere, contextlib.ExitStack() as stack:
            self._set_up()
            stack.callback(self._unmount)
            broker = self._broker(stack)
            self.real.up(settings=self._environment)
            stack.callback(self.real.down)
            self.real.ready()
            dropping = stack.enter_context(Dropping(self.real.home, self._office_ports, self.seed))
            self.people = People(self.real, self._office_ports)
            for entry in self.script.before:
                self.people.put(entry.owner, f"{entry.uid}.ics", entry.ics)
            server = stack.enter_context(TimeServer(self.real.home, patience_s=_STUCK_S))
            self._strike_with = {
                "kill": self._kill,
                "office": self._kill_office,
                "fall": self._fall,
                "stop": lambda blow: self._stop(blow, _STOPPED_S),
                "hang": lambda blow: self._stop(blow, 45.0),
                "jump": lambda blow: server.jump(server.now() + blow.by),
                "full": self._fill,
                "broker": lambda _blow: self._without(broker),
            }
            self._play(server)
            self.ending, dropping.breaks = True, False
            self._until(server, server.now() + AFTERWARDS)
            self.broken, self.passed = dict(dropping.broken), dict(dropping.passed)
            self.ended = server.now()
            everybody = self.real.addresses.values()
            self.mailboxes = {address: self.people.mails(address) for address in everybody}
            self.standing = [Standing(owner=address, ics=self.people.calendar(address)) for address in everybody]

    def _set_up(self) -> None:
        company, home = self.scenario.company, self.real.home
        self._first_port = self.real.first_port = own_ports(3)
        self._office_ports = OfficePorts("127.0.0.1", *(self._first_port + n for n in range(3)))
        self._settings = Settings(
            company=company.name,
            domain=company.domain,
            zone=company.zone,
            hours=company.hours,
            ports=self._first_port,
            relay=f"127.0.0.1:{self.elsewhere.port}",
            clock="server",
        )
        save_settings(home, self._settings)
        began = self.scenario.ends(0)
        SystemClock.set_to(home.clock, began)
        SharedTime.make(home.clock, began)
        self._environment = {"EMPLA_BUS_PASSWORD": secrets.token_urlsafe(16)}
        for person in self.scenario.people:
            zone, hours = person.zone or company.zone, person.hours or company.hours
            self.real.add_person(person.name, zone, hours)
        for employee in self.scenario.employees:
            self.real.hire(employee.name, employee.manager, employee.role)
        slugs = {self.real.addresses[name]: slug for name, slug in self.real.slugs.items()}
        self.blows = list(blows(self.script, slugs, self.seed, self.much))
        self.spared = list(slugs.values())[:2]
        self._mount(next((blow.whom for blow in self.blows if blow.kind == "full"), ""))

    def _broker(self, stack: contextlib.ExitStack) -> mosquitto.Mosquitto | None:
        """Have the employees use a broker, where there is one on this machine."""
        if mosquitto.PROGRAM is None or not self.much.brokers:
            return None
        broker = mosquitto.made(self.real.home.root.parent / "broker", users="", acl="")
        settings = self._settings.model_copy(update={"bus": broker.url, "bus_ca": str(broker.ca)})
        save_settings(self.real.home, settings)
        for name in ("users", "acl"):
            made = self.real.command("bus", name, settings=self._environment)
            (broker.folder / name).write_text(made)
        broker.start()
        stack.callback(broker.stop)
        return broker

    def _mount(self, slug: str) -> None:
        """Give one employee a small disk of its own, where that is allowed."""
        if not slug:
            return
        folder = self.real.home.employee(slug)
        aside = folder.with_name(folder.name + ".aside")
        folder.rename(aside)
        folder.mkdir(mode=0o700)
        size = f"size={_MOUNT_MIB}m,mode=700"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True)
        if mounted.returncode == 0:
            self._mounted = folder
            for path in aside.iterdir():
                subprocess.run(["cp", "-a", path, folder], check=True)
        else:
            folder.rmdir()
            aside.rename(folder)

    def _unmount(self) -> None:
        if self._mounted is None:
            return
        kept = self._mounted.with_name(self._mounted.name + ".kept")
        subprocess.run(["cp", "-a", self._mounted, kept], check=True)
        subprocess.run(["umount", "-l", self._mounted], check=True)
        self._mounted.rmdir()
        kept.rename(self._mounted)
        self._mounted = None

    # playing --------------------------------------------------------------------------------------------------

    def _play(self, server: TimeServer) -> None:
        """Let the days pass, with all deeds and blows at their instants."""
        left = list(reversed(self.blows))
        day = None
        while True:
            self._settle(server)
            now = server.now()
            if day != now.date():
                day = now.date()
                self._say(server, left)
            if self.due and self.due[0][1].at <= now < self.script.ends:
                deed = heapq.heappop(self.due)[1]
                self._do(deed)
                while left and left[-1].at <= now:
                    self._strike(left.pop())
            elif left and left[-1].at <= now:
                self._strike(left.pop())
            elif now >= self.script.ends:
                return
            else:
                ats = [self.script.ends, *(d.at for _, d in self.due[:1]), *(blow.at for blow in left[-1:])]
                self._move(server, min(ats))

    def _until(self, server: TimeServer, end: datetime) -> None:
        while True:
            self._settle(server)
            if server.now() >= end:
                return
            self._move(server, end)

    def _settle(self, server: TimeServer) -> None:
        """Let everybody come to rest, and let people see what has come."""
        server.settle()
        now = server.now()
        for address, raw in self.people.news(self.people_addresses):
            self._later(self.script.correspondent(address).sees(raw, now))
        for owner, ics in self.people.entered(self.people_addresses):
            self._later(d for d in self.script.correspondent(owner).sees_event(ics, now) if d.uid not in self._moved)
        if self._sampled is None or abs(now - self._sampled) >= SAMPLE_EVERY:
            self._sampled = now
            self._sample(now)

    def _later(self, deeds: Any) -> None:
        if not self.ending:
            for deed in deeds:
                heapq.heappush(self.due, (order(deed), deed))

    def _move(self, server: TimeServer, until: datetime) -> None:
        server.move(until)
        self.moves += 1

    def _do(self, deed: Deed) -> None:
        if isinstance(deed, Post):
            self.people.hand_in(deed)
        else:
            self._moved.add(deed.uid)
            self.people.enter(deed)

    def _sample(self, at: datetime) -> None:
        for slug in self.spared:
            pid = self.real.pid(slug)
            cost = memory.of(pid) if pid else None
            if cost is not None:
                held, threads = (sum(1 for _ in Path(f"/proc/{pid}/{what}").iterdir()) for what in ("fd", "task"))
                private = cost.private
                self.samples.append(
                    Sample(at=at, slug=slug, pid=pid, private_kib=private, descriptors=held, threads=threads)
                )

    def _say(self, server: TimeServer, left: Sequence[Blow]) -> None:
        passed = time.monotonic() - self.began
        self.told(
            f"{server.now():%a %d %b %Y}  {self.people.handed_in} mails handed in, {sum(self.struck.values())} blows,"
            f" {len(left)} to come, {self.moves} moves, {passed:.0f} s"
        )

    # blows ----------------------------------------------------------------------------------------------------

    def _strike(self, blow: Blow) -> None:
        time.sleep(blow.delay_s)
        self._strike_with[blow.kind](blow)
        self.struck[blow.kind] += 1

    def _kill(self, blow: Blow) -> None:
        pid = self.real.pid(blow.whom)
        if not pid or not self.real.kill(pid):
            self.missed["kill"] += 1
            return
        began = time.monotonic()
        while not self._works_again(blow.whom, pid):
            if time.monotonic() - began > _STUCK_S:
                raise TimedOut(f"{blow.whom} has not been started again")
            time.sleep(0.002)
        self.back_s.append(time.monotonic() - began)

    def _works_again(self, slug: str, former: int) -> bool:
        """Whether an employee has a process, another one than the former, that has reached its work."""
        folder = self.real.home.employee(slug)
        said = progress.read(folder / "progress")
        epoch = lease.read_epoch(folder / lease.LOCK)
        is_new = self.real.pid(slug) not in (0, former)
        return is_new and said is not None and said.epoch == epoch and said.phase != STARTING

    def _kill_office(self, _blow: Blow) -> None:
        pid = self.real.office_pid()
        if not pid or not self.real.kill(pid):
            self.missed["office"] += 1

    def _fall(self, _blow: Blow) -> None:
        pid = self.real.up_pid()
        if not pid or not self.real.kill(pid):
            self.missed["fall"] += 1
        self.real.up(settings=self._environment)
        self.real.ready()

    def _stop(self, blow: Blow, seconds: float) -> None:
        pid = self.real.pid(blow.whom)
        if not pid or not self.real.kill(pid, signal.SIGSTOP):
            self.missed["stop"] += 1
            return
        time.sleep(seconds)
        self.real.kill(pid, signal.SIGCONT)

    def _fill(self, blow: Blow) -> None:
        """Fill the small disk of whoever has just got a mail, and make room again after a moment."""
        if self._mounted is None:
            self.missed["full"] += 1
            return
        filler = self._mounted / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        time.sleep(_FULL_S)
        filler.unlink()

    def _without(self, broker: mosquitto.Mosquitto | None) -> None:
        if broker is None:
            self.missed["broker"] += 1
            return
        broker.stop()
        time.sleep(1.0)
        broker.start()
