"""What intentions may use up, and how many that nobody has asked for are at work at once.

Of one intention its plan says how many steps, actions and money it may use; its time is kept by a timer. Of those that
are of the employee's own initiative `PlanLibrary.initiatives_at_once` are at work. The others are held back until one
of them is over or rests: those of more important goals go first, but each only before so many that came earlier. What
others have asked for is never held back.
"""

from collections.abc import Collection
from dataclasses import replace

from empla.mind.draft import Draft
from empla.mind.intentions import Intention, Stage, StepRecord
from empla.mind.plans import Limits, Plan
from empla.mind.state import number
from empla.mind.steps import Ask, Atomic, Do, Either, Step, Together, Unless
from empla.mind.thinking import EVENTS_PER_RANK, Thinking

LOOK_AHEAD = "look-ahead"
"""Name of the standing goal to look ahead: what serves it nobody has asked for."""


def over_limit(limits: Limits, history: Collection[StepRecord], step: Step, taken: int) -> str:
    """Return why an intention with this history may not take another step, this one; empty if it may."""
    if limits.steps is not None and taken >= limits.steps:
        return f"its plan allows {limits.steps} steps"
    if limits.actions is not None and _actions(step):
        asked = sum(1 for record in history if isinstance(record.step, Do | Unless | Ask))
        if asked + _actions(step) > limits.actions:
            return f"its plan allows {limits.actions} actions"
    if limits.money is not None and spent(history) > limits.money:
        return f"its plan allows a cost of {limits.money}, and it has cost {spent(history)}"
    return ""


def spent(history: Collection[StepRecord]) -> int:
    """Return what the steps of an intention have cost, sub-goals included, in minor units of the company's currency."""
    cost = 0
    for record in history:
        if record.outcome is not None and record.outcome.cost and not isinstance(record.step, Together | Either):
            cost += record.outcome.cost
    return cost


def _actions(step: Step) -> int:
    """Return how many actions a step asks for, at most."""
    if isinstance(step, Together | Either | Atomic):
        return sum(map(_actions, step.steps))
    return int(isinstance(step, Do | Unless | Ask))


# of its own initiative -----------------------------------------------------------------------------------------------


def is_initiative(draft: Draft, plan: Plan, goal_id: str, parent: str) -> bool:
    """Return whether nobody has asked for what a plan is adopted for: its author says so, or its goal serves foresight.

    What another intention waits for is part of that one.
    """
    if parent:
        return False
    return plan.initiative or (bool(goal_id) and _looks_ahead(draft, goal_id))


def _looks_ahead(draft: Draft, goal_id: str) -> bool:
    """Return whether a goal serves, directly or not, the standing goal to look ahead."""
    todo, seen = [goal_id], {goal_id}
    while todo:
        goal = draft.goal(todo.pop())
        for served in goal.ties.serves if goal is not None else ():
            above = draft.goal(served)
            if above is not None and above.name == LOOK_AHEAD:
                return True
            if served not in seen:
                seen.add(served)
                todo.append(served)
    return False


def admit(t: Thinking) -> None:
    """Let those go on that were held back, as far as there is room."""
    own = [i for i in t.draft.intentions() if i.initiative and i.stage is Stage.ACTIVE]
    room = t.library.initiatives_at_once - sum(1 for i in own if not i.held_back)
    waiting = sorted((i for i in own if i.held_back), key=lambda i: (_turn(t, i), number(i.id)))
    for intention in waiting[: max(0, room)]:
        admitted = replace(intention, held_back=False)
        t.draft.put_intention(admitted)
        t.make_ready(admitted)


def _turn(t: Thinking, intention: Intention) -> int:
    """Return when it is an intention's turn: the higher its priority, the more of those before it it goes before."""
    goal = t.draft.goal(intention.goal) if intention.goal else None
    priority = intention.priority if goal is None else intention.priority + goal.priority
    return number(intention.id) - round(priority * EVENTS_PER_RANK)
