"""`empla simulate`: a company's days on a virtual clock, with everything that goes wrong decided by a seed."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli.options import Json

if TYPE_CHECKING:
    from runtime.simulation.report import Report
    from runtime.simulation.scenario import Scenario


def simulate(
    scenario: Annotated[
        Path | None, typer.Option("--scenario", metavar="FILE", help="Who works there, who writes what. TOML.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Simulated days.")] = 30,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides everything that chance decides.")] = 1,
    employees: Annotated[
        list[str] | None, typer.Option("--employees", metavar="NAME", help="Only this employee; may be given again.")
    ] = None,
    crashes: Annotated[
        str, typer.Option("--crashes", metavar="none|some|many", help="How much goes wrong, from outside.")
    ] = "none",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FOLDER", help="Write report.md, report.json and pictures.")
    ] = None,
    example: Annotated[
        Path | None, typer.Option("--example", metavar="FILE", help="Write a scenario to begin with, and end.")
    ] = None,
    json: Json = False,
) -> None:
    """Play days of a company in minutes, and count what came of them.

    Employees run with the same code as always; mail, calendars and people are simulated, and nothing of yours is used.
    The same scenario, seed, days and crashes come out the same. Exit code 1 if something is lost, doubled or stranded,
    or is not as the scenario says.
    """
    from empla.errors import InputError
    from runtime.cli import printing
    from runtime.simulation.misfortune import LEVELS
    from runtime.simulation.report import as_data, text, write

    if example is not None:
        _write_example(example)
        return
    if scenario is None:
        raise InputError("say which scenario", next_step="empla simulate --example FILE writes one to begin with")
    if crashes not in LEVELS:
        raise InputError(f"{crashes!r} is no amount of crashes", next_step="give none, some or many")
    words = ["empla", "simulate", "--scenario", str(scenario), "--days", str(days), "--seed", str(seed)]
    words += ["--crashes", crashes, *(word for name in employees or () for word in ("--employees", name))]
    found = _played(_chosen(scenario, employees or []), shlex.join(words), days, seed, crashes, quiet=json)
    if json:
        printing.as_json(as_data(found))
    else:
        for line in text(found):
            printing.line(line)
    if report is not None:
        for path in write(found, report):
            if not json:
                printing.line(f"written: {path}", "dim")
    if not found.passed:
        raise typer.Exit(1)


def _chosen(path: Path, names: list[str]) -> "Scenario":
    from runtime.simulation.reading import read

    found = read(path)
    return found.only(names) if names else found


def _played(scenario: "Scenario", command: str, days: int, seed: int, crashes: str, *, quiet: bool) -> "Report":
    """Play it, with a bar that shows how far it is, and examine it."""
    from datetime import datetime

    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from runtime.cli import minds, printing
    from runtime.simulation.play import a_home, play
    from runtime.simulation.report import report

    minds.load_kept_types()
    began = scenario.ends(0)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=printing.console(), transient=True, disable=quiet)
    with a_home() as home, shown:
        bar = shown.add_task("simulating", total=days * 24)

        def told(now: datetime) -> None:
            hours = (now - began).total_seconds() / 3600
            shown.update(bar, completed=hours, description=f"day {min(days, int(hours // 24) + 1)} of {days}")

        outcome = play(scenario, seed=seed, days=days, crashes=crashes, home=home, told=told)
        shown.update(bar, description="examining")
        return report(outcome, command)


def _write_example(path: Path) -> None:
    from empla.errors import InputError
    from runtime.cli import printing
    from runtime.simulation.testing import EXAMPLE

    if path.exists():
        raise InputError(f"{path} is there already", next_step="give another name")
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    printing.line(f"Written: {path}. Play it: empla simulate --scenario {shlex.quote(str(path))} --seed 1")
