"""A task at the real office, killed on its way: asked about once, done once, reported once.

Maria is a person: she answers the question whether the task may be done, whatever happens to the process meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from empla.mind import codec
from empla.mind.commitments import COMMITMENT, Standing
from empla.mind.tasks import TASK, TaskState
from tests.crash.an_office import CrashOffice, crash_office
from tests.crash.desk import Answer, Desk, settled
from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import EVERYTHING
from tests.crash.workloads import ARRANGE, assigned, prepare

SAMPLE = 8
"""Kill points of an ordinary run, spread evenly; all of them where everything is wanted."""
NUMBERS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with crash_office(tmp_path_factory.mktemp("assigning-office")) as running:
        yield running


def says_yes(asked: EmailMessage) -> Answer | None:
    return Answer("Yes") if str(asked["Subject"]).strip().startswith("Task:") else None


@dataclass
class TaskPath:
    """One question to Maria, one meeting, one invitation, one answer and one report."""

    warm: WarmProcess
    office: CrashOffice
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, and look at what came of it."""
        number = next(NUMBERS)
        home = fresh(self.folder / "template", self.folder / "home", {})
        self.office.begin(home, "Thank you!", number)
        with Desk(self.office, "maria", number, says_yes).sitting():
            trial = self.warm.run("assign", home, deaths, {**self.office.params(), "secret": f"task {number}"})
        self.line.count(trial)
        self.check(trial)
        return trial

    def check(self, trial: Trial) -> None:
        """Count from outside; compare what the employee holds with an undisturbed run."""
        seen, mind = self.office.seen(), Mind(trial.home)
        resent = len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        self.line.lost += seen.answers < 3 or seen.invitations < 1 or len(seen.maria) < 1
        self.line.doubled += seen.answers > 3 or seen.invitations > 1 or len(seen.maria) > 1
        self.line.suppressed += self.office.suppressed()
        self.line.resent += resent
        assert (seen.answers, seen.invitations) == (3, 1), f"{seen} after {trial}"
        assert (len(seen.maria), len(seen.ada)) == (1, 1), f"{seen} after {trial}"
        assert self.office.suppressed() <= resent
        assert not mind.unknown()
        held = {b.functor: b for b in map(codec.loads, (r for (r,) in mind.rows("SELECT body FROM belief WHERE held")))}
        assert held[TASK].arguments[1].state is TaskState.COMPLETED
        assert held[COMMITMENT].arguments[1].standing is Standing.KEPT
        left = settled(mind)
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"asked and told": seen.answers, "invited": seen.invitations})


def test_one_task_at_the_office(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template", assigned(ARRANGE))
    path = TaskPath(warm, office, folder, line)
    (points,) = path.run([]).starts
    line.points = len(points)
    step = 1 if EVERYTHING else max(1, len(points) // SAMPLE)
    for n in range(1, len(points) + 1, step):
        trial = path.run([n])
        assert trial.died_at(n)
    for n in range(1 + step // 2, len(points) + 1, step * (1 if EVERYTHING else 6)):
        path.run([n, 3])
