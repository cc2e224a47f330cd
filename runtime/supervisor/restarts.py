"""When a process that ended is started again: pure rules, no clock and no process.

The first restart after a death is immediate. Back-off begins with the second: 1, 2, 4 ... 300 seconds, with jitter so
that employees that died of one cause do not all come back at one instant. Ten minutes well and it starts anew. `limit`
deaths within `window_s` are a crash loop: no more restarts, somebody must look.

A process that was killed from outside (SIGKILL that neither the supervisor nor the kernel for want of memory sent) did
nothing wrong, and the death does not count. It comes back at once if it had reached its work; one that is killed again
and again while it starts comes back more and more slowly, so that whatever kills it costs little.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import SystemRandom
from typing import Final

_JITTER: Final = 0.2
_DOUBLINGS: Final = 60  # beyond any longest wait; a float ends at 1023


def _draw() -> float:
    return SystemRandom().uniform(-_JITTER, _JITTER)


@dataclass(frozen=True, slots=True)
class RestartRule:
    """The figures, in seconds. `limit` deaths within `window_s` stop the restarts; 0 means never."""

    limit: int = 5
    window_s: float = 60.0
    first_s: float = 1.0
    longest_s: float = 300.0
    well_s: float = 600.0


@dataclass(slots=True)
class Restarts:
    """The deaths of one process, and what follows from them. Instants are monotonic seconds."""

    rule: RestartRule = field(default_factory=RestartRule)
    draw: Callable[[], float] = _draw
    _deaths: deque[float] = field(default_factory=deque)
    _in_a_row: int = 0

    def after_death(self, *, started: float, died: float) -> float | None:
        """Return the seconds to wait before the next start; None if there shall be none."""
        if died - started >= self.rule.well_s:
            self._in_a_row = 0
        self._in_a_row += 1
        self._deaths.append(died)
        while self._deaths[0] < died - self.rule.window_s:
            self._deaths.popleft()
        if self.rule.limit and len(self._deaths) >= self.rule.limit:
            return None
        if self._in_a_row == 1:
            return 0.0
        return self._doubled(self._in_a_row) * (1 + self.draw())

    def after_kill(self, starting: int) -> float:
        """Return the seconds to wait after a kill from outside, the `starting`th in a row while it started."""
        return self._doubled(starting) if starting > 1 else 0.0

    def _doubled(self, times: int) -> float:
        """Return the wait after the `times`th end in a row, from the second on."""
        return min(self.rule.first_s * 2.0 ** min(times - 2, _DOUBLINGS), self.rule.longest_s)

    def forget(self) -> None:
        """Begin anew: somebody looked, and asked for a restart."""
        self._deaths.clear()
        self._in_a_row = 0
