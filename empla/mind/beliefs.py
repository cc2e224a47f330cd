"""What the employee holds true, found by functor and argument without looking at the rest.

A belief stands in the index of its functor and nowhere else: no second table, no ids. In which order beliefs came and
went does not show: what is found is sorted by time, then by what it says.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from empla.mind.codec import LATER, digest, registered
from empla.mind.indexing import Table, has
from empla.mind.propositions import Key, Order, Proposition, key, order_of
from empla.mind.values import OWN, Origin


class Anything:
    """The open place in a pattern."""

    def __repr__(self) -> str:
        return "ANY"


ANY = Anything()
_BEGINNING = datetime.min.replace(tzinfo=UTC)

Support = str | Proposition
"""What a belief may rest on: the key of a percept, "intention:ID", or another proposition that is held."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A proposition the employee holds: where it has it from, how sure it is, until when, and what supports it.

    `supporters` are alternatives, each of them one support or a tuple of supports that must all hold; without any it
    stands by itself. `confidence` (0..1) is that at `observed_at`, and halves with every `half_life`. `overruled`: a
    better word says otherwise; it is kept, and counts again when that word goes.
    """

    functor: str
    arguments: tuple[Any, ...]
    origin: Origin = OWN
    confidence: float = 1.0
    observed_at: datetime | None = None
    valid_until: datetime | None = None
    supporters: tuple[Support | tuple[Support, ...], ...] = ()
    half_life: timedelta | None = field(default=None, metadata=LATER)
    overruled: bool = field(default=False, metadata=LATER)

    @property
    def id(self) -> str:
        """Return the identity of the proposition in the store: the same words, the same id. Not cheap."""
        return digest([self.functor, self.arguments])[:24]

    @property
    def proposition(self) -> Proposition:
        """Return what it says, for others to rest on."""
        return Proposition(self.functor, self.arguments)


class BeliefBase:
    """The beliefs held now."""

    def __init__(self, beliefs: Iterable[Belief] = ()) -> None:
        self._tables: dict[str, Table[Belief]] = {}
        self._count = 0
        self._ends: list[datetime] = []  # the instants at which something ends, the first first
        self._ending: dict[datetime, dict[int, Belief] | Belief] = {}
        self._unsorted: set[datetime] = set()
        self._resting: dict[Key, dict[int, Belief] | Belief] = {}
        self._bearing = 0  # how often beliefs are what others rest on
        for belief in beliefs:
            self.add(belief)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Belief]:
        for table in self._tables.values():
            yield from table.all()

    def get(self, functor: str, arguments: tuple[Any, ...]) -> Belief | None:
        """Return how a proposition is held, overruled or not, None if it is not."""
        table = self._tables.get(functor)
        return None if table is None else table.get(arguments)

    def add(self, belief: Belief) -> Belief | None:
        """Hold a belief in place of the same proposition; return how that was held before."""
        table = self._tables.get(belief.functor)
        if table is None:
            table = self._tables[belief.functor] = Table()
        old = table.put(belief)
        if old is None:
            self._count += 1
        else:
            self._no_longer(old)
        if belief.valid_until is not None:
            self._will_end(belief, belief.valid_until)
        for support in supports(belief) if belief.supporters else ():
            self._rest_on(support, belief)
        return old

    def remove(self, functor: str, arguments: tuple[Any, ...]) -> None:
        """Hold it no longer; harmless if it was not held."""
        table = self._tables.get(functor)
        old = None if table is None else table.take(arguments)
        if old is not None:
            self._count -= 1
            self._no_longer(old)

    def ended(self, at: datetime, most: int) -> list[Belief]:
        """Return up to `most` beliefs whose time is over at `at`, the longest over first, then by what they say."""
        if not self._ends or self._ends[0] > at:
            return []
        found: list[Belief] = []
        for instant in self._ends[: bisect_right(self._ends, at)]:
            if len(found) >= most:
                break
            ending = self._ending[instant]
            if not isinstance(ending, dict):
                found.append(ending)
                continue
            if instant in self._unsorted:
                self._unsorted.discard(instant)
                ending = self._ending[instant] = dict(sorted(ending.items(), key=lambda held: _said(held[1])))
            found.extend(ending.values())
        return found[:most]

    def matching(
        self, functor: str, *pattern: Any, at: datetime | None = None, overruled: bool = False
    ) -> list[Belief]:
        """Return the beliefs that fit `functor` and the pattern's given places, valid at `at`, oldest first.

        Those that a better word overrules are left out, unless asked for.
        """
        places = [place for place, wanted in enumerate(pattern) if wanted is not ANY]
        keys = [key(pattern[place]) for place in places]
        length = len(pattern)
        found = [
            b
            for b in self.candidates(functor, places, keys)
            if (overruled or not b.overruled)
            and (at is None or b.valid_until is None or at < b.valid_until)
            and len(b.arguments) >= length
            and (len(places) < 2 or has(b.arguments, places, keys))
        ]
        return found if len(found) < 2 else _by_time(found)

    def candidates(self, functor: str, places: Sequence[int], keys: Sequence[Key]) -> Collection[Belief]:
        """Return beliefs of a functor in no order: all that have these keys in these places, and maybe others.

        Where one place is given nothing else is among them. Of all those of a functor nothing is looked up.
        """
        table = self._tables.get(functor)
        if table is None:
            return ()
        return table.having(places, keys) if places else table.all()

    @property
    def bears(self) -> bool:
        """Return whether any belief may rest on another."""
        return self._bearing > 0

    def resting_on(self, support: Support) -> list[Belief]:
        """Return the beliefs that name this support in any of their alternatives, by what they say."""
        entry = self._resting.get(support_key(support))
        if entry is None:
            return []
        return sorted(entry.values(), key=_said) if isinstance(entry, dict) else [entry]

    def _no_longer(self, old: Belief) -> None:
        ends = old.valid_until
        if ends is not None:
            ending = self._ending[ends]
            if isinstance(ending, dict):
                del ending[id(old)]
            if not isinstance(ending, dict) or not ending:
                del self._ending[ends]
                del self._ends[bisect_left(self._ends, ends)]
                self._unsorted.discard(ends)
        for support in supports(old) if old.supporters else ():
            self._bearing -= isinstance(support, Proposition)
            entry = self._resting[support_key(support)]
            if isinstance(entry, dict):
                del entry[id(old)]
                if entry:
                    continue
            del self._resting[support_key(support)]

    def _will_end(self, belief: Belief, ends: datetime) -> None:
        ending = self._ending.get(ends)
        if ending is None:
            self._ending[ends] = belief
            insort(self._ends, ends)
            return
        if not isinstance(ending, dict):
            ending = self._ending[ends] = {id(ending): ending}
        ending[id(belief)] = belief
        self._unsorted.add(ends)

    def _rest_on(self, support: Support, belief: Belief) -> None:
        self._bearing += isinstance(support, Proposition)
        where = support_key(support)
        entry = self._resting.get(where)
        if entry is None:
            self._resting[where] = belief
        elif isinstance(entry, dict):
            entry[id(belief)] = belief
        else:
            self._resting[where] = {id(entry): entry, id(belief): belief}


class DraftBeliefs(BeliefBase):
    """Beliefs of the state with a cycle's own laid over them; asked like any other. What is below is never touched."""

    def __init__(self, under: BeliefBase) -> None:
        self._under = under
        self._tables = {}
        self._hidden: dict[str, dict[int, Belief]] = {}  # of those below, what is gone or replaced here
        self._count = len(under)
        self._bearing = under._bearing

    def copied(self) -> "DraftBeliefs":
        """Return a copy, with what is laid over at this moment."""
        twin = DraftBeliefs(self._under)
        twin._hidden = {functor: dict(hidden) for functor, hidden in self._hidden.items()}
        twin._count, twin._bearing = self._count, self._bearing
        for functor, table in self._tables.items():
            own = twin._tables[functor] = Table()
            for belief in table.all():
                own.put(belief)
        return twin

    def __iter__(self) -> Iterator[Belief]:
        for functor in dict.fromkeys((*self._under._tables, *self._tables)):
            yield from self.candidates(functor, (), ())

    def get(self, functor: str, arguments: tuple[Any, ...]) -> Belief | None:
        """Return how a proposition is held, overruled or not, None if it is not."""
        table = self._tables.get(functor)
        if table is not None and (own := table.get(arguments)) is not None:
            return own
        below = self._under.get(functor, arguments)
        hidden = self._hidden.get(functor)
        return None if below is None or (hidden is not None and id(below) in hidden) else below

    def add(self, belief: Belief) -> Belief | None:
        """Hold a belief in this cycle; return how the same proposition was held before."""
        table = self._tables.get(belief.functor)
        if table is None:
            table = self._tables[belief.functor] = Table()
        old = table.put(belief) or self._hide(belief.functor, belief.arguments)
        if old is None:
            self._count += 1
        if rests_on_beliefs(belief):
            self._bearing += 1
        return old

    def remove(self, functor: str, arguments: tuple[Any, ...]) -> None:
        """Hold it no longer from here on."""
        table = self._tables.get(functor)
        if (table is not None and table.take(arguments) is not None) or self._hide(functor, arguments) is not None:
            self._count -= 1

    def _hide(self, functor: str, arguments: tuple[Any, ...]) -> Belief | None:
        """Let what is below not be seen any more; return what was seen till now."""
        below = self._under.get(functor, arguments)
        if below is None:
            return None
        hidden = self._hidden.setdefault(functor, {})
        if id(below) in hidden:
            return None
        hidden[id(below)] = below
        return below

    def candidates(self, functor: str, places: Sequence[int], keys: Sequence[Key]) -> Collection[Belief]:
        """Return beliefs of a functor in no order: all that have these keys in these places, and maybe others."""
        below = self._under.candidates(functor, places, keys)
        table = self._tables.get(functor)
        if table is None:
            return self._seen(functor, below)
        own = table.having(places, keys) if places else table.all()
        return [*self._seen(functor, below), *own] if below else own

    def _seen(self, functor: str, below: Collection[Belief]) -> Collection[Belief]:
        hidden = self._hidden.get(functor)
        return [b for b in below if id(b) not in hidden] if hidden and below else below

    def resting_on(self, support: Support) -> list[Belief]:
        """Return the beliefs that name this support in any of their alternatives, by what they say."""
        wanted = support_key(support)
        found = [b for b in self._under.resting_on(support) if id(b) not in self._hidden.get(b.functor, ())]
        if isinstance(support, str) or self._bearing > self._under._bearing:
            for table in self._tables.values():
                found += [b for b in table.all() if any(support_key(s) == wanted for s in supports(b))]
        return sorted(found, key=_said)

    def ended(self, at: datetime, most: int) -> list[Belief]:
        """Return up to `most` beliefs whose time is over at `at`, the longest over first, then by what they say."""
        below = self._under.ended(at, most + sum(map(len, self._hidden.values())))
        found = [b for b in below if id(b) not in self._hidden.get(b.functor, ())]
        for table in self._tables.values():
            found += [b for b in table.all() if b.valid_until is not None and b.valid_until <= at]
        return sorted(found, key=lambda b: (b.valid_until, _said(b)))[:most]


def supports(belief: Belief) -> list[Support]:
    """Return everything that a belief names in its alternatives, each once."""
    first = belief.supporters[0] if len(belief.supporters) == 1 else None
    if isinstance(first, str):
        return [first]
    named: dict[Key, Support] = {}
    for alternative in belief.supporters:
        for support in alternative if isinstance(alternative, tuple) else (alternative,):
            named.setdefault(support_key(support), support)
    return list(named.values())


def rests_on_beliefs(belief: Belief) -> bool:
    """Return whether any of a belief's alternatives names another proposition."""
    supporters = belief.supporters
    if not supporters or (len(supporters) == 1 and type(supporters[0]) is str):
        return False
    return any(isinstance(support, Proposition) for support in supports(belief))


def is_valid(belief: Belief, at: datetime) -> bool:
    """Return whether a belief's time is not over."""
    return belief.valid_until is None or at < belief.valid_until


def support_key(support: Support) -> Key:
    """Return what is equal for the same support only."""
    return support if isinstance(support, str) else support.key


def _said(belief: Belief) -> tuple[str, tuple[Order, ...]]:
    return belief.functor, order_of(belief.arguments)


def _seen_at(belief: Belief) -> datetime:
    return belief.observed_at or _BEGINNING


def _by_time(beliefs: list[Belief]) -> list[Belief]:
    """Sort by time, then by what they say: the same before and after a restart, whatever was replaced meanwhile."""
    beliefs.sort(key=_seen_at)
    if all(_seen_at(a) != _seen_at(b) for a, b in pairwise(beliefs)):
        return beliefs
    return [b for _, same in groupby(beliefs, _seen_at) for b in sorted(same, key=_said)]
