"""Telling a process that is alive from one that advances."""

from dataclasses import dataclass
from typing import Final

_OWN_GAP_S: Final = 5.0


@dataclass(slots=True)
class BeatWatch:
    """Watches one beat. Instants are monotonic seconds; the beat's own value is only compared with itself."""

    limit_s: float
    _beat: int = -1
    _since: float = 0.0
    _looked: float = float("-inf")

    def hangs(self, at: float, beat: int) -> bool:
        """Look at the beat; return whether it has stood still for longer than the limit.

        If the watcher itself was away (stopped, or the machine asleep) the process gets the whole limit again: it may
        have been away too.
        """
        if beat != self._beat or at - self._looked > _OWN_GAP_S:
            self._beat, self._since = beat, at
        self._looked = at
        return at - self._since > self.limit_s
