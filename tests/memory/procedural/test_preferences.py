"""Preferences in the mind: whose word counts, what observation is worth, and that writer and plans obey."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.capabilities.email.wording import REST, worded
from empla.mind.authority import GUARDED
from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.choosing import choose, passed_over
from empla.mind.plans import Plan, Trigger, on
from empla.mind.preferences import (
    CALL,
    CLOSING,
    CORRECTION,
    COUNTS_FROM,
    DIAL_IN,
    GREETING,
    LINES,
    MOST,
    NOT_CLOSING,
    NOT_WAY,
    OBSERVED_PREFERENCE,
    OWN_PREFERENCE,
    PREFERENCE,
    WAY,
    Preferred,
    Wishes,
    observed,
    preferred,
)
from empla.mind.steps import Now
from tests.mind.minds import START

BOB = "bob@acme.example"


def held(functor: str, key: str, value: str, *, person: str = BOB, scope: str = "", number: int = 0) -> Belief:
    """Return a belief that somebody wants something so."""
    explicit = functor != OBSERVED_PREFERENCE
    wanted = Preferred(
        value=value,
        number=number,
        basis="explicit" if explicit else "observed",
        confidence=1.0 if explicit else MOST,
        agreed=0 if explicit else 9,
        since=START + timedelta(days=number),
    )
    return Belief(functor=functor, arguments=(person, key, scope, wanted))


# which one counts ----------------------------------------------------------------------------------------------------


def test_a_word_goes_before_any_number_of_observations_in_whatever_order_they_came() -> None:
    said, seen = held(PREFERENCE, CALL, "Rob", number=1), held(OBSERVED_PREFERENCE, CALL, "Bobby")
    for order in permutations((said, seen)):
        found = preferred(BeliefBase(order), BOB, CALL)
        assert found is not None and found.value == "Rob"
    assert preferred(BeliefBase([seen]), BOB, CALL) == seen.arguments[3]


def test_of_the_managers_word_and_ones_own_the_later_counts() -> None:
    manager, own = held(PREFERENCE, CALL, "Rob", number=1), held(OWN_PREFERENCE, CALL, "Bob", number=2)
    for order in permutations((manager, own)):
        found = preferred(BeliefBase(order), BOB, CALL)
        assert found is not None and found.value == "Bob"


def test_nobody_but_the_manager_says_what_is_not_about_themselves() -> None:
    assert {PREFERENCE, CORRECTION} <= GUARDED
    own = BeliefBase([held(OWN_PREFERENCE, DIAL_IN, "+1 555 1234567", person=BOB)])
    assert preferred(own, BOB, DIAL_IN) is None


@given(st.lists(st.sampled_from(["Bob", "Robert"]), max_size=30))
def test_what_is_observed_gains_loses_and_never_gets_as_sure_as_a_word(values: list[str]) -> None:
    known: Preferred | None = None
    for n, value in enumerate(values):
        before = known
        known = observed(known, value, (f"e{n}",), START)
        assert known is not None and known.confidence <= MOST < 1.0
        if before is not None and before.value == known.value == value:
            assert known.confidence >= before.confidence
        if before is not None and before.value == known.value != value:
            assert known.confidence < before.confidence
        assert known == observed(known, value, (f"e{n}",), START), "told again it is the same observation"
        assert not known.counts or known.agreed >= COUNTS_FROM
    if known is not None and len(set(values)) == 1 and len(values) >= COUNTS_FROM:
        assert known.counts


# the writer ----------------------------------------------------------------------------------------------------------


def written(text: str, *beliefs: Belief, to: str = BOB) -> str:
    """Return a mail's text as it goes out."""
    return worded(text, (to,), "Ada Adams", Wishes(BeliefBase(beliefs))).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello Robert,\n\nit is done.", "Hello Bob,\n\nit is done."),
        ("Good morning Robert,\n\nnothing today.", "Good morning Bob,\n\nnothing today."),
        ("Hello,\n\nit is done.", "Hello Bob,\n\nit is done."),
        ("It is done.", "Hello Bob,\n\nIt is done."),
    ],
)
def test_somebody_is_greeted_by_the_name_they_want(text: str, expected: str) -> None:
    assert written(text, held(PREFERENCE, CALL, "Bob")) == expected
    assert written(text, held(PREFERENCE, CALL, "Bob"), to="carla@acme.example") == text


def test_greeting_close_and_words_are_as_they_are_wanted() -> None:
    meier = [held(PREFERENCE, CALL, "Dr. Meier"), held(PREFERENCE, GREETING, "Dear")]
    assert written("Hello Eva,\n\nthank you.", *meier).startswith("Dear Dr. Meier,")
    best = held(PREFERENCE, CLOSING, "Best wishes", person="")
    assert written("Hello Eva,\n\nthank you.", best).endswith("thank you.\n\nBest wishes,\nAda Adams")
    never = held(PREFERENCE, NOT_CLOSING, "Best wishes", person="", scope="best wishes")
    assert written("Thank you.", best, never) == "Thank you."
    put_right = Belief(functor=CORRECTION, arguments=("", "Mayer", Preferred(value="Meier", since=START)))
    assert written("Mayer wrote:\n> Mayer", put_right) == "Meier wrote:\n> Mayer"


@given(
    st.lists(st.text("abc ", min_size=1, max_size=200).filter(str.strip), min_size=1, max_size=20), st.integers(2, 10)
)
def test_a_shorter_mail_loses_nothing(lines: list[str], most: int) -> None:
    found = worded("\n".join(lines), (BOB,), "Ada", Wishes(BeliefBase([held(PREFERENCE, LINES, str(most))])))
    kept = [line for line in found.text.split("\n") if line.strip() and line != REST]
    rest = [line for line in found.rest.split("\n") if line.strip()]
    assert [line.rstrip() for line in kept] + rest == [line.rstrip() for line in lines]
    assert bool(rest) == (REST in found.text)
    if rest:
        assert len(kept) < most


# the order of plans --------------------------------------------------------------------------------------------------


def body(event: Trigger) -> Any:
    yield Now()


def test_plans_of_one_rank_go_by_the_ways_that_are_preferred() -> None:
    phone = Plan(name="by-phone", trigger=on("go"), body=body, ways=("phone",))
    mail = Plan(name="by-mail", trigger=on("go"), body=body, cost=0.1)
    first = Plan(name="first", trigger=on("go"), body=body, rank=1)
    plans = [mail, phone, first]
    assert [c.plan.name for c in choose(plans, BeliefBase(), Trigger({}), START)] == ["first", "by-mail", "by-phone"]
    wanted = BeliefBase([held(PREFERENCE, WAY, "phone", person="", scope="phone")])
    choices = choose(plans, wanted, Trigger({}), START)
    assert [c.plan.name for c in choices] == ["first", "by-phone", "by-mail"]
    assert "by-mail: by-phone is a way that is preferred" in passed_over(choices[1:])
    unwanted = BeliefBase([held(PREFERENCE, NOT_WAY, "phone", person="", scope="phone")])
    assert [c.plan.name for c in choose(plans, unwanted, Trigger({}), START)][-1] == "by-phone"
