"""Goals: the states an employee wants.

An `Aim` says what is wanted; a role declares it, or a step `Pursue` takes it up at run time. A `Goal` is one aim being
pursued: the row that says how far it has got, what stands in its way, and every state it went through with the reason.
A sub-goal asked for with `Achieve` has a row too, without an aim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from empla.errors import ValidationError
from empla.mind.codec import LATER, registered
from empla.mind.terms import Inquiry
from empla.mind.values import OWN, Origin

GoalKind = Literal["achieve", "maintain", "query", "perform"]
"""What is wanted: that something comes about, that it stays so, that something becomes known, that a plan is done."""
Horizon = Literal["strategic", "tactical", "immediate"]
"""A quarter, a month, a day or a week."""
GoalState = Literal["active", "waiting", "suspended", "achieved", "dropped"]
"""`waiting`: it depends on goals that are not reached yet. `suspended`: it makes room for another, or was told to."""
Direction = Literal["up", "down"]
Alarm = Literal["", "at-risk", "late"]

GOAL_OVER = frozenset({"achieved", "dropped"})
MOST_TRANSITIONS = 50
"""How many of its last transitions a goal's row keeps; the journal has them all."""

GOAL_ADOPTED = "goal-adopted"
GOAL_SUSPENDED = "goal-suspended"
GOAL_RESUMED = "goal-resumed"
GOAL_ACHIEVED = "goal-achieved"
GOAL_DROPPED = "goal-dropped"
GOAL_AT_RISK = "goal-at-risk"
"""Raised when the risk crosses the threshold, and once more when a soft deadline has passed."""
GOAL_BLOCKED = "goal-blocked"
"""Kinds of the events that tell of goals; fields `goal` (its id), `name` and `reason` (a sentence)."""

GOAL_WORD = "goal-word"
"""Kind of the percept of a person's word on a goal; fields `goal` (its id), `by`, `reason`, and either `state` (what
becomes of it: "suspended", "active" again, "achieved", "dropped") or `priority` (a number, None for the computed one).
"""

AIM = "aim"
"""Functor of what became of the role's aims that are over, so that none is taken up twice: (name, version, state)."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number by which a goal is measured, and where it should get to.

    `of` is a functor, of whose newest belief the last argument counts, or a query, in whose first answer the variable
    `variable` does. `baseline` is where it began: the first value that is known, unless given. `unit` is for people.
    """

    of: str | Inquiry
    target: float
    direction: Direction = "up"
    baseline: float | None = None
    unit: str = ""
    variable: str = "N"

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise ValidationError(f"a metric goes up or down, not {self.direction!r}")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is wanted.

    An aim to *achieve* is reached when everything it says holds: its parts (all of `all_of`, one of `any_of`), and
    `holds`, or, without one, the target of its metric. If it says none of these, it is reached when a plan for it is
    done. One to *maintain* is never over: when `holds` (or its metric's target) is missed, plans are asked for. One to
    *query* is reached when `holds` has an answer, one to *perform* when a plan for it is done.

    Parts are aims of their own or names of aims; `parent` names one that this aim serves without deciding it.
    `depends_on` and `conflicts_with` name aims or ids of goals. `deadline` is an instant, or a time from when it is
    taken up; past it a `hard` one is given up, another is late and pursued on. `importance` is from 0 to 1; None is
    that of the goal it serves, else 0.5. `bindings` are the fields of the event `goal:NAME` that asks for plans, and
    what is known to the queries. When `drop_when` holds, it is wanted no longer. `every` has it looked at again that
    often, where time alone changes what holds. A higher `version` has an aim that is over taken up anew.
    """

    name: str
    kind: GoalKind = "achieve"
    horizon: Horizon = "immediate"
    holds: Inquiry | None = None
    metric: Metric | None = None
    deadline: datetime | timedelta | None = None
    hard: bool = False
    importance: float | None = None
    parent: str = ""
    all_of: tuple["Aim | str", ...] = ()
    any_of: tuple["Aim | str", ...] = ()
    depends_on: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    bindings: Mapping[str, Any] = field(default_factory=dict)
    drop_when: Inquiry | None = None
    every: timedelta | None = None
    version: int = 1

    def __post_init__(self) -> None:
        wrong = _wrong(self)
        if wrong:
            raise ValidationError(f"the aim {self.name!r} {wrong}")

    @property
    def parts(self) -> tuple["Aim | str", ...]:
        """Return what it consists of."""
        return (*self.all_of, *self.any_of)


def _wrong(aim: Aim) -> str:
    """Return what is wrong with an aim, empty if nothing is."""
    if not aim.name or "." in aim.name:
        return "needs a name without a dot"
    if aim.kind not in get_args(GoalKind) or aim.horizon not in get_args(Horizon):
        return f"cannot be a goal to {aim.kind} with a {aim.horizon} horizon"
    if aim.importance is not None and not 0 <= aim.importance <= 1:
        return f"has an importance of {aim.importance}; it goes from 0 to 1"
    if aim.kind == "maintain" and aim.holds is None and aim.metric is None:
        return "is to be maintained: say what by `holds` or a metric"
    if aim.kind == "query" and aim.holds is None:
        return "asks for nothing: say what by `holds`"
    if aim.kind == "perform" and (aim.holds is not None or aim.metric is not None):
        return "is reached when its plan is done: what should hold belongs to an aim to achieve"
    names = [part if isinstance(part, str) else part.name for part in aim.parts]
    if len(set(names)) < len(names):
        return "has two parts of one name"
    if aim.parts and aim.kind != "achieve":
        return f"is to {aim.kind}; only an aim to achieve has parts"
    if isinstance(aim.deadline, timedelta) and aim.deadline <= timedelta(0):
        return "has a deadline before it is taken up"
    if aim.every is not None and aim.every < timedelta(minutes=1):
        return "is looked at more often than once a minute; let a belief tell it"
    return ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a metric stands: where it began, its value now, and the values before with when they were first seen.

    The points of `history` lie apart by a share of the goal's time, so that few of them tell of all of it.
    """

    baseline: float | None = None
    current: float | None = None
    history: tuple[tuple[datetime, float], ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands in a goal's way: another goal (by id and name), or its own plans that failed (both empty)."""

    goal: str = ""
    name: str = ""
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A state that a goal went into."""

    at: datetime
    state: GoalState
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """How a goal is tied to others, by their ids; every tie stands in both rows.

    `helped_by` serve it without deciding it. `met` are those of its parts, and of the goals that it depends on, that
    are reached. It was suspended for `yields_to`: one in conflict that is active, or one it serves that is not.
    """

    serves: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    helped_by: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    conflicts_with: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    yields_to: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the goals that serve it."""
        return (*self.all_of, *self.any_of, *self.helped_by)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Return the goals it depends on that are not reached yet."""
        return tuple(g for g in self.depends_on if g not in self.met)

    @property
    def complete(self) -> bool:
        """Return whether its parts are reached: all of the ones, one of the others."""
        return all(g in self.met for g in self.all_of) and (not self.any_of or any(g in self.met for g in self.any_of))


NO_RELATIONS = Relations()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One aim being pursued, or one sub-goal, with why it came up and what became of it.

    `origin` is that of whoever wanted it: what is done for it has no more authority (law 5); `reads` are the kinds of
    source that its taking up had read. `watches` are the functors whose change has it looked at. `progress` and `risk`
    are from 0 to 1, progress None where it cannot be told. `priority` is on the scale of plans, 0 is normal; `word` is
    the manager's, in its place. While `at_work`, a plan was asked for and has not ended; `attempts` counts the plans
    that ended without reaching it, the next is asked for from `retry_at` on. It wakes by itself at `next_look`. `urged`
    is the deadline of the nearest promise that hangs on it, as of when its priority was last weighed anew.
    """

    id: str
    name: str
    kind: GoalKind = "achieve"
    horizon: Horizon = "immediate"
    parent: str = ""
    percept: str = ""
    adopted_at: datetime | None = None
    state: GoalState = "active"
    reason: str = ""
    importance: float = field(default=0.5, metadata=LATER)
    deadline: datetime | None = field(default=None, metadata=LATER)
    hard: bool = field(default=False, metadata=LATER)
    aim: Aim | None = field(default=None, metadata=LATER)
    declared: bool = field(default=False, metadata=LATER)
    origin: Origin = field(default=OWN, metadata=LATER)
    reads: tuple[str, ...] = field(default=(), metadata=LATER)
    watches: tuple[str, ...] = field(default=(), metadata=LATER)
    relations: Relations | None = field(default=None, metadata=LATER)
    measure: Measure | None = field(default=None, metadata=LATER)
    progress: float | None = field(default=None, metadata=LATER)
    risk: float = field(default=0.0, metadata=LATER)
    alarm: Alarm = field(default="", metadata=LATER)
    blocked_by: tuple[Block, ...] = field(default=(), metadata=LATER)
    priority: float = field(default=0.0, metadata=LATER)
    word: float | None = field(default=None, metadata=LATER)
    answer: Mapping[str, Any] | None = field(default=None, metadata=LATER)
    at_work: bool = field(default=False, metadata=LATER)
    attempts: int = field(default=0, metadata=LATER)
    retry_at: datetime | None = field(default=None, metadata=LATER)
    next_look: datetime | None = field(default=None, metadata=LATER)
    urged: datetime | None = field(default=None, metadata=LATER)
    transitions: tuple[Transition, ...] = field(default=(), metadata=LATER)

    @property
    def over(self) -> bool:
        """Return whether it is reached or given up."""
        return self.state in GOAL_OVER

    @property
    def ties(self) -> Relations:
        """Return how it is tied to other goals."""
        return self.relations or NO_RELATIONS
