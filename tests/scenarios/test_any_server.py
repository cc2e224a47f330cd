"""An assistant in somebody else's mail server: Dovecot behind a transfer agent, calendars at Xandikos, no copies kept.

It is hired with `--mailbox`, works in a process of its own below `empla up`, and is killed where it hurts most: when an
invitation is on the wire and nobody but the copy to itself can tell whether it was sent.
"""

from __future__ import annotations

import imaplib
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.store.opening import open_store
from tests.servers import xandikos as xandikos_server
from tests.servers.dovecot import PASSWORD
from tests.servers.site import Site, site
from tests.servers.xandikos import Xandikos, running_xandikos

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
ANNA, BEN, CLARA = "anna@corp.example", "ben@corp.example", "clara@corp.example"
PROGRAM = [sys.executable, "-P", "-m", "runtime.cli"]


@dataclass
class Company:
    """A home, a mail server and a calendar server; Anna has hired Clara there."""

    home: Home
    site: Site
    calendars: Xandikos
    asked: list[str] = field(default_factory=list)

    def empla(self, *words: str) -> str:
        """Run a command that must work."""
        done = subprocess.run([*PROGRAM, "--home", str(self.home.root), *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, text: str) -> None:
        """Have Anna write to Clara."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Anna Berg <{ANNA}>", CLARA, "A request"
        mail["Message-ID"] = f"<request-{len(self.asked)}-{os.getpid()}@corp.example>"
        mail.set_content(text)
        self.asked.append(str(mail["Message-ID"]))
        with smtplib.SMTP("127.0.0.1", self.site.agent.port) as client:
            client.login("anna", PASSWORD)
            client.send_message(mail)

    def inbox(self, name: str) -> list[Any]:
        """Return every mail in somebody's INBOX."""
        with imaplib.IMAP4("127.0.0.1", self.site.store.ports["imap"]) as client:
            client.login(name, PASSWORD)
            client.select("INBOX", readonly=True)
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            raws = [client.uid("FETCH", uid.decode(), "(BODY.PEEK[])")[1][0][1] for uid in uids]
        return [message_from_bytes(raw, policy=default) for raw in raws]

    def until(self, holds: Callable[[], Any], timeout_s: float = 90) -> Any:
        """Wait until something can be seen from outside, and return it."""
        deadline = time.monotonic() + timeout_s
        while not (found := holds()):
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)
        return found

    def answer(self) -> Any:
        """Return Clara's answer to the last request."""
        return self.until(
            lambda: next((m for m in self.inbox("anna") if self.asked[-1] in str(m["In-Reply-To"])), None)
        )

    def invitations(self, name: str) -> list[Any]:
        return [m for m in self.inbox(name) if "Invitation" in str(m["Subject"])]

    def pid(self) -> int:
        """Return the process that is Clara."""
        return int(json.loads(self.empla("status", "--json"))["employees"][0]["pid"])

    def ends(self, operation: str) -> list[tuple[str, str]]:
        """Return how the rows of an operation ended: state and what showed it, from Clara's own store."""
        with closing(open_store(self.home.employee("clara.diaz") / "mind.db", "clara.diaz")) as store:
            rows = store.find("action", {"operation": operation}, ("id", "state"))
            records = [json.loads(row.record) for row in store.find("ledger", {"event": "done"}, ("record",))]
        how = {record["action"]: record.get("how", "") for record in records}
        return [(row.state, how.get(row.id, "")) for row in rows]


def account_file(folder: Path, mail: Site, calendars: Xandikos, **more: str) -> Path:
    """Write the file of Clara's account, its password beside it."""
    (folder / "clara.password").write_text(PASSWORD + "\n")
    (folder / "calendar.password").write_text("secret\n")
    for name in ("clara.password", "calendar.password"):
        (folder / name).chmod(0o600)
    path = folder / "clara.toml"
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    path.write_text(f"""
address = "{CLARA}"
sign_in = "clara"
password_file = "clara.password"
ca_file = "{calendars.certificate}"
{lines}
[imap]
host = "127.0.0.1"
port = {mail.store.ports["imap"]}
[smtp]
host = "127.0.0.1"
port = {mail.agent.port}
[caldav]
url = "{calendars.url}"
sign_in = "clara"
password_file = "calendar.password"
[calendars]
"{ANNA}" = "{calendars.calendar_url("anna")}"
""")
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Clara, hired on Monday at nine and at work."""
    if not xandikos_server.PROGRAM:
        pytest.skip(xandikos_server.WHY_NOT)
    folder = tmp_path_factory.mktemp("company")
    with site() as mail, running_xandikos(tmp_path_factory.mktemp("dav"), "clara", {"clara": "secret"}) as calendars:
        for name in ("anna", "ben", "clara"):
            mail.account(name)
        calendars.add_calendar("anna")
        home = Home(folder / "home")
        home.create()
        SystemClock.set_to(home.clock, MONDAY)
        found = Company(home, mail, calendars)
        file = account_file(folder, mail, calendars, settle_s="3.0")
        words = ["hire", "executive-assistant", "--name", "Clara Diaz", "--manager", ANNA, "--zone", "Europe/Berlin"]
        said = found.empla(*words, "--mailbox", str(file))
        assert "the own address as well" in said and PASSWORD not in said
        found.empla("up", "--detach", "--ports", "0")
        try:
            yield found
        finally:
            found.empla("down")


def test_she_introduces_herself_once_and_her_copy_is_nothing_to_her(company: Company) -> None:
    company.until(lambda: [m for m in company.inbox("anna") if str(m["From"]).endswith(f"<{CLARA}>")])
    copies = company.until(lambda: company.inbox("clara"))

    assert [str(m["To"]) for m in copies] == [ANNA]
    assert len(company.inbox("anna")) == 1


def test_a_meeting_is_booked_end_to_end(company: Company) -> None:
    company.ask("Please book 30 minutes with ben@corp.example on Wednesday afternoon.")

    said = str(company.answer().get_content())

    assert said.startswith("Done.")
    assert "Wednesday" in said
    (invitation,) = company.until(lambda: company.invitations("ben"))
    assert str(invitation["To"]) == BEN
    for owner in ("anna", "clara"):
        stored = company.calendars.folder / "data" / owner / "calendars" / "calendar"
        assert len([p for p in stored.iterdir() if p.suffix == ".ics"]) == 1


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_killed_while_the_invitation_is_on_the_wire(
    company: Company, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    before = len(company.invitations("ben"))
    deaths: list[int] = []

    def kill(sender: str, raw: bytes) -> bool:
        if deaths or sender != CLARA or b"Subject: Invitation" not in raw:
            return True
        deaths.append(company.pid())
        os.kill(deaths[0], signal.SIGKILL)
        return taken

    monkeypatch.setattr(company.site.agent, "on_data", kill)
    day = "Thursday" if taken else "Friday"
    company.ask(f"Please book 30 minutes with ben@corp.example on {day} afternoon.")

    if taken:
        assert str(company.answer().get_content()).startswith("Done.")
        assert company.ends("calendar.invite")[-1] == ("done", "evidence")
    else:
        # Nothing shows that it was sent, and nothing that it was not: a person is asked.
        company.until(lambda: company.ends("calendar.invite")[-1][0] == "unknown")
        company.until(lambda: [m for m in company.inbox("anna") if "I do not know whether" in str(m["Subject"])])
    assert len(deaths) == 1
    assert len(company.invitations("ben")) == before + taken


def test_doctor_and_show_know_the_account(company: Company) -> None:
    checks = json.loads(
        subprocess.run(
            [*PROGRAM, "--home", str(company.home.root), "doctor", "--json"], capture_output=True, text=True
        ).stdout
    )["checks"]
    (mailbox,) = [c for c in checks if c["name"] == "mailbox of Clara Diaz"]
    shown = company.empla("show", "Clara Diaz")

    assert mailbox["ok"], mailbox
    assert f"127.0.0.1:{company.site.store.ports['imap']}" in shown
    assert "by copies to itself" in shown
    assert ANNA in shown


def test_the_password_is_nowhere_in_the_open(company: Company) -> None:
    for path in company.home.root.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
    assert MONDAY - timedelta(days=1) < SystemClock(company.home.clock).now()
