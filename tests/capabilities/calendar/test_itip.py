"""Invitations out, replies in (RFC 5546), without any mail or server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from empla.capabilities.calendar.events import Answer, Attendee, Meeting, parse, render
from empla.capabilities.calendar.itip import (
    AttendeeReply,
    Refused,
    apply_reply,
    cancellation,
    read_reply,
    request,
    rescheduled,
)
from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.values import Address, EventRef, Origin, Source

ADA, MARIA, CHRIS = "ada@office.example", "maria@office.example", "chris@office.example"
BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OUTSIDE = Origin(Source.PERCEPT, "mail-7", "invitation")


def meeting(sequence: int = 0) -> Meeting:
    return Meeting(
        uid="u1@office.example",
        sequence=sequence,
        title="Budget",
        start=datetime(2026, 11, 24, 14, 0, tzinfo=BERLIN),
        end=datetime(2026, 11, 24, 14, 30, tzinfo=BERLIN),
        zone="Europe/Berlin",
        organizer=ADA,
        attendees=(Attendee(address=MARIA, answer=Answer.ACCEPTED), Attendee(address=CHRIS, rsvp=True)),
        stamp=AT,
    )


def reply(answer: Answer = Answer.ACCEPTED, *, who: str = CHRIS, sequence: int = 0, at: datetime = AT) -> AttendeeReply:
    event = EventRef("u1@office.example", sequence, OUTSIDE)
    return AttendeeReply(event=event, attendee=Address(who, OUTSIDE), answer=answer, stamp=at)


def answer_of(result: Meeting | Refused, who: str = CHRIS) -> Answer:
    assert isinstance(result, Meeting)
    attendee = result.attendee(who)
    assert attendee is not None
    return attendee.answer


def refusal(result: Meeting | Refused) -> str:
    assert isinstance(result, Refused)
    return result.reason


def test_a_request_carries_the_meeting_and_none_of_our_own_notes() -> None:
    noted = meeting().with_attendee(replace(meeting().attendees[1], replied=AT))
    raw = request(render(noted, at=AT, mark="act-1"), at=AT)
    assert str(Calendar.from_ical(raw)["METHOD"]) == "REQUEST"
    assert b"X-EMPLA" not in raw
    assert b"BEGIN:VTIMEZONE" in raw
    assert parse(raw) == meeting()


def test_a_calendar_server_is_told_not_to_invite_besides_and_no_message_speaks_of_that() -> None:
    stored = render(meeting(), at=AT)
    assert stored.replace(b"\r\n ", b"").count(b"SCHEDULE-AGENT=CLIENT") == 2
    assert b"SCHEDULE-" not in request(stored, at=AT).replace(b"\r\n ", b"")


def test_a_cancellation_is_the_next_version() -> None:
    raw = cancellation(render(meeting(2), at=AT), at=AT)
    assert str(Calendar.from_ical(raw)["METHOD"]) == "CANCEL"
    assert (parse(raw).sequence, parse(raw).status) == (3, "CANCELLED")
    assert len(parse(raw).attendees) == 2


def test_who_is_uninvited_alone_gets_a_cancellation_and_the_meeting_stands() -> None:
    raw = cancellation(render(meeting(2), at=AT), at=AT, attendees=(CHRIS,))
    assert [a.address for a in parse(raw).attendees] == [CHRIS]
    assert (parse(raw).sequence, parse(raw).status) == (2, "CONFIRMED")


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE])
def test_an_invited_attendee_s_answer_counts(answer: Answer) -> None:
    after = apply_reply(meeting(), reply(answer), sender=CHRIS)
    assert answer_of(after) is answer
    assert isinstance(after, Meeting) and parse(render(after, at=AT)) == after


def test_who_is_not_invited_cannot_answer() -> None:
    eve = "eve@elsewhere.example"
    assert "not invited" in refusal(apply_reply(meeting(), reply(who=eve), sender=eve))


def test_nobody_answers_for_another() -> None:
    assert "came from eve@elsewhere.example" in refusal(apply_reply(meeting(), reply(), sender="eve@elsewhere.example"))


def test_of_two_answers_the_later_one_counts_whichever_comes_first() -> None:
    early, late = reply(Answer.ACCEPTED), reply(Answer.DECLINED, at=AT + timedelta(minutes=5))
    first = apply_reply(meeting(), late, sender=CHRIS)
    assert isinstance(first, Meeting)
    stored = parse(render(first, at=AT))
    assert "later reply" in refusal(apply_reply(stored, early, sender=CHRIS))
    second = apply_reply(meeting(), early, sender=CHRIS)
    assert isinstance(second, Meeting)
    assert answer_of(apply_reply(second, late, sender=CHRIS)) is Answer.DECLINED


def test_the_same_answer_twice_changes_nothing() -> None:
    once = apply_reply(meeting(), reply(), sender=CHRIS)
    assert isinstance(once, Meeting)
    assert apply_reply(once, reply(), sender=CHRIS) == once


def test_an_answer_to_an_earlier_version_does_not_count() -> None:
    assert "earlier version" in refusal(apply_reply(meeting(1), reply(sequence=0), sender=CHRIS))
    assert "unknown version" in refusal(apply_reply(meeting(1), reply(sequence=2), sender=CHRIS))
    assert answer_of(apply_reply(meeting(1), reply(sequence=1), sender=CHRIS)) is Answer.ACCEPTED


def test_other_events_and_cancelled_meetings_are_refused() -> None:
    other = replace(reply(), event=EventRef("other", 0, OUTSIDE))
    assert "another" in refusal(apply_reply(meeting(), other, sender=CHRIS))
    assert "cancelled" in refusal(apply_reply(replace(meeting(), status="CANCELLED"), reply(), sender=CHRIS))


def test_a_new_time_is_a_new_version_and_asks_everybody_but_the_settled() -> None:
    answered = apply_reply(meeting(), reply(), sender=CHRIS)
    assert isinstance(answered, Meeting)
    later = answered.start + timedelta(days=1)
    moved = rescheduled(answered, later, later + timedelta(minutes=30), settled=frozenset({MARIA}))
    assert moved.sequence == 1
    assert [(a.address, a.answer, a.rsvp) for a in moved.attendees] == [
        (MARIA, Answer.ACCEPTED, False),
        (CHRIS, Answer.NEEDS_ACTION, True),
    ]
    assert "earlier version" in refusal(apply_reply(moved, reply(), sender=CHRIS))


def ics(*lines: str, method: str = "METHOD:REPLY") -> str:
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:x",
            method,
            "BEGIN:VEVENT",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )


GOOD = ("UID:u1", "DTSTAMP:20261123T090000Z", "SEQUENCE:2", "ATTENDEE;PARTSTAT=accepted:MAILTO:Chris@Office.example")


def test_a_reply_is_read_with_its_origin() -> None:
    """Such replies have no DTSTART: RFC 5546 asks for none."""
    found = read_reply(ics(*GOOD, "COMMENT:gladly"), OUTSIDE)
    assert found == AttendeeReply(
        event=EventRef("u1", 2, OUTSIDE),
        attendee=Address(CHRIS, OUTSIDE),
        answer=Answer.ACCEPTED,
        stamp=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        comment="gladly",
    )
    assert codec.loads(codec.dumps(found)) == found


def test_the_method_may_stand_in_the_content_type_alone() -> None:
    assert read_reply(ics(*GOOD, method="X-A:b"), OUTSIDE, method="reply").answer is Answer.ACCEPTED


@pytest.mark.parametrize(
    "text",
    [
        "no calendar",
        ics(*GOOD, method="METHOD:REQUEST"),
        ics("UID:u1", "DTSTAMP:20261123T090000Z"),
        ics(*GOOD, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:second@office.example"),
        ics("UID:u1", GOOD[1], "ATTENDEE;PARTSTAT=MAYBE:mailto:chris@office.example"),
        ics(GOOD[1], GOOD[3]),
    ],
)
def test_what_is_no_usable_reply_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError):
        read_reply(text, OUTSIDE)


def test_a_reply_that_does_not_say_when_it_was_sent_is_older_than_all_others() -> None:
    for line in ("DTSTAMP:yesterday", "SEQUENCE:0"):
        assert read_reply(ics("UID:u1", line, GOOD[3]), OUTSIDE).stamp == datetime(1970, 1, 1, tzinfo=UTC)
