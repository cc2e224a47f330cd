"""What people open to an employee or to a colleague: a calendar, the invitations that come to them, their inbox.

What is shown never says less than what is granted: a grant is noted before it is made at the server, and a revocation
after. A process that dies between leaves at worst a grant that is shown and does not work, which the same command
mends. An employee hears of each change by a percept, keyed by the grant, so that telling it again changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from empla import faults
from empla.errors import InputError
from empla.hr.provisioning import SendPercept
from empla.hr.staffing import Staffing
from empla.mind.grants import GRANT_CHANGED, MAIL_KINDS, GrantKind
from empla.mind.values import Address, Origin, Source
from empla.store.company import Company, CompanyStore, Status

_GRANTED = """
SELECT seq, kind, owner, revoked IS NULL AS holds FROM access_grant
WHERE tenant_id = :tenant AND grantee = :to ORDER BY seq
"""


def untold(_slug: str, _key: str, _kind: str, _fields: Mapping[str, Any]) -> None:
    """Tell nobody: for an employee that is told later, or that is gone."""


def grant(staffing: Staffing, kind: GrantKind, owner: str, to: str, *, send_percept: SendPercept = untold) -> None:
    """Open `kind` of `owner`'s to `to`; harmless if it is open. InputError if one of them has nothing to open it with.

    Mail is opened by managers to their employees only. It is the office that opens, or, for who works in an account
    elsewhere, the account itself names the folder or the calendar.
    """
    owner, to = owner.lower(), to.lower()
    with staffing.store.writing() as company:
        if kind in MAIL_KINDS and not any((e.address, e.manager) == (to, owner) for e in company.employees()):
            raise InputError(
                f"{owner} is not the manager of {to}", next_step="mail is opened to employees, by their managers"
            )
        elsewhere = _is_reached(company, kind, owner, to)
        for address in () if elsewhere else (owner, to):
            _check_account(staffing, company, address, kind)
        company.grant(owner, to, kind, staffing.clock.now())
    if not elsewhere:
        faults.point("hr.grant.before")
        staffing.provisioner.grant(kind, owner, to)
        faults.point("hr.grant.after")
    _tell(staffing, kind, owner, to, send_percept)


def revoke(staffing: Staffing, kind: GrantKind, owner: str, to: str, *, send_percept: SendPercept = untold) -> bool:
    """Take `kind` of `owner`'s back from `to`; returns whether it was open."""
    owner, to = owner.lower(), to.lower()
    faults.point("hr.revoke.before")
    staffing.provisioner.revoke(kind, owner, to)
    faults.point("hr.revoke.after")
    with staffing.store.writing() as company:
        held = company.grants(owner=owner, grantee=to, kind=kind)
        for row in held:
            row.revoked = staffing.clock.now()
    _tell(staffing, kind, owner, to, send_percept)
    return bool(held)


def revoke_all(staffing: Staffing, address: str, *, send_percept: SendPercept = untold) -> None:
    """Take back what `address` may use, and what others may use of it."""
    with staffing.store.reading() as company:
        held = [(GrantKind(g.kind), g.owner, g.grantee) for g in company.grants() if address in (g.owner, g.grantee)]
    for kind, owner, grantee in held:
        revoke(staffing, kind, owner, grantee, send_percept=send_percept)


def tell_all(store: CompanyStore, address: str, slug: str, send_percept: SendPercept) -> None:
    """Tell an employee how each grant to it stands; what it has heard of already changes nothing."""
    newest = {(row["kind"], row["owner"]): row for row in store.look_up(_GRANTED, to=address)}
    for row in newest.values():
        send_percept(slug, *_news(row["seq"], row["kind"], row["owner"], holds=bool(row["holds"])))


def _tell(staffing: Staffing, kind: GrantKind, owner: str, to: str, send_percept: SendPercept) -> None:
    """Tell the employee `to`, if it is one at work, how the newest grant of this kind stands."""
    with staffing.store.reading() as company:
        rows = [g for g in company.all_grants() if (g.kind, g.owner, g.grantee) == (kind, owner, to)]
        told = [e.slug for e in company.employees() if e.address == to and e.status != Status.OFFBOARDED]
        news = _news(rows[-1].seq, kind, owner, holds=rows[-1].revoked is None) if rows else None
    for slug in told:
        if news is not None and staffing.home.employee(slug).is_dir():
            faults.point("hr.grant.tell")
            send_percept(slug, *news)


def _news(seq: int, kind: str, owner: str, *, holds: bool) -> tuple[str, str, Mapping[str, Any]]:
    """Return key, kind and fields of the percept that tells how a grant stands."""
    address = Address(owner, Origin(Source.POLICY, ref="company", field="owner"))
    key = f"{'grant' if holds else 'revoke'}:{seq}"
    return key, GRANT_CHANGED, {"kind": kind, "owner": address, "holds": holds}


def _is_reached(company: Company, kind: GrantKind, owner: str, to: str) -> bool:
    """Return whether the account of `to` itself names where this of `owner`'s is, at a server elsewhere."""
    where = "delegated" if kind in MAIL_KINDS else "calendars"
    return any(owner in account.settings.get(where, {}) for account in company.accounts(to))


def _check_account(staffing: Staffing, company: Company, address: str, kind: GrantKind) -> None:
    account = company.account(address, staffing.provisioner.kind)
    if account is None or account.closed_at is not None:
        what = "calendar" if kind is GrantKind.CALENDAR else "mailbox"
        raise InputError(f"{address} has no {what} in the office", next_step="see `empla people`")
