"""How a process that is an employee is told to stop."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from runtime import progress, seat
from runtime.progress import ProgressPage
from runtime.seat import Seat


class Sitting:
    """A forked process in a seat whose lifeline this process holds."""

    def __init__(self, home: Home, body: seat.Body, *, grace_s: float = 4.5) -> None:
        self.page = home.root / "progress"
        waiting, self._lifeline = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._lifeline)
            code = 1
            try:
                seat.GRACE_S = grace_s
                place = Seat(
                    slug="ada",
                    home=home,
                    epoch=1,
                    lifeline_fd=waiting,
                    progress=ProgressPage(self.page, epoch=1),
                    clock=SystemClock(home.clock),
                )
                seat.occupy(place, body)
                code = 0
            finally:
                os._exit(code)
        os.close(waiting)
        self.wait_for(lambda at: at.phase == progress.IDLE)

    def wait_for(self, true: Callable[[progress.Progress], bool]) -> None:
        deadline = time.monotonic() + 60
        while (at := progress.read(self.page)) is None or not true(at):
            assert time.monotonic() < deadline

    def cut_lifeline(self) -> None:
        os.close(self._lifeline)

    def exit_code(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


async def patient(place: Seat) -> None:
    place.ready()
    await place.stopping.wait()


def plain(place: Seat) -> None:
    place.ready()
    while not place.stopping.is_set():
        signal.pause()


def plain_with_a_loop(place: Seat) -> None:
    async def work() -> None:
        async with place.attended():
            await patient(place)

    asyncio.run(work())


async def deaf(place: Seat) -> None:
    place.ready()
    while True:
        pass


@pytest.mark.parametrize("body", [patient, plain, plain_with_a_loop])
def test_sigterm_lets_a_body_of_any_kind_finish(home: Home, body: seat.Body):
    sitting = Sitting(home, body)
    os.kill(sitting.pid, signal.SIGTERM)
    assert sitting.exit_code() == 0
    last = progress.read(sitting.page)
    assert last is not None
    assert last.phase == progress.ENDED


@pytest.mark.parametrize("body", [patient, plain_with_a_loop])
def test_the_end_of_the_lifeline_does_so_too(home: Home, body: seat.Body):
    sitting = Sitting(home, body)
    sitting.cut_lifeline()
    assert sitting.exit_code() == 0


@pytest.mark.parametrize("how", ["sigterm", "lifeline"])
def test_who_does_not_finish_is_ended(home: Home, how: str):
    sitting = Sitting(home, deaf, grace_s=0.1)
    if how == "sigterm":
        # A deaf coroutine never lets its loop run, so only the lifeline's own thread can end it.
        os.kill(sitting.pid, signal.SIGTERM)
    sitting.cut_lifeline()
    assert sitting.exit_code() == seat.OVERDUE


def test_an_idle_employee_beats_and_a_moved_clock_wakes_it(home: Home):
    async def sleeper(place: Seat) -> None:
        place.ready()
        await place.clock.sleep_until(place.clock.now() + timedelta(days=7))
        place.progress.mark("awake")

    SystemClock.move(home.clock, 0)
    sitting = Sitting(home, sleeper)
    SystemClock.move(home.clock, 8 * 86400)
    os.kill(sitting.pid, signal.SIGUSR1)
    assert sitting.exit_code() == 0


def test_a_body_that_fails_is_heard(home: Home, tmp_path: Path):
    async def failing(place: Seat) -> None:
        place.ready()
        raise LookupError("no such mailbox")

    assert Sitting(home, failing).exit_code() == 1
