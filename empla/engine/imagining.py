"""Imagining: what would have come of it, had some percepts not come?

The recorded cycles are run again without them, from the first of them on. Ids stay comparable: an intention that is
adopted in the same cycle for the same reason has the id that it has in the journal, whatever was adopted before; one
that is only imagined has a number that no recorded one has.

What the world answered is taken as it answered then, and only where it was asked the very same: an act that is asked
for no more has no outcome, and of one that is only imagined, asked otherwise or not approved any more the outcome is
not known, so that it stays open. Waits that are only imagined end at their time. What other people did is left as it
was.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, Final

from empla.engine import archive
from empla.engine.replay import Difference, Past, Recorded, Told, Until, beginning, recorded, snapshots
from empla.engine.timers import timer
from empla.errors import EmplaError, InputError
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.bodies import Guard, unguarded
from empla.mind.cycle import cycle
from empla.mind.goals import Goal
from empla.mind.intentions import Intention
from empla.mind.percepts import CONTINUE, TIMER, Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Asked, Change, Continued, Decided, Due, MindState, Recalled, Withdrawn, number
from empla.mind.steps import Wait
from empla.mind.values import Source
from empla.store.store import Store, instant

IMAGINED: Final = 1_000_000_000
"""Intentions that are only imagined are numbered from here."""

_ID = re.compile(r"([a-z]\d+)((?:\.\d+)*)")
_OWN = (Source.OWN, Source.POLICY)

Kept = Belief | Goal | Intention


@dataclass
class World:
    """A mind as it was, or as it is imagined, and what it did on the way."""

    state: MindState
    asked: dict[str, Asked] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    intentions: dict[str, Intention] = field(default_factory=dict)
    dues: dict[str, Due] = field(default_factory=dict)
    _fates: dict[str, list[str]] = field(default_factory=dict)
    _past: Past = field(init=False)

    def __post_init__(self) -> None:
        self._past = Past(self.state)

    def take(self, changes: Iterable[Change]) -> None:
        """Make changes true here."""
        changes = tuple(changes)
        self._past.apply(changes)
        for change in changes:
            match change:
                case Asked():
                    self.asked[change.action] = change
                case Goal():
                    self.goals[change.id] = change
                case Intention():
                    self.intentions[change.id] = change
                case Due():
                    self.dues[timer(change.step, instant(change.at)).key] = change
                case Recalled() | Decided():
                    self._fates.setdefault(change.action, []).append(codec.dumps(change))
                case Withdrawn():
                    self._fates.setdefault(change.intention, []).append("withdrawn")

    def fate(self, action: str) -> tuple[Any, ...]:
        """Return all that the mind had to do with what became of an action."""
        asked = codec.dumps(self.asked[action]) if action in self.asked else None
        return asked, self._fates.get(action), self._fates.get(action.partition(".")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ActThen:
    """An act that would have been another: as it was asked for, and as it would be; None where it is not."""

    action: str
    was: Asked | None
    now: Asked | None

    @property
    def what(self) -> str:
        """Return in what it differs."""
        if self.now is None:
            return "not asked"
        if self.was is None:
            return "asked anew"
        return "decided otherwise" if self.was == self.now else "asked otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A belief, goal or intention that would be another at the end; None where it would not be, or was not."""

    id: str
    was: Kept | None
    now: Kept | None


@dataclass(slots=True, kw_only=True)
class Imagined:
    """What would have been. `without` are the keys that were left out, `unheard` of what then would not have come."""

    without: tuple[str, ...]
    since: int
    begins: int
    was: World
    now: World
    cycles: int = 0
    otherwise: int = 0
    last: int = 0
    until: datetime | None = None
    timers: int = 0
    unheard: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    first: Difference | None = None

    def acts(self) -> list[ActThen]:
        """Return the acts that would have been others, those that would be missing first."""
        known = dict.fromkeys((*self.was.asked, *self.now.asked))
        return [
            ActThen(action=action, was=self.was.asked.get(action), now=self.now.asked.get(action))
            for action in known
            if self.was.fate(action)[:2] != self.now.fate(action)[:2]
        ]

    def beliefs(self) -> list[Then]:
        """Return the beliefs that would be held, or not held, or held otherwise at the end."""
        return _then({b.id: b for b in self.was.state.beliefs}, {b.id: b for b in self.now.state.beliefs})

    def goals(self) -> list[Then]:
        """Return the goals with another end."""
        return _then(self.was.goals, self.now.goals)

    def intentions(self) -> list[Then]:
        """Return the intentions with another end."""
        return _then(self.was.intentions, self.now.intentions)


def _then(was: Mapping[str, Kept], now: Mapping[str, Kept]) -> list[Then]:
    ids = dict.fromkeys((*was, *now))
    return [Then(id=i, was=was.get(i), now=now.get(i)) for i in ids if was.get(i) != now.get(i)]


def imagine(
    store: Store,
    library: PlanLibrary,
    without: Sequence[str],
    guard: Guard = unguarded,
    *,
    since: int | None = None,
    until: Until = None,
    told: Told = lambda _cycle: None,
) -> Imagined:
    """Run the recorded cycles again without the percepts with these keys.

    Begins after the snapshot of cycle `since`, by default the last one before the first of them. InputError for a key
    that no cycle has handled in this stretch.
    """
    begins = min(_handled(store, key) for key in without)
    if since is None:
        since = max((known for known in snapshots(store) if known < begins), default=0)
    if begins <= since or (isinstance(until, int) and begins > until):
        raise InputError(
            f"cycle {begins}, which handled it, is not among those to be run again",
            next_step="leave out --from and --until",
        )
    was, now = (World(beginning(store, since)[0]) for _ in range(2))
    found = Imagined(without=tuple(without), since=since, begins=begins, was=was, now=now, last=since)
    imagination = _Imagination(found, library, guard, lambda key: bool(archive.cycle_of(store, key)))
    for row in recorded(store, since=since, until=until):
        imagination.relive(row)
        told(row.cycle)
    return found


def _handled(store: Store, key: str) -> int:
    """Return the cycle that handled a percept."""
    cycle = archive.cycle_of(store, key)
    if cycle:
        return cycle
    known = store.find("percept", {"key": key}, ("state",))
    if not known:
        raise InputError(f"nothing that was perceived has the key {key!r}", next_step="see `empla why MESSAGE-ID`")
    raise InputError(f"{key!r} was not thought about: it is {known[0].state}", next_step="leave out what was handled")


class _Imagination:
    def __init__(self, found: Imagined, library: PlanLibrary, guard: Guard, came: Callable[[str], bool]) -> None:
        self._found = found
        self._came = came
        self._library = library
        self._guard = guard
        self._was, self._now = found.was, found.now
        self._adopted = IMAGINED
        self._left_out = set(found.without)
        self._continued: dict[str, Percept] = {}
        self._awaited: set[str] = set()
        self._alarms: list[tuple[datetime, str]] = []
        for due in _still_due(self._now.state):
            self._await(due)

    def relive(self, row: Recorded) -> None:
        """Live through one recorded cycle in both worlds."""
        changes = row.changes()
        if row.cycle < self._found.begins:
            self._was.take(changes)
            self._now.take(changes)
            for change in changes:
                if isinstance(change, Due):
                    self._await(change)
            return
        self._wake_until(row.at)
        self._count(row)
        percept = self._heard(row)
        mine = self._comparable(row, changes, percept)
        same = _is(mine, row, changes)
        mine = changes if same else codec.loads(codec.dumps(mine))
        if not same:
            self._found.otherwise += 1
            if percept is not None:
                self._found.first = self._found.first or Difference(recorded=row, now=mine)
        self._awaited |= {c.percept.key for c in changes if isinstance(c, Continued)}
        self._was.take(changes)
        self._take(mine, row.at)

    def _count(self, row: Recorded) -> None:
        self._found.cycles += 1
        self._found.last, self._found.until = row.cycle, row.at
        self._found.versions[row.code] = self._found.versions.get(row.code, 0) + 1

    def _wake_until(self, at: datetime) -> None:
        """Let the imagined waits end whose time has come."""
        while self._alarms and self._alarms[0][0] <= at:
            due, key = heappop(self._alarms)
            waiter = self._now.dues[key].step
            if _waits(self._now.state, waiter):
                self._found.timers += 1
                self._live(timer(waiter, instant(due)), due)

    def _heard(self, row: Recorded) -> Percept | None:
        """Return what it would have perceived in this cycle, None if nothing."""
        if row.percept is None or row.key in self._left_out:
            return None
        heard = self._still_comes(row.percept)
        if heard is None:
            self._left_out.add(row.key)
            self._found.unheard.append(row.key)
        return heard

    def _still_comes(self, percept: Percept) -> Percept | None:
        """Return a percept if it would have come, too, where it comes of what the employee did itself."""
        if percept.origin.source not in _OWN:
            return percept
        if percept.kind == CONTINUE:
            return self._continued.pop(percept.key, None)
        if percept.kind == TIMER and percept.key in self._was.dues:
            return percept if percept.key in self._now.dues else None
        action = percept.get("action")
        if isinstance(action, str) and self._was.fate(action) != self._now.fate(action):
            return None
        return None if percept.get("percept") in self._left_out else percept

    def _comparable(self, row: Recorded, changes: Sequence[Change], percept: Percept | None) -> tuple[Change, ...]:
        """Run a cycle in the imagined world, with the ids that it has in the journal where it takes up the same."""
        if percept is None:
            return ()
        begin = self._was.state.adopted
        self._now.state.adopted = begin
        mine = self._run(percept, row.at)
        ids = self._ids(self._new(mine, begin), _taken_up(changes, begin))
        if all(imagined == known for imagined, known in ids.items()):
            return mine
        self._now.state.live.clear()
        renamed: tuple[Change, ...] = codec.decode(_renamed(codec.encode(mine), ids))
        return renamed

    def _new(self, changes: Iterable[Change], begin: int) -> list[Goal | Intention]:
        now = self._now
        return [o for o in _taken_up(changes, begin) if o.id not in now.intentions and o.id not in now.goals]

    def _ids(self, mine: Sequence[Goal | Intention], recorded: Sequence[Goal | Intention]) -> dict[str, str]:
        """Return for each id that was given in an imagined cycle the one to be compared by."""
        ids: dict[str, str] = {}
        left = list(recorded)
        for one in mine:
            same = _reason(one, ids)
            known = next((other for other in left if _reason(other, {}) == same), None)
            if known is None:
                self._adopted += 1
                ids[one.id] = f"{one.id[0]}{self._adopted}"
            else:
                left.remove(known)
                ids[one.id] = known.id
        return ids

    def _live(self, percept: Percept, at: datetime) -> None:
        """Run a cycle that is in no journal."""
        self._now.state.adopted = self._adopted
        changes = self._run(percept, at)
        self._adopted = max((number(one.id) for one in self._new(changes, self._adopted)), default=self._adopted)
        self._take(codec.loads(codec.dumps(changes)), at)

    def _run(self, percept: Percept, at: datetime) -> tuple[Change, ...]:
        try:
            return cycle(self._now.state, percept, at, self._library, self._guard).changes
        except EmplaError:
            return ()  # it would have been set aside

    def _take(self, changes: Sequence[Change], at: datetime) -> None:
        """Make changes true, and go on with what was left to a cycle of its own, unless a recorded one will."""
        self._now.take(changes)
        for change in changes:
            if isinstance(change, Due):
                self._await(change)
            if isinstance(change, Continued):
                self._continued[change.percept.key] = change.percept
        for key in [k for k in self._continued if k not in self._awaited]:
            self._live(self._continued.pop(key), at)

    def _await(self, due: Due) -> None:
        """Wake at an instant at which no recorded timer will: a wait that was over before may not be over here."""
        key = timer(due.step, instant(due.at)).key
        if not self._came(key):
            self._now.dues[key] = due
            heappush(self._alarms, (due.at, key))


def _is(mine: Sequence[Change], row: Recorded, changes: Sequence[Change]) -> bool:
    """Return whether a cycle changes the same; one of another version may be written in another way."""
    text = codec.dumps(mine).encode()
    return text == row.body or text == codec.dumps(changes).encode()


def _waits(state: MindState, waiter: str) -> bool:
    """Return whether a step, an intention or a goal still waits; what else has timers looks for itself."""
    owner, _, index = waiter.partition(".")
    if not index or owner not in state.intentions:
        return ":" in waiter or waiter in state.goals or waiter in state.intentions
    record = state.histories.get(owner, {}).get(index)
    return record is not None and record.outcome is None


def _still_due(state: MindState) -> Iterator[Due]:
    """Iterate over the instants for which steps wait in a mind that was taken from a snapshot."""
    for record in [r for history in state.histories.values() for r in history.values() if r.outcome is None]:
        question = state.questions.get(record.id)
        at = record.step.until if isinstance(record.step, Wait) else question.expires_at if question else None
        if at is not None:
            yield Due(step=record.id, at=at)


def _taken_up(changes: Iterable[Change], begin: int) -> list[Goal | Intention]:
    """Return the goals and intentions that are taken up in a cycle, in order, as they begin."""
    found: dict[str, Goal | Intention] = {}
    for change in changes:
        if isinstance(change, Goal | Intention) and number(change.id) > begin:
            found.setdefault(change.id, change)
    return list(found.values())


def _reason(one: Goal | Intention, ids: Mapping[str, str]) -> tuple[Any, ...]:
    """Return why one was taken up: the same in both worlds, once `ids` are those to be compared by."""
    if isinstance(one, Goal):
        return "goal", ids.get(one.parent, one.parent), one.name, one.kind, one.percept
    above, _, step = one.parent.partition(".")
    return ids.get(above, above), step, one.percept, one.kind, one.plan, one.version, one.recovering


def _renamed(data: Any, ids: Mapping[str, str]) -> Any:
    """Return encoded changes with other ids, also where they are part of a step's id."""
    if isinstance(data, str):
        fits = _ID.fullmatch(data)
        return ids.get(fits[1], fits[1]) + fits[2] if fits else data
    if isinstance(data, dict):
        return {name: _renamed(part, ids) for name, part in data.items()}
    return [_renamed(part, ids) for part in data] if isinstance(data, list) else data
