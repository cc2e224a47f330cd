"""Driving a plan's body by hand, without a mind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from empla.mind.plans import Body, Trigger
from empla.mind.steps import ActionFailed, Step


@dataclass(frozen=True, slots=True)
class Ran:
    """What a body asked for, in order, and what it returned."""

    steps: tuple[Step, ...]
    value: Any


def run_body(body: Body, fields: Mapping[str, Any], answer: Callable[[Step], Any]) -> Ran:
    """Run a body to its end. `answer` gives the value of each step, or raises `ActionFailed` to have it thrown in."""
    live = body(Trigger(fields))
    steps: list[Step] = []
    give: Callable[[], Step] = lambda: next(live)  # noqa: E731
    while True:
        try:
            step = give()
        except StopIteration as end:
            return Ran(tuple(steps), end.value)
        steps.append(step)
        give = _answered(live, answer, step)


def _answered(live: Any, answer: Callable[[Step], Any], step: Step) -> Callable[[], Step]:
    try:
        value = answer(step)
    except ActionFailed as failure:
        thrown = failure
        return lambda: live.throw(thrown)
    return lambda: live.send(value)
