"""The seat: what a process is given to be one employee, and how it is told to stop.

An employee's body is a function `run(seat)`, plain or a coroutine. Before it is called the process holds the lease
(an open lock, for life), maps its progress page, and listens:

    SIGTERM, or the lifeline's end   `stopping` is set: finish the cycle and return, within `GRACE_S`
    SIGUSR1                          the clock was moved: whoever waits on it looks again
    SIGUSR2                          write the stacks of all threads to standard error (sent before a kill for hanging)

The lifeline is a pipe whose other end only the supervisor holds, so its end is seen however the supervisor dies.
"""

import asyncio
import contextlib
import faulthandler
import functools
import inspect
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from empla.clock import Clock, pause
from empla.config import Home
from runtime.progress import ENDED, IDLE, Death, Progress, ProgressPage

GRACE_S: Final = 4.5
"""Seconds from being told to stop until the process ends by force; a supervisor's own death leaves five."""

BEAT_S: Final = 2.0
"""Seconds between two beats of an idle employee."""

OVERDUE: Final = 75
"""Exit code of a process that did not finish in time."""

SUCCEEDED: Final = 76
"""Exit code of a process that lost its lease: another host is the employee now."""

NO_ROOM: Final = 77
"""Exit code of a process that the disk had no room for."""

Body = Callable[["Seat"], Coroutine[Any, Any, None] | None]
"""What an employee's process runs."""


@dataclass(slots=True, kw_only=True)
class Seat:
    """One process's place as one employee.

    `epoch` goes with the lease and into the store. `last` is what the former process was doing when it ended: None if
    there was none; `death` is how it ended: None if nobody saw. `advances` is asked before each beat: a body whose own
    loop may stand still while the event loop lives says so by it, and then there is no beat. `lock` names the lock that
    the process holds for life, on this machine as it runs now; empty where nothing is known of it.
    """

    slug: str
    home: Home
    epoch: int
    lifeline_fd: int
    progress: ProgressPage
    clock: Clock
    last: Progress | None = None
    death: Death | None = None
    lock: str = ""
    advances: Callable[[], bool] = lambda: True
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _overdue: threading.Timer | None = None

    def ready(self) -> None:
        """Say that the employee works: connected to its workplace, its store open."""
        self.progress.mark(IDLE)

    def stop(self) -> None:
        """Begin to stop; harmless if it has begun. May be called from any thread."""
        if self._overdue is not None:
            return
        self._overdue = threading.Timer(GRACE_S, os._exit, (OVERDUE,))
        self._overdue.daemon = True
        self._overdue.start()
        if self._loop is None:
            self.stopping.set()
        else:
            self._loop.call_soon_threadsafe(self.stopping.set)

    @contextlib.asynccontextmanager
    async def attended(self) -> AsyncIterator[None]:
        """Hear signals and beat while inside. A coroutine body always is; a plain one wraps its own loop in this."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGUSR1, self.clock.wake)
        self._loop = loop
        beating = asyncio.create_task(self._beat(), name="beat")
        try:
            yield
        finally:
            beating.cancel()
            self._loop = None

    async def _beat(self) -> None:
        while True:
            if self.advances():
                self.progress.beat(self.clock.now())
            await pause(BEAT_S)


def occupy(seat: Seat, body: Body) -> None:
    """Run `body` in this process until it returns; whatever it raises comes through."""
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: seat.stop())
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: seat.clock.wake())
    hold_lifeline(seat.lifeline_fd, seat.stop)
    work = body(seat)
    if inspect.iscoroutine(work):
        asyncio.run(_attend(seat, work))
    seat.progress.mark(ENDED)


def hold_lifeline(fd: int, cut: Callable[[], None]) -> None:
    """Call `cut`, from a thread of its own, when the other end of the pipe `fd` is gone.

    A thread, not the event loop: it also notices while the loop is stuck in a long call.
    """
    threading.Thread(target=functools.partial(_await_end, fd, cut), name="lifeline", daemon=True).start()


def _await_end(fd: int, cut: Callable[[], None]) -> None:
    while os.read(fd, 1):
        continue
    cut()


async def _attend(seat: Seat, work: Coroutine[Any, Any, None]) -> None:
    async with seat.attended():
        await work
