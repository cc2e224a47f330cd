"""When events take place, and what of it makes somebody busy."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.calendar.calendars import Busy
from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.occurrences import invited_time_of, occurrences, takes_time_of
from empla.capabilities.calendar.spans import Span, span
from empla.errors import ValidationError

MARIA = "maria@office.example"
BERLIN = ZoneInfo("Europe/Berlin")
NOVEMBER = span(datetime(2026, 11, 1, tzinfo=BERLIN), datetime(2026, 12, 1, tzinfo=BERLIN))


def event(*lines: str, more: str = "") -> str:
    inner = "\r\n".join(("UID:u", "DTSTAMP:20261101T000000Z", *lines))
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    return f"{head}BEGIN:VEVENT\r\n{inner}\r\nEND:VEVENT\r\n{more}END:VCALENDAR\r\n"


def starts(ics: str, within: Span = NOVEMBER, zone: str = "Europe/Berlin") -> list[str]:
    return [f"{o.span.start.astimezone(ZoneInfo(zone)):%d.%m. %H:%M}" for o in occurrences(ics, within, zone)]


def test_a_series_keeps_its_time_of_day_when_the_clock_changes() -> None:
    weekly = event("DTSTART;TZID=Europe/Berlin:20261012T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
    october = span(datetime(2026, 10, 1, tzinfo=BERLIN), datetime(2026, 12, 1, tzinfo=BERLIN))
    found = occurrences(weekly, october, "Europe/Berlin")
    assert starts(weekly, october) == ["12.10. 09:00", "19.10. 09:00", "26.10. 09:00", "02.11. 09:00"]
    assert [o.span.start.hour for o in found] == [7, 7, 8, 8]
    assert all(o.meeting.recurring for o in found)


def test_an_occurrence_may_be_left_out_moved_or_cancelled() -> None:
    moved = "\r\n".join(
        (
            "BEGIN:VEVENT",
            "UID:u",
            "DTSTAMP:20261101T000000Z",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261110T090000",
            "DTSTART;TZID=Europe/Berlin:20261111T150000",
            "DURATION:PT1H",
            "END:VEVENT",
            "BEGIN:VEVENT",
            "UID:u",
            "DTSTAMP:20261101T000000Z",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261124T090000",
            "DTSTART;TZID=Europe/Berlin:20261124T090000",
            "DURATION:PT1H",
            "STATUS:CANCELLED",
            "END:VEVENT",
            "",
        )
    )
    weekly = event(
        "DTSTART;TZID=Europe/Berlin:20261103T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Berlin:20261117T090000",
        more=moved,
    )
    assert starts(weekly) == ["03.11. 09:00", "11.11. 15:00", "24.11. 09:00"]
    busy = [takes_time_of(o.meeting, MARIA) for o in occurrences(weekly, NOVEMBER, "Europe/Berlin")]
    assert [b is not None for b in busy] == [True, True, False]


def test_whole_days_and_floating_times_fall_where_their_owner_s_clock_says() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    tuesday = span(datetime(2026, 11, 24, tzinfo=auckland), datetime(2026, 11, 25, tzinfo=auckland))
    day = event("DTSTART;VALUE=DATE:20261124")
    floating = event("DTSTART:20261124T233000", "DURATION:PT15M")
    assert [o.span for o in occurrences(day, tuesday, "Pacific/Auckland")] == [tuesday]
    assert starts(floating, tuesday, "Pacific/Auckland") == ["24.11. 23:30"]
    before = span(datetime(2026, 11, 23, tzinfo=auckland), datetime(2026, 11, 24, tzinfo=auckland))
    assert starts(day, before, "Pacific/Auckland") == []
    assert starts(floating, before, "Pacific/Auckland") == []


def test_what_only_touches_the_window_is_outside() -> None:
    ics = event("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z")
    nine_to_ten = span(datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC))
    eleven_on = span(datetime(2026, 11, 24, 11, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert starts(ics, nine_to_ten) == starts(ics, eleven_on) == []


def test_a_reminder_without_length_is_listed_and_takes_no_time() -> None:
    (found,) = occurrences(event("DTSTART:20261124T100000Z"), NOVEMBER, "UTC")
    assert takes_time_of(found.meeting, MARIA) is None


@pytest.mark.parametrize(
    ("lines", "busy", "tentative"),
    [
        ((), True, False),
        (("STATUS:TENTATIVE",), True, True),
        (("STATUS:CANCELLED",), False, False),
        (("TRANSP:TRANSPARENT",), False, False),
        ((f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MARIA}",), True, False),
        ((f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{MARIA}",), True, True),
        ((f"ATTENDEE:mailto:{MARIA.upper()}",), True, True),
        ((f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{MARIA}",), True, True),
        ((f"ATTENDEE;PARTSTAT=DECLINED:mailto:{MARIA}",), False, False),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:other@office.example",), True, False),
    ],
)
def test_tentative_and_unanswered_are_busy_declined_is_not(lines: tuple[str, ...], busy: bool, tentative: bool) -> None:
    meeting = parse(event("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z", *lines))
    expected = Busy(datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC), tentative)
    assert takes_time_of(meeting, MARIA) == (expected if busy else None)


def test_in_another_s_calendar_only_what_one_is_invited_to_counts() -> None:
    lines = ("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z")
    assert invited_time_of(parse(event(*lines)), MARIA) is None
    assert invited_time_of(parse(event(*lines, f"ATTENDEE:mailto:{MARIA}")), MARIA) is not None


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=" + ",".join(map(str, range(60)))],
)
def test_a_series_made_to_stop_the_process_is_refused_at_once(rule: str) -> None:
    with pytest.raises(ValidationError, match="a day"):
        occurrences(event("DTSTART:20261101T100000Z", "DURATION:PT1M", f"RRULE:{rule}"), NOVEMBER, "UTC")


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "COUNT=3", "FREQ=DAILY;UNTIL=never"])
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError):
        occurrences(event("DTSTART:20261101T100000Z", "DURATION:PT1M", f"RRULE:{rule}"), NOVEMBER, "UTC")
