"""The page that a home's processes share with a time server."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.shared_time import ROWS, SharedTime

MONDAY = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock"


def test_time_stands_still_until_it_is_set(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    clock = SystemClock(path)

    assert clock.now() == clock.now() == MONDAY

    shared.set(MONDAY + timedelta(days=1))
    assert clock.now() == MONDAY + timedelta(days=1)

    shared.set(MONDAY - timedelta(minutes=10))
    assert clock.now() == MONDAY - timedelta(minutes=10)


def test_time_passes_at_the_rate_that_was_set(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    shared.set(MONDAY, rate=3600)

    first = shared.now()
    later = shared.now()
    while later == first:
        later = shared.now()

    assert later > first >= MONDAY
    assert shared.rate == 3600


def test_who_makes_a_page_that_is_there_finds_its_time(path: Path) -> None:
    SharedTime.make(path, MONDAY)

    assert SharedTime.make(path, MONDAY + timedelta(days=9)).now() == MONDAY


def test_an_offset_is_no_such_page_and_may_become_one(path: Path) -> None:
    SystemClock.set_to(path, MONDAY)
    assert SharedTime.open(path) is None

    SharedTime.make(path, MONDAY)

    assert SharedTime.open(path) is not None
    assert SystemClock(path).now() == MONDAY


def test_the_commands_that_move_a_clock_move_this_one(path: Path) -> None:
    SharedTime.make(path, MONDAY)

    SystemClock.set_to(path, MONDAY + timedelta(hours=3))
    assert SystemClock(path).now() == MONDAY + timedelta(hours=3)

    SystemClock.move(path, 0.0)
    assert abs(SystemClock(path).now() - SystemClock().now()) < timedelta(minutes=1)


def test_a_process_works_until_it_says_that_it_rests(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    clock = SystemClock(path)
    clock.attend("ada", os.getpid(), 7)

    (ada,) = shared.attending()
    assert (ada.name, ada.pid, ada.started, ada.rests) == ("ada", os.getpid(), 7, False)

    clock.rest(MONDAY + timedelta(hours=1))
    (ada,) = shared.attending()
    assert (ada.rests, ada.due) == (True, MONDAY + timedelta(hours=1))

    clock.work()
    (ada,) = shared.attending()
    assert not ada.rests

    clock.rest(None)
    (ada,) = shared.attending()
    assert (ada.rests, ada.due) == (True, None)

    clock.leave()
    assert shared.attending() == []


def test_whoever_sleeps_in_a_process_is_due_before_it(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    clock = SystemClock(path)
    clock.attend("ada", os.getpid(), 7)

    async def due_while_one_sleeps() -> list[datetime | None]:
        clock.rest(MONDAY + timedelta(hours=2))
        sleeping = asyncio.create_task(clock.sleep_until(MONDAY + timedelta(hours=1)))
        await asyncio.sleep(0)
        seen = [shared.attending()[0].due]
        shared.set(MONDAY + timedelta(hours=1))
        clock.wake()
        await sleeping
        return [*seen, shared.attending()[0].due]

    assert asyncio.run(due_while_one_sleeps()) == [MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)]


def test_a_successor_takes_the_row_of_the_dead_and_works(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    shared.attend("ada", 100, 1).rest(None)
    shared.attend("bob", 101, 2).rest(None)

    shared.attend("ada", 102, 3)

    assert [(a.name, a.pid, a.rests) for a in shared.attending()] == [("ada", 102, False), ("bob", 101, True)]


def test_a_row_that_was_given_back_is_given_to_another(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    for number in range(ROWS):
        shared.attend(f"employee-{number}", 100 + number, 1)
    with pytest.raises(ValueError, match="no more than"):
        shared.attend("one-too-many", 1, 1)

    shared.forget("employee-3")
    shared.attend("another", 1, 1)

    assert [a.name for a in shared.attending()][3] == "another"


def test_every_word_is_counted_so_that_a_reader_sees_that_something_happened(path: Path) -> None:
    shared = SharedTime.make(path, MONDAY)
    ada = shared.attend("ada", 1, 1)
    ada.rest(None)
    (before,) = shared.attending()

    ada.work()
    ada.rest(None)

    (after,) = shared.attending()
    assert after.rests == before.rests and after.due == before.due
    assert after.changes == before.changes + 2


def test_a_clock_without_a_time_server_takes_these_words_and_does_nothing(path: Path) -> None:
    SystemClock.set_to(path, MONDAY)
    clock = SystemClock(path)

    clock.attend("ada", 1, 1)
    clock.rest(None)
    clock.work()
    clock.leave()

    assert path.stat().st_size == 8
