"""Figures of recall: shares of what was to be found, with their intervals, and the form in which all are written."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

OUT = Path("build/bench/memory.json")
KS = (5, 10, 20)
DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of one question: recall at `KS` and the reciprocal rank, and how sure it was."""

    conversation: str
    category: int
    recall: tuple[float, ...]
    rank: float
    answerable: float
    wall_ms: float
    cpu_ms: float
    parts: Any = None


def measured(found: Sequence[int], gold: frozenset[int]) -> tuple[tuple[float, ...], float]:
    """Return the shares of the gold that are among the first of `KS`, and the reciprocal rank of the first."""
    shares = tuple(len(gold.intersection(found[:k])) / len(gold) for k in KS)
    return shares, next((1 / (place + 1) for place, one in enumerate(found) if one in gold), 0.0)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean, over questions."""
    some = np.asarray(values)
    drawn = np.random.default_rng(0).integers(0, len(some), (DRAWS, len(some)))
    low, high = np.percentile(some[drawn].mean(1), [2.5, 97.5])
    return float(low), float(high)


def interval_over(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean, over whole conversations."""
    generator = np.random.default_rng(0)
    some = [np.asarray(group) for group in groups]
    means = [
        np.concatenate([some[i] for i in generator.integers(0, len(some), len(some))]).mean() for _ in range(DRAWS)
    ]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def auc(values: Sequence[float], positive: Sequence[bool]) -> float:
    """Return the share of pairs in which the positive has the greater value; ties count half."""
    some, yes = np.asarray(values), np.asarray(positive)
    order = np.argsort(some, kind="stable")
    ranks = np.empty(len(some))
    ranks[order] = np.arange(1, len(some) + 1)
    for value in np.unique(some):
        same = some == value
        ranks[same] = ranks[same].mean()
    pairs = yes.sum() * (~yes).sum()
    return float((ranks[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / pairs) if pairs else math.nan


def figure(
    name: str, value: float, unit: str, target: float | None = None, *, better: str = "lower", peer: str = "",
    peer_value: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return one figure in the form that all benchmarks write."""
    return {
        "name": name, "value": value, "unit": unit, "target": target, "better": better, "peer": peer,
        "peer_value": peer_value,
    }  # fmt: skip


def report(rows: Sequence[dict[str, Any]], notes: Sequence[str]) -> None:
    """Print the figures as a table, and write them down."""
    table = Table(title="memory")
    for column in ("figure", "value", "wanted", "reached", "peer"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for row in rows:
        target, better = row["target"], row["better"]
        reached = "" if target is None else "yes" if (row["value"] >= target) == (better == "higher") else "NO"
        wanted = "" if target is None else f"{'>=' if better == 'higher' else '<='} {target:g}"
        peer = f"{row['peer']} {row['peer_value']:.3g}" if row["peer_value"] is not None else ""
        table.add_row(row["name"], f"{row['value']:.4g} {row['unit']}", wanted, reached, peer)
    console = Console()
    console.print(table)
    for note in notes:
        console.print(note)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(list(rows), indent=2) + "\n")
