"""Hiring on real parts: the embedded office gives the accounts, and company.db says whom the supervisor runs."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from empla.capabilities.email.mailbox import Evidence
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import ResourceError
from empla.hr.profiles import roster
from empla.hr.provisioning import Endpoints
from empla.hr.staffing import Staffing
from empla.mind.grants import GrantKind
from empla.store.company import CompanyStore, Status
from empla.workplace.accounts import Account, Endpoint
from runtime.office import accounts, calendars, mailboxes
from runtime.office.process import OfficePorts, read_ports
from runtime.supervisor.roster import RosterEntry


class OfficeProvisioner:
    """Accounts in the embedded office of one home, whether or not it runs."""

    kind = "office"

    def __init__(self, home: Home) -> None:
        self._home = home

    def ensure_account(self, address: str, name: str, password: SecretStr) -> Mapping[str, Any]:
        """Make the account, or give the existing one this name and password. Its ports are asked for when needed."""
        accounts.add_account(self._home, address, name, password.get_secret_value())
        return {}

    def close_account(self, address: str) -> None:
        """Close the account if it is open; its mail and calendar are kept."""
        if any(a.address == address and not a.closed for a in accounts.accounts(self._home)):
            accounts.close_account(self._home, address)

    def grant(self, kind: GrantKind, owner: str, to: str) -> None:
        """Open `kind` of `owner`'s to `to`; counts at once."""
        if kind is GrantKind.CALENDAR:
            accounts.grant_calendar(self._home, owner, to)
        else:
            accounts.grant_mail(self._home, kind, owner, to)

    def revoke(self, kind: GrantKind, owner: str, to: str) -> None:
        """Take that back; counts at once."""
        if kind is GrantKind.CALENDAR:
            accounts.revoke_calendar(self._home, owner, to)
        else:
            accounts.revoke_mail(self._home, kind, owner, to)

    def put_event(self, owner: str, uid: str, ics: bytes) -> None:
        """Put an event into a calendar as Radicale keeps it, under the lock that Radicale takes for writing."""
        storage = calendars.storage(self._home)
        folder = storage / "collection-root" / owner / calendars.NAME
        with (storage / ".Radicale.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _write(folder / f"{quote(uid, safe='')}.ics", ics)

    def endpoints(self) -> Endpoints | None:
        """Return where the office answers, or answered last; before it ever ran, where the settings say it will."""
        ports = read_ports(self._home) or OfficePorts.of(load_settings(self._home))
        if not ports.imap:
            return None
        return Endpoints((ports.host, ports.imap), (ports.host, ports.smtp), ports.caldav_url)


def staff(home: Home) -> Staffing:
    """Open a home's company with its office; use it in a `with` block, holding the home's lock."""
    return Staffing.open(home, OfficeProvisioner(home), SystemClock(home.clock))


def office_account(home: Home, address: str, password: SecretStr) -> Account:
    """Return an account in the embedded office; ResourceError if the office has never run.

    The office files Sent in the transaction that accepts a mail, so absence there proves that it was not sent, and it
    alone writes Authentication-Results under the company's domain.
    """
    ports = read_ports(home)
    if ports is None or not ports.imap:
        raise ResourceError("the office has not run yet", next_step="start it with `empla up`")
    return Account(
        address=address,
        password=password,
        imap=Endpoint(host=ports.host, port=ports.imap),
        smtp=Endpoint(host=ports.host, port=ports.smtp),
        caldav=ports.caldav_url,
        evidence=Evidence.AUTHORITATIVE,
        authserv_id=load_settings(home).domain,
        sent_folder="Sent",
        delegated_path=mailboxes.DELEGATED,
    )


def company_roster(home: Home) -> list[RosterEntry]:
    """Return whom the supervisor shall run, as company.db says now: nobody whose hiring is not through."""
    if not home.company_db.exists():
        return []
    with CompanyStore(home.company_db) as store:
        return [
            RosterEntry(
                slug=e.slug,
                name=e.name,
                address=e.address,
                role=e.role,
                manager=e.manager,
                paused=e.status == Status.PAUSED,
            )
            for e in roster(store)
        ]


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".fresh-{path.name}")  # Radicale passes over names that begin with a dot
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
