"""What the zygote does once so that no employee does it again: imports, first parses, first query.

Libraries and our own reader fill caches, compile patterns and build mappings at their first use. Done here, before the
heap is frozen, these are shared by all employees instead of being each one's private memory (and each one's first
second). Nothing here reads or writes a file of a home.
"""

import contextlib
import importlib
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from empla.config import Settings

_SHARED: Final = (
    "aiosmtplib",
    "alembic.command",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "structlog",
)

_MAIL: Final = (
    b"From: =?utf-8?q?Ad=C3=A1?= <ada@office.example>\r\nTo: bob@office.example\r\nSubject: Tea\r\n"
    b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@office.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Please book half an hour with Bob Brown next Tuesday afternoon=2E\r\n--b--\r\n"
)
_NOW: Final = datetime.fromisoformat("2026-03-02T09:00:00+00:00")

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


_MEANING: Final = ("empla.memory.embedding.client", "empla.memory.vectors.meaning")


def needed(settings: Settings) -> Sequence[str]:
    """Return the modules that employees need besides, by what the settings say: those of recall by meaning."""
    if settings.embeddings == "none":
        return ()
    return (*_MEANING, "empla.memory.vectors.qdrant" if settings.vectors else "empla.memory.vectors.mapped")


def warm(also: Sequence[str] = ()) -> None:
    """Import what employees share, then read one mail, one calendar and one date, and run one query in memory.

    Of `also` is imported what is installed. Where employees are what is to be forked, a made-up one goes through a day
    besides (`rehearsing`).
    """
    for name in _SHARED:
        importlib.import_module(name)
    for name in also:
        with contextlib.suppress(ImportError):  # its want is told where it is used
            importlib.import_module(name)
    _read_mail()
    _parse_calendar()
    _parse_date()
    _query()
    _open_a_secret()
    if "runtime.employee" in sys.modules:
        importlib.import_module("runtime.supervisor.rehearsing").rehearse()


def _read_mail() -> None:
    from empla.capabilities.email import reading
    from empla.capabilities.email.reading import language
    from empla.capabilities.email.reading.times import countries

    mail = reading.parse(_MAIL, "warm", authenticated="ada@office.example", own=["bob@office.example"])
    reading.read(mail, _NOW, "Europe/London", "ada@office.example")
    language.foreign("bitte vereinbaren Sie einen Termin mit Herrn Braun")  # its model takes 50 MB: once is enough
    countries.holiday(_NOW.date(), "GB")  # a module for every country of the world


def _parse_calendar() -> None:
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar.from_ical(_CALENDAR)
    recurring_ical_events.of(calendar).between(_NOW, _NOW + timedelta(days=30))
    calendar.to_ical()


def _parse_date() -> None:
    import dateparser

    dateparser.parse("tomorrow at 3pm", languages=["en"], settings={"RELATIVE_BASE": _NOW.replace(tzinfo=None)})


def _query() -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool
    from sqlmodel import Session

    from empla.store.company import TENANT, Company, CompanyTable

    engine = create_engine("sqlite://", poolclass=StaticPool)
    CompanyTable.metadata.create_all(engine)
    with Session(engine) as session:
        company = Company(session, TENANT)
        company.employees()
        company.accounts("ada@office.example")
    engine.dispose()


def _open_a_secret() -> None:
    from cryptography.fernet import Fernet

    cipher = Fernet(Fernet.generate_key())
    cipher.decrypt(cipher.encrypt(b"tea"))
