"""What the manager hears when a server does not do its part; nothing is promised, and nothing half done is left."""

from datetime import timedelta

from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import Server
from tests.employees.executive_assistant.conftest import BEN, Desk, said

REQUEST = "Please book half an hour with Ben tomorrow at 2pm."


def test_a_short_failure_is_waited_out_without_a_word(desk: Desk) -> None:
    desk.calendars.down = True
    assert desk.write(REQUEST) == []
    desk.calendars.down = False
    mails = desk.goes_on(timedelta(minutes=1))
    assert sorted(str(m["To"]) for m in mails) == [BEN, MARIA]
    assert len(desk.meetings()) == len(desk.meetings(ADA)) == 1


def test_calendars_that_cannot_be_read_are_told_and_nothing_is_booked(desk: Desk) -> None:
    desk.calendars.down = True
    desk.write(REQUEST)
    (told,) = desk.goes_on(timedelta(minutes=5))
    assert "I cannot read the calendars just now (the calendar server does not answer)" in said(told)
    assert "Nothing is booked." in said(told)
    desk.calendars.down = False
    assert desk.goes_on(timedelta(days=1)) == []
    assert desk.meetings() == desk.meetings(ADA) == []


def test_a_question_whose_calendars_cannot_be_read_is_answered_so(desk: Desk) -> None:
    desk.calendars.down = True
    desk.write("Am I free tomorrow?")
    (told,) = desk.goes_on(timedelta(minutes=5))
    assert "I cannot look into the calendars just now" in said(told)


def test_what_stands_in_one_calendar_only_is_taken_back(desk: Desk) -> None:
    desk.calendars.closed = frozenset({MARIA})
    (answer,) = [*desk.write(REQUEST), *desk.goes_on(timedelta(hours=5))]
    assert "I could not book half an hour with Ben Stone on Tuesday, 24 November 2026 at 14:00" in said(answer)
    assert "Nothing is booked." in said(answer)
    assert desk.meetings() == desk.meetings(ADA) == []
    assert [m["To"] for m in desk.ada.mailbox.taken] == [MARIA]


def test_a_booking_whose_invitation_is_refused_is_taken_back(desk: Desk) -> None:
    desk.ada.mailbox.script = [Server.REFUSES]
    answer = desk.answer(REQUEST)
    assert f"our mail server takes no mail to {BEN}" in said(answer)
    assert desk.meetings() == desk.meetings(ADA) == []


def test_an_agenda_that_is_too_long_says_how_much_was_left_out(desk: Desk) -> None:
    for number in range(70):
        start = desk.at(1, 6) + timedelta(minutes=10 * number)
        desk.put(MARIA, f"e{number}", f"Entry {number}", start, start + timedelta(minutes=5))
    text = said(desk.answer("What does tomorrow look like?"))
    assert "Entry 59" in text
    assert "Entry 60" not in text
    assert "and 10 more entries" in text
