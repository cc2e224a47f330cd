"""Goals in the whole cycle: what is perceived, what plans do for them, what time does."""

from datetime import timedelta
from typing import Any

import pytest

from empla.mind.goals import Aim, Goal, Metric
from empla.mind.intentions import Intention, Stage
from empla.mind.plans import goal, on
from empla.mind.state import Asked, Due
from empla.mind.steps import Achieve, ActionFailed, Believe, Do, Pursue, Settle, Wait
from empla.mind.terms import lit, query
from empla.mind.values import OUTSIDE
from tests.mind.minds import Mind


@pytest.fixture
def mind(mind: Mind) -> Mind:
    """Return a mind that takes over what it is told of numbers and facts."""

    @mind.library.plan(on("number"))
    def note_number(event: Any) -> Any:
        yield Believe(functor=event.of, arguments=(str(event.at), event.value))

    @mind.library.plan(on("fact"))
    def note_fact(event: Any) -> Any:
        yield Believe(functor=event.of, arguments=())

    return mind


def goals(mind: Mind) -> dict[str, Goal]:
    """Return the goals that are not over, by name."""
    return {g.name: g for g in mind.state.goals.values()}


def became(mind: Mind) -> dict[str, str]:
    """Return what became of each goal, by name."""
    return {g.name: g.state for g in mind.changes(Goal)}


def operations(mind: Mind) -> list[str]:
    """Return what was asked for so far."""
    return [asked.operation for asked in mind.changes(Asked)]


def week(mind: Mind, count: int, value: float) -> None:
    """Let a week pass, wake what is due, and tell the week's number."""
    until = mind.at + timedelta(days=7)
    woken = {(d.at, d.step) for d in mind.changes(Due) if mind.at < d.at <= until}
    for at, step in sorted(woken):
        mind.at = at
        mind.time_for(step)
    mind.at = until
    mind.tell("number", of="coverage", at=count, value=value)


def test_a_pipeline_that_lags_gets_a_plan_of_its_own_before_the_quarter_is_lost(mind: Mind) -> None:
    """Given a pipeline with a target, when it lags behind, then it is at risk, comes first, and something is done."""

    @mind.library.plan(goal("pipeline"))
    def prospect(_event: Any) -> Any:
        yield Do(operation="crm.prospect", arguments={})

    @mind.library.plan(on("goal-at-risk", name="pipeline"))
    def campaign(event: Any) -> Any:
        yield Do(operation="email.campaign", arguments={"why": event.reason})

    mind.library.want(
        Aim(
            name="pipeline",
            horizon="strategic",
            deadline=timedelta(weeks=13),
            metric=Metric(of="coverage", target=3.0, baseline=0.0),
        )
    )
    mind.tell("began", version="1")
    assert operations(mind) == ["crm.prospect"]
    mind.done(mind.asked[0])
    first = goals(mind)["pipeline"].priority
    for count, value in enumerate((0.3, 0.5, 0.5, 0.4, 0.3, 0.2, 0.2), 1):
        week(mind, count, value)
    assert operations(mind).count("email.campaign") == 1  # besides, what was done for it is done again now and then
    assert mind.changes(Asked)[-1].arguments == {"why": "7% of the way is done, and 54% of the time is over"}
    assert goals(mind)["pipeline"].priority > first + 0.3
    for count, value in enumerate((0.9, 1.8, 2.6, 3.1), 8):
        week(mind, count, value)
    assert became(mind)["pipeline"] == "achieved"


def test_a_strategy_is_pursued_by_tactics_and_those_by_what_is_done_today(mind: Mind) -> None:
    """Given a quarter's goal made of a month's goals, when the last of those is reached by its plan, so is it."""

    @mind.library.plan(goal("ten customers called"))
    def call(event: Any) -> Any:
        for customer in ("Ada", "Ben"):
            yield Pursue(aim=Aim(name=f"call {customer}", kind="perform", bindings={"customer": customer}))
        yield Wait(kind="all-called")
        yield Believe(functor="called", arguments=())

    @mind.library.plan(goal("call Ada"))
    def call_ada(event: Any) -> Any:
        yield Do(operation="phone.call", arguments={"customer": event.customer})

    @mind.library.plan(goal("call Ben"))
    def call_ben(event: Any) -> Any:
        yield Achieve(goal="find number", bindings={"customer": event.customer})

    @mind.library.plan(goal("find number"))
    def find_number(_event: Any) -> Any:
        yield Do(operation="people.look_up", arguments={})

    mind.library.want(
        Aim(
            name="market entered",
            horizon="strategic",
            importance=0.9,
            all_of=(
                Aim(name="ten customers called", horizon="tactical", holds=query(lit("called"))),
                Aim(name="price list", horizon="tactical", holds=query(lit("priced"))),
            ),
        )
    )
    mind.tell("began", version="1")
    assert {name: g.state for name, g in goals(mind).items()} == {
        "market entered": "active",
        "ten customers called": "active",
        "price list": "active",
        "call Ada": "active",
        "call Ben": "active",
        "find number": "active",
    }
    assert goals(mind)["call Ada"].importance == 0.9
    by_plan = {i.plan: i.id for i in mind.state.intentions.values()}
    mind.done(f"{by_plan['find-number']}.0")
    assert became(mind)["call Ben"] == became(mind)["find number"] == "achieved"
    mind.tell("fact", of="priced")
    assert goals(mind)["market entered"].progress == 0.5
    mind.tell("all-called")
    assert became(mind)["market entered"] == "achieved"
    assert became(mind)["call Ada"] == "dropped"  # what it was for is reached
    assert mind.state.intentions == {}


def test_a_plan_that_fails_is_tried_again_by_the_clock(mind: Mind) -> None:
    @mind.library.plan(goal("reached"), quiet=True)
    def write(_event: Any) -> Any:
        yield Do(operation="email.send", arguments={})

    mind.library.want(Aim(name="reached", holds=query(lit("answered"))))
    mind.tell("began", version="1")
    mind.failed(mind.asked[0])
    assert mind.state.intentions == {}
    (due,) = mind.changes(Due)
    mind.at = due.at
    mind.time_for(due.step)
    assert operations(mind) == ["email.send", "email.send"]
    mind.tell("fact", of="answered")
    assert became(mind)["reached"] == "achieved"


def test_a_goal_for_which_there_is_no_plan_is_blocked_in_the_end(mind: Mind) -> None:
    mind.library.want(Aim(name="world peace", holds=query(lit("peace"))))
    mind.tell("began", version="1")
    while mind.changes(Due)[-1].at > mind.at:
        mind.at = mind.changes(Due)[-1].at
        mind.time_for("g1")
    blocked = goals(mind)["world peace"].blocked_by
    assert [b.reason for b in blocked] == [
        "3 plans for it came to nothing: there is no applicable plan for the goal world peace"
    ]


def test_a_suspended_goal_lets_its_intention_rest_and_a_dropped_one_ends_it(mind: Mind) -> None:
    @mind.library.plan(goal("write"))
    def write(_event: Any) -> Any:
        yield Do(operation="document.write", arguments={})
        yield Do(operation="document.print", arguments={})

    @mind.library.plan(on("told"))
    def settle(event: Any) -> Any:
        yield Settle(goal="g1", state=event.state, reason="the manager said so")

    mind.library.want(Aim(name="write", holds=query(lit("written"))))
    mind.tell("began", version="1")
    mind.tell("told", state="suspended")
    (intention,) = mind.state.intentions.values()
    assert intention.stage is Stage.SUSPENDED
    mind.done(mind.asked[0])
    assert operations(mind) == ["document.write"]
    mind.tell("told", state="active")
    assert operations(mind) == ["document.write", "document.print"]
    mind.tell("told", state="dropped")
    assert mind.state.intentions == {}
    assert ("write", "dropped", "goal-dropped") in mind.ends()
    assert became(mind)["write"] == "dropped"


def test_two_goals_in_conflict_that_a_role_begins_with_ask_for_one_plan(mind: Mind) -> None:
    for name in ("quiet", "music"):

        @mind.library.plan(goal(name), name=name)
        def do(_event: Any) -> Any:
            yield Do(operation="room.prepare", arguments={})

    mind.library.want(
        Aim(name="quiet", kind="perform", importance=0.2), Aim(name="music", kind="perform", conflicts_with=("quiet",))
    )
    mind.tell("began", version="1")
    assert [i.plan for i in mind.state.intentions.values()] == ["music"]
    mind.done(mind.asked[0])
    assert [i.plan for i in mind.state.intentions.values()] == ["quiet"]


def test_an_aim_that_makes_no_sense_fails_the_intention_that_pursues_it_and_nothing_else(mind: Mind) -> None:
    said = []

    @mind.library.plan(on("go"), quiet=True)
    def pursue(_event: Any) -> Any:
        try:
            yield Pursue(aim=Aim(name="a", all_of=(Aim(name="b", depends_on=("a",)),)))
        except ActionFailed as error:
            said.append(str(error))
        yield Pursue(aim=Aim(name="c", kind="some"))

    mind.tell("go")
    assert said[0] == "goals need each other in a circle: a needs b, which needs a"
    assert mind.state.goals == {}
    (ended,) = [i for i in mind.changes(Intention) if i.stage is Stage.FAILED]
    assert ended.result is not None
    assert "cannot be a goal to some" in ended.result.sentence


def test_a_person_says_which_goal_comes_first_and_which_is_given_up(mind: Mind) -> None:
    mind.library.want(
        Aim(name="quiet", kind="perform", importance=0.9), Aim(name="music", kind="perform", conflicts_with=("quiet",))
    )
    mind.tell("began", version="1")
    music = goals(mind)["music"]
    assert music.state == "suspended"
    mind.tell("goal-word", goal=music.id, priority=3, by="maria")
    assert (goals(mind)["music"].priority, goals(mind)["music"].state) == (3.0, "active")
    assert goals(mind)["quiet"].state == "suspended"
    mind.tell("goal-word", goal=music.id, priority=None, by="maria")
    assert goals(mind)["music"].priority == 0.0
    mind.tell("goal-word", goal=music.id, state="dropped", by="maria", reason="no time")
    assert became(mind)["music"] == "dropped"
    assert [g.reason for g in mind.changes(Goal) if g.name == "music"][-1] == "no time"


def test_a_word_from_outside_is_no_word_on_a_goal(mind: Mind) -> None:
    mind.library.want(Aim(name="quiet", kind="perform"))
    mind.tell("began", version="1")
    mind.tell("goal-word", origin=OUTSIDE, goal="g1", state="dropped", by="eve")
    assert goals(mind)["quiet"].state == "active"
