"""Random rules and queries: the answers are those of trying every value, whatever is bound and in whatever order."""

import random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind.beliefs import Belief, BeliefBase, DraftBeliefs
from empla.mind.logic import Rules, ask, holds, parse_query, parse_rule
from empla.mind.terms import (
    Aggregate,
    Arithmetic,
    Compared,
    Inquiry,
    Is,
    Literal,
    Not,
    Part,
    Rule,
    Variable,
    variables_in,
)
from tests.mind.beliefs import naive

VALUES = [0, 1]
DOMAIN = list(range(-1, 5))
"""What sums, counts and differences of the values may be."""
NAMES = ["X", "Y", "Z"]
STRATA = [["p", "q"], ["r"], ["s"]]
"""Functors of rules: those of one list may need each other, and deny or count only what stands before."""
BASE = ["e", "f"]
COUNT = {"e": 2, "f": 1, "p": 2, "q": 1, "r": 2, "s": 1}

terms = st.sampled_from([*map(Variable, NAMES), Variable("_"), *VALUES])
bare = st.sampled_from(list(map(Variable, NAMES)))


def literals(functors: list[str]) -> st.SearchStrategy[Literal]:
    return st.sampled_from(functors).flatmap(
        lambda f: st.lists(terms, min_size=COUNT[f], max_size=COUNT[f]).map(lambda a: Literal(f, tuple(a)))
    )


def checks(below: list[str]) -> st.SearchStrategy[Part]:
    inner = st.lists(literals(below), min_size=1, max_size=2).map(tuple)
    operands = bare | st.sampled_from(VALUES)
    sums = st.builds(lambda op, a, b: Arithmetic(op, (a, b)), st.sampled_from("+-"), operands, operands)
    aggregates = st.builds(Aggregate, st.sampled_from(["count", "sum", "min", "max"]), bare, inner)
    return st.one_of(
        st.builds(Compared, st.sampled_from(["<", "<=", "==", "!="]), operands, operands | sums),
        st.builds(Not, inner),
        st.builds(Is, st.just(Variable("N")) | bare, sums | aggregates),
    )


def bodies(functors: list[str], below: list[str]) -> st.SearchStrategy[tuple[Part, ...]]:
    return (
        st.builds(
            lambda some, others: (*some, *others),
            st.lists(literals(functors), min_size=1, max_size=2),
            st.lists(checks(below), max_size=2),
        )
        .flatmap(st.permutations)
        .map(tuple)
    )


@st.composite
def programs(draw: Any) -> list[list[Rule]]:
    """Draw rules in strata; those that cannot be asked are left out."""
    strata = []
    below = list(BASE)
    for functors in STRATA:
        rules = []
        for _ in range(draw(st.integers(0, 3))):
            functor = draw(st.sampled_from(functors))
            head = Literal(functor, tuple(draw(bare) for _ in range(COUNT[functor])))
            rules.append(Rule(head, draw(bodies(below + functors, below))))
        strata.append([rule for rule in rules if can_be_asked(rule)])
        below += functors
    return strata


def can_be_asked(rule: Rule) -> bool:
    try:
        Rules([rule])
    except ValidationError:
        return False
    return True


facts = st.sets(
    st.tuples(st.just("e"), st.sampled_from(VALUES), st.sampled_from(VALUES))
    | st.tuples(st.just("f"), st.sampled_from(VALUES))
    | st.tuples(st.just("p"), st.sampled_from(VALUES), st.sampled_from(VALUES)),
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(
    facts,
    programs(),
    bodies([*COUNT], [*COUNT]),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)),
    st.randoms(),
)
def test_a_query_finds_what_trying_everything_finds(
    known: naive.Facts,
    strata: list[list[Rule]],
    parts: tuple[Part, ...],
    bindings: dict[str, int],
    chance: random.Random,
) -> None:
    rules = [rule for stratum in strata for rule in stratum]
    query = Inquiry(parts)
    learned = [Belief(functor=f, arguments=tuple(arguments)) for f, *arguments in sorted(known)]
    chance.shuffle(learned)
    chance.shuffle(rules)
    base = BeliefBase(learned[::2])
    draft = DraftBeliefs(base)
    for belief in learned[1::2]:
        draft.add(belief)
    try:
        found = ask(draft, Rules(rules), query, bindings)
    except ValidationError as error:
        assume("has no value" not in str(error) and "what" not in str(error))
        raise
    everything = naive.concluded(known, strata, DOMAIN)
    assume(all(value in DOMAIN for fact in everything for value in fact[1:]))
    used = {name: value for name, value in bindings.items() if name in set(variables_in(*parts))}
    assert found == naive.answers(query, used, everything, DOMAIN)
    assert holds(draft, Rules(rules), query, bindings) is bool(found)
    assert ask(BeliefBase(reversed(learned)), Rules(reversed(rules)), query, bindings) == found
    as_text = Rules(parse_rule(str(rule)) for rule in rules)
    assert ask(draft, as_text, parse_query(str(query)), bindings) == found
