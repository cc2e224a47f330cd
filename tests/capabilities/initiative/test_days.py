"""Each day, each week, each month: what every employee does unasked, on the beliefs and goals that it has."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from empla.capabilities.email.results import Sent
from empla.capabilities.initiative import plans
from empla.capabilities.initiative.remarking import ASKED_ABOUT, LESSON, PRIORITIES, REFLECTED, STALE, WEEK
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Promise, Standing
from empla.mind.goals import Aim, Metric
from empla.mind.learning import APPROACH, GAP, Approach, Gap
from empla.mind.noticing_findings import REMARK
from empla.mind.percepts import OCCURRENCE
from empla.mind.planning import plan_strategically
from empla.mind.plans import PlanLibrary, on
from empla.mind.state import Asked, Believed
from empla.mind.steps import Believe, Forget, Now, Wait
from empla.mind.strategy import Outlook, Strategy
from empla.mind.tasks import TASK, Task, TaskKind, TaskState
from empla.mind.triggers import DAILY_PRIORITIES, MONTHLY_GOALS, WEEKLY_PLANNING, WEEKLY_REFLECTION
from empla.mind.values import Address, Origin, Source
from empla.testing.employee import PROFILE
from empla.testing.mind import Mind, containing, mail

ME, MARIA = PROFILE["address"], PROFILE["manager"]
BEN = Address("ben@office.example", Origin(Source.DIRECTORY))
DAY = timedelta(days=1)
GROW = Aim(name="grow", horizon="strategic", deadline=90 * DAY, metric=Metric(of="sales", target=100.0, baseline=0.0))


def employee(*aims: Aim, outlook: Outlook | None = None, besides: PlanLibrary | None = None) -> Mind:
    """Return an employee of no particular role, with these aims."""
    library = PlanLibrary()
    library.include(plans.library)
    library.want(*aims)
    if besides is not None:
        library.include(besides)
    if outlook is not None:
        plan_strategically(library, outlook)

    @library.plan(on("say"))
    def say(event: Any) -> Any:
        yield Forget(functor=event.functor)
        yield Believe(functor=event.functor, arguments=event.arguments)

    mind = Mind(library)
    mind.tell("profile", origin=Origin(Source.POLICY), **PROFILE)
    mind.tell("began", version="1")
    return mind


def occurs(mind: Mind, trigger: str) -> Mind:
    fields = {"trigger": trigger, "due": mind.at, "zone": "UTC", "late_s": 0.0, "missed": (), "more": 0}
    return mind.when(OCCURRENCE, **fields)


def promise(at: datetime, due: datetime | None, standing: Standing = Standing.OPEN, of: Address = ME) -> Commitment:
    return Commitment(debtor=of, creditor=MARIA, content="the report", made_at=at, due=due, standing=standing)


@pytest.mark.parametrize("trigger", [DAILY_PRIORITIES, WEEKLY_PLANNING, WEEKLY_REFLECTION, MONTHLY_GOALS])
def test_who_has_nothing_to_say_writes_nothing_and_keeps_nothing(trigger: str) -> None:
    mind = employee()
    occurs(mind, trigger)
    mind.then.asked_nothing()
    assert mind.believes(REMARK) == []
    mind.let_pass(40 * DAY)
    mind.when("anything")
    left = {b.functor for b in mind.state.beliefs} - {"profile"}
    assert left == set()


# each day ------------------------------------------------------------------------------------------------------------


def test_in_the_morning_goals_are_weighed_anew_and_their_order_is_known() -> None:
    soon = Aim(name="ship", deadline=10 * DAY, metric=Metric(of="parts", target=10.0, baseline=0.0))
    mind = employee(GROW, soon)
    before = {g.name: g.priority for g in mind.state.goals.values()}
    mind.at += 4 * DAY
    occurs(mind, DAILY_PRIORITIES)
    order = mind.then.believes(PRIORITIES)[0]
    assert [name for name, _ in order] == ["ship", "grow"]
    assert dict(order)["ship"] > before["ship"], "it is nearer by four days"
    mind.let_pass(3 * DAY)
    mind.when("anything")
    assert mind.believes(PRIORITIES) == []


def test_a_promise_that_hangs_on_a_goal_makes_it_more_urgent_until_it_is_kept() -> None:
    grows = PlanLibrary()

    @grows.plan(on("goal:grow"))
    def grow(_event: Any) -> Any:
        yield Wait(kind="go")
        now = yield Now()
        made = Commitment(debtor=ME, creditor=MARIA, content="the offer", made_at=now, due=now + DAY)
        yield Promise(id="p1", made=made)
        yield Wait(kind="never")

    mind = employee(GROW, besides=grows)
    occurs(mind, DAILY_PRIORITIES)
    (goal,) = [g for g in mind.state.goals.values() if g.name == "grow"]
    assert goal.urged is None
    mind.when("go")
    occurs(mind, DAILY_PRIORITIES)
    (urged,) = [g for g in mind.state.goals.values() if g.name == "grow"]
    assert urged.urged is not None and urged.priority > goal.priority


# each week -----------------------------------------------------------------------------------------------------------


def test_on_monday_what_the_week_holds_is_told_in_one_sentence() -> None:
    mind = employee(GROW)
    due = mind.at + 2 * DAY
    mind.given(COMMITMENT, "p1", promise(mind.at, due))
    mind.given(COMMITMENT, "p2", promise(mind.at, mind.at + 30 * DAY))
    mind.given(EXPECTATION, "e1", promise(mind.at, due + DAY, of=BEN))
    task = Task(
        id="t1",
        text="the tax",
        kind=TaskKind.ACTION,
        state=TaskState.RUNNING,
        creditor=MARIA,
        by="olga",
        assigned_at=mind.at,
        due=due,
    )
    mind.given(TASK, "t1", task)
    occurs(mind, WEEKLY_PLANNING)
    (plan,) = mind.then.believes(WEEK)
    assert [what for what, _ in plan.promised] == ["the report"]
    assert dict(plan.goals).keys() == {"grow"}
    assert mind.then.believes(REMARK, "week")[1] == (
        "due within a week: 1 promise of mine (on Wednesday, 08:00), 1 thing that others owe (on Thursday, 08:00) and "
        "1 task (on Wednesday, 08:00)"
    )
    mind.then.asked_nothing()


def test_goals_with_strategies_are_planned_for_when_it_is_time() -> None:
    push = Strategy(name="push", pursue=(Aim(name="call-people"),))
    mind = employee(outlook=Outlook(aim=GROW, strategies=(push,), every=7 * DAY))
    first = mind.believes("rationale")[0][1]
    mind.at += 8 * DAY
    occurs(mind, WEEKLY_PLANNING)
    again = mind.believes("rationale")[0][1]
    assert again.at > first.at and again.chosen == "push"


def test_on_friday_what_came_of_promises_is_learned() -> None:
    mind = employee()
    yesterday = mind.at - DAY
    mind.given(COMMITMENT, "p1", promise(yesterday - DAY, yesterday, Standing.KEPT))
    mind.given(COMMITMENT, "p2", promise(yesterday - DAY, yesterday, Standing.BROKEN))
    mind.given(EXPECTATION, "e1", promise(yesterday - DAY, yesterday, of=BEN))
    occurs(mind, WEEKLY_REFLECTION)
    learned = {(plan, who): a for plan, who, a in mind.believes(APPROACH)}
    own, others = learned["keep-promises", ""], learned["promises-of-others", BEN.value]
    assert (own.tries, own.done) == (2, 1)
    assert (others.tries, others.done, others.codes) == (1, 0, (("late", 1),))
    said = mind.then.believes(REMARK, "week-went")[1]
    assert "I have not kept this: the report" in said and f"{BEN.value} has not kept this" in said
    mind.at += 7 * DAY
    occurs(mind, WEEKLY_REFLECTION)
    assert {(p, w): a for p, w, a in mind.believes(APPROACH)} == learned, "each promise counts once"


def test_what_went_badly_again_and_again_is_noted_once() -> None:
    mind = employee()
    mind.given(APPROACH, "book", "", Approach(plan="book", tries=4, failed=4, codes=(("timeout", 4),)))
    gap = Gap(kind="goal:fly", count=3, reason="no-plan", first_at=mind.at, last_at=mind.at)
    mind.given(GAP, "goal:fly", gap)
    occurs(mind, WEEKLY_REFLECTION)
    assert len(mind.believes(LESSON)) == 2
    said = mind.then.believes(REMARK, "week-went")[1]
    assert "book has failed 4 times (timeout)" in said and "what I cannot do: fly" in said
    mind.when("say", functor=REMARK, arguments=("another", "thing"))  # the brief has named it
    mind.at += 7 * DAY
    occurs(mind, WEEKLY_REFLECTION)
    mind.then.believes_no(REMARK, "week-went")
    mind.then.believes(REFLECTED)


# each month ----------------------------------------------------------------------------------------------------------


def test_goals_that_have_not_moved_are_marked_and_asked_about_once() -> None:
    mind = employee(GROW, Aim(name="learn"))
    mind.let_pass(27 * DAY)
    mind.when("say", functor="sales", arguments=(30,))
    mind.let_pass(4 * DAY)
    occurs(mind, MONTHLY_GOALS)
    assert [name for _, name, _ in mind.believes(STALE)] == ["learn"]
    question = mind.then.asked("email.send", to=(MARIA,), text=containing("learn", "Shall I go on?"))
    assert "grow" not in question.arguments["text"]
    mind.done("email.send", Sent(message_id="<q@x>", thread="<q@x>", recipients=(MARIA.value,)))
    mind.let_pass(30 * DAY)
    before = len(mind.changes(Asked))
    occurs(mind, MONTHLY_GOALS)
    asked = mind.changes(Asked)[before:]
    assert [a for a in asked if "learn" in a.arguments["text"]] == []
    assert len(mind.believes(ASKED_ABOUT)) >= 1


@pytest.mark.parametrize(("answer", "state"), [("no", "suspended"), ("yes", "active")])
def test_a_no_lets_them_rest(answer: str, state: str) -> None:
    mind = employee(Aim(name="learn"))
    mind.let_pass(31 * DAY)
    occurs(mind, MONTHLY_GOALS)
    mind.done("email.send", Sent(message_id="<q@x>", thread="<q@x>", recipients=(MARIA.value,)))
    mind.when(mail(MARIA, answer, intent=answer, replying="<q@x>"))
    assert {g.name: g.state for g in mind.state.goals.values()}["learn"] == state


def test_a_year_of_it_holds_no_more_than_a_month() -> None:
    mind = employee(GROW, Aim(name="learn"))
    held = []
    for _month in range(12):
        for day in range(30):
            mind.let_pass(DAY)
            occurs(mind, DAILY_PRIORITIES)
            if day % 7 == 0:
                occurs(mind, WEEKLY_PLANNING)
                occurs(mind, WEEKLY_REFLECTION)
        occurs(mind, MONTHLY_GOALS)
        for waiting in [a for a in mind.asked if mind._waits(a)]:
            mind.failed(waiting)
        held.append((len(mind.state.beliefs), len(mind.state.intentions)))
    assert max(held[2:]) <= max(held[:2]), held
    assert len(mind.changes(Believed)) > 100
