"""The office's process: IMAP, SMTP and CalDAV of one home, until it is told to end.

It ends within five seconds on SIGTERM, or when its lifeline (a pipe that the supervisor holds) closes. One home has one
office: a lock says so, because the office is the only one that writes mail. After kill -9 nothing is left: the lock
goes with the process, and Radicale ends itself.
"""

import asyncio
import contextlib
import faulthandler
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from empla.clock import Clock, SystemClock, pause
from empla.config import Home, Settings, load_settings
from empla.errors import EmplaError, ResourceError
from runtime import logs
from runtime.office import database, imap, smtp
from runtime.office.caldav import CalDav
from runtime.office.passwords import SignIn
from runtime.office.pickup import Pickup
from runtime.office.relay import Relay
from runtime.office.relay_client import relay_server
from runtime.progress import IDLE, ProgressPage
from runtime.seat import BEAT_S
from runtime.starting import Report, only_one, reporter, told_to_end
from runtime.supervisor import lease
from runtime.supervisor.durably import write_durably

log = logs.get("office")


@dataclass(frozen=True, slots=True)
class OfficePorts:
    """Where the office answers; 0 asks for any free port."""

    host: str = "127.0.0.1"
    imap: int = 0
    smtp: int = 0
    caldav: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "OfficePorts":
        """Return the ports that the settings ask for: N, N+1 and N+2."""
        first = settings.ports
        return cls(settings.host, first, first + 1, first + 2) if first else cls(settings.host)

    @property
    def caldav_url(self) -> str:
        """The CalDAV server's address, with a slash at its end."""
        return f"http://{self.host}:{self.caldav}/"


def ports_file(home: Home) -> Path:
    """Return the file that says where the office of a home answers, or answered last."""
    return home.office / "ports.json"


def read_ports(home: Home) -> OfficePorts | None:
    """Return where the office answers, or answered last; None if it never ran."""
    try:
        return OfficePorts(**json.loads(ports_file(home).read_text()))
    except (FileNotFoundError, ValueError, TypeError):  # not there, or not whole
        return None


@asynccontextmanager
async def serve(
    home: Home, settings: Settings, clock: Clock, ports: OfficePorts, *, bells: list[Callable[[], None]] | None = None
) -> AsyncIterator[OfficePorts]:
    """Run the three servers for the length of the block, which gets the ports they answer at.

    To `bells` is added what is to be called when somebody has left a mail in the pickup folder.

    Raises ResourceError if a port is taken or another office runs in this home, InputError if a relay is named whose
    password is not known.
    """
    home.create()
    server = relay_server(home, settings)
    async with contextlib.AsyncExitStack() as stack:
        said = f"the office of {home.root} runs already"
        stack.enter_context(only_one(home.office / "office.lock", said, next_step="stop it first: `empla down`"))
        db = stack.enter_context(contextlib.closing(database.connect(home)))
        caldav = CalDav(home, ports.host, ports.caldav)
        starting = asyncio.create_task(caldav.start())  # the slowest: the others start meanwhile
        stack.push_async_callback(caldav.stop)
        stack.callback(starting.cancel)
        sign_in = SignIn(db, settings.domain)
        live = imap.LiveFolders(db, clock)
        relay = None if server is None else Relay(db, clock, server, settings.domain, live.filed)
        queued = None if relay is None else relay.wake
        desk = smtp.Desk(db, sign_in, clock, settings.domain, live.filed, queued)
        try:
            imap_server = await imap.start(live, sign_in, settings.domain, ports.host, ports.imap)
            stack.callback(imap_server.close)
            smtp_server = await smtp.start(desk, sign_in, ports.host, ports.smtp)
            stack.callback(smtp_server.close)
        except OSError as error:
            raise ResourceError(
                f"the office cannot listen: {error}", next_step="choose other ports with --ports"
            ) from error
        await starting
        if relay is not None:
            stack.push_async_callback(relay.stop)
            relay.start()
        pickup = Pickup(db, clock, home, settings, live.filed, queued)
        stack.push_async_callback(pickup.stop)
        pickup.start()
        if bells is not None:
            bells.append(pickup.wake)
        watching = asyncio.create_task(caldav.watch())
        stack.callback(watching.cancel)
        found = OfficePorts(ports.host, _port(imap_server), _port(smtp_server), caldav.port)
        _write_ports(home, found)
        if relay is None:
            clock.rest(None)  # else the relay says when nothing is on its way
        log.info("office.ready", **asdict(found))
        yield found


def main(
    home_path: Path | None = None,
    lifeline_fd: int | None = None,
    ready_fd: int | None = None,
    ports: Mapping[str, int] | None = None,
) -> int:
    """Run the office of a home until SIGTERM or the end of the lifeline; return the exit code.

    `ports` may name those that shall differ from the settings' (imap, smtp, caldav).
    `ready_fd` gets one line of JSON (the ports, or `{"error", "next_step"}`) and is then closed.
    """
    home = Home.find(home_path)
    home.create()
    clock = SystemClock(home.clock)
    clock.attend("office", os.getpid(), lease.started_at(os.getpid()))
    logs.configure(home, "office", clock=clock)
    faulthandler.register(signal.SIGUSR2, all_threads=True)  # sent before it is killed for hanging
    report = reporter(ready_fd)
    try:
        settings = load_settings(home)
        if settings.log_level != "info":
            logs.configure(home, "office", clock=clock, level=settings.log_level)
        wanted = OfficePorts(**{**asdict(OfficePorts.of(settings)), **(ports or {})})
        asyncio.run(_run(home, settings, clock, wanted, lifeline_fd, report))
    except EmplaError as error:
        log.error("office.failed", error=str(error), next_step=error.next_step)
        report({"error": str(error), "next_step": error.next_step})
        return 1
    return 0


async def _run(
    home: Home,
    settings: Settings,
    clock: SystemClock,
    ports: OfficePorts,
    lifeline_fd: int | None,
    report: Report,
) -> None:
    stop = told_to_end(lifeline_fd)
    bells = [clock.wake]

    def woken() -> None:
        for bell in bells:
            bell()

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, woken)
    waiting = asyncio.create_task(stop.wait())
    beating = asyncio.create_task(_beat(home, clock))
    async with serve(home, settings, clock, ports, bells=bells) as found:
        report(asdict(found))
        await waiting
    beating.cancel()


async def _beat(home: Home, clock: Clock) -> None:
    """Say on the office's own progress page, from the loop that serves everybody, that this loop advances."""
    page = ProgressPage(home.office / "progress", epoch=os.getpid())
    page.mark(IDLE)
    while True:
        page.beat(clock.now())
        await pause(BEAT_S)


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


def _write_ports(home: Home, ports: OfficePorts) -> None:
    write_durably(ports_file(home), json.dumps(asdict(ports)).encode())
