"""`empla persona`: an employee's traits are shown and set, and what is set reaches its mind and outlives its role."""

from pathlib import Path
from typing import Any

import pytest

from empla.hr import roles
from empla.mind.persona import Persona, persona_of
from empla.mind.plans import PlanLibrary
from empla.testing.employee import POLICY, Employee, employee
from runtime.personas import tell_of_role

from .conftest import Cli

ROLE = "executive_assistant"


@pytest.fixture
def clara(company: Cli) -> Cli:
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    return company


def traits(cli: Cli, *words: str) -> dict[str, tuple[float, str]]:
    return {t["trait"]: (t["value"], t["of"]) for t in cli.data("persona", "clara", *words)["traits"]}


def test_traits_are_shown_with_where_they_come_from(clara: Cli) -> None:
    known = traits(clara)
    assert known["conscientiousness"] == (0.9, "role")
    assert known["risk"] == (0.35, "role")
    assert known["persistence"] == (0.885, "follows")
    assert "persistence" in clara.ok("persona", "clara")


def test_a_trait_is_set_and_goes_back_to_what_the_role_says(clara: Cli) -> None:
    assert traits(clara, "--set", "risk=0.2", "--set", "Persistence=1")["risk"] == (0.2, "set")
    known = traits(clara, "--set", "openness=0.9", "--unset", "risk")
    assert (known["risk"], known["persistence"], known["openness"]) == ((0.35, "role"), (1.0, "set"), (0.9, "set"))
    assert "set for it" in clara.ok("persona", "clara")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--set", "rsik=0.2"], "did you mean risk?"),
        (["--set", "risk=2"], "give a number from 0 to 1"),
        (["--set", "risk=high"], "--set risk=0.2"),
        (["--unset", "courage"], "the traits are openness"),
    ],
)
def test_what_is_no_trait_or_no_number_is_refused(clara: Cli, words: list[str], says: str) -> None:
    said = clara("persona", "clara", *words)
    assert said.code == 2 and says in said.err
    assert traits(clara)["risk"] == (0.35, "role")


def hired(where: Path, **profile: Any) -> Any:
    return employee(where, PlanLibrary(), (), profile={"name": "Clara", **profile})


def begins(clara: Employee) -> Persona:
    """Have a process of hers begin, twice, and return what she knows of herself."""
    for _ in range(2):
        tell_of_role(clara.store, ROLE, clara.clock.now())
    clara.work()
    return persona_of(clara.engine.state.beliefs)


def test_an_employee_of_an_earlier_release_hears_of_its_persona_once(tmp_path: Path) -> None:
    with hired(tmp_path, persona={"openness": 0.5, "style": {}}) as clara:
        clara.work()
        assert persona_of(clara.engine.state.beliefs) == Persona()
        assert begins(clara) == roles.role(ROLE).persona.traits()
        assert begins(clara) == roles.role(ROLE).persona.traits()
        assert len(clara.rows("percept", "key")) == 2


def test_who_has_not_heard_who_it_is_hears_that_first(tmp_path: Path) -> None:
    with employee(tmp_path, PlanLibrary(), (), profile=None) as clara:
        assert begins(clara) == Persona()
        assert clara.rows("percept", "key") == []


def test_what_was_set_for_it_outlives_a_new_version_of_its_role(tmp_path: Path) -> None:
    with hired(tmp_path, persona=Persona(conscientiousness=0.1)) as clara:
        clara.tell("profile", "set", POLICY, traits={"risk": 0.9})
        clara.work()
        clara.restart()
        known = begins(clara)
        assert (known.risk, known.conscientiousness) == (0.9, 0.9)
