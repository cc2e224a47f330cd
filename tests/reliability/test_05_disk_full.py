"""Fault 5: the disk is full. Asked: no torn state, no crash from logging, reads go on, one alert, and the work goes on
by itself at most 60 s after there is room.

A store is filled by `PRAGMA max_page_count`, which needs no rights; logs, kept mails, the progress page, the epoch and
a whole home by a small file system of their own, where one may be mounted.
"""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from empla.engine import employee as employee_module
from empla.engine.employee import LONGEST_STORE_WAIT_S, SHORTEST_STORE_WAIT_S, STORE, EmployeeEngine
from empla.engine.sensing import LONGEST_UNKEPT_S
from empla.errors import EmplaError, NotKept
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do
from empla.store.opening import open_inbox, open_store
from empla.testing.employee import Employee, employee
from empla.workplace.blobs import FileBlobs
from runtime import logs
from runtime.progress import CYCLE, ProgressPage
from runtime.progress import read as read_page
from runtime.room import wants_room
from runtime.supervisor import lease
from tests.engine.conftest import Bench
from tests.reliability.two_hosts import ground, until

WITHIN_S = 60.0


# the store ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Employee]:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        looked = yield Do(operation="test.look", arguments={"value": event.number})
        yield Believe(functor="looked", arguments=(looked, "x" * 3_000))

    with employee(tmp_path, library, Bench().operations()) as made:
        yield made


def room(ada: Employee, pages: int | None) -> None:
    """Let the store have so many pages; None: no more than it has."""
    with ada.store.reading():
        ((used,),) = ada.store._driver.execute("PRAGMA page_count")
        ada.store._driver.execute(f"PRAGMA max_page_count = {used if pages is None else pages}")


def test_a_full_store_loses_nothing_is_read_on_and_told_of_once(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        ada.tell("go", key=f"go{number}", number=number)

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(employee_module, "pause", at_once)

    async def play() -> None:
        engine = EmployeeEngine(ada.store, ada.place, replace(ada.mindset, sensors=()))
        room(ada, None)
        stopping = asyncio.Event()
        running = asyncio.create_task(engine.run(stopping))
        async with asyncio.timeout(30):
            while engine._troubles < 3:
                await asyncio.sleep(0.001)
                engine.wake()
            with closing(open_inbox(ada.where, ada.slug)) as reader:
                assert len(reader.find("percept", {"kind": "go"}, ("key",))) == 30, "reads go on"
            room(ada, 1 << 20)
            while len(ada.rows("belief", "seq", functor="looked")) < 30:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            while not ada.rows("percept", "key", kind="integration", state="handled"):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        stopping.set()
        await running

    with structlog.testing.capture_logs() as said:
        asyncio.run(play())
    assert [line["event"] for line in said if "the store can" in line["event"]] == [
        "the store cannot be written",
        "the store can be written again",
    ]
    (told,) = [b for b in ada.rows("belief", "body", functor="health", held=1) if STORE in b]
    assert "disk is full" in told
    assert ada.rows("percept", "key", state="quarantined") == []
    ((said_of_it,),) = [ada.store._driver.fetch("PRAGMA integrity_check", ())]
    assert tuple(said_of_it) == ("ok",)


def test_work_goes_on_by_itself_in_time() -> None:
    """However long it has lasted, the next try is not further away than this: first to think, then to look for mail."""
    assert max(LONGEST_STORE_WAIT_S, SHORTEST_STORE_WAIT_S + 1) < WITHIN_S
    assert LONGEST_UNKEPT_S < WITHIN_S


# a small file system ------------------------------------------------------------------------------------------------


class Disk:
    """A file system of its own, that can be filled."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def fill(self) -> None:
        """Leave no room, not for a byte."""
        with (self.at / "filling").open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def clear(self) -> None:
        (self.at / "filling").unlink()


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    at = tmp_path / "disk"
    at.mkdir()
    size = getattr(request, "param", "256k")
    words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(at)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield Disk(at)
    subprocess.run(["umount", "--lazy", str(at)], check=True)


def test_logging_on_a_full_disk_stops_nobody_and_leaves_whole_lines(disk: Disk) -> None:
    lines = logs.Lines(disk.at / "logs" / "a.jsonl", largest=40_000, kept=2)
    for number in range(200):
        lines.append(json.dumps({"n": number, "text": "x" * 100}))
    disk.fill()
    for number in range(200, 2_000):
        lines.append(json.dumps({"n": number, "text": "x" * 100}))
    disk.clear()
    lines.append(json.dumps({"n": "room again"}))
    lines.close()
    found = [json.loads(line) for file in disk.at.glob("logs/a.jsonl*") for line in file.read_text().splitlines()]
    assert {"n": "room again"} in found
    numbers = sorted(line["n"] for line in found if isinstance(line["n"], int))
    assert len(numbers) == len(set(numbers)) and numbers[0] == 0


def test_a_mail_that_cannot_be_kept_leaves_no_half_of_it_and_others_are_read(disk: Disk) -> None:
    blobs = FileBlobs(disk.at / "blobs")
    kept = blobs.keep(b"a mail")
    disk.fill()
    with pytest.raises(NotKept, match="cannot be kept"):
        blobs.keep(b"y" * 100_000)
    assert blobs.read(kept) == b"a mail"
    assert list(disk.at.rglob("blobs/*/.*")) == []
    disk.clear()
    assert blobs.read(blobs.keep(b"y" * 100_000)) == b"y" * 100_000


def test_a_progress_page_is_written_on_where_it_was_and_refused_where_there_is_no_room(disk: Disk) -> None:
    page = ProgressPage(disk.at / "progress", epoch=1)
    disk.fill()
    page.mark(CYCLE, cycle=7, percept="a mail")
    found = read_page(disk.at / "progress")
    assert found is not None and (found.cycle, found.percept) == (7, "a mail")
    with pytest.raises(OSError, match="space"):  # and not by the signal that ends a process
        ProgressPage(disk.at / "another", epoch=1)
    page.close()


def test_an_epoch_that_cannot_be_written_is_not_given_out(disk: Disk) -> None:
    path = disk.at / "ada" / lease.LOCK
    with lease.take(path) as held:
        assert held.raise_epoch() == 1
        disk.fill()
        with pytest.raises(OSError, match="space"):
            held.raise_epoch()
        assert lease.read_epoch(path) == 1
        disk.clear()
        assert held.raise_epoch() == 2


def refused(attempt: Callable[[], object]) -> Exception:
    with pytest.raises((EmplaError, OSError)) as caught:
        attempt()
    return caught.value


@pytest.mark.parametrize("disk", ["4m"], indirect=True)
def test_whatever_a_beginning_process_meets_on_a_full_disk_is_known_for_want_of_room(disk: Disk) -> None:
    """So it is no death of its own, and it is tried again until there is room."""
    (disk.at / "ada").mkdir()
    where = disk.at / "ada" / "mind.db"
    open_store(where, "ada").close()
    disk.fill()
    met = [
        refused(lambda: open_store(where, "ada")),
        refused(lambda: open_store(disk.at / "ada" / "another.db", "ada")),
        refused(lambda: ProgressPage(disk.at / "progress", epoch=1)),
        refused(lambda: FileBlobs(disk.at / "blobs").keep(b"y" * 10_000)),
    ]
    assert [error for error in met if not wants_room(error, disk.at)] == []
    assert not wants_room(KeyError("a bug"), disk.at), "that has another cause"
    disk.clear()
    where.write_bytes(b"no store")
    assert not wants_room(refused(lambda: open_store(where, "ada")), disk.at)


@pytest.mark.parametrize("disk", ["48m"], indirect=True)
def test_a_hired_assistant_lives_through_a_full_disk_and_answers_when_there_is_room(disk: Disk, tmp_path: Path) -> None:
    with ground(tmp_path, None, hosts=1, at=disk.at / "home") as company:
        host = company.hosts[0]
        host.up()
        until(lambda: host.clara()["state"] == "working", what="at work")
        pid = host.clara()["pid"]
        company.write("Before")
        until(lambda: company.answers("Before"), what="an answer")
        disk.fill()
        company.write("While it was full")
        assert host.data("history", "Clara"), "reads go on"
        assert host.run("status").returncode == 0
        disk.clear()
        until(lambda: company.answers("While it was full"), what="an answer")
        assert host.clara()["pid"] == pid, "its process has lived through it"
        assert company.answers("Before") == company.answers("While it was full") == 1
        for file in (host.root / "logs").glob("*.jsonl"):
            assert all(json.loads(line) for line in file.read_text().splitlines())
        mine = next(c for c in host.data("doctor")["checks"] if c["name"] == "mind of clara.diaz")
        assert mine["ok"]
