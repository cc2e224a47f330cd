"""The world outside the company: the server that takes the office's mail to other domains, and a person there."""

import asyncio
import email
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from empla.errors import TimedOut
from runtime.client import Client, Letter
from runtime.office.process import OfficePorts

HOST = "127.0.0.1"


class Outside:
    """A mail server on a free port of this machine, in a thread of its own: it takes every mail and keeps it.

    Leaving the block stops it.
    """

    def __init__(self) -> None:
        self.port = 0
        self._letters: list[tuple[str, Letter]] = []
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(10):
            raise TimedOut("the mail server outside the company does not start")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        async def listen() -> asyncio.Server:
            return await self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), HOST, 0)

        server = self._loop.run_until_complete(listen())
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a mail for everybody whom it is for."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._news:
            for recipient in envelope.rcpt_tos:
                message = email.message_from_bytes(raw, policy=default)
                assert isinstance(message, EmailMessage)
                letter = Letter(uid=len(self._letters) + 1, message=message)
                self._letters.append((recipient.lower(), letter))
            self._news.notify_all()
        return "250 OK"

    def mails_to(self, address: str) -> list[Letter]:
        """Return what has come for somebody, oldest first."""
        with self._news:
            return [letter for recipient, letter in self._letters if recipient == address]

    def wait_for(self, address: str, wanted: Callable[[Letter], bool], timeout_s: float) -> Letter | None:
        """Return the newest mail for somebody for which `wanted` holds, once there is one; None if none comes."""
        found: list[Letter] = []

        def came() -> bool:
            found[:] = [m for to, m in self._letters if to == address and wanted(m)]
            return bool(found)

        with self._news:
            self._news.wait_for(came, timeout_s)
        return found[-1] if found else None


class Stranger(Client):
    """Somebody outside the company, with a mail client as everybody has one."""

    def __init__(
        self,
        outside: Outside,
        address: str,
        name: str,
        deliver: Callable[[bytes, str], None],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(OfficePorts(HOST, 0, outside.port, 0), address, name, SecretStr(""), now)
        self._outside = outside
        self._deliver = deliver

    def submit(self, raw: bytes, to: Sequence[str]) -> None:
        """Have the stranger's own server bring a mail to the office."""
        self._deliver(raw, self.address)

    def inbox(self, folder: str = "INBOX") -> list[Letter]:
        """Return every mail that has come, oldest first."""
        return self._outside.mails_to(self.address)

    def wait_for(self, wanted: Callable[[Letter], bool], timeout_s: float = 30.0, *, after: int = 0) -> Letter:
        """Return a mail for which `wanted` holds, waiting until it comes; TimedOut if it does not."""
        found = self._outside.wait_for(self.address, lambda m: m.uid > after and wanted(m), timeout_s)
        if found is None:
            raise TimedOut(f"no such mail came to {self.address} within {timeout_s:.0f} s")
        return found
