"""Which of several plans is chosen: the author's order, experience, and who the employee is."""

from datetime import timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.choosing import Choice, choose, context_of, may_retry, ordered, passed_over, retries
from empla.mind.intentions import StepRecord
from empla.mind.learning import APPROACH, Approach
from empla.mind.percepts import Outcome, Status
from empla.mind.persona import NEUTRAL, Persona
from empla.mind.plans import Expected, Plan, Trigger, on
from empla.mind.steps import Achieve, Do, Now, Query, Step, Together
from tests.mind.minds import START


def body(event: Trigger) -> Any:
    yield Now()


def plan(name: str, **more: Any) -> Plan:
    return Plan(name=name, trigger=on("go"), body=body, **more)


def approach(name: str, recent: str, **more: Any) -> Approach:
    done = recent.count("1")
    counts = {"tries": len(recent), "done": done, "failed": len(recent) - done, "last_at": START}
    return Approach(plan=name, recent=recent, **counts, **more)


def order(*plans: Plan, persona: Persona = NEUTRAL, known: tuple[Approach, ...] = ()) -> list[str]:
    return [c.plan.name for c in weighed(*plans, persona=persona, known=known)]


def weighed(*plans: Plan, persona: Persona = NEUTRAL, known: tuple[Approach, ...] = ()) -> list[Choice]:
    records = {a.plan: a for a in known}
    return ordered(plans, persona, lambda p: records.get(p.name), START)


def knowing(*approaches: Approach, persona: Persona | None = None, **profile: Any) -> BeliefBase:
    held = [Belief(functor=APPROACH, arguments=(a.plan, a.context, a)) for a in approaches]
    if persona is not None:
        held.append(Belief(functor="profile", arguments=("persona", persona)))
    return BeliefBase(held)


# the order -----------------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(-2, 2), st.sampled_from([0.0, 0.5, 1.0, 3.0])),
        min_size=1,
        max_size=6,
        unique_by=lambda t: t[0],
    ),
    st.sampled_from([NEUTRAL, Persona(openness=1.0, risk=0.1, detail=1.0, speed=1.0, data=0.0)]),
)
def test_where_nothing_else_is_known_rank_then_cost_then_name_decide_for_everybody(found, persona) -> None:
    plans = [plan(name, rank=rank, cost=cost) for name, rank, cost in found]
    want = [p.name for p in sorted(plans, key=lambda p: (-p.rank, p.cost, p.name))]
    assert order(*plans, persona=persona) == want


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.text("01", max_size=9), min_size=4, max_size=4))
def test_the_order_does_not_hang_on_the_order_in_which_plans_are_given(names, recents) -> None:
    known = tuple(approach(name, recent) for name, recent in zip("abcd", recents, strict=True))
    plans = [plan(name) for name in names]
    assert order(*plans, known=known) == order(*sorted(plans, key=lambda p: p.name), known=known)


def test_a_higher_rank_goes_before_any_success() -> None:
    known = (approach("a", "1111111111"), approach("b", "0000000000"))
    assert order(plan("a"), plan("b", rank=1), known=known) == ["b", "a"]


def test_what_worked_goes_before_what_did_not() -> None:
    known = (approach("a", "1100000"), approach("b", "0111111"))
    choices = weighed(plan("a"), plan("b"), known=known)
    assert [c.plan.name for c in choices] == ["b", "a"]
    assert passed_over(choices) == ("a: succeeded 2 of 7 times here, b 6 of 7",)


def test_what_a_plan_expects_counts_until_something_is_known() -> None:
    sure, unsure = plan("sure", expects=Expected(probability=0.9)), plan("a-guess", expects=Expected(probability=0.2))
    choices = weighed(unsure, sure)
    assert [c.plan.name for c in choices] == ["sure", "a-guess"]
    assert passed_over(choices) == ("a-guess: scored 0.00, sure 0.70",)
    assert order(unsure, sure, known=(approach("sure", "00000000"), approach("a-guess", "11111111"))) == [
        "a-guess",
        "sure",
    ]


def test_old_experience_counts_less_than_new() -> None:
    then, now = approach("a", "1" * 20), approach("b", "0" * 20)
    later = START + timedelta(days=5 * 365)
    records = {"a": then, "b": now}
    fresh, stale = (ordered([plan("a"), plan("b")], NEUTRAL, lambda p: records[p.name], at) for at in (START, later))
    assert fresh[0].success - fresh[1].success > 0.8
    assert stale[0].success - stale[1].success < 0.01
    assert (
        order(plan("a"), plan("b"), known=(approach("a", "1" * 20 + "0" * 20), approach("b", "0" * 20 + "1" * 20)))[0]
        == "b"
    )


# who chooses ---------------------------------------------------------------------------------------------------------


def test_who_fears_risk_takes_the_surer_way_and_who_does_not_the_better_one() -> None:
    bold = plan("bold", risk=0.5, expects=Expected(probability=0.8))
    safe = plan("safe", expects=Expected(probability=0.6))
    assert order(bold, safe, persona=Persona(risk=0.9)) == ["bold", "safe"]
    assert order(bold, safe, persona=Persona(risk=0.4)) == ["safe", "bold"]


def test_a_plan_above_the_limit_of_risk_is_not_chosen_and_says_why() -> None:
    choices = weighed(plan("bold", risk=0.8, rank=5), plan("safe"), persona=Persona(risk=0.2))
    assert [(c.plan.name, c.allowed) for c in choices] == [("safe", True), ("bold", False)]
    assert passed_over(choices) == ("bold: its risk 0.8 is above the limit 0.4",)
    assert passed_over(weighed(plan("bold", risk=0.8), persona=Persona(risk=0.2))) == (
        "bold: its risk 0.8 is above the limit 0.4",
    )


def test_a_neutral_one_takes_any_risk_that_its_role_offers() -> None:
    assert weighed(plan("bold", risk=1.0))[0].allowed


def test_what_the_manager_lets_it_risk_it_may() -> None:
    beliefs = knowing(persona=Persona(risk=0.1))
    bold = plan("bold", risk=0.8)
    assert not choose([bold], beliefs, Trigger({}), START)[0].allowed
    beliefs.add(Belief(functor="may-risk", arguments=("bold",)))
    assert choose([bold], beliefs, Trigger({}), START)[0].allowed


def test_the_open_try_what_is_less_known_and_the_closed_stay_with_what_works() -> None:
    known = (approach("known", "111011101110111"),)
    assert order(plan("known"), plan("new"), persona=Persona(openness=0.0), known=known)[0] == "known"
    choices = weighed(plan("known"), plan("new"), persona=Persona(openness=1.0), known=known)
    assert choices[0].plan.name == "new"
    assert passed_over(choices) == ("known: succeeded 12 of 15 times here, new is tried to learn more of it",)


def test_nobody_experiments_with_what_is_risky() -> None:
    known = (approach("known", "111011101110111"),)
    plans = plan("known"), plan("new", risk=0.3)
    assert order(*plans, persona=Persona(openness=1.0, risk=1.0), known=known)[0] == "known"


def test_who_trusts_data_leaves_the_author_s_word_sooner() -> None:
    plans = plan("praised", expects=Expected(probability=0.9)), plan("plain", expects=Expected(probability=0.5))
    known = (approach("praised", "00"), approach("plain", "11"))
    closed = Persona(openness=0.0, data=1.0)
    assert order(*plans, persona=closed, known=known)[0] == "plain"
    assert order(*plans, persona=Persona(openness=0.0, data=0.0), known=(approach("praised", "0"),))[0] == "praised"
    assert order(*plans, persona=closed, known=(approach("praised", "0"),))[0] == "plain"


def test_who_looks_at_detail_pays_for_the_surer_way() -> None:
    dear = plan("dear", cost=4.0, expects=Expected(probability=0.65))
    cheap = plan("cheap", cost=1.0, expects=Expected(probability=0.5))
    assert order(dear, cheap, persona=Persona(detail=1.0)) == ["dear", "cheap"]
    assert order(dear, cheap, persona=Persona(detail=0.0)) == ["cheap", "dear"]


def test_who_is_fast_takes_the_quicker_way() -> None:
    known = (approach("slow", "1110", took_s=86400.0), approach("quick", "1100", took_s=60.0))
    plans = plan("slow"), plan("quick")
    assert order(*plans, persona=Persona(speed=0.5), known=known)[0] == "slow"
    assert order(*plans, persona=Persona(speed=1.0), known=known)[0] == "quick"


def test_what_plans_cost_in_truth_replaces_the_author_s_guess_once_all_is_known() -> None:
    plans = plan("a", cost=1.0), plan("b", cost=2.0)
    assert order(*plans, known=(approach("a", "11", cost=900.0), approach("b", "11"))) == ["a", "b"]
    assert order(*plans, known=(approach("a", "11", cost=900.0), approach("b", "11", cost=100.0))) == ["b", "a"]


# the beliefs ---------------------------------------------------------------------------------------------------------


def test_a_plan_alone_is_taken_as_it_is_and_nothing_is_to_be_learned() -> None:
    beliefs = knowing()
    assert choose([plan("a")], beliefs, Trigger({}), START) == [Choice(plan=plan("a"))]
    assert choose([plan("a", expects=Expected(probability=0.9))], beliefs, Trigger({}), START)[0].context == ""
    assert choose([plan("a")], beliefs, Trigger({}), START, tried=1)[0].context == ""


def test_success_is_remembered_by_context() -> None:
    def like(beliefs: BeliefBase, event: Trigger) -> str:
        return str(event.who)

    plans = [plan("a", like=like), plan("b", like=like)]
    beliefs = knowing(
        approach("a", "1111", context="bob"), approach("b", "0000", context="bob"),
        approach("a", "0000", context="eve"), approach("b", "1111", context="eve"),
    )  # fmt: skip
    first = {who: choose(plans, beliefs, Trigger({"who": who}), START)[0] for who in ("bob", "eve")}
    assert {who: (c.plan.name, c.context) for who, c in first.items()} == {"bob": ("a", "bob"), "eve": ("b", "eve")}


def test_a_context_that_cannot_be_told_is_that_of_no_name() -> None:
    assert context_of(plan("a", like=lambda beliefs, event: event.nobody), knowing(), Trigger({})) == ""
    assert len(context_of(plan("a", like=lambda beliefs, event: "x" * 5000), knowing(), Trigger({}))) == 100


# after a failure -----------------------------------------------------------------------------------------------------

TIMEOUT = Outcome(status=Status.FAILED, code="timeout")


def record(step: Step, outcome: Outcome | None = TIMEOUT, index: str = "0") -> dict[str, StepRecord]:
    return {index: StepRecord(intention="i1", index=index, fingerprint="", step=step, outcome=outcome)}


def test_the_persistent_try_again_what_failed_for_the_moment() -> None:
    asked = record(Do(operation="test.do", arguments={}))
    steady = Persona(persistence=0.8)
    assert retries(steady, plan("a")) == 1
    assert may_retry(steady, plan("a"), TIMEOUT, asked, retried=0)
    assert not may_retry(steady, plan("a"), TIMEOUT, asked, retried=1)
    assert not may_retry(NEUTRAL, plan("a"), TIMEOUT, asked, retried=0)
    assert not may_retry(steady, plan("a"), Outcome(status=Status.FAILED, code="input"), asked, retried=0)
    assert not may_retry(steady, plan("a", risk=0.5), TIMEOUT, asked, retried=0)


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (Do(operation="test.do", arguments={}), Outcome(status=Status.DONE)),
        (Do(operation="test.do", arguments={}), Outcome(status=Status.UNKNOWN)),
        (Do(operation="test.do", arguments={}), None),
        (Achieve(goal="more"), TIMEOUT),
    ],
)
def test_what_may_have_left_a_trace_is_never_tried_again(step: Step, outcome: Outcome | None) -> None:
    assert not may_retry(Persona(persistence=1.0), plan("a"), TIMEOUT, record(step, outcome), retried=0)


def test_of_steps_done_together_each_must_have_left_no_trace() -> None:
    do = Do(operation="test.do", arguments={})
    outer = record(Together(steps=(do, Query(functor="x"))))
    steady = Persona(persistence=1.0)
    looked = record(Query(functor="x"), Outcome(status=Status.DONE), "0.1")
    assert may_retry(steady, plan("a"), TIMEOUT, {**outer, **record(do, TIMEOUT, "0.0"), **looked}, retried=0)
    assert not may_retry(steady, plan("a"), TIMEOUT, {**outer, **record(do, None, "0.0"), **looked}, retried=0)


# in the long run -----------------------------------------------------------------------------------------------------


def lived(seed: int, days: int, chances: Any, persona: Persona = NEUTRAL, **more: Any) -> list[str]:
    """Return which plan was chosen on each day, where each works with its own chance."""
    from empla.mind.draft import Draft
    from empla.mind.learning import note_outcome
    from empla.mind.state import MindState

    fate, state = Random(seed), MindState()
    plans = [plan(name, **more) for name in ("a", "b")]
    state.beliefs.add(Belief(functor="profile", arguments=("persona", persona)))
    chosen = []
    for day in range(days):
        at = START + timedelta(days=day)
        choice = choose(plans, state.beliefs, Trigger({}), at)[0]
        works = fate.random() < chances(day)[choice.plan.name]
        outcome = Outcome(status=Status.DONE) if works else Outcome(status=Status.FAILED, code="no")
        draft = Draft(state, at)
        note_outcome(draft, choice.plan, choice.context or "", outcome, lambda kind: False)
        state.apply(draft.delta().changes)
        chosen.append(choice.plan.name)
    return chosen


@pytest.mark.parametrize("better", ["a", "b"])
def test_the_better_plan_is_found_and_kept(better: str) -> None:
    def chances(day: int) -> dict[str, float]:
        return {"a": 0.4, "b": 0.4, better: 0.8}

    last = [lived(seed, 300, chances)[-100:].count(better) for seed in range(20)]
    assert sorted(last)[1] > 90 and sum(last) / len(last) > 97, sorted(last)


def test_when_the_world_changes_the_choice_does() -> None:
    def chances(day: int) -> dict[str, float]:
        return {"a": 0.3, "b": 0.8} if day < 150 else {"a": 0.8, "b": 0.3}

    for seed in range(20):
        chosen = lived(seed, 300, chances)
        assert chosen[100:150].count("b") > 35
        assert chosen[-50:].count("a") > 35


def test_what_was_found_bad_is_tried_again_in_time_for_it_may_have_become_better() -> None:
    def chances(day: int) -> dict[str, float]:
        return {"a": 0.3 if day < 50 else 0.95, "b": 0.6}

    back = [lived(seed, 600, chances, Persona(openness=0.9))[-100:].count("a") for seed in range(10)]
    assert sum(back) / len(back) > 60, back


def test_every_order_of_the_same_plans_lives_the_same_life() -> None:
    def chances(day: int) -> dict[str, float]:
        return {"a": 0.5, "b": 0.6}

    assert lived(3, 60, chances) == lived(3, 60, chances)
    assert len({tuple(order(*some)) for some in permutations([plan("a"), plan("b"), plan("c", cost=0.5)])}) == 1
