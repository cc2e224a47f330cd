"""A mail transfer agent in front of a mail store: submission with sign-in, delivery by LMTP, a word on who sent it."""

import asyncio
import imaplib
import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

_VERDICT = re.compile(rb"^Authentication-Results:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n", re.IGNORECASE | re.MULTILINE)


@dataclass
class Mta:
    """A running transfer agent for one domain. What it does is set by its fields, at any time."""

    domain: str
    lmtp: int
    imap: int
    password: str  # everybody's
    users: set[str] = field(default_factory=set)  # what precedes @
    vouches: bool = True  # writes Authentication-Results
    strips: bool = True  # removes those that others wrote in its name
    sent_folder: str = ""  # where it files what it submitted; empty: nowhere
    at_rcpt: dict[str, list[str]] = field(default_factory=dict)  # by recipient: what to say first
    at_data: list[str] = field(default_factory=list)  # what to say to the next mails instead of taking them
    on_data: Callable[[str, bytes], bool] = lambda _sender, _raw: True  # whether to take it; what else happens then
    submitted: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    abroad: list[tuple[str, bytes]] = field(default_factory=list)  # mail to other domains
    port: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        name = session.auth_data
        if name is not None and address.lower() != f"{name}@{self.domain}":
            return "550 5.7.1 not your address"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answers = self.at_rcpt.get(address.lower(), [])
        if answers:
            return answers.pop(0)
        name, _, domain = address.lower().partition("@")
        if domain == self.domain and name not in self.users:
            return "550 5.1.1 no such mailbox"
        if domain != self.domain and session.auth_data is None:
            return "550 5.7.1 no relaying"
        envelope.rcpt_tos.append(address.lower())
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.at_data:
            return self.at_data.pop(0)
        raw, name = bytes(envelope.content), session.auth_data
        sender = parseaddr(str(message_from_bytes(raw, policy=SMTP_POLICY)["From"]))[1].lower()
        if name is not None and sender != f"{name}@{self.domain}":
            return "550 5.7.1 From is not yours"
        if not await asyncio.to_thread(self.on_data, sender, raw):
            server.transport.abort()
            return "451 lost"
        self.submitted.append((sender, list(envelope.rcpt_tos), raw))
        await asyncio.to_thread(
            self._deliver, envelope.mail_from, list(envelope.rcpt_tos), self._judged(raw, name, sender)
        )
        if name is not None and self.sent_folder:
            await asyncio.to_thread(self._file, name, raw)
        return "250 2.0.0 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        name = data.login.decode().partition("@")[0].lower()
        known = name in self.users and data.password.decode() == self.password
        return AuthResult(success=known, handled=False, auth_data=name if known else None)

    def _judged(self, raw: bytes, name: str | None, sender: str) -> bytes:
        if self.strips:
            raw = _VERDICT.sub(b"", raw)
        if not self.vouches:
            return raw
        found = f"auth=pass smtp.auth={name}@{self.domain} header.from={sender}" if name else "auth=none"
        return f"Authentication-Results: {self.domain}; {found}\r\n".encode() + raw

    def _deliver(self, sender: str, recipients: list[str], raw: bytes) -> None:
        own = [to for to in recipients if to.endswith(f"@{self.domain}")]
        self.abroad += [(to, raw) for to in recipients if to not in own]
        for recipient in own:  # smtplib reads one reply after the message, LMTP gives one for each recipient
            with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
                lmtp.sendmail(sender, [recipient], raw)

    def _file(self, name: str, raw: bytes) -> None:
        with imaplib.IMAP4("127.0.0.1", self.imap) as imap:
            imap.login(name, self.password)
            imap.append(self.sent_folder, "(\\Seen)", None, raw)  # type: ignore[arg-type]


class _Patient(SMTP):
    """As servers are that pass on whatever they get: lines may be longer than RFC 5321 (4.5.3.1.6) would have them."""

    line_length_limit = 1 << 20


@contextmanager
def running_mta(mta: Mta, context: ssl.SSLContext | None = None) -> Iterator[Mta]:
    """Run the agent on a free port for the length of the block; with `context` encrypted from the first byte."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    options: dict[str, Any] = {"authenticator": mta.authenticate, "auth_require_tls": False, "enable_SMTPUTF8": True}

    def serve() -> None:
        asyncio.set_event_loop(loop)

        async def begin() -> None:
            server = await loop.create_server(lambda: _Patient(mta, **options), "127.0.0.1", 0, ssl=context)
            mta.port = server.sockets[0].getsockname()[1]
            started.set()

        loop.run_until_complete(begin())
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield mta
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
