"""Invitations by mail: what they look like, and that each is sent once."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.results import Booked, EventCopy, InvitationSent
from empla.capabilities.contract import OutcomeUnknown, Settled
from empla.capabilities.email.mailbox import Evidence, SubmissionDelayed, SubmissionUnknown
from empla.governance.permit import Permit
from empla.mind import codec

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, Desk, address, instant

TWO = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def copy(desk: Desk) -> EventCopy:
    booked = desk.run(
        "calendar.book_own",
        owner=address(EMPLOYEE),
        title="Büro, Budget",
        start=instant(TWO),
        end=instant(TWO + timedelta(minutes=30)),
        attendees=(address(MANAGER), address(COLLEAGUE)),
        location="Room 1",
    )
    assert isinstance(booked, Booked)
    return booked.copy


def mail_of(permit: Permit) -> EmailMessage:
    mail = message_from_bytes(permit.payload.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_an_invitation_is_a_mail_that_people_and_their_calendars_can_read(desk: Desk, copy: EventCopy) -> None:
    permit = desk.prepare(
        "calendar.invite", unique="f" * 40, copy=copy, to=(address(COLLEAGUE),), note="Hello Chris,", sender_name="Ada"
    )
    mail = mail_of(permit)
    assert mail["From"] == f"Ada <{EMPLOYEE}>"
    assert mail["To"] == COLLEAGUE
    assert mail["Message-ID"] == f"<{'f' * 40}@office.example>"
    assert mail["Date"] == "Mon, 23 Nov 2026 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    when = "Tuesday 24 November 2026, 14:00 to 14:30 (Europe/Berlin)"
    assert mail["Subject"] == f"Invitation: Büro, Budget ({when})"
    text, calendar = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert text.get_content().splitlines() == [
        "Hello Chris,",
        "",
        "Büro, Budget",
        when,
        "Where: Room 1",
        f"Who: {MANAGER}, {COLLEAGUE}",
        "",
        "Please accept or decline in your calendar.",
        "",
        "Ada is a digital assistant.",
    ]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset") == "UTF-8"
    raw = calendar.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert str(Calendar.from_ical(raw)["METHOD"]) == "REQUEST"
    assert parse(raw) == parse(copy.ics)
    assert dict(permit.payload.target)["sender"] == EMPLOYEE
    assert permit.payload.target["recipients"] == [COLLEAGUE]


def test_the_same_step_renders_the_same_bytes(desk: Desk, copy: EventCopy) -> None:
    one, other = (desk.prepare("calendar.invite", unique="abc", copy=copy, to=(address(COLLEAGUE),)) for _ in range(2))
    assert one.payload.content == other.payload.content


def test_a_new_version_says_that_it_is_one(desk: Desk, copy: EventCopy) -> None:
    later = TWO + timedelta(days=1)
    moved = desk.run("calendar.update_own", copy=copy, start=instant(later), end=instant(later + timedelta(minutes=30)))
    mail = mail_of(desk.prepare("calendar.invite", copy=moved.copy, to=(address(COLLEAGUE),)))
    assert mail["Subject"].startswith("Updated invitation: Büro, Budget (Wednesday 25 November 2026, 14:00")


def test_a_cancellation_is_sent_as_one(desk: Desk, copy: EventCopy) -> None:
    mail = mail_of(desk.prepare("calendar.send_cancel", copy=copy, to=(address(COLLEAGUE),)))
    assert mail["Subject"].startswith("Cancelled: Büro, Budget")
    text, calendar = mail.iter_parts()
    assert "This does not take place." in text.get_content()
    assert calendar.get_param("method") == "CANCEL"
    raw = calendar.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert (parse(raw).sequence, parse(raw).status) == (1, "CANCELLED")


def test_somebody_can_be_left_out_of_a_meeting_that_stands(desk: Desk, copy: EventCopy) -> None:
    mail = mail_of(desk.prepare("calendar.send_cancel", copy=copy, to=(address(COLLEAGUE),), uninvite=True))
    text, calendar = mail.iter_parts()
    assert "without you" in text.get_content()
    raw = calendar.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert [a.address for a in parse(raw).attendees] == [COLLEAGUE]


def test_a_title_cannot_smuggle_a_header(desk: Desk, copy: EventCopy) -> None:
    sly = desk.run("calendar.update_own", copy=copy, title="Hello\r\nBcc: eve@elsewhere.example")
    mail = mail_of(desk.prepare("calendar.invite", copy=sly.copy, to=(address(COLLEAGUE),)))
    assert mail["Bcc"] is None
    assert "Bcc: eve" in mail["Subject"]


def test_what_was_taken_is_done(desk: Desk, copy: EventCopy) -> None:
    permit = desk.prepare("calendar.invite", copy=copy, to=(address(COLLEAGUE),))
    assert desk.settle(permit) == (Settled.NOT_DONE, None)
    sent = desk.perform(permit)
    assert isinstance(sent, InvitationSent) and sent.recipients == (COLLEAGUE,) and sent.refused == {}
    assert desk.settle(permit) == (Settled.DONE, sent)
    assert codec.loads(codec.dumps(sent)) == sent


def test_without_authoritative_evidence_absence_is_unclear(desk: Desk, copy: EventCopy) -> None:
    desk.mailbox.evidence = Evidence.LOOKUP
    permit = desk.prepare("calendar.invite", copy=copy, to=(address(COLLEAGUE),))
    assert desk.settle(permit) == (Settled.UNCLEAR, None)


def test_a_connection_lost_on_the_way_is_unknown(desk: Desk, copy: EventCopy) -> None:
    permit = desk.prepare("calendar.invite", copy=copy, to=(address(COLLEAGUE),))
    desk.mailbox.fault = SubmissionUnknown("the connection was lost after DATA")
    with pytest.raises(OutcomeUnknown, match="after DATA"):
        desk.perform(permit)
    desk.mailbox.fault = SubmissionDelayed("try later")
    with pytest.raises(SubmissionDelayed):
        desk.perform(permit)
