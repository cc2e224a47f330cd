"""Rules of inference over facts: Horn clauses in the notation of the mind's rules, each literal one predicate.

    works_for(P, C) :- mail_domain(P, D), domain(C, D)
    above(X, Z) :- reports_to(Y, X), above(Y, Z)
    contact_at(C, P) :- works_for(P, C), person(P), C != "Acme"

A literal of two places is a fact, one of one place the kind of an entity that another literal names. Texts name
entities as well as texts. Negation and aggregates are refused: what follows from facts can then be worked out step by
step as they come and go, and circles do no harm (semi-naive evaluation; see Abiteboul, Hull and Vianu, ch. 13).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from empla.errors import ValidationError
from empla.memory.knowledge.predicates import DIFFERENT, SAME
from empla.mind.notation import parse_rule
from empla.mind.soundness import check_rule
from empla.mind.terms import NOW, WILDCARD, Arithmetic, Compared, Literal, variables_in
from empla.store.store import Store

BUILT_IN: Final = (
    "works_for(P, C) :- mail_domain(P, D), domain(C, D)",
    "above(X, Y) :- reports_to(Y, X)",
    "above(X, Z) :- reports_to(Y, X), above(Y, Z)",
    "works_for(P, C) :- contact_at(P, C)",
    "knows_about(P, T) :- wrote_about(P, T)",
)
"""What follows for every employee. A role adds its own (`[memory] rules`).

Who are colleagues is worked out when it is asked (`KnowledgeGraph.colleagues`): a company of n people has n²/2 pairs.
"""

MOST_RULES: Final = 100
"""Rules that a role may have."""

_KEPT_AS: Final = "memory:rules"
"""The cursor row in which the rules of an employee's role stand, and those that were stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRule:
    """One rule, ready to be applied. `id` follows from its text; `kinds` are literals of one place."""

    id: str
    text: str
    head: Literal
    body: tuple[Literal, ...]
    kinds: tuple[Literal, ...]
    tests: tuple[Compared, ...]


@lru_cache(maxsize=512)
def fact_rule(text: str) -> FactRule:
    """Return the rule that a text states; ValidationError, in a sentence, for one that cannot be applied."""
    rule = parse_rule(text)
    check_rule(rule)
    literals = [part for part in rule.body if isinstance(part, Literal)]
    tests = [part for part in rule.body if isinstance(part, Compared)]
    if len(literals) + len(tests) != len(rule.body):
        raise ValidationError(f"{rule}: a rule of facts has facts and comparisons only, no `not`, `is` or aggregate")
    body = tuple(literal for literal in literals if len(literal.arguments) == 2)
    kinds = tuple(literal for literal in literals if len(literal.arguments) == 1)
    if len(body) + len(kinds) != len(literals) or len(rule.head.arguments) != 2:
        raise ValidationError(f"{rule}: a fact has two places, subject and object; what kind an entity is, has one")
    if not body:
        raise ValidationError(f"{rule}: it needs a fact from which something follows")
    if rule.head.functor in (SAME, DIFFERENT):
        raise ValidationError(f"{rule}: who is one with whom follows from no rule")
    _check_bound(text, body, kinds, tests)
    digest = hashlib.sha256(str(rule).encode()).hexdigest()[:8]
    return FactRule(id=digest, text=str(rule), head=rule.head, body=body, kinds=kinds, tests=tuple(tests))


def _check_bound(text: str, body: Sequence[Literal], kinds: Sequence[Literal], tests: Sequence[Compared]) -> None:
    bound = set(variables_in(*body))
    for part in (*kinds, *tests):
        for name in variables_in(part):
            if name == NOW.name:
                raise ValidationError(f"{text}: what follows from facts does not depend on when it is asked")
            if name not in bound:
                raise ValidationError(f"{text}: no fact in it says what {name} is")
    for part in kinds:
        if WILDCARD in part.arguments:
            raise ValidationError(f"{text}: `_` has no value there")
    if any(_computes(test) for test in tests):
        raise ValidationError(f"{text}: values are compared as they are, nothing is computed of them")


def _computes(test: Compared) -> bool:
    return isinstance(test.left, Arithmetic) or isinstance(test.right, Arithmetic)


def check_rules(texts: Iterable[str]) -> tuple[FactRule, ...]:
    """Return the rules that these texts state; ValidationError for the first that cannot be applied, or too many."""
    found = tuple(fact_rule(text) for text in texts)
    if len(found) > MOST_RULES:
        raise ValidationError(f"a role may have {MOST_RULES} rules for memory, not {len(found)}")
    return found


def rules_of(store: Store) -> tuple[FactRule, ...]:
    """Return the rules that hold for an employee now, the built-in ones first."""
    kept = _kept(store)
    rules = {rule.id: rule for rule in check_rules([*BUILT_IN, *kept["texts"]])}
    return tuple(rule for rule in rules.values() if rule.id not in kept["stopped"])


def rule_ids(store: Store) -> frozenset[str]:
    """Return the ids of all rules whose conclusions stand, with those that are applied no more."""
    return frozenset(rule.id for rule in check_rules([*BUILT_IN, *_kept(store)["texts"]]))


def role_rules(store: Store) -> tuple[str, ...]:
    """Return the texts of the rules that the role has given."""
    return tuple(_kept(store)["texts"])


def stopped_rules(store: Store) -> tuple[str, ...]:
    """Return the texts of rules that are applied no more since too much followed from them."""
    kept = _kept(store)
    return tuple(r.text for r in check_rules([*BUILT_IN, *kept["texts"]]) if r.id in kept["stopped"])


def keep_rules(store: Store, texts: Sequence[str], stopped: Sequence[str]) -> None:
    """Write down the rules of the role, and the ids of those that were stopped."""
    body = json.dumps({"texts": list(texts), "stopped": sorted(stopped)}, sort_keys=True)
    store.put("cursor", ("sensor",), ("body",), {"sensor": _KEPT_AS, "body": body})


def stop_rule(store: Store, rule: FactRule) -> None:
    """Let a rule be applied no more, until the role's rules are given again."""
    kept = _kept(store)
    keep_rules(store, kept["texts"], [*kept["stopped"], rule.id])


def _kept(store: Store) -> dict[str, Any]:
    rows = store.find("cursor", {"sensor": _KEPT_AS}, ("body",))
    found: dict[str, Any] = json.loads(rows[0].body) if rows else {"texts": [], "stopped": []}
    return found
