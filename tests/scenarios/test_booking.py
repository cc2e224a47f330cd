"""Arranging meetings: what is asked back, whom it concerns, and what is said when it does not work."""

from datetime import timedelta

import pytest

from runtime.office import accounts
from tests.scenarios.conftest import ZONE, Morning, at, guests, times


def test_a_busy_hour_is_named_to_the_manager_and_three_others_are_proposed(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    offered = morning.ask("Book half an hour with Ben on Thursday at 10.")
    assert "on Thursday, 10 September 2026 at 10:00: you have “Dentist” then" in offered.text
    assert offered.new.count("?") == 1
    assert ZONE in offered.text
    answer = morning.reply(offered, "Thursday works")
    (event,) = morning.meetings()
    start, _ = times(event)
    assert start == at(3, 9)
    assert answer.new.startswith("Done. Half an hour with Ben Stone: Thursday, 10 September 2026, 09:00 to 09:30")


def test_of_a_colleague_only_that_he_is_not_free_is_told(morning: Morning) -> None:
    morning.people["Ben Stone"].put_event("b", "Job interview elsewhere", at(1, 9), at(1, 12))
    offered = morning.ask("Half an hour with Ben tomorrow at 9:30 please")
    assert "Ben Stone is not free then." in offered.text
    assert "interview" not in offered.text
    assert "interview" not in morning.ask("When is Ben free tomorrow?").text


def test_outside_working_hours_is_booked_if_the_manager_insists(morning: Morning) -> None:
    question = morning.ask("Book dinner with Ben on Thursday at 7pm")
    assert "outside the usual working hours. Shall I book it all the same?" in question.text
    answer = morning.reply(question, "yes")
    (event,) = morning.meetings()
    assert times(event) == (at(3, 19), at(3, 21))
    assert "Dinner with Ben Stone: Thursday, 10 September 2026, 19:00 to 21:00" in answer.text


def test_topic_and_place_stand_in_the_invitation(morning: Morning) -> None:
    answer = morning.ask("Book an hour with Ben in room 4 on Thursday at 11 about the roadmap")
    (event,) = morning.meetings()
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Roadmap", "Room 4")
    invited = morning.invited("Ben Stone")
    assert "Where: Room 4" in invited.text
    assert "Room 4" in answer.text


def test_a_meeting_of_others_is_not_put_into_the_managers_calendar(morning: Morning) -> None:
    answer = morning.ask("Set up half an hour between Ben and Carla on Thursday.")
    ben, carla = morning.people["Ben Stone"], morning.people["Carla Ruiz"]
    invited = morning.invited("Ben Stone")
    assert invited.invitation is not None
    assert set(guests(invited.invitation.events[0])) == {ben.address, carla.address}
    assert morning.meetings() == []
    assert "without you" in answer.text
    assert morning.ask("Cancel the meeting with Carla on Thursday.").new.startswith("Done.")
    morning.invited("Ben Stone", "CANCEL")


def test_a_guest_whom_no_mail_reaches_is_no_meeting(morning: Morning) -> None:
    answer = morning.ask("Please book half an hour with joe@partner.example on Thursday afternoon.")
    assert "our mail server takes no mail to joe@partner.example" in answer.text
    assert "Nothing is booked." in answer.text
    assert morning.meetings() == []


def test_of_two_guests_the_one_who_cannot_be_invited_is_named(morning: Morning) -> None:
    answer = morning.ask("Please book half an hour with Ben and joe@partner.example on Thursday afternoon.")
    assert "I have invited Ben Stone. I could not invite joe@partner.example" in answer.text
    assert len(morning.meetings()) == 1
    assert len(morning.written_to("Ben Stone")) == 1


def test_a_guest_whose_calendar_cannot_be_seen_is_named(morning: Morning) -> None:
    accounts.add_account(morning.home, "gus.fox@office.example", "Gus Fox", "a good password")
    answer = morning.ask("Please book half an hour with gus.fox@office.example on Thursday afternoon.")
    assert "I cannot see the calendar of gus.fox@office.example" in answer.text
    assert len(morning.meetings()) == 1


def test_an_unknown_name_is_asked_about_and_the_answer_may_be_somebody_else(morning: Morning) -> None:
    question = morning.ask("Book an hour with Zoe on Friday")
    assert "nobody called “Zoe”" in question.text
    morning.reply(question, "I meant Carla")
    (event,) = morning.meetings()
    assert times(event) == (at(4, 9), at(4, 10))
    assert morning.people["Carla Ruiz"].address in guests(event)


def test_a_doubt_of_the_reader_is_the_question(morning: Morning) -> None:
    question = morning.ask("Book an hour with Ben on Tuesday 9 September")
    assert "9 September is a Wednesday." in question.text
    unclear = morning.reply(question, "yes")
    assert "9 September is a Wednesday." in unclear.text, "a plain yes settles no question of this or that"
    morning.reply(unclear, "9 September")
    (event,) = morning.meetings()
    assert times(event)[0].date() == at(2, 0).date()


def test_what_hangs_on_the_meeting_is_asked_about_before_it_is_booked(morning: Morning) -> None:
    question = morning.ask("Book half an hour with Ben tomorrow afternoon and cancel it if he is away.")
    assert question.new.count("?") == 1
    assert "cancel it if he is away" in question.new
    assert morning.meetings() == []
    answer = morning.reply(question, "yes")
    assert answer.new.startswith("Done.")
    assert len(morning.meetings()) == 1


def test_another_assistant_is_no_guest(morning: Morning, hired_by_ben: str) -> None:
    question = morning.ask("Book half an hour with Bea Long tomorrow.")
    assert "Bea Long is a digital assistant" in question.text
    morning.reply(question, "With Ben")
    (event,) = morning.meetings()
    assert morning.people["Ben Stone"].address in guests(event)
    assert hired_by_ben not in guests(event)


def test_the_time_of_another_question_is_kept_free_until_it_is_answered(morning: Morning) -> None:
    morning.people["Carla Ruiz"].put_event("c", "Training", at(2, 9), at(2, 17))
    offered = morning.ask("Please set up an hour with Carla on Wednesday.")
    held = next(line for line in offered.text.splitlines() if "Friday" in line)
    assert "09:00 to 10:00" in held
    other = morning.ask("Book an hour with Ben on Friday at 9.")
    assert "I keep that time free for another meeting" in other.text
    morning.reply(offered, "none of these")
    morning.reply(other, "never mind")
    assert morning.ask("Book an hour with Ben on Friday at 9.").new.startswith("Done.")


def test_the_offered_times_are_free_again_once_one_is_booked(morning: Morning) -> None:
    morning.people["Carla Ruiz"].put_event("c", "Training", at(2, 9), at(2, 17))
    offered = morning.ask("Please set up an hour with Carla on Wednesday.")
    morning.reply(offered, "The first one.")
    assert morning.ask("Book an hour with Ben on Friday at 9.").new.startswith("Done.")


def test_who_is_quicker_takes_the_time_and_the_manager_is_told(morning: Morning) -> None:
    carla = morning.people["Carla Ruiz"]
    carla.put_event("c", "Training", at(2, 9), at(2, 17))
    offered = morning.ask("Please set up an hour with Carla on Wednesday.")
    carla.put_event("d", "Something else", at(4, 9), at(4, 17))
    again = morning.reply(offered, "The third one.")
    assert "Friday, 11 September 2026, 09:00 to 10:00 (Europe/Berlin) is free no longer" in again.text
    assert morning.meetings() == []
    assert morning.reply(again, "the first").new.startswith("Done.")
    assert len(morning.meetings()) == 1


def test_nobody_is_asked_for_a_meeting_in_the_next_minutes_or_at_lunch(morning: Morning) -> None:
    morning.people["Ben Stone"].put_event("b", "Workshop", at(0, 9), at(0, 12))
    morning.ask("An hour with Ben this week")
    (event,) = morning.meetings()
    start, _ = times(event)
    assert start.date() == at(0, 0).date()
    assert start >= at(0, 13)


@pytest.mark.parametrize("words", ["I need to talk to Ben.", "When could Ben and I meet this week?"])
def test_who_does_not_say_when_gets_three_times_to_choose_from(morning: Morning, words: str) -> None:
    offered = morning.ask(words)
    assert offered.new.startswith("These three times suit everybody for a meeting with Ben Stone")
    assert morning.meetings() == []
    answer = morning.reply(offered, "Yes, the second, but 45 minutes")
    (event,) = morning.meetings()
    start, end = times(event)
    assert end - start == timedelta(minutes=45), answer.text


def test_a_time_off_the_quarter_is_booked_as_it_was_said(morning: Morning) -> None:
    morning.ask("Book 30 min with Carla on Thursday at 9:50")
    assert times(morning.meetings()[0]) == (at(3, 9, 50), at(3, 10, 20))
