"""At the real office, killed at every fault point: exactly one of each.

One mail and one answer; and one request and a meeting: one event in each of two calendars, one invitation, one answer.
The office takes a submission that it had before, delivers it to nobody, and counts it: that may only happen to a mail
that was on the wire when the process died, and for which no copy was found (contract 9).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.crash.an_office import CrashOffice, crash_office
from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import pairs, sampled
from tests.crash.workloads import prepare

REQUEST = "Please book half an hour with Bob tomorrow afternoon."
NUMBERS = count(1)
"""Every trial has a secret and Message-IDs of its own: the office would know those of another."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with crash_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@dataclass
class OfficePath:
    """One path at the office, and how many events it leaves in each calendar."""

    workload: str
    events: int
    warm: WarmProcess
    office: CrashOffice
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, with a new mail."""
        number = next(NUMBERS)
        home = fresh(self.folder / "template", self.folder / "home", {})
        self.office.begin(home, REQUEST, number)
        trial = self.warm.run(self.workload, home, deaths, {**self.office.params(), "secret": f"secret {number}"})
        self.line.count(trial)
        return trial

    def check(self, trial: Trial) -> None:
        """Look at the office from outside, and at what the employee holds in the end."""
        seen, mind = self.office.seen(), Mind(trial.home)
        suppressed, resent = self.office.suppressed(), len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        found = (seen.answers, seen.invitations, len(seen.maria), len(seen.ada))
        self.line.lost += 0 in (seen.answers, seen.invitations)
        self.line.doubled += any(many > 1 for many in found)
        self.line.suppressed += suppressed
        self.line.resent += resent
        assert found == (1, 1, self.events, self.events), f"{found} after {trial}"
        assert suppressed <= resent, f"submitted again without having looked, after {trial}"
        assert not mind.unknown()
        left = mind.left().without_ids()
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"answer": seen.answers, "invitation": seen.invitations})

    def all_points(self) -> None:
        """Kill at every point (or a sample), and at pairs of points."""
        undisturbed = self.run([])
        self.check(undisturbed)
        (points,) = undisturbed.starts
        self.line.points = len(points)
        recoveries: dict[int, int] = {}
        for n in sampled(points):
            trial = self.run([n])
            assert trial.died_at(n)
            if trial.deaths:
                recoveries[n] = len(trial.starts[1])
            self.check(trial)
        for n, m in pairs(list(recoveries), recoveries):
            trial = self.run([n, m])
            assert trial.died_at(n, m)
            self.check(trial)


def both_sides(form: str, names: str) -> set[str]:
    return {form.format(name=name, side=side) for name in names.split() for side in ("before", "after")}


SENDING = both_sides("commit:{name}:{side}", "lease recover sense cycle claim on-wire outcome") | both_sides(
    "smtp.{name}.{side}", "connect ehlo login mail rcpt on_wire data"
)
BOOKING = both_sides("caldav.{name}.{side}", "report put") | both_sides(
    "perform:calendar.{name}:{side}", "find_slots book_own book invite"
)


def test_one_answer_at_the_office(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    path = OfficePath("office", 0, warm, office, folder, line)
    path.all_points()
    assert set(path.run([]).starts[0]) >= SENDING


def test_one_meeting_at_the_office(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    path = OfficePath("booking", 1, warm, office, folder, line)
    path.all_points()
    assert set(path.run([]).starts[0]) >= SENDING | BOOKING
