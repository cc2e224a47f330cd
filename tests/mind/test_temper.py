"""Through the whole cycle: who an employee is, and what it has lived through, change what it does."""

from typing import Any

import pytest

from empla.mind.intentions import Intention
from empla.mind.learning import APPROACH, gaps, patterns, record_of
from empla.mind.percepts import INTENTION_FAILED
from empla.mind.persona import Persona
from empla.mind.plans import Expected, Plan, Trigger, goal, on
from empla.mind.state import Noted
from empla.mind.steps import Achieve, ActionFailed, Again, Believe, Do, Wait
from empla.mind.values import OUTSIDE, Origin, Source
from tests.mind.minds import MARIA, Mind


def doing(event: Trigger) -> Any:
    yield Do(operation="test.do", arguments={})


def offer(mind: Mind, *names: str, kind: str = "go", **more: Any) -> None:
    for name in names:
        mind.library.add(Plan(name=name, trigger=on(kind), body=doing, **more))


def be(mind: Mind, **traits: float) -> None:
    mind.tell("profile", origin=MARIA.origin, persona=Persona(**traits))


def chosen(mind: Mind) -> list[str]:
    """Return the plans adopted so far, in order."""
    adopted = {i.id: i.plan for i in mind.changes(Intention)}
    return [adopted[i] for i in sorted(adopted, key=lambda i: int(i[1:]))]


def turn(mind: Mind, works: Any, kind: str = "go") -> str:
    """Have it go once, each plan doing as `works` says, and return the plan it began with."""
    before = len(chosen(mind))
    mind.tell(kind)
    while mind.state.intentions:
        (intention,) = mind.state.intentions.values()
        action = f"{intention.id}.0"
        mind.done(action) if works(intention.plan) else mind.failed(action, "no-luck")
    return chosen(mind)[before]


# learning ------------------------------------------------------------------------------------------------------------


def test_the_next_choice_differs_after_a_failure_and_says_why(mind: Mind) -> None:
    offer(mind, "a", "b")
    begun = [turn(mind, lambda plan: plan == "b") for _ in range(3)]
    assert begun == ["a", "b", "b"]
    last = mind.changes(Intention)[-1]
    assert last.passed_over == ("a: succeeded 0 of 1 times here, b 2 of 2",)
    known = record_of(mind.state.beliefs, "b", "")
    assert known is not None and (known.tries, known.done) == (3, 3)
    assert known.took_s is not None and known.took_s > 0


def test_a_plan_alone_leaves_no_trace_in_the_beliefs(mind: Mind) -> None:
    offer(mind, "a")
    for works in (True, False):
        turn(mind, lambda plan, works=works: works)
    assert mind.believes(APPROACH) == []


def test_experience_is_of_the_context_that_the_plan_names(mind: Mind) -> None:
    offer(mind, "a", "b", like=lambda beliefs, event: event.get("who", ""))
    for who in ("bob", "bob", "eve"):
        mind.tell("go", who=who)
        (intention,) = mind.state.intentions.values()
        mind.failed(f"{intention.id}.0", "no-luck")
        (intention,) = mind.state.intentions.values()
        mind.done(f"{intention.id}.0")
    assert chosen(mind) == ["a", "b", "b", "a", "a", "b"]


def test_plans_hear_of_failure_patterns_and_of_what_was_not_expected(mind: Mind) -> None:
    offer(mind, "a", expects=Expected(probability=0.9))

    @mind.library.plan(on("failure-pattern"))
    def notice(event: Trigger) -> Any:
        yield Believe(functor="pattern", arguments=(event.plan, event.code, event["count"]))

    @mind.library.plan(on("expectation-missed"))
    def wonder(event: Trigger) -> Any:
        yield Believe(functor="missed", arguments=(event.plan, event.expected, event.observed))

    for _ in range(4):
        turn(mind, lambda plan: False)
    assert mind.believes("pattern") == [("a", "no-luck", 3)]
    assert mind.believes("missed") == [("a", 0.9, 0.0)]
    assert [(p.plan, p.count) for p in patterns(mind.state.beliefs)] == [("a", 4)]


def test_a_goal_that_comes_to_nothing_is_a_gap(mind: Mind) -> None:
    mind.library.add(Plan(name="flap", trigger=goal("fly"), body=doing))

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Achieve(goal="fly")

    mind.tell("go")
    mind.failed("i2.0", "too-heavy")
    assert [(g.kind, g.count, g.reason) for g in gaps(mind.state.beliefs)] == [("goal:fly", 1, "too-heavy")]


@pytest.mark.parametrize(("risk", "reason"), [(None, "no-plan"), (0.9, "too-risky")])
def test_a_goal_without_a_plan_is_a_gap_and_told_the_third_time(mind: Mind, risk: float | None, reason: str) -> None:
    if risk is not None:
        mind.library.add(Plan(name="jump", trigger=goal("fly"), body=doing, risk=risk))
    be(mind, risk=0.1)

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield Achieve(goal="fly")
        except ActionFailed as failure:
            yield Believe(functor="not-done", arguments=(failure.code,))

    @mind.library.plan(on("skill-gap"))
    def learn(event: Trigger) -> Any:
        yield Believe(functor="wants-to-learn", arguments=(event.kind, event.reason))

    for _ in range(4):
        mind.tell("go")
    assert mind.believes("wants-to-learn") == [("goal:fly", reason)]
    assert mind.believes("not-done") == [("no-plan",)]


def test_a_plan_that_begins_afresh_is_judged_when_it_is_over(mind: Mind) -> None:
    offer(mind, "z-other")

    @mind.library.plan(on("go"))
    def again(event: Trigger) -> Any:
        yield Wait(kind="tick")
        if event.get("round", 0) < 2:
            yield Again(bindings={"round": event.get("round", 0) + 1})

    mind.tell("go")
    for _ in range(3):
        mind.tell("tick")
    known = record_of(mind.state.beliefs, "again", "")
    assert known is not None and known.tries == 1


# the persona ---------------------------------------------------------------------------------------------------------


def test_a_change_of_trait_changes_which_plan_is_begun(mind: Mind) -> None:
    offer(mind, "bold", risk=0.5, expects=Expected(probability=0.9))
    offer(mind, "safe", expects=Expected(probability=0.4))
    be(mind, risk=0.9)
    assert turn(mind, lambda plan: True) == "bold"
    be(mind, risk=0.2)
    assert turn(mind, lambda plan: True) == "safe"
    assert mind.changes(Intention)[-1].passed_over == ("bold: its risk 0.5 is above the limit 0.4",)
    mind.tell("profile", origin=MARIA.origin, traits={"risk": 0.9})
    assert turn(mind, lambda plan: True) == "bold"


def test_what_is_too_risky_is_not_begun_at_all(mind: Mind) -> None:
    offer(mind, "bold", risk=0.5)
    be(mind, risk=0.1)
    mind.tell("go")
    assert chosen(mind) == []
    assert [n.text for n in mind.changes(Noted)][-1] == "no plan for go: bold: its risk 0.5 is above the limit 0.2"


@pytest.mark.parametrize(("persistence", "tries"), [(0.5, 1), (0.75, 2), (1.0, 3)])
def test_the_persistent_try_again_what_failed_for_the_moment(mind: Mind, persistence: float, tries: int) -> None:
    offer(mind, "a")
    be(mind, persistence=persistence)
    mind.tell("go")
    for number in range(1, tries + 1):
        mind.failed(f"i{number}.0", "timeout")
    assert chosen(mind) == ["a"] * tries
    assert not mind.state.intentions


def test_what_left_a_trace_is_not_tried_again(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def two(event: Trigger) -> Any:
        yield Do(operation="test.do", arguments={})
        yield Do(operation="test.do", arguments={})

    be(mind, persistence=1.0)
    mind.tell("go")
    mind.done("i1.0")
    mind.failed("i1.1", "timeout")
    assert chosen(mind) == ["two"]


@pytest.mark.parametrize(("collaboration", "tried"), [(0.5, ["a", "b", "c"]), (0.9, ["a", "b"]), (1.0, ["a"])])
def test_the_collaborative_turn_to_people_sooner(mind: Mind, collaboration: float, tried: list[str]) -> None:
    offer(mind, "a", "b", "c")

    @mind.library.plan(on(INTENTION_FAILED))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=event.tried)

    be(mind, collaboration=collaboration)
    turn(mind, lambda plan: False)
    assert chosen(mind)[:-1] == tried
    assert mind.believes("told") == [tuple(tried)]


def test_the_open_try_the_new_and_the_closed_stay(mind: Mind) -> None:
    offer(mind, "a", "b")
    be(mind, openness=0.0)
    assert {turn(mind, lambda plan: True) for _ in range(16)} == {"a"}
    be(mind, openness=1.0)
    assert turn(mind, lambda plan: True) == "b"


def test_only_on_the_manager_s_word_is_a_risk_allowed(mind: Mind) -> None:
    @mind.library.plan(on("allow"))
    def allow(event: Trigger) -> Any:
        yield Believe(functor="may-risk", arguments=("bold",))

    offer(mind, "bold", risk=0.9)
    be(mind, risk=0.1)
    mind.tell("allow", origin=OUTSIDE)
    mind.tell("go")
    assert mind.believes("may-risk") == [] and chosen(mind) == ["allow"]
    mind.tell("allow", origin=Origin(Source.MANAGER))
    mind.tell("go")
    assert chosen(mind) == ["allow", "allow", "bold"]
