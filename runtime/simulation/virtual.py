"""Virtual time: an event loop that never waits, and a clock that reads its time.

When nothing is ready to run, the loop's time jumps to its next timer. So engines with their sensors, pauses, time-outs
and breakers run unchanged, and a month passes as fast as what happens in it can be computed. There are no threads and
no sockets: what is handed to an executor runs at once, in the loop, so that two runs are the same.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_NEVER: Final = "nothing is ready and no timer is set: everybody waits for somebody else"


class _Selector(selectors.BaseSelector):
    """Waits for nothing: in place of waiting it lets the loop's time pass."""

    def __init__(self) -> None:
        self._known: dict[int, selectors.SelectorKey] = {}
        self.passes: Callable[[float | None], None] = lambda _seconds: None

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Remember the loop's own pipe, through which nothing ever comes."""
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._known[number] = selectors.SelectorKey(fileobj, number, events, data)
        return self._known[number]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget it."""
        return self._known.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let so much time pass and return nothing."""
        if timeout is None or timeout > 0:
            self.passes(timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return what is remembered."""
        return self._known


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time begins at 0 and passes only by jumps from timer to timer."""

    def __init__(self) -> None:
        self._now = 0.0
        self._selected = _Selector()
        super().__init__(self._selected)
        self._selected.passes = self._pass
        self.jumps = 0

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._now

    def _pass(self, seconds: float | None) -> None:
        if seconds is None:
            raise RuntimeError(_NEVER)
        self.jumps += 1
        self._now += seconds

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run it now, and give what came of it."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class SimulatedClock:
    """Implements `empla.clock.Clock` over a virtual loop's time. `shift` moves it, as a machine's clock is moved."""

    def __init__(self, loop: asyncio.AbstractEventLoop, began: datetime) -> None:
        self._loop = loop
        self._began = began.astimezone(UTC)
        self._shift = timedelta()
        self._sleepers: list[asyncio.Event] = []

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return self._began + timedelta(microseconds=round(self._loop.time() * 1_000_000)) + self._shift

    def monotonic(self) -> float:
        """Return the loop's seconds, which nobody can move."""
        return self._loop.time()

    def shift(self, by: timedelta) -> None:
        """Move the clock, forward or back, and wake whoever waits on it."""
        self._shift += by
        self.wake()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once `now() >= instant`, also when the clock is moved while waiting."""
        moved = asyncio.Event()
        self._sleepers.append(moved)
        try:
            while (left := (instant - self.now()).total_seconds()) > 0:
                moved.clear()
                try:
                    async with asyncio.timeout(left):
                        await moved.wait()
                except TimeoutError:
                    continue
        finally:
            self._sleepers.remove(moved)

    def wake(self) -> None:
        """Make every waiter look at the time again."""
        for moved in self._sleepers:
            moved.set()

    def rest(self, until: datetime | None) -> None:
        """Do nothing: the loop sees by itself when nothing is in hand."""

    def work(self) -> None:
        """Do nothing, as `rest`."""
