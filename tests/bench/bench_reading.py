"""How well and how fast mails are read: right, asked about and wrongly acted upon, set by set, and milliseconds a mail.

    make bench-reading

The sets are those of `tests/capabilities/email/reading`. Those the rules were made on tell what was made sure of, not
how well fresh mails are read; for that stands `frozen_second.toml`, which only its own test counts. There is no peer:
no other reader without a language model is known to take the same mails. Times are of the wall, after one mail that
loads what is loaded once; the model of languages, which few mails need, is loaded before as well.
"""

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rich.console import Console
from rich.table import Table

from empla.capabilities.email.reading import THRESHOLD
from empla.capabilities.email.reading.language import foreign
from empla.mind.readings import Reading
from tests.capabilities.email.reading import test_frozen
from tests.capabilities.email.reading.corpora import cases, mistakes

OUT = Path("build/bench/reading.json")
FIRST_SETS = ("corpus.toml", "heldout.toml", "blind.toml")
SETS = (*FIRST_SETS, "frozen.toml", "dev_office.toml", "dev_errands.toml", "dev_replies.toml")
RIGHT, ASKED, WRONG = test_frozen.RIGHT, test_frozen.ASKED, test_frozen.WRONG
LEAST_RIGHT, MOST_WRONG, MOST_MS = 95.0, 1.0, 10.0
"""Wanted: per cent of the mails understood, per cent acted upon wrongly, milliseconds a mail at the median."""


def by_slots(case: dict[str, Any], reading: Reading) -> str:
    """Tell what becomes of a mail of the first three sets, whose cases name every slot."""
    sure = reading.confidence >= THRESHOLD and not reading.unread and not reading.value("doubts")
    if not mistakes(case):
        return RIGHT
    return WRONG if sure and reading.intent not in test_frozen.NEVER_ACTED_ON else ASKED


def by_meaning(case: dict[str, Any], reading: Reading) -> str:
    """Tell what becomes of a mail of the other sets."""
    return test_frozen.judged(case, reading)[0]


def counted(name: str, judge: Callable[[dict[str, Any], Reading], str], took: list[float]) -> Counter[str]:
    """Read every mail of a set once, as mails come, and count what becomes of it; adds milliseconds to `took`."""
    found: Counter[str] = Counter()
    for case in cases(name):
        start = time.perf_counter()
        reading = test_frozen.reading_of(case)
        took.append((time.perf_counter() - start) * 1e3)
        found[judge(case, reading)] += 1
    return found


def main() -> None:
    """Read all sets, print the table and write the figures."""
    foreign("Bitte verschieben Sie den Termin mit Herrn Weber auf Donnerstag")
    test_frozen.reading_of(cases("corpus.toml")[0])
    took: list[float] = []
    counts = {name: counted(name, by_slots if name in FIRST_SETS else by_meaning, took) for name in SETS}
    rows = [row for name, found in counts.items() for row in shares(name.removesuffix(".toml"), found)]
    ordered = sorted(took)
    rows.append(figure("a mail, median", statistics.median(ordered), "ms", MOST_MS))
    rows.append(figure("a mail, 95th percentile", ordered[int(len(ordered) * 0.95)], "ms"))
    rows.append(figure("a mail, slowest", ordered[-1], "ms"))
    report(counts, rows)


def shares(name: str, found: Counter[str]) -> list[dict[str, object]]:
    """Return the figures of one set, in per cent of its mails."""
    percent = {verdict: 100 * found[verdict] / found.total() for verdict in (RIGHT, ASKED, WRONG)}
    return [
        figure(f"{name}: right", percent[RIGHT], "%", LEAST_RIGHT, better="higher"),
        figure(f"{name}: {ASKED}", percent[ASKED], "%"),
        figure(f"{name}: {WRONG}", percent[WRONG], "%", MOST_WRONG),
    ]


def figure(
    name: str, value: float, unit: str, target: float | None = None, *, better: str = "lower"
) -> dict[str, object]:
    """Return one figure in the form that all benchmarks write."""
    return {
        "name": name, "value": value, "unit": unit, "target": target, "better": better, "peer": "", "peer_value": None,
    }  # fmt: skip


def report(counts: dict[str, Counter[str]], rows: list[dict[str, object]]) -> None:
    """Print the counts and the times, and write all figures down."""
    table = Table(title="mails read by rules")
    for column in ("set", "mails", RIGHT, ASKED, WRONG):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name, found in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        each = [f"{found[v]} ({found[v] / found.total():.1%})" for v in (RIGHT, ASKED, WRONG)]
        table.add_row(name, str(found.total()), *each)
    console = Console()
    console.print(table)
    for row in rows[-3:]:
        wanted = "" if row["target"] is None else f" (wanted: below {row['target']})"
        console.print(f"{row['name']}: {row['value']:.1f} {row['unit']}{wanted}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
