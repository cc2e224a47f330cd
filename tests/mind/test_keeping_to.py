"""How intentions are kept to: reconsidered, suspended, limited, done all or none, and each in its turn."""

from datetime import timedelta
from typing import Any

import pytest

from empla.mind.goals import Aim
from empla.mind.kinds import BeliefKind, Category
from empla.mind.logic import parse_query, parse_rule
from empla.mind.percepts import OUTCOME, Outcome, Status
from empla.mind.plans import CommitmentStrategy, Limits, Trigger, believed, changed, forgotten, on
from empla.mind.state import Asked
from empla.mind.steps import (
    Achieve,
    ActionFailed,
    Again,
    Atomic,
    Believe,
    Do,
    Either,
    Forget,
    Pursue,
    Reason,
    Settle,
    Together,
    Wait,
    query,
)
from tests.mind.minds import Mind

OPEN, SINGLE, BLIND = CommitmentStrategy.OPEN_MINDED, CommitmentStrategy.SINGLE_MINDED, CommitmentStrategy.BLIND


def act(name: str) -> Do:
    return Do(operation=name, arguments={})


def acts(mind: Mind) -> list[str]:
    """What was asked for in the last cycle."""
    return [change.operation for change in mind.deltas[-1].changes if isinstance(change, Asked)]


def hold(functor: str, *arguments: Any) -> Believe:
    return Believe(functor=functor, arguments=arguments)


def teaching(mind: Mind) -> None:
    """Give a mind plans that believe and forget on request."""

    @mind.library.plan(on("learn"))
    def learn(event: Trigger) -> Any:
        yield hold(event.functor, *event.arguments)

    @mind.library.plan(on("unlearn"))
    def unlearn(event: Trigger) -> Any:
        yield Forget(functor=event.functor, pattern=event.arguments)


# commitment strategies -----------------------------------------------------------------------------------------------


def visiting(strategy: CommitmentStrategy) -> Mind:
    """A mind on its way to a customer by car, if the road is open; else by train."""
    mind = Mind()
    teaching(mind)

    @mind.library.plan(
        on("visit"),
        when=lambda beliefs, event: bool(beliefs.matching("open", "road")),
        commitment=strategy,
        rank=1,
        achieved=parse_query("met(customer)"),
        impossible=parse_query("gone(customer)"),
    )
    def by_car(event: Trigger) -> Any:
        yield act("drive")

    @mind.library.plan(on("visit"))
    def by_train(event: Trigger) -> Any:
        yield act("ride")

    mind.tell("learn", functor="open", arguments=("road",))
    mind.tell("visit")
    assert acts(mind) == ["drive"]
    return mind


def test_an_open_minded_intention_gives_way_when_what_it_rests_on_goes() -> None:
    mind = visiting(OPEN)
    mind.when("unlearn", functor="open", arguments=("road",))
    assert acts(mind) == ["ride"]
    assert ("by-car", "dropped", "reconsidered") in mind.ends()


@pytest.mark.parametrize("strategy", [SINGLE, BLIND])
def test_others_go_on_though_it_went(strategy: CommitmentStrategy) -> None:
    mind = visiting(strategy)
    mind.when("unlearn", functor="open", arguments=("road",))
    assert acts(mind) == []


@pytest.mark.parametrize("strategy", [SINGLE, OPEN])
def test_what_is_achieved_anyhow_is_not_pursued_on(strategy: CommitmentStrategy) -> None:
    mind = visiting(strategy)
    mind.when("learn", functor="met", arguments=("customer",))
    assert ("by-car", "done", "") in mind.ends()


@pytest.mark.parametrize("strategy", [SINGLE, OPEN])
def test_what_has_become_impossible_is_given_up_and_told(strategy: CommitmentStrategy) -> None:
    mind = visiting(strategy)
    told = []

    @mind.library.plan(on("intention-failed"))
    def tell(event: Trigger) -> Any:
        told.append(event.outcome.code)
        yield act("tell")

    mind.when("learn", functor="gone", arguments=("customer",))
    assert acts(mind) == ["tell"]
    assert set(told) == {"impossible"}


def test_a_blind_one_goes_on_to_its_end() -> None:
    mind = visiting(BLIND)
    mind.tell("learn", functor="met", arguments=("customer",))
    mind.tell("learn", functor="gone", arguments=("customer",))
    assert [i.plan for i in mind.state.intentions.values()] == ["by-car"]


def test_whoever_waits_for_what_was_dropped_learns_why() -> None:
    mind = Mind()
    teaching(mind)

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield Achieve(goal="there")
        except ActionFailed as failure:
            yield hold("why", failure.code)

    @mind.library.plan(on("goal:there"), when=lambda beliefs, event: not beliefs.matching("closed"), commitment=OPEN)
    def drive(event: Trigger) -> Any:
        yield act("drive")

    mind.tell("go")
    mind.tell("learn", functor="closed", arguments=())
    assert mind.believes("why") == [("reconsidered",)]


# beliefs as conditions and events ------------------------------------------------------------------------------------


def test_a_condition_may_be_a_query_by_the_rules_of_the_role() -> None:
    mind = Mind()
    teaching(mind)
    mind.library.rules.add(parse_rule("boss(X, Y) :- works_in(X, D), head(D, Y)"))

    @mind.library.plan(on("ask"), when=parse_query("boss(Who, Boss)"))
    def ask(event: Trigger) -> Any:
        found = yield Reason(query=parse_query("boss(Who, Boss)"))
        yield hold("asked", event["Boss"], len(found))

    mind.given("works_in", "ann", "sales").given("head", "sales", "eve")
    mind.tell("ask", Who="ann")
    mind.tell("ask", Who="bob")
    assert mind.believes("asked") == [("eve", 1)]


def test_a_wait_for_a_condition_ends_when_a_belief_that_it_reads_makes_it_hold() -> None:
    mind = Mind()
    teaching(mind)
    mind.library.rules.add(parse_rule("ready(X) :- signed(X), not blocked(X)"))

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        found = yield Wait(condition=parse_query("ready(X)"), until=mind.at + timedelta(days=1))
        yield hold("went", found["X"] if found else "nobody")

    mind.given("blocked", "a")
    mind.tell("go")
    mind.tell("learn", functor="signed", arguments=("a",))
    assert mind.believes("went") == []
    mind.tell("unlearn", functor="blocked", arguments=("a",))
    assert mind.believes("went") == [("a",)]


def test_a_wait_for_a_condition_that_holds_already_is_over_at_once_and_one_that_never_does_ends_with_its_time() -> None:
    mind = Mind()

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        first = yield Wait(condition=parse_query("known(X)"))
        second = yield Wait(condition=parse_query("unknown(X)"), until=mind.at + timedelta(hours=1))
        yield hold("came", first["X"], second)

    mind.given("known", 1)
    mind.when("go")
    mind.let_pass(timedelta(hours=2))
    assert mind.believes("came") == [(1, None)]


def test_beliefs_that_come_change_and_go_set_plans_off() -> None:
    mind = Mind()
    teaching(mind)
    for how, trigger in (("came", believed("price")), ("went", forgotten("price")), ("other", changed("price"))):
        mind.library.plan(trigger, name=how)(_noting(how))
    mind.library.declare(BeliefKind(functor="price", category=Category.WORLD, key=(0,)))
    mind.tell("learn", functor="price", arguments=("tea", 2))
    mind.tell("learn", functor="price", arguments=("tea", 3))
    mind.tell("unlearn", functor="price", arguments=("tea",))
    assert mind.believes("seen") == [("came", ("tea", 2)), ("other", ("tea", 3)), ("went", ("tea", 3))]


def _noting(how: str) -> Any:
    def note(event: Trigger) -> Any:
        yield hold("seen", how, event.arguments)

    return note


def test_withdrawing_the_message_withdraws_what_rested_on_it_alone() -> None:
    mind = Mind()

    @mind.library.plan(on("hear"))
    def hear(event: Trigger) -> Any:
        yield hold("late", "train")

    @mind.library.plan(on("correct"))
    def correct(event: Trigger) -> Any:
        yield Forget(of=event.what)

    mind.tell("hear", key="first")
    mind.tell("hear", key="second")
    mind.tell("correct", what="first")
    assert mind.believes("late") == [("train",)]
    mind.tell("correct", what="second")
    assert mind.believes("late") == []


# steps made of others ------------------------------------------------------------------------------------------------


def test_either_tries_in_order_until_one_is_done() -> None:
    mind = Mind()

    @mind.library.plan(on("reach"))
    def reach(event: Trigger) -> Any:
        how = yield Either(steps=(act("call"), act("write"), act("visit")))
        yield hold("reached", how)

    mind.tell("reach")
    assert mind.asked == ["i1.0.0"]
    mind.failed("call")
    assert mind.asked == ["i1.0.0", "i1.0.1"]
    mind.done("write", "by mail")
    assert mind.believes("reached") == [("by mail",)]
    assert len(mind.asked) == 2


def test_if_none_of_either_is_done_the_last_failure_is_thrown() -> None:
    mind = Mind()

    @mind.library.plan(on("reach"))
    def reach(event: Trigger) -> Any:
        try:
            yield Either(steps=(act("call"), act("write")))
        except ActionFailed as failure:
            yield hold("gave_up", failure.code)

    mind.tell("reach")
    mind.failed("call", "busy")
    mind.failed("write", "bounced")
    assert mind.believes("gave_up") == [("bounced",)]


def test_either_may_stand_beside_others() -> None:
    mind = Mind()

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        both = yield Together(steps=(Either(steps=(act("call"), act("write"))), act("book")))
        yield hold("both", both)

    mind.tell("go")
    mind.failed("call")
    mind.done("book", "b")
    assert mind.believes("both") == []
    mind.done("write", "w")
    assert mind.believes("both") == [(("w", "b"),)]


def test_atomic_steps_are_all_done_or_none() -> None:
    mind = Mind()
    teaching(mind)

    @mind.library.plan(on("move"))
    def move(event: Trigger) -> Any:
        try:
            yield Atomic(
                steps=(
                    Forget(functor="at", pattern=("home",)),
                    hold("at", "office"),
                    Settle(goal=event.goal, state="achieved", reason="moved"),
                )
            )
        except ActionFailed as failure:
            yield hold("stayed", failure.code)

    mind.given("at", "home")
    mind.tell("move", goal="g99")
    assert mind.believes("at") == [("home",)]
    assert mind.believes("stayed") == [("goal",)]


def test_what_has_to_be_waited_for_cannot_stand_in_an_atomic_step() -> None:
    mind = Mind()

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Atomic(steps=(hold("x", 1), act("send")))

    mind.tell("go")
    assert mind.ends() == [("go", "failed", "not-atomic")]
    assert mind.asked == []
    assert mind.believes("x") == []


# suspension, limits, turns -------------------------------------------------------------------------------------------


def test_what_comes_for_a_suspended_intention_is_kept_and_it_goes_on_when_resumed() -> None:
    mind = Mind()

    @mind.library.plan(on("begin"))
    def begin(event: Trigger) -> Any:
        goal = yield Pursue(aim=Aim(name="tidy"))
        yield hold("mine", goal)

    @mind.library.plan(on("goal:tidy"))
    def tidy(event: Trigger) -> Any:
        yield act("sweep")
        yield act("dust")

    @mind.library.plan(on("say"))
    def say(event: Trigger) -> Any:
        ((goal,),) = yield query("mine")
        yield Settle(goal=goal, state=event.state, reason="the manager says so")

    mind.tell("begin")
    mind.tell("say", state="suspended")
    mind.done("sweep")
    assert len(mind.asked) == 1
    mind.tell("say", state="active")
    assert len(mind.asked) == 2
    mind.done("dust")
    assert ("tidy", "done", "") in mind.ends()
    assert not mind.state.goals


def test_a_goal_that_is_dropped_takes_its_intention_and_what_is_under_way_for_it_along() -> None:
    mind = Mind()

    @mind.library.plan(on("begin"))
    def begin(event: Trigger) -> Any:
        goal = yield Pursue(aim=Aim(name="tidy"))
        yield Wait(kind="enough")
        yield Settle(goal=goal, state="dropped", reason="enough of it")

    @mind.library.plan(on("goal:tidy"))
    def tidy(event: Trigger) -> Any:
        yield Achieve(goal="sweep")

    @mind.library.plan(on("goal:sweep"))
    def sweep(event: Trigger) -> Any:
        yield act("sweep")

    mind.tell("begin")
    assert len(mind.asked) == 1
    mind.tell("enough")
    assert {(plan, stage) for plan, stage, _ in mind.ends()} == {
        ("tidy", "dropped"),
        ("sweep", "dropped"),
        ("begin", "done"),
    }
    assert not mind.state.intentions
    assert not mind.state.goals


@pytest.mark.parametrize(
    ("limits", "rounds"),
    [(Limits(actions=3), 3), (Limits(steps=4), 4), (Limits(money=250), 3), (Limits(time=timedelta(minutes=30)), 1)],
)
def test_an_intention_keeps_to_the_limits_of_its_plan(limits: Limits, rounds: int) -> None:
    mind = Mind()

    @mind.library.plan(on("go"), limits=limits)
    def go(event: Trigger) -> Any:
        while True:
            yield act("try")

    mind.when("go")
    for number in range(rounds):
        if limits.time is not None:
            mind.let_pass(timedelta(hours=1))
            break
        outcome = Outcome(status=Status.DONE, cost=100)
        mind.tell(OUTCOME, action=f"i1.{number}", outcome=outcome)
    assert mind.ends() == [("go", "failed", "over-limit")]
    assert len(mind.asked) == rounds


def test_when_its_time_is_up_what_is_under_way_for_it_is_given_up_too() -> None:
    mind = Mind()

    @mind.library.plan(on("go"), limits=Limits(time=timedelta(hours=1)))
    def go(event: Trigger) -> Any:
        yield Achieve(goal="part")

    @mind.library.plan(on("goal:part"))
    def part(event: Trigger) -> Any:
        yield act("think")

    mind.when("go")
    mind.let_pass(timedelta(hours=2))
    assert mind.ends() == [("go", "failed", "over-limit"), ("part", "dropped", "over-limit")]
    assert not mind.state.intentions
    assert not mind.state.goals


def test_what_a_sub_goal_cost_counts_for_whoever_wanted_it() -> None:
    mind = Mind()

    @mind.library.plan(on("go"), limits=Limits(money=50))
    def go(event: Trigger) -> Any:
        yield Achieve(goal="part")
        yield act("more")

    @mind.library.plan(on("goal:part"))
    def part(event: Trigger) -> Any:
        yield act("think")

    mind.tell("go")
    mind.tell(OUTCOME, action="i2.0", outcome=Outcome(status=Status.DONE, cost=60))
    assert ("go", "failed", "over-limit") in mind.ends()


def test_an_intention_that_loops_keeps_no_urgent_one_waiting() -> None:
    mind = Mind()
    order: list[str] = []

    @mind.library.plan(on("both"))
    def both(event: Trigger) -> Any:
        yield Together(steps=(Achieve(goal="loop", bindings={"left": 100}), hold("fire", 2)))

    @mind.library.plan(on("goal:loop"))
    def loop(event: Trigger) -> Any:
        order.append("loop")
        if event.left:
            yield Again(bindings={"left": event.left - 1})

    @mind.library.plan(believed("fire"), priority=5)
    def urgent(event: Trigger) -> Any:
        order.append("urgent")
        yield act("alarm")

    mind.when("both")
    assert order[0] == "urgent"
    assert order.count("loop") == 101


def test_a_low_priority_waits_for_a_stream_of_higher_ones_but_not_for_ever() -> None:
    mind = Mind()
    order: list[str] = []

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(steps=(Achieve(goal="quiet"), Achieve(goal="loud", bindings={"left": 300})))

    @mind.library.plan(on("goal:quiet"), priority=0)
    def quiet(event: Trigger) -> Any:
        order.append("quiet")
        yield hold("heard", True)

    @mind.library.plan(on("goal:loud"), priority=5)
    def loud(event: Trigger) -> Any:
        order.append("loud")
        if event.left:
            yield Again(bindings={"left": event.left - 1})

    mind.when("go")
    assert 0 < order.index("quiet") < 100
