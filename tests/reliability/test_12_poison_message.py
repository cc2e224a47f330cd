"""Fault 12: mails that are made to break whoever reads them, at a running company of real processes.

Asked: set aside after at most three tries, the next mail handled within one cycle, the process's memory at most 64 MiB
above what it was. How each of over 240 broken mails is read stands in `tests/corpus/mail`; here it counts that nothing
dies, nothing waits, and the manager's next request is answered.
"""

import gzip
import json
import smtplib
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.store.company import CompanyStore
from empla.store.opening import open_store
from empla.store.secrets import Cipher
from runtime.client import Client
from runtime.office.process import read_ports
from tests.corpus.mail.large import file_of
from tests.corpus.mail.structure import nested
from tests.runtime.cli.conftest import Cli

CLARA = "clara.diaz@office.example"
GROWTH_KIB = 64 * 1024
MIB = 1 << 20


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A company at work, by the program itself."""
    cli = Cli(tmp_path_factory.mktemp("poison") / "home")
    cli.start("init", "--name", "Anna Berg", "--company", "Berg", "--zone", "UTC", "--hours", "00:00-23:59")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    up = cli.start("up", "--detach", "--ports", "0", "--json")
    assert up.code == 0, up.err
    yield cli
    assert cli.start("down").code == 0


def anna(company: Cli) -> Client:
    home = Home(company.home)
    ports = read_ports(home)
    assert ports is not None
    with CompanyStore(home.company_db) as store, store.reading() as found:
        account = found.account("anna.berg@office.example", "office")
        assert account is not None
        password = Cipher(home.key).decrypt(account.password)
    return Client(ports, "anna.berg@office.example", "Anna Berg", password, SystemClock(home.clock).now)


def process(company: Cli) -> dict[str, Any]:
    (employee,) = json.loads(company.start("status", "--json").out)["employees"]
    return dict(employee)


def peak_kib(pid: int) -> int:
    """Return the most memory that a process ever held, in KiB."""
    (line,) = [s for s in Path(f"/proc/{pid}/status").read_text().splitlines() if s.startswith("VmHWM")]
    return int(line.split()[1])


def head(number: int, *more: str) -> bytes:
    lines = ("From: Eve <eve@elsewhere.example>", f"To: {CLARA}", "Subject: Hello", f"Message-ID: <p{number}@x>", *more)
    return "\r\n".join(lines).encode() + b"\r\n"


def nul_bytes() -> bytes:
    return head(1, "X-Odd: a\0b", "Content-Type: text/plain") + b"\r\nhello\0there\r\n"


def unknown_charset() -> bytes:
    return head(2, 'Content-Type: text/plain; charset="x-martian-7"') + b"\r\n\xff\xfe\xfa nothing\r\n"


def a_thousand_deep() -> bytes:
    return nested("deep", 1000)


def zip_bomb() -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "eve@x.example", CLARA, "Read this", "<p4@x>"
    mail.set_content("See the file.")
    mail.add_attachment(gzip.compress(bytes(200 * MIB)), maintype="application", subtype="gzip", filename="a.gz")
    return mail.as_bytes()


def bad_calendar() -> bytes:
    bad = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART:notatime\r\nRRULE:FREQ=SECONDLY\r\n"
    return head(5, "Content-Type: text/calendar; method=REQUEST") + b"\r\n" + bad * 200


def five_thousand_recipients() -> bytes:
    everybody = ",\r\n ".join(f"person{n}@elsewhere.example" for n in range(5000))
    return head(6, f"Cc: {everybody}") + b"\r\nHello all\r\n"


def a_header_without_end() -> bytes:
    return head(7) + b"X-Long: " + b"a" * (2 * MIB) + b"\r\n\r\nhello\r\n"


def thirty_megabytes() -> bytes:
    return file_of("thirty", 30)


@pytest.mark.parametrize(
    "poison",
    [
        nul_bytes,
        unknown_charset,
        a_thousand_deep,
        zip_bomb,
        bad_calendar,
        five_thousand_recipients,
        a_header_without_end,
        thirty_megabytes,
    ],
)
def test_it_costs_neither_the_process_nor_the_next_mail(company: Cli, poison: Callable[[], bytes]) -> None:
    client, before = anna(company), process(company)
    held = peak_kib(before["pid"])
    with smtplib.SMTP(client.ports.host, client.ports.smtp, timeout=30) as smtp:
        smtp.ehlo()
        try:
            smtp.sendmail("eve@elsewhere.example", [CLARA], poison())
        except smtplib.SMTPResponseException as refusal:
            assert 500 <= refusal.smtp_code < 600, "the office may refuse it, for good and with a reason"
    answer = client.answer_to(client.send(CLARA, "And you?", "What can you do?"), 30)
    assert "I arrange" in answer.text
    after = process(company)
    assert (after["pid"], after["state"]) == (before["pid"], "working"), "the same process, without a restart"
    assert peak_kib(after["pid"]) - held <= GROWTH_KIB


def test_a_hundred_megabytes_are_refused_before_they_are_sent(company: Cli) -> None:
    client = anna(company)
    with smtplib.SMTP(client.ports.host, client.ports.smtp, timeout=30) as smtp:
        smtp.ehlo()
        assert int(smtp.esmtp_features["size"]) < 100 * MIB
        code, _ = smtp.mail("eve@elsewhere.example", [f"SIZE={100 * MIB}"])
        assert code == 552


def test_what_cannot_be_read_is_kept_with_its_reason_and_nothing_waits(company: Cli) -> None:
    with closing(open_store(Home(company.home).employee("clara.diaz") / "mind.db", "clara.diaz")) as store:
        mails = store.find("percept", {"kind": "mail-arrived"}, ("state", "reason", "crashes"))
    assert len(mails) >= 10
    assert {row.state for row in mails} <= {"handled", "quarantined"}
    assert all(row.reason for row in mails if row.state == "quarantined")
    assert {row.crashes for row in mails} == {0}
