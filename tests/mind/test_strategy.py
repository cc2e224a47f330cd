"""Strategies are weighed by stated numbers, the persona shifts them within bounds, and the choice is explained."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.goals import Aim, Metric
from empla.mind.persona import NEUTRAL, Persona
from empla.mind.strategy import (
    SHIFT,
    Cause,
    Findings,
    Outlook,
    Rationale,
    Shortfall,
    Strategy,
    Weights,
    decide,
    shortfall,
    weights_of,
)
from empla.mind.terms import lit, query
from tests.mind.minds import START

DAY = timedelta(days=1)
CALL = Aim(name="call-them", kind="perform")
GROW = Aim(name="grow", horizon="strategic", metric=Metric(of="revenue", target=100.0, baseline=0.0))


def strategy(name: str, **more: object) -> Strategy:
    return Strategy(name=name, pursue=(CALL,), **more)


def outlook(*strategies: Strategy, **more: object) -> Outlook:
    return Outlook(aim=GROW, strategies=strategies, **more)


def found(*possible: str, **more: object) -> Findings:
    return Findings(at=START, possible=frozenset(possible), **more)


def test_the_score_is_the_stated_sum() -> None:
    one = strategy("win-back", success=0.8, impact=0.5, cost=3.0, time_to_value=10 * DAY)
    rationale = decide(outlook(one), found("win-back"), NEUTRAL)
    parts = dict(rationale.candidates[0].parts)
    assert parts == pytest.approx({"success": 0.24, "impact": 0.15, "cost": 0.05, "time": 0.15})
    assert rationale.candidates[0].score == pytest.approx(0.59)
    assert (rationale.chosen, rationale.reason) == ("win-back", "win-back scored highest: 0.59")
    assert (rationale.since, rationale.kept) == (START, False)


def test_why_each_other_was_not_chosen_is_kept() -> None:
    known = outlook(
        strategy("best", success=0.9),
        strategy("worse", success=0.1),
        strategy("closed"),
        strategy("cheaper-price", against=("price",)),
        causes=(Cause(name="price", holds=query(lit("dear"))),),
    )
    rationale = decide(known, found("best", "worse", "cheaper-price"), NEUTRAL)
    assert {c.strategy: c.why_not for c in rationale.candidates} == {
        "best": "",
        "worse": "scored 0.38, best 0.62",
        "closed": "its condition does not hold",
        "cheaper-price": "what it works against was not found: price",
    }
    rationale = decide(known, found("cheaper-price", causes=("price",)), NEUTRAL)
    assert (rationale.chosen, rationale.causes) == ("cheaper-price", ("price",))


def test_what_is_learned_of_a_strategy_counts_for_its_success() -> None:
    known = outlook(strategy("praised", success=0.9), strategy("proven", success=0.5))
    assert decide(known, found("praised", "proven"), NEUTRAL).chosen == "praised"
    learned = found("praised", "proven", success={"praised": 0.2, "proven": 0.8})
    assert decide(known, learned, NEUTRAL).chosen == "proven"


def test_where_no_strategy_can_be_followed_that_is_said() -> None:
    rationale = decide(outlook(strategy("closed")), found(), NEUTRAL)
    assert (rationale.chosen, rationale.reason) == ("", "no strategy can be followed")


# keeping to it -------------------------------------------------------------------------------------------------------


def followed(name: str, days: int = 30) -> Rationale:
    return Rationale(goal="grow", at=START - DAY, since=START - days * DAY, chosen=name, pursued=("g7",))


def test_a_strategy_is_kept_to_unless_another_is_better_by_a_margin() -> None:
    known = outlook(strategy("old", success=0.5), strategy("new", success=0.7))
    rationale = decide(known, found("old", "new"), NEUTRAL, followed("old"))
    assert (rationale.chosen, rationale.kept, rationale.pursued) == ("old", True, ("g7",))
    assert rationale.since == START - 30 * DAY
    assert rationale.reason == "old (0.50) is kept: new (0.56) is not 0.10 better"
    assert rationale.candidates[1].why_not == "scored 0.56, not enough above old (0.50), which is kept"

    better = outlook(strategy("old", success=0.3), strategy("new", success=0.9))
    rationale = decide(better, found("old", "new"), NEUTRAL, followed("old"))
    assert (rationale.chosen, rationale.kept, rationale.pursued) == ("new", False, ())
    assert rationale.reason == "new (0.62) replaces old (0.44)"


def test_one_that_cannot_be_followed_any_more_is_left_whatever_the_margin() -> None:
    known = outlook(strategy("old", success=0.9), strategy("new", success=0.1))
    assert decide(known, found("new"), NEUTRAL, followed("old")).chosen == "new"


# the persona ---------------------------------------------------------------------------------------------------------


def chosen(*strategies: Strategy, persona: Persona, former: Rationale | None = None) -> str:
    return decide(outlook(*strategies), found(*(s.name for s in strategies)), persona, former).chosen


def test_the_careful_take_the_likely_and_the_bold_the_great() -> None:
    likely, great = strategy("likely", success=0.9, impact=0.3), strategy("great", success=0.3, impact=0.9)
    assert chosen(likely, great, persona=Persona(risk=0.0)) == "likely"
    assert chosen(likely, great, persona=Persona(risk=1.0)) == "great"


def test_the_fast_take_what_shows_soon() -> None:
    soon = strategy("soon", time_to_value=DAY, success=0.4)
    late = strategy("late", time_to_value=90 * DAY, success=0.9)
    assert chosen(soon, late, persona=Persona(speed=0.0)) == "late"
    assert chosen(soon, late, persona=Persona(speed=1.0)) == "soon"


def test_who_minds_detail_minds_cost_less() -> None:
    dear, cheap = strategy("dear", cost=9.0, success=0.8), strategy("cheap", cost=0.0, success=0.3)
    assert chosen(dear, cheap, persona=Persona(detail=0.0)) == "cheap"
    assert chosen(dear, cheap, persona=Persona(detail=1.0)) == "dear"


def test_the_adaptable_switch_sooner() -> None:
    both = strategy("old", success=0.4), strategy("new", success=0.67)
    assert chosen(*both, persona=Persona(adaptability=0.0), former=followed("old")) == "old"
    assert chosen(*both, persona=Persona(adaptability=1.0), former=followed("old")) == "new"


SHARE = st.floats(0.0, 1.0)


@given(st.builds(Persona, risk=SHARE, speed=SHARE, detail=SHARE))
def test_weights_move_within_bounds_and_add_up(persona: Persona) -> None:
    weights = weights_of(Weights(), persona)
    before, after = (0.3, 0.3, 0.2, 0.2), (weights.success, weights.impact, weights.cost, weights.time)
    assert sum(after) == pytest.approx(1.0)
    assert all(abs(now - then) <= 2 * SHIFT + 1e-9 for now, then in zip(after, before, strict=True))
    assert weights_of(Weights(), NEUTRAL) == Weights()


@given(st.lists(st.tuples(SHARE, SHARE, st.floats(0, 9)), min_size=1, max_size=5), st.permutations(range(5)))
def test_the_choice_does_not_hang_on_the_order_of_the_strategies(numbers, places) -> None:
    strategies = [strategy(f"s{n}", success=s, impact=i, cost=c) for n, (s, i, c) in enumerate(numbers)]
    names = [s.name for s in strategies]
    rationale = decide(outlook(*strategies), found(*names), NEUTRAL)
    other = decide(outlook(*(strategies[p] for p in places if p < len(strategies))), found(*names), NEUTRAL)
    assert (rationale.chosen, rationale.candidates) == (other.chosen, other.candidates)
    assert all(0.0 <= c.score <= 1.0 for c in rationale.candidates)
    assert codec.loads(codec.dumps(rationale)) == rationale


# what is missing, and what is refused --------------------------------------------------------------------------------


def test_what_is_missing_is_a_share_of_the_way() -> None:
    assert shortfall(GROW.metric, 25.0) == Shortfall(current=25.0, target=100.0, missing=0.75)
    down = Metric(of="churn", target=2.0, direction="down", baseline=10.0)
    assert shortfall(down, 4.0) == Shortfall(current=4.0, target=2.0, missing=0.25)
    assert shortfall(GROW.metric, 120.0) == Shortfall(current=120.0, target=100.0, missing=0.0)
    assert shortfall(GROW.metric, None) is None and shortfall(None, 1.0) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Weights(success=0.9),
        lambda: strategy("s", success=1.5),
        lambda: strategy("s", cost=-1.0),
        lambda: Strategy(name="s", pursue=()),
        lambda: outlook(),
        lambda: outlook(strategy("s"), strategy("s")),
        lambda: outlook(strategy("s", against=("nothing",))),
        lambda: Outlook(aim=replace(GROW, horizon="immediate"), strategies=(strategy("s"),)),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_made(wrong) -> None:
    with pytest.raises(ValidationError):
        wrong()
