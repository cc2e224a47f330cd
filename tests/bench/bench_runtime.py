"""What employees cost who wait, how soon one begins, and how soon a hundred answer.

    make bench-runtime                      the figures that are asked for: about an hour
    make bench-runtime ARGS=--quick         fewer mails, employees and minutes: about five minutes
    make bench-runtime ARGS="--memory --staffs 20 --mails 50"         memory alone, of so many after so many mails

Real processes by `empla up`. Each employee has handled 200 mails before anything is counted; then nobody does anything
for a minute, and memory is the kernel's proportional share (PSS) and processor time is `/proc/PID/schedstat` over ten
minutes. Beside it, in the same run and counted the same way: SPADE, one agent in one idle process (installed into an
environment of its own), and a bare Python with asyncio, sqlite3 and imaplib imported. Where the kernel merges equal
memory (`/sys/kernel/mm/ksm/run`), how much it has merged is said beside; it takes its minutes to find it.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil
from rich.console import Console
from rich.table import Table

from empla.clock import SystemClock
from empla.errors import TimedOut
from runtime import control, progress
from runtime.client import Client, Letter
from runtime.progress import STARTING
from runtime.supervisor import memory
from runtime.timeserver import Deliveries
from tests.bench.bench_month import on_processor
from tests.proof_real.real_home import RealHome

OUT = Path("build/bench/runtime.json")
PEERS = Path("build/bench/spade")
ZONE = "Europe/Berlin"
MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=ZoneInfo(ZONE))
QUESTIONS = (
    "Am I free on Thursday?",
    "What does my week look like?",
    "Please book half an hour with Ben on Thursday afternoon, about the budget.",
    "Remind me tomorrow at 11:00 to call the bank.",
    "What are you working on?",
    "Cancel the meeting with Ben.",
)
SPADE = """
import asyncio, spade
class Idle(spade.agent.Agent):
    async def setup(self): pass
async def main():
    agent = Idle("idle@localhost", "secret")
    await agent.start(auto_register=True)
    print("ready", flush=True)
    await asyncio.sleep(86400)
spade.run(main(), embedded_xmpp_server=True)
"""
BARE = """
import asyncio, imaplib, sqlite3
async def main():
    print("ready", flush=True)
    await asyncio.sleep(86400)
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    staffs: tuple[int, ...]
    mails: int
    settle_s: float
    idle_s: float
    most: int
    deaths: int


WHOLE = Size(staffs=(20, 100), mails=200, settle_s=60, idle_s=600, most=300, deaths=20)
QUICK = Size(staffs=(5, 20), mails=12, settle_s=10, idle_s=30, most=0, deaths=5)


class Staff:
    """A company: a manager for every ten employees, and Ben, whom everybody meets."""

    def __init__(self, root: Path, count: int) -> None:
        self.real = RealHome(root)
        self.home = self.real.home
        SystemClock.set_to(self.home.clock, MONDAY)
        self.managers = [f"Manager {_letters(number)}" for number in range((count + 9) // 10)]
        self.names = [f"Ada {_letters(number)}" for number in range(count)]
        for name in (*self.managers, "Ben Stone"):
            self.real.add_person(name, ZONE)
        began = time.perf_counter()
        for number, name in enumerate(self.names):
            self.real.hire(name, self.managers[number // 10])
        self.hiring_s = (time.perf_counter() - began) / count

    @contextmanager
    def working(self) -> Iterator[float]:
        """Run it for the length of the block, which gets the seconds until everybody worked."""
        began = time.perf_counter()
        self.real.up()
        try:
            self.real.ready()
            yield time.perf_counter() - began
        finally:
            self.real.down()

    def manager_of(self, name: str) -> str:
        return self.managers[self.names.index(name) // 10]

    def pids(self) -> list[int]:
        return list(self.real.pids().values())

    def handle(self, mails: int, told: Callable[[str], None]) -> float:
        """Have each employee handle so many mails, an hour apart; return the seconds of processor time for one."""
        with closing(Deliveries(self.home)) as deliveries:
            self.at_rest(deliveries)
            before = sum(map(on_processor, self.pids()))
            for number in range(mails):
                self.each_gets(QUESTIONS[number % len(QUESTIONS)])
                self.at_rest(deliveries)
                self.later()
                self.at_rest(deliveries)
                if number % 20 == 19:
                    told(f"{len(self.names)} employees, {number + 1} of {mails} mails each")
            return (sum(map(on_processor, self.pids())) - before) / mails / len(self.names)

    def each_gets(self, text: str) -> None:
        """Have every manager write to each of their employees."""
        with ThreadPoolExecutor(len(self.managers)) as writing:
            list(writing.map(lambda manager: self.writes(manager, text), self.managers))

    def writes(self, manager: str, text: str) -> None:
        client = self.real.client(manager)
        for name in self.names:
            if self.manager_of(name) == manager:
                client.send(self.real.addresses[name], "A request", text)

    def at_rest(self, deliveries: Deliveries) -> None:
        """Return when every mail was taken in, thought about and answered."""
        deadline = time.monotonic() + 300
        while (busy := next(deliveries.outstanding(self.real.slugs.values(), acting=True), None)) is not None:
            if time.monotonic() > deadline:
                raise TimedOut(busy)
            time.sleep(0.05)

    def later(self) -> None:
        """Move the clock on by an hour of a working day."""
        now = SystemClock(self.home.clock).now().astimezone(MONDAY.tzinfo) + timedelta(hours=1)
        while now.hour >= 17 or now.hour < 9 or now.weekday() > 4:
            now += timedelta(hours=1)
        control.call(self.home, "clock", {"now": now.isoformat()})

    def commits(self) -> dict[str, int]:
        """Return a number for each employee that is another one after a commit."""
        found = {}
        for slug in self.real.slugs.values():
            wal = self.home.employee(slug) / "mind.db-wal"
            found[slug] = wal.stat().st_mtime_ns if wal.exists() else 0
        return found


def _letters(number: int) -> str:
    """Return a name for a number: names have no digits."""
    return f"{chr(65 + number // 676)}{chr(97 + number // 26 % 26)}{chr(97 + number % 26)}"


# what is counted ----------------------------------------------------------------------------------------------------


def idle(staff: Staff, size: Size) -> list[dict]:
    """What everybody costs who has nothing to do."""
    count = len(staff.names)
    time.sleep(size.settle_s)
    pids, before, began = staff.pids(), staff.commits(), time.monotonic()
    taken = memory_of(staff, size)
    used = [on_processor(pid) for pid in pids]
    time.sleep(size.idle_s)
    passed = time.monotonic() - began
    shares = [(on_processor(pid) - at_first) / passed * 100 for pid, at_first in zip(pids, used, strict=True)]
    wrote = [slug for slug, seen in staff.commits().items() if seen != before[slug]]
    return [
        *taken,
        row(f"an idle employee's share of a core over {size.idle_s:.0f} s, {count} employees, mean",
            statistics.mean(shares), "%", 0.1),
        row(f"an idle employee's share of a core, {count} employees, largest", max(shares), "%", 0.1),
        row(f"employees that committed anything meanwhile, of {count}", len(wrote), "employees", 1),
    ]  # fmt: skip


def memory_of(staff: Staff, size: Size) -> list[dict]:
    """What memory everybody has now, and how much the kernel has merged of it."""
    count, pids = len(staff.names), staff.pids()
    costs = [cost.proportional / 1024 for pid in pids if (cost := memory.of(pid))]
    private = [cost.private / 1024 for pid in pids if (cost := memory.of(pid))]
    said = f"after {size.mails} mails and {size.settle_s:.0f} s of idling, {count} employees"
    return [
        row(f"PSS of an employee {said}, mean", statistics.mean(costs), "MiB", 25),
        row(f"PSS of an employee {said}, largest", max(costs), "MiB", 25),
        row(f"private memory of an employee {said}, mean", statistics.mean(private), "MiB"),
        row(f"merged by the kernel of an employee's memory, {count} employees, mean",
            statistics.mean(map(merged_mib, pids)), "MiB", better="higher"),
        row(f"all the rest: supervisor, zygote, office, Radicale; PSS, {count} employees", others(staff), "MiB"),
    ]  # fmt: skip


def merged_mib(pid: int) -> float:
    """Return how much of a process's memory the kernel has found equal to other memory."""
    try:
        told = Path(f"/proc/{pid}/ksm_stat").read_text().split()
    except OSError:
        return 0.0
    return int(told[told.index("ksm_merging_pages") + 1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def others(staff: Staff) -> float:
    running = psutil.Process(staff.real.up_pid())
    employees = set(staff.pids())
    every = [running.pid, *(child.pid for child in running.children(recursive=True))]
    return sum(cost.proportional for pid in every if pid not in employees and (cost := memory.of(pid))) / 1024


def starts(staff: Staff, count: int) -> list[float]:
    """Milliseconds from the order to start one employee until it works: forked from the zygote, recovered, waiting."""
    found = []
    for name in (staff.names * count)[:count]:
        slug = staff.real.slugs[name]
        control.call(staff.home, "pause", {"name": name})
        while staff.real.pid(slug):
            time.sleep(0.002)
        began = time.perf_counter()
        control.call(staff.home, "resume", {"name": name})
        works(staff, slug, 0)
        found.append((time.perf_counter() - began) * 1000)
    return found


def deaths(staff: Staff, count: int) -> list[float]:
    """Milliseconds from `kill -9` until a successor works."""
    found = []
    for name in (staff.names * count)[:count]:
        slug = staff.real.slugs[name]
        former = staff.real.pid(slug)
        began = time.perf_counter()
        os.kill(former, signal.SIGKILL)
        works(staff, slug, former)
        found.append((time.perf_counter() - began) * 1000)
    return found


def works(staff: Staff, slug: str, former: int) -> None:
    """Return when the employee has a process, another one than the former, that has reached its work."""
    page = staff.home.employee(slug) / "progress"
    seen = progress.read(page)
    epoch = 0 if seen is None else seen.epoch
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        said = progress.read(page)
        pid = staff.real.pid(slug)
        if pid not in (0, former) and said is not None and said.epoch > epoch and said.phase != STARTING:
            return
        time.sleep(0.001)
    raise TimedOut(f"{slug} does not work")


def at_once(staff: Staff) -> list[dict]:
    """Have everybody get a mail within one second; how late is the last answer, and does one lack?"""
    clients = {manager: staff.real.client(manager) for manager in staff.managers}
    seen = {manager: client.newest() for manager, client in clients.items()}
    began = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as writing:
        sent = list(writing.map(lambda manager: asked(staff, manager, clients[manager]), clients))
    took = time.perf_counter() - began
    wanted = {message_id: at for some in sent for message_id, at in some.items()}
    with ThreadPoolExecutor(len(clients)) as reading:
        came = list(reading.map(lambda m, own: answers(clients[m], own, seen[m]), clients, sent))
    delays = [at - wanted[message_id] for some in came for message_id, at in some.items()]
    count = len(staff.names)
    return [
        row(f"{count} mails to {count} employees, handed in within", took, "s", 1),
        row(f"event to act, all {count} at once: median", statistics.median(delays), "s"),
        row(f"event to act, all {count} at once: the last answer", max(delays), "s"),
        row(f"event to act, all {count} at once: answers that lack", len(wanted) - len(delays), "answers", 1),
    ]


def asked(staff: Staff, manager: str, client: Client) -> dict[str, float]:
    """Write to each employee of a manager; return when each mail was taken, by Message-ID."""
    found = {}
    for name in staff.names:
        if staff.manager_of(name) == manager:
            message_id = client.send(staff.real.addresses[name], "A question", "Am I free on Friday?")
            found[message_id] = time.perf_counter()
    return found


def answers(client: Client, sent: dict[str, float], after: int) -> dict[str, float]:
    """Wait for the answer to each mail; return when each was seen, by the Message-ID of what it answers."""
    found: dict[str, float] = {}
    deadline = time.monotonic() + 120

    def awaited(letter: Letter) -> bool:
        return any(letter.answers(asked) for asked in sent if asked not in found)

    while len(found) < len(sent) and (left := deadline - time.monotonic()) > 0:
        try:
            letter = client.wait_for(awaited, left, after=after)
        except TimedOut:
            break
        at = time.perf_counter()
        found |= {asked: at for asked in sent if asked not in found and letter.answers(asked)}
    return found


def peers(console: Console, size: Size) -> list[dict]:
    """The same of others' idle processes."""
    rows = []
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "spade", "greenlet"], check=True
        )
    commands = {
        "bare Python with asyncio, sqlite3, imaplib": [sys.executable, "-c", BARE],
        "SPADE": [str(python), "-c", SPADE],
    }
    for name, command in commands.items():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert process.stdout is not None
            while (line := process.stdout.readline()) and "ready" not in line:
                continue
            if not line:
                console.print(f"{name} could not be started, and is left out", style="red")
                continue
            time.sleep(min(size.settle_s, 10))
            used, began = on_processor(process.pid), time.monotonic()
            time.sleep(size.idle_s)
            share = (on_processor(process.pid) - used) / (time.monotonic() - began) * 100
            cost = memory.of(process.pid)
            assert cost is not None
            rows.append(row(f"{name}: PSS of one idle process", cost.proportional / 1024, "MiB"))
            rows.append(row(f"{name}: share of a core over {size.idle_s:.0f} s", share, "%"))
        finally:
            process.kill()
            process.wait()
    return rows


# the run ------------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer mails, employees and minutes")
    parser.add_argument("--memory", action="store_true", help="how much memory everybody has, and nothing else")
    parser.add_argument("--staffs", type=int, nargs="+", metavar="N", help="with so many employees")
    parser.add_argument("--mails", type=int, metavar="N", help="after so many mails each")
    asked = parser.parse_args()
    size = QUICK if asked.quick else WHOLE
    size = replace(size, staffs=tuple(asked.staffs or size.staffs), mails=asked.mails or size.mails)
    console = Console()
    load = os.getloadavg()[0]
    rows = []
    for count in size.staffs:
        with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
            staff = Staff(Path(folder) / "home", count)
            rows += remembered(console, staff, size) if asked.memory else measured(console, staff, size)
    if size.most and not asked.memory:
        with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
            rows += crowd(Staff(Path(folder) / "home", size.most), size)
    if not asked.memory:
        rows += peers(console, size)
    rows.append(row("load of the machine before it began (1 min)", load, f"of {os.cpu_count()}"))
    report(console, rows)


def measured(console: Console, staff: Staff, size: Size) -> list[dict]:
    """Everything about one staff."""
    count = len(staff.names)
    with staff.working() as up_s:
        mail_s = staff.handle(size.mails, lambda said: console.print(said, style="dim"))
        console.print(f"{count} employees idle", style="dim")
        rows = idle(staff, size)
        rows += at_once(staff)
        begun, back = starts(staff, size.deaths), deaths(staff, size.deaths)
    return [
        row(f"hiring one of {count}", staff.hiring_s, "s"),
        row(f"empla up until {count} work", up_s, "s"),
        row(f"processor time of an employee for a mail, {count} employees", mail_s * 1000, "ms"),
        *rows,
        row(f"from the order to start until it works, {count} employees, median of {len(begun)}",
            statistics.median(begun), "ms", 150),
        row(f"from the order to start until it works, {count} employees, slowest", max(begun), "ms"),
        row(f"from kill -9 until it works again, {count} employees, median of {len(back)}",
            statistics.median(back), "ms", 1000),
        row(f"from kill -9 until it works again, {count} employees, slowest", max(back), "ms", 1000),
    ]  # fmt: skip


def remembered(console: Console, staff: Staff, size: Size) -> list[dict]:
    """What memory one staff has."""
    with staff.working():
        staff.handle(size.mails, lambda said: console.print(said, style="dim"))
        time.sleep(size.settle_s)
        return memory_of(staff, size)


def crowd(staff: Staff, size: Size) -> list[dict]:
    """How much memory a crowd takes that does nothing."""
    count = len(staff.names)
    before = psutil.virtual_memory().available
    with staff.working() as up_s:
        with closing(Deliveries(staff.home)) as deliveries:
            staff.at_rest(deliveries)
        time.sleep(size.settle_s)
        costs = [cost.proportional for pid in staff.pids() if (cost := memory.of(pid))]
        whole = sum(costs) / 1024 / 1024 + others(staff) / 1024
        taken = (before - psutil.virtual_memory().available) / (1 << 30)
    return [
        row(f"empla up until {count} work", up_s, "s"),
        row(f"{count} idle employees and all the rest: PSS", whole, "GiB", 24),
        row(f"{count} idle employees and all the rest: what the machine has less", taken, "GiB", 24),
        row(f"employees of {count} that work", len(costs), "employees", None, "higher"),
    ]


def report(console: Console, rows: list[dict]) -> None:
    table = Table()
    for column in ("figure", "value", "target"):
        table.add_column(column)
    for r in rows:
        target = "" if r["target"] is None else f"{'<' if r['better'] == 'lower' else '>='} {r['target']}"
        missed = r["target"] is not None and r["value"] >= r["target"]
        table.add_row(r["name"], f"{r['value']:.3g} {r['unit']}", target, style="red" if missed else None)
    console.print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n")


def row(name: str, value: float, unit: str, target: float | None = None, better: str = "lower") -> dict:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "target": target,
        "better": better,
        "peer": "",
        "peer_value": None,
    }


if __name__ == "__main__":
    main()
