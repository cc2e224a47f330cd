"""Submitting mail (RFC 5321, RFC 6409), one command at a time, so that what is known after a failure is exact.

Until the last byte of a message is written no server can take it: a failure before that is a delay or a refusal, and
the mail may be tried again freely. After it only the server's reply tells, and where none comes the outcome is unknown
(RFC 1047). Fault points stand on both sides of every command.

Every submission has a connection of its own. Keeping one would save 1 ms of 2 at the embedded office, and every attempt
would no longer take the same steps.
"""

import re
from collections.abc import Awaitable, Mapping, Sequence
from typing import NoReturn, TypeVar

import aiosmtplib

from empla import faults
from empla.capabilities.email.mailbox import (
    OnWire,
    RecipientsDelayed,
    SmtpReply,
    Submission,
    SubmissionDelayed,
    SubmissionRefused,
    SubmissionUnknown,
)
from empla.errors import SignedOut, ValidationError
from empla.workplace.accounts import Account, Endpoint, Tls, is_address
from empla.workplace.troubles import trouble

_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIRST_DOT = re.compile(rb"(?m)^\.")

T = TypeVar("T")


async def submit(
    account: Account, sender: str, recipients: Sequence[str], content: bytes, on_wire: OnWire, *, copy_to: str = ""
) -> Submission:
    """Submit `content` to `recipients`; some may be refused, which the result tells.

    `copy_to` gets a copy as well, as evidence; whether the server takes that recipient changes nothing. `on_wire` is
    awaited with the reply per recipient after the last RCPT and before DATA. Raises SubmissionRefused,
    SubmissionDelayed or SubmissionUnknown; an error of `on_wire` goes through, and nothing was sent then.
    """
    copies = [copy_to] if copy_to and copy_to not in recipients else []
    for address in (sender, *recipients, *copies):
        if not is_address(address):
            raise SubmissionRefused(f"{address!r} is not an e-mail address")
    content = _lines(content)
    client = await _signed_in(account)
    try:
        submission = await _transaction(client, account, sender, recipients, copies, content, on_wire)
        if client.protocol is not None and client.is_connected:
            client.protocol.write(b"QUIT\r\n")  # its answer is of no interest
        return submission
    finally:
        client.close()


async def sign_in(account: Account) -> None:
    """Sign in and go again, as a test; SubmissionDelayed or SignedOut says what is wrong."""
    client = await _signed_in(account)
    client.close()


async def _signed_in(account: Account) -> aiosmtplib.SMTP:
    """Connect, encrypt and sign in; SubmissionDelayed if that fails, SignedOut if it is the account's: no fault lies
    in the mail."""
    end = account.smtp
    client = aiosmtplib.SMTP(
        hostname=end.host,
        port=end.port,
        timeout=account.timeout_s,
        use_tls=end.tls is Tls.IMPLICIT,
        start_tls=False,  # done below as a step of its own
        tls_context=None if end.tls is Tls.NONE else account.tls_context(),
        local_hostname=account.hello,
    )
    try:
        await _step("smtp.connect", client.connect())
        await _step("smtp.ehlo", client.ehlo())
        if end.tls is Tls.STARTTLS:
            await _step("smtp.starttls", client.starttls())
            await _step("smtp.ehlo", client.ehlo())
        if client.supports_extension("auth"):  # a relay on one's own machine may know no passwords
            known = account.at_smtp
            await _step("smtp.login", client.login(known.sign_in, known.password.get_secret_value()))
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        if error.code // 100 == 4:  # for now: 454, say (RFC 4954, 6)
            raise SubmissionDelayed(f"the mail server {end} lets nobody in at the moment ({error.code})") from None
        raise SignedOut(
            f"the mail server {end} does not let {account.at_smtp.sign_in} in ({error.code})",
            next_step="check the account's sign-in name and password",
        ) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise _unreachable(end, error) from error
    except BaseException:
        client.close()
        raise
    return client


def _unreachable(end: Endpoint, error: Exception) -> SubmissionDelayed:
    """Return what it means that no connection came about, or none that may be used."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return SubmissionDelayed(f"no connection to the mail server {end}: {error.code} {error.message}")
    if isinstance(error, aiosmtplib.SMTPException) and error.__cause__ is None and not _timed_out(error):
        return SubmissionDelayed(f"no connection to the mail server {end}: {_told(error)}")
    found = trouble(TimeoutError() if _timed_out(error) else error)
    return SubmissionDelayed(f"no connection to the mail server {end}: {found.why}", next_step=found.next_step)


def _timed_out(error: Exception) -> bool:
    return isinstance(error, TimeoutError | aiosmtplib.SMTPTimeoutError)


async def _transaction(
    client: aiosmtplib.SMTP,
    account: Account,
    sender: str,
    recipients: Sequence[str],
    copies: Sequence[str],
    content: bytes,
    on_wire: OnWire,
) -> Submission:
    replies = await _envelope(client, sender, recipients, copies, content)
    faults.point("smtp.on_wire.before")
    await on_wire(replies)
    faults.point("smtp.on_wire.after")
    try:
        start = await _step("smtp.data", client.execute_command(b"DATA"))
    except (aiosmtplib.SMTPException, OSError) as error:
        raise SubmissionDelayed(
            f"the mail server {account.smtp} went away before the message: {_told(error)}"
        ) from error
    if start.code != aiosmtplib.SMTPStatus.start_input:
        _refuse(_reply(start), "the message")
    reply = await _content(client, account, content)
    if reply.code // 100 in (4, 5):
        _refuse(reply, "the message")
    if reply.code // 100 != 2:
        raise SubmissionUnknown(f"the mail server {account.smtp} answered {reply.code} {reply.text} to the message")
    return Submission(reply, replies)


async def _envelope(
    client: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], copies: Sequence[str], content: bytes
) -> Mapping[str, SmtpReply]:
    """Name sender and recipients; return the reply per recipient, of which at least one is an acceptance."""
    replies: dict[str, SmtpReply] = {}
    try:
        command = _mail(client, sender, (*recipients, *copies), content)
        reply = _reply(await _step("smtp.mail", client.execute_command(*command)))
        if reply.code // 100 != 2:
            _refuse(reply, f"the sender {sender}")
        for recipient in recipients:
            replies[recipient] = await _recipient(client, recipient)
        if not any(reply.code // 100 == 2 for reply in replies.values()):
            _refuse_all(recipients, replies)
        for copy in copies:
            await _recipient(client, copy)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise SubmissionDelayed(f"the mail server went away before the message: {_told(error)}") from error
    return replies


async def _recipient(client: aiosmtplib.SMTP, recipient: str) -> SmtpReply:
    command = (b"RCPT", b"TO:<" + recipient.encode() + b">")
    return _reply(await _step("smtp.rcpt", client.execute_command(*command)))


def _refuse_all(recipients: Sequence[str], replies: Mapping[str, SmtpReply]) -> NoReturn:
    # One that may be accepted later is reason enough to try again later.
    mildest = min(replies.values(), key=lambda reply: reply.code, default=SmtpReply(554, "there is no recipient"))
    if mildest.code // 100 == 4:
        raise RecipientsDelayed(f"the mail server asks to wait with {', '.join(recipients)}: {_words(mildest)}")
    _refuse(mildest, "all recipients: " + ", ".join(recipients))


def _mail(client: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], content: bytes) -> list[bytes]:
    """Return the MAIL command: SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531) where the server has them."""
    command = [b"MAIL", b"FROM:<" + sender.encode() + b">"]
    if client.supports_extension("size"):
        command.append(b"SIZE=%d" % len(content))
    if not content.isascii() and client.supports_extension("8bitmime"):
        command.append(b"BODY=8BITMIME")
    if not all(address.isascii() for address in (sender, *recipients)):
        if not client.supports_extension("smtputf8"):
            raise SubmissionRefused("the mail server cannot handle an address with letters outside ASCII")
        command.append(b"SMTPUTF8")
    return command


async def _content(client: aiosmtplib.SMTP, account: Account, content: bytes) -> SmtpReply:
    """Send the message itself and return the reply to its final dot; SubmissionUnknown if none comes."""
    protocol = client.protocol
    if protocol is None:
        raise SubmissionDelayed(f"the mail server {account.smtp} went away before the message")
    faults.point("smtp.content.before")
    try:
        protocol.write(_FIRST_DOT.sub(b"..", content) + b".\r\n")
    except (aiosmtplib.SMTPException, OSError) as error:  # raised before a byte is written
        raise SubmissionDelayed(f"the mail server {account.smtp} went away before the message") from error
    faults.point("smtp.content.written")
    try:
        reply = await protocol.read_response(timeout=account.taking_s)
        faults.point("smtp.content.after")
    except aiosmtplib.SMTPResponseException as error:
        raise SubmissionUnknown(f"the mail server {account.smtp} gave an answer that makes no sense") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise SubmissionUnknown(
            f"the mail server {account.smtp} gave no answer after the message: {_told(error)}",
            next_step="look whether the mail arrived; `empla` looks for a copy by itself",
        ) from error
    return _reply(reply)


async def _step(name: str, command: Awaitable[T]) -> T:
    faults.point(f"{name}.before")
    result = await command
    faults.point(f"{name}.after")
    return result


def _refuse(reply: SmtpReply, what: str) -> NoReturn:
    kind = SubmissionDelayed if reply.code // 100 == 4 else SubmissionRefused
    raise kind(f"the mail server refused {what}: {_words(reply)}")


def _words(reply: SmtpReply) -> str:
    return f"{reply.code} {reply.text}"


def _reply(response: aiosmtplib.SMTPResponse) -> SmtpReply:
    return SmtpReply(response.code, response.message.encode("utf-8", "replace").decode()[:500])


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _lines(content: bytes) -> bytes:
    """Return the message with every line ended by CRLF, as it must be on the wire; ValidationError if it is empty."""
    if not content:
        raise ValidationError("there is no message to send")
    content = _LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"
