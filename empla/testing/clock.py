"""A clock that stands still until it is told to go on."""

import asyncio
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday morning in winter: no quiet hours and no change of the clocks near."""


class VirtualClock:
    """Implements `empla.clock.Clock`. Time moves only by `move_to` and `advance`; sleepers wake when it is theirs."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self._began = at
        self._at = at
        self._sleepers: list[asyncio.Event] = []

    def now(self) -> datetime:
        """Return the instant it was last moved to."""
        return self._at

    def monotonic(self) -> float:
        """Return the seconds that it was moved on altogether."""
        return (self._at - self._began).total_seconds()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once it was moved to `instant` or beyond."""
        moved = asyncio.Event()
        self._sleepers.append(moved)
        try:
            while self._at < instant:
                moved.clear()
                await moved.wait()
        finally:
            self._sleepers.remove(moved)

    def wake(self) -> None:
        """Make every sleeper look at the time again."""
        for moved in self._sleepers:
            moved.set()

    def rest(self, until: datetime | None) -> None:
        """Do nothing: whoever moves this clock looks for himself whether anything is in hand."""

    def work(self) -> None:
        """Do nothing, as `rest`."""

    def move_to(self, instant: datetime) -> None:
        """Let it be `instant`, if that is later."""
        self._at = max(self._at, instant)
        self.wake()

    def set_to(self, instant: datetime) -> None:
        """Let it be `instant`, also an earlier one: somebody has set the clock."""
        self._at = instant
        self.wake()

    def advance(self, by: timedelta) -> None:
        """Let some time pass."""
        self.move_to(self._at + by)
