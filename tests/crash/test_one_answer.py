"""One mail, one answer to two people, through a mail server that does not deduplicate, killed at every fault point.

Nothing is lost and nothing is done twice unseen (law 2): where the account's evidence tells, the employee finds out by
itself; where it does not, the action is *unknown* until a person says what became of it, and then it is finished. In
the end everybody has exactly one mail, and mind and acts are those of a run that nobody disturbed (contract 14).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from empla.capabilities.email.mailbox import Evidence
from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.crash.harness import Left, Line, Mind, Trial, WarmProcess, fresh
from tests.crash.sampling import EVERYTHING, pairs, sampled
from tests.crash.smtp_server import Manner, PlainServer
from tests.crash.workloads import BOB, prepare

MAIL = letter(MARIA, "Please do it.", vouched=MARIA)

PASSED = {
    *(f"commit:{name}:{side}" for name in ("cycle", "claim", "outcome") for side in ("before", "after")),
    *(f"commit:{name}:{side}" for name in ("lease", "recover", "sense", "on-wire") for side in ("before", "after")),
    *(f"smtp.{name}.{side}" for name in ("connect", "ehlo", "login", "mail", "rcpt") for side in ("before", "after")),
    *("smtp.on_wire.before", "smtp.on_wire.after", "smtp.data.before", "smtp.data.after"),
    *("smtp.content.before", "smtp.content.written", "blob.keep.before", "blob.keep.after"),
}
"""Every commit and every network call of the path; a new one is a point by itself, and this set may lag behind."""

WINDOW = ("commit:claim", "commit:on-wire", "commit:outcome", "smtp.on_wire", "smtp.content", "smtp.data")
"""Where evidence and the server's manner make a difference: killed there in every case, in an ordinary run elsewhere in
one case of three, each in its turn."""


def killed_at(points: Sequence[str], turn: int) -> list[int]:
    """Return at which points one case is killed."""
    return [n for n in sampled(points) if EVERYTHING or points[n - 1].startswith(WINDOW) or n % 3 == turn % 3]


@dataclass
class SendPath:
    """The path under test, with one kind of evidence and one manner of the server."""

    warm: WarmProcess
    server: PlainServer
    folder: Path
    evidence: Evidence
    manner: Manner
    line: Line
    undisturbed: Left | None = None

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home."""
        home = fresh(self.folder / "template", self.folder / "home", {"inbox.eml": MAIL})
        self.server.begin(self.manner, home / "sent")
        trial = self.warm.run("plain", home, deaths, self._params())
        self.line.count(trial)
        return trial

    def check(self, trial: Trial) -> None:
        """Look at what arrived; have a person settle what is unknown; then all must be as if nobody had died."""
        mind, arrived = Mind(trial.home), self.server.arrivals
        unknown, ledger = mind.unknown(), mind.ledger("i2.2")
        lost = not arrived.messages and not unknown
        doubled = any(count > 1 for count in arrived.per_recipient.values())
        seen = bool(unknown) or "absent" in ledger
        self.line.lost += lost
        self.line.doubled += doubled
        self.line.unknown += len(unknown)
        self.line.resent += "absent" in ledger
        assert not lost, f"lost after {trial}"
        assert not doubled or seen, f"sent twice unseen after {trial}"
        for word in range(3):
            if unknown := mind.unknown():  # sent again on a person's word, it may be unknown again
                told = dict.fromkeys(unknown, bool(arrived.messages))
                self.warm.run("plain", trial.home, [], {**self._params(), "settle": told, "word": word})
        assert arrived.per_recipient == {MARIA: 1, BOB: 1}, f"{arrived.per_recipient} after {trial}"
        self.undisturbed = self.undisturbed or mind.left()
        assert mind.left() == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived(arrived.per_recipient)

    def _params(self) -> dict[str, object]:
        return {"evidence": self.evidence.value, "port": self.server.port}


@pytest.mark.parametrize("manner", list(Manner), ids=str)
@pytest.mark.parametrize("evidence", list(Evidence), ids=str)
def test_one_answer(
    warm: WarmProcess, server: PlainServer, folder: Path, line: Line, evidence: Evidence, manner: Manner
) -> None:
    prepare(folder / "template")
    path = SendPath(warm, server, folder, evidence, manner, line)
    undisturbed = path.run([])
    path.check(undisturbed)
    (points,) = undisturbed.starts
    assert set(points) >= PASSED
    line.points = len(points)

    turn = list(product(Evidence, Manner)).index((evidence, manner))
    recoveries: dict[int, int] = {}
    for n in killed_at(points, turn):
        trial = path.run([n])
        assert trial.died_at(n)
        if trial.deaths:
            recoveries[n] = len(trial.starts[1])
        path.check(trial)
    for n, m in pairs(list(recoveries), recoveries, turn):
        trial = path.run([n, m])
        assert trial.died_at(n, m)
        path.check(trial)
