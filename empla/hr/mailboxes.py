"""Accounts of employees at servers that are not ours: kept and forgotten here, made and closed by nobody here."""

from typing import Any

from empla import faults
from empla.errors import InputError
from empla.hr.profiles import Profile, found
from empla.hr.provisioning import SendPercept
from empla.hr.staffing import Staffing
from empla.mind.percepts import PROFILE
from empla.store.company import AccountRow, Company, EmployeeRow, Status
from empla.workplace.accounts import Account

EXTERNAL = "external"
"""Kind of an account at a server of somebody else's. Its row holds the settings; its passwords are encrypted."""


def keep(staffing: Staffing, account: Account) -> None:
    """Keep an account and what was found out about it, its passwords encrypted; in place of an older version."""
    faults.point("hr.mailbox.before")
    sealed = staffing.cipher.encrypt(account.secrets())
    with staffing.store.writing() as company:
        row = company.account(account.address, EXTERNAL)
        if row is None:
            row = AccountRow(tenant_id=company.tenant, owner=account.address, kind=EXTERNAL, password=sealed)
            company.add(row)
        row.settings, row.password = account.settings(), sealed
        row.ready_at = row.ready_at or staffing.clock.now()
    faults.point("hr.mailbox.after")


def forget(staffing: Staffing, owner: str) -> None:
    """Forget the passwords of an account; its server is not told, and what lies there stays."""
    with staffing.store.writing() as company:
        row = company.account(owner, EXTERNAL)
        if row is not None:
            row.password = b""
            row.closed_at = row.closed_at or staffing.clock.now()


def renew(staffing: Staffing, name: str, account: Account, *, send_percept: SendPercept) -> EmployeeRow:
    """Put another version of the same account (a new password, another server) in the place of the one kept.

    Where reading the INBOX began stays. The employee learns what concerns its mails, and has to be restarted.
    InputError if there is no such employee, it has left, or the account is another one.
    """
    with staffing.store.reading() as company:
        row = found(company, name)
        before = company.account(row.address, EXTERNAL)
        kept = before.settings if before is not None else None
    if row.status == Status.OFFBOARDED:
        raise InputError(f"{row.name} has left")
    if kept is None:
        raise InputError(f"{row.name} works in the office, which keeps its account")
    if account.address != row.address:
        raise InputError(f"{row.name} works in {row.address}, not in {account.address}")
    keep(staffing, Account.restored({**account.settings(), "beginning": kept.get("beginning")}, account.secrets()))
    mark = f"{staffing.clock.now().isoformat()}:{account.copy_to_self}"
    send_percept(row.slug, f"mailbox:{mark}", PROFILE, {"copy_to_self": account.copy_to_self})
    return row


def account_of(profile: Profile) -> Account:
    """Return the account in which an employee works elsewhere."""
    return Account.restored(profile.account_settings, profile.password)


def kept_settings(company: Company, owner: str) -> dict[str, Any] | None:
    """Return the settings of an account elsewhere, None if `owner` has none."""
    row = company.account(owner, EXTERNAL)
    return row.settings if row is not None else None
