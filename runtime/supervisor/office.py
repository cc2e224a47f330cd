"""The office's process, as the supervisor sees it: started, ready at some ports, ended.

The office is one more child with a lifeline. It is given the numbers of two descriptors: the lifeline, and a pipe to
which it writes one line when its servers listen. What they listen on then stands in `office/ports.json`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from empla.config import Home
from empla.errors import InternalError, TimedOut
from runtime.supervisor import lease
from runtime.supervisor.child import Child, describe, spawn

READY_S: Final = 30.0
"""Seconds that the office has to listen."""

OfficeCommand = Callable[[int, int], Sequence[str]]
"""Given the numbers of the lifeline and of the ready pipe: the command line that runs the office."""


def office_command(home: Home, ports: int) -> OfficeCommand:
    """Return how the office of `home` is run; `ports` is the first of its ports, 0 for any free ones."""

    def command(lifeline_fd: int, ready_fd: int) -> Sequence[str]:
        return [
            *(sys.executable, "-P", "-m", "runtime.office.process"),
            *("--home", str(home.root), "--ports", str(ports)),
            *("--lifeline-fd", str(lifeline_fd), "--ready-fd", str(ready_fd)),
        ]

    return command


class Office:
    """The office of one home. `start` may be called again when it has ended."""

    def __init__(self, home: Home, command: OfficeCommand, *, lifeline_fd: int) -> None:
        self._home = home
        self._command = command
        self._lifeline_fd = lifeline_fd
        self.child: Child | None = None
        self.ready = asyncio.Event()

    async def start(self) -> Child:
        """Start it and wait until it listens. InternalError if it ends instead, TimedOut if it takes too long."""
        self.ready.clear()
        reading, writing = os.pipe2(os.O_CLOEXEC)
        try:
            # Its lock is handed over open, like an employee's: a former office that still ends has its ports.
            with await lease.obtain(self._home.office / lease.LOCK) as held:
                command = self._command(self._lifeline_fd, writing)
                self.child = spawn("office", command, self._lifeline_fd, writing, held.fd)
                held.sign(self.child.pid)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        await self._await_ready(self.child, reading)
        self.ready.set()
        return self.child

    def lost(self) -> None:
        """Note that it has ended."""
        self.ready.clear()

    async def _await_ready(self, child: Child, fd: int) -> None:
        try:
            async with asyncio.timeout(READY_S):
                line = await _read_line(fd)
        except TimeoutError as error:
            await child.kill()
            raise TimedOut(
                f"the office did not listen within {READY_S:.0f} s", next_step="see logs/office.jsonl"
            ) from error
        if not line:
            how = describe(await child.ended())
            raise InternalError(
                f"the office could not start ({how})", next_step="see logs/office.jsonl, or `empla doctor`"
            )

    def addresses(self) -> dict[str, Any]:
        """Return where it listens, as `empla status` shows it; empty before it has ever listened."""
        try:
            found: dict[str, Any] = json.loads((self._home.office / "ports.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found


async def _read_line(fd: int) -> bytes:
    """Read one line from a pipe, or what came before its end; closes it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb", buffering=0)
    )
    try:
        return await reader.readline()
    finally:
        transport.close()
