"""The state of one mind, and the Delta: what one cycle changes in it.

A cycle never changes the state. It returns a Delta; the shell writes it, and only after the commit applies it here
(contract 2). Every change is a whole new row of one kind, so applying is putting it in its place.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.codec import LATER, registered
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, Authority, HeldSpan, Intention, Question, StepRecord
from empla.mind.percepts import Percept
from empla.mind.steps import Unless, Wait


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A belief came or changed."""

    belief: Belief


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """A belief is held no longer. `belief` is its id, in what release 0.2 kept."""

    functor: str = ""
    arguments: tuple[Any, ...] = ()
    reason: str = ""
    belief: str = field(default="", metadata=LATER)

    @property
    def id(self) -> str:
        """Return the id of the belief in the store."""
        return self.belief or Belief(functor=self.functor, arguments=self.arguments).id


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An action is asked for: the outbox and the gate take it from here. Its id is its step's."""

    action: str
    operation: str
    arguments: Mapping[str, Any]
    authority: Authority
    reads: tuple[str, ...]
    percept: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The unclaimed actions of an intention are cancelled."""

    intention: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """One action is called off, if nobody has claimed it yet."""

    action: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person's word on an action that awaited approval."""

    action: str
    approved: bool
    by: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A step is to be woken at an instant."""

    step: str
    at: datetime


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Occurred:
    """A trigger has fired by what the mind has seen: which, of which subject, what of it, and when."""

    trigger: str
    subject: str
    phase: str
    at: datetime
    percept: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A percept is set aside with its evidence."""

    percept: str
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something worth keeping for the history that changes nothing."""

    percept: str
    text: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """The cycle was long: these events go on in a percept of their own."""

    percept: Percept


Change = (
    Believed
    | Forgotten
    | Goal
    | Intention
    | StepRecord
    | Question
    | HeldSpan
    | Asked
    | Withdrawn
    | Recalled
    | Decided
    | Due
    | Occurred
    | Quarantined
    | Noted
    | Continued
)


@dataclass(frozen=True, slots=True)
class Delta:
    """All that one cycle changes, in order; and which intentions' generators it moved."""

    changes: tuple[Change, ...]
    moved: frozenset[str] = frozenset()


@dataclass
class MindState:
    """All mutable mental state in one object.

    `waits` finds the steps that wait for an event of a kind, and the steps and intentions that a change of beliefs
    concerns; like `live`, which is a cache, it follows from the rest.
    """

    beliefs: BeliefBase = field(default_factory=BeliefBase)
    goals: dict[str, Goal] = field(default_factory=dict)
    intentions: dict[str, Intention] = field(default_factory=dict)
    histories: dict[str, dict[str, StepRecord]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    holds: dict[str, HeldSpan] = field(default_factory=dict)
    adopted: int = 0
    live: dict[str, Generator[Any, Any, Any]] = field(default_factory=dict)
    waits: dict[str, dict[str, None]] = field(default_factory=dict)
    watched: dict[str, dict[str, None]] = field(default_factory=dict)
    """Which goals a change of beliefs concerns, by functor; follows from the goals."""

    def apply(self, changes: Iterable[Change]) -> None:
        """Make committed changes true here. What is over is let go; the tables keep it."""
        for change in changes:
            put = _PUT.get(type(change))
            if put is not None:
                put(self, change)

    def _believe(self, change: Believed) -> None:
        self.beliefs.add(change.belief)

    def _forget(self, change: Forgotten) -> None:
        self.beliefs.remove(change.functor, change.arguments)

    def _put_goal(self, goal: Goal) -> None:
        self.adopted = max(self.adopted, number(goal.id))
        known = self.goals.get(goal.id)
        before = known.watches if known is not None else ()
        after = () if goal.over else goal.watches
        if before != after:
            for functor in before:
                _dropped(self.watched, functor, goal.id)
            for functor in after:
                self.watched.setdefault(functor, {})[goal.id] = None
        if goal.over:
            self.goals.pop(goal.id, None)
        else:
            self.goals[goal.id] = goal

    def _put_question(self, question: Question) -> None:
        if question.state == "open":
            self.questions[question.id] = question
        else:
            self.questions.pop(question.id, None)

    def _put_hold(self, held: HeldSpan) -> None:
        self.holds[held.id] = held

    def _put_step(self, record: StepRecord) -> None:
        self.histories.setdefault(record.intention, {})[record.index] = record
        if type(record.step) not in WAITING:
            return
        for key in awaited(record):
            if record.outcome is None:
                self.waits.setdefault(key, {})[record.id] = None
            else:
                self._wait_no_more(key, record.id)

    def _wait_no_more(self, key: str, waiter: str) -> None:
        _dropped(self.waits, key, waiter)

    def _put_intention(self, intention: Intention) -> None:
        self.adopted = max(self.adopted, number(intention.id))
        if intention.stage not in OVER:
            self.intentions[intention.id] = intention
            for functor in intention.watches:
                self.waits.setdefault(belief_key(functor), {})[intention.id] = None
            return
        self.intentions.pop(intention.id, None)
        self.live.pop(intention.id, None)
        for functor in intention.watches:
            self._wait_no_more(belief_key(functor), intention.id)
        for record in self.histories.pop(intention.id, {}).values():
            for key in awaited(record):
                self._wait_no_more(key, record.id)
        if self.holds:
            for hold in [h for h in self.holds.values() if h.intention == intention.id]:
                del self.holds[hold.id]

    def drop_live(self, moved: Iterable[str]) -> None:
        """Forget the generators that an uncommitted cycle moved."""
        for intention in moved:
            self.live.pop(intention, None)

    def live_holds(self, at: datetime) -> list[HeldSpan]:
        """Return the holds in force at `at`."""
        return [h for h in self.holds.values() if at < h.until]


def _dropped(index: dict[str, dict[str, None]], key: str, name: str) -> None:
    """Take one out of an index, and its place with it when nothing else is there."""
    found = index.get(key)
    if found is not None:
        found.pop(name, None)
        if not found:
            del index[key]


_PUT: dict[type, Callable[[MindState, Any], None]] = {
    Believed: MindState._believe,
    Forgotten: MindState._forget,
    Goal: MindState._put_goal,
    Question: MindState._put_question,
    HeldSpan: MindState._put_hold,
    StepRecord: MindState._put_step,
    Intention: MindState._put_intention,
}


WAITING = frozenset({Wait, Unless})
"""Steps that wait for events or beliefs."""


def awaited(record: StepRecord) -> tuple[str, ...]:
    """Return what a step waits for as keys of `MindState.waits`: an event's kind, functors of beliefs."""
    step = record.step
    if not isinstance(step, Wait | Unless):
        return ()
    kind = (step.kind,) if step.kind else ()
    return (*kind, *map(belief_key, record.reads))


def belief_key(functor: str) -> str:
    """Return the key of `MindState.waits` for those who wait for a change of beliefs of this functor."""
    return f"belief:{functor}"


def number(intention_id: str) -> int:
    """Return the running number in an intention's id ("i17" -> 17)."""
    return int(intention_id[1:])
