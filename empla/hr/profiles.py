"""Who the employees are: the roster, what a process needs to be one of them, and what `show` tells."""

import json
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

_PROFILE = """
SELECT slug, name, address, role, role_version, manager, phase, zone, hours, secret,
       account.kind AS account_kind, account.settings AS account_settings, account.password
FROM employee
LEFT JOIN account ON account.tenant_id = employee.tenant_id AND account.owner = employee.address
                 AND account.ready_at IS NOT NULL AND account.closed_at IS NULL
WHERE employee.tenant_id = :tenant AND slug = :slug
"""


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
    row = next(iter(store.look_up(_PROFILE, slug=employee_slug)), None)
    if row is None:
        raise InputError(f"there is no employee {employee_slug!r}", next_step="see `empla list`")
    if row["account_kind"] is None or row["secret"] is None:
        raise InputError(
            f"{row['name']} has no account to work in",
            next_step=f"finish it: empla hire {roles.shown(row['role'])} ...",
        )
    known: dict[str, Any] = dict(row)
    return Profile(
        **known
        | {
            "account_settings": json.loads(known["account_settings"]),
            "password": cipher.decrypt(known["password"]),
            "secret": cipher.decrypt(known["secret"]),
        }
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
