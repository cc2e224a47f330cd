"""How much memory and processor an employee may use, and telling who uses more: pure rules, no clock and no process.

Two fences stand round each employee. At the limit the supervisor's own watch ends it in order and says why. At twice
the limit the kernel stops what was quicker than the watch: a control group where the supervisor may make some
(`groups`), and in any case RLIMIT_DATA, at which an allocation fails, so that a plan that eats memory mostly fails
alone. The limits are far above what work takes (some 40 MiB), so nobody meets them by working.
"""

from dataclasses import dataclass
from typing import Final

from empla.config import Settings

WALL: Final = 2
"""The kernel's fence stands at this many times the limit."""

_BUSY: Final = 0.9
"""Share of the processor limit from which on it counts as reached: a program that only loops never gets all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one employee may use: MiB of memory of its own, and cores, meant over `window_s` seconds. 0: no limit."""

    memory_mib: int = 512
    cpu: float = 1.0
    window_s: float = 60.0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return what the settings say."""
        return cls(memory_mib=settings.memory_limit_mib, cpu=settings.cpu_limit)

    @property
    def wall_mib(self) -> int:
        """The memory at which the kernel stops it; 0: nowhere."""
        return self.memory_mib * WALL

    def too_much_memory(self, private_kib: int) -> str:
        """Return what is wrong with so much memory, empty if nothing is."""
        mib = private_kib // 1024
        if not self.memory_mib or mib <= self.memory_mib:
            return ""
        return f"used {mib} MiB of memory, more than the {self.memory_mib} MiB it may"


@dataclass(slots=True)
class ProcessorWatch:
    """Watches the processor time of one process, from window to window. Instants are monotonic seconds."""

    limits: Limits
    _since: float = float("-inf")
    _used_s: float = 0.0
    _marks: int = 0

    def due(self, at: float) -> bool:
        """Whether a window has passed, so that it is worth looking."""
        return bool(self.limits.cpu) and at - self._since >= self.limits.window_s

    def look(self, at: float, used_s: float, marks: int) -> tuple[float, str]:
        """Return the share of a core that was used over the window if it reached the limit, else 0, and what is wrong.

        `used_s` is all processor time so far, `marks` how often its loop has come round. Much work is no fault, so
        something is wrong only if the loop did not come round at all meanwhile.
        """
        length = at - self._since
        share, stood = (used_s - self._used_s) / length, marks == self._marks
        self._since, self._used_s, self._marks = at, used_s, marks
        if length > 2 * self.limits.window_s or share < self.limits.cpu * _BUSY:
            return 0.0, ""  # the first look, or one after the machine slept, or nothing unusual
        return share, f"used {share:.0%} of a core for {length:.0f} s and did nothing by it" if stood else ""
