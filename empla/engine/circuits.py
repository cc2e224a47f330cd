"""Circuit breakers, one for each operation (law 8): a server that is down is left alone for a while.

Every row backs off by itself; a breaker spares the rows that come after it the same experience. It opens at
`FAILURES` temporary failures in a row and stays open for a time that doubles with every further failure; then the next
row tries again, and one success closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from empla.clock import Clock

log = structlog.get_logger()

FAILURES = 5
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    until: datetime | None = None


class Circuits:
    """The breakers of one process; they are no more than a courtesy, so they need not survive it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Circuit] = {}

    def open_until(self, operation: str) -> datetime | None:
        """Return until when an operation is to be left alone, None if it is not."""
        circuit = self._known.get(operation)
        if circuit is None or circuit.until is None or circuit.until <= self._clock.now():
            return None
        return circuit.until

    def failed(self, operation: str, why: str) -> None:
        """Note a temporary failure."""
        circuit = self._known.setdefault(operation, _Circuit())
        circuit.failures += 1
        beyond = circuit.failures - FAILURES
        if beyond >= 0:
            circuit.until = self._clock.now() + min(FIRST * 2 ** min(beyond, 10), LONGEST)
        if beyond == 0:
            log.warning("circuit open", operation=operation, why=why)

    def worked(self, operation: str) -> None:
        """Note a success: the breaker closes."""
        circuit = self._known.pop(operation, None)
        if circuit is not None and circuit.until is not None:
            log.info("circuit closed", operation=operation)
