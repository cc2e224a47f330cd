"""Changing, cancelling and noting replies: conditional, repeatable, never over a person's change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError as SchemaError

from empla.capabilities.calendar.events import Answer, Meeting, change, parse
from empla.capabilities.calendar.itip import AttendeeReply
from empla.capabilities.calendar.results import (
    Booked,
    EventCopy,
    EventDeleted,
    EventMoved,
    EventWritten,
    ReplyRefused,
)
from empla.capabilities.contract import Settled
from empla.errors import PermissionDenied, ResourceError, ValidationError
from empla.mind import codec
from empla.mind.values import Address, EventRef, Origin, Source

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, Desk, FakeCalendars, address, ics, instant

BERLIN = ZoneInfo("Europe/Berlin")
TWO = datetime(2026, 11, 24, 14, 0, tzinfo=BERLIN)
OUTSIDE = Origin(Source.PERCEPT, "mail-9", "invitation")


@pytest.fixture
def booked(desk: Desk) -> Booked:
    result = desk.run(
        "calendar.book",
        owner=address(MANAGER),
        title="Budget",
        start=instant(TWO),
        end=instant(TWO + timedelta(minutes=30)),
        attendees=(address(MANAGER), address(COLLEAGUE)),
    )
    assert isinstance(result, Booked)
    return result


def reply(
    uid: str, answer: str = "ACCEPTED", *, sequence: int = 0, who: str = COLLEAGUE, minute: int = 0
) -> AttendeeReply:
    return AttendeeReply(
        event=EventRef(uid, sequence, OUTSIDE),
        attendee=Address(who, OUTSIDE),
        answer=Answer(answer),
        stamp=datetime(2026, 11, 23, 9, minute, tzinfo=UTC),
    )


def stands(calendars: FakeCalendars, owner: str = MANAGER) -> Meeting:
    (stored,) = calendars.of(owner)
    return parse(stored.ics)


def by_hand(calendars: FakeCalendars, **changed: Any) -> None:
    """Let the manager change the event in their own client."""
    (stored,) = calendars.of(MANAGER)
    calendars.put(
        MANAGER, change(stored.ics, replace(parse(stored.ics), **changed), at=datetime(2026, 11, 23, tzinfo=UTC))
    )


# Another time ---------------------------------------------------------------------------------------------------------


def test_another_time_raises_sequence_and_asks_the_others_anew(
    desk: Desk, calendars: FakeCalendars, booked: Booked
) -> None:
    noted = desk.run("calendar.apply_reply", copy=booked.copy, reply=reply(booked.event.uid), sender=address(COLLEAGUE))
    three = TWO + timedelta(hours=1)
    moved = desk.run(
        "calendar.update", copy=noted.copy, start=instant(three), end=instant(three + timedelta(minutes=30))
    )
    assert isinstance(moved, EventWritten) and moved.event.sequence == 1
    meeting = stands(calendars)
    assert (meeting.start, meeting.sequence) == (three, 1)
    assert [(a.answer, a.rsvp) for a in meeting.attendees] == [(Answer.ACCEPTED, False), (Answer.NEEDS_ACTION, True)]
    assert codec.loads(codec.dumps(moved)) == moved


def test_another_title_is_no_new_version(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    result = desk.run("calendar.update", copy=booked.copy, title="Budget 2027", location="Room 1")
    assert isinstance(result, EventWritten)
    meeting = stands(calendars)
    assert (meeting.title, meeting.location, meeting.sequence) == ("Budget 2027", "Room 1", 0)


def test_attendees_can_be_added_and_keep_what_they_said(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    dora = "dora@office.example"
    desk.run("calendar.update", copy=booked.copy, attendees=(address(MANAGER), address(dora)))
    assert [(a.address, a.answer) for a in stands(calendars).attendees] == [
        (MANAGER, Answer.ACCEPTED),
        (dora, Answer.NEEDS_ACTION),
    ]


def test_a_change_that_changes_nothing_is_not_written(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    result = desk.run("calendar.update", copy=booked.copy, title="Budget")
    assert isinstance(result, EventWritten) and not result.changed
    assert calendars.writes == 1  # the booking


def test_an_event_somebody_else_organizes_is_theirs_to_move(desk: Desk, calendars: FakeCalendars) -> None:
    theirs = ics(
        "theirs",
        "DTSTART:20261124T100000Z",
        "DURATION:PT1H",
        "SUMMARY:Talk",
        f"ORGANIZER:mailto:{COLLEAGUE}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{MANAGER}",
    )
    calendars.put(MANAGER, theirs)
    event = EventRef("theirs", 0, OUTSIDE)
    copy = desk.run("calendar.read", owner=address(MANAGER), event=event)
    assert isinstance(copy, EventCopy)
    with pytest.raises(PermissionDenied, match=COLLEAGUE):
        desk.run("calendar.update", copy=copy, start=instant(TWO), end=instant(TWO + timedelta(hours=1)))
    with pytest.raises(PermissionDenied):
        desk.run("calendar.update", copy=copy, attendees=())
    answered = desk.run("calendar.update", copy=copy, answers=((address(MANAGER), "DECLINED"),))
    assert isinstance(answered, EventWritten)
    assert stands(calendars).attendees[0].answer is Answer.DECLINED
    assert b"X-CLIENT;A=1:kept" in calendars.of(MANAGER)[0].ics


def test_a_series_is_not_moved(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(MANAGER, ics("s", "DTSTART:20261124T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "SUMMARY:Weekly"))
    copy = desk.run("calendar.read", owner=address(MANAGER), event=EventRef("s", 0, OUTSIDE))
    with pytest.raises(ValidationError, match="series"):
        desk.run("calendar.update", copy=copy, start=instant(TWO), end=instant(TWO + timedelta(hours=1)))


def test_who_is_not_invited_has_no_answer_to_set(desk: Desk, booked: Booked) -> None:
    with pytest.raises(ValidationError, match="not invited"):
        desk.run("calendar.update", copy=booked.copy, answers=((address("eve@office.example"), "ACCEPTED"),))


@pytest.mark.parametrize("wrong", [{"start": instant(TWO)}, {"answers": (("x@y", "ACCEPTED"),)}, {"title": ""}])
def test_half_a_time_and_plain_addresses_are_refused(desk: Desk, booked: Booked, wrong: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        desk.prepare("calendar.update", copy=booked.copy, **wrong)


# A person was quicker -------------------------------------------------------------------------------------------------


def test_what_a_person_changed_meanwhile_stays_and_is_shown(
    desk: Desk, calendars: FakeCalendars, booked: Booked
) -> None:
    by_hand(calendars, title="Budget, with cake")
    result = desk.run("calendar.update", copy=booked.copy, title="Budget 2027")
    assert isinstance(result, EventMoved) and result.copy is not None
    assert parse(result.copy.ics).title == stands(calendars).title == "Budget, with cake"
    assert codec.loads(codec.dumps(result)) == result
    again = desk.run("calendar.update", copy=result.copy, location="Room 1")
    assert isinstance(again, EventWritten)
    assert (stands(calendars).title, stands(calendars).location) == ("Budget, with cake", "Room 1")


def test_what_a_person_deleted_meanwhile_is_not_put_back(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    calendars.objects.clear()
    assert desk.run("calendar.update", copy=booked.copy, title="Budget 2027") == EventMoved(copy=None)
    assert calendars.objects == {}


def test_a_change_made_twice_is_made_once(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    permit = desk.prepare("calendar.update", copy=booked.copy, title="Budget 2027")
    assert desk.settle(permit) == (Settled.NOT_DONE, None)
    once = desk.perform(permit)
    again = desk.perform(permit)
    assert once == again and isinstance(again, EventWritten)
    assert calendars.writes == 2
    assert desk.settle(permit) == (Settled.DONE, once)


def test_after_a_person_s_change_on_top_the_earlier_act_is_still_known_as_done(
    desk: Desk, calendars: FakeCalendars, booked: Booked
) -> None:
    """Clients keep properties that they do not know, our mark among them."""
    permit = desk.prepare("calendar.update", copy=booked.copy, title="Budget 2027")
    desk.perform(permit)
    (stored,) = calendars.of(MANAGER)
    calendars.put(MANAGER, stored.ics.replace(b"STATUS:CONFIRMED", b"STATUS:TENTATIVE"))
    settled, value = desk.settle(permit)
    assert settled is Settled.DONE and parse(value.copy.ics).status == "TENTATIVE"


# Cancelling -----------------------------------------------------------------------------------------------------------


def test_cancelling_deletes_once(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    permit = desk.prepare("calendar.cancel", copy=booked.copy)
    assert desk.settle(permit) == (Settled.NOT_DONE, None)
    assert isinstance(desk.perform(permit), EventDeleted)
    assert calendars.objects == {}
    assert isinstance(desk.perform(permit), EventDeleted)
    assert desk.settle(permit)[0] is Settled.DONE


def test_what_was_changed_by_hand_is_not_deleted_unseen(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    by_hand(calendars, title="Budget, with cake")
    result = desk.run("calendar.cancel", copy=booked.copy)
    assert isinstance(result, EventMoved) and result.copy is not None
    assert stands(calendars).title == "Budget, with cake"
    assert isinstance(desk.run("calendar.cancel", copy=result.copy), EventDeleted)


# Replies --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_a_reply_is_noted_in_every_copy(desk: Desk, calendars: FakeCalendars, booked: Booked, answer: str) -> None:
    own = desk.run(
        "calendar.book_own",
        owner=address(EMPLOYEE),
        title="Budget",
        start=instant(TWO),
        end=instant(TWO + timedelta(minutes=30)),
        attendees=(address(MANAGER), address(COLLEAGUE)),
        event=booked.event,
        check=(),
    )
    said = {"reply": reply(booked.event.uid, answer), "sender": address(COLLEAGUE)}
    assert isinstance(desk.run("calendar.apply_reply_own", copy=own.copy, **said), EventWritten)
    assert isinstance(desk.run("calendar.apply_reply", copy=booked.copy, **said), EventWritten)
    for owner in (EMPLOYEE, MANAGER):
        attendee = stands(calendars, owner).attendee(COLLEAGUE)
        assert attendee is not None and attendee.answer.value == answer
        assert stands(calendars, owner).sequence == 0


def test_a_reply_and_a_person_s_change_both_stay(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    by_hand(calendars, location="Room 7")
    copy, tries = booked.copy, 0
    while True:
        tries += 1
        result = desk.run("calendar.apply_reply", copy=copy, reply=reply(booked.event.uid), sender=address(COLLEAGUE))
        if not isinstance(result, EventMoved):
            break
        assert result.copy is not None
        copy = result.copy
    assert tries == 2
    meeting = stands(calendars)
    assert meeting.location == "Room 7"
    assert [a.answer for a in meeting.attendees] == [Answer.ACCEPTED, Answer.ACCEPTED]


def test_a_reply_that_does_not_count_is_refused_with_the_reason_and_writes_nothing(
    desk: Desk, calendars: FakeCalendars, booked: Booked
) -> None:
    eve = "eve@elsewhere.example"
    permit = desk.prepare(
        "calendar.apply_reply", copy=booked.copy, reply=reply(booked.event.uid, who=eve), sender=address(eve)
    )
    result = desk.perform(permit)
    assert isinstance(result, ReplyRefused) and "not invited" in result.reason
    assert calendars.writes == 1
    assert desk.wired == 1
    assert desk.settle(permit) == (Settled.NOT_DONE, None)


def test_the_same_reply_twice_is_written_once(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    said = {"reply": reply(booked.event.uid), "sender": address(COLLEAGUE)}
    once = desk.run("calendar.apply_reply", copy=booked.copy, **said)
    again = desk.run("calendar.apply_reply", copy=once.copy, **said)
    assert again.changed is False
    assert calendars.writes == 2


def test_an_object_too_long_to_keep_is_refused_in_words(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(MANAGER, ics("big", "DTSTART:20261124T100000Z", "DURATION:PT1H", "X-BLOB:" + "a" * 50_000))
    with pytest.raises(ResourceError, match="too long"):
        desk.run("calendar.read", owner=address(MANAGER), event=EventRef("big", 0, OUTSIDE))
