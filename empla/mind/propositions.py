"""When two propositions are the same, and in which order they come.

The same words are the same proposition, exact by type: 1, 1.0 and True are three. What counts is what a value is after
it was kept and read back, so a list and a tuple are the same, and so are an enum and its value. Keys and orders are
made of the values themselves wherever that is exact; only what is seldom an argument is written as canonical text.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from math import copysign
from typing import Any

from empla.mind.codec import dumps, registered
from empla.mind.values import Address, Origin, Url

Key = Hashable
Order = tuple[int, Any, int]


@registered
@dataclass(frozen=True, slots=True)
class Proposition:
    """What a belief says, whoever says it."""

    functor: str
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        said = ", ".join(dumps(argument) for argument in self.arguments)
        return f"{self.functor}({said if len(said) <= _LONGEST else said[:_LONGEST] + '...'})"

    @property
    def key(self) -> Key:
        """Return what is equal for the same proposition only."""
        return proposition_key(self.functor, self.arguments)


_LONGEST = 80
"""Characters of a proposition's arguments that are shown."""


def proposition_key(functor: str, arguments: tuple[Any, ...]) -> Key:
    """Return what is equal for the same proposition only; cheap where the arguments are plain values."""
    return (functor, *map(key, arguments))


def key(value: Any) -> Key:
    """Return what is equal for the same value only, whatever Python thinks of 1, 1.0 and True."""
    kind = type(value)
    if kind is str or kind is int:
        known: Key = value
        return known
    make = _KEYS.get(kind)
    return make(value) if make is not None else _rare_key(value)


def _itself(value: Key) -> Key:
    return value


def _iso(value: Any) -> Key:
    return (value.isoformat(),)


# A text in a tuple of one is never equal to an argument that is its own key. The texts of different types differ.
_KEYS: dict[type, Callable[[Any], Key]] = {
    type(None): _itself,
    bool: lambda value: ("true",) if value else ("false",),
    float: lambda value: (repr(value),),
    datetime: _iso,
    date: _iso,
    time: lambda value: ("T" + value.isoformat(),),
    timedelta: lambda value: ("P" + repr(value.total_seconds()),),
    Address: _itself,
    Origin: _itself,
    Url: _itself,
}


def _rare_key(value: Any) -> Key:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Enum):
        return key(value.value)
    if isinstance(value, str):
        return str(value)
    return (dumps(value),)


_NONE, _BOOLEAN, _NUMBER, _TEXT, _OTHER = range(5)


def order(value: Any) -> Order:
    """Return a sort key for values of any kinds, the same in every process: numbers by size, texts by letters."""
    kind = type(value)
    if kind is str:
        return _TEXT, value, 0
    if kind is int:
        return _NUMBER, value, 0
    if kind is float and value == value:
        return _NUMBER, value, 1 if value or copysign(1.0, value) > 0 else -1
    if kind is bool:
        return _BOOLEAN, value, 0
    if value is None:
        return _NONE, 0, 0
    known = key(value)
    if type(known) in (str, int):
        return order(known)
    return _OTHER, dumps(value), 0


def order_of(arguments: tuple[Any, ...]) -> tuple[Order, ...]:
    """Return a sort key for the arguments of propositions."""
    return tuple(map(order, arguments))
