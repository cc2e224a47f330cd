"""Public holidays: nobody is booked on one unless it is named, and then it is said."""

from datetime import datetime
from zoneinfo import ZoneInfo

from empla.engine.journal import unpacked
from tests.scenarios.conftest import ZONE, Morning, times

BERLIN = ZoneInfo(ZONE)


def test_a_public_holiday_is_no_working_day_unless_it_is_named(morning: Morning) -> None:
    morning.move_to(datetime(2026, 12, 24, 17, 30, tzinfo=BERLIN))  # a Thursday
    offered = morning.ask("I need to talk to Ben for half an hour.")
    assert "Friday, 25 December" not in offered.new
    assert "Monday, 28 December 2026" in offered.new
    assert "Friday, 1 January" not in offered.new
    morning.reply(offered, "None of these")
    named = morning.ask("Book half an hour with Ben on 1 January at 10am")
    assert "Friday, 1 January 2027 is a public holiday in Germany (New Year's Day)." in named.new
    (event,) = morning.meetings()
    assert times(event)[0] == datetime(2027, 1, 1, 10, tzinfo=BERLIN)


def test_a_colleague_in_another_zone_means_the_hour_there(morning: Morning) -> None:
    raw = (
        f"From: Ivy Hall <ivy@partner.example>\r\nTo: {morning.assistant}\r\nSubject: A time\r\n"
        "Message-ID: <a@partner.example>\r\nDate: Mon, 07 Sep 2026 02:00:00 -0400\r\n\r\n"
        "Could we meet tomorrow at 3pm?\r\n"
    )
    morning.deliver(raw.encode(), "ivy@partner.example")
    morning.settled()
    readings = [row for row in morning.rows("journal", "delta") if b"Etc/GMT+4" in unpacked(row.delta)]
    assert readings
