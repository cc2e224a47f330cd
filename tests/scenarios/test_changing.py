"""Calling off and moving, and what the invited answer."""

import pytest

from runtime.client import Client
from tests.scenarios.conftest import Morning, arranged, at, guests, times


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def ben(morning: Morning) -> Client:
    return morning.people["Ben Stone"]


def test_which_of_two_is_asked_and_the_other_stays(morning: Morning) -> None:
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    morning.ask("Book an hour with Ben on Friday at 9")
    question = morning.ask("Cancel the meeting with Ben")
    assert "Which of these shall I call off" in question.text
    answer = morning.reply(question, "Friday")
    assert "told Ben Stone" in answer.text
    (event,) = morning.meetings()
    assert times(event)[0] == at(1, 14)


def test_all_of_a_day_are_called_off(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(4, 13), at(4, 14))
    morning.ask("Book half an hour with Ben on Friday at 9")
    morning.ask("Book half an hour with Carla on Friday at 10")
    answer = morning.ask("Cancel everything on Friday")
    assert answer.text.count("Done. I have called off") == 2
    assert "“Dentist”" not in answer.text or "was not arranged by me" in answer.text
    assert morning.meetings() == []
    assert len(morning.manager.events()) == 1


def test_what_others_arranged_is_left_alone(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    answer = morning.ask("Cancel the dentist on Thursday")
    assert "was not arranged by me" in answer.text
    assert len(morning.manager.events()) == 1


def test_a_no_is_told_by_name_and_can_be_answered_in_two_words(morning: Morning) -> None:
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    morning.ask("Book an hour with Carla on Friday at 9")
    invited = morning.invited("Ben Stone")
    ben(morning).answer_invitation(invited, "DECLINED")
    told = morning.told("Ben Stone has declined")
    assert "Tuesday, 8 September 2026, 14:00 to 14:30 (Europe/Berlin)" in told.text
    answer = morning.reply(told, "Cancel it.")
    assert answer.new.startswith("Done. I have called off “Anna Berg and Ben Stone”")
    (event,) = morning.meetings()
    assert morning.people["Carla Ruiz"].address in guests(event)


def test_a_meeting_is_moved_and_its_guest_asked_anew(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    invited = morning.invited("Ben Stone")
    ben(morning).answer_invitation(invited, "ACCEPTED")
    morning.until(lambda: guests(morning.meetings()[0])[ben(morning).address] == "ACCEPTED")
    answer = morning.reply(done, "Move it to Wednesday")
    assert "Wednesday, 9 September 2026, 14:00 to 14:30 (Europe/Berlin)" in answer.text
    (event,) = morning.meetings()
    assert times(event) == (at(2, 14), at(2, 14, 30))
    assert guests(event)[ben(morning).address] == "NEEDS-ACTION"
    again = ben(morning).wait_for(lambda m: m.subject.startswith("Updated invitation"), 20)
    ben(morning).answer_invitation(again, "ACCEPTED")
    morning.until(lambda: guests(morning.meetings()[0])[ben(morning).address] == "ACCEPTED")


def test_a_meeting_may_move_into_its_own_hour(morning: Morning) -> None:
    morning.ask("Please book an hour with Ben tomorrow at 2pm.")
    answer = morning.ask("Move my meeting with Ben half an hour later")
    assert answer.new.startswith("Done.")
    assert times(morning.meetings()[0]) == (at(1, 14, 30), at(1, 15, 30))


def test_where_a_meeting_cannot_move_it_stays_until_another_time_is_chosen(morning: Morning) -> None:
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    ben(morning).put_event("b", "Workshop", at(2, 9), at(2, 17))
    offered = morning.ask("Move my meeting with Ben to Wednesday at 10")
    assert "Ben Stone is not free then." in offered.text
    assert times(morning.meetings()[0])[0] == at(1, 14)
    assert morning.reply(offered, "the last one").new.startswith("Done. I have moved")
    assert times(morning.meetings()[0])[0] > at(2, 17)
    assert len(arranged(morning.manager, morning.assistant)) == 1


def test_what_was_done_is_changed_by_an_answer_that_says_what_shall_be_otherwise(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    longer = morning.reply(done, "Make it an hour")
    assert "now takes an hour" in longer.text
    assert times(morning.meetings()[0]) == (at(1, 14), at(1, 15))
    morning.reply(longer, "Thursday would be better")
    assert times(morning.meetings()[0]) == (at(3, 14), at(3, 15))
