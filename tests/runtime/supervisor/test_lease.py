"""An epoch is given out only after the former holder is dead."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.errors import ValidationError
from runtime.supervisor import lease

HOLD = """
import os, sys
from pathlib import Path
from runtime.supervisor import lease
held = lease.take(Path(sys.argv[1]))
held.sign(os.getpid())
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def another_holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_each_taker_gets_a_higher_epoch_and_it_is_on_disk(tmp_path: Path):
    path = tmp_path / "ada" / lease.LOCK
    for epoch in (1, 2, 3):
        with lease.take(path) as held:
            assert held.raise_epoch() == epoch
        assert lease.read_epoch(path) == epoch


def test_a_stopped_holder_keeps_it_and_a_killed_one_does_not(tmp_path: Path):
    path = tmp_path / lease.LOCK
    with another_holder(path) as holder:
        os.kill(holder.pid, signal.SIGSTOP)
        with pytest.raises(lease.LeaseHeld, match=f"process {holder.pid} holds"):
            lease.take(path)
        holder.kill()
        holder.wait()
        lease.take(path).close()


def test_whoever_is_handed_the_open_lock_holds_it_after_the_giver_let_go(tmp_path: Path):
    path = tmp_path / lease.LOCK
    waiting, end = os.pipe()
    with lease.take(path) as held:
        pid = os.fork()
        if pid == 0:
            os.close(end)
            select.select([waiting], [], [])
            os._exit(0)
    with pytest.raises(lease.LeaseHeld):
        lease.take(path)
    os.close(end)
    os.waitpid(pid, 0)
    lease.take(path).close()
    os.close(waiting)
    assert held.fd == -1


def test_a_holder_that_a_dead_supervisor_left_and_that_hangs_is_ended(tmp_path: Path):
    path = tmp_path / lease.LOCK
    with another_holder(path) as holder:
        os.kill(holder.pid, signal.SIGSTOP)
        asyncio.run(lease.obtain(path, patience_s=0.2)).close()
        assert holder.wait() == -signal.SIGKILL


def test_a_stranger_with_the_number_of_a_former_holder_is_not_touched(tmp_path: Path):
    path = tmp_path / lease.LOCK
    with another_holder(path), subprocess.Popen(["sleep", "60"]) as stranger:
        path.write_text(f'{{"pid": {stranger.pid}, "started": 1}}')
        with pytest.raises(lease.LeaseHeld):
            asyncio.run(lease.obtain(path, patience_s=0.1))
        assert stranger.poll() is None
        stranger.kill()


def test_a_damaged_epoch_is_not_guessed(tmp_path: Path):
    path = tmp_path / lease.LOCK
    (tmp_path / lease.EPOCH).write_text("?")
    with lease.take(path) as held, pytest.raises(ValidationError, match="does not hold a number"):
        held.raise_epoch()
