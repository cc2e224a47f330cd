"""What an employee does while nothing else is to do: a piece at a time, of some milliseconds, in this order.

    compact       pack what is old
    retell        make the episodes of what was done before there were any
    catch up      take new episodes into the indexes of memory
    consolidate   summarise, extract, merge, fade: at night, and in between what is new

Where nothing is due it costs next to nothing and commits nothing (law 4).
"""

from collections.abc import Callable
from datetime import datetime

from empla.engine import inbox
from empla.engine.compacting import compact_if_due
from empla.engine.memory import OwnMemory
from empla.engine.remembering import Effects, Retelling
from empla.memory.consolidation.due import CURSOR, consolidate_if_due
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.mind import codec
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
        self._terms = Terms(tell=inbox.insert, retention=memory.retention)
        self._news = True  # whether anything may have happened since consolidation had nothing to do
        self._due: datetime | None = None

    def happened(self) -> None:
        """Note that something was done or told since the last piece."""
        self._news = True

    def piece(self, at: datetime) -> bool:
        """Do one piece of what is due at `at`, in a transaction of its own; return whether there may be more."""
        if compact_if_due(self._store, at) or self._retelling.retell_if_due(at, self._state()):
            return True
        return self._memory.catch_up_if_due() or self._consolidate(at)

    def next_due(self) -> datetime | None:
        """Return when there is something to do, if nothing happens before."""
        return self._due

    def _consolidate(self, at: datetime) -> bool:
        if not self._news and (self._due is None or at < self._due):
            return False
        before = self._come_so_far()
        more = consolidate_if_due(self._store, at, self._terms)
        if more or self._come_so_far() != before:
            self._memory.came(1)
            return True  # it may have told the mind of something, too
        self._news, self._due = False, self._next_run()
        return False

    def _come_so_far(self) -> str:
        rows = self._store.find("cursor", {"sensor": CURSOR}, ("body",))
        return str(rows[0].body) if rows else ""

    def _next_run(self) -> datetime | None:
        """Return when consolidation is due next: in the night, or sooner for what has come since."""
        body = self._come_so_far()
        known: Consolidating = codec.loads(body) if body else Consolidating()
        newest = self._store.find("episode", (), ("seq",), limit=1, newest=True)
        waits = bool(newest) and newest[0].seq > known.read
        due = [at for at in (known.next_night, known.next_idle if waits else None) if at is not None]
        return min(due) if due else None
