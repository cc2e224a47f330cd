"""Copies of what comes to one account for another: as far as it is granted, in the same transaction, from now on."""

import smtplib
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from empla import faults
from empla.capabilities.email.calendar_message import is_calendar_message
from empla.clock import SystemClock
from empla.config import Home
from empla.errors import InputError
from empla.mind.grants import GrantKind
from runtime.office import accounts, database, delivery, mailboxes
from runtime.office.testing import RunningOffice
from tests.runtime.office.conftest import Clients, Person

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n%sBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def trio(office: RunningOffice, clients: Clients, request: pytest.FixtureRequest) -> tuple[Person, Person, Person]:
    """A manager, an assistant and a colleague of this test's own."""
    tail = f"t{abs(hash(request.node.name)) % 10_000}"
    return clients.person(f"Anna {tail}"), clients.person(f"Ada {tail}"), clients.person(f"Ben {tail}")


def folder(owner: Person) -> str:
    return mailboxes.DELEGATED.format(address=owner.address)


def subjects(mails: list[bytes]) -> list[str]:
    lines = (line for mail in mails for line in mail.splitlines() if line.startswith(b"Subject:"))
    return [line.partition(b":")[2].strip().decode() for line in lines]


def send(clients: Clients, sender: Person, subject: str, *to: Person, calendar: bytes = b"", method: str = "") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender.address, ", ".join(t.address for t in to), subject
    mail["Message-ID"] = f"<{subject.replace(' ', '-')}.{sender.address}>"
    mail.set_content("Hello.")
    if calendar:
        params = {"method": method} if method else None
        mail.add_attachment(calendar, "text", "calendar", params=params, filename="invite.ics")
    with clients.smtp(sender) as smtp:
        smtp.sendmail(sender.address, [t.address for t in to], mail.as_bytes())


def test_an_inbox_is_copied_from_the_grant_on_until_it_is_taken_back(office, clients, trio) -> None:
    anna, ada, ben = trio
    send(clients, ben, "before", anna)
    for _ in range(2):
        accounts.grant_mail(office.home, GrantKind.INBOX, anna.address, ada.address)
    send(clients, ben, "under", anna)
    assert subjects(clients.mails(ada, folder(anna))) == ["under"]
    for _ in range(2):
        accounts.revoke_mail(office.home, GrantKind.INBOX, anna.address, ada.address)
    send(clients, ben, "after", anna)
    assert subjects(clients.mails(ada, folder(anna))) == ["under"]
    assert subjects(clients.mails(anna)) == ["before", "under", "after"]


def test_of_invitations_only_calendar_messages_are_copied(office, clients, trio) -> None:
    anna, ada, ben = trio
    accounts.grant_mail(office.home, GrantKind.INVITATIONS, anna.address, ada.address)
    send(clients, ben, "plain", anna)
    send(clients, ben, "only a file", anna, calendar=CALENDAR % b"")
    send(clients, ben, "by header", anna, calendar=CALENDAR % b"", method="REQUEST")
    send(clients, ben, "by text", anna, calendar=CALENDAR % b"METHOD:CANCEL\r\n")
    assert subjects(clients.mails(ada, folder(anna))) == ["by header", "by text"]
    assert len(clients.mails(anna)) == 4


def test_a_copy_is_kept_once_and_wakes_who_waits_for_it(office, clients, trio) -> None:
    anna, ada, ben = trio
    accounts.grant_mail(office.home, GrantKind.INBOX, anna.address, ada.address)
    accounts.grant_mail(office.home, GrantKind.INVITATIONS, anna.address, ada.address)
    waiting = clients.imap(ada, folder(anna))
    waiting.send(b"x IDLE\r\n")
    assert waiting.readline().startswith(b"+")
    send(clients, ben, "to the manager", anna, calendar=CALENDAR % b"", method="REQUEST")
    assert b"EXISTS" in waiting.readline()
    waiting.send(b"DONE\r\n")
    assert len(clients.mails(ada, folder(anna))) == 1
    with closing(database.connect(office.home)) as db:
        query = "SELECT count(DISTINCT content), count(*) FROM message WHERE message_id = ?"
        assert db.execute(query, (f"<to-the-manager.{ben.address}>",)).fetchone() == (1, 3)


def test_who_is_written_to_as_well_gets_both_and_who_writes_gets_none(office, clients, trio) -> None:
    anna, ada, ben = trio
    accounts.grant_mail(office.home, GrantKind.INBOX, anna.address, ada.address)
    send(clients, ben, "to both", anna, ada)
    send(clients, ada, "from the assistant", anna)
    assert subjects(clients.mails(ada)) == subjects(clients.mails(ada, folder(anna))) == ["to both"]


def test_a_report_that_a_mail_failed_is_copied_like_any_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("anna", "ada"):
        accounts.add_account(home, f"{name}@office.example", name, "secret")
    accounts.grant_mail(home, GrantKind.INBOX, "anna@office.example", "ada@office.example")
    raw = b"From: mailer-daemon@office.example\r\n\r\nIt failed.\r\n"
    with closing(database.connect(home)) as db, database.transaction(db):
        filed = delivery.receive(db, ["anna@office.example"], mailboxes.keep(db, raw), raw, SystemClock().now())
        assert len(filed) == 2


def test_grants_need_accounts_and_end_with_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("anna", "ada"):
        accounts.add_account(home, f"{name}@office.example", name, "secret")
    with pytest.raises(InputError, match="no account"):
        accounts.grant_mail(home, GrantKind.INBOX, "nobody@office.example", "ada@office.example")
    accounts.grant_mail(home, GrantKind.INBOX, "anna@office.example", "ada@office.example")
    assert [(d.owner, d.to, d.kind) for d in accounts.delegations(home)] == [
        ("anna@office.example", "ada@office.example", GrantKind.INBOX)
    ]
    accounts.close_account(home, "ada@office.example")
    assert accounts.delegations(home) == []


@pytest.mark.parametrize(("point", "delivered"), [("office.commit", 0), ("office.committed", 1)])
def test_killed_at_the_commit_mail_and_copy_are_there_together(
    tmp_path: Path, point: str, delivered: int, written: Callable[..., bytes]
) -> None:
    home, page = Home(tmp_path / "home"), tmp_path / "faults"
    office = RunningOffice(home)
    anna, ada, ben = (office.add(f"{name} Kill") for name in ("Anna", "Ada", "Ben"))
    accounts.grant_mail(home, GrantKind.INBOX, anna[0], ada[0])
    faults.create(page)
    office.start({"EMPLA_FAULTS": str(page)})
    passed = len(faults.passed(page))
    office.stop()
    faults.create(page, die_at=passed + ["office.commit", "office.committed"].index(point) + 1)
    office.start({"EMPLA_FAULTS": str(page)})
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)), smtplib.SMTP(*office.smtp) as client:
        client.login(*ben)
        client.sendmail(ben[0], [anna[0]], written(ben[0], "Hi.", "<kill@office.example>"))
    office.kill()
    with closing(database.connect(home)) as db:
        held = db.execute("SELECT b.account, b.name FROM message m JOIN mailbox b ON b.id = m.mailbox").fetchall()
    everywhere = {(ben[0], "Sent"), (anna[0], "INBOX"), (ada[0], mailboxes.DELEGATED.format(address=anna[0]))}
    assert set(held) == (everywhere if delivered else set())


def test_an_office_of_the_first_versions_goes_on_with_its_grants(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    with closing(database.connect(home)) as db:
        db.executescript("DROP TABLE delegation; DROP TABLE picked_up; PRAGMA user_version = 2;")
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    accounts.add_account(home, "ada@office.example", "Ada", "secret")
    accounts.grant_calendar(home, "anna@office.example", "ada@office.example")
    accounts.grant_mail(home, GrantKind.INVITATIONS, "anna@office.example", "ada@office.example")
    assert len(accounts.grants(home)) == len(accounts.delegations(home)) == 1


@pytest.mark.parametrize(
    ("raw", "is_one"),
    [
        (b"Content-Type: text/calendar; method=REQUEST\r\n\r\n" + CALENDAR % b"", True),
        (b"Content-Type: TEXT/CALENDAR\r\n\r\n" + CALENDAR % b"METHOD:REPLY\r\n", True),
        (b"Content-Type: application/ics\r\n\r\n" + CALENDAR % b"METHOD:REQUEST\r\n", True),
        (b"Content-Type: application/ics\r\n\r\n" + CALENDAR % b"", False),
        (b"Content-Type: text/plain\r\n\r\nMETHOD:REQUEST text/calendar", False),
        (
            b"Content-Type: message/rfc822\r\n\r\nSubject: Fwd\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
            + CALENDAR % b"METHOD:REQUEST\r\n",
            False,
        ),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 2_000 + b"text/calendar", False),
        (b"text/calendar", False),
        (b"", False),
    ],
)
def test_what_is_a_calendar_message(raw: bytes, is_one: bool) -> None:
    assert is_calendar_message(raw) is is_one
