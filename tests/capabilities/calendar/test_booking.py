"""Booking: once, only while everybody is free, and never over somebody else's event."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError as SchemaError

from empla.capabilities.calendar.events import Answer, mark_of, parse
from empla.capabilities.calendar.results import BookConflict, Booked, Clash
from empla.capabilities.contract import OutcomeUnknown, Settled
from empla.errors import ExternalError, PermissionDenied, ValidationError
from empla.mind import codec

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, Desk, FakeCalendars, address, busy_from, ics, instant

BERLIN = ZoneInfo("Europe/Berlin")
TWO = datetime(2026, 11, 24, 14, 0, tzinfo=BERLIN)


def wanted(owner: str = MANAGER, start: datetime = TWO, **more: Any) -> dict[str, Any]:
    return {
        "owner": address(owner),
        "title": "Budget",
        "start": instant(start),
        "end": instant(start + timedelta(minutes=30)),
        "attendees": (address(MANAGER), address(COLLEAGUE)),
        "names": {COLLEAGUE: "Chris"},
        **more,
    }


def book(desk: Desk, operation: str = "calendar.book", **more: Any) -> Any:
    return desk.run(operation, **wanted(**more))


def test_the_employee_organizes_the_manager_has_accepted_the_others_are_asked(
    desk: Desk, calendars: FakeCalendars
) -> None:
    booked = book(desk)
    assert isinstance(booked, Booked)
    (stored,) = calendars.of(MANAGER)
    meeting = parse(stored.ics)
    assert meeting.organizer == EMPLOYEE
    assert [(a.address, a.answer, a.rsvp) for a in meeting.attendees] == [
        (MANAGER, Answer.ACCEPTED, False),
        (COLLEAGUE, Answer.NEEDS_ACTION, True),
    ]
    assert (meeting.title, meeting.start, meeting.sequence) == ("Budget", TWO, 0)
    assert booked.event.uid == stored.uid and booked.etag == stored.etag
    assert codec.loads(codec.dumps(booked)) == booked


def test_both_copies_of_a_meeting_have_one_uid(desk: Desk, calendars: FakeCalendars) -> None:
    first = book(desk)
    second = book(desk, "calendar.book_own", owner=EMPLOYEE, event=first.event, check=())
    assert isinstance(second, Booked)
    assert calendars.of(MANAGER)[0].uid == calendars.of(EMPLOYEE)[0].uid == first.event.uid


def test_booking_twice_is_one_event(desk: Desk, calendars: FakeCalendars) -> None:
    permit = desk.prepare("calendar.book", **wanted())
    once = desk.perform(permit)
    assert desk.perform(permit) == desk.again(permit) == once
    assert calendars.writes == 1


def test_the_same_step_always_renders_the_same_bytes(desk: Desk) -> None:
    one, other = (desk.prepare("calendar.book", unique="abc", **wanted()) for _ in range(2))
    assert one.payload_hash == other.payload_hash


def test_who_has_become_busy_is_named_and_nothing_is_written(desk: Desk, calendars: FakeCalendars) -> None:
    permit = desk.prepare("calendar.book", **wanted())
    calendars.put(COLLEAGUE, busy_from(TWO + timedelta(minutes=15), 60))
    conflict = desk.perform(permit)
    assert isinstance(conflict, BookConflict)
    assert conflict.clash is Clash.BUSY
    assert [a.value for a in conflict.who] == [COLLEAGUE]
    assert conflict.busy[0].start.value == TWO + timedelta(minutes=15)
    assert calendars.writes == 0
    assert codec.loads(codec.dumps(conflict)) == conflict


@pytest.mark.parametrize("minutes", [-60, 30])
def test_what_only_touches_is_no_conflict(desk: Desk, calendars: FakeCalendars, minutes: int) -> None:
    calendars.put(MANAGER, busy_from(TWO + timedelta(minutes=minutes), 60 if minutes < 0 else 30))
    assert isinstance(book(desk), Booked)


def test_an_unanswered_invitation_is_busy_time_although_no_free_busy_shows_it(
    desk: Desk, calendars: FakeCalendars
) -> None:
    """Chris was invited by Ada to another meeting; the mail lies unread, so Chris's own calendar is empty."""
    book(desk, "calendar.book_own", owner=EMPLOYEE, attendees=(address(COLLEAGUE),))
    assert calendars.of(COLLEAGUE) == []
    conflict = book(desk)
    assert isinstance(conflict, BookConflict) and [a.value for a in conflict.who] == [COLLEAGUE]


def test_the_meeting_does_not_stand_in_its_own_way(desk: Desk, calendars: FakeCalendars) -> None:
    """The second copy is checked too, when the first already fills the time."""
    first = book(desk, "calendar.book_own", owner=EMPLOYEE)
    assert isinstance(book(desk, event=first.event), Booked)


def test_its_own_event_is_no_conflict_where_only_free_busy_shows_it(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.readable.discard(MANAGER)
    permit = desk.prepare("calendar.book", **wanted())
    once = desk.perform(permit)
    assert isinstance(once, Booked)
    assert desk.again(permit) == once


def test_who_is_not_named_is_not_checked(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(COLLEAGUE, busy_from(TWO, 60))
    assert isinstance(book(desk, check=(address(MANAGER),)), Booked)


def test_whose_calendar_may_not_be_read_does_not_stop_a_booking(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.hidden.add(COLLEAGUE)
    calendars.put(COLLEAGUE, busy_from(TWO, 60))
    assert isinstance(book(desk), Booked)


def test_another_event_with_the_uid_is_left_alone(desk: Desk, calendars: FakeCalendars) -> None:
    first = book(desk, "calendar.book_own", owner=EMPLOYEE)
    theirs = ics(first.event.uid, "DTSTART:20261201T100000Z", "DURATION:PT1H", "SUMMARY:Mine")
    stored = calendars.put(MANAGER, theirs)
    conflict = book(desk, event=first.event)
    assert isinstance(conflict, BookConflict) and conflict.clash is Clash.EXISTS
    assert calendars.of(MANAGER) == [stored]


def test_the_same_meeting_put_there_by_an_earlier_act_is_success(desk: Desk, calendars: FakeCalendars) -> None:
    """A server may drop our mark: then equal content says that it is the same."""
    first = book(desk, "calendar.book_own", owner=EMPLOYEE)
    permit = desk.prepare("calendar.book", **wanted(event=first.event))
    bare = permit.payload.content.decode().split("X-EMPLA-ACT")
    calendars.put(MANAGER, bare[0] + "END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert mark_of(calendars.of(MANAGER)[0].ics) == ""
    assert isinstance(desk.perform(permit), Booked)
    assert calendars.writes == 1  # Ada's own copy only


def test_who_came_between_the_look_and_the_write_stays(desk: Desk, calendars: FakeCalendars) -> None:
    first = book(desk, "calendar.book_own", owner=EMPLOYEE)
    theirs = ics(first.event.uid, "DTSTART:20261201T100000Z", "DURATION:PT1H", "SUMMARY:Mine")
    calendars.before_write = lambda: calendars.put(MANAGER, theirs)
    conflict = book(desk, event=first.event)
    assert isinstance(conflict, BookConflict) and conflict.clash is Clash.EXISTS
    assert parse(calendars.of(MANAGER)[0].ics).title == "Mine"


def test_a_lost_answer_is_unknown_and_the_calendar_tells(desk: Desk, calendars: FakeCalendars) -> None:
    permit = desk.prepare("calendar.book", **wanted())

    def lose_the_answer() -> None:
        calendars.put(MANAGER, permit.payload.content)
        raise ExternalError("the connection was lost")

    calendars.before_write = lose_the_answer
    with pytest.raises(OutcomeUnknown):
        desk.perform(permit)
    assert desk.wired == 1
    settled, booked = desk.settle(permit)
    assert settled is Settled.DONE and booked.event.uid == permit.payload.target["uid"]
    assert desk.again(permit) == booked


def test_before_the_write_the_calendar_tells_that_nothing_was_done(desk: Desk) -> None:
    permit = desk.prepare("calendar.book", **wanted())
    assert desk.settle(permit) == (Settled.NOT_DONE, None)


def test_an_event_that_its_owner_moved_meanwhile_was_booked_all_the_same(desk: Desk, calendars: FakeCalendars) -> None:
    permit = desk.prepare("calendar.book", **wanted())
    desk.perform(permit)
    moved = permit.payload.content.replace(b"T140000", b"T150000").replace(b"T143000", b"T153000")
    calendars.put(MANAGER, moved)
    settled, booked = desk.settle(permit)
    assert settled is Settled.DONE
    assert parse(booked.copy.ics).start == TWO + timedelta(hours=1)
    assert desk.again(permit) == booked  # and a second attempt puts nothing back


def test_the_gate_sees_owner_time_and_title(desk: Desk) -> None:
    target = desk.prepare("calendar.book", **wanted()).payload.target
    assert (target["owner"], target["title"]) == (MANAGER, "Budget")
    assert datetime.fromisoformat(target["start"]) == TWO
    assert datetime.fromisoformat(target["end"]) == TWO + timedelta(minutes=30)


def test_the_own_variant_reaches_no_calendar_but_the_employee_s(desk: Desk) -> None:
    with pytest.raises(PermissionDenied, match=MANAGER):
        book(desk, "calendar.book_own")


@pytest.mark.parametrize(
    "wrong",
    [
        {"owner": MANAGER},
        {"attendees": (COLLEAGUE,)},
        {"start": TWO},
        {"end": instant(TWO - timedelta(hours=1))},
        {"end": instant(TWO)},
        {"start": instant(TWO.replace(tzinfo=None))},
        {"title": ""},
        {"event": "uid@office.example"},
        {"surprise": 1},
    ],
)
def test_a_plain_string_or_a_senseless_time_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises((SchemaError, TypeError)):
        desk.prepare("calendar.book", **{**wanted(), **wrong})


def test_an_event_too_long_to_be_kept_is_refused_before_it_is_written(desk: Desk) -> None:
    crowd = tuple(address(f"guest{n}@elsewhere.example") for n in range(500))
    with pytest.raises(ValidationError, match="too long"):
        book(desk, attendees=crowd)


def test_the_day_the_clock_changes_keeps_the_local_time(desk: Desk, calendars: FakeCalendars) -> None:
    first_of_winter = datetime(2026, 10, 25, 9, 0, tzinfo=BERLIN)
    book(desk, start=first_of_winter)
    assert parse(calendars.of(MANAGER)[0].ics).start.astimezone(UTC) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
