"""What happens when a plan fails: its recovery, the next applicable plan, who waits for it, and last who listens."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from empla.engine import guard
from empla.errors import ValidationError
from empla.mind.advancing import STEPS_PER_INTENTION
from empla.mind.intentions import Intention
from empla.mind.percepts import INTENTION_FAILED
from empla.mind.plans import Plan, PlanLibrary, Trigger, always, goal, on
from empla.mind.recipe_data import recipe_from
from empla.mind.state import Asked
from empla.mind.steps import Achieve, ActionFailed, Again, Believe, Do, Now, Query, Together, Wait, query
from tests.mind.minds import Mind


def do(**arguments: Any) -> Do:
    return Do(operation="test.do", arguments=arguments)


def test_failure_goes_to_recovery_then_to_the_next_plan_then_up_then_to_whoever_listens(mind: Mind) -> None:
    plan = mind.library.plan

    def mend(event: Trigger) -> Any:
        yield Believe(functor="mending", arguments=(event.failure.code,))
        yield do(what="mend")

    @plan(goal("tea"), rank=1, recovery=mend)
    def with_kettle(event: Trigger) -> Any:
        yield do(what="kettle")

    @plan(goal("tea"))
    def with_pan(event: Trigger) -> Any:
        yield do(what="pan")

    @plan(on("guest"))
    def entertain(event: Trigger) -> Any:
        yield Achieve(goal="tea")

    @plan(on(INTENTION_FAILED))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.plan, event.tried, event.outcome.code))

    mind.tell("guest")
    assert mind.asked == ["i2.0"]
    mind.failed("i2.0", "no-water")
    assert mind.believes("mending") == [("no-water",)]
    mind.failed("i3.1", "no-wrench")
    assert mind.asked[-1] == "i4.0"
    mind.failed("i4.0", "no-gas")
    assert mind.ends() == [
        ("with-kettle", "failed", "no-water"),
        ("with-kettle", "failed", "no-wrench"),
        ("with-pan", "failed", "no-gas"),
        ("entertain", "failed", "no-gas"),
        ("tell", "done", ""),
    ]
    assert mind.believes("told") == [("entertain", ("entertain",), "no-gas")]
    assert mind.state.intentions == {} and mind.state.goals == {}


def test_a_recovery_that_works_is_the_plans_result(mind: Mind) -> None:
    def mend(event: Trigger) -> Any:
        yield Now()
        return "mended"

    @mind.library.plan(goal("tea"), recovery=mend)
    def with_kettle(event: Trigger) -> Any:
        yield do()

    @mind.library.plan(on("guest"))
    def entertain(event: Trigger) -> Any:
        yield Believe(functor="tea", arguments=((yield Achieve(goal="tea")),))

    mind.tell("guest")
    mind.failed("i2.0")
    assert mind.believes("tea") == [("mended",)]


def test_a_failed_step_can_be_caught(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield do()
        except ActionFailed as failure:
            yield Believe(functor="caught", arguments=(failure.code, str(failure)))

    mind.tell("go")
    mind.failed("i1.0")
    assert mind.believes("caught") == [("broken", "no")]
    assert mind.ends() == [("go", "done", "")]


def test_a_goal_without_a_plan_fails_the_step(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Achieve(goal="nobody-knows-how")

    mind.tell("go")
    assert mind.ends() == [("go", "failed", "no-plan")]


def test_of_steps_done_together_the_first_failure_is_thrown_when_all_are_over(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield Together(steps=(do(n=0), do(n=1), Together(steps=(do(n=2), Now()))))
        except ActionFailed as failure:
            yield Believe(functor="caught", arguments=(failure.code,))

    mind.tell("go")
    assert mind.asked == ["i1.0.0", "i1.0.1", "i1.0.2.0"]
    mind.failed("i1.0.2.0", "third")
    mind.failed("i1.0.1", "second")
    assert mind.believes("caught") == []
    mind.done("i1.0.0")
    assert mind.believes("caught") == [("second",)]


# what a body may not do ----------------------------------------------------------------------------------------------


def _raise(event: Trigger) -> Any:
    yield Now()
    raise ValueError(f"at {object()}")


def _junk(event: Trigger) -> Any:
    yield Now()
    yield object()


def _unkept(event: Trigger) -> Any:
    yield do(x=object())


def _unkept_in_together(event: Trigger) -> Any:
    yield Together(steps=(Now(), do(x={1: object()})))


def _returns_unkept(event: Trigger) -> Any:
    yield Now()
    return object()


def _too_many(event: Trigger) -> Any:
    while True:
        yield Now()


def _raw_pattern(event: Trigger) -> Any:
    from empla.mind.beliefs import ANY

    yield Query(functor="x", pattern=(ANY,))


def _again_together(event: Trigger) -> Any:
    yield Together(steps=(Again(),))


def _large(event: Trigger) -> Any:
    yield Now()
    return "x" * (64 * 1024)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_raise, "body-raised"),
        (_junk, "not-a-step"),
        (_unkept, "step-not-kept"),
        (_unkept_in_together, "step-not-kept"),
        (_returns_unkept, "result-not-kept"),
        (_too_many, "too-many-steps"),
        (_raw_pattern, "step-not-kept"),
        (_again_together, "not-a-step"),
    ],
)
def test_a_body_that_breaks_the_rules_fails_loudly_and_stops_nobody_else(mind: Mind, body: Any, code: str) -> None:
    mind.library.add(Plan(name="bad", trigger=on("go"), body=body, when=always, rank=1))

    @mind.library.plan(on("go"))
    def good(event: Trigger) -> Any:
        yield Believe(functor="gone", arguments=())

    mind.tell("go")
    assert mind.ends() == [("bad", "failed", code), ("good", "done", "")]
    sentence = next(i.result.sentence for i in mind.changes(Intention) if i.result and i.plan == "bad")
    assert sentence and "0x" not in sentence, "the sentence is the same in every process"


def test_a_history_has_a_thousand_steps_at_most(mind: Mind) -> None:
    mind.library.add(Plan(name="long", trigger=on("go"), body=_too_many, when=always))
    delta = mind.tell("go")
    steps = [c for c in delta.changes if type(c).__name__ == "StepRecord"]
    assert len(steps) == STEPS_PER_INTENTION


def test_an_outcome_too_large_to_keep_is_a_failure_of_its_step(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield do()
        except ActionFailed as failure:
            yield Believe(functor="caught", arguments=(failure.code,))
        yield Achieve(goal="large")

    mind.library.add(Plan(name="large", trigger=goal("large"), body=_large, when=always))
    mind.tell("go")
    mind.done("i1.0", "x" * (64 * 1024))
    assert mind.believes("caught") == [("outcome-too-large",)]
    assert mind.ends() == [("large", "failed", "outcome-too-large"), ("go", "failed", "outcome-too-large")]


@pytest.fixture
def short_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The CPU guard with twentieths of a second for its two."""
    monkeypatch.setattr(guard, "BODY_CPU_S", 0.05)
    before = signal.getsignal(signal.SIGVTALRM)
    guard.install()
    yield
    signal.signal(signal.SIGVTALRM, before)


def _endless(event: Trigger) -> Any:
    yield Now()
    while True:
        pass


def _endless_and_greedy(event: Trigger) -> Any:
    yield Now()
    try:
        while True:
            pass
    finally:
        while True:
            pass


def _endless_before_its_first_step(event: Trigger) -> Any:
    while True:
        pass
    yield Now()


@pytest.mark.parametrize("body", [_endless, _endless_and_greedy, _endless_before_its_first_step])
def test_an_endless_body_is_stopped(mind: Mind, short_guard: None, body: Any) -> None:
    mind.guard = guard.cpu_limit
    mind.library.add(Plan(name="endless", trigger=on("go"), body=body, when=always))
    mind.tell("go")
    assert mind.ends() == [("endless", "failed", "out-of-time")]


# changing underneath -------------------------------------------------------------------------------------------------


def test_a_body_that_changed_under_a_running_intention_fails_loudly_into_its_recovery(mind: Mind) -> None:
    def first(event: Trigger) -> Any:
        yield do(what="one")
        yield do(what="two")

    def second(event: Trigger) -> Any:
        yield Wait(kind="never")
        yield do(what="two")

    def mend(event: Trigger) -> Any:
        yield Believe(functor="mended", arguments=(event.failure.code, event.failure.sentence))

    mind.library.add(Plan(name="go", trigger=on("go"), body=first, when=always))
    mind.tell("go")
    mind.library.add(Plan(name="go", trigger=on("go"), body=second, when=always, recovery=mend))
    mind.done("i1.0")
    assert mind.ends()[0] == ("go", "failed", "body-changed")
    assert mind.believes("mended") == [
        ("body-changed", "the plan changed under a running intention: step 0:test.do became 0:wait")
    ]


def _not_now(beliefs: Any, event: Trigger) -> bool:
    return False


def test_a_body_that_became_shorter_or_is_gone_fails_loudly(mind: Mind) -> None:
    def two(event: Trigger) -> Any:
        yield Now()
        yield do()

    def one(event: Trigger) -> Any:
        yield Now()

    for name in ("shorter", "gone"):
        mind.library.add(Plan(name=name, trigger=on("go", which=name), body=two, when=always))
        mind.tell("go", which=name)
    mind.library.add(Plan(name="shorter", trigger=on("go", which="shorter"), body=one, when=_not_now))
    del mind.library.plans["gone", 1]
    mind.done("i1.1")
    mind.done("i2.1")
    assert mind.ends() == [("shorter", "failed", "body-changed"), ("gone", "failed", "plan-gone")]


def test_a_version_runs_until_it_has_drained_and_again_moves_to_the_newest(mind: Mind) -> None:
    def version(number: int) -> Any:
        def go(event: Trigger) -> Any:
            yield do(version=number)
            yield Believe(functor="ran", arguments=(number,))
            if event.get("round", 0) == 0:
                yield Again(bindings={"round": 1})

        return go

    mind.library.add(Plan(name="go", trigger=on("go"), body=version(1), when=always))
    mind.tell("go")
    mind.library.add(Plan(name="go", version=2, trigger=on("go"), body=version(2), when=always))
    mind.done("i1.0")
    assert mind.believes("ran") == [(1,)]
    mind.done("i2.0")
    assert mind.believes("ran") == [(1,), (2,)]
    assert mind.ends() == [("go", "done", ""), ("go", "done", "")]


# at load time --------------------------------------------------------------------------------------------------------


def _not_a_generator(event: Trigger) -> Any:
    return None


def _bare_except(event: Trigger) -> Any:
    try:
        yield Now()
    except:  # noqa: E722
        return


def _swallows_all(event: Trigger) -> Any:
    try:
        yield Now()
    except (ValueError, BaseException):
        return


def _yields_while_closing(event: Trigger) -> Any:
    try:
        yield Now()
    finally:
        yield query("x")


def _two_arguments(event: Trigger, more: Any) -> Any:
    yield Now()


@pytest.mark.parametrize("body", [_not_a_generator, _bare_except, _swallows_all, _yields_while_closing, _two_arguments])
def test_a_body_that_could_not_be_replayed_or_stopped_is_refused_when_it_is_loaded(body: Any) -> None:
    with pytest.raises(ValidationError):
        PlanLibrary().add(Plan(name="bad", trigger=on("go"), body=body, when=always))


def test_where_no_plan_of_the_role_does_one_is_made_and_followed(mind: Mind) -> None:
    """As a model would: what it makes is data, and the operations in it are asked for like any others."""

    @mind.library.plan(on("order"))
    def by_phone(event: Trigger) -> Any:
        yield Do(operation="phone", arguments={})

    @mind.library.plan(on("plan-wanted"))
    def make(event: Trigger) -> Any:
        data = yield Do(operation="think", arguments={"tried": event.tried, "why": event.failure.code})
        return (yield from recipe_from(data)(event.fields))

    mind.tell("order", what="tea")
    mind.failed("phone", "busy")
    (_, asked) = mind.changes(Asked)
    assert asked.arguments == {"tried": ("by-phone",), "why": "busy"}
    mind.done("think", [{"do": "write", "with": {"about": {"ref": "what"}}}])
    assert [(a.operation, a.arguments) for a in mind.changes(Asked)][2:] == [("write", {"about": "tea"})]
    mind.done("write")
    assert mind.ends() == [("by-phone", "failed", "busy"), ("make", "done", "")]


def test_what_nobody_can_make_a_plan_for_is_told_with_all_that_was_tried(mind: Mind) -> None:
    @mind.library.plan(on("order"))
    def by_phone(event: Trigger) -> Any:
        yield Do(operation="phone", arguments={})

    @mind.library.plan(on("plan-wanted"))
    def make(event: Trigger) -> Any:
        yield Do(operation="think", arguments={})

    @mind.library.plan(on("intention-failed"))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.tried, event.outcome.code))

    mind.tell("order")
    mind.failed("phone", "busy")
    mind.failed("think", "no-budget")
    assert mind.believes("told") == [(("by-phone", "make"), "no-budget")]
