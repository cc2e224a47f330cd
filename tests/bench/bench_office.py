"""How long an assistant takes from a mail to its answer, without a model, and how long `empla up` takes to be ready.

    make bench-office

Peer: an echo script on the same office, which waits with IDLE, fetches, and answers at once: what IMAP and SMTP alone
cost here, with nothing kept, read, decided or looked up. Stages are taken from the assistant's own rows.
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

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import TimedOut
from empla.store.opening import open_store
from runtime.client import Client
from runtime.office.process import OfficePorts

ROUNDS = int(os.environ.get("EMPLA_BENCH_ROUNDS", "40"))
STARTS = int(os.environ.get("EMPLA_BENCH_STARTS", "5"))
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


def main() -> None:
    console = Console()
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        home = Home(Path(folder) / "home")
        home.create()
        SystemClock.set_to(home.clock, MONDAY)
        words = ("--zone", "Europe/Berlin", "--json")
        accounts = {
            n: json.loads(empla(home.root, "people", "add", n, *words)) for n in ("Anna Berg", "Ben Stone", "Echo Peer")
        }
        hire = (
            "hire",
            "executive-assistant",
            "--name",
            "Ada Lane",
            "--manager",
            accounts["Anna Berg"]["address"],
            "--json",
        )
        ada = json.loads(empla(home.root, *hire))["address"]
        ready = starts(home.root)
        try:
            ports = ports_of(json.loads(empla(home.root, "status", "--json")))
            people = {n: client(home, a, n, ports) for n, a in accounts.items()}
            stop = threading.Event()
            peer = threading.Thread(target=echo, args=(people["Echo Peer"], stop))
            peer.start()
            times, echoes = [], []
            for number in range(ROUNDS):
                times.append(answered(people["Anna Berg"], ada, QUESTIONS[number % len(QUESTIONS)]))
                echoes.append(answered(people["Anna Berg"], people["Echo Peer"].address, "Hello?"))
                if number % 10 == 9:
                    console.print(f"{number + 1} of {ROUNDS} mails", style="dim")
            stop.set()
            peer.join()
            parts = stages(home, ada.partition("@")[0])
        finally:
            empla(home.root, "down")
    report(console, times, echoes, parts, ready)


def report(
    console: Console, times: list[float], echoes: list[float], parts: dict[str, list[float]], ready: list[float]
) -> None:
    whole = statistics.median(times)
    rows = [
        row("mail to answer, median", whole, "ms", 300, "echo script", statistics.median(echoes)),
        row("mail to answer, 95th percentile", p95(times), "ms", None, "echo script", p95(echoes)),
    ]
    for name, values in parts.items():
        rows.append(row(f"  of it: {name}, median", statistics.median(values), "ms", None, "", None))
    inside = sum(statistics.median(v) for v in parts.values())
    rows.append(row("  of it: delivery and noticing, on both sides", max(0.0, whole - inside), "ms", None, "", None))
    rows.append(row("empla up to ready, median", statistics.median(ready), "s", 3, "", None))
    rows.append(row("empla up to ready, slowest", max(ready), "s", None, "", None))
    table = Table(title=f"{len(times)} mails, {len(ready)} starts")
    for column in ("figure", "value", "target", "peer"):
        table.add_column(column)
    for r in rows:
        target = "" if r["target"] is None else f"< {r['target']}"
        peer = "" if r["peer_value"] is None else f"{r['peer']}: {r['peer_value']:.1f}"
        table.add_row(r["name"], f"{r['value']:.2f} {r['unit']}", target, peer)
    console.print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n")


def row(name: str, value: float, unit: str, target: float | None, peer: str, peer_value: float | None) -> dict:
    return {
        "name": name.strip(),
        "value": value,
        "unit": unit,
        "target": target,
        "better": "lower",
        "peer": peer,
        "peer_value": peer_value,
    }


if __name__ == "__main__":
    main()
