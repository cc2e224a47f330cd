"""Reading, writing and changing one meeting as iCalendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from empla.capabilities.calendar.events import Answer, Attendee, Meeting, change, mark_of, parse, render
from empla.errors import ValidationError

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def meeting(**more: object) -> Meeting:
    plain = Meeting(
        uid="u1@office.example",
        sequence=0,
        title="Budget",
        start=datetime(2026, 11, 24, 14, 0, tzinfo=BERLIN),
        end=datetime(2026, 11, 24, 14, 30, tzinfo=BERLIN),
        zone="Europe/Berlin",
        organizer="ada@office.example",
        organizer_name="Ada",
        attendees=(
            Attendee(address="maria@office.example", name="Maria", answer=Answer.ACCEPTED),
            Attendee(address="chris@office.example", rsvp=True),
        ),
        stamp=AT,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def event(*lines: str, before: str = "", after: str = "") -> str:
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Some//Client//EN",
            *filter(None, [before]),
            "BEGIN:VEVENT",
            "UID:theirs",
            "DTSTAMP:20261101T000000Z",
            *lines,
            "END:VEVENT",
            *filter(None, [after]),
            "END:VCALENDAR",
            "",
        )
    )


def test_what_is_written_is_read_back() -> None:
    written = meeting(location="Room 1, left", description="Line one\nLine two; and more")
    assert parse(render(written, at=AT)) == written


names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200).map(str.strip)


@settings(max_examples=100, deadline=None)
@given(title=names.filter(bool), location=names, person=names)
def test_any_text_survives_escaping_and_folding(title: str, location: str, person: str) -> None:
    written = meeting(title=title, location=location, organizer_name=person)
    raw = render(written, at=AT)
    # A backslash is the one thing that a name cannot keep.
    assert parse(raw) == replace(written, organizer_name=" ".join(person.replace("\\", " ").split()))
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw == render(written, at=AT)


def test_zoned_times_come_with_their_zone_s_rules() -> None:
    calendar = Calendar.from_ical(render(meeting(), at=AT))
    assert [str(z["TZID"]) for z in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    utc = meeting(
        start=datetime(2026, 11, 24, 14, tzinfo=ZoneInfo("UTC")),
        end=datetime(2026, 11, 24, 15, tzinfo=ZoneInfo("UTC")),
        zone="UTC",
    )
    raw = render(utc, at=AT)
    assert b"DTSTART:20261124T140000Z" in raw and b"VTIMEZONE" not in raw
    assert parse(raw) == utc


def test_stamp_and_mark_come_from_the_act() -> None:
    raw = render(meeting(), at=AT, mark="act-1")
    assert b"DTSTAMP:20261123T080000Z" in raw
    assert mark_of(raw) == "act-1"
    assert mark_of(render(meeting(), at=AT)) == ""


def test_a_change_touches_only_what_is_meant() -> None:
    """Alarms, unknown properties and parameters, and their order, are the person's own."""
    theirs = event(
        "DTSTART;TZID=W. Europe Standard Time:20261124T100000",
        "DURATION:PT1H",
        "SUMMARY;LANGUAGE=en;X-FONT=bold:Talk",
        "X-CLIENT-COLOUR:red",
        "ATTENDEE;CN=Chris;X-SEEN=yes;PARTSTAT=NEEDS-ACTION:MAILTO:Chris@Office.example",
        "ATTENDEE;CN=Room:urn:uuid:room-1",
        "CATEGORIES:a,b",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:soon\r\nEND:VALARM",
        before="X-WR-CALNAME:Mine",
    )
    seen = parse(theirs)
    chris = seen.attendee("chris@office.example")
    assert chris is not None
    after = change(theirs, seen.with_attendee(replace(chris, answer=Answer.ACCEPTED)), at=AT, mark="act-2")
    lines = Calendar.from_ical(after).to_ical(sorted=False).decode().replace("\r\n ", "").splitlines()
    assert "SUMMARY;LANGUAGE=en;X-FONT=bold:Talk" in lines
    assert "ATTENDEE;CN=Chris;X-SEEN=yes;PARTSTAT=ACCEPTED:MAILTO:Chris@Office.example" in lines
    assert "ATTENDEE;CN=Room:urn:uuid:room-1" in lines
    assert "DTSTART;TZID=Europe/Berlin:20261124T100000" in lines
    assert {"DURATION:PT1H", "X-CLIENT-COLOUR:red", "CATEGORIES:a,b", "TRIGGER:-PT15M", "X-WR-CALNAME:Mine"} <= set(
        lines
    )
    assert "X-EMPLA-ACT:act-2" in lines


def test_a_new_time_replaces_a_duration() -> None:
    theirs = event("DTSTART:20261124T100000Z", "DURATION:PT1H", "SUMMARY:Talk")
    seen = parse(theirs)
    later = datetime(2026, 11, 25, 9, tzinfo=BERLIN)
    raw = change(theirs, replace(seen, start=later, end=later.replace(hour=10), sequence=1), at=AT)
    assert b"DURATION" not in raw
    assert (parse(raw).start, parse(raw).sequence) == (later, 1)
    assert b"BEGIN:VTIMEZONE" in raw


def test_attendees_can_join_and_leave() -> None:
    seen = meeting()
    raw = render(seen, at=AT)
    dora = Attendee(address="dora@office.example", rsvp=True)
    after = parse(change(raw, replace(seen, attendees=(seen.attendees[0], dora)), at=AT))
    assert [a.address for a in after.attendees] == ["maria@office.example", "dora@office.example"]


def test_a_whole_day_runs_from_midnight_to_midnight_of_its_owner() -> None:
    seen = parse(event("DTSTART;VALUE=DATE:20261124", "SUMMARY:Off"), "Pacific/Auckland")
    zone = ZoneInfo("Pacific/Auckland")
    assert seen.all_day
    assert (seen.start, seen.end) == (datetime(2026, 11, 24, tzinfo=zone), datetime(2026, 11, 25, tzinfo=zone))


def test_a_whole_day_stays_one_when_something_else_is_changed() -> None:
    theirs = event("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261126", "SUMMARY:Off")
    raw = change(theirs, replace(parse(theirs), title="Holiday"), at=AT)
    assert b"DTSTART;VALUE=DATE:20261124" in raw and b"DTEND;VALUE=DATE:20261126" in raw


def test_a_floating_time_is_on_the_clock_of_its_owner() -> None:
    seen = parse(event("DTSTART:20261124T100000", "DTEND:20261124T110000"), "America/New_York")
    assert seen.start.astimezone(UTC) == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_a_zone_that_only_the_object_defines_is_understood() -> None:
    rules = "\r\n".join(
        (
            "BEGIN:VTIMEZONE",
            "TZID:Our office",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0300",
            "TZOFFSETTO:+0300",
            "END:STANDARD",
            "END:VTIMEZONE",
        )
    )
    seen = parse(event("DTSTART;TZID=Our office:20261124T100000", "DURATION:PT30M", before=rules), "Europe/Berlin")
    assert seen.start == datetime(2026, 11, 24, 8, 0, tzinfo=BERLIN)
    assert seen.start.utcoffset() == timedelta(hours=3)  # a zone of the same offset stands for it


@pytest.mark.parametrize(
    "ics",
    [
        "",
        "hello",
        b"\xff\xfe\x00",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        event("SUMMARY:no start"),
        event("DTSTART:20261124T100000Z", "DTEND:20261124T090000Z"),
        event("DTSTART:nonsense"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(ics: bytes | str) -> None:
    with pytest.raises(ValidationError):
        parse(ics)


@pytest.mark.parametrize(
    ("ics", "sequence"),
    [
        (event("DTSTART:20261124T100000Z", "SEQUENCE:many"), 0),
        (event("DTSTART:20261124T100000Z", "DTSTART:20261125T100000Z"), 0),
        (event("DTSTART:20261124T100000Z", "SEQUENCE:1", "SEQUENCE:2"), 1),
        ("BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20261124T100000Z\r\nEND:VEVENT\r\n", 0),
    ],
)
def test_what_is_merely_wrong_is_read_as_well_as_it_can_be(ics: str, sequence: int) -> None:
    found = parse(ics)
    assert (found.sequence, found.start) == (sequence, datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
