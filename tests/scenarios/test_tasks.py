"""Tasks assigned by command at a real office: acknowledged, done, reported, told by `empla tasks`, over a restart."""

import json
import os
from typing import Any

import pytest

from empla.clock import SystemClock
from runtime.cli.main import main
from runtime.client import Letter
from tests.scenarios.conftest import Morning, at, times

NAME = "Ada Lane"


@pytest.fixture
def morning(shared: Morning, monkeypatch: pytest.MonkeyPatch) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    monkeypatch.setenv("EMPLA_HOME", str(shared.home.root))
    return shared.cleared()


def empla(morning: Morning, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Run a command with --json, and return its data."""
    capsys.readouterr()
    code = main([*words, "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    morning.move_to(SystemClock(morning.home.clock).now())  # the assistant is a thread here, which no command wakes
    # Amid what the assistant's thread logs, the data are what begins a line.
    begin = said.out.index("{\n")
    return json.JSONDecoder().raw_decode(said.out, begin)[0]


def task(morning: Morning, capsys: pytest.CaptureFixture[str], name: str) -> Any:
    return empla(morning, capsys, "task", NAME, name)


def plain(letter: Letter) -> str:
    return " ".join(letter.text.split())


def test_a_meeting_is_arranged_over_a_restart_and_reported(
    morning: Morning, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "Arrange 30 minutes with Ben on Wednesday at 14:00, about the budget."
    assigned = empla(morning, capsys, "assign", NAME, words, "--due", "Friday noon", "--kind", "coordination")
    question = morning.told("Task: Arrange 30 minutes")
    assert "Ben Stone <ben.stone@office.example>" in plain(question)
    assert "It is due Friday, 11 September 2026" in plain(question)
    assert morning.meetings() == []
    morning.end()
    morning.begin(epoch=2)
    morning.manager.reply(question, "Yes")
    report = morning.told("Done: Arrange 30 minutes")
    assert "It is arranged" in plain(report)
    (event,) = morning.meetings()
    assert times(event)[0] == at(2, 14)
    assert morning.invited("Ben Stone").sender == morning.assistant
    morning.until(lambda: task(morning, capsys, assigned["id"])["state"] == "completed")
    shown = task(morning, capsys, assigned["id"])
    assert [m["state"] for m in shown["history"]] == ["accepted", "running", "completed"]
    assert shown["evidence"] == str(event["UID"])
    assert empla(morning, capsys, "tasks", NAME)["tasks"] == []
    assert assigned["id"] in [t["id"] for t in empla(morning, capsys, "tasks", NAME, "--all")["tasks"]]


def test_what_is_remembered_is_told_again(morning: Morning, capsys: pytest.CaptureFixture[str]) -> None:
    empla(morning, capsys, "assign", NAME, "Remember that the supplier is ACME of Bremen")
    assert "I remember from now on" in plain(morning.told("Done: Remember that"))
    empla(morning, capsys, "assign", NAME, "What do you know of the supplier?")
    assert "the supplier is ACME of Bremen" in plain(morning.told("Done: What do you know"))


def test_notice_is_given_before_a_deadline_passes(morning: Morning, capsys: pytest.CaptureFixture[str]) -> None:
    words = "Please get me the audit report from Carla by Thursday 15:00."
    assigned = empla(morning, capsys, "assign", NAME, words, "--due", "Thursday 16:00")
    morning.reply(morning.told("Task: Please get me the audit"), "Yes")
    carla = morning.people["Carla Ruiz"]
    morning.until(lambda: len(morning.written_to("Carla Ruiz")) == 1)
    assert "the audit report, due" in " ".join(morning.ask("What have you promised?").text.split())
    morning.move_to(at(3, 14))
    assert "Thursday, 10 September 2026, 16:00" in plain(morning.told("Not done yet: Please get me"))
    carla.reply(morning.written_to("Carla Ruiz")[0], "Nothing was found; it says so on page one.")
    assert "came and was passed on" in plain(morning.told("Done: Please get me the audit"))
    morning.until(lambda: task(morning, capsys, assigned["id"])["state"] == "completed")


def test_one_that_is_taken_back_is_let_go(morning: Morning, capsys: pytest.CaptureFixture[str]) -> None:
    assigned = empla(morning, capsys, "assign", NAME, "Decide between red or blue for the door")
    question = morning.told("A decision: Decide between red or blue")
    assert "1. red" in question.text
    empla(morning, capsys, "unassign", NAME, assigned["id"])
    morning.told("Taken back: Decide between")
    assert task(morning, capsys, assigned["id"])["state"] == "released"
    assert main(["unassign", NAME, assigned["id"]]) == 2, "it is over"
    assert os.environ["EMPLA_HOME"]
