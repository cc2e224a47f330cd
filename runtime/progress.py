"""The progress page: what an employee's process is doing, kept where a crash cannot take it.

Each employee maps one page (contract 10). Writing it is a store to memory: no system call and no commit. The kernel
keeps the page when the process is killed with SIGKILL, so it is both the heartbeat that the supervisor watches and the
evidence of what the process was doing when it died.

Layout, little-endian: eight bytes of beat (monotonic nanoseconds), eight of the time of that beat on the employee's
clock (milliseconds since 1970) and eight with the number of the intention whose body runs (0: none), each one aligned
store, so never torn; then two slots.
A mark is written to the older slot with the next sequence number and a checksum; a reader takes the newest slot whose
checksum holds, so a process that dies in the middle of a mark leaves the mark before it readable.
"""

import mmap
import os
import struct
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_SIZE: Final = 4096
_SLOTS: Final = (64, 2048)
_HEAD: Final = struct.Struct("<IQQQHHH")  # checksum, sequence, epoch, cycle, and the lengths of the three texts
_LONGEST: Final = {"phase": 32, "percept": 800, "intention": 800}

STARTING: Final = "starting"
"""Phase of a process that has not yet connected to its workplace."""
WAITING: Final = "waiting"
"""Phase of a process whose employee is at work on another host, which stands in `percept`."""
IDLE: Final = "idle"
"""Phase of a process that waits for something to happen."""
CYCLE: Final = "cycle"
"""Phase of a process in the middle of a cycle."""
BODY: Final = "body"
"""Phase of a process in the middle of a cycle that runs the body of an intention."""
ENDED: Final = "ended"
"""Phase of a process that ended in good order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How a process ended, as its supervisor saw it; `counts` says whether what it had in hand may be the cause."""

    how: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One reading of a page. `beat_ns` is on the machine's monotonic clock; `percept` and `intention` may be empty.

    `alive_at` is when the process was last seen alive, on the employee's clock; None if no beat said so.
    """

    beat_ns: int
    alive_at: datetime | None
    epoch: int
    cycle: int
    phase: str
    percept: str
    intention: str

    @property
    def busy(self) -> bool:
        """Whether the process was in the middle of something (evidence, if it died there)."""
        return self.phase not in (STARTING, WAITING, IDLE, ENDED)


class ProgressPage:
    """The writer's side: one process, one page, held for life."""

    def __init__(self, path: Path, *, epoch: int) -> None:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Reserve the block: a store to a hole on a full disk would kill the process with SIGBUS.
            os.posix_fallocate(file, 0, _SIZE)
            self._page = mmap.mmap(file, _SIZE)
        finally:
            os.close(file)
        self._beat = memoryview(self._page)[:24].cast("Q")
        self._beat[2] = 0
        newest = _newest(self._page[:])
        self._sequence = newest[0] if newest else 0
        self._epoch = epoch
        self._cycle = 0
        self.mark(STARTING)

    def beat(self, at: datetime | None = None) -> None:
        """Say that the process advances; with `at`, also what time it is for the employee."""
        self._beat[0] = time.monotonic_ns()
        if at is not None:
            self._beat[1] = int(at.timestamp() * 1000)

    def enter(self, intention: str) -> None:
        """Say whose body runs from now on: an intention's ("i17"), or nobody's. It is said twice for every step."""
        self._beat[2] = int(intention[1:]) if intention else 0

    def mark(self, phase: str, *, cycle: int | None = None, percept: str = "", intention: str = "") -> None:
        """Say what the process does from now on, and beat. `cycle` stays what it was if it is not given."""
        if cycle is not None:
            self._cycle = cycle
        self._sequence += 1
        texts = (_cut("phase", phase), _cut("percept", percept), _cut("intention", intention))
        lengths = [len(text) for text in texts]
        slot = _HEAD.pack(0, self._sequence, self._epoch, self._cycle, *lengths) + b"".join(texts)
        slot = zlib.crc32(slot[4:]).to_bytes(4, "little") + slot[4:]
        start = _SLOTS[self._sequence % 2]
        self._page[start : start + len(slot)] = slot
        self.beat()

    def close(self) -> None:
        """Let go of the page; what stands on it stays in the file."""
        self._beat.release()
        self._page.close()


class ProgressView:
    """The reader's side: a page that another process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._page: mmap.mmap | None = None

    def read(self) -> Progress | None:
        """Return what stands on the page, None if nobody has written one yet."""
        if self._page is None:
            self._page = _map(self._path)
        return None if self._page is None else _parse(self._page[:])

    def beat_ns(self) -> int:
        """Return the beat alone, 0 if nobody has written a page yet: a load from memory, for who looks often."""
        if self._page is None:
            self._page = _map(self._path)
        return 0 if self._page is None else int.from_bytes(self._page[:8], "little")

    def marks(self) -> int:
        """Return how often a mark was written to this page, by any process."""
        newest = _newest(self._page[:]) if self._page is not None else None
        return newest[0] if newest is not None else 0

    def close(self) -> None:
        """Let go of the page."""
        if self._page is not None:
            self._page.close()
            self._page = None


def read(path: Path) -> Progress | None:
    """Return what stands on the page at `path`, None if there is none."""
    view = ProgressView(path)
    try:
        return view.read()
    finally:
        view.close()


def _map(path: Path) -> mmap.mmap | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if os.fstat(file).st_size < _SIZE:
            return None
        return mmap.mmap(file, _SIZE, access=mmap.ACCESS_READ)
    finally:
        os.close(file)


def _cut(field: str, text: str) -> bytes:
    return text.encode()[: _LONGEST[field]]


def _parse(raw: bytes) -> Progress | None:
    newest = _newest(raw)
    if newest is None:
        return None
    _, progress = newest
    return progress


def _newest(raw: bytes) -> tuple[int, Progress] | None:
    whole = [slot for start in _SLOTS if (slot := _slot(raw, start)) is not None]
    return max(whole, key=lambda slot: slot[0], default=None)


def _slot(raw: bytes, start: int) -> tuple[int, Progress] | None:
    checksum, sequence, epoch, cycle, *lengths = _HEAD.unpack_from(raw, start)
    end = start + _HEAD.size + sum(lengths)
    if sequence == 0 or end > _SIZE or zlib.crc32(raw[start + 4 : end]) != checksum:
        return None
    texts = []
    at = start + _HEAD.size
    for length in lengths:
        texts.append(raw[at : at + length].decode(errors="ignore"))
        at += length
    phase, percept, intention = texts
    alive_ms, body = (int.from_bytes(raw[at : at + 8], "little") for at in (8, 16))
    return sequence, Progress(
        beat_ns=int.from_bytes(raw[:8], "little"),
        alive_at=datetime.fromtimestamp(alive_ms / 1000, UTC) if alive_ms else None,
        epoch=epoch,
        cycle=cycle,
        phase=BODY if body and phase == CYCLE else phase,
        percept=percept,
        intention=f"i{body}" if body else intention,
    )
