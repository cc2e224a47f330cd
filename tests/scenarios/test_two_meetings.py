"""Two meetings that want the same time, and two that change places."""

import pytest

from runtime.client import Client
from tests.scenarios.conftest import Morning, at, times


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def ben(morning: Morning) -> Client:
    return morning.people["Ben Stone"]


# two at the same time ------------------------------------------------------------------------------------------------


def test_the_lesser_of_two_is_offered_to_move_and_moves_on_a_yes(morning: Morning) -> None:
    morning.ask("Book half an hour with Carla on Thursday at 10")
    morning.invited("Carla Ruiz")
    morning.ask("Please book an hour with Ben and Sam Young tomorrow at 2pm.")
    offered = morning.ask("Move my meeting with Ben to Thursday at 10")
    assert "is the lesser of the two: fewer people come to it" in offered.text
    assert len({times(e)[0] for e in morning.meetings()}) == 2
    done = morning.reply(offered, "Yes")
    assert "I have moved “Anna Berg and Carla Ruiz”" in done.text and "I have asked Carla Ruiz anew" in done.text
    places = {str(e["SUMMARY"]): times(e)[0] for e in morning.meetings()}
    assert places["Anna Berg, Ben Stone and Sam Young"] == at(3, 10)
    assert not at(3, 9, 30) < places["Anna Berg and Carla Ruiz"] < at(3, 11)
    morning.people["Carla Ruiz"].wait_for(lambda m: m.subject.startswith("Updated invitation"), 60)


def test_of_two_mails_at_once_one_has_the_hour_and_the_other_is_offered_more(morning: Morning) -> None:
    sent = [
        morning.manager.send(morning.assistant, name, f"Please book half an hour with {name} on Wednesday at 10am.")
        for name in ("Ben", "Carla")
    ]
    answers = [morning._answered(message_id).text for message_id in sent]
    assert [times(e)[0] for e in morning.meetings()] == [at(2, 10)]
    assert sum("Done. Half an hour" in text for text in answers) == 1
    assert sum("Which one shall I book?" in text or "lesser of the two" in text for text in answers) == 1


def test_a_no_moves_neither_of_two(morning: Morning) -> None:
    morning.ask("Book half an hour with Carla on Thursday at 10")
    offered = morning.ask("Book an hour with Ben and Sam Young on Thursday at 10")
    assert "the lesser of the two" in offered.text
    assert "Nothing is booked" in morning.reply(offered, "No, leave it").text
    assert [times(e)[0] for e in morning.meetings()] == [at(3, 10)]


def test_what_counts_for_more_is_not_offered_to_move(morning: Morning) -> None:
    morning.ask("Book an hour with Ben and Sam Young on Thursday at 10")
    offered = morning.ask("Book half an hour with Carla on Thursday at 10")
    assert "counts for more, so I leave it where it is" in offered.text
    morning.reply(offered, "the first one")
    assert len(morning.meetings()) == 2


def test_what_was_not_arranged_by_it_is_never_offered_to_move(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    offered = morning.ask("Book an hour with Ben on Thursday at 10")
    assert "“Dentist” (an hour) was not arranged by me, so I leave it where it is." in offered.text
    assert morning.meetings() == []


# changing places -----------------------------------------------------------------------------------------------------


def test_two_meetings_change_places(morning: Morning) -> None:
    morning.ask("Book an hour with Ben tomorrow at 10")
    morning.ask("Book half an hour with Carla tomorrow at 2pm")
    answer = morning.ask("Swap Ben and Carla tomorrow")
    assert "The two have changed places" in answer.text
    places = {str(e["SUMMARY"]): times(e) for e in morning.meetings()}
    assert places["Anna Berg and Ben Stone"] == (at(1, 14), at(1, 15))
    assert places["Anna Berg and Carla Ruiz"] == (at(1, 10), at(1, 10, 30))
    for name in ("Ben Stone", "Carla Ruiz"):
        morning.people[name].wait_for(lambda m: m.subject.startswith("Updated invitation"), 60)


def test_two_neighbours_of_different_length_stay_neighbours(morning: Morning) -> None:
    morning.ask("Book half an hour with Ben tomorrow at 10")
    morning.ask("Book an hour with Carla tomorrow at 10:30")
    assert "changed places" in morning.ask("Let my 10 and my 10:30 tomorrow change places").text
    places = {str(e["SUMMARY"]): times(e) for e in morning.meetings()}
    assert places["Anna Berg and Carla Ruiz"] == (at(1, 10), at(1, 11))
    assert places["Anna Berg and Ben Stone"] == (at(1, 11), at(1, 11, 30))


def test_where_somebody_is_busy_they_change_places_only_after_a_yes(morning: Morning) -> None:
    morning.ask("Book an hour with Ben tomorrow at 10")
    morning.ask("Book half an hour with Carla tomorrow at 2pm")
    ben(morning).put_event("b", "Workshop", at(1, 14, 30), at(1, 17))
    question = morning.ask("Swap the two meetings tomorrow")
    assert "Ben Stone is not free for “Anna Berg and Ben Stone”" in question.text
    assert "I have changed nothing" in morning.reply(question, "No").text
    assert sorted(times(e)[0] for e in morning.meetings()) == [at(1, 10), at(1, 14)]


# one of a series -----------------------------------------------------------------------------------------------------


def stand_up(morning: Morning) -> None:
    """Put a weekly entry of the manager's own into the calendar."""
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:stand-up\r\n"
        "DTSTAMP:20260901T080000Z\r\nDTSTART:20260901T090000Z\r\nDTEND:20260901T093000Z\r\nSUMMARY:Stand-up\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=6\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    morning.manager._dav("PUT", morning.manager.address, "stand-up.ics", ics.encode())


def test_one_of_a_series_is_moved_and_put_back_alone(morning: Morning) -> None:
    stand_up(morning)
    moved = morning.ask("Move the stand-up tomorrow to 3pm")
    assert "I have moved “Stand-up” to Tuesday, 8 September 2026, 15:00 to 15:30" in moved.text
    week = morning.ask("What does my week look like?", "Week").text
    assert "15:00 to 15:30  Stand-up" in week and "11:00 to 11:30  Stand-up" not in week
    assert "11:00 to 11:30  Stand-up" in morning.ask("What is on next Tuesday?", "Next").text
    assert "Tuesday, 8 September 2026, 11:00 to 11:30" in morning.reply(moved, "Undo that").text


def test_one_of_a_series_is_called_off_and_the_whole_of_it_is_not(morning: Morning) -> None:
    stand_up(morning)
    assert "one occurrence at a time" in morning.ask("Move the stand-up tomorrow to 3pm from now on").text
    assert "Done. I have called off “Stand-up”" in morning.ask("Cancel the stand-up tomorrow").text
    assert "Stand-up" not in morning.ask("What is on tomorrow?", "Tomorrow").text
    assert "Stand-up" in morning.ask("What is on next Tuesday?", "Next").text


def test_a_series_is_called_off_from_some_day_on_after_a_yes(morning: Morning) -> None:
    stand_up(morning)
    question = morning.ask("Cancel the stand-up from 14 September onwards")
    assert "“Stand-up” is a series. Shall I call it off from Tuesday, 15 September 2026, 11:00" in question.text
    assert "I have changed nothing" in morning.reply(question, "No").text
    again = morning.ask("Cancel the stand-up from 14 September onwards", "Once more")
    assert "Done. I have called off “Stand-up” from Tuesday, 15 September" in morning.reply(again, "Yes").text
    assert "Stand-up" in morning.ask("What is on tomorrow?", "Tomorrow").text
    assert "Stand-up" not in morning.ask("What is on next Tuesday?", "Next").text
    whole = morning.ask("Cancel the whole stand-up series", "All of it")
    assert "Done." in morning.reply(whole, "Yes").text
    assert "Stand-up" not in morning.ask("What is on tomorrow?", "Gone").text
