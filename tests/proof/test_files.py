"""A scenario is a readable file; what is wrong in one is said with line and key."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from empla.errors import InputError
from runtime.simulation.reading import parse, read
from runtime.simulation.scenario import KINDS, MANY, Person, Scenario, When
from runtime.simulation.testing import EXAMPLE
from tests.proof.conftest import SMALL

BERLIN = ZoneInfo("Europe/Berlin")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulating.md"


def test_what_a_file_says(small: Scenario) -> None:
    first = small.mails[0]
    assert small.instant(first.at) == datetime(2026, 3, 16, 9, 30, tzinfo=BERLIN)
    assert small.address("Ben Stone") == "ben.stone@office.example"
    assert first.expect.mails == {"Anna Berg": (1, MANY), "Ben Stone": (1, MANY)}
    assert small.mails[1].expect.nothing
    assert small.people[0].answers_after == (timedelta(minutes=2), timedelta(hours=1))


def test_a_day_of_23_hours_is_one_day(small: Scenario) -> None:
    sunday = small.instant(When(day=14))
    assert small.ends(14) - sunday == timedelta(days=1)
    assert (small.ends(14).timestamp() - sunday.timestamp()) / 3600 == 23


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('at = "day 1 09:30"', 'at = "tomorrow"', 'line 17, mails.at: write a time such as "day 3 10:20"'),
        ('= "1+", "Ben', '= 1, "Ben', "line 21, mails.expect.mails"),
        ('manager = "Anna Berg"', 'manager = "Ana"', "line 7, employees.manager: nobody here is called 'Ana'"),
        ("question = 1", "qestion = 1", "there is no kind 'qestion'; the kinds are book, question"),
        ('name = "Ben Stone"', 'name = "Ben Stone"\nodd = 2', "people.odd: write a share from 0 to 1"),
        ('name = "Ben Stone"', 'name = "Ben Stone"\nhair = "red"', "people.hair: there is no such key"),
        ('from = "offers@', 'from = "Offers', "mails.from: nobody here is called"),
        ("first_day = 2026-03-16", "", "company.first_day: this key is missing"),
        ("[company]", "[company", "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(was: str, becomes: str, said: str) -> None:
    assert was in SMALL
    with pytest.raises(InputError) as refused:
        parse(SMALL.replace(was, becomes, 1), "month.toml")
    assert said in refused.value.sentence
    assert refused.value.sentence.startswith("month.toml")
    assert "--example" in refused.value.next_step


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(Path("/nowhere.toml"))


def test_the_example_can_be_read_and_some_of_its_employees_chosen() -> None:
    example = read(EXAMPLE)
    alone = example.only(["Clara Diaz"])
    assert [e.name for e in alone.employees] == ["Clara Diaz"]
    assert {mail.to for mail in alone.mails} <= {"Clara Diaz"}
    with pytest.raises(InputError, match="no employee 'Bob'"):
        example.only(["Bob"])


def test_the_page_about_it_shows_a_file_that_can_be_read_and_names_everything() -> None:
    page = PAGE.read_text()
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert parse(shown).mails
    for word in (*KINDS, *(set(Person.model_fields) - {"name", "zone", "hours"})):
        assert f"`{word}`" in page, word
