"""What the invited answer in their calendars' own way: replies, other times, lost invitations."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import icalendar
import pytest

from empla.hr import hiring
from runtime.client import Client, Letter
from runtime.hiring import staff
from runtime.inboxes import sender
from tests.scenarios.conftest import Morning, at, guests, signed_in_as, times
from tests.scenarios.test_attending import Inviting


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def message(method: str, letter: Letter, attendee: str, **changed: object) -> icalendar.Calendar:
    """Return what a calendar client makes of an invitation to say something about it."""
    assert letter.invitation is not None
    asked = letter.invitation.events[0]
    event = icalendar.Event()
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY"):
        event[name] = asked[name]
    event.add("DTSTAMP", changed.pop("stamp", datetime(2026, 9, 7, 7, tzinfo=UTC)))
    who = icalendar.vCalAddress(f"mailto:{attendee}")
    for name in ("partstat", "sent_by", "delegated_to"):
        if name in changed:
            who.params[name.replace("_", "-").upper()] = str(changed.pop(name))
    event["ATTENDEE"] = who
    for name, value in changed.items():
        event.pop(name.upper(), None)
        event.add(name.upper(), value)
    calendar = icalendar.Calendar()
    for name, value in (("PRODID", "-//client//EN"), ("VERSION", "2.0"), ("METHOD", method)):
        calendar.add(name, value)
    calendar.add_component(event)
    return calendar


def sent(morning: Morning, client: Client, calendar: icalendar.Calendar, number: int) -> None:
    """Have a person's client send a calendar message to the assistant."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = client.address, morning.assistant, str(calendar["METHOD"])
    mail["Message-ID"] = f"<calendar-{number}@office.example>"
    mail.set_content("See the calendar.")
    parameters = {"method": str(calendar["METHOD"]), "charset": "UTF-8"}
    mail.add_alternative(calendar.to_ical(), "text", "calendar", params=parameters)
    client.submit(mail.as_bytes(), [morning.assistant])


def booked_with_ben(morning: Morning) -> tuple[Client, Letter]:
    """Have half an hour with Ben booked tomorrow at two, and return his client and what it was told."""
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    return morning.people["Ben Stone"], morning.invited("Ben Stone")


def proposed(morning: Morning, day: int, hour: int, number: int) -> tuple[Client, Letter]:
    """Have Ben propose another time, and return his client and what the manager is asked."""
    ben, invited = booked_with_ben(morning)
    start = at(day, hour)
    counter = message(
        "COUNTER", invited, ben.address, dtstart=start, dtend=start + timedelta(minutes=30), comment="I am away"
    )
    sent(morning, ben, counter, number)
    return ben, morning.told("Another time for")


def status(morning: Morning, client: Client) -> str:
    (event,) = morning.meetings()
    return guests(event)[client.address]


def test_a_colleague_s_other_time_is_asked_about_once_and_a_yes_moves_the_meeting(morning: Morning) -> None:
    ben, question = proposed(morning, 3, 10, 1)
    assert "Ben Stone proposes another time" in question.text
    assert "Thursday, 10 September 2026, 10:00 to 10:30 (Europe/Berlin)" in question.text
    assert "You are free then." in question.text
    assert "I am away" in question.text
    assert times(morning.meetings()[0])[0] == at(1, 14), "nothing moves before the manager says so"
    answer = morning.reply(question, "Yes")
    assert answer.new.startswith("Done. I have moved"), answer.text
    assert "I have told Ben Stone." in answer.text
    assert times(morning.meetings()[0]) == (at(3, 10), at(3, 10, 30))
    again = ben.wait_for(lambda m: m.subject.startswith("Updated invitation"), 60)
    ben.answer_invitation(again, "ACCEPTED")
    morning.until(lambda: status(morning, ben) == "ACCEPTED")


def test_a_no_leaves_the_meeting_and_the_colleague_is_told_so_and_not_why(morning: Morning) -> None:
    _, question = proposed(morning, 3, 11, 2)
    answer = morning.reply(question, "No")
    assert "stays as it is" in answer.text
    assert times(morning.meetings()[0])[0] == at(1, 14)
    told = morning.invited("Ben Stone", "DECLINECOUNTER")
    assert told.invitation is not None
    assert "stays as it is" in told.text
    assert str(told.invitation.events[0]["UID"]) == str(morning.meetings()[0]["UID"])


def test_the_time_that_is_taken_meanwhile_is_not_moved_to(morning: Morning) -> None:
    _, question = proposed(morning, 3, 14, 3)
    morning.manager.put_event("quick", "Dentist", at(3, 13), at(3, 15))
    answer = morning.reply(question, "yes")
    assert "is not free for you" in answer.text
    assert times(morning.meetings()[0])[0] == at(1, 14)


def test_a_proposal_says_who_is_not_free(morning: Morning) -> None:
    morning.manager.put_event("a", "Dentist", at(3, 9), at(3, 12))
    _, question = proposed(morning, 3, 10, 4)
    assert "You are not free then." in question.text


def test_who_is_not_invited_moves_nothing_and_the_manager_hears_of_it(morning: Morning) -> None:
    _, invited = booked_with_ben(morning)
    carla = morning.people["Carla Ruiz"]
    start = at(3, 15)
    counter = message("COUNTER", invited, carla.address, dtstart=start, dtend=start + timedelta(minutes=30))
    sent(morning, carla, counter, 5)
    told = morning.told("A proposal that I have refused")
    assert "carla.ruiz@office.example, who is not invited" in told.text
    sent(morning, carla, message("REPLY", invited, carla.address, partstat="ACCEPTED"), 6)
    told = morning.told("An answer that I have not entered")
    assert "is not invited" in told.text
    morning.settled()
    assert morning.written_to("Carla Ruiz") == []
    assert set(guests(morning.meetings()[0])) == {morning.manager.address, morning.people["Ben Stone"].address}


def test_another_time_in_plain_words_is_asked_about_likewise(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    ben.reply(invited, "Thursday would be better for me.")
    question = morning.told("Another time for")
    assert "Thursday, 10 September 2026, 14:00 to 14:30" in question.text
    assert "Thursday would be better" in question.text
    morning.reply(question, "Yes")
    assert times(morning.meetings()[0]) == (at(3, 14), at(3, 14, 30))


def test_a_no_to_plain_words_is_told_in_plain_words(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    letter = ben.reply(invited, "Can we do Friday at 9 instead?")
    morning.reply(morning.told("Another time for"), "no")
    answer = ben.answer_to(letter, 60)
    assert "That time is not possible" in answer.text
    assert times(morning.meetings()[0])[0] == at(1, 14)


def test_the_later_of_two_answers_counts_in_whatever_order_they_come(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    later, earlier = datetime(2026, 9, 7, 9, tzinfo=UTC), datetime(2026, 9, 7, 8, tzinfo=UTC)
    sent(morning, ben, message("REPLY", invited, ben.address, partstat="DECLINED", stamp=later), 10)
    morning.told("Ben Stone has declined")
    sent(morning, ben, message("REPLY", invited, ben.address, partstat="ACCEPTED", stamp=earlier), 11)
    morning.settled()
    assert status(morning, ben) == "DECLINED"


def test_who_asks_for_the_invitation_again_is_sent_it_and_nobody_else(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    sent(morning, ben, message("REFRESH", invited, ben.address), 20)
    carla = morning.people["Carla Ruiz"]
    sent(morning, carla, message("REFRESH", invited, carla.address), 21)
    morning.until(lambda: len([m for m in morning.written_to("Ben Stone") if m.invitation is not None]) == 2)
    morning.settled()
    assert morning.written_to("Carla Ruiz") == []


def test_an_assistant_s_answer_counts_for_whom_the_directory_says_and_for_nobody_else(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    carla = morning.people["Carla Ruiz"]
    said = message("REPLY", invited, ben.address, partstat="DECLINED", sent_by=f"mailto:{carla.address}")
    sent(morning, carla, said, 30)
    told = morning.told("An answer that I have not entered")
    assert f"it came from {carla.address}, but answers for {ben.address}" in told.text
    assert status(morning, ben) == "NEEDS-ACTION"
    with staff(morning.home) as staffing:
        request = hiring.checked(staffing, "executive-assistant", "Bea Long", manager=ben.address)
        bea = hiring.hire(staffing, request, send_percept=sender(morning.home)).address
    said = message("REPLY", invited, ben.address, partstat="ACCEPTED", sent_by=f"mailto:{bea}")
    sent(morning, signed_in_as(morning, bea), said, 31)
    morning.until(lambda: status(morning, ben) == "ACCEPTED")


def test_who_sends_somebody_else_is_noted_and_told(morning: Morning) -> None:
    ben, invited = booked_with_ben(morning)
    carla = morning.people["Carla Ruiz"].address
    sent(morning, ben, message("REPLY", invited, ben.address, partstat="DELEGATED", delegated_to=f"mailto:{carla}"), 40)
    told = morning.told("Ben Stone sends somebody else")
    assert carla in told.text
    morning.until(lambda: status(morning, ben) == "DELEGATED")


def test_an_organizer_who_does_not_take_our_other_time_is_told_of_once(morning: Morning) -> None:
    morning.ask("Never before 9")
    invitation = Inviting(morning, morning.people["Carla Ruiz"], "early@carla")
    invitation.send(at(2, 8))
    proposal = morning.invited("Carla Ruiz", "COUNTER")
    for number in (50, 51):
        sent(morning, invitation.host, message("DECLINECOUNTER", proposal, invitation.host.address), number)
    told = morning.told("Not taken: another time for Budget")
    assert "Wednesday, 9 September 2026, 08:00" in told.text
    morning.ask("Drop all my rules")
    assert len([m for m in morning.manager.inbox() if m.subject.startswith("Not taken")]) == 1
