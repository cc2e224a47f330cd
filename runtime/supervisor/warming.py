"""What the zygote does once so that no employee does it again: imports, first parses, first query.

Libraries fill caches and compile patterns at their first use; done here, before the heap is frozen, they are shared by
all employees instead of being each one's private memory.
"""

import importlib
import os
from datetime import datetime, timedelta
from typing import Final

from empla.capabilities.email.reading import parse, read
from empla.hr.roles import roles

_SHARED: Final = ("runtime.employee", "sqlalchemy.dialects.sqlite.pysqlite")

_MAIL: Final = (
    b"From: =?utf-8?q?Ad=C3=A1?= <ada@office.example>\r\nTo: bob@office.example\r\nSubject: Tea\r\n"
    b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@office.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nTea, tomorrow at 3=2E\r\n--b--\r\n"
)

_CALENDAR: Final = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//empla//warm//EN\r
BEGIN:VEVENT\r
UID:1@office.example\r
DTSTAMP:20260302T090000Z\r
DTSTART;TZID=Europe/London:20260303T150000\r
DTEND;TZID=Europe/London:20260303T153000\r
RRULE:FREQ=WEEKLY;COUNT=3\r
SUMMARY:Tea\r
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@office.example\r
END:VEVENT\r
END:VCALENDAR\r
"""


def warm() -> None:
    """Import what employees share, then parse one mail, one calendar and one date, and run one query in memory."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in _SHARED:
        importlib.import_module(name)
    _import_roles()
    _parse_mail()
    _parse_calendar()
    _parse_date()
    _query()


def _import_roles() -> None:
    for role in roles():
        importlib.import_module(f"employees.{role.name}.plans")


def _parse_mail() -> None:
    mail = parse(_MAIL, "warm")
    read(mail, datetime.fromisoformat("2026-03-02T09:00:00+00:00"), "UTC", "ada@office.example")


def _parse_calendar() -> None:
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar.from_ical(_CALENDAR)
    start = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
    recurring_ical_events.of(calendar).between(start, start + timedelta(days=30))
    calendar.to_ical()


def _parse_date() -> None:
    import dateparser

    base = datetime.fromisoformat("2026-03-02T09:00:00")
    dateparser.parse("tomorrow at 3pm", languages=["en"], settings={"RELATIVE_BASE": base})


def _query() -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    engine = create_engine("sqlite://", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tea (id INTEGER PRIMARY KEY, leaf TEXT)"))
        connection.execute(text("INSERT INTO tea (leaf) VALUES (:leaf)"), {"leaf": "Assam"})
        connection.execute(text("SELECT leaf FROM tea WHERE id = :id"), {"id": 1}).all()
    engine.dispose()
