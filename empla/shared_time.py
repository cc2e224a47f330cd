"""Time that stands still until somebody moves it: the page that a home's processes share with a time server.

A simulation of a month must neither take a month nor outrun the processes in it. So their time is a number on a mapped
page, and each process says on the same page whether it *rests*: whether nothing is in hand, and until when nothing will
be. A time server (`runtime.timeserver`) moves time on when everybody rests (contract 12).

Layout, little-endian, every field eight bytes and aligned, so a store is never torn:

    0     the offset that `SystemClock` uses where no time server is (see `empla.clock`)
    8     the mark that says that this is such a page
    16    which of two instants counts: its lowest bit; a writer fills the other one, then counts on
    24    instant, monotonic nanoseconds since which it holds, and rate (thousandths of real time; 0: it stands still)
    48    the same again
    4096  a row for each process: changes, state, due, pid, start, and its name

Instants are microseconds since 1970. A row is kept after its process has died: whoever takes its place takes its row,
and until then it does not rest.
"""

import fcntl
import mmap
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

ROWS: Final = 1024
"""How many processes a page has room for."""

_MARK: Final = 0x656D706C61_01
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AT: Final = 4096
_ROW: Final = 128
_NAME: Final = 80
_SIZE: Final = _AT + ROWS * _ROW
_FREE, _WORKING, _RESTING = 0, 1, 2
_NEVER: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attending:
    """One process on the page. `changes` counts what it has said; `due` is None while nothing is due, ever."""

    name: str
    pid: int
    started: int
    changes: int
    rests: bool
    due: datetime | None


class SharedTime:
    """One mapping of the page. All methods may be called in any process of the home."""

    def __init__(self, path: Path, page: mmap.mmap) -> None:
        self._path = path
        self._words = memoryview(page).cast("Q")
        self._bytes = memoryview(page)

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """Map the page at `path`; None if there is none, or only an offset."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if os.fstat(fd).st_size < _SIZE:
                return None
            found = cls(path, mmap.mmap(fd, _SIZE))
        finally:
            os.close(fd)
        return found if found._words[1] == _MARK else None

    @classmethod
    def make(cls, path: Path, instant: datetime) -> Self:
        """Map the page at `path`, made if there is none: then it is `instant`, and time stands still.

        Call it before any other process of the home looks at the time.
        """
        found = cls.open(path)
        if found is not None:
            return found
        fresh = path.with_name(path.name + ".new")
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(fd, 0, _SIZE)  # a store to a hole on a full disk would kill the process
            made = cls(path, mmap.mmap(fd, _SIZE))
        finally:
            os.close(fd)
        made._words[1] = _MARK
        made._write(instant, 0.0)
        fresh.replace(path)
        return made

    def now(self) -> datetime:
        """Return what time it is."""
        while True:
            turn = self._words[2]
            at = 3 + 3 * (turn & 1)
            instant, since, rate = self._words[at], self._words[at + 1], self._words[at + 2]
            if self._words[2] == turn:
                passed = (time.monotonic_ns() - since) * rate // 1_000_000 if rate else 0
                return _EPOCH + timedelta(microseconds=instant + passed)

    @property
    def rate(self) -> float:
        """How many seconds pass in a real one; 0 while time stands still."""
        return self._words[5 + 3 * (self._words[2] & 1)] / 1000

    def set(self, instant: datetime, rate: float = 0.0) -> None:
        """Let it be `instant`, earlier or later than it was, and from there let time pass at `rate`.

        Whoever waits on the clock has to be woken besides.
        """
        fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            self._write(instant, rate)
        finally:
            os.close(fd)

    def _write(self, instant: datetime, rate: float) -> None:
        turn = self._words[2] + 1
        at = 3 + 3 * (turn & 1)
        self._words[at] = (instant - _EPOCH) // _MICROSECOND
        self._words[at + 1] = time.monotonic_ns()
        self._words[at + 2] = round(rate * 1000)
        self._words[2] = turn

    # who is there ---------------------------------------------------------------------------------------------

    def attend(self, name: str, pid: int, started: int) -> "Attendance":
        """Take the row of `name` for a process that began at `started` (clock ticks since boot); it works at first.

        ValueError if the page is full.
        """
        wanted = name.encode()[:_NAME]
        fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            row = self._find(wanted)
            words = self._words_of(row)
            words[1] = _WORKING
            words[2] = _NEVER
            words[3], words[4] = pid, started
            start = _AT + row * _ROW + _ROW - _NAME
            self._bytes[start : start + _NAME] = wanted.ljust(_NAME, b"\0")
            words[0] += 1
        finally:
            os.close(fd)
        return Attendance(words)

    def attending(self) -> list[Attending]:
        """Return every process that has taken a row and has not given it back, alive or not."""
        found = []
        for row in range(ROWS):
            words = self._words_of(row)
            if not words[0]:
                break
            changes, state, due, pid, started = words[:5]
            if state != _FREE:
                at = None if due == _NEVER else _EPOCH + timedelta(microseconds=due)
                name = self._name(row).decode(errors="replace")
                rests = state == _RESTING
                found.append(Attending(name=name, pid=pid, started=started, changes=changes, rests=rests, due=at))
        return found

    def anybody_works(self) -> bool:
        """Return whether some process says that it works: the cheap question, for who asks again and again."""
        for row in range(ROWS):
            at = (_AT + row * _ROW) // 8
            if self._words[at + 1] == _WORKING:
                return True
            if not self._words[at]:
                break
        return False

    def forget(self, name: str) -> None:
        """Give back the row of a process that is gone and gets no successor."""
        for row in range(ROWS):
            words = self._words_of(row)
            if not words[0]:
                return
            if self._name(row) == name.encode()[:_NAME]:
                Attendance(words).leave()

    def _find(self, name: bytes) -> int:
        free = None
        for row in range(ROWS):
            words = self._words_of(row)
            if words[0] and self._name(row) == name:
                return row
            if free is None and words[1] == _FREE:
                free = row
            if not words[0]:
                break
        if free is None:
            raise ValueError(f"no more than {ROWS} processes can share a clock")
        return free

    def _name(self, row: int) -> bytes:
        start = _AT + row * _ROW + _ROW - _NAME
        return bytes(self._bytes[start : start + _NAME]).rstrip(b"\0")

    def _words_of(self, row: int) -> memoryview:
        start = (_AT + row * _ROW) // 8
        return self._words[start : start + (_ROW - _NAME) // 8]


class Attendance:
    """What one process says of itself on the page."""

    def __init__(self, words: memoryview) -> None:
        self._words = words

    def rest(self, due: datetime | None) -> None:
        """Say that nothing is in hand until `due`; None: until something comes from outside."""
        self._words[2] = _NEVER if due is None else max(0, (due - _EPOCH) // _MICROSECOND)
        self._say(_RESTING)

    def work(self) -> None:
        """Say that something is in hand."""
        self._say(_WORKING)

    def leave(self) -> None:
        """Give the row back: the process ends in good order, and time does not wait for it."""
        self._say(_FREE)

    def _say(self, state: int) -> None:
        self._words[1] = state
        self._words[0] += 1
