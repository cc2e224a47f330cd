"""The real office for trials, and a look at it from outside, by ordinary clients."""

import base64
import http.client
import imaplib
import re
import smtplib
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.mind import codec
from empla.mind.grants import GrantKind
from empla.testing.clock import MONDAY
from runtime import itip
from runtime.office import accounts, delivery
from runtime.office.testing import RunningOffice, running_office

MANAGER = "maria"
PEOPLE = {"ada": "Ada", "maria": "Maria", "bob": "Bob", "gus": "Gus"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in the office: new mails in the INBOX of Maria, of Bob, and of Gus; the events in two calendars."""

    answers: int
    invitations: int
    outside: int
    maria: tuple[str, ...]
    ada: tuple[str, ...]


@dataclass
class CrashOffice:
    """An office with Maria, her assistant Ada, and Bob; Gus has a mailbox there, but is nobody of the company."""

    office: RunningOffice
    passwords: dict[str, str]
    _imap: dict[str, imaplib.IMAP4] = field(default_factory=dict)
    _before: dict[str, int] = field(default_factory=dict)
    _suppressed: int = 0

    def params(self) -> dict[str, Any]:
        """Return what a trial has to know to sign in as Ada."""
        host, imap = self.office.imap
        smtp = self.office.smtp[1]
        return {
            "host": host,
            "imap": imap,
            "smtp": smtp,
            "caldav": self.office.caldav,
            "password": self.passwords["ada"],
        }

    def begin(self, home: Path, text: str, number: int, *, by: str = "maria", invites: bool = False) -> None:
        """Begin a trial: empty calendars, a new mail to Ada, and a store that has read all mails before it.

        With `invites` it is an invitation to Maria, and `text` its title.
        """
        for owner in ("maria", "ada"):
            for href in self.events(owner):
                self._dav("DELETE", href, owner)
        with closing(sqlite3.connect(home / "mind.db")) as store, store:
            delegated = {f"{MANAGER}@office.example": self._read_so_far(f"Delegated/{MANAGER}@office.example")}
            for seq, (sensor, cursor) in enumerate(
                {"inbox": self._read_so_far("INBOX"), "delegated": delegated}.items()
            ):
                statement = "INSERT OR REPLACE INTO cursor VALUES ('main', 'ada', ?, ?, ?)"
                store.execute(statement, (seq + 1, sensor, codec.dumps(cursor)))
        to = MANAGER if invites else "ada"
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{PEOPLE[by]} <{by}@office.example>", f"{to}@office.example"
        mail["Subject"], mail["Message-ID"] = "A meeting", f"<request-{number}@office.example>"
        mail.set_content(text)
        if invites:
            start = MONDAY + timedelta(days=2, hours=2)
            end = start + timedelta(minutes=30)
            organizer, guests = f"{by}@office.example", (f"{MANAGER}@office.example",)
            uid = f"request-{number}@{by}"
            ics = itip.invitation(uid, text, start, end, organizer=organizer, guests=guests, at=MONDAY)
            mail.add_alternative(ics.to_ical(), "text", "calendar", params={"method": "REQUEST", "charset": "UTF-8"})
        with smtplib.SMTP(*self.office.smtp) as smtp:
            smtp.login(f"{by}@office.example", self.passwords[by])
            smtp.send_message(mail)
        self._before = {who: self._status(who, "MESSAGES")[0] for who in (MANAGER, "bob", "gus")}
        self._suppressed = delivery.suppressed(self.office.home)

    def _read_so_far(self, folder: str) -> dict[str, int]:
        uidvalidity, uidnext = self._status("ada", "UIDVALIDITY UIDNEXT", folder)
        return {"uid": uidnext - 1, "uidvalidity": uidvalidity}

    def seen(self) -> Seen:
        """Return what the trial has left in mailboxes and calendars."""
        mails = {who: self._status(who, "MESSAGES")[0] - before for who, before in self._before.items()}
        return Seen(*mails.values(), tuple(self.events("maria")), tuple(self.events("ada")))

    def suppressed(self) -> int:
        """Return how many submissions of this trial the office had taken before, and did not deliver again."""
        return delivery.suppressed(self.office.home) - self._suppressed

    def events(self, owner: str) -> list[str]:
        """Return the paths of the events in somebody's calendar, by CalDAV."""
        body = self._dav("PROPFIND", f"/{owner}@office.example/calendar/", owner)
        return sorted(re.findall(r"<(?:\w+:)?href>([^<]+\.ics)<", body))

    def _status(self, who: str, items: str, folder: str = "INBOX") -> list[int]:
        if who not in self._imap:
            session = imaplib.IMAP4(*self.office.imap)
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session.login(f"{who}@office.example", self.passwords[who])
            self._imap[who] = session
        _, (line,) = self._imap[who].status(folder, f"({items})")
        return [int(re.search(rf"{name} (\d+)".encode(), line)[1]) for name in items.split()]  # type: ignore[index]

    def _dav(self, method: str, path: str, owner: str) -> str:
        secret = base64.b64encode(f"{owner}@office.example:{self.passwords[owner]}".encode()).decode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.office.ports["caldav"], timeout=60)) as connection:
            connection.request(method, path, headers={"Authorization": f"Basic {secret}", "Depth": "1"})
            answer = connection.getresponse()
            assert answer.status < 400, f"{method} {path}: {answer.status}"
            return answer.read().decode()


@contextmanager
def crash_office(folder: Path) -> Iterator[CrashOffice]:
    """Run an office in which it is Monday morning."""
    home = Home(folder)
    home.create()
    SystemClock.set_to(home.clock, MONDAY)
    with running_office(home) as office:
        passwords = {who: office.add(name)[1] for who, name in PEOPLE.items()}
        accounts.grant_calendar(home, f"{MANAGER}@office.example", "ada@office.example")
        accounts.grant_mail(home, GrantKind.INVITATIONS, f"{MANAGER}@office.example", "ada@office.example")
        yield CrashOffice(office, passwords)
