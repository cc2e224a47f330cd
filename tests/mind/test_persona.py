"""Traits as numbers: what follows from what, what each comes to, and what an employee knows of itself."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.persona import (
    FOLLOWS,
    NAMES,
    NEUTRAL,
    Persona,
    exploration,
    lead,
    patience,
    persona_of,
    risk_limit,
    second_tries,
    switching_margin,
    tries_alone,
    trust_in_words,
    weight_of_cost,
    weight_of_risk,
    weight_of_time,
    with_traits,
)

HOUR = timedelta(hours=1)
SHARE = st.floats(0.0, 1.0)
PERSONAS = st.builds(Persona, **dict.fromkeys(NAMES[:5], SHARE), **{name: st.none() | SHARE for name in NAMES[5:]})


def told(**profile: object) -> BeliefBase:
    return BeliefBase([Belief(functor="profile", arguments=item) for item in profile.items()])


def test_a_neutral_persona_changes_nothing() -> None:
    assert [NEUTRAL.trait(name) for name in NAMES] == [0.5] * 13
    assert risk_limit(NEUTRAL) == 1.0
    assert second_tries(NEUTRAL) == 0
    assert tries_alone(NEUTRAL) is None
    assert lead(NEUTRAL, HOUR) == patience(NEUTRAL, HOUR) == HOUR
    assert weight_of_time(NEUTRAL) == 0.0


@pytest.mark.parametrize(
    ("comes_to", "trait", "low", "high"),
    [
        (risk_limit, "risk", 0.0, 1.0),
        (weight_of_risk, "risk", 1.0, 0.0),
        (weight_of_cost, "detail", pytest.approx(0.3), pytest.approx(0.1)),
        (weight_of_time, "speed", 0.0, pytest.approx(0.2)),
        (exploration, "openness", 0.0, 0.6),
        (trust_in_words, "data", 3.5, 0.5),
        (second_tries, "persistence", 0, 2),
        (tries_alone, "collaboration", None, 1),
        (switching_margin, "adaptability", pytest.approx(0.15), pytest.approx(0.05)),
        (lambda p: lead(p, HOUR), "proactivity", HOUR / 2, HOUR * 1.5),
        (lambda p: patience(p, HOUR), "neuroticism", HOUR * 1.5, HOUR / 2),
    ],
)
def test_what_a_trait_comes_to_at_its_ends(comes_to, trait, low, high) -> None:
    assert comes_to(Persona(**{trait: 0.0})) == low
    assert comes_to(Persona(**{trait: 1.0})) == high


def test_what_is_not_given_follows_from_the_big_five_by_the_stated_formula() -> None:
    steady = Persona(conscientiousness=0.9, neuroticism=0.1)
    assert steady.trait("persistence") == pytest.approx(0.5 + 0.7 * 0.4 + 0.3 * 0.4)
    assert replace(steady, persistence=0.2).trait("persistence") == 0.2
    assert second_tries(steady) == 1
    assert second_tries(Persona(conscientiousness=0.1)) == 0


@pytest.mark.parametrize("name", NAMES[:5])
def test_each_of_the_big_five_moves_something(name: str) -> None:
    everything = [name, *(follower for follower, of in FOLLOWS.items() if name in dict(of))]
    assert len(everything) > 1
    for moved in everything:
        assert Persona(**{name: 0.9}).trait(moved) != Persona(**{name: 0.1}).trait(moved)


@given(PERSONAS)
def test_whatever_the_traits_every_number_stays_in_its_bounds(persona: Persona) -> None:
    assert all(0.0 <= persona.trait(name) <= 1.0 for name in NAMES)
    assert 0.0 <= risk_limit(persona) <= 1.0
    assert second_tries(persona) in (0, 1, 2)
    assert HOUR / 2 <= lead(persona, HOUR) <= HOUR * 1.5
    assert HOUR / 2 <= patience(persona, HOUR) <= HOUR * 1.5
    assert tries_alone(persona) in (None, 1, 2, 3, 4, 5)
    assert codec.loads(codec.dumps(persona)) == persona


def test_a_trait_out_of_bounds_or_of_no_name_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"risk is 1\.2"):
        Persona(risk=1.2)
    with pytest.raises(ValidationError, match="no trait 'courage'"):
        NEUTRAL.trait("courage")


def test_an_employee_is_what_its_role_says_and_what_was_set_for_it() -> None:
    role = Persona(conscientiousness=0.9)
    assert persona_of(told()) == NEUTRAL
    assert persona_of(told(persona=role)) == role
    assert persona_of(told(persona=role, traits={"risk": 0.2})) == replace(role, risk=0.2)
    assert persona_of(told(traits={"risk": 0.2})) == Persona(risk=0.2)


def test_numbers_of_an_earlier_release_decide_nothing_and_a_trait_that_is_gone_is_left_out() -> None:
    assert persona_of(told(persona={"openness": 0.9, "style": {"tone": "formal"}})) == NEUTRAL
    assert with_traits(NEUTRAL, {"courage": 1.0}) == NEUTRAL


def test_every_trait_is_explained_where_it_is_declared() -> None:
    assert Persona.__doc__ is not None
    assert all(field.name in Persona.__doc__ for field in fields(Persona))
