"""`empla up`: run a home in the foreground, or detached; ask what runs; end it."""

import asyncio
import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any, Final

from empla.clock import SystemClock, pause
from empla.config import Home, Settings, load_settings
from empla.errors import EmplaError, InternalError, NotRunning, TimedOut
from empla.memory.embedding.opening import has_process
from empla.shared_time import SharedTime
from runtime import control, logs
from runtime.bus.serving import BusService
from runtime.control import ControlServer, Handler
from runtime.metrics.service import MetricsService
from runtime.supervisor import homelock
from runtime.supervisor.commands import beside, supervisor_commands
from runtime.supervisor.keeper import HANG_S
from runtime.supervisor.limits import Limits
from runtime.supervisor.notify import Notifier
from runtime.supervisor.office import OfficeCommand, office_command
from runtime.supervisor.restarts import RestartRule
from runtime.supervisor.roster import Roster
from runtime.supervisor.supervisor import Supervisor
from runtime.supervisor.warming import needed

EMPLOYEE: Final = "runtime.employee:run"
"""What an employee's process runs."""

READY_FD: Final = "EMPLA_READY_FD"
"""Environment: the pipe on which a detached `up` says that it is ready, or why it is not."""

_DETACHED_S: Final = 60.0
_DOWN_S: Final = 30.0
_SETTLE_S: Final = 20.0
_LOOK_S: Final = 0.01
_LOCK_S: Final = 1.0  # a command that works without `up` has the lock for a moment; so has one that was just killed


async def up(
    home: Home,
    settings: Settings,
    roster: Roster,
    handlers: Mapping[str, Handler],
    *,
    ports: int | None = None,
    body: str = EMPLOYEE,
    office: OfficeCommand | None = None,
    hang_s: float = HANG_S,
    rule: RestartRule | None = None,
    limits: Limits | None = None,
) -> int:
    """Run everything until SIGTERM, SIGINT or the command `stop`; return the exit code.

    `handlers` answer commands beside the supervisor's own: they begin when the office listens, and after each the
    roster is read again. `body` names what employees run, `hang_s` and `rule` say when one is killed and given up,
    `limits` what each may use (None: as the settings say), and `office` how the office is run. `ports` is the first of
    the office's (None: as the settings say). HomeInUse if the home is run already.

    As a service of systemd it tells it how things are, and SIGHUP has it read settings and roster again.
    """
    with _readiness() as readiness, homelock.take(home, homelock.UP, wait_s=_LOCK_S):
        if settings.clock == "server":
            SharedTime.make(home.clock, SystemClock(home.clock).now())  # time stands still from here on
        elif not home.clock.exists():
            SystemClock.move(home.clock, 0.0)  # before anybody maps it: who finds none would not see it move
        clock = SystemClock(home.clock)
        logs.configure(home, "up", clock=clock, foreground=readiness.foreground, level=settings.log_level)
        notifier = Notifier.taken_from(os.environ)
        stopping = _stop_signals()
        supervisor = Supervisor(
            home,
            roster,
            office=office or office_command(home),
            first_port=settings.ports if ports is None else ports,
            body=body,
            clock=clock,
            domain=settings.domain,
            limits=limits or Limits.of(settings),
            notifier=notifier,
            embeds=has_process(settings),
            also=needed(settings),
            hang_s=hang_s,
            rule=rule,
        )
        bus = BusService(home, settings, clock)
        await bus.start()
        metrics = MetricsService(home, settings, clock, bus.exchange, supervisor)
        await metrics.start()
        own = supervisor_commands(supervisor, home, stopping, bus)
        server = ControlServer(home, {**beside(handlers, supervisor), **own})
        await server.start()
        try:
            if await _unless(stopping, supervisor.start()):
                _reload_on_hangup(home, supervisor, notifier)
                await _unless(stopping, _settled(supervisor))
                readiness.say({"ready": supervisor.ready})
                notifier.ready(detached=not readiness.foreground)
                await stopping.wait()
        finally:
            logs.get(__name__).info("empla ends")
            notifier.stopping()
            await server.stop()
            await supervisor.stop()
            await metrics.stop()
            await bus.stop()
    return 0


def detach(home: Home, command: Sequence[str], *, wait_s: float = _DETACHED_S) -> dict[str, Any]:
    """Run `command` (one that ends in `up`) as a daemon, wait until it is ready, and return its status.

    What it prints goes to `logs/up.err`. Raises what `up` raised if it could not start, TimedOut if it takes longer
    than `wait_s` seconds.
    """
    home.create()
    reading, writing = os.pipe2(os.O_CLOEXEC)
    try:
        _daemon(home, command, writing)
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        said = json.loads(_line_within(pipe.fileno(), wait_s, home) or b"{}")
    if "error" in said:
        raise control.from_wire(said["error"])
    if "ready" not in said:
        raise InternalError("empla ended while it started", next_step=f"read {home.logs / 'up.err'}")
    return status(home)


def status(home: Home) -> dict[str, Any]:
    """Return what `empla status --json` prints; NotRunning if nobody runs the home."""
    try:
        found: dict[str, Any] = control.call(home, "status")
    except control.Interrupted as error:
        raise NotRunning("empla has just ended", next_step="start it with `empla up`") from error
    return found


def down(home: Home, *, wait_s: float = _DOWN_S) -> None:
    """Stop the `up` of this home and return when it is gone; NotRunning if there is none."""
    with contextlib.suppress(control.Interrupted):
        control.call(home, "stop")
    deadline = time.monotonic() + wait_s
    while (running := homelock.holder(home)) is not None and running.what == homelock.UP:
        if time.monotonic() > deadline:
            raise TimedOut(f"empla (process {running.pid}) did not end", next_step=f"kill -9 {running.pid} ends it all")
        time.sleep(_LOOK_S)


async def _settled(supervisor: Supervisor) -> None:
    """Wait until everybody works or cannot; not for ever: one whose mailbox is away starts when it comes back."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            while not supervisor.ready:
                await pause(_LOOK_S)


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do `work` unless told to stop before it is done; return whether it was done."""
    working, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return False
        working.result()
        return True
    finally:
        for task in (working, told):
            task.cancel()
        await asyncio.gather(working, told, return_exceptions=True)


def _stop_signals() -> asyncio.Event:
    """Return the event that SIGTERM, SIGINT or a closed terminal sets; the second of them ends everything at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, told)
    return stopping


def _reload_on_hangup(home: Home, supervisor: Supervisor, notifier: Notifier) -> None:
    """As a service, take SIGHUP for the wish to read settings and roster again; else it stays a closed terminal."""
    if not (notifier.heard or ("INVOCATION_ID" in os.environ and not _has_terminal())):
        return  # a terminal's own shells may have inherited INVOCATION_ID from a service

    def told() -> None:
        notifier.reloading()
        try:
            supervisor.limit(Limits.of(load_settings(home)))
            supervisor.reload()
            logs.get(__name__).info("settings and roster read again")
        except EmplaError as error:
            logs.get(__name__).error("settings stay as they were", why=error.sentence, next_step=error.next_step)
        notifier.ready(detached=False)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, told)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


class _Readiness:
    """Tells whoever detached this process that it is ready, or why it is not."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd
        self.foreground = fd is None

    def say(self, message: Mapping[str, Any]) -> None:
        if self._fd is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._fd, json.dumps(message).encode() + b"\n")
            os.close(self._fd)
            self._fd = None


@contextlib.contextmanager
def _readiness() -> Iterator[_Readiness]:
    fd = os.environ.pop(READY_FD, None)
    readiness = _Readiness(int(fd) if fd else None)
    try:
        yield readiness
    except EmplaError as error:
        readiness.say({"error": control.to_wire(error)})
        raise


def _daemon(home: Home, command: Sequence[str], ready_fd: int) -> None:
    """Start `command` as nobody's child, in a session of its own, with its output in `logs/up.err`."""
    said = home.logs / "up.err"
    if said.exists():
        said.replace(said.with_name("up.err.1"))
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    os.set_inheritable(ready_fd, True)
    environment = {**os.environ, READY_FD: str(ready_fd)}
    pid = os.fork()
    if pid == 0:
        # Between fork and exec only system calls: this process may have had threads.
        try:
            os.setsid()
            if os.fork() == 0:
                os.dup2(nothing, 0)
                os.dup2(output, 1)
                os.dup2(output, 2)
                os.execvpe(command[0], list(command), environment)  # noqa: S606
        finally:
            os._exit(0)
    os.close(output)
    os.close(nothing)
    os.waitpid(pid, 0)


def _line_within(fd: int, wait_s: float, home: Home) -> bytes:
    """Read one line from a pipe, or what came before its end."""
    line = b""
    deadline = time.monotonic() + wait_s
    while not line.endswith(b"\n"):
        if not select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimedOut(f"empla was not ready within {wait_s:.0f} s", next_step=f"see {home.logs / 'up.jsonl'}")
        part = os.read(fd, 4096)
        if not part:
            break
        line += part
    return line
