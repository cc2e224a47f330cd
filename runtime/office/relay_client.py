"""The relay: where mail to other domains is handed over, and one submission to it (RFC 5321, RFC 6409).

Its password is not among the settings. Whoever starts the office gives it once, in the environment variable
`EMPLA_RELAY_PASSWORD`; from then on it lies in `office/relay.secret` (0600), encrypted under the home's `secret.key`
(see `empla.store.secrets`), and is read from there. Giving it again replaces it.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiosmtplib
from aiosmtplib import SMTPResponse
from pydantic import SecretStr

from empla import faults
from empla.config import Home, Settings, host_and_port
from empla.errors import ExternalError, InputError
from empla.store.secrets import Cipher
from empla.workplace.accounts import Endpoint, Tls
from runtime.supervisor.durably import write_durably

PASSWORD = "EMPLA_RELAY_PASSWORD"  # noqa: S105
"""The environment variable that the relay's password is given in."""

ANSWER_S = 60.0
"""Seconds that the relay has to answer a command."""

TAKING_S = 600.0
"""Seconds that it has to take a mail after its final dot (RFC 5321, 4.5.3.2.6): who waits less doubles mail."""

T = TypeVar("T")


class Unreachable(ExternalError):
    """The relay lets nobody in: no connection, no encryption or no sign-in."""

    code = "relay_unreachable"


class Lost(ExternalError):
    """The connection to the relay was lost within a submission."""

    code = "relay_lost"


@dataclass(frozen=True, slots=True)
class RelayServer:
    """Where the relay is, and how to sign in there (no `user`: not at all)."""

    end: Endpoint
    hello: str
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))


def relay_server(home: Home, settings: Settings) -> RelayServer | None:
    """Return the relay that the settings name, None if they name none; InputError if its password is nowhere."""
    given = os.environ.pop(PASSWORD, "")  # no child of the office inherits it
    if not settings.relay:
        return None
    host, port = host_and_port(settings.relay)
    end = Endpoint(host=host, port=port)
    hello = settings.domain if settings.domain.isascii() else "localhost"
    if not settings.relay_user:
        return RelayServer(end, hello)
    if given:
        _keep(home, SecretStr(given))
    try:
        password = Cipher(home.key).decrypt(password_file(home).read_bytes())
    except FileNotFoundError:
        raise InputError(
            f"the password of {settings.relay_user} at the relay {end} is not known",
            next_step=f"give it once: start empla with {PASSWORD} set; it is then kept, encrypted",
        ) from None
    return RelayServer(end, hello, settings.relay_user, password)


def password_file(home: Home) -> Path:
    """Return the file that holds the relay's password, encrypted (0600)."""
    return home.office / "relay.secret"


def _keep(home: Home, password: SecretStr) -> None:
    write_durably(password_file(home), Cipher(home.key).encrypt(password))


async def submit(
    server: RelayServer,
    sender: str,
    recipients: Sequence[str],
    content: bytes,
    on_wire: Callable[[Sequence[str]], None],
) -> Mapping[str, SMTPResponse]:
    """Submit a mail once and return the relay's last word on each recipient.

    `on_wire` is called with those it accepts, right before the mail itself is sent; an error of it goes through, and
    nothing was sent then. Raises Unreachable before the mail was spoken of, Lost afterwards.
    """
    client = await _ready(server)
    try:
        replies = await _transaction(client, sender, recipients, content, on_wire)
        if client.protocol is not None and client.is_connected:
            client.protocol.write(b"QUIT\r\n")  # its answer is of no interest
        return replies
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Lost(f"the relay {server.end} went away: {_said(error)}") from error
    finally:
        client.close()


async def _ready(server: RelayServer) -> aiosmtplib.SMTP:
    """Connect, encrypt and sign in."""
    client = aiosmtplib.SMTP(
        hostname=server.end.host,
        port=server.end.port,
        timeout=ANSWER_S,
        use_tls=server.end.tls is Tls.IMPLICIT,
        start_tls=False,  # done below as a step of its own: never given up silently
        local_hostname=server.hello,
    )
    try:
        await _step("relay.connect", client.connect())
        await _step("relay.ehlo", client.ehlo())
        if server.end.tls is Tls.STARTTLS:
            await _step("relay.starttls", client.starttls())
            await _step("relay.ehlo", client.ehlo())
        if server.user:
            await _step("relay.login", client.login(server.user, server.password.get_secret_value()))
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise Unreachable(f"the relay {server.end} does not let {server.user} in ({error.code})") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Unreachable(f"no connection to the relay {server.end}: {_said(error)}") from error
    except BaseException:
        client.close()
        raise
    return client


async def _transaction(
    client: aiosmtplib.SMTP,
    sender: str,
    recipients: Sequence[str],
    content: bytes,
    on_wire: Callable[[Sequence[str]], None],
) -> Mapping[str, SMTPResponse]:
    options = [b"SIZE=%d" % len(content)] if client.supports_extension("size") else []
    if not content.isascii() and client.supports_extension("8bitmime"):
        options.append(b"BODY=8BITMIME")
    mail = client.execute_command(b"MAIL", b"FROM:<" + sender.encode() + b">", *options)
    reply = await _step("relay.mail", mail)
    if reply.code // 100 != 2:
        return dict.fromkeys(recipients, reply)
    replies = {}
    for recipient in recipients:
        command = client.execute_command(b"RCPT", b"TO:<" + recipient.encode() + b">")
        replies[recipient] = await _step("relay.rcpt", command)
    accepted = [recipient for recipient, reply in replies.items() if reply.code // 100 == 2]
    if not accepted:
        return replies
    on_wire(accepted)
    try:
        reply = await _step("relay.data", client.data(content, timeout=TAKING_S))
    except aiosmtplib.SMTPDataError as error:
        faults.point("relay.data.after")
        reply = SMTPResponse(error.code, error.message)
    if reply.code // 100 not in (2, 4, 5):
        raise Lost(f"the relay answered {reply.code} to the mail, which says nothing")
    return {**replies, **dict.fromkeys(accepted, reply)}


async def _step(name: str, command: Awaitable[T]) -> T:
    faults.point(f"{name}.before")
    result = await command
    faults.point(f"{name}.after")
    return result


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
