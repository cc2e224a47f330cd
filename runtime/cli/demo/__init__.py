"""`empla demo`: the first morning with a digital assistant, played live on real parts while its process is killed.

stage          a temporary home, its people with ordinary clients, the processes, and the kills
morning        what happens, scene by scene
transcript     who wrote what to whom, and when it was killed
thoughts       what the assistant believed, intended and did
checks         what must be true at the end, read from outside with IMAP and CalDAV only
interruption   Ctrl-C ends the demo, and leaves nothing behind
"""

import json
import shutil
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from empla.errors import EmplaError
from runtime.cli.demo.checks import Check, checks
from runtime.cli.demo.interruption import Interruption
from runtime.cli.demo.morning import play_morning
from runtime.cli.demo.stage import ZONE, Stage
from runtime.cli.demo.transcript import WIDEST, Transcript


def play(seed: int, report: Path | None = None, *, keep: bool = False, console: Console | None = None) -> bool:
    """Play the morning; return whether every check holds. `report` gets them as JSON; `keep` leaves the home there.

    A morning that cannot be played to its end (an answer does not come, something does not start) is a check that
    fails.
    """
    transcript = Transcript(console or _console(), ZoneInfo(ZONE))
    root = Path(tempfile.mkdtemp(prefix="empla-demo-"))
    began = time.monotonic()
    found: list[Check] = []
    try:
        with Interruption() as interruption, Stage(root, seed, transcript, interruption) as stage:
            try:
                found = checks(stage, play_morning(stage))
            except EmplaError as error:
                found = [Check("the morning is played to its end", False, error.sentence)]
            transcript.checks(found, stage.kills, stage.falls, time.monotonic() - began)
    finally:
        if report is not None:
            report.parent.mkdir(parents=True, exist_ok=True)
            report.write_text(json.dumps({"seed": seed, "checks": [asdict(c) for c in found]}, indent=2) + "\n")
        if not keep:
            shutil.rmtree(root, ignore_errors=True)
    transcript.next_steps(root if keep else None)
    return bool(found) and all(check.ok for check in found)


def _console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return console
