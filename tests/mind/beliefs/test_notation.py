"""Rules and queries as they are written: what is printed is read again as it was."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.logic import lit, no, parse_query, parse_rule, query, rule, variables
from empla.mind.notation import LONGEST
from empla.mind.terms import (
    AGGREGATES,
    COMPARISONS,
    Aggregate,
    Arithmetic,
    Compared,
    Inquiry,
    Is,
    Literal,
    Not,
    Rule,
    Variable,
)
from empla.mind.values import Address, Origin, Source

X, Y, D = variables("X Y D")


def test_it_is_the_usual_notation() -> None:
    boss = rule(lit("boss", X, Y), lit("works_in", X, D), lit("head", D, Y))
    assert str(boss) == "boss(X, Y) :- works_in(X, D), head(D, Y)"
    assert parse_rule("boss(X,Y):-works_in(X,D),\n  head(D,Y).") == boss
    asked = query(lit("spoken-of", "anna"), no(lit("a", X)), (X + 1) * 2 - (3 - Y) >= 7 // D, no(lit("b"), X < Y))
    assert str(asked) == "spoken-of(anna), not a(X), (X + 1) * 2 - (3 - Y) >= 7 // D, not (b(), X < Y)"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("anna", "anna"),
        ("spoken-of", "spoken-of"),
        ('"Anna Berg"', "Anna Berg"),
        ('"not"', "not"),
        ('"min"', "min"),
        ('"tab\\there"', "tab\there"),
        ("3", 3),
        ("-2.5", -2.5),
        ("1e-05", 1e-05),
        ("true", True),
        ("none", None),
        ("2h", timedelta(hours=2)),
        ("90s", timedelta(seconds=90)),
        ("-1d", timedelta(days=-1)),
        ("0.5s", timedelta(milliseconds=500)),
        ("@2026-11-23T08:00:00+01:00", datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=1)))),
        ("[1, [anna], none]", (1, ("anna",), None)),
        ("[]", ()),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert parse_query(f"f({text})") == query(lit("f", value))
    assert str(parse_query(f"f({text})")) in (f"f({text})", "f(90s)")


def test_a_value_of_ours_stands_in_backquotes_as_it_is_kept() -> None:
    anna = Address("an`na@x.example", Origin(Source.DIRECTORY))
    asked = query(lit("knows", anna, {"a": (1,)}))
    assert parse_query(str(asked)) == asked
    assert str(asked).startswith('knows(`{"$":"Address"')


names = st.sampled_from(["X", "Y", "Total", "_", "Now"])
functors = st.sampled_from(["a", "works_in", "spoken-of", "min", "is", "Two words", "count", "ä", "ümlaut", '"'])
plain = st.one_of(
    st.text(max_size=5),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
    st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(-9999), timedelta(9999)).map(lambda d: timedelta(seconds=d.total_seconds())),
    st.dates(),
)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)
terms = st.builds(Variable, names) | values
expressions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.builds(
            lambda op, a, b: Arithmetic(op, (a, b)), st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner, inner
        ),
        st.builds(lambda a: Arithmetic("abs", (a,)), inner),
        st.builds(
            lambda op, a: Arithmetic(op, tuple(a)),
            st.sampled_from(["min", "max"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=5,
)
literals = st.builds(lambda f, a: Literal(f, tuple(a)), functors, st.lists(terms, max_size=3))
comparisons = st.builds(Compared, st.sampled_from(COMPARISONS), expressions, expressions)
targets = st.builds(Variable, st.sampled_from(["X", "N"]))
parts = st.recursive(
    st.one_of(literals, comparisons, st.builds(Is, targets, expressions)),
    lambda inner: st.one_of(
        st.builds(lambda p: Not(tuple(p)), st.lists(inner, min_size=1, max_size=2)),
        st.builds(
            lambda v, f, of, p: Is(v, Aggregate(f, of, tuple(p))),
            targets,
            st.sampled_from(AGGREGATES),
            expressions,
            st.lists(inner, min_size=1, max_size=2),
        ),
    ),
    max_leaves=4,
)
bodies = st.lists(parts, min_size=1, max_size=3).map(tuple)


def as_it_comes_back(value: Any) -> str:
    return codec.dumps(value)  # in which 1 and 1.0 differ


@given(bodies)
def test_a_query_that_is_printed_is_read_as_it_was(body: Any) -> None:
    asked = Inquiry(body)
    assert as_it_comes_back(parse_query(str(asked))) == as_it_comes_back(asked)


@given(literals, bodies | st.just(()))
def test_a_rule_that_is_printed_is_read_as_it_was(head: Any, body: Any) -> None:
    stated = Rule(head, body)
    assert as_it_comes_back(parse_rule(str(stated))) == as_it_comes_back(stated)


@given(st.text(alphabet='abXY_N12.,:-()[]<>=!+*/%"`@ \n$ä', max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for read in (parse_rule, parse_query):
        try:
            assert read(text)
        except ValidationError as refused:
            assert refused.sentence


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("boss(X", "character 7: ',' or ')' should stand where 'the end' does"),
        ("a(X), ", "character 7: a value should stand where 'the end' does"),
        ("a(X) b", "character 6: the end should stand where 'b' does"),
        ("a(X) :- b(X)", "character 6: the end should stand where ':-' does"),
        ("a(X + 1)", "X + 1 cannot stand inside a(...)"),
        ("X is not", "character 6: a value should stand"),
        ("a(#)", "character 3: '#' means nothing here"),
        ("a(@2026-99-99)", "character 3: a value that can be read"),
        ('a(`{"$":"Nobody"}`)', "character 3: a value that can be read"),
        ("a(" + "[" * 60, "nested"),
        ("not " * 3 + "a(X)", "a functor"),
        ("a(" + "1" * LONGEST + ")", f"{LONGEST} characters"),
        ("a(999999999999w)", "a value that can be read"),
        ("N is count(X : )", "a value should stand where ')' does"),
        ("X is " + "1+" * 2000 + "1", "100 operators"),
        ("min(X) < 3", "computes nothing of 1 operands"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_query(text)
    assert why in refused.value.sentence
