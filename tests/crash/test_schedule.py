"""What the clock makes due, killed between computing, writing, firing and doing it: each done once, or told why not.

Three days were missed before the first start, under each policy; two firings come within the hour. Every new process
begins at the first one's time again, so the clock goes back at each death.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import EVERYTHING
from tests.crash.smtp_server import Manner, PlainServer
from tests.crash.workloads import prepare, was_away

SAMPLE = 16
"""Kill points of an ordinary run, spread evenly; all of them where everything is wanted."""

TOLD = ["report 22 07:00", "report 23 07:00", "standup 20 08:40", "standup 23 08:20", "standup 23 08:40"]
OCCURRENCES = {
    ("standup", "coalesced", 1): 1,
    ("standup", "fired", 1): 3,
    ("report", "skipped", 1): 1,
    ("report", "fired", 1): 2,
    ("often", "skipped", 431): 1,
    ("often", "fired", 1): 6,
}
"""What came of each: the trigger, the state of its row, how many instants that stands for; and how many such rows."""


@dataclass
class SchedulePath:
    """Mails that nobody asked for, each due at its time."""

    warm: WarmProcess
    server: PlainServer
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, and look at what came of it."""
        home = fresh(self.folder / "template", self.folder / "home", {})
        self.server.begin(Manner.NORMAL, home / "sent")
        trial = self.warm.run("schedule", home, deaths, {"port": self.server.port})
        self.line.count(trial)
        self.check(trial)
        return trial

    def check(self, trial: Trial) -> None:
        """Count what arrived; compare rows, mind and acts with those of a run that nobody disturbed."""
        mind = Mind(trial.home)
        told = sorted(str(message_from_bytes(mail)["Subject"]) for mail in self.server.arrivals.contents)
        rows = Counter(mind.rows("SELECT trigger, state, count FROM occurrence WHERE state NOT IN ('due')"))
        self.line.lost += bool(set(TOLD) - set(told))
        self.line.doubled += len(told) > len(set(told))
        self.line.resent += len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        assert told == TOLD, f"after {trial}"
        assert {row: n for row, n in rows.items() if not row[0].startswith("step:")} == OCCURRENCES, f"after {trial}"
        assert not mind.unknown()
        left = mind.left().without_ids()  # a mail's Date is that of the process which wrote it
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"told": len(told)})


@pytest.mark.timeout(1800 if EVERYTHING else 300)
def test_what_the_clock_makes_due(warm: WarmProcess, server: PlainServer, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    was_away(folder / "template")
    path = SchedulePath(warm, server, folder, line)
    (points,) = path.run([]).starts
    assert {"commit:timers:before", "commit:timers:after"} <= set(points)
    line.points = len(points)
    step = 1 if EVERYTHING else max(1, len(points) // SAMPLE)
    for n in range(1, len(points) + 1, step):
        trial = path.run([n])
        assert trial.died_at(n)
    for n in range(1 + step // 2, len(points) + 1, step * (1 if EVERYTHING else 5)):
        trial = path.run([n, 4])
        assert trial.died_at(n, 4)
