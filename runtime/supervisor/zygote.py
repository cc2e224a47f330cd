"""The zygote: a process that has imported and warmed what employees share, and forks one on request (contract 10).

It has one thread, no event loop, no database, and no socket but the one to its supervisor, so a fork of it is safe and
cheap: the garbage collector's heap is frozen, and what was imported stays shared until somebody writes to it.

On the socket (SEQPACKET, one JSON object a packet):

    supervisor -> zygote   {"fork": slug, "epoch": n, "home": path, "memory_mib": n,
                            "before": {"how", "counts"} or null}      with two descriptors: lifeline, lease
                           {"ping": n}
    zygote -> supervisor   {"ready": true, "threads": n}
                           {"forked": slug, "pid": n}                 with one descriptor: the child's pidfd
                           {"unforked": slug, "why": text}            the system has no process for it
                           {"exited": pid, "status": n}               exit code, or minus the signal
                           {"pong": n}

The socket is the zygote's lifeline. At its end it tells its children to stop, and kills after five seconds those that
have not, also one that was stopped or hangs without giving Python a chance to look.

Run as `python -m runtime.supervisor.zygote CONTROL_FD BODY [MODULE ...]`, where BODY is `module:function`, and the
modules are loaded besides, as far as they are installed.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

from empla.clock import SystemClock
from empla.config import Home, load_settings
from runtime import logs, progress
from runtime.progress import Death, ProgressPage
from runtime.room import wants_room
from runtime.seat import NO_ROOM, Body, Seat, occupy
from runtime.supervisor import lease, usage
from runtime.supervisor.merging import ask_to_merge
from runtime.supervisor.warming import warm

PACKET: Final = 1 << 16
"""Longest packet on the socket, in bytes."""

_STACKS_MIB: Final = 128
_FORCE_S: Final = 4.8  # after the lifeline's end; the children's own grace is a little shorter


def main() -> None:
    """Import, warm, and fork employees until the supervisor is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A child hears these only once it has its own handlers; until then they must not kill it.
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    gc.disable()
    body = named(sys.argv[2])
    warm(sys.argv[3:])
    gc.collect()
    gc.freeze()  # a collection in a child would otherwise write to, and so copy, everything that is shared
    ask_to_merge()
    Zygote(control, body).serve()


def named(path: str) -> Body:
    """Return the function that `module:function` names."""
    module, _, function = path.partition(":")
    found: Body = getattr(importlib.import_module(module), function)
    return found


class Zygote:
    """The loop of the zygote: requests come in, children are forked and reaped."""

    def __init__(self, control: socket.socket, body: Body) -> None:
        self._control = control
        self._body = body
        self._children: set[int] = set()
        self._bell, self._clapper = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> None:
        """Serve until the control socket ends; then see that no child is left."""
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._clapper, warn_on_full_buffer=False)
        self._say({"ready": True, "threads": threads()})
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._bell, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poll.poll()]
            if self._bell in ready:
                self._reap()
            if self._control.fileno() in ready and not self._hear():
                break
        self._end_children()

    def _hear(self) -> bool:
        """Handle one request; False at the end of the lifeline."""
        try:
            packet, fds, _, _ = socket.recv_fds(self._control, PACKET, 2, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            return False
        if not packet:
            return False
        order = json.loads(packet)
        try:
            if "ping" in order:
                self._say({"pong": order["ping"]})
            else:
                self._fork(order, lifeline_fd=fds[0], lease_fd=fds[1])
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def _fork(self, order: dict[str, Any], *, lifeline_fd: int, lease_fd: int) -> None:
        try:
            pid = os.fork()
        except OSError as error:  # no process is to be had now; those that are there must not lose their parent for it
            self._say({"unforked": order["fork"], "why": error.strerror})
            return
        if pid == 0:
            self._become(order, lifeline_fd, lease_fd)
        self._children.add(pid)
        # Opened before anybody reaps, so it is certainly this child; the supervisor signals through it.
        pidfd = os.pidfd_open(pid)
        try:
            self._say({"forked": order["fork"], "pid": pid}, pidfd)
        finally:
            os.close(pidfd)

    def _become(self, order: dict[str, Any], lifeline_fd: int, lease_fd: int) -> None:
        """Be one employee, in the child; never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            os.close(self._bell)
            os.close(self._clapper)
            be_employee(order, self._body, lifeline_fd, lease_fd)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException as error:
            # The last place that can say why: nothing above this frame may run in a child.
            traceback.print_exc()
            code = NO_ROOM if wants_room(error, Path(order["home"])) else 1
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 4096)
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._children.discard(pid)
            self._say({"exited": pid, "status": os.waitstatus_to_exitcode(status)})

    def _say(self, message: dict[str, Any], *fds: int) -> None:
        # A supervisor that is gone is noticed by reading.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._control, [json.dumps(message).encode()], list(fds))

    def _end_children(self) -> None:
        for number, until in ((signal.SIGTERM, _FORCE_S), (signal.SIGKILL, 1.0)):
            for pid in self._children:
                os.kill(pid, number)
            deadline = time.monotonic() + until
            while self._children and (left := deadline - time.monotonic()) > 0:
                select.select([self._bell], [], [], left)
                self._reap()


def be_employee(order: dict[str, Any], body: Body, lifeline_fd: int, lease_fd: int) -> None:
    """Take the seat that `order` describes and run `body` in it; the lease is held by the open `lease_fd`."""
    gc.enable()
    _fence(int(order["memory_mib"]))
    slug, epoch = str(order["fork"]), int(order["epoch"])
    home = Home(Path(order["home"]))
    lease.sign(lease_fd, os.getpid())
    clock = SystemClock(home.clock)
    clock.attend(slug, os.getpid(), lease.started_at(os.getpid()))
    logs.configure(home, slug, clock=clock, level=load_settings(home).log_level, employee=slug, epoch=epoch)
    page = home.employee(slug) / "progress"
    last = progress.read(page)
    seat = Seat(
        slug=slug,
        home=home,
        epoch=epoch,
        lifeline_fd=lifeline_fd,
        progress=ProgressPage(page, epoch=epoch),
        clock=clock,
        last=last,
        death=Death(**order["before"]) if order.get("before") else None,
        lock=lease.identity(lease_fd),
    )
    try:
        occupy(seat, body)
        clock.leave()
    except Exception:
        logs.get(__name__).exception("employee failed")
        raise


def _fence(memory_mib: int) -> None:
    """Have an allocation fail that takes this process so far beyond what it was born with; 0: never.

    RLIMIT_DATA counts writable memory from its reservation on, stacks of threads too (8 MiB each), and what is still
    shared with the zygote.
    """
    if memory_mib:
        wall = (usage.mapped_mib() + memory_mib + _STACKS_MIB) << 20
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or wall < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (wall, hard))


def threads() -> int:
    """Return how many threads this process has; a fork keeps only one of them."""
    return len(list(Path("/proc/self/task").iterdir()))


if __name__ == "__main__":
    main()
