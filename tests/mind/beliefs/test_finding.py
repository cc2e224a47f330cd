"""Beliefs are found by what they say, exactly, whatever came and went before, in the base and in a cycle's draft."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.mind import codec
from empla.mind.beliefs import ANY, Belief, BeliefBase, DraftBeliefs
from empla.mind.propositions import Proposition, key, order
from empla.mind.values import Address, Origin, Source

AT = datetime(2026, 11, 23, tzinfo=UTC)


class Size(IntEnum):
    SMALL = 1


class Colour(StrEnum):
    RED = "red"


VALUES: list[Any] = [
    0,
    1,
    True,
    False,
    1.0,
    0.0,
    -0.0,
    "1",
    "true",
    "red",
    Colour.RED,
    Size.SMALL,
    None,
    (),
    (1,),
    [1],
    (True,),
    ("red",),
    frozenset({1, "red"}),
    {"a": 1},
    {"a": True},
    AT,
    AT.astimezone(timezone(timedelta(hours=1))),
    AT.replace(tzinfo=None),
    AT.date(),
    date(2026, 1, 1),
    time(8),
    timedelta(hours=1),
    timedelta(0),
    Address("a@x.example", Origin(Source.OWN)),
    Address("a@x.example", Origin(Source.PERCEPT)),
    Proposition("f", (1,)),
]
values = st.sampled_from(VALUES)
arguments = st.lists(values, max_size=3).map(tuple)
texts = st.sampled_from("abcde")


def belief(functor: str, *arguments: Any, **more: Any) -> Belief:
    return Belief(functor=functor, arguments=arguments, **more)


@given(values, values)
def test_values_are_the_same_when_they_are_after_a_restart(one: Any, other: Any) -> None:
    assert (key(one) == key(other)) is (codec.dumps(one) == codec.dumps(other))
    assert key(codec.loads(codec.dumps(one))) == key(one)
    assert order(codec.loads(codec.dumps(one))) == order(one)
    assert (order(one) == order(other)) is (key(one) == key(other)), "two that differ are never equals in order"


def test_values_of_all_kinds_have_an_order() -> None:
    assert sorted(["b", 2, None, 10, "a", 1.5, True], key=order) == [None, True, 1.5, 2, 10, "a", "b"]


def said(functor: str, arguments: tuple[Any, ...]) -> str:
    return codec.dumps([functor, arguments])


def fits(belief: Belief, pattern: tuple[Any, ...]) -> bool:
    if len(pattern) > len(belief.arguments):
        return False
    pairs = zip(pattern, belief.arguments, strict=False)
    return all(want is ANY or codec.dumps(want) == codec.dumps(have) for want, have in pairs)


moves = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("fg"), arguments, st.integers(0, 2)),
        st.tuples(st.just("remove"), st.sampled_from("fg"), arguments, st.just(0)),
        st.tuples(st.just("look"), st.sampled_from("fg"), st.lists(values | st.just(ANY), max_size=3), st.just(0)),
    ),
    max_size=30,
)


def made(functor: str, arguments: tuple[Any, ...], number: int) -> Belief:
    return belief(
        functor,
        *arguments,
        observed_at=AT + timedelta(minutes=number) if number else None,
        valid_until=AT + timedelta(hours=number) if number else None,
        supporters=(("p1",), ("p1", "p2"), (Proposition("f", (1,)), ("p1", Proposition("g", ()))))[number],
    )


def play(base: BeliefBase, plain: dict[str, Belief], steps: list[Any]) -> None:
    for step, functor, arguments, number in steps:
        if step == "add":
            one = made(functor, arguments, number)
            base.add(one)
            plain[said(functor, arguments)] = one
        elif step == "remove":
            base.remove(functor, arguments)
            plain.pop(said(functor, arguments), None)
        else:
            found = [b for b in plain.values() if b.functor == functor and fits(b, tuple(arguments))]
            assert sorted(map(id, base.matching(functor, *arguments))) == sorted(map(id, found))
    assert len(base) == len(plain)
    assert sorted(map(id, base)) == sorted(map(id, plain.values()))
    assert all(base.get(b.functor, b.arguments) is b for b in plain.values())


def agree(one: BeliefBase, other: BeliefBase) -> None:
    """Whatever is asked, both say the same, in the same order."""
    for functor in "fg":
        for pattern in [(), (1,), (ANY, 1), (1, ANY, "red"), (ANY, ANY, (1,)), ((1,), 1)]:
            assert one.matching(functor, *pattern) == other.matching(functor, *pattern)
    for at in (AT, AT + timedelta(hours=1), AT + timedelta(hours=9)):
        assert one.ended(at, 3) == other.ended(at, 3)
        assert one.ended(at, 1000) == other.ended(at, 1000)
    for support in ("p1", "p2", Proposition("f", (1,)), Proposition("g", ())):
        assert one.resting_on(support) == other.resting_on(support)


@given(moves)
def test_an_index_finds_what_looking_at_all_would_find(steps: list[Any]) -> None:
    base: BeliefBase = BeliefBase()
    plain: dict[str, Belief] = {}
    play(base, plain, steps)
    agree(base, BeliefBase(reversed(plain.values())))


@given(moves, moves)
def test_a_draft_shows_what_a_base_with_its_changes_would_and_leaves_the_base_alone(below: Any, above: Any) -> None:
    base, plain = BeliefBase(), dict[str, Belief]()
    play(base, plain, below)
    before = list(base)
    draft = DraftBeliefs(base)
    play(draft, plain, above)
    agree(draft, BeliefBase(plain.values()))
    assert sorted(map(id, base)) == sorted(map(id, before))
    agree(base, BeliefBase(before))


@given(st.lists(st.tuples(texts, texts), unique=True, max_size=8), st.randoms())
def test_what_was_seen_at_one_time_comes_in_the_order_of_what_it_says(pairs: list[Any], chance: Any) -> None:
    beliefs = [belief("f", *pair, observed_at=AT) for pair in pairs]
    chance.shuffle(beliefs)
    assert [b.arguments for b in BeliefBase(beliefs).matching("f")] == sorted(pairs)


def test_an_overruled_belief_is_found_by_those_who_ask_for_it() -> None:
    base = BeliefBase([belief("f", 1), belief("f", 2, overruled=True)])
    assert [b.arguments for b in base.matching("f")] == [(1,)]
    assert [b.arguments for b in base.matching("f", overruled=True)] == [(1,), (2,)]
    assert base.matching("f", 2) == [] and base.get("f", (2,)) is not None


@pytest.mark.parametrize("over", [lambda base: base, DraftBeliefs], ids=["base", "draft"])
def test_any_place_is_found_without_looking_at_the_others(over: Callable[[BeliefBase], BeliefBase]) -> None:
    base = over(BeliefBase(belief("f", "same", n % 1000, n) for n in range(10_000)))
    assert len(base.candidates("f", (1,), (7,))) == 10
    assert len(base.candidates("f", (0, 1), ("same", 7))) == 10, "the first argument says nothing here"
    assert len(base.candidates("f", (1, 2), (7, 5007))) <= 10
    base.add(belief("f", "same", 7, "new"))
    base.remove("f", ("same", 7, 7))
    assert {b.arguments[2] for b in base.matching("f", ANY, 7)} == {"new", *range(1007, 10_000, 1000)}


def test_what_cannot_be_kept_is_refused_before_it_is_held() -> None:
    base = BeliefBase()
    with pytest.raises(Exception, match="cannot be kept"):
        base.add(belief("f", object()))
    assert len(base) == 0 and base.matching("f") == []


def test_a_release_before_fading_and_overruling_is_read_and_its_ids_stay() -> None:
    kept = (
        '{"$":"Belief","arguments":["anna"],"confidence":1.0,"functor":"knows","observed_at":null,'
        '"origin":{"$":"Origin","field":"","ref":"","source":"own"},"supporters":["mail:1"],"valid_until":null}'
    )
    old = codec.loads(kept)
    assert old == belief("knows", "anna", supporters=("mail:1",))
    assert codec.dumps(old) == kept, "what did not change has the same bytes"
    assert old.id == codec.digest(["knows", ("anna",)])[:24]
    new = belief("knows", "anna", half_life=timedelta(days=1), overruled=True, supporters=(Proposition("f", (1,)), "p"))
    assert codec.loads(codec.dumps(new)) == new


@settings(max_examples=20)
@given(st.permutations(range(12)))
def test_what_ends_at_one_instant_is_named_in_one_order(numbers: list[int]) -> None:
    base = BeliefBase(belief("f", n, valid_until=AT) for n in numbers)
    assert [b.arguments[0] for b in base.ended(AT, 5)] == [0, 1, 2, 3, 4]
    base.remove("f", (0,))
    base.add(belief("f", 3, valid_until=AT + timedelta(1)))
    base.add(belief("f", -1, valid_until=AT))
    assert [b.arguments[0] for b in base.ended(AT, 4)] == [-1, 1, 2, 4]
