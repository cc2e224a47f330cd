"""Looking at all goals at once: how each stands, and what each weighs now.

A goal is judged when a belief that it reads has changed, and at its own instants. Time alone makes deadlines nearer in
between, and a promise that was made for a goal may be due before the goal is: that is what weighing anew takes in.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from empla.mind.codec import registered
from empla.mind.commitments import COMMITMENT, promised
from empla.mind.draft import Draft
from empla.mind.goals import Alarm, Goal, GoalKind, GoalState, Horizon
from empla.mind.intentions import Intention
from empla.mind.judging import Judging
from empla.mind.limits import LOOK_AHEAD
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.steps import Step

MOST_GOALS = 200
"""How many goals are told of at once: the most important."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Standings(Step):
    """Learn how the goals stand that are not over; the value is a tuple of `GoalStands`, the most important first.

    Sub-goals of intentions are left out, and so is the standing goal to look ahead.
    """


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Reweigh(Step):
    """Have every goal judged anew as of now, with the promises that hang on it; the value is that of `Standings`."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStands:
    """How a goal stands. `moved_at` is when it last went into another state, or its number changed."""

    id: str
    name: str
    kind: GoalKind
    horizon: Horizon
    state: GoalState
    reason: str
    progress: float | None
    risk: float
    alarm: Alarm
    priority: float
    deadline: datetime | None
    urged: datetime | None
    moved_at: datetime | None


def standings(draft: Draft) -> tuple[GoalStands, ...]:
    """Return how the goals stand, the most important first."""
    goals = sorted(_wanted(draft), key=lambda g: (-g.priority, int(g.id[1:])))
    return tuple(_stands(goal) for goal in goals[:MOST_GOALS])


def reweigh(draft: Draft, library: PlanLibrary) -> list[Percept]:
    """Judge every goal anew as of now, and return the events of it."""
    goals = list(_wanted(draft))
    if not goals:
        return []
    urged = _urged(draft)
    for goal in goals:
        if urged.get(goal.id) != goal.urged:
            draft.put_goal(replace(goal, urged=urged.get(goal.id)))
    judging = Judging(draft, library)
    judging.stirred.update(dict.fromkeys(goal.id for goal in goals))
    return judging.finish()


def _wanted(draft: Draft) -> list[Goal]:
    return [goal for goal in draft.goals() if goal.aim is not None and goal.name != LOOK_AHEAD]


def _stands(goal: Goal) -> GoalStands:
    moments = [goal.transitions[-1].at] if goal.transitions else []
    if goal.measure is not None and goal.measure.history:
        moments.append(goal.measure.history[-1][0])
    return GoalStands(
        id=goal.id,
        name=goal.name,
        kind=goal.kind,
        horizon=goal.horizon,
        state=goal.state,
        reason=goal.reason,
        progress=goal.progress,
        risk=goal.risk,
        alarm=goal.alarm,
        priority=goal.priority,
        deadline=goal.deadline,
        urged=goal.urged,
        moved_at=max(moments, default=goal.adopted_at),
    )


def _urged(draft: Draft) -> dict[str, datetime]:
    """Return the deadline of the nearest open promise that hangs on each goal: one that its intentions carry."""
    found: dict[str, datetime] = {}
    for belief in draft.beliefs.matching(COMMITMENT, at=draft.at):
        made = promised(belief)
        carrier = draft.intention(made.carrier) if made is not None and made.open else None
        goal = _aimed_at(draft, carrier) if carrier is not None else None
        if made is not None and made.due is not None and goal is not None:
            found[goal.id] = min(found.get(goal.id, made.due), made.due)
    return found


def _aimed_at(draft: Draft, intention: Intention) -> Goal | None:
    """Return the goal with an aim that an intention is for, directly or by the intentions that wait for it."""
    goal = draft.goal(intention.goal) if intention.goal else None
    while goal is not None and goal.aim is None:
        goal = draft.goal(goal.parent) if goal.parent else None
    return goal
