"""Asking what follows from the beliefs: Horn clauses with negation as failure, comparison, arithmetic and aggregates.

    X, Y, D = variables("X Y D")
    rules = Rules([rule(lit("boss", X, Y), lit("works_in", X, D), lit("head", D, Y))])
    ask(beliefs, rules, query(lit("boss", "anna", Y)))          -> [{"Y": "berta"}]
    holds(beliefs, rules, parse_query("not boss(anna, carla)"))  -> True

A literal holds for every belief with that functor and number of arguments, and for all that rules conclude. What is
overruled, or whose time is over at `at`, does not count. See `empla.mind.terms` for what rules are made of,
`empla.mind.notation` for how they are written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from empla.mind.authority import sources_of
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import dumps
from empla.mind.compiling import Compiled, CompiledQuery, compiled_query
from empla.mind.evaluation import Evaluation
from empla.mind.notation import parse_query, parse_rule
from empla.mind.propositions import key, order_of
from empla.mind.soundness import Predicate, check_rule, check_strata, literals
from empla.mind.terms import (
    NOW,
    Aggregate,
    Arithmetic,
    Compared,
    Inquiry,
    Is,
    Literal,
    Not,
    Rule,
    Variable,
    differ,
    lit,
    no,
    query,
    rule,
    same,
    variables,
    variables_in,
)

__all__ = [
    "NOW",
    "Aggregate",
    "Arithmetic",
    "Compared",
    "Found",
    "Inquiry",
    "Is",
    "Literal",
    "Not",
    "Rule",
    "Rules",
    "Variable",
    "as_variables",
    "ask",
    "differ",
    "find",
    "functors_read",
    "holds",
    "lit",
    "no",
    "parse_query",
    "parse_rule",
    "query",
    "rule",
    "same",
    "variables",
    "variables_in",
]

_MOST_COMPILED = 256
"""Compiled queries that are kept; when there are more, all are made anew."""


class Rules:
    """The rules that an employee knows."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules: dict[Predicate, tuple[Rule, ...]] = {}
        self._compiled = Compiled(self._rules)
        self.edition: object = self._compiled  # another object once rules were added
        self._seen: dict[tuple[int, tuple[str, ...]], tuple[Inquiry, CompiledQuery]] = {}
        self._written: dict[tuple[str, tuple[str, ...]], CompiledQuery] = {}
        self.add(*rules)

    def __iter__(self) -> Iterator[Rule]:
        return (each for rules in self._rules.values() for each in rules)

    def __len__(self) -> int:
        return sum(map(len, self._rules.values()))

    def add(self, *rules: Rule) -> None:
        """Add rules; one that is there already changes nothing.

        ValidationError, and nothing is added, if a variable has no value where it needs one (its name is told), or if
        anything would follow from its own absence or number.
        """
        known = dict(self._rules)
        for one in rules:
            check_rule(one)
            predicate = (one.head.functor, len(one.head.arguments))
            others = known.get(predicate, ())
            if dumps(one) not in map(dumps, others):
                known[predicate] = (*others, one)
        check_strata(known)
        self._rules = known
        self._compiled = self.edition = Compiled(known)
        self._seen.clear()
        self._written.clear()

    def reads(self, functor: str) -> frozenset[str]:
        """Return the functors whose beliefs decide whether something of this functor holds, itself among them."""
        found = {functor: None}
        waiting = [functor]
        for head in waiting:  # grows while it is walked
            bodies = [each.body for each in self if each.head.functor == head]
            for literal, _ in (pair for body in bodies for pair in literals(body)):
                if literal.functor not in found:
                    found[literal.functor] = None
                    waiting.append(literal.functor)
        return frozenset(found)

    def evaluated(
        self,
        beliefs: BeliefBase,
        query: Inquiry,
        bindings: Mapping[str, Any],
        at: datetime | None,
    ) -> tuple[CompiledQuery, Evaluation]:
        """Return a query, compiled for what is bound, and an evaluation in which to run it."""
        bound = tuple(bindings)
        known = self._seen.get((id(query), bound))
        if known is None:
            if len(self._seen) >= _MOST_COMPILED:
                self._seen.clear()
            known = self._seen[id(query), bound] = (query, self._compiled_once(query, bound))
        return known[1], Evaluation(beliefs, self._compiled.entries, at)

    def _compiled_once(self, query: Inquiry, bound: tuple[str, ...]) -> CompiledQuery:
        """Compile a query; one that a plan builds anew each time is known by how it is written."""
        name = (str(query), bound)
        known = self._written.get(name)
        if known is None:
            if len(self._written) >= _MOST_COMPILED:
                self._written.clear()
            known = self._written[name] = compiled_query(self._compiled, query, bound)
        return known


_NO_BINDINGS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """All solutions of a query, and its label: the kinds of source of the beliefs that fitted, and of the values."""

    solutions: list[dict[str, Any]]
    sources: tuple[str, ...]


def ask(
    beliefs: BeliefBase,
    rules: Rules,
    query: Inquiry,
    bindings: Mapping[str, Any] = _NO_BINDINGS,
    at: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return all solutions, each a value for every variable of the query that gets one; sorted, each once.

    `bindings` are values that variables have from the start. ValidationError if a variable has no value where it needs
    one, or if it takes too much work.
    """
    compiled, evaluation = rules.evaluated(beliefs, query, bindings, at)
    return _solutions(compiled, evaluation, bindings)


def find(
    beliefs: BeliefBase,
    rules: Rules,
    query: Inquiry,
    bindings: Mapping[str, Any] = _NO_BINDINGS,
    at: datetime | None = None,
) -> Found:
    """Return all solutions as `ask` does, and what label they carry (law 5)."""
    compiled, evaluation = rules.evaluated(beliefs, query, bindings, at)
    evaluation.origins = {}
    solutions = _solutions(compiled, evaluation, bindings)
    held = tuple(evaluation.origins.values())
    return Found(solutions, sources_of((held, solutions)))


def holds(
    beliefs: BeliefBase,
    rules: Rules,
    query: Inquiry,
    bindings: Mapping[str, Any] = _NO_BINDINGS,
    at: datetime | None = None,
) -> bool:
    """Return whether there is any solution; it stops at the first."""
    compiled, evaluation = rules.evaluated(beliefs, query, bindings, at)
    return compiled.run(evaluation, bindings, None)


def _solutions(compiled: CompiledQuery, evaluation: Evaluation, bindings: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[tuple[Any, ...]] = []
    compiled.run(evaluation, bindings, rows)
    if len(rows) > 1:
        different = {tuple(map(key, row)): row for row in rows}
        rows = sorted(different.values(), key=order_of)
    return [dict(zip(compiled.names, row, strict=True)) for row in rows]


def as_variables(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an event as bindings: `sender` is the variable `Sender`."""
    return {f"{name[:1].upper()}{name[1:]}": value for name, value in fields.items()}


def functors_read(query: Inquiry, rules: Rules) -> frozenset[str]:
    """Return the functors whose beliefs decide what a query finds: it need not be asked again till one changes."""
    found = {literal.functor for literal, _ in literals(query.parts)}
    return frozenset(found.union(*(rules.reads(functor) for functor in found)))
