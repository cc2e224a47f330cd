"""Replay: the recorded percepts through the same pure cycle again, compared digest by digest (contract 14).

Identity is promised for the cycles that this very version of the code has run. Cycles of other versions are run again
too, and told apart: what they would do otherwise today is a change of the program, no fault. After a cycle that came
out otherwise it goes on from what was recorded, so that one difference is counted once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from empla import __version__
from empla.engine import archive
from empla.engine.journal import chained, restored
from empla.errors import EmplaError, InputError
from empla.memory.forgetting import task
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.bodies import Guard, unguarded
from empla.mind.cycle import cycle
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Believed, Change, Forgotten, MindState
from empla.store.store import Store

Until = datetime | int | None
"""Where to stop: after the last cycle at or before an instant, after the cycle of this number, or at the end."""
Told = Callable[[int], None]
"""Called with the number of each cycle that has been run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One cycle as the journal has it. `percept` is None where what was perceived has been erased."""

    cycle: int
    at: datetime
    code: str
    digest: str
    key: str
    percept: Percept | None
    body: bytes

    def changes(self) -> tuple[Change, ...]:
        """Return what the cycle changed."""
        found: tuple[Change, ...] = codec.loads(self.body.decode())
        return found


class Past:
    """A mind that recorded changes are applied to, also those of release 0.2, which named a forgotten belief by id."""

    def __init__(self, state: MindState) -> None:
        self.state = state
        self._ids: dict[str, Belief] | None = None  # made when the first such change comes: ids are not cheap

    def apply(self, changes: Iterable[Change]) -> None:
        """Make changes true here."""
        for change in changes:
            if isinstance(change, Forgotten) and change.belief and not change.functor:
                belief = self._known().get(change.belief)
                if belief is not None:
                    self.state.beliefs.remove(belief.functor, belief.arguments)
                continue
            if isinstance(change, Believed) and self._ids is not None:
                self._ids[change.belief.id] = change.belief
            self.state.apply((change,))

    def _known(self) -> dict[str, Belief]:
        if self._ids is None:
            self._ids = {belief.id: belief for belief in self.state.beliefs}
        return self._ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One cycle that comes out otherwise: what it changed, and what it would change; `why` if it cannot be run."""

    recorded: Recorded
    now: tuple[Change, ...] = ()
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Version:
    """How many cycles a version of the code has run, and how many of them would come out otherwise."""

    cycles: int = 0
    otherwise: int = 0


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What came of a replay. `first` is the first cycle of this version of the code that came out otherwise."""

    since: int
    cycles: int = 0
    last: int = 0
    until: datetime | None = None
    erased: int = 0
    versions: dict[str, Version] = field(default_factory=dict)
    first: Difference | None = None

    @property
    def differs_at(self) -> int:
        """Return the number of the first cycle of this version that came out otherwise, 0 if none did."""
        return self.first.recorded.cycle if self.first is not None else 0

    @property
    def own(self) -> Version:
        """Return the count of the version that is installed."""
        return self.versions.get(__version__, Version())

    @property
    def others(self) -> Mapping[str, Version]:
        """Return the counts of all other versions, in the order in which they ran."""
        return {code: count for code, count in self.versions.items() if code != __version__}


def replay(
    store: Store,
    library: PlanLibrary,
    guard: Guard = unguarded,
    *,
    since: int = 0,
    until: Until = None,
    told: Told = lambda _cycle: None,
) -> Replayed:
    """Run recorded cycles again and compare what they change: from the beginning, or after the snapshot of `since`.

    Where something was forgotten the beginning is the snapshot that was kept then: what was before is not whole.
    `guard` limits the bodies as it did then; without one a body that was stopped for running too long runs for ever.
    InputError if there is no snapshot of that cycle.
    """
    since = since or forgotten_until(store)
    state, previous = beginning(store, since)
    past = Past(state)
    found = Replayed(since=since, last=since)
    for row in recorded(store, since=since, until=until):
        past.apply(_again(state, row, previous, library, guard, found))
        previous = row.digest
        found.cycles += 1
        found.last, found.until = row.cycle, row.at
        told(row.cycle)
    return found


def _again(
    state: MindState, row: Recorded, previous: str, library: PlanLibrary, guard: Guard, found: Replayed
) -> tuple[Change, ...]:
    """Run one cycle again, count how it came out, and return the changes to go on with."""
    if row.percept is None:
        found.erased += 1
        return row.changes()
    count = found.versions.setdefault(row.code, Version())
    count.cycles += 1
    try:
        delta = cycle(state, row.percept, row.at, library, guard)
    except EmplaError as error:
        count.otherwise += 1
        found.first = found.first or _of_ours(Difference(recorded=row, why=error.sentence))
        return row.changes()
    body = codec.dumps(delta.changes).encode()
    same = chained(previous, body) == row.digest
    if same and body == row.body:
        return delta.changes
    was = row.changes()
    if same or row.code == __version__ or codec.dumps(was).encode() != body:
        count.otherwise += 1
        broken = "" if chained(previous, row.body) == row.digest else "what is recorded does not have its own digest"
        found.first = found.first or _of_ours(Difference(recorded=row, now=delta.changes, why=broken))
    if same:
        return delta.changes
    state.drop_live(delta.moved)
    return was


def _of_ours(difference: Difference) -> Difference | None:
    return difference if difference.recorded.code == __version__ else None


def recorded(store: Store, *, since: int = 0, until: Until = None) -> Iterator[Recorded]:
    """Iterate over the recorded cycles after `since`, a page at a time."""
    for entry in archive.journal(store, since + 1):
        at = datetime.fromisoformat(entry.at)
        if until is not None and (entry.cycle > until if isinstance(until, int) else at > until):
            return
        yield Recorded(
            cycle=entry.cycle,
            at=at,
            code=entry.code,
            digest=entry.digest,
            key=entry.percept,
            percept=archive.perceived_in(store, entry),
            body=entry.delta,
        )


def beginning(store: Store, since: int) -> tuple[MindState, str]:
    """Return the state after the snapshot of cycle `since` and that cycle's digest; of 0, a mind that knows nothing.

    InputError if there is no such snapshot.
    """
    erased = forgotten_until(store)
    if since < erased:
        raise InputError(
            f"what was before cycle {erased} is not whole: something was forgotten",
            next_step="begin with a later one, or with none for the first that is whole",
        )
    if not since:
        return MindState(), ""
    kept = store.find("snapshot", {"cycle": since}, ("body",))
    if not kept:
        raise InputError(f"there is no snapshot of cycle {since}", next_step=f"there are: {snapshots(store) or 'none'}")
    entry = archive.entry(store, since)
    return restored(kept[0].body), entry.digest if entry is not None else ""


def forgotten_until(store: Store) -> int:
    """Return the cycle after which the past is whole, 0 if nothing was ever erased from it."""
    return task.beginning(store)


def snapshots(store: Store) -> list[int]:
    """Return the cycles after which the whole mind was kept."""
    return [row.cycle for row in store.find("snapshot", {}, ("cycle",))]
