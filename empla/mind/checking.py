"""What is wrong with a recipe, found when it is made: long before it runs, and with the place that is wrong."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.conditions import Condition, Holds, looks, parts
from empla.mind.instructions import Attempt, Fail, ForEach, If, Instruction, Learn, Return, Steps
from empla.mind.references import Expression, paths
from empla.mind.steps import (
    Achieve,
    Again,
    Ask,
    Believe,
    Do,
    Forget,
    Handle,
    Query,
    Raise,
    Reason,
    Step,
    Unless,
    Wait,
)

MOST_INSTRUCTIONS = 200
DEEPEST = 8
MOST_STEPS = 1000
"""How many steps a recipe may come to, as many as an intention's history holds."""
LONGEST_LOOP = 100
LARGEST = 64 * 1024
"""Characters of canonical JSON that a recipe may have."""


def check_whole(steps: Steps) -> None:
    """Check everything that a recipe's steps show by themselves; ValidationError with the place of the first fault."""
    try:
        _Check().steps(steps, "steps", frozenset(), 1)
        size = len(codec.dumps(steps))
    except RecursionError:
        raise ValidationError("steps: a value in it is nested too deep") from None
    if not steps:
        raise ValidationError("steps: a recipe without a step does nothing")
    most = most_steps(steps)
    if most > MOST_STEPS:
        raise ValidationError(f"steps: it could take {most} steps; a history has {MOST_STEPS} at most")
    if size > LARGEST:
        raise ValidationError(f"steps: a recipe has {LARGEST} characters at most, not {size}")


def check_against(
    steps: Steps,
    *,
    operations: Collection[str] | None = None,
    goals: Collection[str] | None = None,
    given: Collection[str] | None = None,
) -> None:
    """Check a recipe's steps against what there is; ValidationError with the place of the first fault.

    `operations` and `goals` are the names that it may use, `given` the fields of what sets its plan off; None of
    something leaves it unchecked.
    """
    for place, part in inside(steps, "steps"):
        match part:
            case Do() if operations is not None and part.operation not in operations:
                raise ValidationError(f"{place}: there is no operation {part.operation!r}{_near(operations)}")
            case Achieve() if goals is not None and part.goal not in goals:
                raise ValidationError(f"{place}: nobody knows how to reach the goal {part.goal!r}{_near(goals)}")
            case Expression() if given is not None:
                for path in paths(part):
                    first = path.partition(".")[0]
                    if not first.startswith("$") and first not in given:
                        raise ValidationError(f"{place}: what sets it off has no {first!r}{_near(given)}")


def most_steps(steps: Steps) -> int:
    """Return how many steps these instructions take at most."""
    return sum(_most(one) for one in steps)


def _most(one: Step | Instruction) -> int:
    match one:
        case If():
            return looks(one.condition) + max(most_steps(one.then), most_steps(one.otherwise))
        case ForEach():
            return one.at_most * most_steps(one.steps)
        case Attempt():
            return most_steps(one.steps) + most_steps(one.on_failure)
        case Return() | Fail():
            return 0
    return 1


def inside(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Iterate over every record in a recipe with its place, the outer before the inner."""
    if isinstance(value, tuple | list):
        for number, one in enumerate(value):
            yield from inside(one, f"{place}[{number}]")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from inside(one, f"{place}.{name}")
    elif is_dataclass(value) and not isinstance(value, type):
        yield place, value
        for f in fields(value):
            yield from inside(getattr(value, f.name), f"{place}.{f.name}")


def _near(known: Collection[str]) -> str:
    return f"; there are {', '.join(sorted(known)[:12])}" if known else ""


@dataclass(slots=True)
class _Check:
    """Goes through a recipe as it will be walked, and knows which names are bound where."""

    count: int = 0

    def steps(self, steps: Steps, place: str, bound: frozenset[str], depth: int) -> frozenset[str]:
        """Check instructions; return the names bound after them, whatever way was gone."""
        if not isinstance(steps, tuple):
            raise ValidationError(f"{place}: instructions stand in a tuple")
        if depth > DEEPEST:
            raise ValidationError(f"{place}: it is nested deeper than {DEEPEST}")
        for number, one in enumerate(steps):
            here = f"{place}[{number}]"
            self.counted(here)
            bound = self.one(one, here, bound, depth)
        return bound

    def counted(self, here: str) -> None:
        self.count += 1
        if self.count > MOST_INSTRUCTIONS:
            raise ValidationError(f"{here}: a recipe has {MOST_INSTRUCTIONS} instructions at most")

    def one(self, one: Any, here: str, bound: frozenset[str], depth: int) -> frozenset[str]:
        match one:
            case Step():
                return self.step(one, here, bound)
            case Learn(name, step):
                return self.step(step, here, bound) | {name}
            case If():
                self.condition(one.condition, here, bound, depth)
                then = self.steps(one.then, f"{here}.then", bound, depth + 1)
                return self.joined(one.then, then, one.otherwise, f"{here}.otherwise", bound, depth)
            case ForEach():
                self.references(one.of, here, bound)
                if not isinstance(one.at_most, int) or not 0 < one.at_most <= LONGEST_LOOP:
                    raise ValidationError(f"{here}: `at_most` must be from 1 to {LONGEST_LOOP}")
                self.steps(one.steps, f"{here}.steps", bound | {one.name}, depth + 1)
            case Attempt():
                tried = self.steps(one.steps, f"{here}.steps", bound, depth + 1)
                caught = bound | {"failure"}
                return self.joined(one.steps, tried, one.on_failure, f"{here}.on_failure", caught, depth)
            case Return() | Fail():
                self.references(one, here, bound)
            case _:
                raise ValidationError(f"{here}: a {type(one).__name__} is no instruction")
        return bound

    def joined(
        self, first: Steps, after: frozenset[str], other: Steps, place: str, bound: frozenset[str], depth: int
    ) -> frozenset[str]:
        """Return the names bound after two ways, of which one is gone: one that ends the recipe does not count."""
        way = self.steps(other, place, bound, depth + 1)
        if _ends(first):
            return way
        return after if _ends(other) else after & way

    def condition(self, condition: Condition, here: str, bound: frozenset[str], depth: int) -> None:
        if not isinstance(condition, Condition):
            raise ValidationError(f"{here}: a {type(condition).__name__} is no condition")
        if depth > DEEPEST:
            raise ValidationError(f"{here}: its condition is nested deeper than {DEEPEST}")
        if isinstance(condition, Holds) and not isinstance(condition.look, Query | Reason):
            raise ValidationError(f"{here}: a condition looks by a Query or a Reason")
        self.references(condition, here, bound)
        for part in parts(condition):
            self.condition(part, here, bound, depth + 1)

    def step(self, step: Any, here: str, bound: frozenset[str]) -> frozenset[str]:
        if not isinstance(step, Step):
            raise ValidationError(f"{here}: a {type(step).__name__} is no step")
        if isinstance(step, Again) and _WAITED not in bound:
            raise ValidationError(f"{here}: it would go round for ever: wait or ask before it, whatever way is gone")
        for place, part in inside(step, here):
            if isinstance(part, Step) and part is not step:
                self.counted(place)
            if isinstance(part, Instruction | Condition):
                raise ValidationError(f"{place}: a {type(part).__name__} cannot stand in a step")
            for name in _LITERAL.get(type(part), ()):
                if not isinstance(getattr(part, name), str):
                    raise ValidationError(f"{place}: `{name}` must be a text that stands there, not a reference")
        self.references(step, here, bound)
        return bound | {_WAITED} if isinstance(step, Wait | Ask) else bound

    def references(self, value: Any, here: str, bound: frozenset[str]) -> None:
        for path in paths(value):
            first = path.partition(".")[0]
            if first.startswith("$") and first[1:] not in bound:
                known = ", ".join(f"${n}" for n in sorted(bound - {_WAITED})) or "nothing"
                raise ValidationError(f"{here}: {first} is not known here in every case; known is {known}")


_WAITED = ""
"""Stands among the names that are bound after a step that waits."""
_LITERAL: dict[type, tuple[str, ...]] = {
    Do: ("operation",),
    Achieve: ("goal",),
    Query: ("functor",),
    Believe: ("functor",),
    Forget: ("functor",),
    Raise: ("kind",),
    Unless: ("kind",),
    Wait: ("kind",),
    Handle: ("kind",),
}


def _ends(steps: Steps) -> bool:
    """Return whether nothing after these instructions is reached."""
    if not steps:
        return False
    last = steps[-1]
    return isinstance(last, Return | Fail | Again) or (
        isinstance(last, If) and _ends(last.then) and _ends(last.otherwise)
    )
