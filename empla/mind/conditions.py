"""Conditions as data: comparisons of values, what is known, and what is believed."""

import operator
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.references import Values, plain
from empla.mind.steps import Query, Reason, Step


class Condition:
    """Base of every condition."""

    __slots__ = ()


def _member(one: Any, many: Any) -> bool:
    return any(plain(each) == one for each in many)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": _member,
    "not in": lambda one, many: not _member(one, many),
}


@registered
@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """Whether two values compare so. Of a value with an origin the bare value counts."""

    left: Any
    how: str
    right: Any

    def __post_init__(self) -> None:
        if not isinstance(self.how, str) or self.how not in COMPARISONS:
            raise ValidationError(f"{self.how!r} compares nothing; there are {', '.join(COMPARISONS)}")


@registered
@dataclass(frozen=True, slots=True)
class IsKnown(Condition):
    """Whether a reference leads to anything but None."""

    value: Any


@registered
@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Whether all of these hold."""

    conditions: tuple[Condition, ...]


@registered
@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """Whether one of these holds."""

    conditions: tuple[Condition, ...]


@registered
@dataclass(frozen=True, slots=True)
class IsNot(Condition):
    """Whether this does not hold."""

    condition: Condition


@registered
@dataclass(frozen=True, slots=True)
class Holds(Condition):
    """Whether looking at beliefs finds anything."""

    look: Query | Reason


def holds(condition: Condition, values: Values) -> Generator[Step, Any, bool]:
    """Return whether a condition holds; what it must learn of beliefs it learns from its steps, as a body does."""
    match condition:
        case Comparison(left, how, right):
            return _compared(values.filled(left), how, values.filled(right))
        case IsKnown(value):
            return values.known(value) is not None
        case IsNot(inner):
            return not (yield from holds(inner, values))
        case Holds(look):
            return bool((yield values.filled(look)))
        case AllOf(conditions):
            for one in conditions:
                if not (yield from holds(one, values)):
                    return False
            return True
        case AnyOf(conditions):
            for one in conditions:
                if (yield from holds(one, values)):
                    return True
            return False
    raise ValidationError(f"a {type(condition).__name__} is no condition")


def _compared(left: Any, how: str, right: Any) -> bool:
    try:
        return bool(COMPARISONS[how](plain(left), plain(right)))
    except TypeError:
        kinds = f"a {type(left).__name__} and a {type(right).__name__}"
        raise ValidationError(f"{kinds} cannot be compared by {how}") from None


def parts(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that a condition is made of."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            return conditions
        case IsNot(inner):
            return (inner,)
    return ()


def looks(condition: Condition) -> int:
    """Return how many steps it takes at most to know whether a condition holds."""
    return int(isinstance(condition, Holds)) + sum(looks(part) for part in parts(condition))
