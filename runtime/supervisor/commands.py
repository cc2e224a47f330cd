"""The commands that the supervisor itself answers on the control socket."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import InputError, ResourceError
from runtime import progress
from runtime.bus.serving import BusService
from runtime.control import Handler, Report
from runtime.metrics.health import health
from runtime.supervisor import memory
from runtime.supervisor.keeper import Keeper
from runtime.supervisor.office import READY_S
from runtime.supervisor.supervisor import Supervisor

_Answer = Callable[[Mapping[str, Any]], Any]


def supervisor_commands(
    supervisor: Supervisor, home: Home, stopping: asyncio.Event, bus: BusService
) -> dict[str, Handler]:
    """Return the handlers: status, processes, stop, pause, resume, restart, wake, reload, health, clock."""

    def status(_arguments: Mapping[str, Any]) -> Any:
        return with_presence(supervisor, bus, home)

    def processes(_arguments: Mapping[str, Any]) -> Any:
        return [_process(child.name, child.pid) for child in supervisor.servants()] + [
            _process(keeper.entry.slug, keeper.pid) | {"epoch": keeper.epoch, "state": keeper.state.value}
            for keeper in supervisor.keepers
        ]

    def stop(arguments: Mapping[str, Any]) -> Any:
        if "name" in arguments:
            return _with_keeper(supervisor, arguments, Keeper.stop)
        stopping.set()
        return {"stopping": True}

    def reload(_arguments: Mapping[str, Any]) -> Any:
        supervisor.reload()
        return with_presence(supervisor, bus, home)

    def wake(arguments: Mapping[str, Any]) -> Any:
        return _with_keeper(supervisor, arguments, lambda keeper: _wake(keeper, bus, int(arguments.get("up_to", 0))))

    async def healthy(_arguments: Mapping[str, Any], _report: Report) -> Any:
        return await health(supervisor, home)

    def clock(arguments: Mapping[str, Any]) -> Any:
        move_clock(home, arguments)
        supervisor.tell_clock_moved()
        return {"now": SystemClock(home.clock).now().isoformat()}

    return {
        "status": _handler(status),
        "processes": _handler(processes),
        "stop": _handler(stop),
        "pause": _handler(lambda arguments: _with_keeper(supervisor, arguments, Keeper.pause)),
        "resume": _handler(lambda arguments: _with_keeper(supervisor, arguments, Keeper.resume)),
        "restart": _handler(lambda arguments: _with_keeper(supervisor, arguments, _restart)),
        "wake": _handler(wake),
        "reload": _handler(reload),
        "health": healthy,
        "clock": _handler(clock),
    }


def move_clock(home: Home, arguments: Mapping[str, Any]) -> None:
    """Set the home's clock: to the instant `now` (ISO 8601, with a zone), or `offset_s` seconds from the machine's."""
    if "now" in arguments:
        try:
            instant = datetime.fromisoformat(str(arguments["now"]))
        except ValueError as error:
            raise InputError(
                f"{arguments['now']!r} is not an instant", next_step="write 2026-03-02T08:00+00:00"
            ) from error
        if instant.tzinfo is None:
            raise InputError("an instant needs its zone", next_step="write 2026-03-02T08:00+00:00")
        SystemClock.set_to(home.clock, instant)
    elif isinstance(offset := arguments.get("offset_s"), int | float):
        SystemClock.move(home.clock, float(offset))
    else:
        raise InputError("the clock needs `now` or `offset_s`")


def _handler(answer: _Answer) -> Handler:
    async def handle(arguments: Mapping[str, Any], _report: Report) -> Any:
        return answer(arguments)

    return handle


def _with_keeper(supervisor: Supervisor, arguments: Mapping[str, Any], act: Callable[[Keeper], None]) -> Any:
    keeper = supervisor.keeper(str(arguments.get("name", "")))
    act(keeper)
    return {"name": keeper.entry.name, "address": keeper.entry.address}


def _restart(keeper: Keeper) -> None:
    """Give an employee a fresh process, unless it was told to rest."""
    if keeper.entry.paused:
        name = keeper.entry.name
        raise InputError(f"{name} rests, and has no process", next_step=f'empla resume "{name}"')
    keeper.restart()


def with_presence(supervisor: Supervisor, bus: BusService, home: Home) -> dict[str, Any]:
    """Return the supervisor's status, and with each employee its presence on the bus, and when it was last seen."""
    status = supervisor.status()
    for keeper, shown in zip(supervisor.keepers, status["employees"], strict=True):
        presence = bus.presence(keeper.entry.slug)
        if presence is not None:
            shown["presence"] = presence.standing
            shown["since"] = presence.since
        page = progress.read(home.employee(keeper.entry.slug) / "progress")
        if page is not None and page.alive_at is not None:
            shown["seen"] = page.alive_at.isoformat(timespec="seconds")
    return status


def _wake(keeper: Keeper, bus: BusService, up_to: int) -> None:
    """Have an employee look at its inbox up to a number (0: all of it): somebody has put a percept there.

    The bus tells it; where the bus cannot reach it now, its process gets the signal by which it looks at everything.
    """
    if not bus.wake(keeper.entry.slug, up_to):
        keeper.signal(signal.SIGUSR1)


def _process(name: str, pid: int | None) -> dict[str, Any]:
    cost = memory.of(pid) if pid is not None else None
    shown: dict[str, Any] = {"name": name, "pid": pid}
    if cost is not None:
        shown |= {"private_kib": cost.private, "proportional_kib": cost.proportional}
    return shown


def beside(handlers: Mapping[str, Handler], supervisor: Supervisor) -> dict[str, Handler]:
    """Return handlers of others, fitted in: each begins when the office listens, and when it has ended, however it did,
    the roster is read again, so that who was hired starts and who has left ends.
    """

    def fitted(handler: Handler) -> Handler:
        async def handle(arguments: Mapping[str, Any], report: Report) -> Any:
            await _office_listens(supervisor)
            try:
                return await handler(arguments, report)
            finally:
                supervisor.reload()

        return handle

    return {name: fitted(handler) for name, handler in handlers.items()}


async def _office_listens(supervisor: Supervisor) -> None:
    try:
        async with asyncio.timeout(READY_S):
            await supervisor.office_ready.wait()
    except TimeoutError as error:
        raise ResourceError("the office does not run at the moment", next_step="see logs/office.jsonl") from error
