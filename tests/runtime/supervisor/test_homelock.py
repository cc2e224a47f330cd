"""Who runs a home."""

import os
import subprocess
import sys
import threading

import pytest

from empla.config import Home
from runtime.supervisor import homelock


def test_one_takes_it_and_the_other_is_told_who_has_it(home: Home):
    with homelock.take(home, homelock.UP):
        running = homelock.holder(home)
        assert running == homelock.Running(pid=os.getpid(), what="up")
        with pytest.raises(homelock.HomeInUse, match="already runs") as refused:
            homelock.take(home, "hire", wait_s=0)
        assert "empla down" in refused.value.next_step
    assert homelock.holder(home) is None


def test_what_is_written_in_a_lock_that_nobody_holds_is_not_believed(home: Home):
    home.lock.write_text('{"pid": 1, "what": "up"}')
    assert homelock.holder(home) is None
    homelock.take(home, "hire").close()


def test_the_kernel_frees_it_however_its_holder_dies(home: Home):
    program = """
import os, signal, sys
from pathlib import Path
from empla.config import Home
from runtime.supervisor import homelock
lock = homelock.take(Home(Path(sys.argv[1])), "up")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program, str(home.root)], check=False)
    assert '"up"' in home.lock.read_text()
    assert homelock.holder(home) is None
    homelock.take(home, "hire", wait_s=0).close()


def test_looking_who_has_it_never_keeps_anybody_from_taking_it(home: Home):
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            homelock.holder(home)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(50):
            homelock.take(home, "hire").close()
    finally:
        done.set()
        for looker in lookers:
            looker.join()
