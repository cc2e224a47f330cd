"""Answers to a proposal: choosing, changing one's mind, and another request."""

import pytest

from runtime.client import Letter
from tests.scenarios.conftest import Morning, at, guests, times


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


REQUEST = "Please set up an hour with Carla on Wednesday."


@pytest.fixture
def offered(morning: Morning) -> Letter:
    """Three times: Tuesday, Thursday and Friday."""
    morning.people["Carla Ruiz"].put_event("c", "Training", at(2, 9), at(2, 17))
    return morning.ask(REQUEST)


def test_an_unclear_answer_is_asked_about_in_other_words(morning: Morning, offered: Letter) -> None:
    first = morning.reply(offered, "hmm let me think")
    assert "I could not tell" in first.text
    second = morning.reply(first, "maybe thursday or friday")
    assert "Numbers 2 and 3 fit that." in second.text
    assert "only three" in morning.reply(second, "option 5").text
    assert morning.meetings() == []


def test_another_length_or_guest_is_looked_for_anew(morning: Morning, offered: Letter) -> None:
    again = morning.reply(offered, "Add Ben please")
    assert "Carla Ruiz and Ben Stone" in again.text
    morning.reply(again, "the last")
    (event,) = morning.meetings()
    assert {morning.people[n].address for n in ("Ben Stone", "Carla Ruiz")} < set(guests(event))


def test_another_day_is_looked_at_instead(morning: Morning, offered: Letter) -> None:
    answer = morning.reply(offered, "How about next Monday?")
    (event,) = morning.meetings()
    assert times(event)[0].date() == at(7, 0).date()
    assert "Monday, 14 September 2026" in answer.text


def test_a_question_in_between_leaves_the_proposal_open(morning: Morning, offered: Letter) -> None:
    aside = morning.reply(offered, "What does Thursday look like?")
    assert "Thursday, 10 September 2026" in aside.text
    assert morning.reply(aside, "Then the second one").new.startswith("Done.")
    (event,) = morning.meetings()
    assert times(event)[0].date() == at(3, 0).date()


def test_another_request_says_what_became_of_the_first(morning: Morning, offered: Letter) -> None:
    answer = morning.reply(offered, "Book half an hour with Ben tomorrow at 2pm")
    assert "I have dropped your earlier request (an hour with Carla Ruiz on Wednesday" in answer.text
    assert "Done. Half an hour with Ben Stone" in answer.text
    (event,) = morning.meetings()
    assert morning.people["Carla Ruiz"].address not in guests(event)


def test_a_request_of_another_kind_says_so_too(morning: Morning, offered: Letter) -> None:
    answer = morning.reply(offered, "Cancel the dentist")
    assert "I have dropped your earlier request" in answer.text
    assert "no such meeting" in answer.text


@pytest.mark.parametrize("words", ["no, forget it", "none of these", "cancel it"])
def test_letting_go_is_confirmed(morning: Morning, offered: Letter, words: str) -> None:
    answer = morning.reply(offered, words)
    assert "Nothing is booked." in answer.text
    assert morning.meetings() == []
