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
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.mind import codec
from empla.testing.clock import MONDAY
from runtime.office import accounts, delivery
from runtime.office.testing import RunningOffice, running_office

PEOPLE = {"ada": "Ada", "maria": "Maria", "bob": "Bob"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in the office: mails in the INBOX of each person, and the events in two calendars."""

    answers: int
    invitations: int
    maria: tuple[str, ...]
    ada: tuple[str, ...]


@dataclass
class CrashOffice:
    """An office with Maria, her assistant Ada, and Bob."""

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

    def begin(self, home: Path, text: str, number: int) -> None:
        """Begin a trial: empty calendars, a new mail of Maria's, and a store that has read all mails before it."""
        for owner in ("maria", "ada"):
            for href in self.events(owner):
                self._dav("DELETE", href, owner)
        uidvalidity, uidnext = self._status("ada", "UIDVALIDITY UIDNEXT")
        with closing(sqlite3.connect(home / "mind.db")) as store, store:
            body = codec.dumps({"uid": uidnext - 1, "uidvalidity": uidvalidity})
            store.execute("INSERT INTO cursor VALUES ('main', 'ada', 1, 'inbox', ?)", (body,))
        mail = EmailMessage()
        mail["From"], mail["To"] = "Maria <maria@office.example>", "ada@office.example"
        mail["Subject"], mail["Message-ID"] = "A meeting", f"<request-{number}@office.example>"
        mail.set_content(text)
        with smtplib.SMTP(*self.office.smtp) as smtp:
            smtp.login("maria@office.example", self.passwords["maria"])
            smtp.send_message(mail)
        self._before = {who: self._status(who, "MESSAGES")[0] for who in ("maria", "bob")}
        self._suppressed = delivery.suppressed(self.office.home)

    def seen(self) -> Seen:
        """Return what the trial has left in mailboxes and calendars."""
        mails = {who: self._status(who, "MESSAGES")[0] - self._before[who] for who in ("maria", "bob")}
        return Seen(mails["maria"], mails["bob"], tuple(self.events("maria")), tuple(self.events("ada")))

    def suppressed(self) -> int:
        """Return how many submissions of this trial the office had taken before, and did not deliver again."""
        return delivery.suppressed(self.office.home) - self._suppressed

    def events(self, owner: str) -> list[str]:
        """Return the paths of the events in somebody's calendar, by CalDAV."""
        body = self._dav("PROPFIND", f"/{owner}@office.example/calendar/", owner)
        return sorted(re.findall(r"<(?:\w+:)?href>([^<]+\.ics)<", body))

    def _status(self, who: str, items: str) -> list[int]:
        if who not in self._imap:
            session = imaplib.IMAP4(*self.office.imap)
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session.login(f"{who}@office.example", self.passwords[who])
            self._imap[who] = session
        _, (line,) = self._imap[who].status("INBOX", f"({items})")
        return [int(re.search(rf"{name} (\d+)".encode(), line)[1]) for name in items.split()]  # type: ignore[index]

    def _dav(self, method: str, path: str, owner: str) -> str:
        secret = base64.b64encode(f"{owner}@office.example:{self.passwords[owner]}".encode()).decode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.office.ports["caldav"], timeout=10)) as connection:
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
        accounts.grant_calendar(home, "maria@office.example", "ada@office.example")
        yield CrashOffice(office, passwords)
