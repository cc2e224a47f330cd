"""Fault 4: the power is cut. Asked: the store opens, every acknowledged record is present; nothing lost or doubled.

A real day is worked (a mail comes, is read, a meeting is booked, its answer and invitation are sent) and the size of
the write-ahead log is noted at each commit, which is when SQLite has synced it (synchronous=FULL). Then the log is cut
at every frame, and inside frames, as a disk leaves it that took less, or whose last sectors are empty: the store must
open as it was at the last commit that the disk had. From every such commit the assistant goes on in a world that has
moved on meanwhile, and must come to the same end.

A file system may also forget names and bytes that nobody synced, so the order of writing, syncing and renaming is held
for blobs, which an inbox row names, and for the epoch of the lease, which must never be given out twice.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.engine import inbox
from empla.mind.percepts import Percept
from empla.mind.values import OUTSIDE
from empla.store import store as store_module
from empla.store.tables import EMPLOYEE
from empla.testing.clock import VirtualClock
from empla.testing.employee import ADA, MARIA, Employee
from empla.testing.mailbox import letter
from empla.workplace.blobs import FileBlobs
from runtime.supervisor import lease
from tests.employees.executive_assistant.conftest import Desk

HEADER, FRAME_HEADER = 32, 24
"""Bytes before the first frame of a write-ahead log, and before the page in each (https://sqlite.org/fileformat.html)."""

ASKED = "Please book half an hour with Ben on Wednesday at 10:00, about the budget."
Standing = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class World:
    """What the servers hold."""

    taken: tuple[EmailMessage, ...]
    calendars: dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: how long the log was, what stood in the store, and the world then, and right before the next one."""

    log: int
    stood: Standing
    then: World
    later: World


@dataclass
class Day:
    """A day's work on disk: the store's file as it was before, its log at the end, and every commit."""

    folder: Path
    log: bytes
    page: int
    commits: list[Commit]
    desk: Desk
    key: str
    fields: dict[str, Any]
    end: World

    def cut(self, length: int, *, empty: int = 0) -> Path:
        """Return the store as the disk has it that took so many bytes of the log, and then empty ones."""
        folder = self.folder / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copyfile(self.folder / "before.db", folder / "mind.db")
        (folder / "mind.db-wal").write_bytes(self.log[:length] + bytes(empty))
        return folder / "mind.db"


def standing(execute: Callable[[str], Any]) -> Standing:
    """Return of every table how many rows it has, and a sum of all their bytes."""
    found = []
    for name, table in sorted(EMPLOYEE.tables.items()):
        if name != "lease":
            row = " || '|' || ".join(f"quote({column.name})" for column in table.columns)
            rows = execute(f"SELECT {row} FROM {name} ORDER BY seq").fetchall()
            found.append((name, len(rows), str(hash(tuple(rows)))))
    return tuple(found)


def world(desk: Desk) -> World:
    return World(tuple(desk.ada.mailbox.taken), dict(desk.calendars.objects))


@pytest.fixture
def day(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """Work a day, and note what was on disk at each commit."""
    desk.goes_on()
    connection = desk.ada.store._driver._living()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    shutil.copyfile(desk.ada.where, tmp_path / "before.db")
    log, worlds = Path(f"{desk.ada.where}-wal"), []
    noted: list[tuple[int, Standing, World]] = [(0, standing(connection.execute), world(desk))]
    point = store_module.point

    def note(name: str) -> None:
        point(name)
        if name.startswith("commit:"):
            worlds.append(world(desk))
            if name.endswith(":after"):
                noted.append((log.stat().st_size, standing(connection.execute), world(desk)))

    monkeypatch.setattr(store_module, "point", note)
    raw = letter(f"Maria Mitchell <{MARIA}>", ASKED, subject="A request", vouched=MARIA, date=desk.ada.clock.now())
    desk.arrives(raw)
    monkeypatch.setattr(store_module, "point", point)
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    later = [*worlds[::2], world(desk)]  # right before each commit, and at the end
    commits = [Commit(size, stood, then, later[n]) for n, (size, stood, then) in enumerate(noted)]
    key = percept_key(raw)
    fields = {"blob": desk.ada.place.blobs.keep(raw), "received": desk.ada.clock.now(), "key": key}
    return Day(
        tmp_path,
        log.read_bytes(),
        int(page),
        commits,
        desk,
        key,
        {**fields, "account": ADA, "size": len(raw)},
        world(desk),
    )


def test_a_log_cut_anywhere_opens_as_of_the_last_commit_that_the_disk_had(day: Day) -> None:
    size = FRAME_HEADER + day.page
    frames = range(HEADER, len(day.log) + 1, size)
    assert (len(day.log) - HEADER) % size == 0 and len(frames) > 50 and len(day.commits) > 10
    trials = 0
    for number, end in enumerate(frames):
        inside = ((end - size // 2, 0), (end - 1, 0), (end - size + 8, 0), (end, 512))
        for length, empty in ((end, 0), inside[number % len(inside)]):
            if length >= 0:
                last = max((c for c in day.commits if c.log <= length), key=lambda c: c.log)
                with closing(sqlite3.connect(day.cut(length, empty=empty), isolation_level=None)) as store:
                    store.execute("PRAGMA synchronous = OFF")  # what is looked at here is thrown away
                    assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                    assert standing(store.execute) == last.stood, f"cut at {length}"
                trials += 1
    print(f"\n{trials} cuts of {len(frames)} frames, {len(day.commits)} commits")


@pytest.fixture(params=["nothing moved", "all until the next commit has happened"])
def moved_on(request: pytest.FixtureRequest) -> Iterator[Callable[[Commit], World]]:
    yield (lambda commit: commit.then) if request.param == "nothing moved" else (lambda commit: commit.later)


def test_from_every_commit_it_goes_on_to_the_same_end(day: Day, moved_on: Callable[[Commit], World]) -> None:
    expected = sorted((str(m["To"]), str(m["Subject"])) for m in day.end.taken)
    assert len(expected) == len(day.end.calendars) == 2, "an answer and an invitation; an entry in two calendars"
    for commit in day.commits:
        found = resumed(day, day.cut(commit.log), moved_on(commit))
        assert sorted((str(m["To"]), str(m["Subject"])) for m in found.taken) == expected, commit.stood
        assert found.calendars.keys() == day.end.calendars.keys()


def resumed(day: Day, where: Path, was: World) -> World:
    """Begin anew on a store, in a world as it was, and return what it has come to an hour later."""
    mailbox = replace(day.desk.ada.mailbox, taken=list(was.taken))
    calendars = copy(day.desk.calendars)
    calendars.objects = dict(was.calendars)
    clock = VirtualClock(day.desk.ada.clock.now())
    place = replace(day.desk.ada.place, mailbox=mailbox, calendars=calendars, clock=clock)
    mailbox.clock = clock
    ada = Employee(where, day.desk.ada.mindset, clock, mailbox, place, epoch=100)
    try:
        with ada.store.transaction("sense"):  # the mail lies in the INBOX: where its percept was lost, it is seen again
            again = Percept(key=day.key, kind=MAIL_ARRIVED, fields=day.fields, origin=OUTSIDE)
            inbox.insert(ada.store, again, clock.now())
        ada.let_pass(timedelta(hours=1))
        assert ada.rows("action", "id", state="unknown") == []
        return World(tuple(mailbox.taken), dict(calendars.objects))
    finally:
        ada.store.close()


# names and bytes that nobody synced ---------------------------------------------------------------------------------


@dataclass
class Disk:
    """Notes what is synced and renamed, in order, by path."""

    done: list[tuple[str, str]]

    def before(self, first: tuple[str, str], then: tuple[str, str]) -> bool:
        """Return whether something happened before something else."""
        return self.done.index(first) < self.done.index(then)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    noted = Disk([])
    fsync, rename, replaced = os.fsync, os.rename, os.replace

    def synced(fd: int) -> None:
        noted.done.append(("sync", str(Path(f"/proc/self/fd/{fd}").readlink())))
        fsync(fd)

    def renamed(old: Any, new: Any, **more: Any) -> None:
        noted.done.append(("name", str(new)))
        rename(old, new, **more)

    def put_in_place(old: Any, new: Any, **more: Any) -> None:
        noted.done.append(("name", str(new)))
        replaced(old, new, **more)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "replace", put_in_place)
    return noted


def test_a_kept_mail_is_on_disk_with_its_name_before_anything_can_speak_of_it(tmp_path: Path, disk: Disk) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    sha = blobs.keep(b"From: a colleague")
    folder = tmp_path / "blobs" / sha[:2]
    kinds = [kind for kind, path in disk.done if str(folder) in path or path == str(tmp_path / "blobs")]
    written = next(path for kind, path in disk.done if kind == "sync" and path.startswith(f"{folder}/."))
    assert disk.before(("sync", written), ("name", str(folder / sha[2:]))), "bytes, then the name"
    assert disk.done[-1] == ("sync", str(folder)), "the name is synced before `keep` returns"
    assert ("sync", str(tmp_path / "blobs")) in disk.done and ("sync", str(tmp_path)) in disk.done, "so are its folders"
    assert kinds


def test_a_mail_that_was_kept_by_one_who_died_is_synced_by_the_next(tmp_path: Path, disk: Disk) -> None:
    sha = FileBlobs(tmp_path / "blobs").keep(b"the same")
    disk.done.clear()
    FileBlobs(tmp_path / "blobs").keep(b"the same")
    assert disk.done == [("sync", str(tmp_path / "blobs" / sha[:2]))]


def test_an_epoch_is_on_disk_with_its_name_before_it_is_given_out(tmp_path: Path, disk: Disk) -> None:
    with lease.take(tmp_path / lease.LOCK) as held:
        held.raise_epoch()
    fresh, epoch = str(tmp_path / f"{lease.EPOCH}.new"), str(tmp_path / lease.EPOCH)
    assert disk.done == [("sync", fresh), ("name", epoch), ("sync", str(tmp_path))]
