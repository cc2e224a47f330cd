"""The proof from its beginning to its report: build/proof-real/report.json and report.md."""

import json
import os
import statistics
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.proof_real.company import company
from tests.proof_real.examining import Examined, examine
from tests.proof_real.playing import Run

_MOST_SHOWN = 40


def proven(*, days: int, employees: int, mails: int, seed: int, folder: Path, out: Path) -> Examined:
    """Play, examine, and write the report; what is wrong stands in it and in what is returned."""
    began, load = time.monotonic(), os.getloadavg()[0]
    folder.mkdir(parents=True, exist_ok=True)
    run = Run.of(company(days, employees, mails, seed), seed=seed, days=days, folder=folder, told=_say)
    run.live()
    played_s = time.monotonic() - began
    examined = examine(run, run.mailboxes, run.standing)
    whole: dict[str, Any] = {
        "command": f"python -m tests.proof_real --days {days} --employees {employees} --mails {mails} --seed {seed}",
        "seed": seed,
        "days": days,
        "employees": employees,
        "first_day": run.scenario.company.first_day.isoformat(),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "minutes_played": round(played_s / 60, 1),
        "load_before": load,
        "wanted": asdict(run.much),
        "struck": dict(run.struck),
        "not_possible": dict(run.missed),
        "connections": {"passed": run.passed, "broken": run.broken},
        "moves_of_the_clock": run.moves,
        "works_again_s": _spread(run.back_s),
        "figures": examined.figures,
        "faults": dict(Counter(fault.kind for fault in examined.faults)),
        "faults_in_words": [str(fault) for fault in examined.faults],
        "holds": not examined.faults,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(whole, indent=2) + "\n")
    text = _page(whole)
    (out / "report.md").write_text(text)
    sys.stdout.write(text)
    return examined


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[max(0, round(len(ordered) * 0.95) - 1)],
        "longest": ordered[-1],
    }


def _page(whole: dict[str, Any]) -> str:
    lines = [
        "# The proof with real processes",
        "",
        f"`{whole['command']}`: **{'it holds' if whole['holds'] else 'IT DOES NOT HOLD'}**",
        "",
        f"{whole['days']} simulated days from {whole['first_day']}, {whole['employees']} employees;"
        f" {whole['minutes']} minutes ({whole['minutes_played']} of them played).",
        "",
        "| what befell it | wanted | happened |",
        "|---|---|---|",
    ]
    names = {
        "kills": ("kill", "kill -9 of employees"),
        "offices": ("office", "kill -9 of the office"),
        "falls": ("fall", "kill -9 of the supervisor"),
        "stops": ("stop", "SIGSTOP for a moment"),
        "hangs": ("hang", "SIGSTOP until the supervisor has enough"),
        "jumps": ("jump", "the clock jumps"),
        "full": ("full", "a disk is full"),
        "brokers": ("broker", "the broker is gone"),
    }
    for wanted, (kind, words) in names.items():
        happened = whole["struck"].get(kind, 0) - whole["not_possible"].get(kind, 0)
        lines.append(f"| {words} | {whole['wanted'][wanted]} | {happened} |")
    broken, passed = whole["connections"]["broken"], whole["connections"]["passed"]
    lines += [f"| {name} connections broken within a command | | {broken[name]} of {passed[name]} |" for name in broken]
    lines += ["", "| figure | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in whole["figures"].items() if name != "memory"]
    lines += [
        f"| {name} from kill -9 until a successor works, s | {value:.3f} |"
        for name, value in whole["works_again_s"].items()
    ]
    for slug, found in whole["figures"].get("memory", {}).items():
        low, high = found["interval_kib_a_day"]
        lines.append(
            f"| private memory of {slug} over {found['days']} days, never killed | {found['first_mib']:.1f} to"
            f" {found['last_mib']:.1f} MiB; slope {found['slope_kib_a_day']:.1f} KiB a day"
            f" (95 %: {low:.1f} to {high:.1f}), in the last half {found['slope_of_the_last_half']:.1f} |"
        )
    if whole["faults"]:
        lines += ["", "## What is wrong", "", *(f"* {kind}: {count}" for kind, count in whole["faults"].items()), ""]
        lines += [f"    {sentence}" for sentence in whole["faults_in_words"][:_MOST_SHOWN]]
    return "\n".join(lines) + "\n"
