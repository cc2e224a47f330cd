"""The morning's brief and the notes before meetings: at their hour, late, not at all, and what they say."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.client import Letter
from tests.scenarios.conftest import Company, Morning, at, working


@pytest.fixture
def morning(company: Company, tmp_path: Path) -> Iterator[Morning]:
    """An assistant at work on a Monday at eight that has taken up its duties."""
    with working(company, tmp_path) as found:
        found.end()
        found.with_duties = True
        found.begin(2)
        found.settled()
        yield found


def brief(morning: Morning, subject: str) -> Letter:
    return morning.told(subject)


def test_each_working_morning_at_half_past_seven_the_day_is_told(morning: Morning) -> None:
    morning.manager.put_event("a", "Budget review", at(1, 9), at(1, 10), location="Building A")
    morning.manager.put_event("b", "Site visit", at(1, 10, 10), at(1, 11), location="Harbour Street 4")
    morning.manager.put_event("c", "Call with the bank", at(1, 10, 30), at(1, 11, 30), location="Zoom")
    morning.ask("Book half an hour with Ben tomorrow at 2pm")
    morning.ask("Please get me the supplier list from Carla by Wednesday noon.")
    morning.move_to(at(1, 7, 31))
    told = brief(morning, "Your Tuesday, 8 September 2026")
    assert told.text.startswith("Good morning Anna,")
    assert "09:00 to 10:00  Budget review  (Building A)" in told.text
    assert "“Site visit” (10:10 to 11:00) and “Call with the bank” (10:30 to 11:30)" in told.text
    assert "10 minutes between “Budget review” (09:00 to 10:00) (Building A) and “Site visit”" in told.text
    assert "no answer yet from Ben Stone" in told.text
    assert "Carla Ruiz" in told.text
    assert "supplier list" in told.text
    assert "This comes late" not in told.text


def test_an_empty_day_is_told_as_one(morning: Morning) -> None:
    morning.move_to(at(1, 7, 31))
    told = brief(morning, "Your Tuesday")
    assert "Nothing stands in your calendar on Tuesday, 8 September 2026." in told.text


def test_another_hour_other_days_and_not_at_all(morning: Morning) -> None:
    assert "at 09:15 (Europe/Berlin) on working days" in morning.ask("Send me the brief at 9:15 from now on").text
    assert "Mondays, Tuesdays, Wednesdays and Thursdays" in morning.ask("No brief on Fridays please").text
    morning.move_to(at(1, 7, 45))
    morning.settled()
    assert not [m for m in morning.written_to("Anna Berg") if m.subject.startswith("Your Tuesday")]
    morning.move_to(at(1, 9, 16))
    brief(morning, "Your Tuesday")
    assert "“Start the brief again” brings it back" in morning.ask("Stop the morning brief").text
    morning.move_to(at(2, 10))
    morning.settled()
    assert not [m for m in morning.written_to("Anna Berg") if m.subject.startswith("Your Wednesday")]
    assert "09:15" in morning.ask("Start the brief again").text


def test_asked_for_it_is_told_at_once(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(0, 16), at(0, 17))
    answer = morning.ask("Brief me, please.")
    assert "16:00 to 17:00  Dentist" in answer.text


def test_down_over_its_hour_it_comes_late_and_says_so(morning: Morning) -> None:
    morning.end()
    morning.move_to(at(1, 11))
    morning.alive_at = at(0, 18)
    morning.begin(3)
    told = brief(morning, "Your Tuesday")
    assert "This comes late: it was due at Tuesday, 8 September 2026, 07:30." in told.text
    assert "from Monday, 7 September 2026, 18:00 to Tuesday, 8 September 2026, 11:00" in told.text


def test_an_absence_that_a_second_death_prolongs_is_told_once(morning: Morning) -> None:
    morning.end()
    morning.alive_at = at(0, 18)
    for epoch, hour in ((3, 6), (4, 7)):  # the second process dies before anybody has seen it alive
        morning.move_to(at(1, hour))
        morning.begin(epoch)
        morning.settled()
        morning.end()
    morning.alive_at = at(1, 7)
    morning.begin(5)
    morning.move_to(at(1, 7, 31))
    told = brief(morning, "Your Tuesday")
    assert told.text.count("from Monday, 7 September 2026, 18:00") == 1
    assert "from Monday, 7 September 2026, 18:00 to Tuesday, 8 September 2026, 07:00" in told.text


def test_down_for_days_the_mornings_that_passed_are_named_and_not_made_up_for(morning: Morning) -> None:
    morning.end()
    morning.move_to(at(3, 20))
    morning.alive_at = at(0, 18)
    morning.begin(3)
    morning.settled()
    morning.move_to(at(4, 7, 31))
    told = brief(morning, "Your Friday")
    assert "the brief of Tuesday, 8 September 2026" in told.text
    briefs = [m.subject for m in morning.written_to("Anna Berg") if m.text.startswith("Good morning")]
    assert briefs == ["Your Friday, 11 September 2026"]


def test_an_hour_before_a_meeting_with_others_there_is_a_note_once(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    ben.send(morning.assistant, "Budget numbers", "Here they are, for Anna.")
    morning.ask("Please get me the price list from Ben by Friday noon.")
    morning.ask("Book half an hour with Ben tomorrow at 2pm")
    morning.manager.put_event("a", "Focus time", at(1, 10), at(1, 11))
    morning.move_to(at(1, 12, 30))
    morning.settled()
    morning.move_to(at(1, 13, 1))
    note = morning.told("At 14:00:")
    assert "Ben Stone" in note.text
    assert "“Budget numbers”" in note.text
    assert "price list" in note.text
    assert "has not answered the invitation" in note.text
    morning.move_to(at(1, 13, 30))
    morning.settled()
    notes = [m for m in morning.written_to("Anna Berg") if m.subject.startswith("At ")]
    assert [m.subject[:8] for m in notes] == ["At 14:00"]


def test_notes_can_come_earlier_or_not_at_all(morning: Morning) -> None:
    morning.ask("Book half an hour with Ben tomorrow at 2pm")
    assert "two hours ahead" in morning.ask("Prepare me two hours before each meeting").text
    morning.move_to(at(1, 12, 1))
    morning.told("At 14:00:")
    assert "no more notes" in morning.ask("Don't prepare me for meetings any more").text
    morning.ask("Book half an hour with Carla on Wednesday at 2pm")
    morning.move_to(at(2, 13) + timedelta(minutes=20))
    morning.settled()
    assert not [m for m in morning.written_to("Anna Berg") if m.subject.startswith("At ") and "Carla" in m.text]


def test_who_was_hired_before_takes_the_duties_up_once(morning: Morning) -> None:
    morning.end()
    morning.begin(3)
    morning.settled()
    held = [row for row in morning.rows("intention", "plan", "stage") if row.plan in ("keep-briefed", "keep-prepared")]
    assert sorted(row.plan for row in held if row.stage == "active") == ["keep-briefed", "keep-prepared"]
