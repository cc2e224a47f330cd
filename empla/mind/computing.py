"""What rules compute: arithmetic, comparisons and aggregates over numbers, texts, instants and spans of time.

What cannot be computed or compared (a number and a text, a division by zero) has no value, and what needs one does not
hold: one odd belief from outside must not break every query that meets it.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from empla.mind.propositions import key, order
from empla.mind.values import Instant


class Nothing:
    """Stands for the value that there is not."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()
_COUNTED = frozenset({int, float, datetime, date, timedelta})
_NUMBERS = frozenset({int, float})
_ORDERED = frozenset({str, datetime, date, time, timedelta})
_WIDEST = 1024
"""Bits that a whole number may have."""
_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "abs": abs,
    "min": min,
    "max": max,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def computed(function: str, operands: Sequence[Any]) -> Any:
    """Return what an operator or function of arithmetic makes of its operands, NOTHING if it makes nothing of them."""
    values = [_bare(operand) for operand in operands]
    if not all(type(value) in _COUNTED for value in values):
        return NOTHING
    try:
        value = _OPERATORS[function](*values)
    except (TypeError, ValueError, ArithmeticError):
        return NOTHING
    if type(value) is int and value.bit_length() > _WIDEST:
        return NOTHING
    return value


def compares(how: str, left: Any, right: Any) -> bool:
    """Return whether two values compare so."""
    left, right = _bare(left), _bare(right)
    if left is NOTHING or right is NOTHING:
        return False
    alike = _alike(left, right)
    if how == "==" or how == "!=":
        equal = left == right if alike else key(left) == key(right)
        return equal is (how == "==")
    if not alike:
        return False
    try:
        return _COMPARISONS[how](left, right)
    except TypeError:  # one instant names its zone and the other does not
        return False


def aggregated(function: str, values: list[Any], *, every: bool) -> Any:
    """Return what an aggregate makes of the values of all solutions; `every` if equal ones count each."""
    if not every and function in ("count", "collect"):
        values = list({key(value): value for value in values}.values())
    if function == "count":
        return len(values)
    values = sorted(values, key=order)  # so that a sum of fractions does not depend on the order they were found in
    if function == "collect":
        return tuple(values)
    if not values:
        return 0 if function == "sum" else NOTHING
    values = [_bare(value) for value in values]
    if not all(_alike(values[0], value) for value in values):
        return NOTHING
    try:
        return _FOLDS[function](values)
    except (TypeError, ValueError, ArithmeticError):
        return NOTHING


def _sum(values: list[Any]) -> Any:
    if type(values[0]) is str:
        return NOTHING
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _average(values: list[Any]) -> Any:
    total = _sum(values)
    return total if total is NOTHING else total / len(values)


_FOLDS: dict[str, Callable[[list[Any]], Any]] = {"sum": _sum, "avg": _average, "min": min, "max": max}


def _bare(value: Any) -> Any:
    return value.value if type(value) is Instant else value


def _alike(left: Any, right: Any) -> bool:
    """Whether two values can be told apart by size."""
    kind = type(left)
    if kind in _NUMBERS:
        return type(right) in _NUMBERS
    return kind in _ORDERED and type(right) is kind
