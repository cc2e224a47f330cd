"""Roles are read from their folders, and what they say is checked."""

from pathlib import Path

import pytest

import empla.hr.roles as module
from empla.errors import InputError, ValidationError
from empla.hr.roles import role, roles, shown
from empla.mind.persona import Persona


@pytest.mark.parametrize("name", ["executive-assistant", "executive_assistant", "Executive Assistant"])
def test_a_role_is_found_as_people_write_it(name: str) -> None:
    found = role(name)
    assert (found.name, found.title, found.version) == ("executive_assistant", "executive assistant", 3)
    assert found.phase == "assisted" and found.permissions.manager_calendar == "read-write"
    assert shown(found.name) == "executive-assistant"


def test_every_role_that_is_shipped_can_be_used_and_explains_itself() -> None:
    found = roles()
    assert "executive_assistant" in [r.name for r in found]
    for one in found:
        folder = Path(module.__file__).parents[2] / "employees" / one.name
        assert (folder / "README.md").read_text().startswith("# ")
        assert one.summary and one.description.strip()


def test_a_persona_is_told_as_the_mind_knows_it_and_how_it_writes_beside_it() -> None:
    told = role("executive-assistant").persona.told()
    assert told["persona"] == Persona(
        openness=0.5,
        conscientiousness=0.9,
        extraversion=0.4,
        agreeableness=0.75,
        neuroticism=0.15,
        risk=0.35,
        proactivity=0.5,
    )
    assert told["style"]["tone"] == "friendly"


def test_an_unknown_role_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="there is: executive-assistant") as caught:
        role("executive-assistent")
    assert caught.value.next_step == "did you mean executive-assistant?"


TRIGGER = "[[trigger]]\nname = 'x'\n"


def every(span: str) -> str:
    return f"{TRIGGER}every = '{span}'\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('title = "x', "role.toml|cannot be used"),
        ('colour = "red"', "colour"),
        ("[limits]\nmails_per_dya = 3", "mails_per_dya"),
        ("[persona]\nopenness = 2.0", "openness"),
        ("[persona]\nrisk = -0.1", "risk"),
        (every("99999999999w"), r"trigger\.0\.every: '99999999999w' is too long: give ten years \(3650d\) at most"),
        (every("3651d"), "too long"),
        (every("9" * 5_000 + "s"), "is no span of time"),
        (every("٣d"), "is no span of time"),
        (f"{every('1d')}within = '999999999d'", r"trigger\.0\.within: '999999999d' is too long"),
        (f"{TRIGGER}before = '2000000000h'", r"trigger\.0\.before: '2000000000h' is too long"),
        (f"{TRIGGER}first = 2026-01-05\nat = '09:00'\nmonths = 1000000000000", r"trigger\.0\.months"),
        (f"{TRIGGER}first = 2026-01-05\nat = '09:00'\nweeks = 1000000000000", r"trigger\.0\.weeks"),
        (f"{TRIGGER}first = 9999-12-31\nat = '23:00'\nmonths = 1", "the year 9999: it must be from 2000 to 2199"),
        (f"{TRIGGER}dates = ['9999-12-31T23:59']", "the year 9999: it must be from 2000 to 2199"),
    ],
)
def test_a_role_that_says_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, said: str
) -> None:
    (tmp_path / "pilot").mkdir()
    (tmp_path / "pilot" / "role.toml").write_text(wrong)
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(ValidationError, match=said) as caught:
        role("pilot")
    assert "role.toml" in caught.value.next_step
    assert "\n" not in caught.value.sentence
