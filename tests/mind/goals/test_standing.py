"""How goals stand: metrics, progress, risk, deadlines, and what is done when a plan was not enough."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from empla.mind import desiring, metrics
from empla.mind.beliefs import ANY, Belief
from empla.mind.goals import Aim, Goal, Measure, Metric
from empla.mind.percepts import Outcome, Status
from empla.mind.persona import NEUTRAL, PERSONA, Persona
from empla.mind.terms import lit, query, variables
from tests.mind.goals.wanting import DONE, FAILED, START, Wanting, kinds

(N,) = variables("N")
SALES = Metric(of="sales", target=100.0, baseline=0.0, unit="orders")


def weeks(count: float) -> timedelta:
    return timedelta(weeks=count)


# progress, trend, risk ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "values", "done"),
    [
        (Metric(of="m", target=100.0, baseline=0.0), [25.0], 0.25),
        (Metric(of="m", target=100.0), [50.0, 75.0], 0.5),  # the first value is the baseline
        (Metric(of="m", target=10.0, direction="down", baseline=50.0), [40.0], 0.25),
        (Metric(of="m", target=10.0, direction="down", baseline=50.0), [9.0], 1.0),
        (Metric(of="m", target=100.0, baseline=0.0), [-20.0], 0.0),
        (Metric(of="m", target=4.0, direction="down", baseline=2.0), [5.0], 0.75),  # to be kept, and missed
        (Metric(of="m", target=1.0), [], None),
    ],
)
def test_progress_is_the_way_done_from_baseline_to_target(metric: Metric, values: list, done: float | None) -> None:
    measure: Measure | None = None
    for week, value in enumerate(values):
        measure = metrics.measured(metric, measure, value, START + weeks(week), weeks(13))
    assert metrics.progress(metric, measure) == done


def test_the_trend_is_progress_made_a_day() -> None:
    rising: Measure | None = None
    falling: Measure | None = None
    for day in range(10):
        rising = metrics.measured(SALES, rising, 5.0 * day, START + timedelta(days=day), timedelta(days=20))
        falling = metrics.measured(SALES, falling, 50.0 - 2 * day, START + timedelta(days=day), timedelta(days=20))
    assert metrics.trend(SALES, rising) == pytest.approx(0.05)
    assert metrics.trend(SALES, falling) == pytest.approx(-0.02)
    assert metrics.trend(SALES, Measure(baseline=0.0, current=1.0, history=((START, 1.0),))) is None


def test_a_history_covers_the_whole_of_a_goals_time_however_often_its_metric_changes() -> None:
    measure: Measure | None = None
    for minute in range(0, 60 * 24 * 7, 10):
        measure = metrics.measured(SALES, measure, float(minute), START + timedelta(minutes=minute), weeks(1))
    assert measure is not None
    assert len(measure.history) == metrics.MOST_POINTS
    assert measure.history[-1][1] == measure.current == 10070.0
    assert measure.history[-1][0] - measure.history[0][0] > timedelta(days=6)


def at_risk(elapsed: float, done: float | None, a_day: float | None = None, blocked: bool = False) -> float:
    goal = Goal(id="g1", name="a", adopted_at=START, deadline=START + timedelta(days=100))
    at = START + timedelta(days=100 * elapsed)
    return metrics.risk(goal, at, done=done, a_day=a_day, blocked=blocked)


def test_risk_is_what_would_be_missing_at_the_deadline() -> None:
    assert at_risk(0.5, 0.5) == 0.0
    assert at_risk(0.5, 0.0) == 0.5
    assert at_risk(0.9, 0.6) == 0.75
    assert at_risk(0.9, 1.0) == 0.0
    assert at_risk(1.0, 0.99) == 1.0
    assert at_risk(0.4, None) == 0.0  # not known: half of the way is assumed
    assert at_risk(0.75, None) == 0.5


def test_a_metric_that_moves_away_and_what_stands_in_the_way_add_to_the_risk() -> None:
    assert at_risk(0.5, 0.5, a_day=-0.01) == 0.25
    assert at_risk(0.5, 0.5, a_day=0.01) == 0.0
    assert at_risk(0.5, 0.5, blocked=True) == 0.4
    assert at_risk(0.5, 0.0, a_day=-0.01, blocked=True) == 0.78


def test_priority_rises_with_importance_urgency_and_drive_and_the_manager_has_the_last_word() -> None:
    def priority(at: datetime = START, persona: Persona = NEUTRAL, risk: float = 0.0, **given: Any) -> float:
        return metrics.priority(Goal(id="g1", name="a", adopted_at=START, **given), at, persona, risk)

    tomorrow = START + timedelta(days=1)
    assert priority() == 0.0
    assert priority(importance=1.0) == 1.0
    assert priority(horizon="strategic") == -0.5
    assert priority(risk=0.4) == 0.4
    assert priority(deadline=tomorrow) == 0.5
    assert priority(tomorrow, deadline=tomorrow) == 1.0
    assert priority(deadline=tomorrow, persona=Persona(conscientiousness=1.0)) == 0.75
    assert priority(word=7.0) == 7.0


# over weeks -----------------------------------------------------------------------------------------------------------


def test_a_pipeline_that_lags_is_at_risk_its_priority_rises_and_a_plan_hears_of_it() -> None:
    mind = Wanting()
    coverage = Aim(
        name="pipeline",
        horizon="strategic",
        importance=0.7,
        deadline=weeks(13),
        metric=Metric(of="coverage", target=3.0, baseline=0.0, unit="x"),
    )
    assert kinds(mind.want(coverage)) == [("goal-adopted", "pipeline"), ("goal:pipeline", "")]
    mind.ended("pipeline")  # the campaign is under way; what comes of it is seen week by week
    standing = []
    for week, value in enumerate((0.3, 0.5, 0.5, 0.4, 0.3, 0.2, 0.2, 0.9, 1.8, 2.4, 3.1), 1):
        raised = kinds(mind.wait(days=7) + mind.believe("coverage", value))
        goal = mind.goal("pipeline")
        standing.append((week, goal.progress, goal.risk, goal.priority, ("goal-at-risk", "pipeline") in raised))
    assert [week for week, *_, told in standing if told] == [7]  # once
    progress, risk, priority = zip(*(numbers for _, *numbers, _ in standing), strict=True)
    assert risk[0] < 0.1 < 0.5 <= risk[6]
    assert priority[6] > priority[0] + 0.3
    assert progress[-1] == 1.0
    goal = mind.goal("pipeline")
    assert goal.state == "achieved"
    assert goal.reason == "it is at 3.1 x, the target was 3"
    assert [e.fields["reason"] for e in mind.events if e.kind == "goal-at-risk"] == [
        "7% of the way is done, and 54% of the time is over"
    ]


def test_whoever_is_bold_hears_of_a_risk_later_and_whoever_is_proactive_earlier() -> None:
    told = {}
    for name, persona in (
        ("bold", Persona(risk=1.0)),
        ("neutral", Persona()),
        ("proactive", Persona(proactivity=1.0, risk=0.5)),
    ):
        mind = Wanting()
        mind.step(lambda d, p=persona: d.believe(Belief(functor="profile", arguments=(PERSONA, p))) or [])
        mind.want(Aim(name="grow", deadline=timedelta(days=100), metric=SALES))
        for day in range(100):
            if ("goal-at-risk", "grow") in kinds(mind.wait(days=1) + mind.believe("sales", day / 100)):
                told.setdefault(name, day)
    assert told["proactive"] < told["neutral"] < told["bold"]


# deadlines ------------------------------------------------------------------------------------------------------------


def test_a_hard_deadline_that_passes_ends_the_goal_without_anybody_looking() -> None:
    mind = Wanting()
    mind.want(Aim(name="bid", holds=query(lit("sent")), deadline=timedelta(days=2), hard=True))
    raised = mind.wait(days=2)
    assert kinds(raised)[-1] == ("goal-dropped", "bid")
    assert mind.goal("bid").reason == "its deadline has passed: 9 September 2026, 08:00 UTC"
    assert mind.wait(days=10) == []


def test_a_soft_deadline_that_passes_is_told_and_the_goal_is_pursued_on() -> None:
    mind = Wanting()
    mind.want(Aim(name="report", holds=query(lit("sent")), deadline=timedelta(days=2)))
    raised = mind.wait(days=3)
    assert [(e.fields["name"], e.fields["reason"]) for e in raised if e.kind == "goal-at-risk"] == [
        ("report", "75% of the time is over"),
        ("report", "it is late, it was due 9 September 2026, 08:00 UTC"),
    ]
    goal = mind.goal("report")
    assert (goal.state, goal.alarm, goal.risk) == ("active", "late", 1.0)
    mind.believe("sent")
    assert mind.goal("report").state == "achieved"


def test_the_looks_on_the_way_to_a_deadline_are_few() -> None:
    mind = Wanting()
    mind.want(Aim(name="quarter", horizon="strategic", holds=query(lit("sold")), deadline=weeks(13)))
    mind.ended("quarter", DONE)
    looks = []
    while mind.goal("quarter").alarm != "late":
        mind.at = min(mind.dues)[0]
        looks.append(mind.at)
        mind.wait(minutes=0)
    assert len(looks) < 20


# kinds of goals -------------------------------------------------------------------------------------------------------


def test_what_is_to_be_maintained_asks_for_a_plan_whenever_it_does_not_hold() -> None:
    mind = Wanting()
    nobody_waits = Aim(name="answered", kind="maintain", holds=query(~lit("unanswered", ANY)))
    assert kinds(mind.want(nobody_waits)) == [("goal-adopted", "answered")]
    raised = mind.believe("unanswered", "m1")
    assert kinds(raised) == [("goal-at-risk", "answered"), ("goal:answered", "")]
    assert mind.believe("unanswered", "m2") == []  # its plan is at work
    mind.forget("unanswered")
    mind.ended("answered")
    assert (mind.goal("answered").state, mind.goal("answered").progress) == ("active", 1.0)
    assert kinds(mind.believe("unanswered", "m3")) == [("goal-at-risk", "answered"), ("goal:answered", "")]


def test_a_question_is_answered_by_what_is_known_or_else_by_a_plan() -> None:
    mind = Wanting()
    mind.believe("phone", "Ben", "123")
    mind.pursue(Aim(name="Ben's number", kind="query", holds=query(lit("phone", "Ben", N))))
    assert mind.goal("Ben's number").state == "achieved"
    assert mind.goal("Ben's number").answer == {"N": "123"}
    raised_before = len(mind.events)
    mind.pursue(Aim(name="Eva's number", kind="query", holds=query(lit("phone", "Eva", N))))
    assert kinds(mind.events[raised_before:]) == [("goal-adopted", "Eva's number"), ("goal:Eva's number", "")]
    mind.believe("phone", "Eva", "456")
    assert mind.goal("Eva's number").answer == {"N": "456"}


def test_what_is_to_be_performed_is_over_with_its_plan() -> None:
    mind = Wanting()
    mind.want(Aim(name="greet", kind="perform"), Aim(name="sing", kind="perform"))
    mind.ended("greet", DONE)
    mind.ended("sing", FAILED)
    assert mind.states() == {"greet": "achieved", "sing": "dropped"}
    assert mind.goal("sing").reason == "the server is gone"


def test_what_is_to_be_performed_waits_for_a_plan_if_there_is_none_yet() -> None:
    mind = Wanting()
    mind.want(Aim(name="greet", kind="perform"))
    mind.ended("greet", Outcome(status=Status.FAILED, code=desiring.NO_PLAN, sentence="there is no plan"))
    assert mind.states() == {"greet": "active"}
    assert kinds(mind.wait(hours=1)) == [("goal:greet", "")]


def test_what_is_wanted_no_longer_is_dropped() -> None:
    mind = Wanting()
    mind.want(Aim(name="visit", holds=query(lit("visited")), drop_when=query(lit("cancelled"))))
    mind.believe("cancelled")
    assert mind.goal("visit").state == "dropped"


# plans that were not enough -------------------------------------------------------------------------------------------


def test_a_plan_that_failed_is_followed_by_another_with_growing_pauses_until_the_goal_is_blocked() -> None:
    mind = Wanting()
    mind.want(Aim(name="reach Ben", holds=query(lit("reached"))))
    asked = []
    for _ in range(3):
        assert mind.ended("reach Ben", FAILED) == [] or mind.goal("reach Ben").attempts == 3
        before = mind.at
        while mind.goal("reach Ben").attempts < 3 and not mind.goal("reach Ben").at_work:
            mind.at = min(mind.dues)[0]
            mind.wait(minutes=0)
        asked.append(mind.at - before)
    assert asked == [timedelta(minutes=15), timedelta(minutes=30), timedelta(0)]
    goal = mind.goal("reach Ben")
    assert goal.blocked_by[0].reason == "3 plans for it came to nothing: the server is gone"
    assert kinds(mind.events).count(("goal-blocked", "reach Ben")) == 1
    assert kinds(mind.wait(days=7)) == []  # nothing has changed: nothing is tried


def test_a_blocked_goal_is_tried_again_when_something_has_changed() -> None:
    mind = Wanting()
    mind.want(Aim(name="reach Ben", holds=query(lit("status", "reached"))))
    for _ in range(3):
        mind.ended("reach Ben", FAILED)
        mind.wait(hours=1)
    mind.wait(days=1)
    assert kinds(mind.believe("status", "back")) == [("goal:reach Ben", "")]


def test_a_plan_that_was_done_but_changed_nothing_does_not_run_in_circles() -> None:
    mind = Wanting()
    mind.want(Aim(name="clean", holds=query(lit("clean"))))
    count = 0
    for _ in range(200):
        if mind.goal("clean").at_work:
            mind.ended("clean", DONE)
            count += 1
        mind.wait(hours=1)
    assert 10 < count < 20  # pauses grow to 21 hours
    assert not mind.goal("clean").blocked_by


def test_a_goal_that_time_alone_decides_is_looked_at_as_often_as_it_says() -> None:
    mind = Wanting()
    mind.want(Aim(name="awake", kind="maintain", holds=query(lit("awake")), every=timedelta(hours=6)))
    mind.ended("awake", DONE)
    before = len(mind.dues)
    mind.wait(days=1)
    assert len(mind.dues) - before <= 5
    assert mind.dues


def test_looking_twice_does_no_more_than_looking_once() -> None:
    mind = Wanting()
    mind.want(Aim(name="grow", deadline=weeks(4), metric=SALES), Aim(name="keep", kind="maintain", metric=SALES))
    mind.believe("sales", 10)
    state = dict(mind.state.goals)
    for goal in ("g1", "g2"):
        assert mind.step(lambda d, g=goal: desiring.due(d, mind.library, g)) == []
    assert mind.step(lambda d: desiring.revise(d, mind.library, ["sales"])) == []
    assert mind.state.goals == state


def test_a_change_that_no_goal_reads_costs_nothing() -> None:
    mind = Wanting()
    mind.want(Aim(name="grow", metric=SALES))
    raised = mind.believe("weather", "rain")
    assert raised == []
    assert mind.state.watched == {"sales": {"g1": None}}
