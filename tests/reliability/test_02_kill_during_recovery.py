"""Fault 2: killed again while it recovers. Asked: the same as undisturbed; and who cannot recover is parked.

All pairs of points are `tests/crash` under EMPLA_CRASH_ALL=1 (a sample in `make test`). Here a process dies in the
window of a send and then again and again in what follows, five times in a row, each time a little later: the mail is
there once, and the mind as if nobody had died. One that dies five times before it has taken up its work is given up,
and its manager is told once: `tests/reliability/test_17_crash_loop.py`.
"""

from pathlib import Path

import pytest

from empla.capabilities.email.mailbox import Evidence
from tests.crash.conftest import folder, line, server, warm
from tests.crash.harness import Line, WarmProcess
from tests.crash.smtp_server import Manner, PlainServer
from tests.crash.test_one_answer import SendPath
from tests.crash.workloads import prepare

__all__ = ["folder", "line", "server", "warm"]

WINDOW = ("commit:claim:after", "commit:on-wire:after", "smtp.content.written", "smtp.data.after")
LATER = ((1, 1, 1, 1), (2, 3, 5, 7), (6, 1, 6, 1))


@pytest.mark.parametrize("manner", [Manner.NORMAL, Manner.DROPS], ids=str)
@pytest.mark.parametrize("evidence", [Evidence.AUTHORITATIVE, Evidence.LOOKUP], ids=str)
def test_five_deaths_in_a_row_change_nothing(
    warm: WarmProcess, server: PlainServer, folder: Path, line: Line, evidence: Evidence, manner: Manner
) -> None:
    prepare(folder / "template")
    path = SendPath(warm, server, folder, evidence, manner, line)
    undisturbed = path.run([])
    path.check(undisturbed)
    points = undisturbed.starts[0]
    for name in WINDOW:
        for later in LATER:
            trial = path.run([points.index(name) + 1, *later])
            assert trial.deaths >= 3
            path.check(trial)
