"""The plans that follow an outlook: what they look at, choose, pursue, keep and learn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from empla.mind.goals import GOAL_ACHIEVED, GOAL_AT_RISK, GOAL_DROPPED, Aim, Metric
from empla.mind.intentions import Intention
from empla.mind.learning import APPROACH, Approach
from empla.mind.percepts import Outcome, Status
from empla.mind.persona import Persona
from empla.mind.planning import PLAN_STRATEGY, PLANNING_DUE, plan_strategically
from empla.mind.plans import Plan, PlanLibrary, Trigger, goal, on
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Pursue, Query, Reason, Settle, Step, Wait, opened
from empla.mind.strategy import RATIONALE, Cause, Outlook, Rationale, Strategy
from empla.mind.terms import lit, query, variables
from empla.testing.bodies import Ran, run_body
from tests.mind.minds import MARIA, START, Mind

DAY = timedelta(days=1)
(X,) = variables("X")
LOSING = query(lit("lost", X))
DEAR = query(lit("dearer-than-others"))
GROW = Aim(name="grow", horizon="strategic", metric=Metric(of="revenue", target=100.0, baseline=0.0))
OUTLOOK = Outlook(
    aim=GROW,
    situation={"lost": LOSING},
    causes=(Cause(name="losing", holds=LOSING), Cause(name="price", holds=DEAR)),
    strategies=(
        Strategy(
            name="win-back",
            pursue=(Aim(name="call-the-lost", kind="perform"),),
            success=0.7,
            impact=0.6,
            against=("losing",),
        ),
        Strategy(name="find-new", pursue=(Aim(name="write-to-new", kind="perform"),), success=0.5, impact=0.5),
    ),
)


class World:
    """Answers the steps of a body: beliefs that it may change, a clock, and goals by name."""

    def __init__(self, at: datetime = START, **beliefs: tuple[Any, ...]) -> None:
        self.at = at
        self.held: list[tuple[str, tuple[Any, ...]]] = [(f.replace("_", "-"), a) for f, a in beliefs.items()]
        self.pursued: list[Aim] = []
        self.settled: list[tuple[str, str]] = []
        self.over: set[str] = set()

    def run(self, kind: str, library: PlanLibrary, **fields: Any) -> Ran:
        (plan,) = library.relevant(kind, {"name": "grow", **fields})
        return run_body(plan.body, {"name": "grow", **fields}, self.answer)

    def answer(self, step: Step) -> Any:
        match step:
            case Now():
                return self.at
            case Query():
                return tuple(self.matching(step.functor, opened(step.pattern)))
            case Reason():
                functor = step.query.parts[0].functor
                return tuple({"X": a[0]} if a else {} for a in self.matching(functor, ()))
            case Believe():
                self.held.append((step.functor, step.arguments))
            case Forget():
                gone = self.matching(step.functor, opened(step.pattern))
                self.held = [(f, a) for f, a in self.held if f != step.functor or a not in gone]
            case Pursue():
                self.pursued.append(step.aim)
                return f"g{len(self.pursued)}"
            case Settle():
                if step.goal in self.over:
                    raise ActionFailed(Outcome(status=Status.FAILED, code="no-goal"))
                self.settled.append((step.goal, step.state))
            case Wait():
                assert step.until is not None
                self.at = step.until
            case _:
                raise AssertionError(f"nobody answers {step}")
        return None

    def matching(self, functor: str, pattern: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return [a for f, a in self.held if f == functor and a[: len(pattern)] == pattern]

    @property
    def rationale(self) -> Rationale:
        ((_, rationale),) = self.matching(RATIONALE, ("grow",))
        assert isinstance(rationale, Rationale)
        return rationale

    def record(self, strategy: str) -> Approach:
        ((_, _, approach),) = self.matching(APPROACH, (f"strategy:{strategy}", "grow"))
        assert isinstance(approach, Approach)
        return approach


@pytest.fixture
def library() -> PlanLibrary:
    made = PlanLibrary()
    plan_strategically(made, OUTLOOK)
    return made


def test_a_goal_at_risk_gets_the_strategy_that_fits_its_causes(library: PlanLibrary) -> None:
    world = World(lost=("Acme",), revenue=(40.0,))
    world.run(GOAL_AT_RISK, library)
    known = world.rationale
    assert (known.chosen, known.causes, known.pursued) == ("win-back", ("losing",), ("g1",))
    assert known.situation == (("lost", ({"X": "Acme"},)),)
    assert known.shortfall is not None and known.shortfall.missing == 0.6
    assert [(a.name, a.parent) for a in world.pursued] == [("call-the-lost", "grow")]
    assert [c.why_not for c in known.candidates] == ["", "scored 0.50, win-back 0.59"]


def test_without_that_cause_another_is_followed(library: PlanLibrary) -> None:
    world = World(revenue=(40.0,))
    world.run(PLAN_STRATEGY, library)
    assert world.rationale.chosen == "find-new"
    assert world.rationale.candidates[1].why_not == "what it works against was not found: losing"


def test_what_comes_too_soon_waits_and_a_patient_one_longer(library: PlanLibrary) -> None:
    for neuroticism, days in ((0.5, 7.0), (0.0, 10.5)):
        world = World(revenue=(40.0,), profile=("persona", Persona(neuroticism=neuroticism)))
        world.run(GOAL_AT_RISK, library)
        world.at += DAY
        ran = world.run(GOAL_AT_RISK, library)
        waits = [s.until for s in ran.steps if isinstance(s, Wait)]
        assert waits == [START + days * DAY]
        assert world.rationale.at == START + days * DAY and world.rationale.since == START


def test_of_two_that_wait_one_plans(library: PlanLibrary) -> None:
    world = World(revenue=(40.0,))
    first = world.run(GOAL_AT_RISK, library)
    (plan,) = library.relevant(GOAL_AT_RISK, {"name": "grow"})
    world.at += DAY

    def answer(step: Step) -> Any:
        if isinstance(step, Wait):
            world.at = START + 8 * DAY
            world.run(PLAN_STRATEGY, library)
        return world.answer(step)

    later = run_body(plan.body, {"name": "grow"}, answer)
    assert any(isinstance(s, Reason) for s in first.steps)
    assert not any(isinstance(s, Reason) for s in later.steps)
    assert world.rationale.at == START + 8 * DAY


def test_a_strategy_that_gives_way_leaves_its_goals_and_is_remembered_as_not_working(library: PlanLibrary) -> None:
    world = World(revenue=(40.0,))
    world.run(GOAL_AT_RISK, library)
    world.held += [("lost", ("Acme",)), ("profile", ("persona", Persona(adaptability=1.0)))]
    world.at += 8 * DAY
    world.run(GOAL_AT_RISK, library)
    assert world.rationale.chosen == "win-back"
    assert world.settled == [("g1", "dropped")]
    assert (world.record("find-new").failed, world.record("find-new").codes) == (1, (("replaced", 1),))
    assert [a.name for a in world.pursued] == ["write-to-new", "call-the-lost"]


def test_one_whose_cause_is_gone_is_left_without_blame(library: PlanLibrary) -> None:
    world = World(revenue=(40.0,), lost=("Acme",))
    world.over.add("g1")  # its goal is over already, which is no harm
    world.run(GOAL_AT_RISK, library)
    world.held.remove(("lost", ("Acme",)))
    world.at += 8 * DAY
    world.run(GOAL_AT_RISK, library)
    assert world.rationale.chosen == "find-new"
    assert world.matching(APPROACH, ("strategy:win-back",)) == []


@pytest.mark.parametrize(("kind", "done"), [(GOAL_ACHIEVED, 1), (GOAL_DROPPED, 0)])
def test_when_the_goal_is_over_what_came_of_its_strategy_is_learned(library: PlanLibrary, kind: str, done: int) -> None:
    world = World(revenue=(40.0,))
    world.run(kind, library)
    assert world.matching(APPROACH, ()) == []
    world.run(GOAL_AT_RISK, library)
    world.run(kind, library)
    assert (world.record("find-new").tries, world.record("find-new").done) == (1, done)
    assert world.record("find-new").expected == 0.5
    assert world.matching(RATIONALE, ("grow",)) == []


def test_what_failed_again_and_again_is_not_chosen_again(library: PlanLibrary) -> None:
    world = World(revenue=(40.0,), lost=("Acme",))
    chosen = []
    for _ in range(6):
        world.run(GOAL_AT_RISK, library)
        chosen.append(world.rationale.chosen)
        world.run(GOAL_DROPPED, library)
        world.at += 30 * DAY
    assert chosen[0] == "win-back" and "find-new" in chosen[1:3]


def test_a_metric_may_be_asked_by_a_query() -> None:
    (n,) = variables("N")
    asked = Metric(of=query(lit("sum-of-sales", n)), target=100.0, baseline=0.0, variable="X")
    made = PlanLibrary()
    aim = Aim(name="grow", horizon="tactical", metric=asked)
    plan_strategically(made, Outlook(aim=aim, strategies=OUTLOOK.strategies[1:]))
    world = World(sum_of_sales=(70.0,))
    world.run(GOAL_AT_RISK, made)
    assert world.rationale.shortfall is not None and world.rationale.shortfall.missing == 0.3


def test_the_goal_of_an_outlook_is_wanted_by_its_role(library: PlanLibrary) -> None:
    aims: Mapping[str, Aim] = library.aims
    assert aims == {"grow": GROW}


# through the whole cycle ---------------------------------------------------------------------------------------------


def living(persona: Persona | None = None) -> Mind:
    """Return a mind that wants to grow, knows of a lost customer, and has plans for what its strategies pursue."""
    mind = Mind()
    plan_strategically(mind.library, OUTLOOK)

    @mind.library.plan(on("news"))
    def hear(event: Trigger) -> Any:
        yield Forget(functor=event.functor)
        if event.get("arguments") is not None:
            yield Believe(functor=event.functor, arguments=event.arguments)

    for name in ("call-the-lost", "write-to-new"):
        mind.library.add(Plan(name=f"do-{name}", trigger=goal(name), body=working))
    mind.tell("profile", origin=MARIA.origin, manager=MARIA, persona=persona or Persona())
    return mind


def working(event: Trigger) -> Any:
    yield Do(operation="test.work", arguments={})


def rationale_of(mind: Mind) -> Rationale:
    ((_, rationale),) = mind.believes(RATIONALE)
    assert isinstance(rationale, Rationale)
    return rationale


def wanted(mind: Mind) -> dict[str, str]:
    return {goal.name: goal.state for goal in mind.state.goals.values()}


def test_a_goal_of_weeks_gets_a_strategy_the_day_it_is_taken_up_and_keeps_its_reasons() -> None:
    mind = living()
    known = rationale_of(mind)
    assert (known.chosen, known.shortfall) == ("find-new", None)
    assert wanted(mind) == {"grow": "active", "write-to-new": "active"}
    assert known.pursued == tuple(g.id for g in mind.state.goals.values() if g.name == "write-to-new")
    assert len(mind.asked) == 1, "what the strategy pursues has a plan, and the plan is at work"


def test_it_looks_again_each_week_and_goes_over_when_another_way_is_better_by_far() -> None:
    mind = living(Persona(adaptability=1.0))
    mind.tell("news", functor="lost", arguments=("Acme",))
    mind.tell("news", functor="revenue", arguments=(40.0,))
    mind.let_pass(6 * DAY)
    assert rationale_of(mind).chosen == "find-new"
    mind.let_pass(2 * DAY)
    known = rationale_of(mind)
    assert (known.chosen, known.causes) == ("win-back", ("losing",))
    assert known.reason == "win-back (0.59) replaces find-new (0.50)"
    assert wanted(mind) == {"grow": "active", "call-the-lost": "active"}
    assert [(a[0], a[2].codes) for a in mind.believes(APPROACH)] == [("strategy:find-new", (("replaced", 1),))]


def test_one_that_was_followed_to_its_end_in_vain_is_judged_and_another_is_tried() -> None:
    mind = living()
    mind.done("test.work")
    assert wanted(mind) == {"grow": "active"}
    mind.let_pass(29 * DAY)
    assert rationale_of(mind).since < mind.at - 28 * DAY, "it has its time, though nothing more is to be done for it"
    mind.tell("news", functor="lost", arguments=("Acme",))
    mind.let_pass(8 * DAY)
    assert rationale_of(mind).chosen == "win-back"
    assert [(a[0], a[2].codes) for a in mind.believes(APPROACH)] == [("strategy:find-new", (("not-enough", 1),))]


def test_when_it_is_reached_the_strategy_gets_the_credit_and_nothing_is_left() -> None:
    mind = living()
    mind.tell("news", functor="revenue", arguments=(120.0,))
    assert wanted(mind) == {}
    ((_, _, learned),) = mind.believes(APPROACH)
    assert (learned.plan, learned.done) == ("strategy:find-new", 1)
    assert mind.believes(RATIONALE) == mind.believes("pursued-over") == []
    mind.let_pass(10 * DAY)
    assert mind.believes(RATIONALE) == []


def test_a_risk_is_planned_for_as_soon_as_it_is_time() -> None:
    mind = living()
    before = rationale_of(mind).at
    mind.tell("plan-strategy", name="grow")
    assert mind.believes(PLANNING_DUE) == [("grow",)]
    mind.tell("plan-strategy", name="grow")
    begun = {i.id for i in mind.changes(Intention) if i.plan == "plan-strategy-grow-when-asked"}
    assert len(begun) == 1, "while one waits no other begins"
    mind.let_pass(7 * DAY)
    assert rationale_of(mind).at == before + 7 * DAY
