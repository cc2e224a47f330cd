"""One occurrence of a series of ours, or it and all that follow: moved, called off, answered for, and told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.calendar import series
from empla.capabilities.calendar.events import Answer, load, parse
from empla.capabilities.calendar.itip import AttendeeReply, WhyNot
from empla.capabilities.calendar.results import (
    Agenda,
    AgendaItem,
    BookConflict,
    Booked,
    EventCopy,
    EventDeleted,
    EventMoved,
    EventWritten,
    ReplyRefused,
)
from empla.errors import PermissionDenied, ValidationError
from empla.mind.values import Address, EventRef, Instant, Origin, Source

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, Desk, FakeCalendars, address, busy_from, ics, instant

BERLIN = ZoneInfo("Europe/Berlin")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=BERLIN)
OUTSIDE = Origin(Source.PERCEPT, "mail-9", "invitation")


def week(number: int) -> datetime:
    return TEN + timedelta(days=7 * number)


@pytest.fixture
def booked(desk: Desk) -> Booked:
    """A series of ours: every Tuesday at ten, six times."""
    result = desk.run(
        "calendar.book",
        owner=address(MANAGER),
        title="Weekly",
        start=instant(TEN),
        end=instant(TEN + timedelta(hours=1)),
        attendees=(address(MANAGER), address(COLLEAGUE)),
        rule="FREQ=WEEKLY;COUNT=6",
    )
    assert isinstance(result, Booked)
    return result


def items(desk: Desk, owner: str = MANAGER) -> tuple[AgendaItem, ...]:
    start, end = instant(TEN - timedelta(days=1)), instant(TEN + timedelta(days=90))
    agenda = desk.run("calendar.agenda", owner=address(owner), start=start, end=end)
    assert isinstance(agenda, Agenda)
    return agenda.items


def begins(desk: Desk) -> list[datetime]:
    return [i.start.value for i in items(desk)]


def occurrence(desk: Desk, number: int) -> Instant:
    found = items(desk)[number].occurrence
    assert found is not None
    return found


def test_a_series_is_booked_and_each_of_it_has_a_name(desk: Desk, booked: Booked) -> None:
    assert begins(desk) == [week(n) for n in range(6)]
    assert [i.occurrence.value for i in items(desk) if i.occurrence] == [week(n) for n in range(6)]
    with pytest.raises(ValidationError, match="no rule"):
        desk.prepare(
            "calendar.book", owner=address(MANAGER), title="x", start=instant(TEN), end=instant(week(1)), rule="often"
        )


def test_one_is_moved_and_everybody_asked_anew_for_that_one(desk: Desk, booked: Booked) -> None:
    new = week(1) + timedelta(days=1, hours=4)
    moved = desk.run(
        "calendar.update",
        copy=booked.copy,
        occurrence=occurrence(desk, 1),
        start=instant(new),
        end=instant(new + timedelta(hours=2)),
        check=(address(MANAGER), address(COLLEAGUE)),
    )
    assert isinstance(moved, EventWritten)
    assert begins(desk) == [week(0), new, *(week(n) for n in range(2, 6))]
    again = occurrence(desk, 1)
    assert again.value == week(1), "it keeps its name"
    permit = desk.prepare("calendar.invite", copy=moved.copy, to=(address(COLLEAGUE),), occurrence=again)
    assert b"Updated invitation" in permit.payload.content
    assert permit.payload.target["start"] == new.isoformat()
    back = desk.run(
        "calendar.update",
        copy=moved.copy,
        occurrence=again,
        start=instant(week(1)),
        end=instant(week(1) + timedelta(hours=1)),
    )
    assert isinstance(back, EventWritten)
    assert begins(desk) == [week(n) for n in range(6)]
    assert load(back.copy.ics).events[1]["SEQUENCE"] == 2


def test_one_is_not_moved_onto_somebody_s_other_meeting(desk: Desk, calendars: FakeCalendars, booked: Booked) -> None:
    busy = week(1) + timedelta(hours=4)
    calendars.put(COLLEAGUE, busy_from(busy, 60, "c"))
    arguments = {
        "copy": booked.copy,
        "occurrence": occurrence(desk, 1),
        "start": instant(busy),
        "end": instant(busy + timedelta(hours=1)),
    }
    conflict = desk.run("calendar.update", **arguments, check=(address(MANAGER), address(COLLEAGUE)))
    assert isinstance(conflict, BookConflict) and [w.value for w in conflict.who] == [COLLEAGUE]
    assert begins(desk) == [week(n) for n in range(6)]
    assert isinstance(desk.run("calendar.update", **arguments), EventWritten), "nobody asked to look"


def test_one_gets_another_title_and_the_others_keep_theirs(desk: Desk, booked: Booked) -> None:
    desk.run("calendar.update", copy=booked.copy, occurrence=occurrence(desk, 2), title="Review", location="Room 1")
    assert [i.title for i in items(desk)] == ["Weekly", "Weekly", "Review", "Weekly", "Weekly", "Weekly"]


def test_one_is_called_off_and_told(desk: Desk, booked: Booked) -> None:
    third = occurrence(desk, 2)
    permit = desk.prepare("calendar.send_cancel", copy=booked.copy, to=(address(COLLEAGUE),), occurrence=third)
    assert permit.payload.target["start"] == week(2).isoformat()
    done = desk.run("calendar.cancel", copy=booked.copy, occurrence=third)
    assert isinstance(done, EventWritten)
    assert week(2) not in begins(desk) and len(begins(desk)) == 5
    with pytest.raises(ValidationError, match="no occurrence"):
        desk.prepare("calendar.cancel", copy=done.copy, occurrence=third)


def test_the_rest_is_called_off_and_may_go_on_at_another_hour(desk: Desk, booked: Booked) -> None:
    third = occurrence(desk, 2)
    rule = series.rest_of_rule(load(booked.copy.ics), third.value, "Europe/Berlin")
    assert rule == "FREQ=WEEKLY;COUNT=4"
    done = desk.run("calendar.cancel", copy=booked.copy, occurrence=third, and_future=True)
    assert isinstance(done, EventWritten) and begins(desk) == [week(0), week(1)]
    later = week(2) + timedelta(hours=5)
    desk.run(
        "calendar.book",
        owner=address(MANAGER),
        title="Weekly",
        start=instant(later),
        end=instant(later + timedelta(hours=1)),
        rule=rule,
    )
    assert begins(desk) == [week(0), week(1), *(week(n) + timedelta(hours=5) for n in range(2, 6))]


def test_from_the_first_on_is_all_of_it(desk: Desk, booked: Booked) -> None:
    assert isinstance(
        desk.run("calendar.cancel", copy=booked.copy, occurrence=occurrence(desk, 0), and_future=True), EventDeleted
    )


def test_a_person_s_change_between_reading_and_writing_stays(
    desk: Desk, calendars: FakeCalendars, booked: Booked
) -> None:
    def by_hand() -> None:
        (stored,) = calendars.of(MANAGER)
        calendars.put(MANAGER, stored.ics.replace(b"SUMMARY:Weekly", b"SUMMARY:Weekly with cake"))

    calendars.before_write = by_hand
    third = occurrence(desk, 2)
    met = desk.run("calendar.cancel", copy=booked.copy, occurrence=third)
    assert isinstance(met, EventMoved) and met.copy is not None
    assert len(begins(desk)) == 6
    assert isinstance(desk.run("calendar.cancel", copy=met.copy, occurrence=third), EventWritten)
    assert {i.title for i in items(desk)} == {"Weekly with cake"} and len(begins(desk)) == 5


def test_of_a_series_that_somebody_else_organizes_nothing_is_moved(desk: Desk, calendars: FakeCalendars) -> None:
    line = f"ORGANIZER:mailto:{COLLEAGUE}"
    calendars.put(MANAGER, ics("s", "DTSTART:20261124T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", line))
    copy = desk.run("calendar.read", owner=address(MANAGER), event=EventRef("s", 0, OUTSIDE))
    first = Instant(datetime(2026, 11, 24, 10, tzinfo=UTC), "UTC", OUTSIDE)
    with pytest.raises(PermissionDenied, match=COLLEAGUE):
        desk.prepare("calendar.update", copy=copy, occurrence=first, start=instant(TEN), end=instant(week(1)))


# Answers --------------------------------------------------------------------------------------------------------------


def reply(uid: str, answer: str, at: datetime | None, minute: int = 0) -> AttendeeReply:
    return AttendeeReply(
        event=EventRef(uid, 0, OUTSIDE),
        attendee=Address(COLLEAGUE, OUTSIDE),
        answer=Answer(answer),
        stamp=datetime(2026, 11, 23, 9, minute, tzinfo=UTC),
        occurrence=at,
    )


def answers(copy: EventCopy) -> list[str]:
    found = []
    for event in load(copy.ics).events:
        said = [a.params["PARTSTAT"] for a in event["ATTENDEE"] if COLLEAGUE in a]
        found += said
    return found


def test_an_answer_for_one_is_noted_for_that_one(desk: Desk, booked: Booked) -> None:
    said = {"sender": address(COLLEAGUE)}
    no = reply(booked.event.uid, "DECLINED", week(2).astimezone(UTC))
    noted = desk.run("calendar.apply_reply", copy=booked.copy, reply=no, **said)
    assert isinstance(noted, EventWritten)
    assert answers(noted.copy) == ["NEEDS-ACTION", "DECLINED"]
    assert begins(desk) == [week(n) for n in range(6)]
    earlier = reply(booked.event.uid, "ACCEPTED", week(2).astimezone(UTC), minute=0)
    assert desk.run("calendar.apply_reply", copy=noted.copy, reply=no, **said).changed is False
    late = desk.run(
        "calendar.apply_reply",
        copy=noted.copy,
        reply=reply(booked.event.uid, "ACCEPTED", week(2).astimezone(UTC), 5),
        **said,
    )
    assert answers(late.copy) == ["NEEDS-ACTION", "ACCEPTED"]
    refused = desk.run("calendar.apply_reply", copy=late.copy, reply=earlier, **said)
    assert isinstance(refused, ReplyRefused) and refused.why == WhyNot.LATER_KNOWN
    assert [a.answer for a in parse(late.copy.ics).attendees] == [Answer.ACCEPTED, Answer.NEEDS_ACTION]


def test_an_answer_for_one_that_there_is_not_is_refused(desk: Desk, booked: Booked) -> None:
    wrong = reply(booked.event.uid, "DECLINED", (week(2) + timedelta(days=1)).astimezone(UTC))
    refused = desk.run("calendar.apply_reply", copy=booked.copy, reply=wrong, sender=address(COLLEAGUE))
    assert isinstance(refused, ReplyRefused) and refused.why == WhyNot.NO_OCCURRENCE


def test_somebody_s_assistant_answers_only_if_the_directory_says_so(desk: Desk, booked: Booked) -> None:
    yes = reply(booked.event.uid, "ACCEPTED", None)
    bea = address("bea@office.example")
    refused = desk.run("calendar.apply_reply", copy=booked.copy, reply=yes, sender=bea)
    assert isinstance(refused, ReplyRefused) and refused.why == WhyNot.OTHER_SENDER
    known = desk.run("calendar.apply_reply", copy=booked.copy, reply=yes, sender=bea, speaks_for=(address(COLLEAGUE),))
    assert isinstance(known, EventWritten)
    with pytest.raises(ValueError, match="directory"):
        desk.prepare(
            "calendar.apply_reply", copy=booked.copy, reply=yes, sender=bea, speaks_for=(Address(COLLEAGUE, OUTSIDE),)
        )


def test_the_employee_s_own_calendar_alone_is_its_own_affair(desk: Desk, booked: Booked) -> None:
    with pytest.raises(PermissionDenied):
        desk.prepare("calendar.cancel_own", copy=booked.copy, occurrence=instant(week(1)))
    assert EMPLOYEE != MANAGER
