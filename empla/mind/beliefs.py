"""Beliefs, found by functor and first argument without looking at the others."""

from bisect import bisect_left, insort
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
        self._ends: list[tuple[datetime, str]] = []  # of those that are held for a time, the first to end first
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
        belief_id = belief.id
        self._no_longer_ends(self._by_id.get(belief_id), belief_id)
        self._by_id[belief_id] = belief
        self._by_functor[belief.functor][belief_id] = None
        if belief.arguments:
            self._by_first[belief.functor, dumps(belief.arguments[0])][belief_id] = None
        if belief.valid_until is not None:
            insort(self._ends, (belief.valid_until, belief_id))

    def remove(self, belief_id: str) -> None:
        """Hold it no longer; harmless if it was not held."""
        belief = self._by_id.pop(belief_id, None)
        if belief is None:
            return
        self._no_longer_ends(belief, belief_id)
        _dropped(self._by_functor, belief.functor, belief_id)
        if belief.arguments:
            _dropped(self._by_first, (belief.functor, dumps(belief.arguments[0])), belief_id)

    def ended(self, at: datetime, most: int) -> list[Belief]:
        """Return up to `most` beliefs whose time is over at `at`, the longest over first."""
        end = bisect_left(self._ends, (at, "~"))
        return [self._by_id[belief_id] for _, belief_id in self._ends[: min(end, most)]]

    def _no_longer_ends(self, belief: Belief | None, belief_id: str) -> None:
        if belief is not None and belief.valid_until is not None:
            del self._ends[bisect_left(self._ends, (belief.valid_until, belief_id))]

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


class DraftBeliefs(BeliefBase):
    """Beliefs of the state with a cycle's own laid over them; asked like any other."""

    def __init__(self, under: BeliefBase) -> None:
        super().__init__()
        self._under = under
        self._gone: set[str] = set()

    def get(self, belief_id: str) -> Belief | None:
        """Return the belief with this id."""
        if belief_id in self._gone:
            return None
        return super().get(belief_id) or self._under.get(belief_id)

    def add(self, belief: Belief) -> None:
        """Hold a belief in this cycle."""
        super().add(belief)
        self._gone.discard(belief.id)

    def remove(self, belief_id: str) -> None:
        """Hold it no longer from here on."""
        super().remove(belief_id)
        self._gone.add(belief_id)

    def _held(self, functor: str, pattern: tuple[Any, ...], at: datetime | None) -> list[tuple[str, Belief]]:
        below = self._under._held(functor, pattern, at)
        kept = [(i, b) for i, b in below if i not in self._gone and i not in self._by_id]
        return kept + super()._held(functor, pattern, at)


def _dropped(index: dict[Any, dict[str, None]], key: Any, belief_id: str) -> None:
    """Take a belief out of an index, and its place with it when nothing else is there."""
    index[key].pop(belief_id, None)
    if not index[key]:
        del index[key]


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
