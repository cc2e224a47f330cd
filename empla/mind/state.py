"""The state of one mind, and the Delta: what one cycle changes in it.

A cycle never changes the state. It returns a Delta; the shell writes it, and only after the commit applies it here
(contract 2). Every change is a whole new row of one kind, so applying is putting it in its place.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.codec import registered
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, Authority, HeldSpan, Intention, Question, StepRecord
from empla.mind.percepts import Percept


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A belief came or changed."""

    belief: Belief


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """A belief is held no longer."""

    belief: str
    reason: str


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
    """All mutable mental state in one object. `live` is a cache: dropping it changes nothing."""

    beliefs: BeliefBase = field(default_factory=BeliefBase)
    goals: dict[str, Goal] = field(default_factory=dict)
    intentions: dict[str, Intention] = field(default_factory=dict)
    histories: dict[str, dict[str, StepRecord]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    holds: dict[str, HeldSpan] = field(default_factory=dict)
    adopted: int = 0
    live: dict[str, Generator[Any, Any, Any]] = field(default_factory=dict)

    def apply(self, changes: Iterable[Change]) -> None:
        """Make committed changes true here. What is over is let go; the tables keep it."""
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        match change:
            case Believed():
                self.beliefs.add(change.belief)
            case Forgotten():
                self.beliefs.remove(change.belief)
            case Goal():
                self.goals[change.id] = change
                if change.state != "active":
                    del self.goals[change.id]
            case Intention():
                self._apply_intention(change)
            case StepRecord():
                self.histories.setdefault(change.intention, {})[change.index] = change
            case Question():
                self.questions[change.id] = change
                if change.state != "open":
                    del self.questions[change.id]
            case HeldSpan():
                self.holds[change.id] = change

    def _apply_intention(self, intention: Intention) -> None:
        self.adopted = max(self.adopted, number(intention.id))
        self.intentions[intention.id] = intention
        if intention.stage in OVER:
            del self.intentions[intention.id]
            self.histories.pop(intention.id, None)
            self.live.pop(intention.id, None)
            for hold in [h for h in self.holds.values() if h.intention == intention.id]:
                del self.holds[hold.id]

    def drop_live(self, moved: Iterable[str]) -> None:
        """Forget the generators that an uncommitted cycle moved."""
        for intention in moved:
            self.live.pop(intention, None)

    def live_holds(self, at: datetime) -> list[HeldSpan]:
        """Return the holds in force at `at`."""
        return [h for h in self.holds.values() if at < h.until]


def number(intention_id: str) -> int:
    """Return the running number in an intention's id ("i17" -> 17)."""
    return int(intention_id[1:])
