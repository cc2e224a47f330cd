"""No answer, and an answer that comes late. Time goes on here, so each test has a morning of its own."""

import pytest

from runtime.client import Letter
from tests.scenarios.conftest import Morning, at


@pytest.fixture
def offered(morning: Morning) -> Letter:
    """Three times for an hour with Carla: Tuesday, Thursday and Friday."""
    morning.people["Carla Ruiz"].put_event("c", "Training", at(2, 9), at(2, 17))
    return morning.ask("Please set up an hour with Carla on Wednesday.")


def test_without_an_answer_the_manager_is_told_once_that_nothing_is_booked(morning: Morning, offered: Letter) -> None:
    morning.move_to(at(3, 8, 30))
    told = morning.told("Left: an hour with Carla Ruiz")
    assert "On Monday, 7 September 2026, 08:00" in told.text
    assert "Nothing is booked." in told.text
    late = morning.reply(offered, "The second one works.")
    assert "I have no question open" in late.text
    assert morning.meetings() == []
    assert len([m for m in morning.manager.inbox() if m.subject.startswith("Left:")]) == 1


def test_a_time_that_has_passed_meanwhile_is_not_booked(morning: Morning, offered: Letter) -> None:
    morning.move_to(at(2, 9))
    again = morning.reply(offered, "The first one.")
    assert "is past by now" in again.text
    assert morning.meetings() == []


def test_a_yes_while_several_questions_are_open_names_them(morning: Morning) -> None:
    morning.ask("Please set up an hour with Sam on Friday.", "Sam")
    morning.ask("Book me a flight to Rome", "Rome")
    answer = morning.ask("yes", "Re-thinking")
    assert "These questions of mine are open:" in answer.text
    assert "Sam" in answer.text and "Rome" in answer.text
