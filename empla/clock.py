"""The one place that knows what time it is.

Every process takes the time from a `Clock`. `SystemClock` is the system's time plus an offset that all processes of one
home share through a small mapped file, so a demonstration can play on any Monday and a test can let a week pass. A
process that waits on the clock is woken when the offset is moved: whoever moves it calls `SystemClock.move` and then
lets every process call `wake` (the supervisor does this with SIGUSR1).

Leases, watchdogs, time-outs and back-off use `monotonic`, which nobody can move.
"""

import asyncio
import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

LONGEST_WAIT = 30.0
"""Seconds after which a waiter looks again although nobody woke it: a suspended machine moves time without a signal."""

_OFFSET = struct.Struct("<d")


class Clock(Protocol):
    """What time it is, and waiting for a time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that only ever goes forward and that nobody can move."""
        ...

    async def sleep_until(self, instant: datetime) -> None:
        """Return once `now() >= instant`, also when time is moved while waiting."""
        ...

    def wake(self) -> None:
        """Make every waiter look at the time again."""
        ...


class SystemClock:
    """System time plus the offset kept in `path` (no file: no offset)."""

    def __init__(self, path: Path | None = None) -> None:
        self._page: mmap.mmap | None = None
        self._moved: set[asyncio.Event] = set()
        if path is not None and path.exists():
            with path.open("r+b") as file:
                self._page = mmap.mmap(file.fileno(), _OFFSET.size)

    @staticmethod
    def move(path: Path, offset_s: float) -> None:
        """Set the offset kept in `path` to `offset_s` seconds; create the file if there is none."""
        mode = "r+b" if path.exists() else "w+b"
        with path.open(mode) as file:
            file.write(_OFFSET.pack(offset_s))

    @staticmethod
    def set_to(path: Path, instant: datetime) -> None:
        """Set the offset kept in `path` so that it is `instant` now."""
        SystemClock.move(path, (instant - datetime.now(UTC)).total_seconds())  # noqa: TID251

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        offset = _OFFSET.unpack_from(self._page)[0] if self._page is not None else 0.0
        return datetime.now(UTC) + timedelta(seconds=offset)  # noqa: TID251

    def monotonic(self) -> float:
        """Return seconds on a clock that only ever goes forward and that nobody can move."""
        return time.monotonic()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once `now() >= instant`, also when time is moved while waiting."""
        moved = asyncio.Event()
        self._moved.add(moved)
        try:
            while (left := (instant - self.now()).total_seconds()) > 0:
                moved.clear()
                try:
                    async with asyncio.timeout(min(left, LONGEST_WAIT)):
                        await moved.wait()
                except TimeoutError:
                    continue
        finally:
            self._moved.discard(moved)

    def wake(self) -> None:
        """Make every waiter look at the time again; call it in the event loop's thread."""
        for moved in self._moved:
            moved.set()


async def pause(seconds: float) -> None:
    """Wait `seconds` of real time: for back-off and transports, never for work that is due at an hour."""
    await asyncio.sleep(seconds)  # noqa: TID251
