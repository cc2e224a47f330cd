"""An employee's own memory in its process: read by its operations, changed by percepts, its indexes kept up to date.

It is opened when it is first needed, by a connection of its own, so that one who is asked nothing carries nothing of
it. Indexes come up to date a piece at a time while nothing else is to do: once many episodes have come, or at once
where it is open or vectors are to be made, which takes a thread of its own, for it may wait for others.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from empla.clock import Clock
from empla.engine import failing, inbox
from empla.errors import EmplaError, NotKept, ResourceError
from empla.memory.commands import MEMORY
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.store import Store

if TYPE_CHECKING:
    from empla.memory.memory import Memory

log = structlog.get_logger()

PIECE: Final = 8
"""Episodes that are taken into the indexes at once."""
MANY: Final = 100
"""Episodes after which memory is opened only to bring its indexes up to date: before, whoever asks does it sooner."""

_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalls:
    """How a process comes by the memory to read, and how long what happened is kept (None: for ever).

    `eager`: what comes is to be made vectors of as soon as may be.
    """

    opens: "Callable[[], Memory]"
    eager: bool = False
    retention: timedelta | None = None


class OwnMemory:
    """Implements `MemoryAccess` for one process. Without `recalls` nothing can be recalled; changes can be told.

    `stir` has the loop take its turn.
    """

    def __init__(self, store: Store, clock: Clock, recalls: Recalls | None, stir: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._recalls = recalls
        self._stir = stir
        self._memory: Memory | None = None
        # How many episodes have come since the indexes were up to date. Vectors may be behind from before.
        self._behind = 1 if recalls is not None and recalls.eager else 0
        self._aside: asyncio.Future[bool] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._ends = threading.Event()

    @property
    def retention(self) -> timedelta | None:
        """Return how long what happened is kept, None for ever."""
        return self._recalls.retention if self._recalls is not None else None

    # for operations -------------------------------------------------------------------------------------------

    @property
    def is_there(self) -> bool:
        """Whether there is a memory to ask here."""
        return self._recalls is not None

    def recall(self, cue: Any, budget: int = 4_000) -> Any:
        """Return what belongs to a cue."""
        return self.opened().recall(cue, budget)

    def opened(self) -> "Memory":
        """Return the memory to read, brought up to date."""
        memory = self._open()
        taken = memory.catch_up(soon=True)
        if self._aside is None:  # vectors may be behind still
            self._behind = 1 if memory.meaning is not None and taken >= PIECE else 0
        return memory

    def tell(self, key: str, fields: Mapping[str, Any]) -> None:
        """Write a percept that changes memory; NotKept where the store cannot be written for now."""
        try:
            inbox.send(self._store, Percept(key=key, kind=MEMORY, fields=fields, origin=OWN), self._clock.now())
        except failing.WAITS_IN_CYCLE as error:
            raise NotKept(error.sentence, next_step=error.next_step) from error
        self._stir()

    def _open(self) -> "Memory":
        if self._memory is None:
            if self._recalls is None:
                raise ResourceError("nothing is remembered here")
            self._memory = self._recalls.opens()
        return self._memory

    # keeping up -----------------------------------------------------------------------------------------------

    def came(self, episodes: int) -> None:
        """Note that so many episodes have come."""
        self._behind += episodes

    def catch_up_if_due(self) -> bool:
        """Take a piece of what has come into the indexes; return whether there may be more.

        Where nothing has come it costs nothing. What goes wrong with an index stops nobody: it is tried again when
        more has come.
        """
        if not self._is_due():
            return False
        try:
            memory = self._open()
            if memory.meaning is not None:
                self._aside = asyncio.get_running_loop().run_in_executor(self._worker(), self._all)
                self._aside.add_done_callback(partial(self._caught_up, self._behind))
                return False
            taken = memory.catch_up(PIECE)
        except EmplaError as error:
            log.warning("memory is not up to date", why=error.sentence)
            taken = 0
        if taken < PIECE:
            self._behind = 0
        return self._behind > 0

    def let_go(self) -> None:
        """Have the indexes let go of what was forgotten, now: nothing of it may be left in their files."""
        if self._recalls is not None:
            self.opened().graph.catch_up()

    def _is_due(self) -> bool:
        if self._recalls is None or not self._behind or self._aside is not None:
            return False
        return self._recalls.eager or self._memory is not None or self._behind >= MANY

    def _worker(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "memory")
        return self._thread

    def _all(self) -> bool:
        """Bring everything up to date, in a thread and by connections of its own; return whether it is.

        While nobody makes vectors (who does begins beside us, or begins again) it is tried ever more seldom.
        """
        assert self._recalls is not None
        pause_s = _FIRST_PAUSE_S
        try:
            with closing(self._recalls.opens()) as memory:
                while not self._ends.is_set():
                    if memory.catch_up(PIECE) >= PIECE:
                        pause_s = _FIRST_PAUSE_S
                    elif memory.meaning is None or not memory.meaning.is_behind:
                        return True
                    else:
                        self._ends.wait(pause_s)
                        pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s)
        except EmplaError as error:
            log.warning("memory is not up to date", why=error.sentence)
        return False

    def _caught_up(self, before: int, done: "asyncio.Future[bool]") -> None:
        self._aside = None
        self._behind -= before  # more may have come meanwhile
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("memory cannot be brought up to date", why=f"{type(error).__name__}: {error}")
        elif self._behind:
            self._stir()

    def close(self) -> None:
        """Close what was opened; what is under way in its thread ends after the piece in hand."""
        self._ends.set()
        if self._thread is not None:
            self._thread.shutdown(wait=False)
        if self._memory is not None:
            self._memory.close()
            self._memory = None
