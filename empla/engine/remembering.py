"""Episodes in the engine: made in the transaction of each cycle, and of what was done before there were any.

What a cycle changed is in memory; what came before is in the tables, and read only where an episode needs it. The past
of an older home is gone through a piece at a time while nothing else is to do, as `empla.engine.compacting` does it.
The same function makes the same episodes of the journal, so nothing is changed where they are there already.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

import structlog

from empla.engine import archive
from empla.engine.archive import Entry
from empla.errors import ValidationError
from empla.memory.episodes import deriving, writing
from empla.memory.episodes.past import Act
from empla.memory.model import Episode
from empla.mind import codec
from empla.mind.codec import registered
from empla.mind.goals import Goal
from empla.mind.intentions import Intention, StepRecord
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Change, Delta, MindState
from empla.store.store import Store

log = structlog.get_logger()

SENSOR = "episodes"
"""Where the table of cursors keeps how far the past has been gone through."""
CYCLES = 10
"""Cycles of the past in one piece: some ten milliseconds of work."""
FIRST = (0, 5)
"""The first release whose cycles made episodes."""

Effects = Callable[[str], str]
"""Returns the effect of an operation, "" if nobody knows it."""


def remember(
    store: Store, percept: Percept, delta: Delta, state: MindState, library: PlanLibrary, effects: Effects, at: datetime
) -> int:
    """Write the episodes of a cycle in its transaction, and return how many there are.

    `state` is the mind with the cycle's changes.
    """
    made = deriving.episodes(percept, delta.changes, _Present(store, state, delta.changes, library, effects), at)
    if made:
        writing.write(store, made, at)
    return len(made)


class _Tables:
    """What the tables know of before (`empla.memory.episodes.past.Past`)."""

    def __init__(self, store: Store, library: PlanLibrary, effects: Effects) -> None:
        self._store = store
        self._library = library
        self.effect = effects

    def act(self, action: str) -> Act | None:
        rows = self._store.find("action", {"id": action}, ("effect", "target"))
        return Act(rows[0].effect, json.loads(rows[0].target)) if rows else None

    def step(self, step: str) -> StepRecord | None:
        return archive.step(self._store, step)

    def intention(self, intention: str) -> Intention | None:
        rows = self._store.find("intention", {"id": intention}, ("body",))
        found: Intention | None = codec.loads(rows[0].body) if rows else None
        return found

    def goal(self, goal: str) -> str:
        rows = self._store.find("goal", {"id": goal}, ("name",)) if goal else ()
        return str(rows[0].name) if rows else ""

    def is_quiet(self, plan: str, version: int) -> bool:
        known = self._library.plans.get((plan, version))
        return known is not None and known.quiet


class _Present(_Tables):
    """What is known at the end of a cycle: in memory first."""

    def __init__(
        self, store: Store, state: MindState, changes: Sequence[Change], library: PlanLibrary, effects: Effects
    ) -> None:
        super().__init__(store, library, effects)
        self._state = state
        self._changes = changes

    @cached_property
    def own(self) -> str:
        """The employee's own address."""
        return _text(self._profile("address"))

    @cached_property
    def manager(self) -> str:
        """The manager's address."""
        return _text(self._profile("manager"))

    @cached_property
    def zone(self) -> str:
        """The zone in which the employee works."""
        return str(self._profile("zone") or "UTC")

    def _profile(self, name: str) -> object:
        held = self._state.beliefs.matching("profile", name)
        return next((b.arguments[1] for b in held if not b.overruled), "")

    def step(self, step: str) -> StepRecord | None:
        for change in self._changes:
            if isinstance(change, StepRecord) and change.id == step:
                return change
        intention, _, index = step.partition(".")
        known = self._state.histories.get(intention, {}).get(index)
        return known or super().step(step)

    def intention(self, intention: str) -> Intention | None:
        known = self._state.intentions.get(intention)
        if known is not None:
            return known
        ended = (c for c in self._changes if isinstance(c, Intention) and c.id == intention)
        return next(ended, None) or super().intention(intention)

    def goal(self, goal: str) -> str:
        known = self._state.goals.get(goal)
        if known is not None:
            return known.name
        ended = (c.name for c in self._changes if isinstance(c, Goal) and c.id == goal)
        return next(ended, "") or super().goal(goal)


def _text(address: object) -> str:
    return str(address).lower()


# what was done before -------------------------------------------------------------------------------------------------


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """How far the past has been gone through: the next cycle, and the last that may have no episodes."""

    next: int = 1
    last: int = 0


class Retelling:
    """Makes the episodes of what an employee did before it made any, once for each store."""

    def __init__(self, store: Store, library: PlanLibrary, effects: Effects) -> None:
        self._store = store
        self._library = library
        self._effects = effects
        self._over = False

    def retell_if_due(self, at: datetime, state: MindState) -> bool:
        """Do one piece in a transaction of its own; return whether there may be more. `state` says who the employee is.

        When it is over it costs nothing.
        """
        if self._over:
            return False
        known = self._so_far()
        if known is None or known.next > known.last:
            self._over = known is not None
            return False
        with self._store.transaction("retell", gathers=True):
            known = self._piece(known, state, at)
            self._store.put("cursor", ("sensor",), ("body",), {"sensor": SENSOR, "body": codec.dumps(known)})
        return True

    def _so_far(self) -> Retold | None:
        """Return how far it has come; None while there is no past at all."""
        rows = self._store.find("cursor", {"sensor": SENSOR}, ("body",))
        if rows:
            known: Retold = codec.loads(rows[0].body)
            return known
        oldest = self._store.find("journal", (), ("seq", "code"), limit=1)
        if not oldest:
            return None
        first = oldest[0] if oldest[0].seq == 1 else archive.entry(self._store, 1)
        if first is not None and _release(first.code) >= FIRST:
            return Retold()
        return Retold(last=self._store.find("journal", (), ("seq",), limit=1, newest=True)[0].seq)

    def _piece(self, known: Retold, state: MindState, at: datetime) -> Retold:
        entries = list(islice(archive.journal(self._store, known.next), CYCLES))
        for entry in entries:
            if entry.cycle <= known.last:
                writing.write(self._store, self._of(entry, state), at)
        if len(entries) < CYCLES or entries[-1].cycle >= known.last:
            log.info("what was done before is remembered", cycles=known.last)
            return replace(known, next=known.last + 1)
        return replace(known, next=entries[-1].cycle + 1)

    def _of(self, entry: Entry, state: MindState) -> Sequence[Episode]:
        """Return the episodes of a cycle of the past; none where what it handled was erased, or cannot be read."""
        changes = list(_changes(entry))
        with suppress(ValidationError):  # of a plug-in that is gone
            percept = archive.perceived_in(self._store, entry)
            past = _Present(self._store, state, changes, self._library, self._effects)
            if percept is not None:
                return deriving.episodes(percept, changes, past, datetime.fromisoformat(entry.at))
        return ()


def _changes(entry: Entry) -> Iterable[Change]:
    """Yield the changes of a cycle; what a plug-in kept that is gone cannot be read, and is passed over."""
    for change in json.loads(entry.delta):
        with suppress(ValidationError):
            yield codec.decode(change)


def _release(code: str) -> tuple[int, ...]:
    """Return the major and the minor number of a release."""
    return tuple(int(number) for number in code.split(".")[:2] if number.isdecimal())
