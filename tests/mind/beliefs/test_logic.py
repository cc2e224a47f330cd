"""What follows from the beliefs: rules and queries over the indexes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.errors import ValidationError
from empla.mind import codec, evaluation, logic
from empla.mind.beliefs import ANY, Belief, BeliefBase, DraftBeliefs
from empla.mind.logic import (
    NOW,
    Aggregate,
    Is,
    Rules,
    ask,
    differ,
    find,
    functors_read,
    holds,
    lit,
    no,
    parse_query,
    parse_rule,
    query,
    rule,
    same,
    variables,
)
from empla.mind.values import Address, Instant, Origin, Source

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
X, Y, D, H, N, T = variables("X Y D H N T")


def base(**facts: list[Any]) -> BeliefBase:
    """Return beliefs: of each functor the arguments of each, a single one bare."""
    beliefs = BeliefBase()
    for functor, many in facts.items():
        for arguments in many:
            said = arguments if isinstance(arguments, tuple) else (arguments,)
            beliefs.add(Belief(functor=functor, arguments=said))
    return beliefs


def rules(*texts: str) -> Rules:
    return Rules(parse_rule(text) for text in texts)


def asked(beliefs: BeliefBase, text: str, known: Rules | None = None, **more: Any) -> list[tuple[Any, ...]]:
    """Return the solutions of a query as rows, the variables in alphabetical order."""
    return [tuple(row.values()) for row in ask(beliefs, known or Rules(), parse_query(text), **more)]


OFFICE = base(
    works_in=[("anna", "sales"), ("bert", "sales"), ("carla", "it"), ("dora", "law")],
    head=[("sales", "eva"), ("it", "finn")],
    away=["bert"],
    hours=[("anna", 7), ("bert", 8), ("carla", 8), ("dora", 2.5)],
)
BOSS = rules("boss(X, Y) :- works_in(X, D), head(D, Y)")


def test_a_rule_is_a_join_from_either_end() -> None:
    assert ask(OFFICE, BOSS, query(lit("boss", "anna", Y))) == [{"Y": "eva"}]
    assert asked(OFFICE, "boss(X, eva)", BOSS) == [("anna",), ("bert",)]
    assert asked(OFFICE, "boss(X, Y)", BOSS) == [("anna", "eva"), ("bert", "eva"), ("carla", "finn")]
    assert holds(OFFICE, BOSS, parse_query("boss(anna, eva)")) and not holds(OFFICE, BOSS, parse_query("boss(dora, _)"))


def test_values_known_beforehand_bind_variables_and_come_back_with_the_answer() -> None:
    assert ask(OFFICE, BOSS, query(lit("boss", X, Y)), {"X": "carla", "Other": 1}) == [{"X": "carla", "Y": "finn"}]
    assert holds(OFFICE, BOSS, query(X > 3), {"X": 4})
    with pytest.raises(ValidationError, match="X has no value"):
        holds(OFFICE, BOSS, query(X > 3))


def test_a_rule_over_ten_thousand_beliefs_looks_at_a_handful(monkeypatch: pytest.MonkeyPatch) -> None:
    many = BeliefBase(Belief(functor="works_in", arguments=(f"p{n}", f"d{n % 1000}")) for n in range(10_000))
    for n in range(1000):
        many.add(Belief(functor="head", arguments=(f"d{n}", f"h{n}")))
    monkeypatch.setattr(evaluation, "MOST_STEPS", 12)
    for beliefs in (many, DraftBeliefs(many)):
        assert asked(beliefs, "boss(p77, Y)", BOSS) == [("h77",)]
        assert holds(beliefs, BOSS, parse_query("boss(p77, h77)"))
        assert holds(beliefs, BOSS, parse_query("D is count(X : works_in(X, d7)), D == 10"))


def test_negation_is_failure_to_find() -> None:
    assert asked(OFFICE, "works_in(X, sales), not away(X)") == [("anna",)]
    assert asked(OFFICE, "works_in(X, _), not boss(X, _)", BOSS) == [("dora",)]
    assert asked(OFFICE, "works_in(X, D), not (works_in(Y, D), Y != X)") == [("it", "carla"), ("law", "dora")]
    assert holds(OFFICE, Rules(), query(no(lit("away", "anna"))))
    assert ask(OFFICE, Rules(), query(lit("away", X), ~lit("away", X))) == []


def test_comparison_and_arithmetic() -> None:
    assert asked(OFFICE, "hours(X, H), H >= 8") == [(8, "bert"), (8, "carla")]
    assert asked(
        OFFICE, "hours(anna, H), N is (H + 1) * 2 - abs(-3), T is N // 2, D is N % 2, X is min(H, N, 4.5)"
    ) == [(1, 7, 13, 6, 4.5)]
    assert asked(OFFICE, "hours(X, H), hours(Y, H), X < Y") == [(8, "bert", "carla")]
    assert ask(OFFICE, Rules(), query(lit("hours", X, H), Is(N, H / 2), N > 3.5, differ(X, "bert"))) == [
        {"H": 8, "N": 4.0, "X": "carla"}
    ]
    assert asked(OFFICE, "hours(X, H), H is 10 - 2") == [(8, "bert"), (8, "carla")], "known, it is compared"


def test_what_cannot_be_compared_or_computed_does_not_hold_and_breaks_nothing() -> None:
    odd = base(n=[1, "one", None, True, 2.5, ("a", "pair")], big=[2**900])
    assert asked(odd, "n(X), X > 0") == [(1,), (2.5,)]
    assert asked(odd, "n(X), Y is X + 1") == [(1, 2), (2.5, 3.5)]
    assert asked(odd, "n(X), Y is 1 / (X - 1)") == [(2.5, pytest.approx(1 / 1.5))]
    assert asked(odd, "n(X), X == 1") == [(1,)], "True is not 1"
    assert asked(odd, "big(X), Y is X * X") == [], "a number has an end"
    assert holds(odd, Rules(), query(same(1, 1.0), no(same(1, True)), no(same(1, "1"))))


def test_time() -> None:
    due = base(
        due=[("offer", AT + timedelta(hours=1)), ("report", AT + timedelta(days=2)), ("plan", AT - timedelta(days=1))],
        meeting=[("m", Instant(AT + timedelta(minutes=5), "Europe/Berlin", Origin(Source.OWN)))],
    )
    assert asked(due, "due(T, D), D < Now", at=AT) == [(AT - timedelta(days=1), "plan")]
    assert [row[1] for row in asked(due, "due(T, D), D - Now < 1d, D > Now", at=AT)] == ["offer"]
    soon = query(lit("due", T, D), D > NOW, Is(N, (D - NOW) / 2))
    assert [row["N"] for row in ask(due, Rules(), soon, at=AT)] == [timedelta(minutes=30), timedelta(days=1)]
    assert holds(due, Rules(), parse_query("meeting(m, T), T < Now + 10m, not (meeting(m, X), X < Now)"), at=AT)
    assert holds(due, Rules(), parse_query("due(plan, D), D == @2026-11-22T09:00:00+01:00"), at=AT)
    with pytest.raises(ValidationError, match="at which time"):
        holds(due, Rules(), soon)


def test_what_is_over_or_overruled_does_not_count() -> None:
    beliefs = BeliefBase([Belief(functor="f", arguments=(1,), valid_until=AT), Belief(functor="f", arguments=(2,))])
    beliefs.add(Belief(functor="f", arguments=(3,), overruled=True))
    assert asked(beliefs, "f(X)", at=AT) == [(2,)]
    assert asked(beliefs, "f(X)", at=AT - timedelta(seconds=1)) == [(1,), (2,)]
    assert asked(beliefs, "f(X)") == [(1,), (2,)]
    assert not holds(beliefs, Rules(), parse_query("f(3)")) and not holds(beliefs, Rules(), parse_query("f(1)"), at=AT)


def test_aggregates() -> None:
    known = rules("load(D, N) :- works_in(_, D), N is sum(H : works_in(X, D), hours(X, H))")
    assert asked(OFFICE, "load(D, N), N > 5", known) == [("it", 8), ("sales", 15)]
    assert asked(OFFICE, "N is count(H : hours(_, H)), T is count(_ : hours(_, H))") == [(3, 4)]
    assert asked(OFFICE, "N is collect(H : hours(_, H)), T is min(H : hours(_, H)), D is max(X : away(X))") == [
        ("bert", (2.5, 7, 8), 2.5)
    ]
    assert asked(OFFICE, "N is avg(H * 2 : hours(X, H), not away(X))") == [((14 + 16 + 5) / 3,)]
    assert asked(OFFICE, "N is count(X : works_in(X, none)), T is sum(X : works_in(X, none))") == [(0, 0)]
    assert asked(OFFICE, "N is min(H : works_in(H, none))") == []
    assert asked(OFFICE, "works_in(X, D), 2 == 2, N is count(Y : works_in(Y, D)), N > 1") == [
        ("sales", 2, "anna"),
        ("sales", 2, "bert"),
    ]
    total = query(Is(N, Aggregate("sum", T, (lit("took", X, T),))))
    took = base(took=[("a", timedelta(hours=1)), ("b", timedelta(hours=2)), ("c", timedelta(hours=1))])
    assert ask(took, Rules(), total) == [{"N": timedelta(hours=4)}]
    assert ask(base(took=[("a", 1), ("b", "much")]), Rules(), total) == [], "a sum of what is no number is none"


def test_a_fraction_sums_up_the_same_in_any_order() -> None:
    fractions = [("a", 0.1), ("b", 1e16), ("c", -1e16), ("d", 0.7)]
    told = {asked(base(f=order), "N is sum(X : f(_, X))")[0] for order in (fractions, fractions[::-1])}
    assert len(told) == 1


@pytest.mark.parametrize(
    "recursive",
    [
        "path(X, Y) :- path(X, Z), edge(Z, Y)",
        "path(X, Y) :- edge(X, Z), path(Z, Y)",
        "path(X, Y) :- path(X, Z), path(Z, Y)",
    ],
    ids=["left", "right", "both"],
)
def test_recursion_ends_whichever_way_it_goes(recursive: str) -> None:
    known = rules("path(X, Y) :- edge(X, Y)", recursive)
    ring = base(edge=[(n, (n + 1) % 20) for n in range(20)] + [(100, 0)])
    assert asked(ring, "path(0, Y)", known) == [(n,) for n in range(20)]
    assert asked(ring, "path(X, 0)", known) == [(n,) for n in (*range(20), 100)]
    assert holds(ring, known, parse_query("path(100, 19)")) and not holds(ring, known, parse_query("path(0, 100)"))
    assert asked(ring, "edge(X, _), not path(0, X)", known) == [(100,)]
    assert asked(ring, "N is count(Y : path(100, Y))", known) == [(20,)]


def test_a_long_chain_needs_no_stack() -> None:
    chain = base(edge=[(n, n + 1) for n in range(1500)])
    known = rules(
        "end(X) :- edge(_, X), not edge(X, _)",
        "leads(X, Y) :- edge(X, Y), end(Y)",
        "leads(X, Y) :- edge(X, Z), leads(Z, Y)",
    )
    assert asked(chain, "leads(0, Y)", known) == [(1500,)]


def test_rules_that_need_each_other_and_one_that_is_denied_by_the_other() -> None:
    known = rules("even(X) :- zero(X)", "even(X) :- next(Y, X), odd(Y)", "odd(X) :- next(Y, X), even(Y)")
    numbers = base(zero=[0], next=[(n, n + 1) for n in range(9)])
    assert asked(numbers, "even(X)", known) == [(n,) for n in range(0, 10, 2)]
    known.add(parse_rule("left(X) :- next(X, _), not even(X), not odd(X)"))
    assert asked(numbers, "left(X)", known) == []
    assert holds(numbers, known, parse_query("odd(7), not odd(8)"))


def test_what_is_believed_and_what_is_concluded_are_one() -> None:
    known = rules("busy(X) :- hours(X, H), H > 7")
    beliefs = base(hours=[("anna", 8), ("bert", 3)], busy=["carla", "anna", ("carla", "today")])
    assert asked(beliefs, "busy(X)", known) == [("anna",), ("carla",)]
    assert asked(beliefs, "busy(X, Y)", known) == [("carla", "today")], "of another number of arguments, another thing"


def test_constants_and_repeated_variables() -> None:
    known = rules(
        "same(X, X) :- thing(X)", "kind(X, big) :- thing(X), X > 5", "kind(X, small) :- thing(X), X <= 5", "one(1)"
    )
    things = base(thing=[3, 7], pair=[(1, 1), (1, 2), (1, True), (2, 2)])
    assert asked(things, "same(3, X)", known) == asked(things, "same(X, 3)", known) == [(3,)]
    assert not holds(things, known, parse_query("same(3, 7)"))
    assert asked(things, "same(X, Y), X == Y", known) == [(3, 3), (7, 7)]
    assert asked(things, "same(X, X)", known) == [(3,), (7,)]
    assert asked(things, "kind(X, small)", known) == [(3,)] and asked(things, "kind(7, X)", known) == [("big",)]
    assert asked(things, "pair(X, X)") == [(1,), (2,)], "True is not 1"
    assert asked(things, "one(X)", known) == [(1,)] and holds(things, known, parse_query("one(1), not one(2)"))


def test_arguments_of_any_kind() -> None:
    anna = Address("anna@x.example", Origin(Source.DIRECTORY))
    beliefs = base(knows=[(anna, {"since": 2020}), (anna, {"since": 2021})], likes=[({"since": 2021}, [1, 2])])
    assert ask(beliefs, Rules(), query(lit("knows", anna, X), lit("likes", X, (1, 2)))) == [{"X": {"since": 2021}}]
    assert ask(beliefs, Rules(), query(lit("knows", ANY, ANY), lit("likes", X, Y))) == [
        {"X": {"since": 2021}, "Y": [1, 2]}
    ]


def test_the_label_of_an_answer_is_that_of_all_that_was_found_fitting() -> None:
    beliefs = BeliefBase()
    for functor, arguments, source in [
        ("works_in", ("anna", "sales"), Source.DIRECTORY),
        ("works_in", ("eve", "sales"), Source.PERCEPT),
        ("head", ("sales", "eva"), Source.MANAGER),
        ("away", ("bert",), Source.PERCEPT),
    ]:
        beliefs.add(Belief(functor=functor, arguments=arguments, origin=Origin(source)))
    assert find(beliefs, BOSS, parse_query("boss(anna, Y)")).sources == ("directory", "manager")
    found = find(beliefs, BOSS, parse_query("boss(X, Y), not away(X)"))
    assert found.sources == ("directory", "manager", "percept") and len(found.solutions) == 2
    assert find(beliefs, BOSS, parse_query("N is count(X : away(X))")).sources == ("percept",)
    assert find(beliefs, BOSS, parse_query("head(_, Y), not boss(bert, Y)")).sources == ("manager",)
    beliefs.add(Belief(functor="knows", arguments=(Address("x@x.example", Origin(Source.RECORD)),)))
    assert find(beliefs, BOSS, parse_query("knows(X)")).sources == ("own", "record"), "values say where they are from"


def test_fields_of_an_event_are_variables_with_a_capital() -> None:
    fields = {"x": "anna", "who_else": None, "2nd-line": 1}
    assert ask(OFFICE, BOSS, parse_query("boss(X, Y)"), logic.as_variables(fields)) == [{"X": "anna", "Y": "eva"}]


@pytest.mark.parametrize("odd", [(3,), (X,), (no(3),), (Is(N, Aggregate("count", X, ("b",))),)])
def test_what_is_no_query_is_refused_when_it_is_asked(odd: Any) -> None:
    with pytest.raises(ValidationError, match="is no part of a rule or query"):
        holds(OFFICE, BOSS, query(*odd))


def test_a_query_that_is_built_anew_each_time_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = rules("big(X) :- n(X), X > 1")
    numbers = base(n=[1, 2, True])
    for _ in range(3):
        assert ask(numbers, known, query(lit("big", X))) == [{"X": 2}]
        assert [holds(numbers, known, query(lit("n", value))) for value in (1, True, 1.0)] == [True, True, False]
    monkeypatch.setattr(logic, "compiled_query", None)
    assert ask(numbers, known, query(lit("big", X))) == [{"X": 2}]


def test_what_a_query_reads_is_told_through_all_rules() -> None:
    known = rules(
        "boss(X, Y) :- works_in(X, D), head(D, Y)", "free(X) :- boss(X, _), not busy(X)", "busy(X) :- busy(X)"
    )
    assert functors_read(parse_query("free(X), N is count(Y : task(X, Y, _)), N < 3"), known) == {
        "free",
        "boss",
        "works_in",
        "head",
        "busy",
        "task",
    }
    assert functors_read(query(X < 3), known) == set()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a(X) :- b(Y)", "what X is"),
        ("a(X)", "what X is"),
        ("a(_) :- b(X)", "has `_`"),
        ("a(Now) :- b(X)", "what Now is"),
        ("a(X) :- b(X), not c(X, Y)", "Y has no value"),
        ("a(X) :- b(X), not (c(Y), d(Z), Y > 1, Z > W)", "W has no value"),
        ("a(X) :- b(X), X > Y", "Y has no value"),
        ("a(X) :- b(X), _ > 3", "_ has no value"),
        ("a(X) :- X is Y + 1", "Y has no value"),
        ("a(X, N) :- N is count(Y : b(X, Y))", "X has no value"),
        ("a(N) :- N is count(Z : b(Y))", "what Z is"),
        ("a(X) :- b(X), not a(X)", "a would follow"),
        ("a(N) :- b(X), N is count(Y : a(Y))", "a would follow"),
        ("a(X) :- " + ", ".join(["b(X)"] * 40), "32 parts"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused_with_the_reason(text: str, why: str) -> None:
    known = rules("c(X) :- d(X)")
    with pytest.raises(ValidationError, match=why):
        known.add(parse_rule(text))
    assert [str(each) for each in known] == ["c(X) :- d(X)"], "nothing of it was added"


def test_a_denial_through_other_rules_is_found_whatever_comes_first() -> None:
    texts = ["a(X) :- b(X)", "b(X) :- n(X), c(X)", "c(X) :- n(X), not a(X)"]
    for order in (texts, texts[::-1]):
        with pytest.raises(ValidationError, match="own absence"):
            rules(*order)
    assert len(rules(*texts[:2], "c(X) :- n(X), not d(X)", texts[0])) == 3, "a rule twice is one"


def test_work_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_STEPS", 10_000)
    with pytest.raises(ValidationError, match="looked at more than"):
        ask(base(n=[0]), rules("n(N) :- n(M), N is M + 1"), parse_query("n(X)"))


def test_rules_and_queries_are_kept_as_they_are() -> None:
    kept = [
        rule(lit("boss", X, Y), lit("works_in", X, D), lit("head", D, Y), no(lit("away", Y, ANY)), H + 1 > 3 - N % 2),
        parse_query("N is sum(H : hours(_, H), not away(_)), T is max(N, 2), D < Now - 2h"),
    ]
    assert codec.loads(codec.dumps(kept)) == tuple(kept)
    again = codec.loads(codec.dumps(BOSS.__iter__().__next__()))
    assert asked(OFFICE, "boss(anna, Y)", Rules([again])) == [("eva",)]


def test_a_comparison_is_no_truth_by_itself() -> None:
    with pytest.raises(TypeError, match="asked of beliefs"):
        assert X > 3
