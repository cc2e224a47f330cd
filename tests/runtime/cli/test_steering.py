"""`empla steer`: a person's word on a goal reaches the mind, and one that means no goal is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.mind.goals import Aim, Goal
from empla.mind.plans import PlanLibrary
from empla.mind.terms import lit, query
from empla.testing.employee import Employee, employee

from .conftest import Cli

CLARA = "clara.diaz"


@dataclass
class Desk:
    """The program on a home in which nothing else runs, and Clara, who pursues two goals there."""

    cli: Cli
    clara: Employee

    def say(self, *words: str) -> str:
        """Steer, and let her hear of it."""
        said = self.cli.ok("steer", "clara", *words)
        self.clara.work()
        return said

    def goal(self, name: str) -> Goal | None:
        return next((g for g in self.clara.engine.state.goals.values() if g.name == name), None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    library = PlanLibrary()
    library.want(Aim(name="pipeline", holds=query(lit("full"))), Aim(name="tidy", holds=query(lit("tidy"))))
    cli = Cli(tmp_path / "home")
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "UTC")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    home = Home(cli.home)
    path = home.employee(CLARA) / "mind.db"
    with employee(path, library, (), at=SystemClock(home.clock).now(), slug=CLARA) as clara:
        clara.tell("began", version="test")
        clara.work()
        yield Desk(cli, clara)


def test_a_goal_is_given_a_priority_and_takes_its_own_again(desk: Desk) -> None:
    assert desk.say("pipeline", "--priority", "2") == "Clara Diaz: pipeline has the priority 2.\n"
    goal = desk.goal("pipeline")
    assert goal is not None and (goal.priority, goal.word) == (2.0, 2.0)
    desk.say("pipeline", "--priority", "own")
    goal = desk.goal("pipeline")
    assert goal is not None and (goal.priority, goal.word) == (0.0, None)


def test_a_goal_rests_goes_on_and_is_given_up(desk: Desk) -> None:
    tidy = desk.goal("tidy")
    assert tidy is not None
    desk.say(tidy.id, "--suspend", "--because", "the painters are in")
    tidy = desk.goal("tidy")
    assert tidy is not None and (tidy.state, tidy.reason) == ("suspended", "the painters are in")
    desk.say("tidy", "--resume")
    tidy = desk.goal("tidy")
    assert tidy is not None and tidy.state == "active"
    desk.say("tidy", "--drop")
    assert desk.goal("tidy") is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["peace", "--drop"], "pursues no goal 'peace'"),
        (["tidy"], "say one thing of the goal"),
        (["tidy", "--drop", "--suspend"], "say one thing of the goal"),
        (["tidy", "--priority", "high"], "'high' is no priority"),
    ],
)
def test_what_cannot_be_done_is_refused(desk: Desk, words: list[str], says: str) -> None:
    said = desk.cli("steer", "clara", *words)
    assert said.code == 2 and says in said.err
