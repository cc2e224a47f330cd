"""What hiring needs of a mail and calendar server. `runtime` implements it for the embedded office.

Every method may be called again with the same arguments after a crash, and must then change nothing more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr

from empla.mind.grants import GrantKind

SendPercept = Callable[[str, str, str, Mapping[str, Any]], None]
"""Put a percept into an employee's inbox: slug, key, kind, fields. A key that is there already changes nothing."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a mail client connects: (host, port) of IMAP and SMTP, the root URL of CalDAV."""

    imap: tuple[str, int]
    smtp: tuple[str, int]
    caldav: str

    def as_data(self) -> dict[str, Any]:
        """Return them as `empla people add --json` prints them."""
        return {
            "imap": {"host": self.imap[0], "port": self.imap[1]},
            "smtp": {"host": self.smtp[0], "port": self.smtp[1]},
            "caldav": self.caldav,
        }


class Provisioner(Protocol):
    """Makes and closes accounts, each a mailbox and a calendar, at one server."""

    @property
    def kind(self) -> str:
        """The name under which accounts of this server are kept: "office"."""
        ...

    def ensure_account(self, address: str, name: str, password: SecretStr) -> Mapping[str, Any]:
        """Make the account, or give the existing one this name and password and open it.

        Returns the settings to keep with it, without any secret. Raises an EmplaError if it cannot be made.
        """
        ...

    def close_account(self, address: str) -> None:
        """Let nobody sign in to it, and deliver nothing more. What it holds stays. Harmless if there is none."""
        ...

    def grant(self, kind: GrantKind, owner: str, to: str) -> None:
        """Open `kind` of `owner`'s to `to`: its calendar, or a copy of what comes to it by mail."""
        ...

    def revoke(self, kind: GrantKind, owner: str, to: str) -> None:
        """Take that back; harmless if it was not granted."""
        ...

    def put_event(self, owner: str, uid: str, ics: bytes) -> None:
        """Put an event into the calendar of `owner`, in place of one with the same UID."""
        ...

    def endpoints(self) -> Endpoints | None:
        """Return where clients connect, None while that is not settled (the server has never run on fixed ports)."""
        ...
