"""What the parts of the benchmark of the mind share: figures, the table, and a mind in memory to measure."""

import gc
import json
import os
import resource
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from empla.mind.cycle import cycle
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Continued, MindState

OUT = Path("build/bench/mind.json")
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PEER = "agentspeak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure; `target` is what is to be reached, `peer_value` what the peer needed in the same run."""

    name: str
    value: float
    unit: str
    target: float | None = None
    better: str = "lower"
    peer: str = ""
    peer_value: float | None = None

    @property
    def reached(self) -> bool | None:
        """Return whether the target is reached, None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


def beside(name: str, value: float, unit: str, peer_value: float | None, peer: str = PEER, **more: Any) -> Figure:
    """Return a figure with the peer's, where the peer has one."""
    known = peer if peer_value is not None else ""
    return Figure(name=name, value=value, unit=unit, peer=known, peer_value=peer_value, **more)


def times(standard: int) -> int:
    """Return how often something is done: fewer times where EMPLA_BENCH_SHARE says which share of it."""
    return max(1, int(standard * float(os.environ.get("EMPLA_BENCH_SHARE", "1"))))


def run(state: MindState, percept: Percept, library: PlanLibrary) -> int:
    """Handle a percept and all that it leads to, in as many cycles as that takes; return how many."""
    cycles = 0
    waiting = [percept]
    while waiting:
        delta = cycle(state, waiting.pop(0), AT, library)
        state.apply(delta.changes)
        waiting += [c.percept for c in delta.changes if isinstance(c, Continued)]
        cycles += 1
    return cycles


def resident() -> float:
    """Return the MiB of memory that this process holds just now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def report(figures: Iterable[Figure], notes: Iterable[str]) -> None:
    """Print the figures as a table, and write them down."""
    figures = list(figures)
    table = Table(title="the mind")
    for column in ("figure", "value", "target", "reached", "peer"):
        table.add_column(column, justify="left" if column in ("figure", "peer") else "right")
    for f in figures:
        target = "" if f.target is None else f"{'<' if f.better == 'lower' else '>'} {_short(f.target)}"
        reached = {None: "", True: "yes", False: "NO"}[f.reached]
        peer = "" if f.peer_value is None else f"{f.peer}: {_short(f.peer_value)} {f.unit}"
        table.add_row(f.name, f"{_short(f.value)} {f.unit}", target, reached, peer)
    console = Console(width=max(120, Console().width))
    console.print(table)
    for note in notes:
        console.print(note)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([asdict(f) for f in figures], indent=2) + "\n")


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
