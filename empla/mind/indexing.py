"""The index of the beliefs of one functor: by first argument always, by any other place once it is asked for.

An entry is the belief itself where there is one, and a dict of them where there are more.
"""

from collections.abc import Collection, Sequence
from typing import Any, Generic, Protocol, TypeVar

from empla.mind.propositions import Key, key


class Said(Protocol):
    """What is kept in an index: anything with arguments."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Return its arguments."""


B = TypeVar("B", bound=Said)

_FEW = 8
"""Beliefs with the same value in one place among which it is not worth looking for a better index."""


class Table(Generic[B]):
    """The beliefs of one functor."""

    __slots__ = ("first", "others")

    def __init__(self) -> None:
        self.first: dict[Key, B | dict[Key, B]] = {}
        self.others: dict[int, dict[Key, dict[int, B]]] = {}

    def get(self, arguments: tuple[Any, ...]) -> B | None:
        """Return what has these arguments."""
        entry = self.first.get(_head(arguments))
        if entry is None:
            return None
        rest = _rest(arguments)
        if isinstance(entry, dict):
            return entry.get(rest)
        return entry if _rest(entry.arguments) == rest else None

    def put(self, belief: B) -> B | None:
        """Hold it; return the same proposition as it was held before."""
        head, rest = _head(belief.arguments), _rest(belief.arguments)
        entry = self.first.get(head)
        old: B | None = None
        if isinstance(entry, dict):
            old = entry.get(rest)
            entry[rest] = belief
        elif entry is None or _rest(entry.arguments) == rest:
            old = entry
            self.first[head] = belief
        else:
            self.first[head] = {_rest(entry.arguments): entry, rest: belief}
        if self.others:
            self._let_go(old)
            self._note(belief)
        return old

    def take(self, arguments: tuple[Any, ...]) -> B | None:
        """Hold a proposition no longer; return how it was held."""
        head, rest = _head(arguments), _rest(arguments)
        entry = self.first.get(head)
        old: B | None = None
        if isinstance(entry, dict):
            old = entry.pop(rest, None)
            if len(entry) == 1:
                (self.first[head],) = entry.values()
        elif entry is None or _rest(entry.arguments) != rest:
            return None
        else:
            old = entry
            del self.first[head]
        if self.others:
            self._let_go(old)
        return old

    def all(self) -> list[B]:
        """Return everything."""
        found: list[B] = []
        for entry in self.first.values():
            if isinstance(entry, dict):
                found.extend(entry.values())
            else:
                found.append(entry)
        return found

    def having(self, places: Sequence[int], keys: Sequence[Key]) -> Collection[B]:
        """Return those with one of these keys in its place, all that have all of them among them."""
        if places[0] == 0:
            entry = self.first.get(keys[0])
            if entry is None:
                return ()
            if not isinstance(entry, dict):
                return (entry,)
            if len(places) == 1 or len(entry) <= _FEW:
                return entry.values()
            return min(entry.values(), self._at(places[1], keys[1]), key=len)
        found = self._at(places[0], keys[0])
        if len(places) == 1 or len(found) <= _FEW:
            return found
        return min(found, self._at(places[1], keys[1]), key=len)

    def _at(self, place: int, wanted: Key) -> Collection[B]:
        index = self.others.get(place)
        if index is None:
            index = self.others[place] = {}
            for belief in self.all():
                _enter(index, place, belief)
        entry = index.get(wanted)
        return () if entry is None else entry.values()

    def _note(self, belief: B) -> None:
        for place, index in self.others.items():
            _enter(index, place, belief)

    def _let_go(self, belief: B | None) -> None:
        if belief is None:
            return
        for place, index in self.others.items():
            if place < len(belief.arguments):
                wanted = key(belief.arguments[place])
                entry = index[wanted]
                del entry[id(belief)]
                if not entry:
                    del index[wanted]


def _enter(index: dict[Key, dict[int, B]], place: int, belief: B) -> None:
    if place < len(belief.arguments):
        index.setdefault(key(belief.arguments[place]), {})[id(belief)] = belief


def _head(arguments: tuple[Any, ...]) -> Key:
    if not arguments:
        return ()
    first = arguments[0]
    kind = type(first)
    return first if kind is str or kind is int else key(first)


def _rest(arguments: tuple[Any, ...]) -> Key:
    """Return the key of all arguments but the first; those of different numbers of arguments are never equal."""
    count = len(arguments)
    if count == 1:
        return ()
    if count == 2:
        second = arguments[1]
        kind = type(second)
        return second if kind is str or kind is int else key(second)
    return tuple(map(key, arguments[1:]))  # two or more: the key of a single value is never such a tuple


def has(arguments: tuple[Any, ...], places: Sequence[int], keys: Sequence[Key]) -> bool:
    """Return whether arguments have these keys in these places."""
    return all(key(arguments[place]) == wanted for place, wanted in zip(places, keys, strict=True))
