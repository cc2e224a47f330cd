"""Goals outlive the process: what is wanted, what waits, what rests, and the instants at which they wake."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from empla.mind.goals import Aim, Goal, Metric
from empla.mind.plans import PlanLibrary, goal, on
from empla.mind.steps import Believe
from empla.mind.terms import lit, query
from empla.testing.employee import Employee, employee


def role() -> PlanLibrary:
    """Return a role with a quarter's number, two things to do one after the other, and two that exclude each other."""
    library = PlanLibrary()
    library.want(
        Aim(
            name="grow",
            horizon="strategic",
            deadline=timedelta(days=90),
            hard=True,
            metric=Metric(of="sales", target=100.0, baseline=0.0),
        ),
        Aim(name="open", holds=query(lit("opened"))),
        Aim(name="sell", kind="perform", depends_on=("open",)),
        Aim(name="quiet", holds=query(lit("quiet")), importance=0.9),
        Aim(name="music", kind="perform", conflicts_with=("quiet",)),
    )

    @library.plan(on("told"))
    def told(event: Any) -> Any:
        yield Believe(functor=event.functor, arguments=event.arguments)

    @library.plan(on("goal-at-risk"))
    def worry(event: Any) -> Any:
        yield Believe(functor="worried", arguments=(event.name,))

    @library.plan(goal("sell"))
    def sell(_event: Any) -> Any:
        yield Believe(functor="sold", arguments=())

    return library


def goals(ada: Employee) -> dict[str, Goal]:
    return {goal.name: goal for goal in ada.engine.state.goals.values()}


def states(ada: Employee) -> dict[str, str]:
    return {name: goal.state for name, goal in goals(ada).items()}


def test_every_goal_is_there_after_a_restart_as_it_was(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        ada.tell("began", version="1")
        ada.work()
        before = goals(ada)
        assert states(ada) == {
            "grow": "active",
            "open": "active",
            "sell": "waiting",
            "quiet": "active",
            "music": "suspended",
        }
        ada.restart()
        assert goals(ada) == before
        assert ada.engine.state.watched == {"sales": {"g1": None}, "opened": {"g2": None}, "quiet": {"g4": None}}
        ada.tell("told", key="1", functor="opened", arguments=())
        ada.tell("told", key="2", functor="quiet", arguments=())
        ada.work()
        assert states(ada) == {"grow": "active", "music": "active"}
        assert ada.engine.state.beliefs.matching("sold")
        ada.restart()
        ada.tell("began", key="again", version="2")
        ada.work()
        assert states(ada) == {"grow": "active", "music": "active"}  # what is over is not taken up again


def test_a_goal_wakes_by_the_clock_is_told_to_be_at_risk_and_given_up_at_its_deadline(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        ada.tell("began", version="1")
        ada.let_pass(timedelta(days=30))
        assert not ada.engine.state.beliefs.matching("worried", "grow")
        ada.restart()
        ada.let_pass(timedelta(days=40))
        assert ada.engine.state.beliefs.matching("worried", "grow")
        ada.restart()
        ada.let_pass(timedelta(days=21))
        assert "grow" not in goals(ada)
        (row,) = ada.rows("goal", "state", name="grow")
        assert row == "dropped"


def test_a_mind_that_only_waits_for_its_goals_does_next_to_nothing(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        ada.tell("began", version="1")
        ada.let_pass(timedelta(days=1))
        before = len(ada.rows("journal", "seq"))
        ada.let_pass(timedelta(days=60))
        assert len(ada.rows("journal", "seq")) - before < 40
