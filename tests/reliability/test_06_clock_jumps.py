"""Fault 6: the clock goes an hour on, ten minutes back, or the machine was suspended for eight hours.

Figure: what is due then is done once, within a minute; nothing is done twice; an employee's own time never goes back.
"""

import asyncio
import os
import selectors
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.clock import LONGEST_WAIT, SystemClock, pause
from empla.mind import common_kinds
from empla.mind.plans import PlanLibrary, Trigger, occurred, on
from empla.mind.steps import Believe, Now, Wait
from empla.mind.triggers import SKIP, Cron
from empla.testing.employee import Employee, employee
from tests.reliability.by_the_clock import fired

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEN_PAST_EIGHT = NINE - timedelta(minutes=50)
SOON_S = 60.0
"""How long a test waits for what must come; it comes at once, or the machine is very busy."""


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Employee]:
    library = PlanLibrary()
    library.include(common_kinds.library)
    library.trigger(Cron(name="nine", when="0 9 * * *"), Cron(name="often", when="*/5 * * * *", policy=SKIP))

    @library.plan(occurred("nine"))
    def do(event: Trigger) -> Any:
        yield Believe(functor="done-at", arguments=((yield Now()), event.late_s))

    @library.plan(on("wait"))
    def wait(_event: Trigger) -> Any:
        yield Wait(until=NINE)
        yield Believe(functor="waited-until", arguments=((yield Now()),))

    with employee(tmp_path, library, [], at=TEN_PAST_EIGHT) as made:
        made.tell("wait")
        made.work()
        yield made


def held(ada: Employee, functor: str) -> list[tuple[Any, ...]]:
    return [b.arguments for b in ada.engine.state.beliefs.matching(functor)]


def is_set(ada: Employee, by: timedelta) -> datetime:
    """Set the clock on or back, let the employee look, and return what time it is."""
    ada.clock.set_to(ada.clock.now() + by)
    ada.work()
    return ada.clock.now()


def test_a_clock_that_goes_an_hour_on_is_followed_at_once(ada: Employee) -> None:
    now = is_set(ada, timedelta(hours=1))
    assert held(ada, "done-at") == [(now, 600)]
    assert held(ada, "waited-until") == [(now,)]
    assert fired(ada, "nine") == [NINE]


def test_a_clock_that_goes_back_fires_nothing_again(ada: Employee) -> None:
    ada.let_pass(timedelta(minutes=52))
    before = fired(ada, "often")
    for minutes in (-10, 5, -60, 58, 6):
        is_set(ada, timedelta(minutes=minutes))
    assert len(held(ada, "done-at")) == len(held(ada, "waited-until")) == 1
    assert fired(ada, "nine") == [NINE]
    assert fired(ada, "often") == before, "their instants have been"
    ada.let_pass(timedelta(minutes=10))
    assert fired(ada, "often")[len(before) :] == [NINE + timedelta(minutes=5), NINE + timedelta(minutes=10)]


def test_an_employees_own_time_never_goes_back(ada: Employee) -> None:
    for hours in (1, -2, 3, -1):
        is_set(ada, timedelta(hours=hours))
        ada.tell("anything", f"anything:{hours}")
        ada.work()
    told = ada.rows("journal", "at")
    assert told == sorted(told)


def test_after_a_suspension_of_eight_hours_what_was_due_is_done_once_and_the_rest_left_out(ada: Employee) -> None:
    now = is_set(ada, timedelta(hours=8))
    assert held(ada, "done-at") == [(now, (now - NINE).total_seconds())]
    rows = ada.rows("occurrence", "state", "count", trigger="often")
    assert rows[-3:] == [("skipped", 95), ("fired", 1), ("due", 1)]
    is_set(ada, timedelta(hours=-8))
    is_set(ada, timedelta(hours=8))
    assert len(held(ada, "done-at")) == 1


def test_whoever_waits_is_woken_when_the_clock_is_moved_and_looks_by_itself_within_a_minute(ada: Employee) -> None:
    assert LONGEST_WAIT <= 60, "if nobody wakes it"

    async def lives() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(ada.engine.run(stopping))
        async with asyncio.timeout(SOON_S):
            while ada.engine.next_due(ada.clock.now()) is None:
                await pause(0)
            ada.clock.set_to(NINE + timedelta(minutes=10))
            while not held(ada, "done-at"):
                await pause(0)
        stopping.set()
        await running

    asyncio.run(lives())
    assert held(ada, "done-at") == [(NINE + timedelta(minutes=10), 600)]


# a real process, a real clock ----------------------------------------------------------------------------------------


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAEMON = Path(__file__).with_name("at_a_faked_clock.py")


@dataclass
class Daemon:
    """A process whose clock is set by a file."""

    process: subprocess.Popen[bytes]
    clock: Path
    lines: selectors.BaseSelector

    def set_to(self, instant: datetime) -> None:
        """Let it be `instant` there."""
        offset = (instant - SystemClock().now()).total_seconds()
        after = self.clock.with_suffix(".new")
        after.write_text(f"{offset:+.3f}\n")
        after.replace(self.clock)

    def says(self) -> str:
        """Return the next line that it says."""
        assert self.process.stdout is not None
        assert self.lines.select(SOON_S), "it says nothing"
        return self.process.stdout.readline().decode().strip()


@contextmanager
def daemon(folder: Path, begin: datetime) -> Iterator[Daemon]:
    clock = folder / "clock"
    made = Daemon.__new__(Daemon)
    made.clock = clock
    made.set_to(begin)
    under = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    made.process = subprocess.Popen(
        [sys.executable, str(DAEMON), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # so that a selector knows of each line
        env={**os.environ, **under},
    )
    with selectors.DefaultSelector() as made.lines:
        made.lines.register(made.process.stdout, selectors.EVENT_READ)
        try:
            yield made
        finally:
            made.process.kill()
            made.process.wait()


@pytest.mark.skipif(FAKETIME is None or shutil.which("faketime") is None, reason="needs libfaketime")
def test_a_process_under_a_clock_that_is_set_on_set_back_and_stopped(tmp_path: Path) -> None:
    day = datetime(2026, 9, 7, tzinfo=UTC)
    with daemon(tmp_path, day.replace(hour=6, minute=30)) as ada:
        assert ada.says() == "waiting"
        ada.set_to(day.replace(hour=7, minute=30))  # an hour on
        assert ada.says() == "at-7 2026-09-07T07:00:00.000000+00:00"
        ada.set_to(day.replace(hour=6, minute=50))  # back, and over the same instant once more
        ada.set_to(day.replace(hour=7, minute=10))
        ada.process.send_signal(signal.SIGSTOP)  # suspended for eight hours
        ada.set_to(day.replace(hour=15, minute=10))
        ada.process.send_signal(signal.SIGCONT)
        assert {ada.says(), ada.says()} == {
            "at-15 2026-09-07T15:00:00.000000+00:00",
            "step:i1.1 2026-09-07T12:00:00.000000+00:00",
        }
        ada.set_to(day + timedelta(days=1, hours=8))
        assert ada.says() == "at-7 2026-09-08T07:00:00.000000+00:00"
        assert ada.process.stdin is not None
        ada.process.stdin.close()
        assert ada.process.wait(SOON_S) == 0
    with closing(sqlite3.connect(tmp_path / "mind.db")) as store:
        times = [at for (at,) in store.execute("SELECT at FROM journal ORDER BY seq")]
        assert times == sorted(times)
        assert store.execute("SELECT count(*) FROM occurrence WHERE state = 'fired'").fetchone() == (4,)
