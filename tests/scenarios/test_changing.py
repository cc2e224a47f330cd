"""Calling off and moving, and what the invited answer."""

from datetime import UTC, datetime

import pytest

from runtime.client import Client
from tests.scenarios.conftest import Morning, arranged, at, guests, times


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def ben(morning: Morning) -> Client:
    return morning.people["Ben Stone"]


def ben_invites(morning: Morning, title: str, start: datetime, end: datetime) -> None:
    """Put a meeting into the manager's calendar that Ben organizes."""
    anna, stone = morning.manager.address, ben(morning).address
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:bens-review\r\n"
        f"DTSTAMP:20260901T080000Z\r\nDTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{end.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\nSUMMARY:{title}\r\nORGANIZER:mailto:{stone}\r\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{stone}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{anna}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    morning.manager._dav("PUT", anna, "bens-review.ics", ics.encode())


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
    ben_invites(morning, "Ben's review", at(3, 10), at(3, 11))
    for request in ("Cancel Ben's review on Thursday", "Move my 10am on Thursday to 3pm", "Add Carla to the review"):
        assert "was not arranged by me" in morning.ask(request).text
    assert len(morning.manager.events()) == 1


def test_an_entry_of_the_managers_own_is_the_managers_to_change(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    assert "I have moved “Dentist”" in morning.ask("Move the dentist on Thursday to 2pm").text
    assert times(morning.manager.events()[0]) == (at(3, 14), at(3, 15))
    assert "nobody is invited" in morning.ask("Add Ben to the dentist").text
    assert "Done. I have called off “Dentist”" in morning.ask("Cancel the dentist on Thursday").text
    assert morning.manager.events() == []


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
    again = ben(morning).wait_for(lambda m: m.subject.startswith("Updated invitation"), 60)
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


# people, title, place ------------------------------------------------------------------------------------------------


def carla(morning: Morning) -> Client:
    return morning.people["Carla Ruiz"]


def test_somebody_is_added_and_who_had_accepted_is_not_asked_again(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    ben(morning).answer_invitation(morning.invited("Ben Stone"), "ACCEPTED")
    morning.until(lambda: guests(morning.meetings()[0])[ben(morning).address] == "ACCEPTED")
    answer = morning.reply(done, "Add Carla, please.")
    assert "I have told Ben Stone. I have invited Carla Ruiz." in answer.text
    assert morning.invited("Carla Ruiz") is not None
    (event,) = morning.meetings()
    assert guests(event)[ben(morning).address] == "ACCEPTED"
    assert guests(event)[carla(morning).address] == "NEEDS-ACTION"
    assert str(event["SUMMARY"]) == "Anna Berg, Ben Stone and Carla Ruiz"


def test_who_is_taken_off_is_told_alone_and_the_meeting_stands_for_the_others(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben and Carla tomorrow at 2pm.")
    morning.invited("Carla Ruiz")
    answer = morning.reply(done, "Carla doesn't need to come.")
    assert "I have told Ben Stone. I have told Carla Ruiz that it takes place without them." in answer.text
    gone = morning.invited("Carla Ruiz", "CANCEL")
    assert carla(morning).address in str(gone.invitation) and ben(morning).address not in str(gone.invitation)
    (event,) = morning.meetings()
    assert set(guests(event)) == {morning.manager.address, ben(morning).address}


def test_one_takes_the_place_of_another(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    answer = morning.reply(done, "Carla instead of Ben, please")
    assert answer.new.startswith("Done.")
    assert set(guests(morning.meetings()[0])) == {morning.manager.address, carla(morning).address}
    morning.invited("Ben Stone", "CANCEL")


def test_who_is_not_free_is_asked_about_first(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    carla(morning).put_event("c", "Training", at(1, 13), at(1, 16))
    question = morning.reply(done, "Add Carla")
    assert "Carla Ruiz is not free then" in question.text
    assert carla(morning).address not in guests(morning.meetings()[0])
    morning.reply(question, "Yes")
    assert carla(morning).address in guests(morning.meetings()[0])


def test_which_sam_is_added_is_asked(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    question = morning.reply(done, "Add Sam too")
    assert "Which Sam do you mean" in question.text
    morning.reply(question, "Sam Ortega")
    assert morning.people["Sam Ortega"].address in guests(morning.meetings()[0])


def test_title_place_and_length_are_changed_at_once_and_told_once(morning: Morning) -> None:
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    morning.invited("Ben Stone")
    answer = morning.ask("Make my meeting with Ben an hour, call it Budget and move it to room 4")
    assert "now takes an hour" in answer.text
    (event,) = morning.meetings()
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Budget", "Room 4")
    assert times(event) == (at(1, 14), at(1, 15))
    assert len([m for m in morning.written_to("Ben Stone") if m.invitation is not None]) == 2


def test_a_meeting_of_any_day_is_named_by_its_hour_and_its_people(morning: Morning) -> None:
    morning.ask("Book half an hour with Ben on Wednesday at 3pm")
    assert morning.ask("Make my 3pm with Ben 45 minutes").new.startswith("Done.")
    assert times(morning.meetings()[0]) == (at(2, 15), at(2, 15, 45))


# as it was -----------------------------------------------------------------------------------------------------------


def test_what_was_changed_is_put_back_and_everybody_told_once_more(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    moved = morning.reply(done, "Move it to Thursday")
    back = morning.reply(moved, "Undo that, please.")
    assert "Tuesday, 8 September 2026, 14:00 to 14:30" in back.text
    assert times(morning.meetings()[0]) == (at(1, 14), at(1, 14, 30))
    added = morning.reply(back, "Add Carla")
    morning.reply(added, "Put it back")
    assert carla(morning).address not in guests(morning.meetings()[0])
    morning.invited("Carla Ruiz", "CANCEL")
    mails = [m for m in morning.written_to("Ben Stone") if m.invitation is not None]
    assert len(mails) == 5, "booked, moved, back, Carla added, Carla gone"


def test_there_is_nothing_to_put_back(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    assert "nothing in this conversation" in morning.reply(done, "Put it back").text
    assert times(morning.meetings()[0])[0] == at(1, 14)


def test_a_booking_is_undone_and_so_is_that(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm about the budget.")
    off = morning.reply(done, "Undo that, please.")
    assert "Done. I have called off “Budget”" in off.text
    assert morning.meetings() == []
    morning.invited("Ben Stone", "CANCEL")
    again = morning.reply(off, "Undo that")
    assert "Done. Half an hour with Ben Stone (“Budget”): Tuesday, 8 September 2026, 14:00 to 14:30" in again.text
    assert [times(e) for e in morning.meetings()] == [(at(1, 14), at(1, 14, 30))]
