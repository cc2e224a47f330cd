"""An account at any server is tried before anything is made: what is found, and what each trouble is told as."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.email.mailbox import Evidence
from empla.workplace.accounts import Account, Endpoint, Tls
from empla.workplace.findings import Finding, Probed, Watcher
from empla.workplace.probe import probe
from tests.ports import own_ports
from tests.servers.dovecot import PASSWORD, Kind
from tests.servers.site import Site, site
from tests.servers.xandikos import Xandikos

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Hire = Callable[..., Account]


def tried(account: Account, *, patience_s: float = 0.7, **options: Any) -> Probed:
    return asyncio.run(probe(account, at=NOW, patience_s=patience_s, **options))


def finding(probed: Probed, check: str) -> Finding:
    return next(f for f in probed.findings if f.check == check)


def verdicts(probed: Probed) -> dict[str, str]:
    return {f.check: f.verdict.value for f in probed.findings}


def mails(account: Account, folder: str) -> int:
    """Return how many mails lie in a folder."""
    with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
        client.login(account.sign_in, PASSWORD)
        return int(client.select(f'"{folder}"', readonly=True)[1][0] or 0)


def calendar_of(xandikos: Xandikos, **fields: Any) -> dict[str, Any]:
    """Return what makes an account of a mail server one that has its calendar at Xandikos."""
    return {
        "caldav_credentials": {"sign_in": "clara", "password": "secret"},
        "ca_file": xandikos.certificate,
        **fields,
    }


def test_a_complete_account_is_good_in_every_respect_and_left_as_it_was(plain_site: Site, xandikos: Xandikos) -> None:
    boss = f"boss@{plain_site.agent.domain}"
    calendars = {boss: xandikos.add_calendar("boss")}
    account = plain_site.account("whole", **calendar_of(xandikos, calendars=calendars, authserv_id=""))
    begun: list[str] = []
    told: list[Finding] = []

    probed = tried(account, manager=boss, discover=xandikos.url, watcher=Watcher(begun.append, told.append))

    assert probed.usable
    assert verdicts(probed) == {
        "sign-in": "good",
        "folders": "good",
        "server": "note",
        "append": "good",
        "mail": "good",
        "delivery": "good",
        "copies": "note",
        "identity": "good",
        "calendar found": "note",
        "calendar": "good",
        "free/busy": "good",
        "scheduling": "note",
        "manager's calendar": "good",
    }
    assert list(probed.findings) == told
    assert len(begun) >= 5
    assert [mails(account, folder) for folder in ("INBOX", "Sent", "Drafts")] == [0, 0, 0]
    found = probed.account
    assert (found.sent_folder, found.authserv_id) == ("Sent", "corp.example")
    assert found.calendars[account.address] == xandikos.calendar_url("clara")
    assert found.timeout_s == account.timeout_s
    assert Account.restored(found.settings(), found.secrets()) == found
    assert PASSWORD not in str(found.settings())


@pytest.mark.parametrize("path", ["", "clara/", "clara/calendars/calendar/", "no/such/place/"])
def test_the_calendar_is_found_from_any_address_of_its_server(xandikos: Xandikos, at_xandikos: Hire, path: str) -> None:
    account = at_xandikos(calendars={})

    probed = tried(account, discover=xandikos.url + path)

    assert probed.account.calendars == {account.address: xandikos.calendar_url("clara")}
    assert finding(probed, "calendar").verdict == "good"


def test_a_server_without_anything_beyond_the_standard_is_enough(bare_site: Site) -> None:
    account = bare_site.account("bare")

    probed = tried(account)

    assert "IDLE, MOVE, UIDPLUS" in finding(probed, "server").sentence
    assert "looked for every 15 s" in finding(probed, "server").sentence
    assert finding(probed, "folders").sentence == "Sent mail is in the folder INBOX.Gesendete Objekte."
    assert finding(probed, "append").verdict == "good"
    assert [mails(account, folder) for folder in ("INBOX", "INBOX.Entw&APw-rfe")] == [0, 0]


def test_what_others_have_marked_as_deleted_is_not_expunged_along(bare_site: Site) -> None:
    account = bare_site.account("careful")
    with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
        client.login(account.sign_in, PASSWORD)
        client.append("INBOX", "(\\Deleted)", "", b"Subject: perhaps I want it back\r\n\r\n")

    probed = tried(account)

    assert finding(probed, "cleaning").verdict == "note"
    assert mails(account, "INBOX") == 4


@pytest.mark.parametrize(
    ("sent_folder", "evidence", "to_self"),
    [("Sent", Evidence.AUTHORITATIVE, False), ("", Evidence.LOOKUP, True)],
)
def test_what_shows_that_a_mail_was_sent_is_found_out(
    plain_site: Site, monkeypatch: pytest.MonkeyPatch, sent_folder: str, evidence: Evidence, to_self: bool
) -> None:
    monkeypatch.setattr(plain_site.agent, "sent_folder", sent_folder)

    probed = tried(plain_site.account(f"evidence.{evidence}"))

    assert (probed.account.evidence, probed.account.copy_to_self) == (evidence, to_self)


def test_the_mail_that_is_there_already_is_the_past(plain_site: Site) -> None:
    account = plain_site.account("past")
    with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
        client.login(account.sign_in, PASSWORD)
        for number in range(3):
            client.append("INBOX", "", "", f"Subject: old {number}\r\n\r\n".encode())

    beginning = tried(account).account.beginning

    assert beginning is not None
    assert (beginning.uid, beginning.at) == (3, NOW)


@pytest.mark.parametrize(("vouches", "strips"), [(False, True), (True, False), (False, False)])
def test_without_a_server_that_vouches_no_orders_are_taken_and_that_is_said(
    plain_site: Site, monkeypatch: pytest.MonkeyPatch, vouches: bool, strips: bool
) -> None:
    monkeypatch.setattr(plain_site.agent, "vouches", vouches)
    monkeypatch.setattr(plain_site.agent, "strips", strips)

    probed = tried(plain_site.account(f"unvouched.{vouches:d}.{strips:d}", authserv_id=""))

    found = finding(probed, "identity")
    assert (found.verdict, "authserv_id" in found.mend) == ("warning", True)
    assert probed.account.authserv_id == ""


def test_the_newest_mail_of_the_manager_shows_whether_orders_would_count(plain_site: Site) -> None:
    boss, account = plain_site.account("chief"), plain_site.account("aide")
    head = f"From: {boss.address}\r\nTo: {account.address}\r\n"
    with smtplib.SMTP(boss.smtp.host, boss.smtp.port) as client:
        client.login(boss.sign_in, PASSWORD)
        client.sendmail(boss.address, [account.address], head + "Subject: welcome\r\n\r\nhello\r\n")
    assert finding(tried(account, manager=boss.address), "orders").verdict == "good"

    with smtplib.SMTP(boss.smtp.host, boss.smtp.port) as client:  # by somebody who is not signed in
        client.sendmail(boss.address, [account.address], head + "Subject: pay this\r\n\r\nat once\r\n")
    assert finding(tried(account, manager=boss.address), "orders").verdict == "warning"


def unreachable(port: int) -> Endpoint:
    return Endpoint(host="127.0.0.1", port=port)


@pytest.mark.parametrize(
    ("fields", "check", "words", "mend"),
    [
        ({"password": "wrong"}, "sign-in", "does not let", "password"),
        ({"password": "wrong"}, "mail", "does not let", "password"),
        ({"imap": Endpoint(host="mail.invalid", port=993)}, "sign-in", "name is not known", "host"),
        ({"smtp": Endpoint(host="mail.invalid", port=465)}, "mail", "name is not known", "host"),
        ({"imap": unreachable(1)}, "sign-in", "nobody listens", "port"),
        ({"smtp": unreachable(1)}, "mail", "nobody listens", "port"),
        ({"sent_folder": "Nowhere"}, "folders", "cannot be opened", "INBOX"),
        ({"delegated": {"boss@corp.example": "Shared/boss"}}, "folders", "cannot be opened", "Drafts"),
        ({"calendars": {}}, "calendar", "no calendar", "CalDAV"),
    ],
)
def test_each_trouble_is_told_with_what_mends_it(
    plain_site: Site, fields: dict[str, Any], check: str, words: str, mend: str
) -> None:
    account = plain_site.account("trouble", **fields)

    probed = tried(account, patience_s=0.2)

    found = next(f for f in probed.findings if f.check == check and f.verdict == "failed")
    assert words in found.sentence and mend in found.mend
    assert "wrong" not in f"{probed.findings}".replace("wrong password", "")
    assert not probed.usable


def test_a_mailbox_that_is_full_is_found_full() -> None:
    with site(Kind(quota="1")) as small:
        account = small.account("full")
        with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
            client.login(account.sign_in, PASSWORD)
            client.append("INBOX", "", "", b"Subject: what fills it\r\n\r\n" + b"x" * 900)
        probed = tried(account, patience_s=0.2)

    found = finding(probed, "append")
    assert (found.verdict, "make room" in found.mend) == ("failed", True)


@pytest.mark.parametrize(
    ("reply", "words", "mend"),
    [("451 4.7.1 greylisted", "451", "some minutes"), ("550 5.7.1 go away", "550", "its own address")],
)
def test_a_server_that_does_not_take_the_mail_is_quoted(
    plain_site: Site, monkeypatch: pytest.MonkeyPatch, reply: str, words: str, mend: str
) -> None:
    account = plain_site.account("unwanted")
    monkeypatch.setattr(plain_site.agent, "at_rcpt", {account.address: [reply] * 9})

    found = finding(tried(account, patience_s=0.2), "mail")

    assert found.verdict == "failed"
    assert words in found.sentence and mend in found.mend


def test_a_certificate_that_is_not_known_is_explained(at_xandikos: Hire, xandikos: Xandikos) -> None:
    account = at_xandikos(ca_file=None)

    found = finding(tried(account), "calendar")

    assert found.verdict == "failed"
    assert "signed by itself" in found.sentence and "ca_file" in found.mend


def test_tls_where_none_is_spoken_is_explained(plain_site: Site) -> None:
    plain = plain_site.account("plain")
    ends = {
        name: Endpoint(host="127.0.0.1", port=getattr(plain, name).port, tls=Tls.IMPLICIT) for name in ("imap", "smtp")
    }

    probed = tried(plain.model_copy(update=ends), patience_s=0.2)

    assert "TLS" in finding(probed, "sign-in").sentence
    for check in ("sign-in", "mail"):
        assert "993" in finding(probed, check).mend


def test_everything_goes_over_tls_and_the_certificate_counts(certificate: Path) -> None:
    with site(certificate=certificate) as secure:
        plain = secure.account("secure", ca_file=certificate)
        ends = {
            "imap": Endpoint(host="localhost", port=secure.store.ports["imaps"], tls=Tls.IMPLICIT),
            "smtp": Endpoint(host="localhost", port=secure.agent.port, tls=Tls.IMPLICIT),
        }
        encrypted = plain.model_copy(update=ends)
        upgraded = encrypted.model_copy(
            update={"imap": Endpoint(host="localhost", port=secure.store.ports["imap"], tls=Tls.STARTTLS)}
        )
        for account in (encrypted, upgraded):
            probed = tried(account)
            assert finding(probed, "sign-in").sentence.endswith(", encrypted.")
            assert finding(probed, "delivery").verdict == "good"

        by_number = ends["imap"].model_copy(update={"host": "127.0.0.1"})
        probed = tried(encrypted.model_copy(update={"imap": by_number}))
        assert "certificate is for another" in finding(probed, "sign-in").sentence


@pytest.mark.parametrize("path", ["nobody/calendars/calendar/", ""])
def test_a_calendar_that_is_none_is_not_written_to(at_xandikos: Hire, xandikos: Xandikos, path: str) -> None:
    account = at_xandikos()
    account = account.model_copy(update={"calendars": {account.address: xandikos.url + path}})

    assert finding(tried(account), "calendar").verdict == "failed"


def test_another_server_than_a_calendars_is_found_out(office: Any, plain_site: Site) -> None:
    account = plain_site.account("lost")

    found = finding(tried(account, discover=f"http://127.0.0.1:{own_ports()}/", patience_s=0.2), "calendar")

    assert (found.verdict, "nobody listens" in found.sentence) == ("failed", True)


def test_the_managers_calendar_must_be_writable_if_it_is_named_and_is_missed_if_not(
    at_xandikos: Hire, xandikos: Xandikos
) -> None:
    account, boss = at_xandikos(), "boss@corp.example"
    assert finding(tried(account, manager=boss), "manager's calendar").verdict == "warning"

    wrong = account.model_copy(update={"calendars": {**account.calendars, boss: xandikos.calendar_url("nobody")}})
    found = finding(tried(wrong, manager=boss), "manager's calendar")
    assert (found.verdict, "share" in found.mend) == ("failed", True)


def test_a_password_over_an_open_line_is_warned_of() -> None:
    far = {"host": "mail.invalid", "port": 143, "tls": "none"}
    account = Account.model_validate(
        {
            "address": "ada@corp.example",
            "password": "x",
            "imap": far,
            "smtp": far,
            "calendars": {"ada@corp.example": "http://dav.invalid/ada/"},
            "timeout_s": 1,
        }
    )

    found = finding(tried(account, patience_s=0.1), "encryption")

    assert found.verdict == "warning"
    assert "IMAP (mail.invalid:143), SMTP (mail.invalid:143), CalDAV (dav.invalid)" in found.sentence
