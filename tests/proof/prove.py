"""The proof in process: hundreds of months, each with its own seed, deaths, absences, outages and clock jumps.

    make proof                        200 seeds of 30 days
    make proof SEEDS=17 DAYS=30       one of them again
    make proof SEEDS=1-50 JOBS=1

Even seeds play `spring.toml`, odd ones `autumn.toml`, so that clocks are moved both ways. A seed that fails is named
with the command that repeats it. Writes `build/proof/report.json` and `report.md`; ends with 1 if a seed has failed.
"""

import argparse
import json
import multiprocessing
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from empla import __version__
from runtime.simulation.inside import examine
from runtime.simulation.lives import Died
from runtime.simulation.play import a_home, play
from runtime.simulation.reading import read

HERE = Path(__file__).parent
OUT = Path("build/proof")
CRASHES = "many"


@dataclass(kw_only=True)
class Month:
    """What came of one seed."""

    seed: int
    trace: str = ""
    mails: int = 0
    deaths: int = 0
    lives: int = 0
    cycles: int = 0
    acts: int = 0
    occurrences: int = 0
    suppressed: int = 0
    model_calls: int = 0
    commitments: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    where: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0


def scenario_of(seed: int) -> Path:
    """Return which scenario a seed plays."""
    return HERE / ("autumn.toml" if seed % 2 else "spring.toml")


def command(seed: int, days: int) -> str:
    """Return the command that plays a seed again."""
    path = os.path.relpath(scenario_of(seed))
    return f"empla simulate --scenario {path} --days {days} --seed {seed} --crashes {CRASHES}"


def month(seed: int, days: int) -> Month:
    """Play one seed and examine it."""
    began = time.process_time()
    try:
        with a_home() as home:
            outcome = play(read(scenario_of(seed)), seed=seed, days=days, crashes=CRASHES, home=home)
            counts = examine(outcome)
    except (Exception, Died) as error:  # a fault of the simulation is a failure of this seed, not of all
        return Month(seed=seed, faults=[f"{type(error).__name__}: {error}"], kinds={"not played": 1})
    commitments: Counter[str] = Counter()
    for each in counts.values():
        commitments.update(each.commitments)
    return Month(
        seed=seed,
        trace=outcome.trace,
        mails=len(outcome.office.delivered),
        deaths=sum(len(lived.deaths) for lived in outcome.employees),
        lives=sum(lived.lives for lived in outcome.employees),
        cycles=sum(each.cycles for each in counts.values()),
        acts=sum(each.acts.total() for each in counts.values()),
        occurrences=sum(each.occurrences["fired"] for each in counts.values()),
        suppressed=outcome.office.suppressed,
        model_calls=sum(each.model_calls for each in counts.values()),
        commitments=dict(commitments),
        faults=[str(fault) for fault in outcome.faults],
        kinds=dict(Counter(fault.kind for fault in outcome.faults)),
        where=dict(Counter(where for lived in outcome.employees for _, where in lived.deaths)),
        cpu_s=round(time.process_time() - began, 2),
    )


def months(seeds: list[int], days: int, jobs: int) -> Iterator[Month]:
    """Play seeds, several at once, and give each as it ends."""
    if jobs == 1:
        yield from (month(seed, days) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(month, seed, days) for seed in seeds]):
            yield done.result()


def table(found: list[Month], days: int, wall_s: float) -> list[str]:
    """Return what came of all of them, as lines of Markdown."""
    total: Counter[str] = Counter()
    for each in found:
        total.update({k: v for k, v in asdict(each).items() if isinstance(v, int | float) and k != "seed"})
    kinds: Counter[str] = Counter()
    commitments: Counter[str] = Counter()
    where: Counter[str] = Counter()
    for each in found:
        kinds.update(each.kinds)
        commitments.update(each.commitments)
        where.update(each.where)
    wanted = (
        *("duplicate mail", "duplicate event", "lost percept", "lost occurrence", "doubled occurrence"),
        *("stranded intention", "slipped without notice", "replay differs", "broken ledger", "quarantined", "crash"),
        *("less than expected", "more than expected", "not played"),
    )
    lines = [
        f"{len(found)} seeds of {days} simulated days in {wall_s / 60:.1f} minutes,"
        f" {total['cpu_s'] / 60:.1f} minutes of processor time ({total['cpu_s'] / max(1, len(found)):.1f} s each)",
        "",
        "| counted | |",
        "|---|---|",
        f"| mails delivered | {total['mails']} |",
        f"| cycles thought | {total['cycles']} |",
        f"| acts | {total['acts']} |",
        f"| occurrences fired | {total['occurrences']} |",
        f"| deaths | {total['deaths']} |",
        f"| processes | {total['lives']} |",
        f"| places of death | {len(where)} |",
        f"| suppressed submissions | {total['suppressed']} |",
        *(f"| commitments {standing} | {count} |" for standing, count in sorted(commitments.items())),
        f"| calls of a model | {total['model_calls']} |",
        "",
        "| wrong | |",
        "|---|---|",
        *(f"| {kind} | {kinds[kind]} |" for kind in wanted),
        *(f"| {kind} | {count} |" for kind, count in kinds.items() if kind not in wanted),
    ]
    failed = [each for each in found if each.faults]
    if failed:
        lines += ["", f"{len(failed)} seeds have failed:", ""]
        for each in failed:
            lines += [f"    {command(each.seed, days)}", *(f"        {fault}" for fault in each.faults[:10])]
    return lines


def seeds_of(text: str) -> list[int]:
    """Return the seeds that a text names: "3", "1-50", "4,9"."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    """Prove, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-200", help="which: 7, 1-50 or 4,9 (1-200)")
    parser.add_argument("--days", type=int, default=30, help="simulated days of each (30)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once (one a core)")
    wanted = parser.parse_args()
    seeds, began, found = seeds_of(wanted.seeds), time.perf_counter(), []
    for each in months(seeds, wanted.days, wanted.jobs):
        found.append(each)
        how = "ok" if not each.faults else f"FAILED: {each.faults[0]}"
        print(
            f"{len(found):4}/{len(seeds)}  seed {each.seed:<4} {each.mails:5} mails {each.deaths:4} deaths"
            f" {each.cycles:6} cycles {each.cpu_s:6.1f} s  {how}",
            flush=True,
        )
    found.sort(key=lambda each: each.seed)
    lines = table(found, wanted.days, time.perf_counter() - began)
    print("\n".join(["", *lines]))
    OUT.mkdir(parents=True, exist_ok=True)
    about: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "days": wanted.days,
        "wall_s": round(time.perf_counter() - began, 1),
        "command": f"make proof SEEDS={wanted.seeds} DAYS={wanted.days}",
        "months": [asdict(each) for each in found],
    }
    (OUT / "report.json").write_text(json.dumps(about, indent=1))
    (OUT / "report.md").write_text("\n".join(["# The proof in process", "", *lines, ""]))
    return 1 if any(each.faults for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
