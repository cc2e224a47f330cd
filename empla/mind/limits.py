"""What one intention may use up, as its plan allows: steps, actions, money. Its time is kept by a timer."""

from collections.abc import Collection

from empla.mind.intentions import StepRecord
from empla.mind.plans import Limits
from empla.mind.steps import Ask, Atomic, Do, Either, Step, Together, Unless


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
