"""Keeping the sensors of one employee watching: what they notice is committed with their cursor, or not at all.

A sensor that fails is started again, for ever, by the same table as an operation (`failing`) and behind the same
breaker as whatever else uses its integration; it stops nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from empla.capabilities.contract import Noticed, Place, Sensor
from empla.clock import pause
from empla.engine import failing, inbox
from empla.engine.circuits import Circuits
from empla.engine.failing import Signal
from empla.errors import EmplaError, ExternalError, InternalError, NotKept
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.mind.values import OUTSIDE
from empla.store.leasing import LeaseLost
from empla.store.store import Store

log = structlog.get_logger()

STEADY_S: Final = 60.0
"""A sensor that has watched for so long without a word is taken to work."""
LONGEST_UNKEPT_S: Final = 30.0
"""The longest pause before what could not be written down, for the disk was full, is asked for again."""


class Sensing:
    """Runs the sensors of one employee. `integrations` says by which integration each watches, by its name.

    `stir` has the loop take a turn, `lose` takes the word that somebody else is this employee now.
    """

    def __init__(
        self,
        store: Store,
        place: Place,
        circuits: Circuits,
        integrations: Mapping[str, str],
        *,
        stir: Callable[[], None],
        lose: Callable[[LeaseLost], None],
    ) -> None:
        self._store = store
        self._place = place
        self._circuits = circuits
        self._integrations = integrations
        self._stir = stir
        self._lose = lose
        self._failures: dict[str, int] = {}

    async def keep(self, sensor: Sensor) -> None:
        """Keep a sensor watching until cancelled."""
        name = self._integrations.get(sensor.name, sensor.name)
        while True:
            while (left := self._circuits.left_s(name)) > 0:
                await pause(left)
            try:
                await self._watch(sensor, name)
                error: EmplaError = ExternalError(f"the sensor {sensor.name} ended by itself")
            except LeaseLost as lost:
                self._lose(lost)
                return
            except EmplaError as raised:
                error = raised
            except Exception as raised:  # a plug-in's own code: its fault must not stop the employee
                log.exception("sensor raised", sensor=sensor.name)
                error = InternalError(f"{type(raised).__name__}: {raised}")
            await pause(self._failed(sensor, name, error))

    async def _watch(self, sensor: Sensor, name: str) -> None:
        steady = asyncio.get_running_loop().call_later(STEADY_S, self._works, sensor, name)
        try:
            await sensor.watch(self._place, self._cursor(sensor), self._deliver_from(sensor, name))
        finally:
            steady.cancel()

    def _failed(self, sensor: Sensor, name: str, error: EmplaError) -> float:
        """Note a failure; return for how many seconds to wait before it is started again."""
        failures = self._failures[sensor.name] = self._failures.get(sensor.name, 0) + 1
        log.info("sensor failed", sensor=sensor.name, code=error.code, why=error.sentence, failures=failures)
        if not isinstance(error, NotKept):  # that is our store, and no fault of the other side
            signal = failing.behaviour(error).signal
            # What says nothing of the other side, or that it answers, still means that this sensor does not watch.
            self._circuits.failed(name, error, Signal.FAILS if signal in _SAYS_NOTHING else signal, error.sentence)
            self._stir()
        pause_s = failing.pause_s(error, failures, self._store.employee, sensor.name)
        return min(pause_s, LONGEST_UNKEPT_S) if isinstance(error, NotKept) else pause_s

    def _works(self, sensor: Sensor, name: str) -> None:
        self._failures.pop(sensor.name, None)
        self._circuits.worked(name)
        if self._circuits.untold():
            self._stir()

    def _cursor(self, sensor: Sensor) -> Mapping[str, Any] | None:
        rows = self._store.find("cursor", {"sensor": sensor.name}, ("body",))
        return dict(codec.loads(rows[0].body)) if rows else None

    def _deliver_from(self, sensor: Sensor, name: str) -> Callable[[Sequence[Noticed]], Awaitable[None]]:
        async def deliver(noticed: Sequence[Noticed]) -> None:
            self._works(sensor, name)
            if not noticed:
                return
            self._place.clock.work()
            try:
                self._keep(sensor, noticed)
            except LeaseLost:
                raise
            except failing.WAITS_IN_CYCLE as error:
                raise NotKept(error.sentence, next_step=error.next_step) from error
            self._stir()

        return deliver

    def _keep(self, sensor: Sensor, noticed: Sequence[Noticed]) -> None:
        with self._store.transaction("sense"):
            for item in noticed:
                percept = Percept(key=item.key, kind=item.kind, fields=item.fields, origin=OUTSIDE)
                fresh = inbox.insert(self._store, percept, self._place.clock.now())
                log.info("noticed", kind=item.kind, correlation=inbox.correlation(item.key), fresh=fresh)
            body = codec.dumps(noticed[-1].cursor)
            self._store.put("cursor", ("sensor",), ("body",), {"sensor": sensor.name, "body": body})


_SAYS_NOTHING: Final = frozenset({Signal.NOTHING, Signal.WORKS})
