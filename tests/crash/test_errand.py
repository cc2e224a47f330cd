"""An errand at the real office, killed on its way: asked once, answered once with the file, passed on once.

Bob is a person: he waits for the mail that asks him and answers it, whatever happens to the process meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from tests.crash.an_office import CrashOffice, crash_office
from tests.crash.desk import Answer, Desk, settled
from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import EVERYTHING
from tests.crash.workloads import prepare

SAMPLE = 24
"""Kill points of an ordinary run, spread evenly; all of them where everything is wanted."""
REQUEST = "Please get me the supplier list from Bob by Friday 16:00."
FILE = b"%PDF-1.4 suppliers\x00\xff"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with crash_office(tmp_path_factory.mktemp("errand-office")) as running:
        yield running


def with_the_file(_asked: EmailMessage) -> Answer:
    return Answer("Here it is.", {"suppliers.pdf": FILE})


@dataclass
class ErrandPath:
    """One request, one question to Bob, one confirmation, one answer passed on."""

    warm: WarmProcess
    office: CrashOffice
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, and look at what came of it."""
        number = next(NUMBERS)
        home = fresh(self.folder / "template", self.folder / "home", {})
        bob = Desk(self.office, "bob", number, with_the_file)
        self.office.begin(home, REQUEST, number)
        with bob.sitting():
            trial = self.warm.run("errand", home, deaths, {**self.office.params(), "secret": f"errand {number}"})
        self.line.count(trial)
        self.check(trial)
        return trial

    def check(self, trial: Trial) -> None:
        """Count from outside; compare what the employee holds with an undisturbed run."""
        seen, mind = self.office.seen(), Mind(trial.home)
        resent = len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        self.line.lost += seen.answers < 2 or seen.invitations < 1
        self.line.doubled += seen.answers > 2 or seen.invitations > 1
        self.line.suppressed += self.office.suppressed()
        self.line.resent += resent
        assert (seen.answers, seen.invitations) == (2, 1), f"{seen} after {trial}"
        (file,) = Desk(self.office, "maria", 0, with_the_file).inbox()[-1].iter_attachments()
        assert (file.get_filename(), file.get_payload(decode=True)) == ("suppliers.pdf", FILE)
        assert self.office.suppressed() <= resent
        assert not mind.unknown()
        left = settled(mind)
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"passed on": seen.answers - 1, "asked": seen.invitations})


def test_one_errand_at_the_office(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    path = ErrandPath(warm, office, folder, line)
    (points,) = path.run([]).starts
    line.points = len(points)
    step = 1 if EVERYTHING else max(1, len(points) // SAMPLE)
    for n in range(1, len(points) + 1, step):
        trial = path.run([n])
        assert trial.died_at(n)
    for n in range(1 + step // 2, len(points) + 1, step * (1 if EVERYTHING else 6)):
        path.run([n, 3])
