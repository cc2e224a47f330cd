"""The supervisor's side of the zygote."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from empla.config import Home
from empla.errors import ResourceError
from runtime.supervisor import lease
from runtime.supervisor.nursery import Nursery, Order, ZygoteGone

NO_FORK = """
import os

def no_process():
    raise BlockingIOError(11, "Resource temporarily unavailable")

os.fork = no_process
"""


def test_a_zygote_that_may_make_no_process_says_so_and_lives_on(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "nofork.py").write_text(NO_FORK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def ask() -> None:
        lifeline, end = os.pipe()
        nursery = Nursery("nofork:no_process", lifeline_fd=lifeline)
        await nursery.start()
        for slug in ("ada", "bob"):
            with lease.take(tmp_path / slug / "lease.lock") as held, pytest.raises(ResourceError, match="temporarily"):
                await nursery.fork(Order(slug=slug, epoch=1, home=home), held)
        assert nursery.available.is_set()
        await asyncio.wait_for(nursery.stop(5.0), 60)
        os.close(lifeline)
        os.close(end)

    asyncio.run(ask())


def kill_unheard(pid: int) -> None:
    """Return when a process is dead, before this loop has come round."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def test_whoever_asks_a_zygote_that_has_just_died_lets_its_end_be_heard(home: Home, tmp_path: Path):
    async def ask() -> int:
        lifeline, end = os.pipe()
        nursery = Nursery("os:getpid", lifeline_fd=lifeline)
        await nursery.start()
        zygote = nursery.child
        assert zygote is not None
        kill_unheard(zygote.pid)
        asked = 0
        with lease.take(tmp_path / "lease.lock") as held:
            while nursery.available.is_set() and asked < 100:  # as a keeper asks: again and again
                asked += 1
                try:
                    await nursery.fork(Order(slug="ada", epoch=1, home=home), held)
                except ZygoteGone:
                    continue
        await asyncio.wait_for(nursery.stop(5.0), 60)
        os.close(lifeline)
        os.close(end)
        return asked

    assert asyncio.run(ask()) == 1
