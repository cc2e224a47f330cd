"""Remarks: what is worth telling and waits for the next brief."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.mind.kinds import SAID_LAST, BeliefKind, Category
from empla.mind.noticing_findings import REMARK
from empla.mind.persona import PERSONA, TRAITS, Persona, composed
from empla.mind.steps import Believe, Forget, Step, query

Steps = Generator[Step, Any, Any]

PRIORITIES = "priorities"
"""Functor of how the goals were weighed last: (goals by name with their priority, the most important first)."""
WEEK = "week-plan"
"""Functor of what a week holds: (WeekPlan)."""
REFLECTED = "reflected"
"""Functor of when the last week was looked back on: (at)."""
LESSON = "lesson"
"""Functor of what went badly: (id, what)."""
STALE = "stale"
"""Functor of the goals that have not moved for long: (goal, name, since)."""
ASKED_ABOUT = "asked-about-goal"
"""Functor of the goals that the manager was asked about because they did not move: (goal)."""

KINDS = (
    BeliefKind(
        functor=PRIORITIES, category=Category.SELF, key=(), policy=SAID_LAST, says="how its goals were weighed last"
    ),
    BeliefKind(functor=WEEK, category=Category.TIME, key=(), policy=SAID_LAST, says="what the week holds"),
    BeliefKind(
        functor=REFLECTED, category=Category.TIME, key=(), policy=SAID_LAST, says="when it last looked back on its week"
    ),
    BeliefKind(functor=LESSON, category=Category.SELF, lasts=timedelta(days=60), says="what went badly"),
    BeliefKind(functor=STALE, category=Category.SELF, says="a goal that has not moved for long"),
    BeliefKind(functor=ASKED_ABOUT, category=Category.SELF, says="a goal that it asked about because it did not move"),
)


def persona() -> Generator[Step, Any, Persona]:
    """Look up who I am in numbers."""
    told = yield query("profile", PERSONA)
    besides = yield query("profile", TRAITS)
    return composed(told[-1][1] if told else None, besides[-1][1] if besides else {})


def remark(name: str, what: str) -> Generator[Step, Any, None]:
    """Have the next brief say something, in the place of what it was to say of the same before."""
    yield Forget(functor=REMARK, pattern=(name,))
    yield Believe(functor=REMARK, arguments=(name, what))


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 promise", "3 promises"; nothing for none."""
    return "" if number == 0 else f"{number} {one if number == 1 else many or f'{one}s'}"


def listed(parts: list[str]) -> str:
    """Return "a", "a and b", "a, b and c" of the parts that are not empty."""
    said = [part for part in parts if part]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else ""
