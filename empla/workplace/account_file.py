"""The account file: an existing mailbox and calendar at any server, described by whoever has it (TOML).

It says where the servers are and where the password comes from; what the servers do is found out by the probe. No
password is ever taken from a command's arguments. One that stands in the file itself is taken only if nobody else may
read the file.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from empla.errors import InputError
from empla.workplace.accounts import Account, Credentials, Endpoint, Tls, checked_address, is_loopback

EXAMPLE: Final = """\
# An existing account for a digital employee, at any IMAP, SMTP and CalDAV server.
# Try it:    empla mailbox test FILE
# Use it:    empla hire executive-assistant --name "Clara Diaz" --mailbox FILE

address = "clara@corp.example"
# sign_in = "clara"                # if the name to sign in with is not the address

# The password: it is asked for, unless one of these says where it is. It never stands on a command line.
# password_file = "clara.password" # a file that nobody else may read (chmod 600)
# password_env = "CLARA_PASSWORD"  # an environment variable
# password = "..."                 # here itself: only if nobody else may read this file

# sent_folder = "Sent"             # where the server files sent mail, if it is not found by itself
# authserv_id = "mx.corp.example"  # whose Authentication-Results are believed, if it is not found by itself
# ca_file = "corp-ca.pem"          # certificates to trust instead of the system's

# Encryption is on unless the host is this machine: tls = "implicit" (993, 465), "starttls" (143, 587) or "none".
[imap]
host = "imap.corp.example"
# port = 993
# tls = "implicit"

[smtp]
host = "smtp.corp.example"
# port = 465
# tls = "implicit"
# sign_in = "clara-out"            # if mail is submitted under another name; password_file, password_env as above

[caldav]
url = "https://dav.corp.example/"  # of the server, or of the calendar itself
# sign_in = "clara"                # if calendars are under another name; password_file, password_env as above
# tls = "none"                     # said once more, if the URL is unencrypted (http) and not on this machine

# Calendars of others that are shared with the account, by their owners; the manager's with the right to change it.
# [calendars]
# "ada@corp.example" = "https://dav.corp.example/ada/calendar/"

# Folders of this account in which mails of others lie, by their owners: what the manager lets the employee see.
# [delegated]
# "ada@corp.example" = "Shared/ada"
"""

_PORTS: Final = {"imap": {Tls.IMPLICIT: 993}, "smtp": {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}}
Ask = Callable[[str], SecretStr]
"""Asks a person for the password of a name."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _SignIn(_Part):
    """A name to sign in with, and where its password is."""

    sign_in: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    password_env: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(map(bool, (self.password, self.password_file, self.password_env))) > 1:
            raise ValueError("give one of password, password_file and password_env")
        return self

    @property
    def says(self) -> bool:
        """Whether it says anything at all."""
        return bool(self.sign_in or self.password or self.password_file or self.password_env)


class _Server(_Part):
    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Tls | None = None

    def endpoint(self, service: str) -> Endpoint:
        """Return host, port and encryption, each from the others where it is not given."""
        tls = self.tls or (None if self.port else Tls.IMPLICIT)
        if tls is Tls.IMPLICIT and self.tls is None and is_loopback(self.host):
            tls = Tls.NONE
        port = self.port or _PORTS[service].get(tls or Tls.IMPLICIT, 143)
        return Endpoint.model_validate({"host": self.host, "port": port, "tls": tls})


class _Submission(_Server, _SignIn):
    pass


class _Caldav(_SignIn):
    url: str = ""
    tls: Tls | None = None


class AccountFile(_SignIn):
    """What an account file may say. Unknown names are errors."""

    address: str
    imap: _Server
    smtp: _Submission
    caldav: _Caldav = _Caldav()
    calendars: Mapping[str, str] = Field(default_factory=dict)
    delegated: Mapping[str, str] = Field(default_factory=dict)
    sent_folder: str = ""
    authserv_id: str = ""
    ca_file: Path | None = None
    hello: str = ""
    timeout_s: float = Field(default=30.0, gt=0)
    taking_s: float = Field(default=300.0, gt=0)
    settle_s: float = Field(default=120.0, gt=0)
    poll_s: float = Field(default=15.0, gt=0)

    @field_validator("address")
    @classmethod
    def _address(cls, address: str) -> str:
        try:
            return checked_address(address)
        except InputError as error:
            raise ValueError(error.sentence) from None

    @field_validator("calendars", "delegated")
    @classmethod
    def _owners(cls, by_owner: Mapping[str, str]) -> Mapping[str, str]:
        try:
            return {checked_address(owner): value for owner, value in by_owner.items()}
        except InputError as error:
            raise ValueError(error.sentence) from None

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        for url in filter(None, (self.caldav.url, *self.calendars.values())):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f"{url!r} is not the address of a calendar server: give an https URL")
            if parts.scheme == "http" and not is_loopback(parts.hostname) and self.caldav.tls is not Tls.NONE:
                raise ValueError(
                    f"the password would go unencrypted to {parts.netloc}: give an https URL, or say tls = none there"
                )
        return self

    @property
    def server(self) -> str:
        """The CalDAV server from which the account's own calendar is to be found, empty if it is named or none."""
        return "" if self.address in self.calendars else self.caldav.url

    @property
    def holds_password(self) -> bool:
        """Whether a password stands in the file itself."""
        return any(part.password is not None for part in (self, self.smtp, self.caldav))

    def without_passwords(self) -> Account:
        """Return the account as far as it can be told without any password: for plans and checks."""
        return self._account(lambda _given, _name: SecretStr(""))

    def account(self, ask: Ask) -> Account:
        """Return the account with its passwords, asking for what the file does not tell; InputError if none is there.

        Another name for SMTP or CalDAV without a password of its own has the same password.
        """
        return self._account(lambda given, name: _password(given, name, ask))

    def _account(self, password: Callable[[_SignIn, str], SecretStr]) -> Account:
        main = Credentials(sign_in=self.sign_in or self.address, password=password(self, self.sign_in or self.address))

        def other(given: _SignIn) -> Credentials | None:
            if not given.says:
                return None
            name = given.sign_in or main.sign_in
            own = given.password or given.password_file or given.password_env
            return Credentials(sign_in=name, password=password(given, name) if own else main.password)

        alike = ("address", "calendars", "delegated", "sent_folder", "authserv_id", "ca_file", "hello")
        times = ("timeout_s", "taking_s", "settle_s", "poll_s")
        return Account(
            sign_in=main.sign_in,
            password=main.password,
            imap=self.imap.endpoint("imap"),
            smtp=self.smtp.endpoint("smtp"),
            smtp_credentials=other(self.smtp),
            caldav_credentials=other(self.caldav),
            **{name: getattr(self, name) for name in (*alike, *times)},
        )


def read(path: Path) -> AccountFile:
    """Read an account file; InputError naming what is wrong in it, and never what a password is.

    Files that it names are looked for beside it.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise InputError(
            f"the account file {path} cannot be read: {why}", next_step="print an example: empla mailbox example"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}", next_step="see `empla mailbox example`") from None
    parts = [found, *(part for name in ("smtp", "caldav") if isinstance(part := found.get(name), dict))]
    if any("password" in part for part in parts):
        _own(path, "it holds a password")
    for part in parts:
        for name in ("password_file", "ca_file"):
            if isinstance(part.get(name), str):
                part[name] = str(path.parent / Path(part[name]).expanduser())
    try:
        return AccountFile.model_validate(found)
    except ValidationError as error:
        raise _wrong(path, error) from None


def _password(given: _SignIn, name: str, ask: Ask) -> SecretStr:
    if given.password is not None:
        return given.password
    if given.password_file is not None:
        return _from_file(given.password_file)
    if given.password_env:
        return _from_environment(given.password_env)
    return ask(name)


def _from_file(path: Path) -> SecretStr:
    if path.exists():
        _own(path, "it holds a password")
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise InputError(
            f"the password file {path} cannot be read: {why}", next_step="correct `password_file`"
        ) from None
    if not text:
        raise InputError(f"the password file {path} is empty", next_step="write the password into it")
    return SecretStr(text)


def _from_environment(name: str) -> SecretStr:
    value = os.environ.get(name, "")
    if not value:
        raise InputError(f"the environment has no {name}", next_step=f"set {name}, or correct `password_env`")
    return SecretStr(value)


def _own(path: Path, why: str) -> None:
    """Refuse a file that others may read."""
    if path.stat().st_mode & 0o077:
        raise InputError(f"others may read {path}, and {why}", next_step=f"run `chmod 600 {path}`")


def _wrong(path: Path, error: ValidationError) -> InputError:
    """Return the first thing that is wrong, in words."""
    first: Any = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return InputError(f"{path} does not say {where}", next_step="see `empla mailbox example`")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), list(AccountFile.model_fields), n=1)
        return InputError(
            f"{path} says {where}, which is unknown",
            next_step=f"did you mean {near[0]}?" if near else "see `empla mailbox example`",
        )
    said = first["msg"].removeprefix("Value error, ")
    return InputError(f"{path}: {where + ': ' if where else ''}{said}", next_step="see `empla mailbox example`")
