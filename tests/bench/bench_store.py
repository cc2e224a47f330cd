"""What the store adds to SQLite: a commit of four rows, many cycles in one commit, and opening.

    make bench-store

Peer: the bare sqlite3 module, which writes the same rows into the same tables with the same settings, checks no lease,
allocates no numbers and translates no errors. The two take turns, so that both meet the same disk.
"""

import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from empla.store.opening import open_inbox, open_store
from empla.store.store import Store
from empla.store.tables import EMPLOYEE

ROUNDS = int(os.environ.get("EMPLA_BENCH_ROUNDS", "1000"))
CYCLES = 32
OUT = Path("build/bench/store.json")

BODY = json.dumps({"fields": {"text": "x" * 300}})
ROWS: dict[str, dict[str, object]] = {
    "percept": {
        "key": "", "kind": "mail", "at": "2026-03-02T08:00:00.000000+00:00", "body": BODY, "correlation": "c",
        "state": "new", "reason": "", "cycle": 0, "crashes": 0,
    },
    "belief": {"id": "", "functor": "f", "origin": "{}", "held": 1, "body": BODY},
    "step": {"id": "", "intention": "i", "resolved": 0, "body": BODY},
    "journal": {"at": "", "percept": "p", "code": "1", "delta": BODY.encode(), "digest": "d" * 64},
}  # fmt: skip
UNIQUE = {"percept": "key", "belief": "id", "step": "id"}


def numbered(turn: int) -> dict[str, dict[str, object]]:
    """Return the four rows of one cycle, with names that were not there before."""
    return {name: {**row, UNIQUE[name]: f"n{turn}"} if name in UNIQUE else row for name, row in ROWS.items()}


class Bare:
    """The same rows by the sqlite3 module alone."""

    def __init__(self, path: Path) -> None:
        open_store(path, "ada").close()
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.sql = {}
        for name in ROWS:
            columns = [column.name for column in EMPLOYEE.tables[name].columns]
            self.sql[name] = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"

    def commit(self, turns: range) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        for turn in turns:
            for name, row in numbered(turn).items():
                self.db.execute(self.sql[name], ("main", "ada", turn + 1, *row.values()))
        self.db.execute("COMMIT")


def by_store(store: Store, turns: range) -> None:
    """One commit of one cycle for each turn."""
    with store.transaction("bench"):
        for turn in turns:
            for name, row in numbered(turn).items():
                store.add(name, row)


def in_parts(store: Store, turns: range) -> None:
    """As the engine commits: each cycle in a part of its own."""
    with store.transaction("bench"):
        for turn in turns:
            with store.part():
                for name, row in numbered(turn).items():
                    store.add(name, row)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that one call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def commits(folder: Path, label: str, cycles: int, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each commit, ours and bare, taking turns."""
    ours, bare = [], []
    write = by_store if cycles == 1 else in_parts
    with closing(open_store(folder / f"{label}-store.db", "ada")) as store:
        store.take_lease(1, "a benchmark")
        peer = Bare(folder / f"{label}-bare.db")
        for number in range(rounds + 20):
            turns = range(number * cycles, (number + 1) * cycles)
            ours.append(timed(lambda turns=turns: write(store, turns)))
            bare.append(timed(lambda turns=turns: peer.commit(turns)))
        peer.db.close()
    return ours[20:], bare[20:]


def openings(folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds to make a store, to open a current one, and to put a percept into a colleague's inbox."""
    made = [timed(lambda n=n: open_store(folder / f"{n}.db", "ada").close()) for n in range(21)][1:]
    current = [timed(lambda: open_store(folder / "1.db", "ada").close()) for _ in range(200)]
    numbers = iter(range(200))

    def insert() -> None:
        with closing(open_inbox(folder / "1.db", "ada")) as inbox, inbox.transaction():
            inbox.add_new("percept", ("key",), {**ROWS["percept"], "key": f"k{next(numbers)}"})

    return made, current, [timed(insert) for _ in range(200)]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as name:
        folder = Path(name)
        one, bare_one = commits(folder, "one", 1, ROUNDS)
        many, bare_many = commits(folder, "many", CYCLES, ROUNDS // 10)
        made, current, inserted = openings(folder)
    middle = statistics.median
    ours, bare = middle(one), middle(bare_one)
    rows = [
        row("commit of four rows, median", ours, "ms", None, peer=bare),
        row("commit of four rows, 95th percentile", p95(one), "ms", None, peer=p95(bare_one)),
        row("commit of four rows, ratio to bare sqlite3", ours / bare, "times", 2.0),
        row("what the store adds to a row", (ours - bare) * 1000 / len(ROWS), "us", 50.0),
        row(f"cycles a second, {CYCLES} a commit", CYCLES * 1000 / middle(many), "1/s", None, "higher",
            CYCLES * 1000 / middle(bare_many)),
        row("opening a current store", middle(current), "ms", 2.0),
        row("opening an inbox, one percept, closing", middle(inserted), "ms", 5.0),
        row("making a store", middle(made), "ms", None),
    ]  # fmt: skip
    report(rows)


def p95(values: list[float]) -> float:
    return sorted(values)[round(len(values) * 0.95) - 1]


def row(
    name: str, value: float, unit: str, target: float | None, better: str = "lower", peer: float | None = None
) -> dict[str, object]:
    known = "sqlite3" if peer is not None else ""
    return {
        "name": name, "value": value, "unit": unit, "target": target, "better": better,
        "peer": known, "peer_value": peer,
    }  # fmt: skip


def report(rows: list[dict[str, object]]) -> None:
    table = Table(title=f"the employee's store on SQLite, {ROUNDS} commits")
    for column in ("figure", "value", "target", "peer"):
        table.add_column(column)
    for r in rows:
        target = "" if r["target"] is None else f"< {r['target']}"
        peer = "" if r["peer_value"] is None else f"{r['peer']}: {r['peer_value']:.3f}"
        table.add_row(str(r["name"]), f"{r['value']:.3f} {r['unit']}", target, peer)
    Console().print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
