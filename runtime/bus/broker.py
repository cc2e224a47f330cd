"""Which broker carries the bus, and who signs in to it.

Everybody has a user name and a password of their own there, so that the broker can hold each employee to its own
topics (`acl`): the supervisor those of the setting `bus`, an employee the user `USER.SLUG`, with a password that
follows from the supervisor's by HMAC-SHA256. It cannot be turned round, so who knows one knows no other; and none of
them has to be kept anywhere. `empla bus users` writes all of them for the broker.

The supervisor's password is given once in `EMPLA_BUS_PASSWORD`; from then on it lies in `bus.secret` (0600), encrypted
under the home's `secret.key`.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from empla.config import Home, Settings
from empla.errors import InputError
from empla.store.secrets import Cipher
from runtime.supervisor.durably import write_durably

PASSWORD: Final = "EMPLA_BUS_PASSWORD"  # noqa: S105
"""Environment: the supervisor's password at the broker."""

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where a broker listens, and as whom to sign in; no `user`: as nobody."""

    host: str
    port: int
    tls: bool
    ca: str
    user: str
    password: SecretStr

    def as_employee(self, slug: str) -> "Broker":
        """Return the same broker for one employee, with its own name and password."""
        if not self.user:
            return self
        drawn = hmac.new(self.password.get_secret_value().encode(), f"empla bus {slug}".encode(), hashlib.sha256)
        return Broker(
            host=self.host,
            port=self.port,
            tls=self.tls,
            ca=self.ca,
            user=f"{self.user}.{slug}",
            password=SecretStr(drawn.hexdigest()[:40]),
        )


def broker(home: Home, settings: Settings) -> Broker | None:
    """Return the broker of the settings, None if there is none; InputError if its password is not known."""
    if not settings.bus:
        return None
    found = urlsplit(settings.bus)
    user = unquote(found.username or "")
    return Broker(
        host=found.hostname or "",
        port=found.port or _PORTS[found.scheme],
        tls=found.scheme == "mqtts",
        ca=settings.bus_ca,
        user=user,
        password=_password(home) if user else SecretStr(""),
    )


def keep_password(home: Home) -> None:
    """Keep the password that the environment gives, if it gives one; it is gone from the environment then."""
    given = os.environ.pop(PASSWORD, "")  # no child inherits it
    if given:
        write_durably(home.bus_secret, Cipher(home.key).encrypt(SecretStr(given)))


def _password(home: Home) -> SecretStr:
    try:
        return Cipher(home.key).decrypt(home.bus_secret.read_bytes())
    except FileNotFoundError:
        raise InputError(
            "the password of the bus's broker is not known", next_step=f"give it once in {PASSWORD}, at `empla up`"
        ) from None
