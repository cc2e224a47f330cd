"""What an episode costs: in the cycle's transaction, where there is none, and many at once.

Cycles are those of a real working day, the home that release 0.4 has left: their changes are in memory, as they are at
the end of a cycle, and what makes episodes of them and writes them is measured, commit and all.
"""

import statistics
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from empla.capabilities import registry
from empla.engine import archive, remembering
from empla.engine.employee import CYCLES_PER_COMMIT
from empla.engine.loading import load
from empla.memory.episodes import deriving, writing
from empla.memory.model import Episode, EpisodeKind, Importance
from empla.mind import codec
from empla.store.opening import open_store
from empla.store.store import Store
from runtime.employee import library
from tests.bench.memory.measuring import figure

HOME = Path(__file__).parents[2] / "fixtures" / "release-0.4" / "home.tar.gz"
ROUNDS = 20
BATCH, MANY = 1_000, 40_000
BEGAN = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


def run() -> list[dict[str, Any]]:
    """Return the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        return [*_in_the_cycle(Path(folder)), *_in_a_batch(Path(folder))]


def _in_the_cycle(folder: Path) -> Iterator[dict[str, Any]]:
    with tarfile.open(HOME) as kept:
        kept.extractall(folder, filter="data")
    plans = library("executive_assistant")
    path = next(folder.rglob("mind.db"))
    with closing(open_store(path, path.parent.name)) as store:
        store.take_lease(10**6, "bench")
        cycles, nothing = _cycles(store, plans)
        made, writing_s, deriving_s = _remembered(store, cycles, plans)
        yield figure("an episode in its cycle, made and written", 1e3 * (writing_s + deriving_s) / made, "ms", 1.0)
        yield figure("an episode in its cycle, made", 1e3 * deriving_s / made, "ms")
        yield figure("a cycle of which nothing is remembered", 1e6 * _idle(store, nothing, plans), "us", 20.0)


def _cycles(store: Store, plans: Any) -> tuple[list[Any], list[Any]]:
    """Return the cycles of the day as they are at their end: those that have episodes, and the others."""
    state = load(store)
    some: list[Any] = []
    none: list[Any] = []
    for entry in archive.journal(store):
        percept = archive.perceived_in(store, entry)
        changes = codec.loads(entry.delta.decode())
        at = datetime.fromisoformat(entry.at)
        known = (percept, changes, state, at)
        (some if deriving.episodes(percept, changes, _past(store, known, plans), at) else none).append(known)
    return some, none


def _past(store: Store, known: Any, plans: Any) -> Any:
    return remembering._Present(store, known[2], known[1], plans, _effect)


def _effect(operation: str, operations: dict[str, Any] = registry.operations(registry.installed())) -> str:  # noqa: B008
    return operations[operation].effect.value if operation in operations else ""


def _remembered(store: Store, cycles: Sequence[Any], plans: Any) -> tuple[int, float, float]:
    """Make and write the episodes of the day many times over; return how many, and the seconds of both."""
    made, writing_s, deriving_s = 0, 0.0, 0.0
    for number in range(ROUNDS):
        for first in range(0, len(cycles), CYCLES_PER_COMMIT):
            group = cycles[first : first + CYCLES_PER_COMMIT]
            began = time.perf_counter()
            with store.transaction("bench", gathers=True):
                for known in group:
                    derived = time.perf_counter()
                    found = deriving.episodes(known[0], known[1], _past(store, known, plans), known[3])
                    deriving_s += time.perf_counter() - derived
                    fresh = [replace(one, key=f"{number}/{one.key}") for one in found]
                    writing.write(store, fresh, known[3])
                    made += len(fresh)
            writing_s += time.perf_counter() - began
    return made, writing_s - deriving_s, deriving_s


def _idle(store: Store, cycles: Sequence[Any], plans: Any) -> float:
    """Return the seconds that a cycle costs of which nothing is remembered: the median of rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for known in cycles:
            deriving.episodes(known[0], known[1], _past(store, known, plans), known[3])
        took.append((time.perf_counter() - began) / len(cycles))
    return statistics.median(took)


def _in_a_batch(folder: Path) -> Iterator[dict[str, Any]]:
    words = "We should look at the offer of the second supplier once more before the meeting on Thursday afternoon. "
    with closing(open_store(folder / "many.db", "ada")) as store:
        store.take_lease(1, "bench")
        episodes = [
            Episode(
                key=f"mail:{number}",
                kind=EpisodeKind.MAIL,
                at=BEGAN + timedelta(minutes=number),
                text=f"{words}({number})",
                thread=f"<{number // 7}@x.example>",
                author=f"somebody{number % 50}@x.example",
                people=("ada@x.example", f"somebody{number % 50}@x.example"),
                subject="The offer",
                importance=Importance.MEDIUM,
            )
            for number in range(MANY)
        ]
        began, cpu = time.perf_counter(), time.process_time()
        for first in range(0, MANY, BATCH):
            with store.transaction("bench", gathers=True):
                writing.write(store, episodes[first : first + BATCH], BEGAN)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert store.find("episode", (), ("seq",), limit=1, newest=True)[0].seq == MANY
        yield figure("episodes written in batches", MANY / took, "/s", 20_000, better="higher")
        yield figure("episodes written in batches: processor", 1e6 * cpu / MANY, "us", 50.0)


if __name__ == "__main__":
    for row in run():
        print(f"{row['name']:50} {row['value']:12.4g} {row['unit']}")
