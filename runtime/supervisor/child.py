"""One process of ours, held by its pidfd, so that no signal ever reaches a stranger with its number."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from empla.clock import pause
from empla.errors import TimedOut
from runtime.seat import NO_ROOM

_TOLD_S: Final = 1.0  # how long the zygote's word on how a child ended may come after the death itself
_KILLED_S: Final = 10.0
_STACKS_S: Final = 5.0  # on a machine that has no time for it; else milliseconds
_LOOK_S: Final = 0.02
_SAYING: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]] = WeakKeyDictionary()
"""Held by whoever has one write where it hangs: written at once, the lines of several would be mixed."""
_OURS: Final = {
    "OPENBLAS_NUM_THREADS": "1",  # what forks must have no threads
    # The C library's allocator keeps a heap for each thread, and takes ever larger blocks from the heap once one was
    # freed; a process that reads mails for months then holds megabytes that nobody uses. So: one heap, and large
    # blocks and what is free at its end go back to the system. Other C libraries do not look at these.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(128 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024),
}
"""What is set in the environment of every program that is started."""


class Child:
    """A process that we started. Made in a running event loop.

    `ours` says that this process is its parent and reaps it; otherwise the zygote does, and tells (`told`).
    """

    def __init__(self, name: str, pid: int, pidfd: int, *, ours: bool) -> None:
        self.name = name
        self.pid = pid
        self._pidfd = pidfd
        self._ours = ours
        self._loop = asyncio.get_running_loop()
        self._dead: asyncio.Future[int | None] = self._loop.create_future()
        self._loop.add_reader(pidfd, self._died)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return not self._dead.done()

    async def ended(self) -> int | None:
        """Wait for its end. Return its exit code, minus the signal that killed it, or None if nobody can tell."""
        return await asyncio.shield(self._dead)

    def told(self, status: int) -> None:
        """Take the zygote's word on how it ended."""
        self._settle(status)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; harmless if it has ended."""
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    async def end(self, grace_s: float) -> int | None:
        """Ask it to stop, and kill it if it has not after `grace_s` seconds. Return as `ended` does."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                return await self.ended()
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int | None:
        """End it by force. TimedOut if even that does not help (it hangs in the kernel)."""
        self.signal(signal.SIGKILL)
        try:
            async with asyncio.timeout(_KILLED_S):
                return await self.ended()
        except TimeoutError as error:
            raise TimedOut(
                f"{self.name} (process {self.pid}) does not die", next_step="look for a disk or a mount that hangs"
            ) from error

    async def end_hanging(self) -> int | None:
        """End it by force; before that its stacks go to standard error, so that somebody can see where it hung."""
        async with _SAYING.setdefault(self._loop, asyncio.Lock()):
            self.signal(signal.SIGUSR2)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STACKS_S):
                    while self.alive and _is_at(self.pid, signal.SIGUSR2):
                        await pause(_LOOK_S)
        return await self.kill()

    def _died(self) -> None:
        self._loop.remove_reader(self._pidfd)
        status = _reap(self._pidfd)
        # Who is not ours may have become so: as a container's first process we are left the children of a dead zygote.
        if self._ours or status is not None:
            self._settle(status)
        else:
            self._loop.call_later(_TOLD_S, self._settle, None)

    def _settle(self, status: int | None) -> None:
        if self._dead.done():
            return
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        self._dead.set_result(status)


def _is_at(pid: int, number: signal.Signals) -> bool:
    """Return whether a process has yet to take a signal, or is handling it: then the thread that does has it blocked.

    One that is stopped never will (proc_pid_status(5), sigaction(2)).
    """
    bit = 1 << (number - 1)
    try:
        threads = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/status")]
    except OSError:
        return True  # a thread ended meanwhile
    for text in threads:
        said = dict(line.split(":", 1) for line in text.splitlines())
        if said["State"].strip()[0] in "TZ":
            return False
        if bit & (int(said["ShdPnd"], 16) | int(said["SigPnd"], 16) | int(said["SigBlk"], 16)):
            return True
    return False


def _reap(pidfd: int) -> int | None:
    """Return how a process ended, None if it is nobody that we may ask for."""
    try:
        result = os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
    except ChildProcessError:
        return None
    if result is None:
        return None
    return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status


def spawn(name: str, command: Sequence[str], *fds: int, without: Sequence[str] = ()) -> Child:
    """Start a program that gets the descriptors `fds` under the same numbers, and the environment but for `without`.

    It has a session of its own, so that Ctrl-C reaches the supervisor only, which then stops everything in order.
    """
    environment = {name: value for name, value in os.environ.items() if name not in without} | _OURS
    process = subprocess.Popen(  # noqa: S603
        command, pass_fds=fds, stdin=subprocess.DEVNULL, start_new_session=True, env=environment
    )
    process.returncode = 0  # its end is seen through the pidfd; the standard library must not wait for it too
    return Child(name, process.pid, os.pidfd_open(process.pid), ours=True)


def describe(status: int | None) -> str:
    """Say in words how a process ended."""
    if status is None:
        return "ended, nobody saw how"
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    if status == NO_ROOM:
        return "found no room on the disk"
    return "ended by itself" if status == 0 else f"failed with exit code {status}"


def killed_by_hand(status: int | None, memory_kills: int) -> bool:
    """Return whether a process that we did not kill was killed with SIGKILL, and not by the kernel for want of memory.

    `memory_kills` is what `out_of_memory_kills` said when the process started. No fault of its own can be the cause, so
    waiting before it starts again would mend nothing.
    """
    return status == -signal.SIGKILL and out_of_memory_kills() == memory_kills


def out_of_memory_kills() -> int:
    """Return how many processes the kernel has killed for want of memory since boot; 0 if it does not say."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
