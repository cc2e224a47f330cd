"""How long an assistant takes from a mail to its answer, without a model; how long `empla up` takes to be ready; and
what an employee costs that has nothing to do.

    make bench-office

Peer: an echo script on the same office, which waits with IDLE, fetches, and answers at once: what IMAP and SMTP alone
cost here, with nothing kept, read, decided or looked up. Stages are taken from the assistant's own rows.

What an idle employee costs is the kernel's count: time on a processor (schedstat, nanoseconds, every thread), memory
that is its own (private), and its share of what it has in common with the others (proportional, PSS).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import TimedOut
from empla.store.opening import open_store
from runtime import control
from runtime.client import Client
from runtime.office.process import OfficePorts
from runtime.supervisor import homelock, memory

ROUNDS = int(os.environ.get("EMPLA_BENCH_ROUNDS", "40"))
STARTS = int(os.environ.get("EMPLA_BENCH_STARTS", "5"))
IDLE_S = float(os.environ.get("EMPLA_BENCH_IDLE_S", "20"))
EMPLOYEES = 5
A_WHILE = 10
"""Rounds after which the home's clock is moved on: the gate lets no more than 30 mails a minute go."""
QUESTIONS = ("Am I free on Thursday?", "What does my week look like?", "Book half an hour with Ben next week.")
MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))
OUT = Path("build/bench/office.json")


def empla(home: Path, *words: str) -> str:
    argv = [sys.executable, "-m", "runtime.cli", "--home", str(home), *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=120).stdout


def starts(home: Path) -> list[float]:
    """Seconds from `empla up --detach` to its return, when everybody works; the last one stays up."""
    found = []
    for number in range(STARTS):
        if number:
            empla(home, "down")
        began = time.perf_counter()
        empla(home, "up", "--detach", "--ports", "0")
        found.append(time.perf_counter() - began)
    return found


def client(home: Home, account: dict[str, str], name: str, ports: OfficePorts) -> Client:
    clock = SystemClock(home.clock)
    return Client(ports, account["address"], name, SecretStr(account["password"]), clock.now)


def ports_of(status: dict) -> OfficePorts:
    office = status["office"]
    caldav = int(office["caldav"]["url"].rstrip("/").rpartition(":")[2])
    return OfficePorts(office["imap"]["host"], office["imap"]["port"], office["smtp"]["port"], caldav)


def answered(manager: Client, to: str, text: str) -> float:
    """Milliseconds from handing in a mail to seeing its answer."""
    newest = manager.newest()
    began = time.perf_counter()
    message_id = manager.send(to, "A question", text)
    manager.answer_to(message_id, 60, after=newest)
    return (time.perf_counter() - began) * 1000


def echo(peer: Client, stop: threading.Event) -> None:
    """Answer every mail at once, for ever."""
    newest = 0
    while not stop.is_set():
        try:
            letter = peer.wait_for(lambda _: True, 2, after=newest)
        except TimedOut:
            continue
        newest = letter.uid
        peer.reply(letter, "I have read it.")


def stages(home: Home, slug: str) -> dict[str, list[float]]:
    """Milliseconds of each stage, by the rows of every answered mail."""
    found: dict[str, list[float]] = {"read": [], "think and look up": [], "send": []}
    with closing(open_store(home.employee(slug) / "mind.db", slug)) as store:
        for percept in store.find("percept", {"kind": "mail-arrived"}, ("key", "at")):
            rows = store.find("action", {"percept": percept.key}, ("operation", "asked_at", "ended_at", "state"))
            read = [r for r in rows if r.operation == "email.read" and r.state == "done"]
            sent = [r for r in rows if r.operation == "email.send" and r.state == "done"]
            if read and sent:
                found["read"].append(_ms(percept.at, read[0].ended_at))
                found["think and look up"].append(_ms(read[0].ended_at, sent[0].asked_at))
                found["send"].append(_ms(sent[0].asked_at, sent[0].ended_at))
    return found


def _ms(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)) / timedelta(milliseconds=1)


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def later(home: Home) -> None:
    """Move the home's clock on by two minutes, as `empla up` does when it is told to."""
    control.call(home, "clock", {"now": (SystemClock(home.clock).now() + timedelta(minutes=2)).isoformat()})


def rounds(console: Console, home: Home, people: dict[str, Client], ada: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer, of the assistant and of the echo script, in turns."""
    stop = threading.Event()
    peer = threading.Thread(target=echo, args=(people["Echo Peer"], stop))
    peer.start()
    times, echoes = [], []
    try:
        for number in range(ROUNDS):
            times.append(answered(people["Anna Berg"], ada, QUESTIONS[number % len(QUESTIONS)]))
            echoes.append(answered(people["Anna Berg"], people["Echo Peer"].address, "Hello?"))
            if number % A_WHILE == A_WHILE - 1:
                console.print(f"{number + 1} of {ROUNDS} mails", style="dim")
                later(home)
    finally:
        stop.set()
        peer.join()
    return times, echoes


def hire(home: Home, name: str, manager: str) -> str:
    words = ("hire", "executive-assistant", "--name", name, "--manager", manager, "--json")
    return json.loads(empla(home.root, *words))["address"]


def idle(home: Home) -> dict[str, float]:
    """What everybody costs who has nothing to do, looked at for `IDLE_S` seconds; means over the employees."""
    time.sleep(5)  # what was just begun comes to rest
    status = json.loads(empla(home.root, "status", "--json"))
    pids = [employee["pid"] for employee in status["employees"]]
    running = psutil.Process(homelock.holder(home).pid)
    others = [p.pid for p in (running, *running.children(recursive=True)) if p.pid not in pids]
    before, began = [on_processor(pid) for pid in pids], time.monotonic()
    time.sleep(IDLE_S)
    hours = (time.monotonic() - began) / 3600
    used = [on_processor(pid) - at_first for pid, at_first in zip(pids, before, strict=True)]
    costs = [memory.of(pid) for pid in pids]
    return {
        "processor": statistics.mean(used) / hours,
        "private": statistics.mean(cost.private for cost in costs if cost) / 1024,
        "proportional": statistics.mean(cost.proportional for cost in costs if cost) / 1024,
        "others": sum(cost.proportional for pid in others if (cost := memory.of(pid))) / 1024,
    }


def on_processor(pid: int) -> float:
    """Seconds that a process has had a processor, with all its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def main() -> None:
    console = Console()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        home = Home(Path(folder) / "home")
        home.create()
        SystemClock.set_to(home.clock, MONDAY)
        words = ("--zone", "Europe/Berlin", "--json")
        names = ("Anna Berg", "Ben Stone", "Echo Peer")
        accounts = {n: json.loads(empla(home.root, "people", "add", n, *words)) for n in names}
        ada = hire(home, "Ada Lane", "Anna Berg")
        try:
            ready = starts(home.root)
            ports = ports_of(json.loads(empla(home.root, "status", "--json")))
            people = {n: client(home, a, n, ports) for n, a in accounts.items()}
            times, echoes = rounds(console, home, people, ada)
            parts = stages(home, ada.partition("@")[0])
            alone = idle(home)
            for number in range(1, EMPLOYEES):
                hire(home, f"Ada {'ABCDEFGH'[number]}", "Ben Stone")
            together = idle(home)
        finally:
            empla(home.root, "down")
    report(console, [*answers(times, echoes, parts, ready), *costs(alone, together, load)])


def answers(times: list[float], echoes: list[float], parts: dict[str, list[float]], ready: list[float]) -> list[dict]:
    whole = statistics.median(times)
    inside = sum(statistics.median(v) for v in parts.values())
    return [
        row(f"mail to answer, median of {len(times)}", whole, "ms", 300, statistics.median(echoes)),
        row("mail to answer, 95th percentile", p95(times), "ms", None, p95(echoes)),
        *(row(f"  of it: {name}, median", statistics.median(values), "ms") for name, values in parts.items()),
        row("  of it: delivery and noticing, on both sides", max(0.0, whole - inside), "ms"),
        row(f"empla up to ready, median of {len(ready)}", statistics.median(ready), "s", 3),
        row("empla up to ready, slowest", max(ready), "s"),
    ]


def costs(alone: dict[str, float], together: dict[str, float], load: float) -> list[dict]:
    return [
        row("an idle employee: processor time an hour, 1 employee", alone["processor"], "s"),
        row(f"an idle employee: processor time an hour, {EMPLOYEES} employees", together["processor"], "s"),
        row("an idle employee: private memory, 1 employee", alone["private"], "MiB"),
        row(f"an idle employee: private memory, {EMPLOYEES} employees", together["private"], "MiB"),
        row("an idle employee: proportional memory, 1 employee", alone["proportional"], "MiB"),
        row(f"an idle employee: proportional memory, {EMPLOYEES} employees", together["proportional"], "MiB"),
        row(
            f"supervisor, zygote, office and Radicale: proportional memory, {EMPLOYEES} employees",
            together["others"],
            "MiB",
        ),
        row("load of the machine before it began (1 min)", load, f"of {os.cpu_count()}"),
    ]


def report(console: Console, rows: list[dict]) -> None:
    table = Table()
    for column in ("figure", "value", "target", "peer"):
        table.add_column(column)
    for r in rows:
        target = "" if r["target"] is None else f"< {r['target']}"
        peer = "" if r["peer_value"] is None else f"{r['peer']}: {r['peer_value']:.1f}"
        table.add_row(r["name"], f"{r['value']:.2f} {r['unit']}", target, peer)
    console.print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([{**r, "name": r["name"].strip()} for r in rows], indent=2) + "\n")


def row(name: str, value: float, unit: str, target: float | None = None, peer_value: float | None = None) -> dict:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "target": target,
        "better": "lower",
        "peer": "" if peer_value is None else "echo script",
        "peer_value": peer_value,
    }


if __name__ == "__main__":
    main()
