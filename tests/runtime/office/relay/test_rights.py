"""Who may have mail sent to other domains, and how the relay is set up."""

import asyncio
import re
import smtplib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home, Settings, save_settings
from empla.errors import InputError, ResourceError
from empla.workplace.accounts import Endpoint, Tls
from runtime.cli.health import _outgoing
from runtime.office import accounts, database, outgoing, relay_client
from runtime.office.delivery import Letter, deliver
from runtime.office.relay_client import RelayServer, Unreachable, submit
from runtime.office.testing import RunningOffice
from tests.runtime.office.relay.conftest import XENIA, YANN, Elsewhere, Sending
from tests.runtime.office.waiting import eventually


def test_nobody_relays_without_signing_in(sending: Sending, elsewhere: Elsewhere):
    with smtplib.SMTP(*sending.office.smtp, timeout=20) as client:
        client.ehlo()
        for sender in ("eve@outside.example", "<>"):
            client.mail(sender)
            assert client.rcpt(XENIA) == (550, b"5.7.1 sign in to send to elsewhere.example")
            client.rset()
        assert client.mail(sending.anna[0])[0] == 550
    assert sending.rows() == [] and elsewhere.seen == 0


def test_an_account_relays_as_itself_only(sending: Sending, elsewhere: Elsewhere):
    with smtplib.SMTP(*sending.office.smtp, timeout=20) as client:
        client.login(*sending.anna)
        assert client.mail("boss@elsewhere.example")[0] == 550
        client.mail(sending.anna[0])
        client.rcpt(XENIA)
        assert client.data(b"From: boss@elsewhere.example\r\n\r\nPay.\r\n")[0] == 550
    assert sending.rows() == [] and elsewhere.seen == 0


def test_addresses_that_cannot_be_sent_to_are_refused(sending: Sending):
    with smtplib.SMTP(*sending.office.smtp, timeout=20) as client:
        client.login(*sending.anna)
        client.mail(sending.anna[0])
        for address in ('"a b"@elsewhere.example', "a@b@elsewhere.example", "x" * 250 + "@elsewhere.example"):
            assert client.rcpt(address)[0] in (501, 553), address
        assert client.rcpt("nobody")[0] == 550


def test_without_an_account_nothing_is_ever_queued(tmp_path: Path):
    letter = Letter(raw=b"x", recipients=(), foreign=(XENIA,), at=SystemClock().now())
    with closing(database.connect(Home(tmp_path))) as db, pytest.raises(ValueError, match="without an account"):
        deliver(db, letter)


def test_without_a_relay_what_waits_stays_and_the_doctor_says_so(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    home = sending.office.home
    (waits,) = _outgoing(home)
    assert waits.ok and "1 wait for 127.0.0.1" in waits.evidence and "no connection" in waits.evidence
    sending.office.stop()
    save_settings(home, Settings())
    (waits,) = _outgoing(home)
    assert not waits.ok and "none is configured" in waits.evidence and "set `relay`" in waits.mend
    elsewhere.start()
    SystemClock.move(home.clock, 300)
    sending.office.start()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        sending.send(YANN, message_id="<other@x>")
    assert b"relaying is not configured" in refused.value.recipients[YANN][1]
    assert sending.states() == ["queued"] and elsewhere.seen == 0


def test_a_password_is_given_once_and_then_kept_encrypted(home: Home, elsewhere: Elsewhere):
    elsewhere.password = "s3cret-of-the-relay"
    save_settings(home, Settings(relay=f"127.0.0.1:{elsewhere.port}", relay_user="acme"))
    with pytest.raises(ResourceError, match="password of acme"):
        RunningOffice(home).start()
    first = RunningOffice(home)
    first.start({relay_client.PASSWORD: elsewhere.password})
    first.stop()
    sending = Sending(home)
    sending.send(XENIA)
    assert eventually(lambda: sending.states() == ["sent"])
    sending.office.stop()
    kept = relay_client.password_file(home)
    assert kept.stat().st_mode & 0o777 == 0o600
    for path in (p for p in home.root.rglob("*") if p.is_file()):
        assert elsewhere.password.encode() not in path.read_bytes(), path


def test_a_wrong_password_is_no_fault_of_the_mails(home: Home, elsewhere: Elsewhere):
    elsewhere.password = "right"
    save_settings(home, Settings(relay=f"127.0.0.1:{elsewhere.port}", relay_user="acme"))
    office = RunningOffice(home)
    office.start({relay_client.PASSWORD: "wrong"})
    office.stop()
    sending = Sending(home)
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    sending.office.stop()
    assert sending.states() == ["queued"] and "does not let acme in (535)" in sending.rows()[0][4]


def test_a_relay_elsewhere_is_never_spoken_to_in_the_open(elsewhere: Elsewhere, home: Home):
    by_port = {587: Tls.STARTTLS, 25: Tls.STARTTLS, 465: Tls.IMPLICIT, 2525: Tls.IMPLICIT}
    for port, tls in by_port.items():
        server = relay_client.relay_server(home, Settings(relay=f"smtp.example.org:{port}"))
        assert server is not None and server.end.tls is tls
    server = relay_client.relay_server(home, Settings(relay="[::1]:25"))
    assert server is not None and (server.end.host, server.end.tls) == ("::1", Tls.NONE)
    end = Endpoint(host="127.0.0.1", port=elsewhere.port, tls=Tls.STARTTLS)  # which this relay cannot do
    with pytest.raises(Unreachable, match="STARTTLS"):
        asyncio.run(submit(RelayServer(end, "x"), "a@x.example", [XENIA], b"x", lambda _: None))
    assert elsewhere.seen == 0


@pytest.mark.parametrize("wrong", ["smtp.example.org", "smtp.example.org:0", "a b:25", "smtp://x:25", "x:99999"])
def test_a_relay_is_host_and_port(home: Home, wrong: str):
    home.settings_file.write_text(f'relay = "{wrong}"\n')
    with pytest.raises(InputError, match=r"(?s)relay.*host:port"):
        accounts.add_account(home, "a@office.example", "A", "p")


def test_an_office_of_before_there_were_relays_is_brought_up_to_date(tmp_path: Path):
    home = Home(tmp_path)
    home.create()
    with closing(sqlite3.connect(database.path(home))) as db:
        db.executescript(database._FIRST + "PRAGMA user_version = 1;")
        db.executescript(
            "INSERT INTO account VALUES ('a@office.example', 'A', 'x', 0);"
            "INSERT INTO setting VALUES ('uidvalidity', 7);"
            "INSERT INTO mailbox VALUES (1, 'a@office.example', 'INBOX', 8, 2, 1);"
            "INSERT INTO content VALUES (1, 1, 1, x'41'); INSERT INTO message VALUES (1, 1, 1, '', '2026-01-01', '');"
        )
    assert outgoing.standing(home) == outgoing.Standing()
    with closing(database.connect(home)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (database.VERSION,)
        assert db.execute("SELECT value FROM setting").fetchall() == [(7,)]
        assert re.search(
            "outgoing", db.execute("SELECT sql FROM sqlite_master WHERE name = 'content_unused'").fetchone()[0]
        )
        db.execute("DELETE FROM message")
        assert db.execute("SELECT count(*) FROM content").fetchone() == (0,)
