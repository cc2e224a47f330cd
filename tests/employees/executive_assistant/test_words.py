"""How times, places and people's own words are worded."""

from datetime import UTC, datetime

import pytest

from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail
from empla.mind.values import OWN
from employees.executive_assistant import words
from tests.employees.executive_assistant.reading import ZONE, understood


@pytest.mark.parametrize(
    ("said", "worded"),
    [
        ("tomorrow at 3", "on Tuesday, 24 November 2026 at 15:00"),
        ("on Thursday", "on Thursday, 26 November 2026"),
        ("next Tuesday afternoon", "on Tuesday, 1 December 2026, 12:00 to 18:00"),
        ("this week, not Friday", "between Monday, 23 November 2026 and Thursday, 26 November 2026"),
        ("this week, not Wednesday", "between Monday, 23 November 2026 and Friday, 27 November 2026, not on Wednesday"),
        ("next week", "between Monday, 30 November 2026 and Friday, 4 December 2026"),
        ("on Tuesday or Thursday", "on Tuesday, 24 November 2026 or Thursday, 26 November 2026"),
    ],
)
def test_a_window_is_named_by_its_dates(said: str, worded: str) -> None:
    window = understood(f"Book an hour with Ben {said}.").reading.value("window")
    assert words.when(window) == worded


def test_a_window_without_days_is_not_named() -> None:
    assert words.when(Window(spans=(), said="soon", zone=ZONE, grain="open", origin=OWN)) == ""


@pytest.mark.parametrize(
    ("minutes", "worded"),
    [
        (1, "one minute"),
        (30, "half an hour"),
        (45, "45 minutes"),
        (60, "an hour"),
        (90, "an hour and a half"),
        (120, "two hours"),
        (180, "three hours"),
        (600, "10 hours"),
        (610, "610 minutes"),
    ],
)
def test_a_length_is_worded(minutes: int, worded: str) -> None:
    assert words.length(minutes) == worded


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("in room 4", "Room 4"),
        ("on Zoom", "Zoom"),
        ("over the phone", "Phone"),
        ("in my office", "Anna Berg's office"),
        ("at the café", "Café"),
        ("online", "Online"),
    ],
)
def test_a_place_is_put_as_a_calendar_shows_it(said: str, place: str) -> None:
    assert words.location(said, "Anna Berg") == place


def test_a_topic_becomes_a_title() -> None:
    assert [words.title(t) for t in ("the budget", "our new office", "Q3")] == ["Budget", "New office", "Q3"]


def test_hours_over_midnight_name_the_other_day() -> None:
    start, end = datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert words.hours(start, end, "UTC") == "22:00 to Tuesday, 24 November 2026, 01:00"
    assert words.hours(start, datetime(2026, 11, 24, tzinfo=UTC), "UTC") == "22:00 to 24:00"


def test_dates_are_those_of_the_zone() -> None:
    start, end = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert words.dates(start, end, "Europe/Berlin") == "on Tuesday, 24 November 2026"
    assert words.dates(start, end, "UTC") == "from Monday, 23 November 2026 to Tuesday, 24 November 2026"


def test_of_a_mail_only_what_is_new_is_quoted() -> None:
    text = "Thursday works\n\nOn Mon, 23 Nov 2026 08:00:02 +0000, Ada Lane <ada@x.example> wrote:\n> Which one?\n"
    mail = Mail(key="1", message_id="", blob="", subject="Re: x", sender=None, authenticated=None, text=text)
    assert words.said(mail) == "Thursday works"


def test_a_forwarded_mail_is_quoted_whole_where_that_is_asked() -> None:
    text = "---------- Forwarded message ----------\nFrom: Anna <a@x.example>\n\nBook an hour."
    mail = Mail(key="1", message_id="", blob="", subject="Fwd", sender=None, authenticated=None, text=text)
    assert words.said(mail) == "Fwd"
    assert "Book an hour." in words.said(mail, whole=True)


def test_lists_and_quotes() -> None:
    assert words.listed([]) == ""
    assert words.listed(["Ada", "Bob", "Carla"], "or") == "Ada, Bob or Carla"
    assert words.sentence("a  b\nc", 4) == "a b…"
