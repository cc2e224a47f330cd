"""Mail to other domains, and an office that is killed, ends, or cannot write down what the relay said."""

import asyncio
import contextlib
import smtplib
from contextlib import closing
from pathlib import Path

import pytest

from empla import faults
from empla.clock import SystemClock
from empla.config import Home, Settings
from runtime.office import accounts, database, outgoing, relay, relay_client
from runtime.office.delivery import Letter, deliver
from runtime.office.testing import RunningOffice
from tests.crash.sampling import sampled
from tests.runtime.office.relay.conftest import XENIA, YANN, Elsewhere, Sending
from tests.runtime.office.waiting import eventually


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
