"""A month of mail in one run: is every mail accounted for, and does the assistant grow or slow down over it?

    make bench-month

An assistant in its own process at a real office gets a seeded mix of requests, questions, answers, mails of colleagues
and strangers, newsletters, reports, notices of absence, invitations and broken mails, and the clock is moved along its
22 working days. What became of each is taken from outside (IMAP) and from its own tables; memory is the kernel's count
of what is private to the process.
"""

import json
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import ExternalError, TimedOut
from empla.hr.profiles import load_profile
from empla.mind import codec
from empla.store.company import CompanyStore
from empla.store.opening import open_inbox
from empla.store.secrets import Cipher
from empla.store.store import Store
from runtime import control
from runtime.cli.minds import load_kept_types
from runtime.client import Client, Letter
from runtime.office.process import OfficePorts
from runtime.supervisor import memory
from tests.bench.a_month import Month, Post

MAILS = int(os.environ.get("EMPLA_BENCH_MAILS", "2000"))
SEED = int(os.environ.get("EMPLA_BENCH_SEED", "7"))
BATCH = 10
DAYS = 22
MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))
NAMES = ("Anna Berg", "Ben Stone", "Carla Ruiz")
OUT = Path("build/bench/month.json")


def empla(home: Path, *words: str) -> str:
    argv = [sys.executable, "-m", "runtime.cli", "--home", str(home), *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=120).stdout


@dataclass
class Run:
    """The office, its people, the assistant, and what was measured."""

    home: Home
    people: dict[str, Client]
    ada: Client
    pid: int
    store: Store
    month: Month
    sent: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    private: dict[int, float] = field(default_factory=dict)
    used: dict[int, tuple[int, float]] = field(default_factory=dict)
    batches: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return SystemClock(self.home.clock).now()

    def play(self, console: Console) -> None:
        """Let the month pass."""
        self.measure(0)
        shares = list(range(10, 101, 10))
        while (done := self.sent.total()) < MAILS:
            self.bring(min(BATCH, MAILS - done))
            while shares and self.sent.total() * 100 >= MAILS * shares[0]:
                share = shares.pop(0)
                self.measure(share)
                console.print(
                    f"{self.sent.total()} mails, {self.private[share]:.1f} MiB, {self.used[share][1]:.1f} s",
                    style="dim",
                )
            self.later()

    def bring(self, count: int) -> None:
        """Have so many mails come, answers to what the assistant wrote first, and wait until it is done with them."""
        posts = self.answers()[:count]
        posts += self.month.mails(count - len(posts), self.now)
        for post in posts:
            self.hand_in(post)
        began = time.perf_counter()
        self.at_rest()
        self.batches.append((time.perf_counter() - began) / count * 1000)

    def hand_in(self, post: Post) -> None:
        if post.who:
            self.people[post.who].submit(post.raw, [self.ada.address])
        else:
            ports = self.ada.ports
            with smtplib.SMTP(ports.host, ports.smtp, timeout=20) as smtp:
                smtp.sendmail(post.envelope, [self.ada.address], post.raw)
        self.sent[post.kind] += 1

    def answers(self) -> list[Post]:
        """Return what people answer to what the assistant has written to them since the last look."""
        found = []
        for name, client in self.people.items():
            for letter in self.news(name, client):
                question = name == "Anna Berg" and "?" in letter.new and letter.message["In-Reply-To"]
                if question and self.month.chance(0.7):
                    found.append(self.month.answer(letter.message, name, self.now))
                elif letter.invitation is not None and str(letter.invitation["METHOD"]) == "REQUEST":
                    self.answer_invitation(client, letter)
        return found

    def answer_invitation(self, client: Client, letter: Letter) -> None:
        """Accept, mostly: a calendar client does that by itself."""
        if letter.sender == self.ada.address and self.month.chance(0.8):
            client.answer_invitation(letter, "ACCEPTED" if self.month.chance(0.9) else "DECLINED")
            self.sent["reply to an invitation"] += 1

    def news(self, name: str, client: Client) -> list[Letter]:
        letters: list[Letter] = []
        try:
            client.wait_for(lambda letter: bool(letters.append(letter)), 0, after=self.seen.get(name, 0))
        except TimedOut:
            letters.sort(key=lambda letter: letter.uid)
        self.seen[name] = max([self.seen.get(name, 0), *(letter.uid for letter in letters)])
        return [letter for letter in letters if letter.sender == self.ada.address]

    def at_rest(self) -> None:
        """Wait until all that lies in the INBOX was noticed and thought about, and nothing is under way."""
        deadline = time.monotonic() + 120
        while True:
            newest = self.ada.newest()
            while not self.idle(newest):
                if time.monotonic() > deadline:
                    raise TimedOut("the assistant does not come to rest")
                time.sleep(0.02)
            if self.ada.newest() == newest:
                return

    def idle(self, newest: int) -> bool:
        cursors = self.store.find("cursor", {"sensor": "inbox"}, ("body",))
        if not cursors or codec.loads(cursors[0].body)["uid"] < newest:
            return False
        if self.store.find("percept", {"state": "new"}, ("seq",), limit=1):
            return False
        return not any(
            self.store.find("action", {"state": s}, ("seq",), limit=1) for s in ("ready", "claimed", "on_wire")
        )

    def later(self) -> None:
        """Move the clock on: through the working hours of a day, then to the next working day."""
        a_day = max(1, MAILS // DAYS // BATCH)
        now = self.now.astimezone(MONDAY.tzinfo) + timedelta(hours=10) / a_day
        if now.hour >= 18:
            now = datetime.combine(now.date() + timedelta(days=1), MONDAY.time(), MONDAY.tzinfo)
            while now.weekday() > 4:
                now += timedelta(days=1)
        control.call(self.home, "clock", {"now": now.isoformat()})
        self.at_rest()

    def measure(self, share: int) -> None:
        cost = memory.of(self.pid)
        if cost is None:
            raise ExternalError("the assistant's process is gone")
        self.private[share] = cost.private / 1024
        self.used[share] = self.sent.total(), on_processor(self.pid)

    def processor_ms(self, first: int, last: int) -> float:
        """Milliseconds that the assistant had a processor for each mail, between two shares of the run."""
        (mails, seconds), (later_mails, later_seconds) = self.used[first], self.used[last]
        return (later_seconds - seconds) / max(1, later_mails - mails) * 1000


def on_processor(pid: int) -> float:
    """Seconds that a process has had a processor, with all its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


# what became of them ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every mail."""

    became: Counter[str]
    most_answers: int
    unaccounted: list[str]
    early_ms: float
    late_ms: float


def account(run: Run) -> Account:
    """Go through every mail in the INBOX, and say what became of it."""
    load_kept_types()
    inbox = run.ada.inbox()
    answers = Counter(str(letter.message["In-Reply-To"] or "").strip() for letter in run.ada.inbox("Sent"))
    answers.pop("", None)
    plans: dict[str, set[str]] = {}
    for row in run.store.find("intention", {}, ("percept", "plan")):
        plans.setdefault(row.percept, set()).add(row.plan)
    became: Counter[str] = Counter()
    unaccounted: list[str] = []
    percepts = run.store.find("percept", {"kind": "mail-arrived"}, ("key", "at", "state", "reason"))
    for row in percepts:
        fate = _fate(run.store, row, plans.get(row.key, set()) - {"perceive-mail"}, answers)
        became[fate] += 1
        if fate == "unaccounted":
            unaccounted.append(row.key)
    missing = len(inbox) - len(percepts)
    became["not noticed"] += missing
    early, late = _times(run.store, percepts)
    return Account(became, max(answers.values(), default=0), unaccounted, early, late)


def _fate(store: Store, row: Any, plans: set[str], answers: Counter[str]) -> str:
    if row.state == "quarantined":
        return "set aside"
    read = [
        r for r in store.find("action", {"percept": row.key}, ("operation", "outcome")) if r.operation == "email.read"
    ]
    outcome = codec.loads(read[0].outcome) if read and read[0].outcome else None
    if row.state != "handled" or outcome is None or outcome.value is None:
        return "unaccounted"
    mail = outcome.value
    if mail.automatic:
        return f"ignored: {mail.automatic}"
    if mail.message_id and answers[mail.message_id]:
        return "answered"
    if plans:
        return f"taken by {' and '.join(sorted(plans))}"
    asked = store.find("question", {"state": "answered"}, ("seq",), limit=1)
    return "taken as the answer to a question" if asked and mail.in_reply_to else "unaccounted"


def _times(store: Store, percepts: Any) -> tuple[float, float]:
    """Return the median milliseconds from noticing a mail to the end of reading it, of the first and the last tenth."""
    tenth = max(1, len(percepts) // 10)
    found = []
    for part in (percepts[:tenth], percepts[-tenth:]):
        times = []
        for row in part:
            for done in store.find("action", {"percept": row.key}, ("operation", "asked_at", "ended_at")):
                if done.operation == "email.read" and done.ended_at:
                    times.append(_ms(row.at, done.ended_at))
        found.append(statistics.median(times))
    return found[0], found[1]


def _ms(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)) / timedelta(milliseconds=1)


# the run ------------------------------------------------------------------------------------------------------------


def main() -> None:
    console = Console()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        home = Home(Path(folder) / "home")
        home.create()
        SystemClock.set_to(home.clock, MONDAY)
        words = ("--zone", "Europe/Berlin", "--json")
        accounts = {n: json.loads(empla(home.root, "people", "add", n, *words)) for n in NAMES}
        hired = ("hire", "executive-assistant", "--name", "Ada Lane", "--manager", "Anna Berg", "--json")
        ada = json.loads(empla(home.root, *hired))["address"]
        empla(home.root, "up", "--detach", "--ports", "0")
        began = time.perf_counter()
        try:
            run = started(home, accounts, ada)
            with closing(run.store):
                run.play(console)
                took = time.perf_counter() - began
                found = account(run)
        finally:
            empla(home.root, "down")
        size = sum(file.stat().st_size for file in home.employee(ada.partition("@")[0]).glob("mind.db*"))
    report(console, run, found, took, size, load)


def started(home: Home, accounts: dict[str, dict[str, str]], ada: str) -> Run:
    status = json.loads(empla(home.root, "status", "--json"))
    office = status["office"]
    caldav = int(office["caldav"]["url"].rstrip("/").rpartition(":")[2])
    ports = OfficePorts(office["imap"]["host"], office["imap"]["port"], office["smtp"]["port"], caldav)
    now = SystemClock(home.clock).now
    people = {n: Client(ports, a["address"], n, SecretStr(a["password"]), now) for n, a in accounts.items()}
    slug = ada.partition("@")[0]
    with CompanyStore(home.company_db) as company:
        profile = load_profile(company, Cipher(home.key), slug)
    client = Client(ports, ada, "Ada Lane", profile.password, now)
    (pid,) = [employee["pid"] for employee in status["employees"]]
    store = open_inbox(home.employee(slug) / "mind.db", slug)
    month = Month(SEED, ada, {n: a["address"] for n, a in accounts.items()})
    return Run(home, people, client, pid, store, month)


def report(console: Console, run: Run, found: Account, took: float, size: int, load: float) -> None:
    total = found.became.total()
    growth = (run.private[100] / run.private[10] - 1) * 100
    tenth = max(1, len(run.batches) // 10)
    rows = [
        row(
            f"mails accounted for, of {total}",
            total - len(found.unaccounted) - found.became["not noticed"],
            "mails",
            total,
            "higher",
        ),
        row("most answers to one mail", found.most_answers, "answers", 1),
        *(row(f"  {fate}", count, "mails") for fate, count in found.became.most_common() if count),
        *(row(f"private memory at {share} % of the run", run.private[share], "MiB") for share in (0, 10, 50, 100)),
        row("growth of private memory from 10 % to 100 %", growth, "%", 10),
        row("from noticing a mail to having read it, median of the first tenth", found.early_ms, "ms"),
        row("from noticing a mail to having read it, median of the last tenth", found.late_ms, "ms"),
        row("processor time for a mail, first tenth", run.processor_ms(0, 10), "ms"),
        row("processor time for a mail, second tenth", run.processor_ms(10, 20), "ms"),
        row("processor time for a mail, last tenth", run.processor_ms(90, 100), "ms"),
        row("all that a mail takes, median of the first tenth", statistics.median(run.batches[:tenth]), "ms"),
        row("all that a mail takes, median of the last tenth", statistics.median(run.batches[-tenth:]), "ms"),
        row("the whole run", took, "s"),
        row("mind.db at its end", size / 1024 / 1024, "MiB"),
        row("load of the machine before it began (1 min)", load, f"of {os.cpu_count()}"),
    ]
    table = Table()
    for column in ("figure", "value", "target"):
        table.add_column(column)
    for r in rows:
        sign = "" if r["target"] is None else f"{'<=' if r['better'] == 'lower' else '>='} {r['target']}"
        table.add_row(r["name"], f"{r['value']:.1f} {r['unit']}", sign)
    console.print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([{**r, "name": r["name"].strip()} for r in rows], indent=2) + "\n")


def row(name: str, value: float, unit: str, target: float | None = None, better: str = "lower") -> dict[str, Any]:
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
