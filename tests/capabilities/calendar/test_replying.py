"""What is sent to organizers for the manager: answers, other times, and the request for the present version."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from empla.capabilities.calendar.invites import read_invite
from empla.capabilities.calendar.itip import read_reply
from empla.capabilities.calendar.results import Booked, EventWritten, InvitationSent, InviteRefused
from empla.errors import PermissionDenied, ValidationError
from empla.governance.permit import Permit
from empla.mind.values import Address, EventRef, Origin, Source
from tests.corpus.calendars.made import AT_TEN, ORGANIZER, calendar, event, folded

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, NOW, Desk, FakeCalendars, address, instant

BERLIN = ZoneInfo("Europe/Berlin")
OUTSIDE = Origin(Source.PERCEPT, "mail-1", "invitation")
CARLA = Address(ORGANIZER, OUTSIDE)
INVITATION = folded(*calendar(*event(*AT_TEN, "SEQUENCE:3"))).decode()
SERIES = folded(
    *calendar(*event("DTSTART;TZID=W. Europe Standard Time:20261124T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"))
).decode()


def parts(permit: Permit) -> tuple[EmailMessage, str, Calendar, Event]:
    mail = message_from_bytes(permit.payload.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    text, attached = mail.iter_parts()
    found = Calendar.from_ical(attached.get_payload(decode=True))
    assert attached["Content-Type"].params["method"] == str(found["METHOD"])
    return mail, text.get_content(), found, found.events[0]


def answering(**more: Any) -> dict[str, Any]:
    return {"ics": INVITATION, "attendee": address(MANAGER), "to": CARLA, "attendee_name": "Maria Berg", **more}


def test_the_manager_is_the_one_who_answers_and_the_employee_the_one_who_writes(desk: Desk) -> None:
    permit = desk.prepare("calendar.respond", answer="DECLINED", comment="We are away.", **answering())
    mail, text, found, said = parts(permit)
    assert (mail["From"], mail["To"]) == (EMPLOYEE, ORGANIZER)
    assert mail["Subject"].startswith("Declined: Talk (Tuesday 24 November 2026, 09:00 to 10:00 (UTC))")
    assert "Maria Berg has declined:" in text and "We are away." in text
    assert (str(found["METHOD"]), str(said["UID"]), said["SEQUENCE"]) == ("REPLY", "u-1", 3)
    assert said["ATTENDEE"].params["PARTSTAT"] == "DECLINED"
    assert said["ATTENDEE"].params["SENT-BY"] == f"mailto:{EMPLOYEE}"
    assert str(said["ATTENDEE"]) == f"mailto:{MANAGER}"
    assert permit.payload.target["recipients"] == [ORGANIZER]
    read = read_reply(found.to_ical(), OUTSIDE)
    assert (read.attendee.value, read.answer, read.comment) == (MANAGER, "DECLINED", "We are away.")
    assert read.sent_by is not None and read.sent_by.value == EMPLOYEE


def test_it_is_sent_once_and_the_server_s_reasons_are_told(desk: Desk) -> None:
    sent = desk.run("calendar.respond", answer="ACCEPTED", **answering())
    assert isinstance(sent, InvitationSent)
    assert sent.recipients == (ORGANIZER,) and dict(sent.refused) == {}
    assert len(desk.mailbox.sent) == 1


def test_one_of_a_series_is_answered_by_its_name(desk: Desk) -> None:
    second = instant(datetime(2026, 12, 1, 10, tzinfo=BERLIN))
    permit = desk.prepare("calendar.respond", answer="TENTATIVE", occurrence=second, **answering(ics=SERIES))
    _, _, found, said = parts(permit)
    assert said["RECURRENCE-ID"].dt == second.value
    assert "RRULE" not in said
    assert read_reply(found.to_ical(), OUTSIDE, zone="Europe/Berlin").occurrence == second.value


@pytest.mark.parametrize("operation", ["calendar.respond", "calendar.counter", "calendar.refresh"])
def test_nobody_else_is_answered_for_and_nobody_but_the_organizer_told(desk: Desk, operation: str) -> None:
    more: dict[str, Any] = {"calendar.respond": {"answer": "ACCEPTED"}}.get(operation, {})
    if operation == "calendar.counter":
        start = datetime(2026, 11, 25, 10, tzinfo=BERLIN)
        more = {"start": instant(start), "end": instant(start + timedelta(hours=1))}
    with pytest.raises(PermissionDenied, match=COLLEAGUE):
        desk.prepare(operation, **answering(attendee=address(COLLEAGUE)), **more)
    with pytest.raises(ValidationError, match=ORGANIZER):
        desk.prepare(operation, **answering(to=address(COLLEAGUE)), **more)


def test_another_time_is_proposed_for_the_version_that_was_received(desk: Desk) -> None:
    start = datetime(2026, 11, 26, 15, tzinfo=BERLIN)
    permit = desk.prepare(
        "calendar.counter",
        start=instant(start),
        end=instant(start + timedelta(hours=1)),
        comment="Later?",
        **answering(),
    )
    mail, text, found, said = parts(permit)
    assert "Thursday 26 November 2026, 15:00 to 16:00 (Europe/Berlin)" in mail["Subject"]
    assert "proposes another time" in text and "Tuesday 24 November 2026" in text
    assert (str(found["METHOD"]), said["SEQUENCE"], said["DTSTART"].dt) == ("COUNTER", 3, start)
    assert permit.payload.target["start"] == start.isoformat(), "the gate holds the new time to the request"
    read = read_invite(found.to_ical(), OUTSIDE, zone="Europe/Berlin", at=NOW)
    assert read.start is not None and read.start.value == start and read.comment == "Later?"


def test_the_present_version_is_asked_for(desk: Desk) -> None:
    _, _, found, said = parts(desk.prepare("calendar.refresh", **answering()))
    assert str(found["METHOD"]) == "REFRESH"
    assert {"UID", "ORGANIZER", "ATTENDEE", "DTSTAMP"} == set(said)


def test_what_is_not_taken_of_a_proposal_is_told_with_the_time_that_stands(desk: Desk) -> None:
    start = datetime(2026, 11, 24, 14, tzinfo=BERLIN)
    booked = desk.run(
        "calendar.book",
        owner=address(MANAGER),
        title="Budget",
        start=instant(start),
        end=instant(start + timedelta(hours=1)),
        attendees=(address(MANAGER), address(COLLEAGUE)),
    )
    assert isinstance(booked, Booked)
    permit = desk.prepare("calendar.decline_counter", copy=booked.copy, to=address(COLLEAGUE), comment="Sorry.")
    mail, text, found, said = parts(permit)
    assert mail["Subject"].startswith("Stays as it is: Budget (Tuesday 24 November 2026, 14:00")
    assert text.startswith("Sorry.")
    assert (str(found["METHOD"]), said["DTSTART"].dt) == ("DECLINECOUNTER", start)
    assert str(said["ATTENDEE"]) == f"mailto:{COLLEAGUE}"


# Taking in, as the operation does it ----------------------------------------------------------------------------------


def take_in(desk: Desk, **more: Any) -> Any:
    return desk.run("calendar.take_in", **{"owner": address(MANAGER), "ics": INVITATION, "sender": CARLA, **more})


def test_an_invitation_is_taken_into_the_manager_s_calendar_once(desk: Desk, calendars: FakeCalendars) -> None:
    permit = desk.prepare("calendar.take_in", owner=address(MANAGER), ics=INVITATION, sender=CARLA, answer="ACCEPTED")
    once = desk.perform(permit)
    assert isinstance(once, EventWritten) and once.event.sequence == 3
    assert desk.again(permit) == once
    assert calendars.writes == 1
    again = take_in(desk, copy=once.copy)
    assert isinstance(again, EventWritten) and not again.changed
    update = INVITATION.replace("SEQUENCE:3", "SEQUENCE:4").replace("T0900", "T1300").replace("T1000", "T1400")
    moved = take_in(desk, ics=update, copy=once.copy)
    assert isinstance(moved, EventWritten) and moved.changed and moved.event.sequence == 4


def test_what_is_not_the_organizer_s_is_refused_with_the_reason(desk: Desk, calendars: FakeCalendars) -> None:
    refused = take_in(desk, sender=address(COLLEAGUE), vouched=True)
    assert isinstance(refused, InviteRefused) and "organizes it" in refused.reason
    assert isinstance(take_in(desk, ics=INVITATION.replace("REQUEST", "PUBLISH")), InviteRefused)
    assert calendars.objects == {}


def test_an_event_of_another_calendar_is_no_start(desk: Desk) -> None:
    once = take_in(desk)
    with pytest.raises(ValueError, match="another calendar"):
        desk.prepare("calendar.take_in_own", owner=address(EMPLOYEE), ics=INVITATION, sender=CARLA, copy=once.copy)


def test_the_invitation_is_for_one_event_of_several_if_it_is_named(desk: Desk) -> None:
    two = folded(*calendar(*event(*AT_TEN), *event("DTSTART:20261125T090000Z", "UID:u-2", standard=EVENT_2))).decode()
    taken = take_in(desk, ics=two, uid="u-2")
    assert isinstance(taken, EventWritten) and taken.event == EventRef("u-2", 0, taken.event.origin)


EVENT_2 = ("DTSTAMP:20261120T080000Z", f"ORGANIZER:mailto:{ORGANIZER}", "SUMMARY:Other")
