"""What one change of knowledge looks at: rows of facts, proofs and entities, read once and written at its end.

Whoever asks here gets them as they are after what was changed so far. New rows are written at once, for they need their
numbers; changed ones when everything is settled.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from empla.errors import InputError
from empla.memory.knowledge.names import folded, folded_company
from empla.memory.knowledge.predicates import SAME
from empla.memory.model import Basis
from empla.store.store import Store, instant

COLUMNS: Final = (
    "seq", "key", "subject", "predicate", "object", "object_entity", "basis", "confidence", "said_by", "valid_from",
    "valid_to", "recorded_at", "closed_at", "closed_why", "replaces", "rule", "visibility", "source", "state", "begins",
    "ends", "overruled_by", "gaps", "people", "changed",
)  # fmt: skip
"""All columns of a fact."""
CHANGING: Final = (
    "object", "confidence", "closed_at", "closed_why", "visibility", "state", "begins", "ends", "overruled_by", "gaps",
    "people", "said_by",
)  # fmt: skip
"""Those that change after it was recorded."""

UNSUPPORTED: Final = "nothing supports it any more"
"""Why a fact was closed that comes back when it is supported again; every other reason is somebody's word."""

_LIVING: Final = frozenset({"kept", "faded", "merged"})
"""States of an episode that supports what rests on it."""
_MANY: Final = 500
"""Values that one statement is asked with."""


class Held:
    """One fact as it is by now; `row` is what its row says."""

    __slots__ = (*COLUMNS, "row")

    seq: int
    key: str
    subject: int
    predicate: str
    object: str
    object_entity: int
    basis: str
    confidence: float
    said_by: str
    valid_from: str
    valid_to: str
    recorded_at: str
    closed_at: str
    closed_why: str
    replaces: int
    rule: str
    visibility: int
    source: str
    state: str
    begins: str
    ends: str
    overruled_by: int
    gaps: str
    people: str
    changed: int
    row: dict[str, Any]

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = dict(row)
        for name in COLUMNS:
            setattr(self, name, row[name])

    @property
    def is_believed(self) -> bool:
        """Return whether it is believed now."""
        return not self.closed_at

    @property
    def counts(self) -> bool:
        """Return whether it is believed and nothing counts in its place."""
        return not self.closed_at and not self.overruled_by

    @property
    def is_derived(self) -> bool:
        """Return whether a rule made it."""
        return self.basis == Basis.DERIVED

    @property
    def is_denied(self) -> bool:
        """Return whether somebody's word has closed it, so that no support brings it back."""
        return bool(self.closed_at) and self.closed_why != UNSUPPORTED

    @property
    def span(self) -> tuple[str, str]:
        """Return from when to when it counts."""
        return self.begins, self.ends


class Desk:
    """The rows that one change looks at, in one transaction of the store; `at` is when it happens."""

    def __init__(self, store: Store, at: datetime) -> None:
        self.store = store
        self.at = instant(at)
        self._facts: dict[int, Held] = {}
        self._proofs: dict[int, dict[str, tuple[str, ...]]] = {}
        self._dependents: dict[str, list[int]] = {}
        self._roots: dict[int, int] = {}
        self._members: dict[int, tuple[int, ...]] = {}
        self._episodes: dict[str, frozenset[str] | None] = {}
        self._lookups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
        self._forms: set[tuple[str, ...]] = set()
        self._entities: dict[int, tuple[str, str]] = {}
        self._changes: dict[str, int] = {}
        self._noted: set[int] = set()

    # facts ----------------------------------------------------------------------------------------------------

    def fact(self, number: int) -> Held:
        """Return a fact; InputError if there is none."""
        self.load([number])
        try:
            return self._facts[number]
        except KeyError:
            raise InputError(f"there is no fact f{number}") from None

    def load(self, numbers: Iterable[int]) -> None:
        """Read facts, those that are not here yet."""
        missing = sorted({n for n in numbers if n not in self._facts})
        for some in _portions(missing):
            for row in self.store.find("fact", {}, COLUMNS, one_of=("seq", padded(some))):
                self._facts[row.seq] = Held(row._asdict())

    def find(self, **by: Any) -> list[Held]:
        """Return the facts with these columns, which never change, in order."""
        asked = tuple(sorted(by.items()))
        if asked not in self._lookups:
            self._forms.add(tuple(sorted(by)))
            rows = self.store.find("fact", by, COLUMNS)
            for row in rows:
                if row.seq not in self._facts:
                    self._facts[row.seq] = Held(row._asdict())
            self._lookups[asked] = [row.seq for row in rows]
        return [self._facts[number] for number in self._lookups[asked]]

    def add(self, values: Mapping[str, Any]) -> Held:
        """Write a new fact and return it."""
        row = {**_FRESH, "recorded_at": self.at, "begins": values["valid_from"], "ends": values["valid_to"], **values}
        row["changed"] = self._next_change("fact")
        row["seq"] = self.store.add("fact", row)
        held = self._facts[row["seq"]] = Held(row)
        self._proofs[held.seq] = {}
        self._dependents[f"f{held.seq}"] = []
        for form in self._forms:
            if (numbers := self._lookups.get(tuple((column, row[column]) for column in form))) is not None:
                numbers.append(held.seq)
        return held

    def here(self) -> list[Held]:
        """Return all facts that were looked at, in order."""
        return [self._facts[number] for number in sorted(self._facts)]

    # proofs ---------------------------------------------------------------------------------------------------

    def proofs(self, number: int) -> Mapping[str, tuple[str, ...]]:
        """Return what a fact rests on: by proof, the ids that together support it."""
        if number not in self._proofs:
            self.load_proofs([number])
        return self._proofs[number]

    def load_proofs(self, numbers: Iterable[int]) -> None:
        """Read what facts rest on."""
        missing = sorted({n for n in numbers if n not in self._proofs})
        for some in _portions(missing):
            found: dict[int, dict[str, list[str]]] = {n: defaultdict(list) for n in some}
            for row in self.store.find("support", {}, ("fact", "proof", "supporter"), one_of=("fact", padded(some))):
                found[row.fact][row.proof].append(row.supporter)
            for number, proofs in found.items():
                self._proofs[number] = {proof: tuple(ids) for proof, ids in proofs.items()}

    def add_proof(self, fact: Held, proof: str, supporters: Sequence[str]) -> bool:
        """Let a fact rest on these together, too; return whether that is new."""
        known = dict(self.proofs(fact.seq))
        if proof in known or not supporters:
            return False
        known[proof] = tuple(dict.fromkeys(supporters))
        self._proofs[fact.seq] = known
        for supporter in known[proof]:
            self.store.add("support", {"fact": fact.seq, "proof": proof, "supporter": supporter})
            if supporter in self._dependents:
                self._dependents[supporter].append(fact.seq)
        return True

    def dependents(self, ids: Iterable[str]) -> list[int]:
        """Return the facts that have a proof with one of these."""
        asked = list(dict.fromkeys(ids))
        missing = [i for i in asked if i not in self._dependents]
        for some in _portions(missing):
            for each in some:
                self._dependents[each] = []
            for row in self.store.find("support", {}, ("fact", "supporter"), one_of=("supporter", padded(some))):
                self._dependents[row.supporter].append(row.fact)
        # A support that was put back is of no fact any more.
        return sorted({fact for each in asked for fact in self._dependents[each] if fact})

    def closure(self, start: Iterable[int], *, derived: bool) -> list[int]:
        """Return these facts and what rests on them, at any remove, of the derived or of the others."""
        found = set(start)
        edge = list(found)
        while edge:
            reached = [n for n in self.dependents(f"f{n}" for n in edge) if n not in found]
            self.load(reached)
            edge = [n for n in reached if self._facts[n].is_derived == derived]
            found.update(edge)
        self.load(found)
        return sorted(n for n in found if self._facts[n].is_derived == derived)

    def took_part(self, episode: str) -> frozenset[str] | None:
        """Return the addresses of those who took part in an episode, None if it supports nothing any more."""
        if episode not in self._episodes:
            rows = self.store.find("episode", {"seq": int(episode[1:])}, ("state", "people"))
            is_living = bool(rows) and rows[0].state in _LIVING
            self._episodes[episode] = frozenset(json.loads(rows[0].people or "[]")) if is_living else None
        return self._episodes[episode]

    # entities -------------------------------------------------------------------------------------------------

    def root(self, entity: int) -> int:
        """Return what stands for an entity: itself, unless it was merged; 0 of 0."""
        if not entity:
            return 0
        if entity not in self._roots:
            rows = self.store.find("entity", {"seq": entity}, ("stands_for",))
            if not rows:
                raise InputError(f"there is no entity n{entity}")
            self._roots[entity] = rows[0].stands_for or entity
        return self._roots[entity]

    def members(self, entity: int) -> tuple[int, ...]:
        """Return all that are one with an entity, itself among them, in order."""
        root = self.root(entity)
        if root not in self._members:
            merged = self.store.find("entity", {"stands_for": root}, ("seq",))
            self._members[root] = tuple(sorted({root, *(row.seq for row in merged)}))
        return self._members[root]

    def kind(self, entity: int) -> str:
        """Return what kind of thing an entity is."""
        return self._entity(entity)[0]

    def name(self, entity: int) -> str:
        """Return what an entity is called."""
        return self._entity(entity)[1]

    def _entity(self, entity: int) -> tuple[str, str]:
        if entity not in self._entities:
            rows = self.store.find("entity", {"seq": entity}, ("kind", "name"))
            if not rows:
                raise InputError(f"there is no entity n{entity}")
            self._entities[entity] = rows[0].kind, rows[0].name
        return self._entities[entity]

    def named(self, name: str) -> tuple[int, ...]:
        """Return what stands for the entities that are called so, in order."""
        values = padded(sorted({folded(name), folded_company(name)}))
        rows = self.store.find("alias", {"closed_at": ""}, ("entity",), one_of=("value", values))
        return tuple(sorted({self.root(row.entity) for row in rows}))

    def stand_for(self, entity: int, root: int) -> None:
        """Let an entity stand for another, at once."""
        values = {"stands_for": 0 if root == entity else root, "changed": self._next_change("entity")}
        self.store.change("entity", {"seq": entity}, values)
        self._roots[entity] = root
        self._members.clear()

    def note(self, fact: Held) -> None:
        """Let indexes look at a fact again, even if nothing of it changes here."""
        self._noted.add(fact.seq)

    def touch(self, entity: int) -> None:
        """Let indexes look at an entity again."""
        self.store.change("entity", {"seq": entity}, {"changed": self._next_change("entity")})

    def about(self, entity: int, predicate: str) -> list[Held]:
        """Return the facts with this predicate of which an entity, or what is one with it, is the subject."""
        return [f for one in self.members(entity) for f in self.find(subject=one, predicate=predicate)]

    def pointing(self, entity: int, predicate: str) -> list[Held]:
        """Return the facts with this predicate of which an entity, or what is one with it, is the object."""
        return [f for one in self.members(entity) for f in self.find(object_entity=one, predicate=predicate)]

    def same(self, entity: int) -> list[Held]:
        """Return the merges that count of which an entity itself is an end."""
        ends = [*self.find(subject=entity, predicate=SAME), *self.find(object_entity=entity, predicate=SAME)]
        return [f for f in ends if f.counts]

    # the end --------------------------------------------------------------------------------------------------

    def close(self, fact: Held, why: str) -> None:
        """Let a fact be believed no longer."""
        fact.closed_at, fact.closed_why = self.at, why

    def reopen(self, fact: Held) -> None:
        """Let a fact be believed again; when it was not is kept."""
        if fact.row["closed_at"] and fact.closed_at < self.at:
            gaps = json.loads(fact.gaps or "[]")
            fact.gaps = json.dumps([*gaps, [fact.closed_at, self.at]])
        fact.closed_at = fact.closed_why = ""

    def write(self) -> list[Held]:
        """Write what has changed; return the facts that did."""
        changed = [f for f in self.here() if f.seq in self._noted or any(getattr(f, c) != f.row[c] for c in CHANGING)]
        for fact in changed:
            values = {c: getattr(fact, c) for c in CHANGING if getattr(fact, c) != fact.row[c]}
            values["changed"] = self._next_change("fact")
            self.store.change("fact", {"seq": fact.seq}, values)
            fact.row.update(values)
        return changed

    def _next_change(self, table: str) -> int:
        if table not in self._changes:
            newest = self.store.find(table, {}, ("changed",), order="changed", newest=True, limit=1)
            self._changes[table] = newest[0].changed if newest else 0
        self._changes[table] += 1
        return self._changes[table]


def _portions(numbers: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (numbers[start : start + _MANY] for start in range(0, len(numbers), _MANY))


def padded(values: Sequence[Any]) -> Sequence[Any]:
    """Return so many values that few different statements are ever made: the last one stands more than once."""
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (size - len(values))]


_FRESH: Final[Mapping[str, Any]] = {
    "object_entity": 0, "said_by": "", "closed_at": "", "closed_why": "", "replaces": 0, "rule": "", "source": "",
    "state": "kept", "overruled_by": 0, "gaps": "", "people": "[]",
}  # fmt: skip
