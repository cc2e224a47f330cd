"""What follows from facts by rules: joins that begin at one new fact and look the others up.

Subjects and objects are compared by what stands for them, so a fact about one of a merged person's entities joins with
one about another; the merge is then part of the proof.
"""

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from empla.memory.knowledge.desk import Desk, Held
from empla.memory.knowledge.names import folded
from empla.memory.knowledge.predicates import SYMMETRIC
from empla.memory.knowledge.rules import FactRule
from empla.mind.terms import WILDCARD, Compared, Literal, Variable

Value = int | str
"""The number of an entity that stands for others, or a text."""
Bindings = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """That something follows: the rule, the fact's subject and object, and the facts from which."""

    rule: FactRule
    subject: int
    object: Value
    premises: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    bindings: Bindings
    premises: tuple[Held, ...]
    left: tuple[Literal, ...]


class Chaining:
    """Applies rules to the facts of a desk."""

    def __init__(self, desk: Desk, rules: Iterable[FactRule]) -> None:
        self._desk = desk
        self._reading: dict[str, list[tuple[FactRule, int]]] = defaultdict(list)
        for rule in rules:
            for place, literal in enumerate(rule.body):
                self._reading[literal.functor].append((rule, place))
        self._constants: dict[str, tuple[Value, ...]] = {}
        self._ways: dict[int, tuple[str, ...]] = {}

    def reads(self, predicate: str) -> bool:
        """Return whether something may follow from facts with this predicate."""
        return predicate in self._reading

    def counts(self, fact: Held) -> bool:
        """Return whether something may follow from a fact: it counts, and does not lead from somebody to himself."""
        root = self._desk.root
        return fact.counts and not (fact.object_entity and root(fact.subject) == root(fact.object_entity))

    def following(self, fact: Held) -> list[Conclusion]:
        """Return everything that follows from a fact together with others that count."""
        if not self.counts(fact):
            return []
        found: list[Conclusion] = []
        for rule, place in self._reading.get(fact.predicate, ()):
            rest = (*rule.body[:place], *rule.body[place + 1 :])
            for bindings in self._unified(rule.body[place], fact, {}):
                found += self._conclusions(rule, _Step(bindings, (fact,), rest))
        return found

    def _conclusions(self, rule: FactRule, step: _Step) -> Iterator[Conclusion]:
        if not all(_holds(test, step.bindings) for test in rule.tests):
            return
        if step.left:
            for further in self._advanced(step):
                yield from self._conclusions(rule, further)
            return
        if not all(self._is_kind(literal, step.bindings) for literal in rule.kinds):
            return
        subject, obj = (_value(term, step.bindings) for term in rule.head.arguments)
        if isinstance(subject, str):  # a text that names one entity
            named = self._desk.named(subject)
            subject = named[0] if len(named) == 1 else subject
        if isinstance(subject, int) and obj is not None:
            yield Conclusion(rule, subject, obj, step.premises)

    def _advanced(self, step: _Step) -> Iterator[_Step]:
        """Join with the literal that has the most places with values."""
        place = max(range(len(step.left)), key=lambda n: (self._boundness(step.left[n], step.bindings), -n))
        literal = step.left[place]
        rest = (*step.left[:place], *step.left[place + 1 :])
        for fact in self._candidates(literal, step.bindings):
            if self.counts(fact):
                for bindings in self._unified(literal, fact, step.bindings):
                    yield _Step(bindings, (*step.premises, fact), rest)

    # literals -------------------------------------------------------------------------------------------------

    def _boundness(self, literal: Literal, bindings: Bindings) -> tuple[int, bool]:
        known = [bool(self._possible(term, bindings)) for term in literal.arguments]
        return sum(known), known[0]

    def _candidates(self, literal: Literal, bindings: Bindings) -> list[Held]:
        """Return the facts that a literal may be, by the index that its values allow."""
        name, both = literal.functor, literal.functor in SYMMETRIC
        subjects, objects = (self._possible(term, bindings) for term in literal.arguments)
        found: dict[int, Held] = {}
        if subjects:
            for value in subjects:
                found |= self._indexed(name, value, as_subject=True)
                found |= self._indexed(name, value, as_subject=False) if both else {}
        elif objects:
            for value in objects:
                found |= self._indexed(name, value, as_subject=False)
                found |= self._indexed(name, value, as_subject=True) if both else {}
        else:
            found = {fact.seq: fact for fact in self._desk.find(predicate=name)}
        return [found[number] for number in sorted(found)]

    def _indexed(self, name: str, value: Value, *, as_subject: bool) -> dict[int, Held]:
        if isinstance(value, int):
            facts = self._desk.about(value, name) if as_subject else self._desk.pointing(value, name)
        else:
            facts = [] if as_subject else self._desk.find(predicate=name, object=value)
        return {fact.seq: fact for fact in facts}

    def _unified(self, literal: Literal, fact: Held, bindings: Bindings) -> Iterator[Bindings]:
        """Give the bindings with which a literal is a fact: none, one, or two for one that holds in both directions."""
        ends = self.ends(fact)
        for pair in (ends, ends[::-1]) if literal.functor in SYMMETRIC else (ends,):
            found: dict[str, Value] | None = dict(bindings)
            for term, value in zip(literal.arguments, pair, strict=True):
                found = self._bound(term, value, found)
            if found is not None:
                yield found

    def _bound(self, term: Any, value: Value, bindings: dict[str, Value] | None) -> dict[str, Value] | None:
        if bindings is None or (isinstance(term, Variable) and term == WILDCARD):
            return bindings
        if not isinstance(term, Variable):
            return bindings if _alike(value, self._possible(term, {})) else None
        if term.name in bindings:
            return bindings if bindings[term.name] == value else None
        return {**bindings, term.name: value}

    def _possible(self, term: Any, bindings: Bindings) -> tuple[Value, ...]:
        """Return the values that a term may have, none if that is open: a text may name entities."""
        if isinstance(term, Variable):
            return (bindings[term.name],) if term.name in bindings else ()
        text = str(term)
        if text not in self._constants:
            self._constants[text] = (text, *self._desk.named(text))
        return self._constants[text]

    def _is_kind(self, literal: Literal, bindings: Bindings) -> bool:
        value = _value(literal.arguments[0], bindings)
        return isinstance(value, int) and self._desk.kind(value) == literal.functor

    # facts ----------------------------------------------------------------------------------------------------

    def ends(self, fact: Held) -> tuple[Value, Value]:
        """Return what stands for a fact's subject and object."""
        root = self._desk.root
        return root(fact.subject), root(fact.object_entity) if fact.object_entity else fact.object

    def supporters(self, conclusion: Conclusion) -> tuple[str, ...]:
        """Return the ids of all that a conclusion rests on: its premises, and the merges that join them."""
        merged = [e for f in conclusion.premises for e in (f.subject, f.object_entity) if e]
        ways = [way for entity in merged for way in self._way(entity)]
        return tuple(dict.fromkeys([*(f"f{fact.seq}" for fact in conclusion.premises), *ways]))

    def _way(self, entity: int) -> tuple[str, ...]:
        """Return the merges by which an entity is one with what stands for it: a shortest way, the first of those."""
        if entity not in self._ways:
            self._ways[entity] = self._walked(entity, self._desk.root(entity))
        return self._ways[entity]

    def _walked(self, start: int, goal: int) -> tuple[str, ...]:
        reached: dict[int, tuple[str, ...]] = {start: ()}
        edge = deque([start])
        while edge and goal not in reached:
            here = edge.popleft()
            for merge in self._desk.same(here):
                there = merge.object_entity if merge.subject == here else merge.subject
                if there not in reached:
                    reached[there] = (*reached[here], f"f{merge.seq}")
                    edge.append(there)
        return reached.get(goal, ())


def proof_of(rule: FactRule, supporters: Iterable[str]) -> str:
    """Return the name of a proof: the rule's id, and what follows from what it rests on."""
    return f"{rule.id}:{hashlib.sha256(json.dumps(sorted(supporters)).encode()).hexdigest()[:16]}"


def _value(term: Any, bindings: Bindings) -> Value | None:
    return bindings.get(term.name) if isinstance(term, Variable) else str(term)


def _alike(value: Value, possible: tuple[Value, ...]) -> bool:
    if isinstance(value, int):
        return value in possible
    return folded(value) == folded(str(possible[0]))


def _holds(test: Compared, bindings: Bindings) -> bool:
    """Return whether a comparison holds, or cannot be asked yet."""
    left, right = _value(test.left, bindings), _value(test.right, bindings)
    if left is None or right is None:
        return True
    if isinstance(left, int) != isinstance(right, int):
        return test.operator == "!="
    return bool(_COMPARED[test.operator](*_comparable(left, right)))


def _comparable(left: Value, right: Value) -> tuple[Any, Any]:
    try:
        return float(left), float(right)
    except ValueError:
        return folded(str(left)), folded(str(right))


_COMPARED: Final[Mapping[str, Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
