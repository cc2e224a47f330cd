"""Rules and queries as data: variables, literals, comparisons, arithmetic, aggregates.

Written by hand they are Python objects, without a parser:

    X, Y, D = variables("X Y D")
    boss = rule(lit("boss", X, Y), lit("works_in", X, D), lit("head", D, Y))
    query(lit("works_in", X, "sales"), lit("hours", X, D), D > 8, no(lit("away", X)))

and `str` gives the usual notation, `boss(X, Y) :- works_in(X, D), head(D, Y)`, which `empla.mind.notation` reads. They
are kept as they are, so they can stand in plans that are data, and in rows.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import ANY
from empla.mind.codec import dumps, registered

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
INFIX = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2}
"""Operators between two operands, and how tightly they bind."""
FUNCTIONS = {"abs": (1, 1), "min": (2, 9), "max": (2, 9)}
"""Functions of arithmetic, and how many operands each takes at least and at most."""
AGGREGATES = ("count", "sum", "min", "max", "avg", "collect")


class _Operand:
    """What may stand in arithmetic and comparisons. `==` and `!=` compare the objects themselves: see `same`."""

    __slots__ = ()

    def __add__(self, other: Any) -> "Arithmetic":
        return Arithmetic("+", (self, other))

    def __radd__(self, other: Any) -> "Arithmetic":
        return Arithmetic("+", (other, self))

    def __sub__(self, other: Any) -> "Arithmetic":
        return Arithmetic("-", (self, other))

    def __rsub__(self, other: Any) -> "Arithmetic":
        return Arithmetic("-", (other, self))

    def __mul__(self, other: Any) -> "Arithmetic":
        return Arithmetic("*", (self, other))

    def __rmul__(self, other: Any) -> "Arithmetic":
        return Arithmetic("*", (other, self))

    def __truediv__(self, other: Any) -> "Arithmetic":
        return Arithmetic("/", (self, other))

    def __rtruediv__(self, other: Any) -> "Arithmetic":
        return Arithmetic("/", (other, self))

    def __floordiv__(self, other: Any) -> "Arithmetic":
        return Arithmetic("//", (self, other))

    def __rfloordiv__(self, other: Any) -> "Arithmetic":
        return Arithmetic("//", (other, self))

    def __mod__(self, other: Any) -> "Arithmetic":
        return Arithmetic("%", (self, other))

    def __rmod__(self, other: Any) -> "Arithmetic":
        return Arithmetic("%", (other, self))

    def __lt__(self, other: Any) -> "Compared":
        return Compared("<", self, other)

    def __le__(self, other: Any) -> "Compared":
        return Compared("<=", self, other)

    def __gt__(self, other: Any) -> "Compared":
        return Compared(">", self, other)

    def __ge__(self, other: Any) -> "Compared":
        return Compared(">=", self, other)


@registered
@dataclass(frozen=True, slots=True)
class Variable(_Operand):
    """A place to be filled, with the same value wherever the name stands; "_" stands for any, "Now" for the time."""

    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"_|[A-Z]\w*", self.name):
            raise ValidationError(f"{self.name!r} is no variable: one begins with a capital letter")

    def __str__(self) -> str:
        return self.name


WILDCARD = Variable("_")
NOW = Variable("Now")
"""The time at which is asked."""


@registered
@dataclass(frozen=True, slots=True)
class Arithmetic(_Operand):
    """A value computed of others: + - * / // % between two, abs, min, max. Numbers, and times with spans of time."""

    operator: str
    operands: tuple[Any, ...]

    def __post_init__(self) -> None:
        least, most = (2, 2) if self.operator in INFIX else FUNCTIONS.get(self.operator, (1, 0))
        if not least <= len(self.operands) <= most:
            raise ValidationError(f"{self.operator!r} computes nothing of {len(self.operands)} operands")

    def __str__(self) -> str:
        if self.operator not in INFIX:
            return f"{self.operator}({', '.join(map(written, self.operands))})"
        left, right = self.operands
        return f"{self._inner(left, 0)} {self.operator} {self._inner(right, 1)}"

    def _inner(self, operand: Any, right: int) -> str:
        if not isinstance(operand, Arithmetic) or operand.operator not in INFIX:
            return written(operand)
        tight = INFIX[operand.operator] >= INFIX[self.operator] + right
        return str(operand) if tight else f"({operand})"


@registered
@dataclass(frozen=True, slots=True)
class Literal:
    """A proposition with places left open: it holds for every belief, and every conclusion of a rule, that fits."""

    functor: str
    arguments: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if not self.functor or not isinstance(self.functor, str):
            raise ValidationError("a literal needs a functor, which is a text")
        for argument in self.arguments:
            if isinstance(argument, Arithmetic | Aggregate | Literal):
                raise ValidationError(f"{argument} cannot stand inside {self.functor}(...): give it a name with `is`")

    def __str__(self) -> str:
        return f"{name(self.functor)}({', '.join(map(written, self.arguments))})"

    def __invert__(self) -> "Not":
        return Not((self,))


@registered
@dataclass(frozen=True, slots=True)
class Not:
    """That there is no solution of these parts (negation as failure)."""

    parts: tuple[Any, ...]

    def __str__(self) -> str:
        inner = joined(self.parts)
        bare = len(self.parts) == 1 and isinstance(self.parts[0], Literal)
        return f"not {inner}" if bare else f"not ({inner})"


@registered
@dataclass(frozen=True, slots=True)
class Compared:
    """That two values compare so. Numbers by size; other values only with their own kind, else it does not hold."""

    operator: str
    left: Any
    right: Any

    def __post_init__(self) -> None:
        if self.operator not in COMPARISONS:
            raise ValidationError(f"{self.operator!r} compares nothing; there are {', '.join(COMPARISONS)}")

    def __str__(self) -> str:
        return f"{written(self.left)} {self.operator} {written(self.right)}"

    def __bool__(self) -> bool:
        raise TypeError(f"{self} is asked of beliefs; it is not true or false by itself")


@registered
@dataclass(frozen=True, slots=True)
class Is:
    """That a variable has the value of an expression: gives it that, or compares it where it has one already."""

    variable: Variable
    value: Any

    def __str__(self) -> str:
        return f"{self.variable} is {written(self.value)}"


@registered
@dataclass(frozen=True, slots=True)
class Aggregate:
    """A value computed of all solutions of some parts.

    "count" and "collect" (a tuple, in order) are of the different values of `of`, or of every solution where that is
    the wildcard; "sum" and "avg" of its value in every solution; "min" and "max". Of no solutions there is no "min",
    "max" or "avg". A variable that stands elsewhere too has the value it has there.
    """

    function: str
    of: Any
    parts: tuple[Any, ...]

    def __post_init__(self) -> None:
        if self.function not in AGGREGATES:
            raise ValidationError(f"{self.function!r} is no aggregate; there are {', '.join(AGGREGATES)}")

    def __str__(self) -> str:
        return f"{self.function}({written(self.of)} : {joined(self.parts)})"


Part = Literal | Not | Compared | Is


@registered
@dataclass(frozen=True, slots=True)
class Rule:
    """A Horn clause: the head holds wherever all parts of the body do."""

    head: Literal
    body: tuple[Part, ...] = ()

    def __str__(self) -> str:
        return f"{self.head} :- {joined(self.body)}" if self.body else str(self.head)


@registered
@dataclass(frozen=True, slots=True)
class Inquiry:
    """A query: parts that shall all hold."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return joined(self.parts)


def variables(names: str) -> list[Variable]:
    """Return variables of these names, which are separated by blanks."""
    return [Variable(each) for each in names.split()]


def lit(functor: str, *arguments: Any) -> Literal:
    """Return a literal; `ANY` leaves a place open."""
    return Literal(functor, tuple(WILDCARD if argument is ANY else argument for argument in arguments))


def no(*parts: Part) -> Not:
    """Return that there is no solution of these parts."""
    return Not(parts)


def same(left: Any, right: Any) -> Compared:
    """Return that two values are equal."""
    return Compared("==", left, right)


def differ(left: Any, right: Any) -> Compared:
    """Return that two values are not equal."""
    return Compared("!=", left, right)


def rule(head: Literal, *body: Part) -> Rule:
    """Return a rule."""
    return Rule(head, body)


def query(*parts: Part) -> Inquiry:
    """Return a query."""
    return Inquiry(parts)


# looking at them -----------------------------------------------------------------------------------------------------


_INSIDE: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    Arithmetic: lambda term: term.operands,
    Literal: lambda term: term.arguments,
    Compared: lambda term: (term.left, term.right),
    Is: lambda term: (term.variable, term.value),
    Not: lambda term: term.parts,
    Aggregate: lambda term: (term.of, *term.parts),
}


def variables_in(*terms: Any) -> Iterator[str]:
    """Iterate over the names of variables, each as often as it stands in these terms or parts, without wildcards."""
    for term in terms:
        if isinstance(term, Variable):
            if term != WILDCARD:
                yield term.name
        elif (inside := _INSIDE.get(type(term))) is not None:
            yield from variables_in(*inside(term))


# writing them --------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[a-z]\w*(?:-[a-z]\w*)*")
_KEYWORDS = frozenset({"not", "is", "true", "false", "none", *FUNCTIONS})
_SPANS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def name(functor: str) -> str:
    """Return a functor or a text as it is written: bare where it is a word, else quoted."""
    is_word = _WORD.fullmatch(functor) and functor not in _KEYWORDS
    return functor if is_word else json.dumps(functor, ensure_ascii=False)


def written(term: Any) -> str:
    """Return a term as it is written."""
    match term:
        case Variable() | Arithmetic() | Aggregate():
            return str(term)
        case bool() | None:
            return str(term).lower()
        case str():
            return name(str(term))
        case int():
            return repr(int(term))
        case float() if math.isfinite(term):
            return repr(term)
        case datetime() if term.tzinfo is not None:
            return f"@{term.isoformat()}"
        case timedelta():
            return _span(term)
        case tuple() | list():
            return f"[{', '.join(map(written, term))}]"
    return f"`{dumps(term).replace('`', chr(92) + 'u0060')}`"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, length in _SPANS:
        if seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{seconds!r}s"


def joined(parts: tuple[Any, ...]) -> str:
    """Return parts as they are written one after the other."""
    return ", ".join(map(str, parts))
