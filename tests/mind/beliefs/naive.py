"""Rules and queries evaluated by trying every value for every variable, bottom up, until nothing new follows."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from empla.mind.terms import Aggregate, Compared, Inquiry, Is, Literal, Not, Part, Rule, Variable, variables_in

Facts = set[tuple[Any, ...]]
"""(functor, *arguments) of everything that holds; all values are small numbers."""


def concluded(facts: Facts, strata: Iterable[list[Rule]], domain: list[int]) -> Facts:
    """Return everything that follows, one stratum after the other."""
    known = set(facts)
    for rules in strata:
        while True:
            new = {
                (rule.head.functor, *(value(a, env) for a in rule.head.arguments))
                for rule in rules
                for env in solutions(rule.body, {}, known, domain)
            }
            if new <= known:
                break
            known |= new
    return known


def answers(query: Inquiry, bindings: dict[str, int], known: Facts, domain: list[int]) -> list[dict[str, int]]:
    """Return what a query finds, each solution once, sorted."""
    names = sorted(outside(query.parts) | set(bindings))
    found = solutions(query.parts, bindings, known, domain)
    rows = sorted({tuple(env[name] for name in names) for env in found})
    return [dict(zip(names, row, strict=True)) for row in rows]


def outside(parts: Iterable[Part]) -> set[str]:
    """Return the variables that get values: those outside of negations and aggregates."""
    names: set[str] = set()
    for part in parts:
        if isinstance(part, Is):
            names.add(part.variable.name)
            names |= set() if isinstance(part.value, Aggregate) else set(variables_in(part.value))
        elif not isinstance(part, Not):
            names |= set(variables_in(part))
    return names


def solutions(
    parts: tuple[Part, ...], env: dict[str, int], known: Facts, domain: list[int]
) -> Iterator[dict[str, int]]:
    """Iterate over the values of all that stands outside of negations and aggregates for which all parts hold."""
    free = sorted(outside(parts) - set(env))
    parts = tuple(sorted(parts, key=lambda part: not isinstance(part, Literal)))  # the quick ones first
    for values in product(domain, repeat=len(free)):
        tried = {**env, **dict(zip(free, values, strict=True))}
        if all(holds(part, tried, known, domain) for part in parts):
            yield tried


def holds(part: Part, env: dict[str, int], known: Facts, domain: list[int]) -> bool:
    """Return whether a part holds for these values."""
    match part:
        case Literal():
            if Variable("_") not in part.arguments:
                return (part.functor, *(value(a, env) for a in part.arguments)) in known
            open_places = [n for n, a in enumerate(part.arguments) if a == Variable("_")]
            fitting = (f for f in known if f[0] == part.functor and len(f) == len(part.arguments) + 1)
            return any(
                all(n in open_places or f[n + 1] == value(a, env) for n, a in enumerate(part.arguments))
                for f in fitting
            )
        case Not():
            return next(solutions(part.parts, env, known, domain), None) is None
        case Compared():
            left, right = value(part.left, env), value(part.right, env)
            return {"<": left < right, "<=": left <= right, "==": left == right, "!=": left != right}[part.operator]
        case Is(variable, Aggregate() as aggregate):
            found = [value(aggregate.of, e) for e in solutions(aggregate.parts, env, known, domain)]
            if aggregate.function == "count":
                return env[variable.name] == len(set(found))
            if aggregate.function == "sum":
                return env[variable.name] == sum(found)
            return bool(found) and env[variable.name] == {"min": min, "max": max}[aggregate.function](found)
        case Is(variable, expression):
            return env[variable.name] == value(expression, env)
    raise AssertionError(part)


def value(term: Any, env: dict[str, int]) -> int:
    """Return the value of a term."""
    if isinstance(term, Variable):
        return env[term.name]
    if isinstance(term, int):
        return term
    left, right = (value(operand, env) for operand in term.operands)
    return {"+": left + right, "-": left - right}[term.operator]
