"""Who the employees are: the roster, what a process needs to be one of them, and what `show` tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from empla.config import slug
from empla.errors import InputError
from empla.hr import roles
from empla.hr.names import nearest
from empla.store.company import Company, CompanyStore, EmployeeRow, Status, row_as_data
from empla.store.secrets import Cipher


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An employee as its own process knows itself. The secrets show as asterisks."""

    slug: str
    name: str
    address: str
    role: str
    role_version: int
    manager: str
    phase: str
    zone: str
    hours: str
    account_kind: str
    account_settings: Mapping[str, Any]
    password: SecretStr
    secret: SecretStr  # keys the HMAC of Message-IDs and UIDs (contract 8)


def roster(store: CompanyStore) -> Sequence[EmployeeRow]:
    """Return the employees whose hiring is through and who have not left, by name; some may be paused."""
    with store.reading() as company:
        return [e for e in company.employees() if e.status in (Status.ACTIVE, Status.PAUSED)]


def load_profile(store: CompanyStore, cipher: Cipher, employee_slug: str) -> Profile:
    """Return what the process of one employee needs; InputError if there is none or its hiring is not through."""
    with store.reading() as company:
        row = found(company, employee_slug)
        account = next((a for a in company.accounts(row.address) if a.ready_at and not a.closed_at), None)
        if account is None or row.secret is None:
            raise InputError(
                f"{row.name} has no account to work in", next_step=f"finish it: empla hire {roles.shown(row.role)} ..."
            )
        return Profile(
            slug=row.slug,
            name=row.name,
            address=row.address,
            role=row.role,
            role_version=row.role_version,
            manager=row.manager,
            phase=row.phase,
            zone=row.zone,
            hours=row.hours,
            account_kind=account.kind,
            account_settings=account.settings,
            password=cipher.decrypt(account.password),
            secret=cipher.decrypt(row.secret),
        )


def show(store: CompanyStore, name: str) -> dict[str, Any]:
    """Return what there is to know of one employee, as plain data: profile, role, grants, permissions, accounts."""
    with store.reading() as company:
        row = found(company, name)
        role = roles.role(row.role)
        return {
            **row_as_data(row),
            "title": role.title,
            "grants": [
                {"kind": g.kind, "owner": g.owner, "since": g.since.isoformat()}
                for g in company.grants(grantee=row.address)
            ],
            "permissions": role.permissions.model_dump(mode="json"),
            "limits": role.limits.model_dump(mode="json"),
            "persona": role.persona.model_dump(mode="json", exclude_none=True),
            "accounts": [row_as_data(a) for a in company.accounts(row.address)],
        }


def found(company: Company, name: str) -> EmployeeRow:
    """Return the employee meant by a slug, an address or a name; InputError with the nearest if there is none.

    Somebody who is here comes before somebody who has left.
    """
    wanted = name.strip().lower()
    everybody = sorted(company.employees(), key=lambda e: e.status == Status.OFFBOARDED)
    for row in everybody:
        if wanted in (row.slug, row.address, row.name.lower()) or _slug_of(wanted) == row.slug:
            return row
    firsts = [e for e in everybody if e.status != Status.OFFBOARDED and _slug_of(wanted) in e.slug.split(".")]
    if len(firsts) == 1:
        return firsts[0]
    near = nearest(_slug_of(wanted), [e.slug for e in everybody])
    raise InputError(
        f"{name!r} may be {' or '.join(e.name for e in firsts)}" if firsts else f"there is no employee {name!r}",
        next_step=f"did you mean {near}?" if near else "see `empla list`",
    )


def _slug_of(text: str) -> str:
    try:
        return slug(text)
    except InputError:
        return ""
