"""A relay elsewhere, and an office that hands mail for other domains over to it."""

import asyncio
import os
import signal
import smtplib
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from empla.clock import SystemClock
from empla.config import Home, Settings, save_settings
from runtime.office import database
from runtime.office.testing import RunningOffice

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
