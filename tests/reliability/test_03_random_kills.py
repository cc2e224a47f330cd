"""Fault 3: employees are killed with -9 at random moments, again and again, while mail flows.

To reach: 1 000 kills of ten employees; nothing lost, nothing doubled; back to work within five seconds at the 95th
percentile. Real processes, real servers; what a kill finds them at is up to the seed. `make test` plays a small one,
which says nothing of seconds.
"""

from pathlib import Path

import pytest

from tests.proof_real.company import company
from tests.proof_real.examining import examine
from tests.proof_real.misfortunes import Counts
from tests.proof_real.playing import Run

_NOTHING_ELSE = {"offices": 0, "falls": 0, "stops": 0, "hangs": 0, "jumps": 0, "full": 0, "brokers": 0}


def _killed(folder: Path, *, kills: int, employees: int, days: int, mails: int) -> list[float]:
    """Play it; return after how many seconds each who was killed was back at work."""
    much = Counts(kills=kills, **_NOTHING_ELSE)
    run = Run.of(company(days, employees, mails, 3), seed=3, days=days, folder=folder, much=much)
    run.live()
    examined = examine(run, run.mailboxes, run.standing)

    assert [str(fault) for fault in examined.faults] == []
    assert len(run.back_s) == run.struck["kill"] - run.missed["kill"] >= 0.9 * kills
    return run.back_s


def test_nothing_is_lost_or_doubled_by_a_few_kills(tmp_path: Path) -> None:
    _killed(tmp_path, kills=6, employees=4, days=1, mails=26)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_nothing_is_lost_or_doubled_by_a_thousand_kills(tmp_path: Path) -> None:
    back_s = sorted(_killed(tmp_path, kills=1000, employees=10, days=14, mails=1800))
    assert back_s[round(len(back_s) * 0.95) - 1] <= 5.0
