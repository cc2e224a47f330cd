"""`empla demo`: a working day with a digital assistant, played live on real parts while its process is killed.

stage           a temporary home, its people with ordinary clients, the processes, and the kills
outside         the world outside the company: its mail server, and a stranger
playing         how a scene is played
morning         the first morning, scene by scene; what must be true after it is in morning_checks
working_day     the rest of the day until the next morning; what must be true after it is in day_checks
transcript      who wrote what to whom, and when it was killed
thoughts        what the assistant believed, intended and did
checks          what must be true at the end, read from outside with IMAP and CalDAV only; seen: what is read there
interruption    Ctrl-C ends the demo, and leaves nothing behind
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from empla.errors import EmplaError
from runtime.cli.demo.check import Check
from runtime.cli.demo.checks import Checks, checks
from runtime.cli.demo.day_checks import day_checks
from runtime.cli.demo.interruption import Interruption
from runtime.cli.demo.morning import play_morning
from runtime.cli.demo.morning_checks import morning_checks
from runtime.cli.demo.outside import Outside
from runtime.cli.demo.playing import Played
from runtime.cli.demo.stage import ZONE, Stage
from runtime.cli.demo.transcript import WIDEST, Transcript
from runtime.cli.demo.working_day import play_day

Part = tuple[Callable[[Stage, Played], None], Checks]
"""A part of the demo: it is played, and then looked at."""

PARTS: Final[Sequence[Part]] = ((play_morning, morning_checks), (play_day, day_checks))


def play(
    seed: int,
    report: Path | None = None,
    *,
    keep: bool = False,
    console: Console | None = None,
) -> bool:
    """Play the day; return whether every check holds. `report` gets them as JSON; `keep` leaves the home there.

    A day that cannot be played to its end (an answer does not come, something does not start) is a check that fails.
    """
    transcript = Transcript(console or _console(), ZoneInfo(ZONE))
    root = Path(tempfile.mkdtemp(prefix="empla-demo-"))
    began = time.monotonic()
    found: list[Check] = []
    try:
        with (
            Interruption() as interruption,
            Outside() as outside,
            Stage(root, seed, transcript, interruption, outside) as stage,
        ):
            try:
                found = _played(stage)
            except EmplaError as error:
                found = [Check("the day is played to its end", False, error.sentence)]
                if stage.assistant:  # how far it has come says why
                    transcript.thoughts(stage.home, stage.assistant)
            transcript.checks(found, stage.kills, stage.falls, time.monotonic() - began)
    finally:
        if report is not None:
            report.parent.mkdir(parents=True, exist_ok=True)
            report.write_text(json.dumps({"seed": seed, "checks": [asdict(c) for c in found]}, indent=2) + "\n")
        if not keep:
            shutil.rmtree(root, ignore_errors=True)
    transcript.next_steps(root if keep else None)
    return bool(found) and all(check.ok for check in found)


def _played(stage: Stage) -> list[Check]:
    played = Played()
    for part, _ in PARTS:
        part(stage, played)
    return checks(stage, played, [check for _, check in PARTS])


def _console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return console
