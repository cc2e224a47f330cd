"""The people of the office: each has a mailbox and a calendar, and stands in the directory."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from empla.errors import InputError, PermissionDenied
from empla.hr import names
from empla.hr.grants import revoke_all, untold
from empla.hr.provisioning import Endpoints, SendPercept
from empla.hr.staffing import Staffing
from empla.store.company import PersonRow, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A person who can sign in now. `endpoints` is None while the office has no settled ports."""

    name: str
    address: str
    password: SecretStr
    zone: str
    hours: str
    endpoints: Endpoints | None


def add_person(
    staffing: Staffing, name: str, *, zone: str = "", hours: str = "", address: str = "", is_owner: bool = False
) -> Added:
    """Give a person a mailbox and a calendar in the office, and put them in the directory.

    The address is first.last at the office's domain unless one is given; zone and hours are the company's unless given.
    Killed half-way and called again it goes on where it stood. InputError if the address is taken or an argument wrong.
    """
    clean = names.checked_name(name)
    row = PersonRow(
        tenant_id=staffing.store.tenant,
        address=names.address_for(clean, staffing.settings.domain, address),
        name=clean,
        zone=names.checked_zone(zone or staffing.settings.zone),
        hours=names.checked_hours(hours or staffing.settings.hours),
        is_owner=is_owner,
        joined_at=staffing.clock.now(),
    )
    added = row.model_copy()
    with staffing.store.writing() as company:
        begun = company.person(row.address)
        if begun is None:
            _refuse_employees_address(row.address, [e.address for e in company.employees()])
            company.add(row)
            staffing.keep_account(company, row.address)
        else:
            account = company.account(row.address, staffing.provisioner.kind)
            _refuse_if_settled(begun, finished=account is None or account.ready_at is not None, name=clean)
            begun.zone, begun.hours, begun.is_owner = row.zone, row.hours, row.is_owner or begun.is_owner
    password = staffing.make_account(added.address, clean)
    return Added(
        name=clean,
        address=added.address,
        password=password,
        zone=added.zone,
        hours=added.hours,
        endpoints=staffing.provisioner.endpoints(),
    )


def people(staffing: Staffing) -> Sequence[PersonRow]:
    """Return the people of the office, the owner first, then by name."""
    with staffing.store.reading() as company:
        return company.people()


def remove_person(staffing: Staffing, address: str, *, send_percept: SendPercept = untold) -> None:
    """Close a person's account and take them out of the directory; what their mailbox holds stays.

    Employees to whom they had granted something are told by `send_percept`.

    InputError if there is no such person; PermissionDenied for the owner, and for a manager of employees.
    """
    address = names.checked_address(address)
    with staffing.store.reading() as company:
        person = company.person(address)
        if person is None or person.left_at is not None:
            near = names.nearest(address, [p.address for p in company.people()])
            raise InputError(
                f"nobody in the office has the address {address}",
                next_step=f"did you mean {near}?" if near else "see `empla people`",
            )
        if person.is_owner:
            raise PermissionDenied(f"{person.name} runs this home and cannot be removed")
        led = [e.name for e in company.employees() if e.manager == address and e.status != Status.OFFBOARDED]
        if led:
            raise PermissionDenied(
                f"{person.name} is the manager of {', '.join(led)}", next_step="let them leave first"
            )
    revoke_all(staffing, address, send_percept=send_percept)
    staffing.close_account(address)
    with staffing.store.writing() as company:
        person = company.person(address)
        assert person is not None
        person.left_at = staffing.clock.now()


def _refuse_employees_address(address: str, taken: Sequence[str]) -> None:
    if address in taken:
        raise InputError(f"{address} belongs to a digital employee", next_step="give another name or address")


def _refuse_if_settled(person: PersonRow, *, finished: bool, name: str) -> None:
    """Let a person through whose adding was begun under this very name and not finished."""
    if person.left_at is not None:
        raise InputError(
            f"{person.address} was {person.name}'s, who has left; mail to it must not reach another",
            next_step="give another name or address",
        )
    if finished or person.name != name:
        raise InputError(
            f"{person.address} is taken by {person.name}",
            next_step="give another name or address, or see `empla people`",
        )
