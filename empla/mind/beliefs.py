"""Beliefs, found by functor and first argument without looking at the others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from empla.mind.codec import digest, dumps, registered
from empla.mind.values import OWN, Origin


class Anything:
    """The open place in a pattern."""

    def __repr__(self) -> str:
        return "ANY"


ANY = Anything()
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A proposition the employee holds: where it has it from, how sure it is, until when, and what supports it."""

    functor: str
    arguments: tuple[Any, ...]
    origin: Origin = OWN
    confidence: float = 1.0
    observed_at: datetime | None = None
    valid_until: datetime | None = None
    supporters: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the identity of the proposition: the same words, the same id."""
        return digest([self.functor, self.arguments])[:24]


class BeliefBase:
    """The beliefs held now."""

    def __init__(self, beliefs: Iterable[Belief] = ()) -> None:
        self._by_id: dict[str, Belief] = {}
        self._by_functor: dict[str, dict[str, None]] = defaultdict(dict)
        self._by_first: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for belief in beliefs:
            self.add(belief)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Belief]:
        return iter(self._by_id.values())

    def get(self, belief_id: str) -> Belief | None:
        """Return the belief with this id."""
        return self._by_id.get(belief_id)

    def add(self, belief: Belief) -> None:
        """Hold a belief; the same proposition held before is replaced."""
        self._by_id[belief.id] = belief
        self._by_functor[belief.functor][belief.id] = None
        if belief.arguments:
            self._by_first[belief.functor, dumps(belief.arguments[0])][belief.id] = None

    def remove(self, belief_id: str) -> None:
        """Hold it no longer; harmless if it was not held."""
        belief = self._by_id.pop(belief_id, None)
        if belief is None:
            return
        self._by_functor[belief.functor].pop(belief_id, None)
        if belief.arguments:
            self._by_first[belief.functor, dumps(belief.arguments[0])].pop(belief_id, None)

    def matching(self, functor: str, *pattern: Any, at: datetime | None = None) -> list[Belief]:
        """Return the beliefs that fit `functor` and the pattern's given places, valid at `at`, oldest first."""
        return [belief for _, belief in sorted(self._held(functor, pattern, at), key=_age)]

    def _held(self, functor: str, pattern: tuple[Any, ...], at: datetime | None) -> list[tuple[str, Belief]]:
        if pattern and pattern[0] is not ANY:
            ids: Iterable[str] = self._by_first.get((functor, dumps(pattern[0])), ())
        else:
            ids = self._by_functor.get(functor, ())
        found = ((i, self._by_id[i]) for i in ids)
        return [(i, b) for i, b in found if _fits(b.arguments, pattern) and _valid(b, at)]


def _age(held: tuple[str, Belief]) -> tuple[datetime, str]:
    """Order by time, then by id: the same order before and after a restart, whatever was replaced meanwhile."""
    belief_id, belief = held
    return belief.observed_at or _BEGINNING, belief_id


def _fits(arguments: tuple[Any, ...], pattern: tuple[Any, ...]) -> bool:
    if len(pattern) > len(arguments):
        return False
    return all(want is ANY or want == have for want, have in zip(pattern, arguments, strict=False))


def _valid(belief: Belief, at: datetime | None) -> bool:
    return at is None or belief.valid_until is None or at < belief.valid_until
