"""CalDAV: Radicale as a process of its own, on loopback (it is GPL and is never imported).

It is started first, being the slowest part, and started again if it dies. Its standard input is a pipe that the office
holds: when the office goes, even by kill -9, the pipe closes and Radicale ends itself, so its port is free again. That
takes a moment, in which nobody else may think the port a stranger's: it holds a lock for life (`lease.CALENDARS`).
"""

import asyncio
import contextlib
import os
import secrets
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from empla.clock import pause
from empla.config import Home
from empla.errors import ResourceError
from runtime import logs
from runtime.office import calendars
from runtime.ports import free_port
from runtime.supervisor import lease
from runtime.supervisor.restarts import RestartRule, Restarts

log = logs.get("office.caldav")

START_S = 8.0
"""Seconds within which Radicale must answer."""

LOOK_S = 10.0
"""Seconds between two looks whether it still answers, and within which it must; silent twice, it is ended."""

RULE = RestartRule(limit=0, first_s=0.1, longest_s=30.0)
"""When it is started again; it is never given up."""

_FORMER_S = 3.0

_CONFIG = """\
[server]
hosts = {host}:{port}
max_connections = 200
max_content_length = 100000000
max_resource_size = 50000000
timeout = 60
delay_on_error = 0
[auth]
type = runtime.office.radicale_plugin
delay = 0
[rights]
type = runtime.office.radicale_plugin
[storage]
filesystem_folder = {folder}
[web]
type = none
[headers]
X-Office = {mark}
[logging]
level = error
"""


class CalDav:
    """The running Radicale."""

    def __init__(self, home: Home, host: str, port: int) -> None:
        self._home = home
        self._wanted = port
        self.host = host
        self.port = port
        # tells its answers from those of a stranger who got the port first
        self._mark = secrets.token_hex(8)
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it and return when it answers; ResourceError if it does not."""
        try:
            async with asyncio.timeout(START_S):
                while not await self._attempt():
                    await pause(0.05)  # a stranger has its port
        except TimeoutError:
            await self.stop()
            raise ResourceError(
                f"the calendar server does not answer at {self.host}:{self.port}",
                next_step=f"read {self._log()}, or choose other ports",
            ) from None

    async def watch(self) -> None:
        """Start it again whenever it ends; run until cancelled."""
        restarts, began = Restarts(RULE), time.monotonic()
        self._wanted = self.port  # those who were told where it is find it there again
        while True:
            if self._process is not None:
                log.warning("caldav.ended", status=await self._ended(self._process))
            await pause(restarts.after_death(started=began, died=time.monotonic()) or 0.0)
            began = time.monotonic()
            try:
                await self.start()
            except (ResourceError, OSError) as error:  # such as a full disk: there is nothing else that starts it
                log.error("caldav.down", error=str(error))

    async def _ended(self, process: Process) -> int:
        """Wait for its end, and bring it about if it lives and does not answer."""
        silent = 0
        while process.returncode is None:
            try:
                async with asyncio.timeout(LOOK_S):
                    return await process.wait()
            except TimeoutError:
                silent = 0 if await self.answers() else silent + 1
            if silent > 1:
                log.error("caldav.hangs")
                process.kill()
                return await process.wait()
        return process.returncode

    async def answers(self) -> bool:
        """Whether it answers in time."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._answers()
        except TimeoutError:
            return False

    @property
    def pid(self) -> int | None:
        """Its process, None while it has none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def stop(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it syncs every write before it answers: nothing is lost
        await process.wait()

    async def _attempt(self) -> bool:
        """Start a process and wait until it answers (True) or ends (False)."""
        await self.stop()
        with await lease.obtain(self._home.office / lease.CALENDARS, patience_s=_FORMER_S) as held:
            port = free_port(self.host, self._wanted)
            if port is None:
                return False
            self.port = port
            process = await self._run(held)
        while process.returncode is None:
            if await self._answers():
                return True
            await pause(0.01)
        return False

    async def _run(self, held: lease.Lease) -> Process:
        config = self._home.office / "radicale.conf"
        folder = str(calendars.storage(self._home)).replace("%", "%%")
        config.write_text(_CONFIG.format(host=self.host, port=self.port, folder=folder, mark=self._mark))
        environment = {**os.environ, "EMPLA_HOME": str(self._home.root), "EMPLA_OFFICE_CHILD": "radicale"}
        environment.pop("EMPLA_FAULTS", None)  # crash tests count and kill in our own processes
        with self._log().open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "radicale", "--config", str(config),
                stdin=PIPE, stdout=output, stderr=output, env=environment, pass_fds=(held.fd,),
            )  # fmt: skip
        held.sign(process.pid)
        self._process = process
        return process

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        try:
            writer.write(b"OPTIONS / HTTP/1.0\r\n\r\n")
            return self._mark.encode() in await reader.read()
        except ConnectionError:
            return False
        finally:
            writer.close()

    def _log(self) -> Path:
        return self._home.logs / "radicale.log"
