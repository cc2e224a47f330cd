"""A running office per module, and ordinary clients for it."""

import base64
import imaplib
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from empla.config import Home
from runtime.office.testing import RunningOffice, running_office


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    address: str
    password: str


@dataclass(frozen=True)
class Answer:
    """What a CalDAV request gave."""

    status: int
    text: str
    etag: str


@dataclass
class Clients:
    """Ordinary mail and calendar clients of one office."""

    office: RunningOffice

    def person(self, name: str) -> Person:
        return Person(*self.office.add(name))

    def imap(self, who: Person, mailbox: str | None = "INBOX") -> imaplib.IMAP4:
        client = imaplib.IMAP4(*self.office.imap, timeout=20)
        client.login(who.address, who.password)
        if mailbox is not None:
            client.select(mailbox)
        return client

    def smtp(self, who: Person | None) -> smtplib.SMTP:
        client = smtplib.SMTP(*self.office.smtp, timeout=20)
        client.ehlo()
        if who is not None:
            client.login(who.address, who.password)
        return client

    def send(self, sender: Person, to: Person, text: str = "Hello.", message_id: str = "") -> None:
        with self.smtp(sender) as client:
            client.sendmail(sender.address, [to.address], mail(sender.address, text, message_id))

    def mails(self, who: Person, mailbox: str = "INBOX") -> list[bytes]:
        client = self.imap(who, mailbox)
        _, data = client.fetch("1:*", "(BODY.PEEK[])")
        client.logout()
        return [part[1] for part in data if isinstance(part, tuple)]

    def dav(self, who: Person, method: str, url: str, body: str = "", **headers: str) -> Answer:
        token = base64.b64encode(f"{who.address}:{who.password}".encode()).decode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            url, method=method, data=body.encode() or None, headers={"Authorization": f"Basic {token}", **named}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers.get("ETag", ""))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), "")


def mail(sender: str, text: str = "Hello.", message_id: str = "", **headers: str) -> bytes:
    lines = [f"From: {sender}", "Subject: A mail"]
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join([*lines, "", text]) + "\r\n").encode()


@pytest.fixture
def written() -> Callable[..., bytes]:
    """Return the function that writes a mail's bytes."""
    return mail


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    home = Home(tmp_path_factory.mktemp("home"))
    with running_office(home) as running:
        yield running
    assert_quiet(home)


@pytest.fixture(scope="module")
def clients(office: RunningOffice) -> Clients:
    return Clients(office)


@pytest.fixture
def own_office(tmp_path: Path) -> Iterator[RunningOffice]:
    """An office for one test, which may kill it."""
    with running_office(Home(tmp_path)) as running:
        yield running
    assert_quiet(running.home)


def assert_quiet(home: Home) -> None:
    """Clients may do what they like: the office itself must have had no trouble."""
    lines = [json.loads(line) for line in (home.logs / "office.jsonl").read_text().splitlines()]
    assert [line for line in lines if line["level"] == "error" and line["event"] != "office.failed"] == []
    assert "Traceback" not in (home.logs / "radicale.log").read_text()


@pytest.fixture
def own_clients(own_office: RunningOffice) -> Clients:
    return Clients(own_office)
