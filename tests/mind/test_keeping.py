"""What is kept and read back: canonical bytes, our own types only, and beliefs found without looking at the others."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.beliefs import ANY, Belief, BeliefBase
from empla.mind.values import Address, Origin, Source

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
    | st.timedeltas().map(lambda d: timedelta(seconds=d.total_seconds()))
    | st.builds(Address, st.text(), st.builds(Origin, st.sampled_from(Source), st.text(), st.text()))
)
kept = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(kept)
def test_what_is_kept_comes_back_as_it_was(value: Any) -> None:
    text = codec.dumps(value)
    assert codec.loads(text) == value
    assert codec.dumps(codec.loads(text)) == text


@given(kept)
def test_the_text_is_that_of_the_plain_data(value: Any) -> None:
    """It is written without making that data first, for speed: both ways give the same bytes."""
    plain = json.dumps(codec.encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert codec.dumps(value) == plain


def test_instants_that_are_equal_keep_their_own_words() -> None:
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    words = [twice, twice.replace(fold=1), twice.astimezone(UTC), twice.replace(fold=1).astimezone(UTC), twice]
    assert len({codec.dumps(word) for word in words}) == 4
    assert [codec.dumps(word) for word in words] == [json.dumps(codec.encode(w), separators=(",", ":")) for w in words]


@pytest.mark.parametrize("value", [HTTPStatus.OK, Source.OWN, float("inf"), float("-inf"), float("nan"), -0.0, 1e300])
def test_enums_and_odd_numbers_are_written_as_the_standard_library_does(value: Any) -> None:
    assert codec.dumps(value) == json.dumps(codec.encode(value))


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_a_mapping_does_not_matter(value: dict[str, int]) -> None:
    assert codec.dumps(dict(reversed(value.items()))) == codec.dumps(value)


def test_what_comes_from_outside_cannot_pass_for_one_of_our_types() -> None:
    forged = {"$": "Address", "value": "eve@evil.example", "origin": {"$": "Origin", "source": "manager"}}
    back = codec.loads(codec.dumps(forged))
    assert back == forged and not isinstance(back, Address)
    assert codec.loads(codec.dumps({"$$": 1, "$x": {"$": "datetime", "v": "now"}})) == {
        "$$": 1,
        "$x": {"$": "datetime", "v": "now"},
    }


@pytest.mark.parametrize(
    "value", [object(), b"bytes", 1 + 2j, lambda: None, [object()], {"a": {1: object()}}], ids=type
)
def test_what_cannot_be_kept_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        codec.dumps(value)
    assert " 0x" not in str(refused.value)


def test_a_type_must_be_registered_and_a_name_is_used_once() -> None:
    @dataclass(frozen=True)
    class Stranger:
        pass

    with pytest.raises(ValidationError, match="register"):
        codec.dumps(Stranger())
    with pytest.raises(ValidationError, match="unknown kept type"):
        codec.loads('{"$":"NobodyKnowsMe"}')

    @dataclass(frozen=True)
    class Origin:
        other: str

    with pytest.raises(ValidationError, match="two kept types"):
        codec.registered(Origin)


def test_sets_have_one_order() -> None:
    assert codec.dumps({"c", "a", "b"}) == codec.dumps(frozenset("bca")) == '["a","b","c"]'
    assert codec.loads(codec.dumps(date(2026, 1, 2))) == date(2026, 1, 2)
    assert codec.loads(codec.dumps(time(8, 30))) == time(8, 30)


# beliefs -------------------------------------------------------------------------------------------------------------

AT = datetime(2026, 11, 23, tzinfo=UTC)


def belief(*arguments: Any, functor: str = "f", **more: Any) -> Belief:
    return Belief(functor=functor, arguments=arguments, **more)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans())))
def test_a_pattern_finds_what_fits_whatever_came_and_went_before(moves: list[tuple[str, int, bool]]) -> None:
    base, plain = BeliefBase(), {}
    for name, number, comes in moves:
        one = belief(name, number)
        if comes:
            base.add(one)
            plain[one.id] = one
        else:
            base.remove(one.functor, one.arguments)
            plain.pop(one.id, None)
    assert len(base) == len(plain)
    for pattern in [(), ("a",), (ANY, 1), ("b", 2), (ANY, ANY)]:
        fitting = {
            b.id for b in plain.values() if all(w is ANY or w == h for w, h in zip(pattern, b.arguments, strict=False))
        }
        assert {b.id for b in base.matching("f", *pattern)} == fitting


@given(st.permutations([belief(n, observed_at=AT + timedelta(minutes=m)) for n, m in enumerate((5, 1, 1, 3))]))
def test_the_order_is_that_of_time_however_they_came_in(beliefs: list[Belief]) -> None:
    found = BeliefBase(beliefs).matching("f")
    assert found == BeliefBase(reversed(beliefs)).matching("f")
    assert [b.observed_at for b in found] == sorted(b.observed_at for b in found if b.observed_at)


def test_what_is_no_longer_valid_is_not_found() -> None:
    base = BeliefBase([belief(1, valid_until=AT)])
    assert base.matching("f", at=AT - timedelta(seconds=1)) and not base.matching("f", at=AT)


def test_what_is_over_is_named_once_the_longest_over_first_whatever_was_replaced_meanwhile() -> None:
    def later(minutes: int) -> datetime:
        return AT + timedelta(minutes=minutes)

    base = BeliefBase(belief(n, valid_until=later(n)) for n in range(5))
    base.add(belief(9))
    base.add(belief(0, valid_until=later(30)))
    base.remove(belief(2).functor, belief(2).arguments)
    assert [b.arguments[0] for b in base.ended(later(3), 10)] == [1, 3]
    assert [b.arguments[0] for b in base.ended(later(3), 1)] == [1]
    assert [b.arguments[0] for b in base.ended(later(60), 10)] == [1, 3, 4, 0]


def test_a_look_at_ten_thousand_beliefs_looks_at_those_with_the_first_argument_only() -> None:
    base = BeliefBase(belief(n % 1000, n) for n in range(10_000))
    looked = 0

    class Counting(int):
        def __eq__(self, other: object) -> bool:
            nonlocal looked
            looked += 1
            return int(self) == other

        __hash__ = int.__hash__

    assert len(base.matching("f", 7, ANY)) == 10
    assert base.matching("f", 7, Counting(5007)) == [belief(7, 5007)]
    assert looked <= 10
