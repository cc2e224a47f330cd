"""`empla assign`, `unassign`, `tasks` and `task`: what they refuse, what they print, and what waits in the inbox."""

from datetime import datetime, timedelta

import pytest

from empla.clock import SystemClock
from empla.config import Home

from .conftest import Cli, Office
from .test_working import until


@pytest.fixture(scope="module")
def hired(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A company that has hired Clara Diaz, who does not run."""
    company = Cli(tmp_path_factory.mktemp("tasks") / "home")
    company.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    return company


def test_nothing_to_show(hired: Cli) -> None:
    assert hired.ok("tasks", "clara") == "Clara Diaz has no open tasks.\n"
    assert hired.ok("tasks", "clara", "--all") == "Clara Diaz has no tasks.\n"


def test_a_task_waits_in_the_inbox_of_who_does_not_run(hired: Cli) -> None:
    said = hired.ok("assign", "clara", "Remember that the key is under the mat", "--due", "tomorrow 16:00")
    assert "Clara Diaz has this task, due" in said
    assert "does not run" in said
    task_id = said.split()[0]
    (task,) = hired.data("tasks", "clara")["tasks"]
    assert (task["id"], task["state"], task["text"]) == (task_id, "pending", "Remember that the key is under the mat")
    assert task["creditor"] == "ada.lovelace@office.example"
    assert datetime.fromisoformat(task["due"]) > SystemClock(Home(hired.home).clock).now()
    assert "pending" in hired.ok("tasks", "clara")
    shown = hired.ok("task", "clara", task_id)
    assert "not seen yet" in shown
    assert "by ada.lovelace@office.example" in shown
    taken = hired.data("unassign", "clara", task_id)
    assert taken["id"] == task_id


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("clara", "   "), "the task is empty"),
        (("clara", "x" * 4_001), "4000 are read"),
        (("nobody", "Remember it"), "there is no employee 'nobody'"),
        (("clara", "Remember it", "--due", "yesterday"), "“yesterday” is no time to come"),
        (("clara", "Remember it", "--due", "2020-01-01"), "“2020-01-01” is no time to come"),
        (("clara", "Remember it", "--due", "2020-01-01T12:00"), "is no time to come"),
        (("clara", "Remember it", "--due", "some day or other"), "I do not know when"),
        (("clara", "Remember it", "--kind", "cooking"), "there is no kind of task 'cooking'"),
        (("clara", "Remember it", "--by", "Nobody Else"), "nobody in the office is called 'Nobody Else'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_assigned(hired: Cli, words: tuple[str, ...], why: str) -> None:
    before = hired.data("tasks", "clara", "--all")["tasks"]
    said = hired("assign", *words)
    assert said.code == 2
    assert why in said.err
    assert "next:" in said.err
    assert hired.data("tasks", "clara", "--all")["tasks"] == before


def test_a_task_that_is_not_there_is_named(hired: Cli) -> None:
    for command in ("task", "unassign"):
        said = hired(command, "clara", "t0")
        assert said.code == 2
        assert "Clara Diaz has no task 't0'" in said.err


def test_instants_and_words_say_by_when(hired: Cli) -> None:
    now = SystemClock(Home(hired.home).clock).now()
    in_words = hired.data("assign", "clara", "Remember it", "--due", "in 3 hours")
    assert abs(datetime.fromisoformat(in_words["due"]) - now - timedelta(hours=3)) < timedelta(minutes=6)
    exact = hired.data("assign", "clara", "Remember it", "--due", "2126-12-04T16:00")
    assert exact["due"] == "2126-12-04T16:00:00+01:00"


def test_who_it_is_for_is_looked_up(hired: Cli) -> None:
    hired.ok("people", "add", "Ben Stone")
    done = hired.data("assign", "clara", "Remember it", "--by", "Ben Stone")
    assert done["creditor"] == "ben.stone@office.example"
    assert hired.data("assign", "clara", "Remember it", "--by", "Ada Lovelace")["creditor"].startswith("ada.lovelace@")


def test_who_works_takes_it_up_at_once_and_the_end_can_be_seen(office: Office) -> None:
    assigned = office.data("assign", "clara", "Remember that the printer is on the second floor")
    assert assigned["running"] is True
    until(lambda: office.data("task", "clara", assigned["id"])["state"] == "completed")
    shown = office.ok("task", "clara", assigned["id"])
    assert "I remember from now on: the printer is on the second floor" in " ".join(shown.split())
    assert "accepted" in shown
    assert assigned["id"] in office.ok("tasks", "clara", "--all")
    titles = [mail["subject"] for mail in office.data("inbox")]
    assert "Done: Remember that the printer is on the second floor" in titles
