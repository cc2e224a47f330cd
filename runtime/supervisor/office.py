"""The office's process, as the supervisor sees it: started, ready at some ports, ended.

The office is one more child with a lifeline. It gets the numbers of two descriptors: the lifeline, and a pipe to which
it writes one line of JSON when its servers listen, or why they do not: `{"error", "next_step"}`. Where it listens then
stands in `office/ports.json`, as `{"host", "imap", "smtp", "caldav"}`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from empla.config import Home
from runtime.ports import free_port
from runtime.progress import ProgressView
from runtime.supervisor import lease
from runtime.supervisor.child import Child, spawn
from runtime.supervisor.readiness import ready

READY_S: Final = 30.0
"""Seconds that the office has to listen."""

SERVERS: Final = ("imap", "smtp", "caldav")
"""What the office serves, in the order of its ports."""

_NEXT: Final = "read logs/office.jsonl, or ask `empla doctor`"

OfficeCommand = Callable[[int, int, Mapping[str, int]], Sequence[str]]
"""Given the lifeline, the ready pipe and each server's port (0: any free one): the command that runs the office."""


def office_command(home: Home) -> OfficeCommand:
    """Return how the office of `home` is run."""

    def command(lifeline_fd: int, ready_fd: int, ports: Mapping[str, int]) -> Sequence[str]:
        return [
            *(sys.executable, "-P", "-m", "runtime.office", "--home", str(home.root)),
            *("--lifeline", str(lifeline_fd), "--ready", str(ready_fd)),
            *(word for name, port in ports.items() for word in (f"--{name}", str(port))),
        ]

    return command


class Office:
    """The office of one home; `first_port` is that of its first server, 0 for any free ones.

    `start` may be called again when it has ended; it then listens where it did, because clients have been told.
    """

    def __init__(self, home: Home, command: OfficeCommand, *, first_port: int, lifeline_fd: int) -> None:
        self._home = home
        self._command = command
        self._first_port = first_port
        self._lifeline_fd = lifeline_fd
        self._page = ProgressView(home.office / "progress")
        self.name = "office"
        self.child: Child | None = None
        self.ready = asyncio.Event()

    async def start(self) -> None:
        """Start it and wait until it listens. ResourceError with its own words if it cannot, TimedOut if it is slow."""
        self.ready.clear()
        reading, writing = os.pipe2(os.O_CLOEXEC)
        try:
            # Its lock is handed over open, like an employee's: a former office that is still ending has the ports, and
            # so has its calendar server, which ends a moment after it.
            with await lease.obtain(self._home.office / lease.LOCK) as held:
                (await lease.obtain(self._home.office / lease.CALENDARS)).close()
                command = self._command(self._lifeline_fd, writing, self._ports())
                self.child = spawn(self.name, command, self._lifeline_fd, writing, held.fd)
                held.sign(self.child.pid)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        await ready(self.child, reading, within_s=READY_S, next_step=_NEXT)
        self.ready.set()

    def lost(self) -> None:
        """Note that it has ended."""
        self.ready.clear()

    def beat(self, at: float) -> int:
        """Return a number that stands still while its loop does, looked at at the monotonic instant `at`.

        Only a page that this very process writes counts. One that does not listen yet has its own time limit.
        """
        page = self._page.read() if self.child is not None and self.ready.is_set() else None
        watched = page is not None and self.child is not None and page.epoch == self.child.pid
        return page.beat_ns if page is not None and watched else int(at * 1e9)

    def addresses(self) -> dict[str, Any]:
        """Return where it listens, as `empla status` shows it; empty before it has ever listened."""
        found = self._former()
        if not found:
            return {}
        host = found["host"]
        return {
            "imap": {"host": host, "port": found["imap"]},
            "smtp": {"host": host, "port": found["smtp"]},
            "caldav": {"url": f"http://{host}:{found['caldav']}/"},
        }

    def _ports(self) -> dict[str, int]:
        if self._first_port:
            return {name: self._first_port + number for number, name in enumerate(SERVERS)}
        found = self._former()
        former = {name: int(found.get(name, 0)) for name in SERVERS}
        all_free = all(port and free_port(str(found["host"]), port) for port in former.values())
        return former if all_free else dict.fromkeys(SERVERS, 0)

    def _former(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self._home.office / "ports.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found
