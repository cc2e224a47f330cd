"""How calendars, mails and values are put into words, whatever strangers put into them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from io import StringIO

import icalendar
from rich.console import Console

from empla.mind.readings import Mail, Slot
from empla.mind.steps import Believe, Do
from empla.mind.values import OWN, Address
from runtime.cli import diary, letters, printing, wording
from runtime.client import Letter

CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:daily
DTSTART;TZID=America/New_York:20260302T090000
DTEND;TZID=America/New_York:20260302T093000
RRULE:FREQ=DAILY;COUNT=3
SUMMARY:Stand-up
END:VEVENT
BEGIN:VEVENT
UID:holiday
DTSTART;VALUE=DATE:20260303
SUMMARY:Holiday
END:VEVENT
BEGIN:VEVENT
UID:floating
DTSTART:20260303T120000
DURATION:PT1H
SUMMARY:Lunch
ATTENDEE;PARTSTAT=DECLINED:MAILTO:bob@office.example
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def entries(days: int = 3) -> list[dict]:
    calendar = icalendar.Calendar.from_ical(CALENDAR)
    assert isinstance(calendar, icalendar.Calendar)
    return diary.entries(calendar, datetime(2026, 3, 2, 7, tzinfo=UTC), days, "Europe/Berlin")


def test_an_agenda_has_each_occurrence_in_its_owners_zone():
    assert [(e["start"], e["end"], e["title"]) for e in entries()] == [
        ("2026-03-02T15:00:00+01:00", "2026-03-02T15:30:00+01:00", "Stand-up"),
        ("2026-03-03", "2026-03-04", "Holiday"),
        ("2026-03-03T12:00:00+01:00", "2026-03-03T13:00:00+01:00", "Lunch"),
        ("2026-03-03T15:00:00+01:00", "2026-03-03T15:30:00+01:00", "Stand-up"),
        ("2026-03-04T15:00:00+01:00", "2026-03-04T15:30:00+01:00", "Stand-up"),
    ]
    assert len(entries(days=1)) == 1
    lunch = entries()[2]
    assert (lunch["status"], lunch["attendees"]) == ("cancelled", {"bob@office.example": "declined"})


def test_an_agenda_is_shown_by_day(capsys):
    diary.show({"events": entries(), "zone": "Europe/Berlin", "days": 3}, "Ada")
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()] == [
        "Ada, times in Europe/Berlin",
        "Monday, 02 March 2026",
        "15:00–15:30   Stand-up",
        "Tuesday, 03 March 2026",
        "all day       Holiday",
        "12:00–13:00   Lunch (cancelled)   bob@office.example (declined)",
        "15:00–15:30   Stand-up",
        "Wednesday, 04 March 2026",
        "15:00–15:30   Stand-up",
    ]


def test_a_strangers_mail_cannot_move_the_terminal_nor_use_our_markup(capsys):
    head = b"From: [red]eve[/red] <eve@x.example>\r\nSubject: \x1b[2J[bold]hi[/bold]\r\n\r\n"
    raw = head + b"clean\x1b]0;owned\x07 \xe2\x80\xae\r\n"
    letter = Letter(uid=1, message=message_from_bytes(raw, policy=default))
    letters.show(letter, "UTC")
    letters.show_all([(1, letter)], "UTC")
    shown = capsys.readouterr().out
    assert "[bold]hi[/bold]" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_on_a_terminal_the_step_in_hand_is_replaced_by_a_tick(monkeypatch):
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(printing, "console", lambda: console)
    with printing.Steps() as steps:
        steps({"step": "a", "sentence": "open the mailbox", "stage": "doing"})
        steps({"step": "a", "sentence": "open the mailbox", "stage": "done"})
        steps({"step": "b", "sentence": "let it begin", "stage": "done before"})
    assert screen.getvalue().count("✓") == 2
    assert "(done before)" in screen.getvalue()


def test_values_are_said_without_their_origins_and_briefly():
    ada = Address("ada@office.example", OWN)
    mail = Mail(key="k", message_id="<m>", blob="b", subject="Lunch?", sender=ada, authenticated=ada)
    step = Do(operation="email.send", arguments={"to": (ada,), "answering": mail, "cc": (), "text": "x" * 500})
    assert wording.of_step(step).startswith("email.send(to=ada@office.example, answering=“Lunch?”, text=xxx")
    assert len(wording.of_step(step)) < 200
    held = Believe(functor="free", arguments=(ada, datetime(2026, 3, 2, 9, tzinfo=UTC)), confidence=0.8)
    assert wording.of_step(held) == "free(ada@office.example, 2026-03-02 09:00 UTC), confidence 0.80"
    assert wording.of_value({"when": Slot(value=3, words="three")}) == "when three"
