"""What others want of the manager, killed on its way at the real office: exactly one of each.

An invitation that a rule accepts: one entry in Maria's calendar, one answer to Bob. And a request of somebody outside:
Maria asked once, times offered once, what was chosen booked once in each calendar, invited once, Maria told once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.crash.an_office import CrashOffice, Seen, crash_office
from tests.crash.desk import Answer, Desk, at_their_desks, settled
from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import EVERYTHING
from tests.crash.workloads import SEES_INVITATIONS, prepare

SAMPLE = 20
"""Kill points of an ordinary run, spread evenly; all of them where everything is wanted."""
RULE = "Always accept invitations from Bob."
WISH = "Hello Ada, I would like to meet Maria next week about our new offer. Could you find us an hour?"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with crash_office(tmp_path_factory.mktemp("office-on-behalf")) as running:
        yield running


def maria_allows(mail: EmailMessage) -> Answer | None:
    return Answer("Yes, but 30 minutes") if str(mail["Subject"]).endswith("asks for a meeting") else None


def gus_chooses(mail: EmailMessage) -> Answer | None:
    body = mail.get_body(("plain",))
    offered = body is not None and "can offer you half an hour" in body.get_content()
    return Answer("The second one works for me.") if offered else None


@dataclass
class BehalfPath:
    """One path at the office. `begins` is how its first mail is made, `wanted` what it leaves from outside."""

    workload: str
    begins: dict[str, Any]
    wanted: tuple[int, ...]
    warm: WarmProcess
    office: CrashOffice
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, and look at what came of it."""
        number = next(NUMBERS)
        home = fresh(self.folder / "template", self.folder / "home", {})
        self.office.begin(home, number=number, **self.begins)
        manners = {"maria": maria_allows, "gus": gus_chooses}
        with at_their_desks([Desk(self.office, who, number, manner) for who, manner in manners.items()]):
            params = {**self.office.params(), "secret": f"on behalf {number}"}
            trial = self.warm.run(self.workload, home, deaths, params)
        self.line.count(trial)
        self.check(trial, self.office.seen())
        return trial

    def check(self, trial: Trial, seen: Seen) -> None:
        """Count from outside; compare what the employee holds with an undisturbed run."""
        found = (seen.answers, seen.invitations, seen.outside, len(seen.maria), len(seen.ada))
        mind = Mind(trial.home)
        resent = len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        self.line.lost += any(a < b for a, b in zip(found, self.wanted, strict=True))
        self.line.doubled += any(a > b for a, b in zip(found, self.wanted, strict=True))
        self.line.suppressed += self.office.suppressed()
        self.line.resent += resent
        assert found == self.wanted, f"{seen} after {trial}"
        assert self.office.suppressed() <= resent, f"submitted again without having looked, after {trial}"
        assert not mind.unknown()
        left = settled(mind)
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"each": 1})

    def sampled(self) -> None:
        """Kill at points spread over the path, and at some of their recoveries."""
        (points,) = self.run([]).starts
        self.line.points = len(points)
        step = 1 if EVERYTHING else max(1, len(points) // SAMPLE)
        for n in range(1, len(points) + 1, step):
            assert self.run([n]).died_at(n)
        for n in range(1 + step // 2, len(points) + 1, step * (1 if EVERYTHING else 6)):
            self.run([n, 3])


def test_one_invitation_accepted_by_a_rule(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template", SEES_INVITATIONS)
    office.begin(folder / "template", RULE, next(NUMBERS))
    warm.run("booking", folder / "template", [], office.params())
    begins = {"text": "Budget", "by": "bob", "invites": True}
    path = BehalfPath("invited", begins, (0, 1, 0, 1, 0), warm, office, folder, line)
    path.sampled()


def test_one_stranger_s_meeting(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    path = BehalfPath("stranger", {"text": WISH, "by": "gus"}, (2, 0, 2, 1, 1), warm, office, folder, line)
    path.sampled()
