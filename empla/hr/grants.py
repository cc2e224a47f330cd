"""Who may use whose calendar. What is shown never says less than what is granted.

A grant is noted before it is made at the server, and a revocation after: a process that dies between leaves at worst a
grant that is shown and does not work, which the same command mends.
"""

from empla import faults
from empla.errors import InputError
from empla.hr.staffing import Staffing


def grant_calendar(staffing: Staffing, owner: str, to: str) -> None:
    """Let `to` read and write the calendar of `owner`; InputError if one of them has no account in the office."""
    owner, to = owner.lower(), to.lower()
    with staffing.store.writing() as company:
        for address in (owner, to):
            account = company.account(address, staffing.provisioner.kind)
            if account is None or account.closed_at is not None:
                raise InputError(f"{address} has no calendar in the office", next_step="see `empla people`")
        company.grant(owner, to, staffing.clock.now())
    faults.point("hr.grant.before")
    staffing.provisioner.grant_calendar(owner, to)
    faults.point("hr.grant.after")


def revoke_calendar(staffing: Staffing, owner: str, to: str) -> bool:
    """Take the right to `owner`'s calendar back from `to`; returns whether there was one."""
    owner, to = owner.lower(), to.lower()
    faults.point("hr.revoke.before")
    staffing.provisioner.revoke_calendar(owner, to)
    faults.point("hr.revoke.after")
    with staffing.store.writing() as company:
        held = company.grants(owner=owner, grantee=to)
        for grant in held:
            grant.revoked = staffing.clock.now()
    return bool(held)


def revoke_all(staffing: Staffing, address: str) -> None:
    """Take back what `address` may use, and what others may use of it."""
    with staffing.store.reading() as company:
        pairs = [(g.owner, g.grantee) for g in company.grants() if address in (g.owner, g.grantee)]
    for owner, grantee in pairs:
        revoke_calendar(staffing, owner, grantee)
