"""Organizers' messages in somebody's calendar: what they change, in whatever order they come, and whose word counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.calendar.copies import Owner, Version
from empla.capabilities.calendar.events import Answer, load, parse
from empla.capabilities.calendar.invites import read_invite
from empla.capabilities.calendar.itip import Refused
from empla.capabilities.calendar.occurrences import occurrences
from empla.capabilities.calendar.spans import span
from empla.capabilities.calendar.taking import Incoming, Older, taken_in
from empla.errors import ValidationError
from empla.mind.values import Origin, Source
from tests.corpus.calendars.made import ORGANIZER, OWNER, STANDARD, calendar, event, folded

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
OUTSIDE = Origin(Source.PERCEPT, "mail-1")
MARIA = Owner(address=OWNER, zone=ZONE)
PLAIN = tuple(line for line in STANDARD if not line.startswith("DTSTAMP"))
WEEKLY = ("DTSTART;TZID=Europe/Berlin:20261124T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=6")
FUTURE = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin"
ONE = "RECURRENCE-ID;TZID=Europe/Berlin"
HOUR = ("DURATION:PT1H",)


def message(method: str, minute: int, *lines: str, sequence: int = 0) -> str:
    """Return an organizer's message, sent so many minutes after the first."""
    stamp = f"DTSTAMP:20261120T08{minute:02}00Z"
    return folded(*calendar(*event(stamp, f"SEQUENCE:{sequence}", *lines, standard=PLAIN), method=method)).decode()


def taken(standing: bytes | None, ics: str, owner: Owner = MARIA, **more: object) -> bytes | Older | Refused:
    incoming = Incoming(ics=ics, sender=str(more.pop("sender", ORGANIZER)), **more)
    return taken_in(standing, incoming, owner, at=NOW, mark="act-1")


def standing(*messages: str) -> bytes:
    """Return what stands in the calendar once the messages have come."""
    found: bytes | None = None
    for each in messages:
        after = taken(found, each)
        if isinstance(after, bytes):
            found = after
    assert found is not None
    return found


def days(ics: bytes) -> list[str]:
    """Return when it takes place: "24.11. 10:00", on the clock of Berlin."""
    year = span(NOW, NOW + timedelta(days=300))
    kept = [o.meeting for o in occurrences(ics, year, ZONE) if o.meeting.status != "CANCELLED"]
    return [f"{m.start.day}.{m.start.month}. {m.start:%H:%M}" for m in kept]


SERIES = message("REQUEST", 0, *WEEKLY)


def test_an_invitation_stands_in_the_calendar_with_the_answer_open() -> None:
    found = standing(SERIES)
    assert days(found) == [f"{d} 10:00" for d in ("24.11.", "1.12.", "8.12.", "15.12.", "22.12.", "29.12.")]
    own = parse(found).attendee(OWNER)
    assert own is not None and own.answer is Answer.NEEDS_ACTION and own.rsvp
    assert b"METHOD" not in found


def test_the_answer_is_entered_with_it_and_stays_until_the_time_changes() -> None:
    yes = Owner(address=OWNER, zone=ZONE, answer=Answer.ACCEPTED)
    found = taken(None, SERIES, yes)
    assert isinstance(found, bytes)
    named = taken(found, message("REQUEST", 5, *WEEKLY, "LOCATION:Room 1"))
    assert isinstance(named, bytes)
    assert parse(named).location == "Room 1"
    assert [a.answer for a in parse(named).attendees] == [Answer.ACCEPTED]
    later = ("DTSTART;TZID=Europe/Berlin:20261124T140000", *WEEKLY[1:])
    moved = taken(named, message("REQUEST", 6, *later, sequence=1))
    assert isinstance(moved, bytes)
    assert [a.answer for a in parse(moved).attendees] == [Answer.NEEDS_ACTION]
    assert isinstance(taken(moved, message("REQUEST", 6, *later, sequence=1)), Older)
    again = taken(moved, message("REQUEST", 6, *later, sequence=1), yes)
    assert isinstance(again, bytes), "the answer alone is something new"
    assert [a.answer for a in parse(again).attendees] == [Answer.ACCEPTED]


@pytest.mark.parametrize(
    "older",
    [
        message("REQUEST", 0, *WEEKLY),
        message("REQUEST", 9, *WEEKLY),
        message("CANCEL", 9, "STATUS:CANCELLED"),
        message("REQUEST", 4, f"{ONE}:20261201T100000", "DTSTART:20261202T100000Z", *HOUR),
        message("CANCEL", 4, f"{ONE}:20261201T100000"),
        message("REQUEST", 5, *WEEKLY, "SUMMARY:Late", sequence=1),
    ],
)
def test_an_older_version_never_wins(older: str) -> None:
    found = standing(SERIES, message("REQUEST", 5, *WEEKLY, sequence=1))
    assert isinstance(taken(found, older), Older)


def test_one_occurrence_is_moved_called_off_and_asked_for_again() -> None:
    moved = message("REQUEST", 1, f"{ONE}:20261201T100000", "DTSTART;TZID=Europe/Berlin:20261202T150000", *HOUR)
    off = message("CANCEL", 2, f"{ONE}:20261201T100000")
    again = message("REQUEST", 3, f"{ONE}:20261201T100000", "DTSTART;TZID=Europe/Berlin:20261203T090000", *HOUR)
    assert days(standing(SERIES, moved))[1] == "2.12. 15:00"
    assert "1.12. 10:00" not in days(standing(SERIES, moved, off)) and len(days(standing(SERIES, moved, off))) == 5
    assert days(standing(SERIES, moved, off, again))[1] == "3.12. 09:00"
    assert len(days(standing(SERIES, off, moved))) == 5, "what was sent before the end does not bring it back"


def test_this_and_future_moves_the_rest_and_ends_it() -> None:
    rest = message("REQUEST", 1, f"{FUTURE}:20261208T100000", "DTSTART;TZID=Europe/Berlin:20261210T140000", *HOUR)
    found = standing(SERIES, rest)
    assert days(found) == [
        "24.11. 10:00",
        "1.12. 10:00",
        "10.12. 14:00",
        "17.12. 14:00",
        "24.12. 14:00",
        "31.12. 14:00",
    ]
    ended = standing(SERIES, rest, message("CANCEL", 2, f"{FUTURE}:20261215T100000"))
    assert days(ended) == ["24.11. 10:00", "1.12. 10:00", "10.12. 14:00"]
    assert days(standing(SERIES, message("CANCEL", 2, f"{FUTURE}:20261124T100000"))) == []


def test_what_is_called_off_stays_as_a_note_that_takes_no_time() -> None:
    found = standing(SERIES, message("CANCEL", 1, "STATUS:CANCELLED", sequence=1))
    assert days(found) == []
    assert parse(found).status == "CANCELLED" and parse(found).transparent
    assert isinstance(taken(found, SERIES), Older)
    assert days(standing(SERIES, message("CANCEL", 1, sequence=1), message("REQUEST", 2, *WEEKLY, sequence=2))) != []


def test_a_cancel_for_somebody_else_changes_nothing_here() -> None:
    for_ben = message("CANCEL", 1).replace(OWNER, "ben@elsewhere.example")
    assert isinstance(taken(standing(SERIES), for_ben), Older)
    assert days(standing(SERIES, message("CANCEL", 1))) == []


def test_occurrences_are_added() -> None:
    more = message("ADD", 1, "DTSTART;TZID=Europe/Berlin:20261126T160000", "DURATION:PT2H", sequence=1)
    found = standing(SERIES, more)
    assert days(found)[1] == "26.11. 16:00" and len(days(found)) == 7
    assert isinstance(taken(found, more), Older)
    other = taken(found, message("ADD", 2, *WEEKLY, sequence=2))
    assert isinstance(other, Refused) and "series of its own" in other.reason


def test_an_occurrence_may_come_alone_and_the_series_after_it() -> None:
    alone = message("REQUEST", 5, f"{ONE}:20261201T100000", "DTSTART;TZID=Europe/Berlin:20261202T150000", *HOUR)
    assert days(standing(alone)) == ["2.12. 15:00"]
    assert days(standing(alone, SERIES))[1] == "2.12. 15:00" and len(days(standing(alone, SERIES))) == 6


FOLLOWING = (
    message("CANCEL", 1, f"{ONE}:20261201T100000"),
    message("REQUEST", 2, f"{ONE}:20261208T100000", "DTSTART;TZID=Europe/Berlin:20261209T150000", *HOUR),
    message("REQUEST", 3, f"{FUTURE}:20261215T100000", "DTSTART;TZID=Europe/Berlin:20261216T110000", *HOUR),
    message("REQUEST", 4, f"{ONE}:20261222T100000", "DTSTART;TZID=Europe/Berlin:20261223T180000", *HOUR),
    message("CANCEL", 5, f"{FUTURE}:20261229T100000"),
)
ALL_NEW = (
    message("REQUEST", 6, "DTSTART;TZID=Europe/Berlin:20261125T120000", *WEEKLY[1:], sequence=1),
    message("CANCEL", 7, f"{ONE}:20261202T120000", sequence=1),
    message("CANCEL", 8, "STATUS:CANCELLED", sequence=2),
)


@given(st.permutations([*FOLLOWING, *ALL_NEW]), st.integers(0, 8))
@settings(max_examples=40, deadline=None)
def test_messages_come_to_the_same_in_whatever_order_they_arrive(order: list[str], number: int) -> None:
    those = [m for m in order if m in [*FOLLOWING, *ALL_NEW][:number]]
    in_turn = [*FOLLOWING, *ALL_NEW][:number]
    assert days(standing(SERIES, *those)) == days(standing(SERIES, *in_turn))


# Whose word counts ----------------------------------------------------------------------------------------------------


def reason(found: bytes | Older | Refused) -> str:
    assert isinstance(found, Refused), found
    return found.reason


EVE = "eve@elsewhere.example"


def test_only_the_organizer_s_own_message_counts() -> None:
    found = standing(SERIES)
    update = message("REQUEST", 5, *WEEKLY, sequence=1)
    assert "it came from eve" in reason(taken(found, update, sender=EVE))
    assert "it came from eve" in reason(taken(found, update, sender=EVE, vouched=True))
    assert "it came from eve" in reason(taken(None, SERIES, sender=EVE))
    assert isinstance(taken(found, update, vouched=True), bytes)
    theirs = update.replace(ORGANIZER, EVE)
    assert f"organized by {ORGANIZER}" in reason(taken(found, theirs, sender=EVE, vouched=True))


def test_for_whom_somebody_may_speak_only_the_directory_says() -> None:
    update = message("REQUEST", 5, *WEEKLY, sequence=1)
    by_eve = update.replace("ORGANIZER;", f'ORGANIZER;SENT-BY="mailto:{EVE}";')
    found = standing(SERIES)
    assert "it came from" in reason(taken(found, by_eve, sender=EVE, vouched=True))
    assert isinstance(taken(found, by_eve, sender=EVE, vouched=True, speaks_for=frozenset({ORGANIZER})), bytes)


def test_what_the_owner_organizes_or_has_noted_is_theirs() -> None:
    own = SERIES.replace(ORGANIZER, OWNER)
    assert "organizes it" in reason(taken(None, own, sender=OWNER))
    noted = folded(*calendar(*event(*WEEKLY, standard=("UID:u-1", "DTSTAMP:20261120T080000Z")), method=""))
    assert "no organizer but its owner" in reason(taken(noted, SERIES))


def test_marks_of_ours_that_somebody_else_writes_are_not_believed() -> None:
    forged = message("REQUEST", 1, *WEEKLY, "X-EMPLA-SENT:20990101T000000Z", "X-EMPLA-ACT:act-9")
    found = standing(forged)
    assert b"2099" not in found and b"act-9" not in found
    assert isinstance(taken(found, message("REQUEST", 2, *WEEKLY)), bytes)


def test_a_version_that_is_known_although_nothing_of_it_stands_there_counts() -> None:
    incoming = Incoming(ics=SERIES, sender=ORGANIZER)
    newest = Version(1, datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert isinstance(taken_in(None, incoming, MARIA, at=NOW, newest=newest), Older)


def test_texts_are_kept_as_they_are_but_not_their_length_nor_alarms() -> None:
    long = message("REQUEST", 0, *WEEKLY, "DESCRIPTION:" + "é" * 20_000, "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM")
    found = standing(long)
    assert len(parse(found).description) == 8_000 and parse(found).description.endswith("…")
    assert parse(found).title == "Talk"
    assert b"VALARM" not in found and len(load(found).events) == 1


def test_what_nobody_can_work_with_is_not_taken_in() -> None:
    with pytest.raises(ValidationError):
        taken(None, message("REQUEST", 0, WEEKLY[0], "RRULE:FREQ=SECONDLY"))
    with pytest.raises(ValidationError):
        taken(None, "no calendar")


def test_an_invitation_is_read_as_plans_need_it() -> None:
    rest = message("REQUEST", 1, f"{FUTURE}:20261208T100000", "DTSTART;TZID=Europe/Berlin:20261210T140000", *HOUR)
    found = read_invite(rest, OUTSIDE, zone=ZONE, at=NOW)
    assert found.method == "REQUEST" and found.this_and_future
    assert found.occurrence == datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    whole = read_invite(SERIES, OUTSIDE, zone=ZONE, at=NOW)
    assert whole.recurrence == "every week, 6 times" and whole.rule == "FREQ=WEEKLY;COUNT=6"
    assert whole.organizer is not None and whole.organizer.origin == OUTSIDE
    assert whole.organizer_name == "Carla Ruiz"
    assert [s.value.day for s, _ in whole.spans] == [24, 1, 8, 15, 22, 29]
    assert whole.attendee(OWNER.upper()) is not None
