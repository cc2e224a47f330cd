"""The supervisor's side of the zygote: starts it, asks it for employees, and hears how they ended."""

import asyncio
import contextlib
import dataclasses
import json
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from empla.clock import pause
from empla.config import Home
from empla.errors import InternalError, ResourceError, TimedOut
from runtime import logs
from runtime.progress import Death
from runtime.supervisor.child import Child, spawn
from runtime.supervisor.lease import Lease

_READY_S: Final = 60.0
_FORK_S: Final = 30.0
PING_S: Final = 10.0
"""Seconds between two questions whether the zygote still answers."""
_FORKS_AT_ONCE: Final = 8
"""Requests that wait for an answer: hundreds at once would fill the socket."""
_PACKET: Final = 1 << 16
_HEAR_S: Final = 0.05
"""Before whoever could not ask asks again: in between this loop hears that a zygote has died."""

_NO_PROCESS: Final = "see how many processes this user, or its service, may have"

_OTHERS: Final = ("EMPLA_RELAY_PASSWORD", "EMPLA_EMBEDDINGS_KEY")
"""What the environment may hold that is no employee's business."""


class ZygoteGone(InternalError):
    """The zygote ended before it answered."""

    code = "zygote_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the zygote needs to fork one employee."""

    slug: str
    epoch: int
    home: Home
    memory_mib: int = 0
    """What it may map beyond what it is born with; 0: as much as there is."""
    before: Death | None = None
    """How the process before it ended; None if nobody saw."""


class Nursery:
    """The zygote and the employees it forked. `body` names what they run, `module:function`, `also` modules they need.

    `start` may be called again when the zygote has ended; employees outlive it.
    """

    def __init__(self, body: str, *, lifeline_fd: int, ping_s: float = PING_S, also: Sequence[str] = ()) -> None:
        self._body = body
        self._also = also
        self._lifeline_fd = lifeline_fd
        self._ping_s = ping_s
        self._control: socket.socket | None = None
        self._forks: dict[str, asyncio.Future[Child]] = {}
        self._children: dict[int, Child] = {}
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.name = "zygote"
        self.child: Child | None = None
        self._log = logs.get(__name__)
        self.available = asyncio.Event()
        self._turns = asyncio.Semaphore(_FORKS_AT_ONCE)
        self._pinged = 0
        self._ponged = 0
        self._ping_at = float("-inf")

    async def start(self) -> None:
        """Start the zygote and wait until it has imported what employees need."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            command = [sys.executable, "-P", "-m", "runtime.supervisor.zygote", str(theirs.fileno()), self._body]
            command += self._also
            self.child = spawn(self.name, command, theirs.fileno(), without=_OTHERS)
        loop = asyncio.get_running_loop()
        self._control = ours
        self._ready = loop.create_future()
        loop.add_reader(ours, self._hear)
        try:
            async with asyncio.timeout(_READY_S):
                await asyncio.shield(self._ready)
        except TimeoutError as error:
            await self.child.kill()
            raise TimedOut(f"the zygote was not ready within {_READY_S:.0f} s") from error

    async def fork(self, order: Order, lease: Lease) -> Child:
        """Fork one employee; it holds `lease` from its first instant.

        Waits for a zygote if there is none. ZygoteGone if it ends before it answers, ResourceError if the system has no
        process for it.
        """
        async with self._turns:
            await self.available.wait()
            return await self._fork(order, lease)

    async def _fork(self, order: Order, lease: Lease) -> Child:
        if self._control is None:
            raise ZygoteGone
        answer: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._forks[order.slug] = answer
        request = {
            "fork": order.slug,
            "epoch": order.epoch,
            "home": str(order.home.root),
            "memory_mib": order.memory_mib,
            "before": dataclasses.asdict(order.before) if order.before is not None else None,
        }
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], [self._lifeline_fd, lease.fd])
            async with asyncio.timeout(_FORK_S):
                return await answer
        except (OSError, TimeoutError) as error:
            answer.cancel()
            await pause(_HEAR_S)
            raise ZygoteGone(f"no employee could be started: {error or 'no answer'}") from error
        finally:
            self._forks.pop(order.slug, None)

    def beat(self, at: float) -> int:
        """Return a number that stands still while the zygote does not answer, at the monotonic instant `at`.

        Asks it again now and then. One that is not ready yet has its own time limit.
        """
        if self._control is not None and self.available.is_set() and self._pinged == self._ponged:
            if at - self._ping_at < self._ping_s:
                return int(at * 1e9)
            self._ping_at = at
            self._pinged += 1
            with contextlib.suppress(OSError):  # a full socket is no answer either
                self._control.send(json.dumps({"ping": self._pinged}).encode())
        return int((self._ping_at if self._pinged != self._ponged else at) * 1e9)

    async def stop(self, grace_s: float) -> None:
        """End the zygote: its socket is its lifeline. Employees that it still has get the time they need."""
        self._close()
        if self.child is None:
            return
        try:
            async with asyncio.timeout(grace_s):
                await self.child.ended()
        except TimeoutError:
            await self.child.kill()

    def lost(self) -> None:
        """Note that the zygote has ended."""
        self._close()

    def _hear(self) -> None:
        assert self._control is not None
        try:
            packet, fds, _, _ = socket.recv_fds(self._control, _PACKET, 1, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except ConnectionResetError:
            packet, fds = b"", []
        if not packet:
            self._close()
            return
        self._handle(json.loads(packet), fds)

    def _handle(self, message: dict[str, Any], fds: list[int]) -> None:
        if "ready" in message:
            if message["threads"] != 1:
                self._log.warning("the zygote has threads, and a fork loses them", threads=message["threads"])
            if not self._ready.done():
                self._ready.set_result(None)
                self.available.set()
        elif "pong" in message:
            self._ponged = int(message["pong"])
        elif "forked" in message:
            self._forked(str(message["forked"]), int(message["pid"]), fds[0])
        elif "unforked" in message:
            self._unforked(str(message["unforked"]), str(message["why"]))
        elif (child := self._children.pop(int(message["exited"]), None)) is not None:
            child.told(int(message["status"]))

    def _forked(self, slug: str, pid: int, pidfd: int) -> None:
        child = Child(slug, pid, pidfd, ours=False)
        self._children[pid] = child
        answer = self._forks.get(slug)
        if answer is None or answer.done():
            child.signal(signal.SIGKILL)  # nobody waits for it any more
        else:
            answer.set_result(child)

    def _unforked(self, slug: str, why: str) -> None:
        answer = self._forks.get(slug)
        if answer is not None and not answer.done():
            answer.set_exception(ResourceError(f"there is no process to be had: {why}", next_step=_NO_PROCESS))

    def _close(self) -> None:
        if self._control is None:
            return
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        self._control = None
        self._ponged = self._pinged
        self.available.clear()
        gone = ZygoteGone("the zygote ended", next_step="see what it said last: logs/up.err, or your terminal")
        for fork in self._forks.values():
            if not fork.done():
                fork.set_exception(gone)
        if not self._ready.done():
            self._ready.set_exception(gone)
            self._ready.exception()  # seen, also if nobody waits for it
