"""Mail to other domains: sent once, tried again while that may help, reported where it cannot; never for strangers."""

import asyncio
import contextlib
import email
import os
import re
import signal
import smtplib
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given
from hypothesis import strategies as st

from empla import faults
from empla.capabilities.email.reading.automatic import automatic
from empla.clock import SystemClock
from empla.config import Home, Settings, save_settings
from empla.errors import InputError, ResourceError
from empla.workplace.accounts import Endpoint, Tls
from runtime.cli.health import _outgoing
from runtime.office import accounts, database, outgoing, relay, relay_client
from runtime.office.bounce import bounce
from runtime.office.delivery import Letter, deliver
from runtime.office.relay_client import RelayServer, Unreachable, submit
from runtime.office.testing import RunningOffice
from tests.crash.sampling import sampled

XENIA, YANN = "xenia@elsewhere.example", "Yann@elsewhere.example"
DAY = timedelta(days=1)


class Elsewhere:
    """A company's relay (aiosmtpd): answers as it is told, and keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.seen = 0  # mails that were sent to it, taken or not
        self.answers: dict[str, list[str]] = {}  # by "DATA" or recipient; the last one stays
        self.slow_s = 0.0  # before the answer to a mail
        self.on_data: Callable[[], Any] = lambda: None
        self.hang_up = 0  # how often to take a mail and go away without a word
        self.port = 0
        self.password = ""
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._server: Any = None

    def start(self) -> None:
        """Listen, where it did before if it did."""

        async def listen() -> None:
            self._server = await self._loop.create_server(self._connection, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever)
            self._thread.start()
        asyncio.run_coroutine_threadsafe(listen(), self._loop).result(5)

    def stop(self) -> None:
        """Go down: nobody answers any more."""

        async def close() -> None:
            self._server.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread is not None
        self._thread.join(5)
        self._loop.close()

    def _connection(self) -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # sign-in without TLS: loopback
            return SMTP(
                self,
                hostname="elsewhere",
                loop=self._loop,
                auth_require_tls=False,
                auth_required=bool(self.password),
                authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                    success=data.password.decode() == self.password, handled=False
                ),
            )

    def _answer(self, to: str) -> str:
        answers = self.answers.get(to, ["250 OK"])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.seen += 1
        self.on_data()
        await asyncio.sleep(self.slow_s)
        answer = self._answer("DATA")
        if answer.startswith("250"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.hang_up:
            self.hang_up -= 1
            server.transport.abort()
        return answer


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    peer = Elsewhere()
    peer.start()
    yield peer
    peer.end()


@pytest.fixture
def home(tmp_path: Path, elsewhere: Elsewhere) -> Home:
    """A home whose relay is `elsewhere`, on a clock that can be moved."""
    home = Home(tmp_path / "home")
    home.create()
    SystemClock.move(home.clock, 0)
    save_settings(home, Settings(relay=f"127.0.0.1:{elsewhere.port}"))
    return home


class Sending:
    """An office with a relay, and one who writes."""

    def __init__(self, home: Home) -> None:
        self.office = RunningOffice(home)
        self.office.start()
        self.anna = self.office.add("Anna Example")
        self.offset = timedelta()

    def send(self, *to: str, text: str = "Hello.", message_id: str = "<out@office.example>", sender: str = "") -> None:
        content = f"From: {self.anna[0]}\r\nSubject: An offer\r\nMessage-ID: {message_id}\r\n\r\n{text}\r\n".encode()
        with smtplib.SMTP(*self.office.smtp, timeout=20) as client:
            client.login(*self.anna)
            assert client.sendmail(sender or self.anna[0], list(to), content) == {}

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.offset += by
        SystemClock.move(self.office.home.clock, self.offset.total_seconds())
        assert self.office.process is not None
        os.kill(self.office.process.pid, signal.SIGUSR1)

    def rows(self) -> list[tuple[str, str, int, int, str]]:
        with closing(database.connect(self.office.home)) as db:
            return db.execute(
                "SELECT recipient, state, attempts, unsure, last_reply FROM outgoing ORDER BY id"
            ).fetchall()

    def states(self) -> list[str]:
        return [row[1] for row in self.rows()]

    def attempts(self) -> list[int]:
        return [row[2] for row in self.rows()]

    def mails(self, mailbox: str = "INBOX", who: str = "") -> list[bytes]:
        with closing(database.connect(self.office.home)) as db:
            rows = db.execute(
                "SELECT c.raw FROM message m JOIN content c ON c.id = m.content JOIN mailbox b ON b.id = m.mailbox"
                " WHERE b.account = ? AND b.name = ? ORDER BY m.uid",
                (who or self.anna[0], mailbox),
            ).fetchall()
        return [raw for (raw,) in rows]


@pytest.fixture
def sending(home: Home) -> Iterator[Sending]:
    sending = Sending(home)
    yield sending
    sending.office.stop()


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


# sending ------------------------------------------------------------------------------------------------------------


def test_a_mail_to_another_domain_arrives_there_once_and_is_filed(sending: Sending, elsewhere: Elsewhere):
    ben = sending.office.add("Ben Example")[0]
    sending.send(XENIA, ben, YANN, text=".dots\r\n..stay")
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    ((sender, recipients, content),) = elsewhere.taken
    assert (sender, recipients) == (sending.anna[0], [XENIA, YANN])
    assert content.endswith(b"\r\n\r\n.dots\r\n..stay\r\n")
    mail = email.message_from_bytes(content)
    assert mail["Message-ID"] == "<out@office.example>"
    assert (mail["Return-Path"], mail["Authentication-Results"]) == (None, None)
    assert len(sending.mails("Sent")) == len(sending.mails(who=ben)) == 1
    assert sending.mails() == []


def test_the_same_submission_again_is_not_sent_again(sending: Sending, elsewhere: Elsewhere):
    for _ in range(2):
        sending.send(XENIA)
    sending.send(XENIA, "Yann@ELSEWHERE.example")  # one more recipient, and only this one has not got it
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[XENIA], [YANN]]
    assert elsewhere.taken[0][2] != b"" and len(sending.mails("Sent")) == 1


def test_what_waits_is_sent_when_the_relay_comes_back(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA, message_id="<1@x>")
    assert eventually(lambda: sending.attempts() == [1])
    sending.send(YANN, message_id="<2@x>")
    assert eventually(lambda: sending.attempts() == [1, 1])
    assert "no connection to the relay" in sending.rows()[0][4]
    elsewhere.start()
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [row[3] for row in sending.rows()] == [0, 0], "nobody was ever unsure"
    assert len(elsewhere.taken) == 2


def test_not_now_is_tried_again_with_the_same_bytes(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {"DATA": ["451 4.3.0 busy", "250 OK"], YANN: ["450 4.2.0 greylisted", "250 OK"]}
    sending.send(XENIA, YANN)
    assert eventually(lambda: sending.attempts() == [1, 1])
    assert [row[4] for row in sending.rows()] == ["451 4.3.0 busy", "450 4.2.0 greylisted"]
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[XENIA, YANN]]
    assert [row[2:4] for row in sending.rows()] == [(2, 0), (2, 0)]


def test_a_relay_that_went_away_without_a_word_gets_the_same_bytes_again_and_that_is_counted(
    sending: Sending, elsewhere: Elsewhere
):
    elsewhere.hang_up = 1
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1] and "went away" in sending.rows()[0][4])
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent"])
    assert elsewhere.taken[0] == elsewhere.taken[1]
    assert [row[2:4] for row in sending.rows()] == [(2, 1)]
    (found,) = _outgoing(sending.office.home)
    assert (found.ok, found.evidence) == (True, "none waits; 1 may have arrived twice")


def test_pauses_grow_to_an_hour(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {"DATA": ["451 4.3.0 busy"]}
    sending.send(XENIA)
    clock = SystemClock(sending.office.home.clock)

    def pause_now() -> timedelta:
        with closing(database.connect(sending.office.home)) as db:
            due = outgoing.next_due(db)
        assert due is not None
        return due - clock.now()

    pauses = []
    for attempt in range(1, 10):
        # An attempt is counted before it is made; until its pause is noted, the last one, now over, stands there.
        assert eventually(lambda: sending.attempts() == [attempt] and pause_now() > timedelta(seconds=20))  # noqa: B023
        assert "451" in sending.rows()[0][4]
        pause = pause_now()
        pauses.append(pause.total_seconds())
        sending.later(pause + timedelta(seconds=1))
    expected = [min(3600.0, 60.0 * 2**number) for number in range(9)]
    assert all(0.7 * e < p < 1.26 * e for e, p in zip(expected, pauses, strict=True)), pauses


def test_a_mail_leaves_the_disk_when_it_is_sent_and_nobody_keeps_it(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    with closing(database.connect(sending.office.home)) as db:
        db.execute("DELETE FROM message")  # she empties her Sent
        assert db.execute("SELECT count(*) FROM content").fetchone() == (1,)
        elsewhere.start()
        sending.later(timedelta(minutes=2))
        assert eventually(lambda: sending.states() == ["sent"])
        assert len(elsewhere.taken) == 1
        assert db.execute("SELECT count(*) FROM content").fetchone() == (0,)


# reports ------------------------------------------------------------------------------------------------------------


def test_of_what_is_refused_the_sender_gets_a_report_that_nobody_answers(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {XENIA: ["550 5.1.1 no such person"]}
    sending.send(XENIA, YANN, text="secret body")
    assert eventually(lambda: sending.states() == ["failed", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[YANN]]
    (raw,) = sending.mails()
    report = email.message_from_bytes(raw, policy=default)
    assert automatic(email.message_from_bytes(raw), [sending.anna[0]]) == "bounce"
    assert report.get_content_type() == "multipart/report"
    assert report["Return-Path"] == "<>"
    assert report["From"].addresses[0].addr_spec == "MAILER-DAEMON@office.example"
    assert (report["To"], report["Auto-Submitted"]) == (sending.anna[0], "auto-replied")
    assert (report["Subject"], report["In-Reply-To"]) == ("Delivery failed: An offer", "<out@office.example>")
    words, status, head = report.iter_parts()
    assert "550 5.1.1 no such person" in words.get_content()
    about, one = status.get_payload()
    assert about["Reporting-MTA"] == "dns; office.example"
    assert one["Final-Recipient"] == f"rfc822; {XENIA}"
    assert (one["Action"], one["Status"]) == ("failed", "5.1.1")
    assert "<out@office.example>" in head.get_content()
    assert b"secret body" not in raw


def test_after_two_days_it_is_given_up_and_reported_once(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    sending.later(1.9 * DAY)
    assert eventually(lambda: sending.attempts() == [2])
    assert sending.states() == ["queued"]
    sending.later(0.2 * DAY)
    assert eventually(lambda: sending.states() == ["failed"])
    (report,) = sending.mails()
    assert b"tried for two days" in report.replace(b"=\r\n", b"") or b"base64" in report
    assert len(sending.mails("Sent")) == 1


def test_who_sends_from_nobody_gets_no_report(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {XENIA: ["550 5.1.1 no such person"]}
    sending.send(XENIA, sender="<>")
    assert eventually(lambda: sending.states() == ["failed"])
    assert sending.mails() == []


@given(
    head=st.binary(max_size=400),
    subject=st.text(max_size=300),
    reply=st.text(max_size=200),
    known_as=st.text(max_size=80),
)
def test_a_report_can_be_written_of_any_mail(head: bytes, subject: str, reply: str, known_as: str):
    written = f"Subject: {subject}\r\nMessage-ID: {known_as}\r\n".encode("utf-8", "surrogatepass") + head
    at = datetime(2026, 1, 5, tzinfo=UTC)
    raw = bounce(written, to="a@x.example", domain="x.example", at=at, queued_at=at, failed={XENIA: reply})
    report = email.message_from_bytes(raw, policy=default)
    assert report["To"] == "a@x.example"
    assert [part.get_content_type() for part in report.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]


# crashes ------------------------------------------------------------------------------------------------------------


def test_killed_while_it_waits_it_is_sent_once_after_the_restart(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    sending.office.kill()
    elsewhere.start()
    SystemClock.move(sending.office.home.clock, 120)
    sending.office.start()
    assert eventually(lambda: sending.states() == ["sent"])
    sending.office.stop()
    sending.office.start()
    sending.send(YANN, message_id="<next@x>")
    assert eventually(lambda: len(elsewhere.taken) == 2)
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[XENIA], [YANN]]


class Killed:
    """An office that is killed at a chosen point of a submission, and started again."""

    def __init__(self, home: Home, page: Path) -> None:
        self.office = RunningOffice(home)
        self.anna = self.office.add("Anna Kill")
        self.home = home
        self.page = page

    def submit(self, number: int, die_at: int = 0) -> list[str]:
        """Submit mail `number` and wait until it is closed, or the office dead; return the points that were passed."""
        self._start(die_at)
        content = f"From: {self.anna[0]}\r\nMessage-ID: <{number}@x>\r\n\r\nHi.\r\n".encode()
        with contextlib.suppress(smtplib.SMTPException, OSError), smtplib.SMTP(*self.office.smtp, timeout=20) as client:
            client.login(*self.anna)
            client.sendmail(self.anna[0], [XENIA], content)
        self._ended(number)
        return faults.passed(self.page)

    def start_again(self, number: int) -> tuple[str, int] | None:
        """Start without kills, wait until the mail is closed; return its state and doubts, None if it was not taken."""
        self._start(0)
        self._ended(number)
        return self.row(number)

    def row(self, number: int) -> tuple[str, int] | None:
        with closing(database.connect(self.home)) as db:
            found = db.execute("SELECT state, unsure FROM outgoing WHERE message_id = ?", (f"<{number}@x>",))
            return found.fetchone()

    def reports(self) -> int:
        with closing(database.connect(self.home)) as db:
            query = "SELECT count(*) FROM message m JOIN mailbox b ON b.id = m.mailbox WHERE b.name = 'INBOX'"
            return db.execute(query).fetchone()[0]

    def _start(self, die_at: int) -> None:
        faults.create(self.page, die_at)
        self.office.start({"EMPLA_FAULTS": str(self.page)})

    def _ended(self, number: int) -> None:
        process = self.office.process
        assert process is not None
        assert eventually(lambda: process.poll() is not None or (self.row(number) or ("sent",))[0] != "queued")
        self.office.kill()


def test_killed_anywhere_it_is_sent_and_what_may_be_double_is_counted(home: Home, elsewhere: Elsewhere, tmp_path: Path):
    killed = Killed(home, tmp_path / "faults")
    names = killed.submit(0)
    assert {"relay.connect.before", "relay.data.before", "relay.data.after"} <= set(names)
    doubled = 0
    begun = names.index("office.commit")
    for die_at in (begun + number for number in sampled(names[begun:])):
        elsewhere.taken.clear()
        killed.submit(die_at, die_at)
        found = killed.start_again(die_at)
        if found is None:
            assert names[die_at - 1] == "office.commit" and not elsewhere.taken, "what is not committed is not taken"
            continue
        state, unsure = found
        assert state == "sent"
        assert 1 <= len(elsewhere.taken) <= 1 + unsure, names[die_at - 1]
        assert all(one == elsewhere.taken[0] for one in elsewhere.taken), "the very same bytes"
        doubled += len(elsewhere.taken) - 1
    assert doubled >= 1, "between the relay's 250 and our commit nobody can know (RFC 1047)"


def test_killed_at_any_commit_it_is_reported_once(home: Home, elsewhere: Elsewhere, tmp_path: Path):
    elsewhere.answers = {XENIA: ["550 5.1.1 no such person"]}
    killed = Killed(home, tmp_path / "faults")
    names = killed.submit(0)
    for die_at in [n for n, name in enumerate(names, start=1) if name.startswith("office.")]:
        before = killed.reports()
        killed.submit(die_at, die_at)
        found = killed.start_again(die_at)
        assert killed.reports() - before == (0 if found is None else 1)
        assert found in (None, ("failed", 0))


def test_an_office_that_ends_waits_a_moment_for_the_relays_word(sending: Sending, elsewhere: Elsewhere):
    elsewhere.slow_s = 0.5
    sending.send(XENIA)
    assert eventually(lambda: elsewhere.seen == 1)
    sending.office.stop()
    assert [row[1:4] for row in sending.rows()] == [("sent", 1, 0)]
    sending.office.start()


def test_what_cannot_be_written_down_now_is_written_down_later_not_sent_again(
    home: Home, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
):
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    server = relay_client.relay_server(home, Settings(relay=f"127.0.0.1:{elsewhere.port}"))
    assert server is not None
    with closing(database.connect(home)) as db, closing(database.connect(home)) as other:
        db.execute("PRAGMA busy_timeout = 1")
        elsewhere.on_data = lambda: other.execute("BEGIN IMMEDIATE")  # from here on nobody else can write

        paused = []

        async def pause(seconds: float) -> None:
            paused.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr(relay, "pause", pause)

        async def send() -> None:
            worker = relay.Relay(db, SystemClock(), server, "office.example", lambda _: None)
            worker.start()
            assert await asyncio.to_thread(eventually, lambda: outgoing.standing(home).queued == 0)
            await worker.stop()

        letter = Letter(
            raw=b"From: anna@office.example\r\n\r\nHi.\r\n",
            recipients=(),
            foreign=(XENIA,),
            at=SystemClock().now(),
            account="anna@office.example",
            sender="anna@office.example",
        )
        deliver(db, letter)
        asyncio.run(send())
        assert paused == [relay.FULL_S]
        assert db.execute("SELECT state, attempts, unsure FROM outgoing").fetchall() == [("sent", 1, 0)]
    assert elsewhere.seen == 1


# who may, and how it is set up --------------------------------------------------------------------------------------


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
