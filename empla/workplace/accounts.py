"""What is known of an account: where its servers are, how to sign in, and how far its evidence can be trusted.

Nothing here knows which server it is. The embedded office, a company's own server and a provider's are all described by
the same few fields; what a server does with sent mail is found out by `empla.workplace.probe` and written down here.
"""

import functools
import ipaddress
import json
import re
import ssl
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from empla.capabilities.email.mailbox import Evidence
from empla.errors import InputError, PermissionDenied

_ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\x7f]+@[^\s@<>/\x00-\x1f\x7f]+")
_STARTTLS_PORTS = frozenset({25, 143, 587})
_OTHER_CREDENTIALS = ("smtp_credentials", "caldav_credentials")


class Tls(StrEnum):
    """How a connection is encrypted."""

    NONE = "none"
    STARTTLS = "starttls"  # upgraded after the greeting (RFC 3207, RFC 9051)
    IMPLICIT = "implicit"  # from the first byte (RFC 8314)


class Endpoint(BaseModel):
    """One server: host, port and encryption. Unless said otherwise it is encrypted, except on the loopback."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    tls: Tls = Tls.IMPLICIT

    @model_validator(mode="before")
    @classmethod
    def _default_tls(cls, data: object) -> object:
        if isinstance(data, Mapping) and data.get("tls") is None:
            return {**data, "tls": _usual_tls(str(data.get("host", "")), data.get("port"))}
        return data

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Credentials(BaseModel):
    """A name to sign in with, and its password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sign_in: str = Field(min_length=1)
    password: SecretStr


class Beginning(BaseModel):
    """The moment before which the mails of an INBOX are somebody else's past: the newest UID then, and the hour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uidvalidity: int = Field(ge=1)
    uid: int = Field(ge=0)
    at: datetime


class Account(BaseModel):
    """A mailbox and the calendars that its owner may use. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(description="the mailbox's address")
    sign_in: str = Field(default="", description="the name to sign in with; the address where none is given")
    password: SecretStr
    imap: Endpoint
    smtp: Endpoint
    smtp_credentials: Credentials | None = Field(default=None, description="if mail is submitted under another name")
    caldav_credentials: Credentials | None = Field(default=None, description="if calendars are under another name")
    caldav: str = Field(default="", description="root of the CalDAV server; empty: the account has no calendar")
    calendar_path: str = Field(
        default="{root}/{address}/calendar/",
        description="where a person's calendar is: {root} as above, {address} of the owner, {local} what precedes @",
    )
    calendars: Mapping[str, str] = Field(
        default_factory=dict, description="calendars that are elsewhere: URL by their owner's address"
    )
    delegated: Mapping[str, str] = Field(
        default_factory=dict,
        description="folders of this account in which mails of others lie, as the server lists them: by their address",
    )
    delegated_path: str = Field(
        default="", description="where others' mails lie who are not named there: {address}, {local} as above"
    )
    evidence: Evidence = Field(default=Evidence.LOOKUP, description="what a missing copy of a sent mail proves")
    settle_s: float = Field(default=120.0, gt=0, description="how long a copy of a sent mail may take to appear")
    copy_to_self: bool = Field(
        default=False, description="whether every mail goes to the own address too, for the server files no copy"
    )
    beginning: Beginning | None = Field(default=None, description="where reading the INBOX begins; None: at its start")
    sent_folder: str = Field(
        default="", description="where the server files sent mail, as it lists the folder; empty: found by itself"
    )
    authserv_id: str = Field(
        default="", description="whose Authentication-Results are believed (RFC 8601); empty: nobody's"
    )
    ca_file: Path | None = Field(default=None, description="certificates to trust instead of the system's")
    timeout_s: float = Field(default=30.0, gt=0, description="how long a server may take over one exchange")
    taking_s: float = Field(default=300.0, gt=0, description="how long it may take over a mail after its final dot")
    poll_s: float = Field(default=15.0, gt=0, description="pause between looks where the server has no IDLE")
    hello: str = Field(default="", description="the name to greet SMTP servers with; the address's domain if empty")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        checked_address(self.address)
        if not self.sign_in:
            object.__setattr__(self, "sign_in", self.address)
        if not self.hello:
            domain = self.address.rpartition("@")[2]
            object.__setattr__(self, "hello", domain if domain.isascii() else "localhost")
        try:
            self.calendar_path.format(root="", address="", local="")
            self.delegated_path.format(address="", local="")
        except (KeyError, IndexError, ValueError):
            raise ValueError("a path may use {root} (of calendars), {address} and {local} only") from None
        return self

    @classmethod
    def restored(cls, settings: Mapping[str, Any], secrets: SecretStr) -> Self:
        """Return the account that `settings` and `secrets` of another were taken from."""
        kept = json.loads(secrets.get_secret_value())
        parts: dict[str, Any] = {**settings, "password": kept.pop("password")}
        for name, password in kept.items():
            parts[name] = {**parts[name], "password": password}
        return cls.model_validate(parts)

    def settings(self) -> dict[str, Any]:
        """Return everything but the passwords, as plain data."""
        without: dict[str, Any] = {"password": True, **{name: {"password"} for name in _OTHER_CREDENTIALS}}
        return self.model_dump(mode="json", exclude=without, exclude_none=True)

    def secrets(self) -> SecretStr:
        """Return the passwords, as one text to be encrypted."""
        kept = {"password": self.password.get_secret_value()}
        for name in _OTHER_CREDENTIALS:
            given: Credentials | None = getattr(self, name)
            if given is not None:
                kept[name] = given.password.get_secret_value()
        return SecretStr(json.dumps(kept))

    @property
    def at_smtp(self) -> Credentials:
        """Who signs in to submit mail."""
        return self.smtp_credentials or Credentials(sign_in=self.sign_in, password=self.password)

    @property
    def at_caldav(self) -> Credentials:
        """Who signs in to use calendars."""
        return self.caldav_credentials or Credentials(sign_in=self.sign_in, password=self.password)

    def calendar_url(self, owner: str) -> str:
        """Return the URL of `owner`'s calendar, ending in "/"; PermissionDenied if the account knows none."""
        owner = checked_address(owner)
        url = self.calendars.get(owner)
        if url is None:
            if not self.caldav:
                raise PermissionDenied(
                    f"the account {self.address} knows no calendar of {owner}",
                    next_step="name its URL in the account, and have it shared with the account",
                )
            url = self.calendar_path.format(
                root=self.caldav.rstrip("/"),
                address=quote(owner, safe="@"),
                local=quote(owner.partition("@")[0], safe=""),
            )
        return url if url.endswith("/") else url + "/"

    def delegated_folder(self, owner: str) -> str:
        """Return the folder in which mails of `owner` lie, as the server lists it; empty if none is known."""
        owner = checked_address(owner)
        path = self.delegated_path.format(address=owner, local=owner.partition("@")[0])
        return self.delegated.get(owner, path)

    def tls_context(self) -> ssl.SSLContext:
        """Return what certificates are checked with: the system's authorities, or those of `ca_file`."""
        return _tls_context(self.ca_file)


@functools.lru_cache(maxsize=8)
def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context, read once: loading the system's authorities takes as long as sending a mail."""
    return ssl.create_default_context(cafile=ca_file)


def is_address(text: str) -> bool:
    """Return whether `text` looks like one bare e-mail address, harmless in a command and in a URL's quoted path."""
    return _ADDRESS.fullmatch(text) is not None


def checked_address(address: str) -> str:
    """Return the address in lower case; InputError if it is none."""
    if not is_address(address):
        raise InputError(f"{address!r} is not an e-mail address", next_step="give one such as ada@office.example")
    return address.lower()


def _usual_tls(host: str, port: object) -> Tls:
    if is_loopback(host):
        return Tls.NONE
    if port in _STARTTLS_PORTS:
        return Tls.STARTTLS
    return Tls.IMPLICIT


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, which nobody listens in on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
