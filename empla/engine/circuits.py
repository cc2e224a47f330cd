"""Circuit breakers, one for each integration (law 8), and how each stands as far as the employee is told.

An integration is what operations and sensors reach by one way: they share its breaker. Every row and every sensor backs
off by itself; a breaker spares those that come after the same experience. It opens at `OPENS_AT` failures in a row, or
at once where the other side asks to be left alone, and stays so for a time that doubles with every further failure.
Then one may try (half-open); the others wait for what comes of it, and one success closes it.

A breaker is a courtesy and need not survive the process. What the employee was told does: after a restart the first
success says that it works again. Time is monotonic, which nobody can move.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from empla.clock import Clock
from empla.engine import failing
from empla.engine.failing import Signal
from empla.mind.health import Health

log = structlog.get_logger()

TROUBLED_AT: Final = 3
"""Failures in a row at which the employee is told that something is the matter."""
OPENS_AT: Final = 5
FIRST_S: Final = 30.0
LONGEST_S: Final = 300.0
SIGNED_OUT_S: Final = 3600.0
"""How long one is left alone that does not let the account in: servers lock accounts that knock too often."""
_SHORTEST_S: Final = 0.001  # what is less is none: a row's instant is kept to the microsecond


@dataclass(slots=True, kw_only=True)
class _Circuit:
    told: Health = Health.WORKING
    state: Health = Health.WORKING
    failures: int = 0
    opened: int = 0
    until: float = 0.0
    trial: str = ""
    since: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An integration stands otherwise than the employee was told; `since` is when it began to fail, or works again."""

    name: str
    state: Health
    since: datetime
    why: str


class Circuits:
    """The breakers of one process of one employee. `told` is how each integration stood by what it was told last."""

    def __init__(self, employee: str, clock: Clock, told: Mapping[str, str]) -> None:
        self._employee = employee
        self._clock = clock
        self._known: dict[str, _Circuit] = {
            name: _Circuit(told=Health(state), state=Health(state))
            for name, state in told.items()
            if state != Health.WORKING
        }

    def left_s(self, name: str) -> float:
        """Return for how many seconds an integration is to be left alone, 0 if it is not."""
        circuit = self._known.get(name)
        left = 0.0 if circuit is None else circuit.until - self._clock.monotonic()
        return left if left > _SHORTEST_S else 0.0

    def may_try(self, name: str, who: str) -> bool:
        """Return whether `who` may use an integration now; where it has just been left alone, it is the one to try."""
        circuit = self._known.get(name)
        if circuit is None or not circuit.opened:
            return True
        if self.left_s(name) > 0 or (circuit.trial and circuit.trial != who):
            return False
        circuit.trial = who
        return True

    def why(self, name: str) -> str:
        """Return by what an integration failed last, empty if it works."""
        circuit = self._known.get(name)
        return circuit.why if circuit is not None else ""

    def states(self) -> Mapping[str, Health]:
        """Return how every integration stands that does not work, by name."""
        return {name: c.state for name, c in self._known.items() if c.state is not Health.WORKING}

    def failed(self, name: str, error: BaseException, signal: Signal, why: str) -> None:
        """Note a failure, and what it says of the integration."""
        if not name or signal is Signal.NOTHING:
            return
        if signal is Signal.WORKS:
            self.worked(name)
            return
        circuit = self._known.setdefault(name, _Circuit())
        circuit.failures += 1
        circuit.since = circuit.since or self._clock.now()
        circuit.why, circuit.trial = why, ""
        asked_s = failing.asked_s(error)
        if signal is Signal.PAUSES and asked_s is not None:
            self._open(circuit, asked_s)
            self._stands(name, circuit, Health.TROUBLED)
        elif signal is Signal.SIGNED_OUT:
            self._open(circuit, SIGNED_OUT_S)
            self._stands(name, circuit, Health.SIGNED_OUT)
        elif signal is Signal.GONE or circuit.failures >= OPENS_AT or circuit.opened:
            longer = FIRST_S * 2.0 ** min(circuit.opened, 10) * failing.jitter(circuit.opened, self._employee, name)
            self._open(circuit, min(LONGEST_S, longer))
            self._stands(name, circuit, Health.DOWN)
        elif circuit.failures >= TROUBLED_AT:
            self._stands(name, circuit, Health.TROUBLED)

    def worked(self, name: str) -> None:
        """Note a success: the breaker closes."""
        circuit = self._known.get(name)
        if circuit is None:
            return
        if circuit.told is Health.WORKING:
            del self._known[name]
            return
        if circuit.state is not Health.WORKING:
            log.warning("integration works again", integration=name)
        self._known[name] = _Circuit(told=circuit.told, since=self._clock.now())

    def over(self, name: str, who: str) -> None:
        """Note that somebody who could try has ended, whatever came of it: another may try."""
        circuit = self._known.get(name)
        if circuit is not None and circuit.trial == who:
            circuit.trial = ""

    def untold(self) -> list[Change]:
        """Return what the employee is to be told: how integrations stand now, where that is not what it knows."""
        return [
            Change(name=name, state=c.state, since=c.since, why=c.why)
            for name, c in self._known.items()
            if c.state is not c.told and c.since is not None
        ]

    def know(self, changes: list[Change]) -> None:
        """Note that the employee was told these."""
        for change in changes:
            circuit = self._known[change.name]
            circuit.told = change.state
            if change.state is Health.WORKING and circuit.state is Health.WORKING:
                del self._known[change.name]

    def _open(self, circuit: _Circuit, seconds: float) -> None:
        circuit.opened += 1
        circuit.until = max(circuit.until, self._clock.monotonic() + seconds)

    def _stands(self, name: str, circuit: _Circuit, state: Health) -> None:
        """Let an integration stand so, unless worse is known of it; each change for the worse is one line."""
        if _ORDER.index(state) > _ORDER.index(circuit.state):
            circuit.state = state
            log.warning("integration out of order", integration=name, state=state.value, why=circuit.why)


_ORDER: Final = (Health.WORKING, Health.TROUBLED, Health.DOWN, Health.SIGNED_OUT)
