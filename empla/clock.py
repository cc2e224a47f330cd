"""The one place that knows what time it is.

Every process takes the time from a `Clock`. `SystemClock` is the system's time plus an offset that all processes of one
home share through a small mapped file, so a demonstration can play on any Monday and a test can let a week pass. A
process that waits on the clock is woken when the offset is moved: whoever moves it calls `SystemClock.move` and then
lets every process call `wake` (the supervisor does this with SIGUSR1).

In a simulation time stands still instead until a time server moves it (`empla.shared_time`, contract 12). For that a
process that `attends` says when it rests and when it works; anywhere else these words cost nothing and do nothing.

Leases, watchdogs, time-outs and back-off use `monotonic`, which nobody can move.
"""

import asyncio
import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from empla.shared_time import Attendance, SharedTime

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

    def rest(self, until: datetime | None) -> None:
        """Say that nothing is in hand before `until` (None: before something comes from outside)."""
        ...

    def work(self) -> None:
        """Say that something is in hand; to be said before the world can see what began it."""
        ...


class SystemClock:
    """System time plus the offset kept in `path` (no file: no offset), or what a time server says there."""

    def __init__(self, path: Path | None = None) -> None:
        self._page: mmap.mmap | None = None
        self._shared: SharedTime | None = None
        self._attendance: Attendance | None = None
        self._rests = False
        self._until: datetime | None = None
        self._sleepers: dict[asyncio.Event, datetime] = {}
        if path is not None and path.exists():
            self._shared = SharedTime.open(path)
            with path.open("r+b") as file:
                self._page = mmap.mmap(file.fileno(), _OFFSET.size)

    @staticmethod
    def move(path: Path, offset_s: float) -> None:
        """Set the offset kept in `path` to `offset_s` seconds; create the file if there is none."""
        if (shared := SharedTime.open(path)) is not None:
            shared.set(datetime.now(UTC) + timedelta(seconds=offset_s), shared.rate)  # noqa: TID251
            return
        mode = "r+b" if path.exists() else "w+b"
        with path.open(mode) as file:
            file.write(_OFFSET.pack(offset_s))

    @staticmethod
    def set_to(path: Path, instant: datetime) -> None:
        """Set the offset kept in `path` so that it is `instant` now."""
        if (shared := SharedTime.open(path)) is not None:
            shared.set(instant, shared.rate)
            return
        SystemClock.move(path, (instant - datetime.now(UTC)).total_seconds())  # noqa: TID251

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        if self._shared is not None:
            return self._shared.now()
        offset = _OFFSET.unpack_from(self._page)[0] if self._page is not None else 0.0
        return datetime.now(UTC) + timedelta(seconds=offset)  # noqa: TID251

    def monotonic(self) -> float:
        """Return seconds on a clock that only ever goes forward and that nobody can move."""
        return time.monotonic()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once `now() >= instant`, also when time is moved while waiting."""
        moved = asyncio.Event()
        self._sleepers[moved] = instant
        try:
            while (left := (instant - self.now()).total_seconds()) > 0:
                moved.clear()
                self._say()
                try:
                    async with asyncio.timeout(min(self._real(left), LONGEST_WAIT)):
                        await moved.wait()
                except TimeoutError:
                    continue
        finally:
            del self._sleepers[moved]
            self._say()

    def _real(self, seconds: float) -> float:
        """Return how many real seconds it is until so many have passed."""
        if self._shared is None:
            return seconds
        return seconds / rate if (rate := self._shared.rate) else LONGEST_WAIT

    def wake(self) -> None:
        """Make every waiter look at the time again; call it in the event loop's thread."""
        for moved in self._sleepers:
            moved.set()

    def attend(self, name: str, pid: int, started: int) -> None:
        """Have a time server, if the home has one, wait for this process, that began at `started` (clock ticks)."""
        if self._shared is not None:
            self._attendance = self._shared.attend(name, pid, started)

    def leave(self) -> None:
        """Have a time server wait no more: the process ends in good order."""
        if self._attendance is not None:
            self._attendance.leave()

    def rest(self, until: datetime | None) -> None:
        """Say that nothing is in hand before `until` (None: before something comes from outside)."""
        self._rests, self._until = True, until
        self._say()

    def work(self) -> None:
        """Say that something is in hand; to be said before the world can see what began it."""
        self._rests = False
        if self._attendance is not None:
            self._attendance.work()

    def _say(self) -> None:
        """Tell the time server until when nothing happens here: what is due first, here or for whoever sleeps."""
        if self._attendance is not None and self._rests:
            dues = [*self._sleepers.values(), *((self._until,) if self._until is not None else ())]
            self._attendance.rest(min(dues, default=None))


async def pause(seconds: float) -> None:
    """Wait `seconds` of real time: for back-off and transports, never for work that is due at an hour."""
    await asyncio.sleep(seconds)  # noqa: TID251
