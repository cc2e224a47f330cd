"""SMTP: submission by those who sign in, and delivery from outside, on one port (RFC 5321, 6409, 4954).

Who may say what (the office vouches for it in `Authentication-Results`, and everything else relies on that):

* who has signed in sends only as the account they signed in to, in MAIL FROM, From and Sender;
* who has not may send to people here, but not as anybody here;
* nobody sends through the office to other domains, unless a relay is configured and they have signed in.
"""

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from empla.clock import Clock
from empla.errors import ResourceError
from empla.workplace.accounts import is_address
from runtime import logs
from runtime.office import delivery, headers
from runtime.office.delivery import Filed, Letter, OtherBytes
from runtime.office.passwords import SignIn

log = logs.get("office.smtp")

SIZE_LIMIT = 40 * 1024 * 1024
"""The largest mail, in bytes; advertised as SIZE (RFC 1870)."""

AUTHORS_LIMIT = 16 * 1024
"""Characters that From and Sender may have together: taking addresses apart holds up everybody else."""

ADDRESS_LIMIT = 254
"""Characters that an address elsewhere may have (RFC 5321, 4.5.3.1.3, without the angle brackets)."""

_NULL_SENDER = "<>"


class _Connection(SMTP):
    """One connection."""

    # RFC 5321 asks for 1000; a mail is not lost over its line breaks
    line_length_limit = 1 << 20

    def __init__(self, desk: "Desk", sign_in: SignIn) -> None:
        super().__init__(
            desk,
            hostname=desk.domain,
            ident="empla",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            # Says no to everybody; the methods below then look at the password without holding up other connections.
            authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                success=False, handled=False, auth_data=data
            ),
            loop=asyncio.get_running_loop(),
        )
        self._sign_in = sign_in

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:
        return await self._checked(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:
        return await self._checked(await super().auth_LOGIN(_, args))

    async def _checked(self, result: AuthResult) -> AuthResult:
        data = result.auth_data
        if not isinstance(data, LoginPassword):
            return result
        name, password = (part.decode("utf-8", "replace") for part in data)
        address = await self._sign_in.address(name, password)
        if address is None:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=address)


class Desk:
    """Decides about senders, recipients and content, and delivers."""

    def __init__(
        self,
        db: sqlite3.Connection,
        sign_in: SignIn,
        clock: Clock,
        domain: str,
        filed: Callable[[list[Filed]], None],
        queued: Callable[[], None] | None = None,
    ) -> None:
        """`queued` is told of mail to other domains that was queued; None: it is refused."""
        self.domain = domain
        self._queued = queued
        self._db = db
        self._sign_in = sign_in
        self._clock = clock
        self._filed = filed

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a sender that the client may not claim."""
        account = _account(session)
        if account is not None and self._sign_in.account(account) is None:
            return self._refused(session, f"550 5.7.1 the account {account} was closed")
        sender = "" if address == _NULL_SENDER else address
        if sender and account is not None and sender.lower() != account:
            return self._refused(session, f"550 5.7.1 {account} may not send as <{sender}>")
        if sender and account is None and headers.domain_of(sender) == self.domain:
            return self._refused(session, f"550 5.7.1 sign in to send as <{sender}>")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a recipient that has no account here, and those elsewhere that this client may not write to."""
        if headers.domain_of(address) != self.domain:
            reason = self._why_not_elsewhere(session, address)
            if reason:
                return self._refused(session, reason)
            # one spelling of the domain: the same recipient again must be known again
            envelope.rcpt_tos.append(f"{address.rpartition('@')[0]}@{headers.domain_of(address)}")
            return "250 2.1.5 OK"
        account = self._sign_in.account(address)
        if account is None:
            return self._refused(session, f"550 5.1.1 <{address}> has no mailbox here")
        envelope.rcpt_tos.append(account.address)
        return "250 2.1.5 OK"

    def _why_not_elsewhere(self, session: Session, address: str) -> str:
        """Return why a mail to an address elsewhere is refused; empty if it will be sent on."""
        domain = headers.domain_of(address)
        if self._queued is None or not domain:
            return f"550 5.7.1 relaying is not configured: mail to {domain or 'no domain'} cannot be sent"
        if _account(session) is None:
            return f"550 5.7.1 sign in to send to {domain}"
        if not address.isascii() or not is_address(address) or len(address) > ADDRESS_LIMIT:
            return f"553 5.1.3 <{address[:ADDRESS_LIMIT]}> cannot be sent to"
        return ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver. There is nothing to wait for in here, so a client that drops cannot stop it half-way."""
        content = envelope.original_content or b""
        account = _account(session)
        mail = headers.split(content)
        authors = mail.values(b"from") + mail.values(b"sender")
        if sum(map(len, authors)) > AUTHORS_LIMIT:
            return self._refused(session, "550 5.6.0 From and Sender are too long")
        claimed = headers.addresses(authors)
        foreign = sorted(claimed - {account}) if account is not None else []
        if foreign:
            return self._refused(session, f"550 5.7.1 {account} may not send as <{foreign[0]}>")
        ours = sorted(a for a in claimed if headers.domain_of(a) == self.domain) if account is None else []
        if ours:
            return self._refused(session, f"550 5.7.1 sign in to send as <{ours[0]}>")
        letter = self._letter(session, envelope, mail, content)
        try:
            filed = delivery.deliver(self._db, letter)
        except OtherBytes:
            return self._refused(session, f"550 5.6.0 {letter.message_id} was submitted before with other content")
        self._filed(filed)
        if letter.foreign and self._queued is not None:
            self._queued()
        log.info("smtp.accepted", message_id=letter.message_id, account=account, filed=len(filed))
        return "250 2.0.0 OK" if filed or letter.foreign else "250 2.0.0 OK, had it already"

    async def handle_exception(self, error: Exception) -> str:
        """Say that it may be tried again: whatever went wrong, nothing was taken."""
        if isinstance(error, ResourceError):
            log.error("smtp.full", error=str(error))
            return "452 4.3.1 the office cannot keep it now"
        log.error("smtp.failed", exc_info=error)
        return "451 4.3.0 the office failed; try again"

    def _letter(self, session: Session, envelope: Envelope, mail: headers.Split, content: bytes) -> Letter:
        account = _account(session)
        at = self._clock.now()
        sender = "" if envelope.mail_from == _NULL_SENDER else (envelope.mail_from or "")
        foreign = tuple(to for to in envelope.rcpt_tos if headers.domain_of(to) != self.domain)
        stamp = headers.Stamp(
            domain=self.domain,
            mail_from=sender,
            helo=session.host_name or "",
            peer=session.peer[0] if session.peer else "",
            at=at,
            account=account,
            header_from=account if account is not None and headers.addresses(mail.values(b"from")) else "",
        )
        return Letter(
            raw=headers.stamped(mail, stamp),
            recipients=tuple(to for to in envelope.rcpt_tos if to not in foreign),
            foreign=foreign,
            sender=sender,
            at=at,
            account=account,
            message_id=headers.message_id(mail),
            digest=hashlib.sha256(content).hexdigest(),
        )

    def _refused(self, session: Session, reply: str) -> str:
        # an address of the client's may hold what is no line of ours
        reply = "".join(character for character in reply if character.isprintable())
        log.info("smtp.refused", account=_account(session), reply=reply)
        return reply


def _account(session: Session) -> str | None:
    return session.auth_data if session.authenticated and isinstance(session.auth_data, str) else None


async def start(desk: Desk, sign_in: SignIn, host: str, port: int) -> asyncio.Server:
    """Listen; the port is any free one if `port` is 0."""
    # aiosmtpd logs whole commands; what is worth keeping is logged here
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    return await asyncio.get_running_loop().create_server(lambda: _Connection(desk, sign_in), host, port)
