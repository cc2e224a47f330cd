"""What an employee does while nothing else is to do: a piece at a time, of some milliseconds, in this order.

    compact       pack what is old
    retell        make the episodes of what was done before there were any
    catch up      take new episodes into the indexes of memory

Where nothing is due it costs next to nothing and commits nothing (law 4).
"""

from collections.abc import Callable
from datetime import datetime

from empla.engine.compacting import compact_if_due
from empla.engine.memory import OwnMemory
from empla.engine.remembering import Effects, Retelling
from empla.mind.plans import PlanLibrary
from empla.mind.state import MindState
from empla.store.store import Store


class Housekeeping:
    """Keeps one employee's house. `state` gives the mind as it is now."""

    def __init__(
        self,
        store: Store,
        library: PlanLibrary,
        effects: Effects,
        memory: OwnMemory,
        state: Callable[[], MindState],
    ) -> None:
        self._store = store
        self._memory = memory
        self._state = state
        self._retelling = Retelling(store, library, effects)

    def piece(self, at: datetime) -> bool:
        """Do one piece of what is due at `at`, in a transaction of its own; return whether there may be more."""
        if compact_if_due(self._store, at) or self._retelling.retell_if_due(at, self._state()):
            return True
        return self._memory.catch_up_if_due()
