"""Durable cycles on SQLite, `synchronous=FULL`: many waiting, and one at a time beside the bare sqlite3 module.

The peer of one cycle is a transaction that writes the very rows which that cycle wrote, byte by byte, in a copy of the
same file with the same settings: no lease, no numbers, no mind. The two take turns, so that both meet the same disk.
"""

import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import structlog

from empla.engine import inbox
from empla.engine.employee import CYCLES_PER_COMMIT
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.store.tables import EMPLOYEE
from empla.testing.employee import Employee, employee
from tests.bench.mind.cycles import CONTACTS, mail, mails_library
from tests.bench.mind.frame import Figure, beside, times
from tests.bench.mind.peers import Peer

QUEUED, SINGLE, WARM = 10_000, 1000, 100
WRITTEN = ("belief", "goal", "intention", "step", "journal", "occurrence", "question", "hold", "snapshot")
"""The tables whose new rows a cycle of this plan may write; its percept's row it changes."""
HANDLED = ("state", "cycle", "tenant_id", "employee_id", "key")
_UPDATE = "UPDATE percept SET state = ?, cycle = ? WHERE tenant_id = ? AND employee_id = ? AND key = ?"

Rows = Sequence[tuple[str, Sequence[object]]]


def known(ada: Employee) -> None:
    """Let the employee know its contacts, as if it had been told in earlier cycles."""
    with ada.store.transaction("contacts"):
        for number in range(CONTACTS):
            belief = Belief(functor="contact", arguments=(f"c{number}@x.example", f"Name {number}"))
            row = {"id": belief.id, "functor": "contact", "origin": codec.dumps(belief.origin), "held": 1}
            ada.store.add("belief", {**row, "body": codec.dumps(belief)})
    ada.restart()
    ada.work()


def queue(ada: Employee, first: int, count: int) -> None:
    """Put mails into the inbox."""
    with ada.store.transaction("queue"):
        for number in range(first, first + count):
            inbox.insert(ada.store, mail(number), ada.clock.now())


def figures(_peer: Peer) -> Iterator[Figure]:
    """Return the figures of durable cycles."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        yield from queued(Path(folder))
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        yield from one_at_a_time(Path(folder))


def queued(folder: Path) -> Iterator[Figure]:
    """Cycles a second while mails wait: many share a commit."""
    with employee(folder, mails_library(), ()) as ada:
        known(ada)
        queue(ada, 0, WARM)
        ada.work()
        cycles = times(QUEUED)
        queue(ada, WARM, cycles)
        peer, written = Bare(copied(folder)), Written(folder / "mind.db")
        began, cpu = time.perf_counter(), time.process_time()
        while ada.engine.think():
            pass
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert len(ada.rows("percept", "seq", kind="mail", state="handled")) == cycles + WARM
        bare, bare_cpu = peer.many(written.rows(), ada.rows("percept", *HANDLED, state="handled")[-cycles:])
        peer.close()
        written.close()
    name = "durable cycles, queued"
    yield beside(name, cycles / took, "/s", cycles / bare, "sqlite3", target=5000.0, better="higher")
    yield beside(f"{name}: processor", cpu / cycles * 1e6, "us", bare_cpu / cycles * 1e6, "sqlite3")


def copied(folder: Path) -> Path:
    """Return a copy of the store for the peer."""
    with closing(sqlite3.connect(folder / "mind.db")) as source:
        source.execute("VACUUM INTO ?", (str(folder / "bare.db"),))
    return folder / "bare.db"


class Bare:
    """Writes what a cycle wrote, by the sqlite3 module alone."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._insert = {}
        for name in WRITTEN:
            columns = [column.name for column in EMPLOYEE.tables[name].columns]
            self._insert[name] = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"

    def percept(self, row: Sequence[object]) -> None:
        """Write a percept, as the inbox does before the cycle; not measured."""
        columns = [column.name for column in EMPLOYEE.tables["percept"].columns]
        self._db.execute(f"INSERT INTO percept ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", row)

    def cycle(self, rows: Rows, handled: Sequence[object]) -> None:
        """Write the new rows of one cycle, and its percept's new state."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        for name, row in rows:
            db.execute(self._insert[name], row)
        db.execute(_UPDATE, handled)
        db.execute("COMMIT")

    def many(self, rows: Rows, handled: Sequence[Sequence[object]]) -> tuple[float, float]:
        """Write what many cycles wrote, as many in a commit; return the seconds of time and of processor."""
        tables = {name: [row for table, row in rows if table == name] for name in WRITTEN}
        commits = -(-len(handled) // CYCLES_PER_COMMIT)
        began, cpu = time.perf_counter(), time.process_time()
        for place in range(commits):
            self._db.execute("BEGIN IMMEDIATE")
            for name, found in tables.items():
                some = found[len(found) * place // commits : len(found) * (place + 1) // commits]
                self._db.executemany(self._insert[name], some)
            self._db.executemany(_UPDATE, handled[place * CYCLES_PER_COMMIT : (place + 1) * CYCLES_PER_COMMIT])
            self._db.execute("COMMIT")
        return time.perf_counter() - began, time.process_time() - cpu

    def close(self) -> None:
        self._db.close()


class Written:
    """What the last cycle wrote, row by row."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._seen: dict[str, int] = {}
        self.rows()

    def rows(self) -> Rows:
        """Return the rows that are new since the last call."""
        found: list[tuple[str, Sequence[object]]] = []
        for name in WRITTEN:
            columns = ", ".join(column.name for column in EMPLOYEE.tables[name].columns)
            last = self._seen.get(name, 0)
            new = self._db.execute(f"SELECT {columns} FROM {name} WHERE seq > ? ORDER BY seq", (last,)).fetchall()
            found += [(name, row) for row in new]
            self._seen[name] = new[-1][2] if new else last
        return found

    def percept(self) -> Sequence[object]:
        """Return the last percept's row."""
        columns = ", ".join(column.name for column in EMPLOYEE.tables["percept"].columns)
        found: Sequence[object] = self._db.execute(
            f"SELECT {columns} FROM percept ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return found

    def close(self) -> None:
        self._db.close()


def one_at_a_time(folder: Path) -> Iterator[Figure]:
    """What one cycle adds to the transaction that it needs anyhow: time of the processor, and of the clock."""
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    written_rows = []
    with employee(folder, mails_library(), ()) as ada:
        known(ada)
        peer, written = Bare(copied(folder)), Written(folder / "mind.db")
        columns = [column.name for column in EMPLOYEE.tables["percept"].columns]
        for number in range(times(SINGLE) + WARM):
            queue(ada, number, 1)
            peer.percept(written.percept())
            gc.collect(0)
            ours.append(_took(ada.engine.think))
            rows = written.rows()
            percept = dict(zip(columns, written.percept(), strict=True))
            handled = [percept[c] for c in HANDLED]
            bare.append(_took(lambda rows=rows, handled=handled: peer.cycle(rows, handled)))
            written_rows.append(len(rows) + 1)
        peer.close()
        written.close()
    (cpu, wall), (bare_cpu, bare_wall) = _middle(ours[WARM:]), _middle(bare[WARM:])
    name = f"a durable cycle of {statistics.median(written_rows):.0f} rows, one at a time"
    yield Figure(name=f"{name}: processor above bare sqlite3", value=cpu - bare_cpu, unit="us", target=200.0)
    yield beside(f"{name}: processor", cpu, "us", bare_cpu, "sqlite3")
    yield beside(f"{name}: processor, ratio to bare sqlite3", cpu / bare_cpu, "times", None)
    yield beside(f"{name}: time", wall, "us", bare_wall, "sqlite3")


def _took(work: Callable[[], object]) -> tuple[float, float]:
    """Return the microseconds of processor and of time that one call takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) * 1e6, (time.perf_counter() - wall) * 1e6


def _middle(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)
