"""A plain SMTP server that does not deduplicate, and can be told to misbehave."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Manner(StrEnum):
    """What it does with the first mail of a trial; it takes the others as it should."""

    NORMAL = "normal"
    DROPS = "drops"  # takes it, and closes the connection before its 250 (RFC 1047)
    HANGS = "hangs"  # takes it, and never answers


@dataclass
class Arrivals:
    """What arrived in one trial: how many mails per recipient, and how many different ones."""

    per_recipient: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)


class _Session(SMTP):
    """A connection that notes its beginning and its end in a file."""

    def __init__(self, notes: Path, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._notes = notes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        _note(self._notes, "+")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        _note(self._notes, "-")


def _note(path: Path, sign: str) -> None:
    if path.parent.is_dir():
        with path.open("a") as file:
            file.write(sign)


class PlainServer:
    """Takes whatever it is given. It notes the Message-IDs in `sent` when it takes a mail, before it says so."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self._manner = Manner.NORMAL
        self._sent = Path("/dev/null")
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="plain smtp", daemon=True)
        self.port = 0

    def start(self) -> None:
        """Listen on a free port, on a thread of its own."""
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self.port = listening.result(timeout=60)

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=60)

    async def _listen(self) -> int:
        server = await self._loop.create_server(self._connection, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    def _connection(self) -> SMTP:
        return _Session(
            self._sent.with_name("sessions"),
            self,
            hostname="plain.example",
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True, auth_data=b"ada"),
            loop=self._loop,
        )

    def begin(self, manner: Manner, sent: Path) -> None:
        """Forget what arrived: a new trial begins."""
        with self._lock:
            self.arrivals, self._manner, self._sent = Arrivals(), manner, sent

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail, then answer as told."""
        content = bytes(envelope.original_content or b"")
        message_id = str(message_from_bytes(content)["Message-ID"])
        with self._lock:
            first = not self.arrivals.messages
            self.arrivals.messages.append(message_id)
            self.arrivals.contents.append(content)
            self.arrivals.per_recipient.update(envelope.rcpt_tos)
            with self._sent.open("a") as file:
                file.write(f"{message_id}\n")
        if first and self._manner is Manner.DROPS:
            server.transport.abort()
        elif first and self._manner is Manner.HANGS:
            await asyncio.Event().wait()  # until the client hangs up, when aiosmtpd cancels this
        return "250 2.0.0 taken"
