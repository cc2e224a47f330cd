"""Hiring.

It is a saga (`empla.hr.saga`): killed at any moment and begun again with the same words it goes on where it stood,
without a second mailbox and without a second introduction. Everything that can be wrong is checked before the first
step; a hiring that is refused leaves nothing behind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from empla.config import slug
from empla.errors import InputError
from empla.hr import mailboxes, names, roles, saga
from empla.hr.grants import grant, tell_all
from empla.hr.profiles import found
from empla.hr.provisioning import SendPercept
from empla.hr.staffing import Staffing
from empla.mind.grants import GrantKind
from empla.mind.values import Address, Origin, Source
from empla.store.company import Company, EmployeeRow, Status
from empla.store.secrets import new_secret
from empla.workplace.accounts import Account
from empla.workplace.directory import CompanyDirectory

PROFILE = "profile"
"""Kind of the percept that tells an employee who it is; its fields become beliefs."""
HIRED = "hired"
"""Kind of the percept that asks a new employee to introduce itself."""
_NAME_AND_ADDRESS = re.compile(r"\s*(?P<name>[^<>]+?)\s*<(?P<address>[^<>]+)>\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A hiring that was checked: everything that its steps need. `mailbox` is an account that it has elsewhere."""

    role: roles.Role
    slug: str
    name: str
    address: str
    manager: str
    manager_name: str
    manager_in_office: bool
    zone: str
    hours: str
    mailbox: Account | None = None

    def as_data(self) -> dict[str, str]:
        """Return what must be the same when a hiring that was interrupted goes on."""
        return {"role": self.role.name, "name": self.name, "address": self.address, "manager": self.manager}


def checked(
    staffing: Staffing, role: str, name: str, *, manager: str = "", zone: str = "", mailbox: Account | None = None
) -> Request:
    """Check a hiring and change nothing.

    With `mailbox`, an account at any server that was tried (`empla.workplace.probe`), no account is made.

    `manager` is an address, "Name <address>", or the name of somebody in the office; the owner of the home if empty.
    `zone` is the manager's if empty. InputError says what is wrong and what to do.
    """
    wanted = roles.role(role)
    clean = names.checked_name(name)
    address = names.address_for(clean, staffing.settings.domain) if mailbox is None else _elsewhere(staffing, mailbox)
    boss = _manager(staffing, manager)
    request = Request(
        role=wanted,
        slug=slug(clean),
        name=clean,
        address=address,
        zone=names.checked_zone(zone or boss.zone),
        manager=boss.address,
        manager_name=boss.name,
        manager_in_office=boss.in_office,
        hours=staffing.settings.hours,
        mailbox=mailbox,
    )
    with staffing.store.reading() as company:
        _refuse_if_taken(company, request)
    return request


def plan(staffing: Staffing, request: Request) -> list[dict[str, str]]:
    """Return the steps of a hiring, for `--plan`: key and sentence of each, and whether it is done."""
    with staffing.store.reading() as company:
        done = company.steps_done(_key(request.slug))
    steps = _steps(staffing, request, _unsent)
    return [{"step": s.key, "does": s.sentence, "state": "done" if s.key in done else "to do"} for s in steps]


def hire(
    staffing: Staffing, request: Request, *, send_percept: SendPercept, told: saga.Told = saga.untold
) -> EmployeeRow:
    """Hire: run every step that is not done yet, and return the employee, who is active then.

    `send_percept` gets a `profile` and then a `hired` percept, each with a key of its own. `told` hears of every step.
    An EmplaError of a step comes through; the same call goes on from that step.
    """
    steps = _steps(staffing, request, send_percept)
    saga.run(staffing.store, staffing.clock, _key(request.slug), request.as_data(), steps, told)
    with staffing.store.reading() as company:
        return found(company, request.slug)


# checking -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Manager:
    address: str
    name: str
    zone: str
    in_office: bool


def _manager(staffing: Staffing, given: str) -> _Manager:
    given = given or staffing.settings.owner
    if not given:
        raise InputError("nobody runs this home yet", next_step="run `empla init`, or name a --manager")
    shown = ""
    if both := _NAME_AND_ADDRESS.fullmatch(given):
        shown, given = names.checked_name(both["name"]), both["address"]
    directory = CompanyDirectory(staffing.home.company_db, staffing.store.tenant)
    try:
        people = directory.find(given)
        everybody = directory.everybody()
    finally:
        directory.close()
    if len(people) == 1:
        return _Manager(people[0].address.value, people[0].name, people[0].zone, in_office=True)
    if len(people) > 1:
        raise InputError(
            f"{given!r} may be {' or '.join(f'{p.name} <{p.address}>' for p in people)}", next_step="give the address"
        )
    address = names.checked_address(given) if "@" in given else ""
    if not address or address.endswith(f"@{staffing.settings.domain.lower()}"):
        known = {key: p.address.value for p in everybody for key in (p.address.value, p.name.lower())}
        near = known.get(names.nearest(given.lower(), list(known)), "")
        raise InputError(
            f"nobody in the office is {given!r}",
            next_step=f"did you mean {near}?" if near else "add them with `empla people add`, or give their address",
        )
    return _Manager(address, shown or address, staffing.settings.zone, in_office=False)


def _elsewhere(staffing: Staffing, mailbox: Account) -> str:
    """Return the address of an account at another server; InputError if it is one of the office's own."""
    domain = staffing.settings.domain.lower()
    if mailbox.address.endswith(f"@{domain}"):
        raise InputError(
            f"{mailbox.address} is an address of the office's own domain",
            next_step="hire without --mailbox, or set another `domain` in empla.toml",
        )
    return mailbox.address


def _refuse_if_taken(company: Company, request: Request) -> None:
    for other in company.employees():
        if other.address == request.address and other.slug != request.slug:
            raise InputError(
                f"{request.address} is the mailbox of {other.name}", next_step="give the employee another mailbox"
            )
    person = company.person(request.address)
    if person is not None:
        raise InputError(f"{request.address} is taken by {person.name}", next_step="give the employee another name")
    row = company.employee(request.slug)
    if row is not None and row.status == Status.OFFBOARDED:
        raise InputError(
            f"{row.name} has worked here and left; mail to {row.address} must not reach another",
            next_step="give the employee another name",
        )
    begun = company.saga(_key(request.slug))
    if begun is None and row is None:
        return
    if begun is None or begun.ended_at is not None:
        raise InputError(
            f"{request.name} is already hired", next_step=f'see `empla show "{request.name}"`, or give another name'
        )
    if begun.request != request.as_data():
        asked = begun.request
        raise InputError(
            f"hiring {asked['name']} as {roles.shown(asked['role'])} under {asked['manager']} has begun",
            next_step="finish it with the same words: "
            f'empla hire {roles.shown(asked["role"])} --name "{asked["name"]}" --manager {asked["manager"]}',
        )


# the steps ----------------------------------------------------------------------------------------------------------


def _key(slug: str) -> str:
    return f"hire:{slug}"


def _unsent(slug: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
    """Stand for the sending of percepts where steps are only shown."""


def _steps(staffing: Staffing, r: Request, send_percept: SendPercept) -> list[saga.Step]:
    steps = [
        saga.Step("hire.profile", f"note {r.name} as {r.role.title} of {r.manager_name}", lambda: _note(staffing, r)),
        *_account_steps(staffing, r),
        saga.Step("hire.directory", "enter it in the directory", lambda: set_fields(staffing, r.slug, listed=True)),
    ]
    return [
        *steps,
        *_granting(staffing, r),
        saga.Step("hire.folder", "make its folder and its secret", lambda: _make_folder(staffing, r)),
        saga.Step(
            "hire.introduction",
            f"have it introduce itself to {r.manager_name}",
            lambda: _tell(staffing, r, send_percept),
        ),
        saga.Step("hire.active", "let it begin", lambda: set_fields(staffing, r.slug, status=Status.ACTIVE)),
    ]


def _account_steps(staffing: Staffing, r: Request) -> list[saga.Step]:
    mailbox = r.mailbox
    if mailbox is not None:
        sentence = f"keep the account {r.address} at {mailbox.imap}, its password encrypted"
        return [saga.Step("hire.mailbox", sentence, lambda: mailboxes.keep(staffing, mailbox))]
    return [
        saga.Step("hire.password", "make a password, encrypted at rest", lambda: _make_password(staffing, r)),
        saga.Step(
            "hire.account",
            f"open the mailbox and the calendar {r.address}",
            lambda: _discard(staffing.make_account(r.address, r.name)),
        ),
    ]


def _granting(staffing: Staffing, r: Request) -> list[saga.Step]:
    """Return the steps by which it gets from its manager what its role asks for."""
    may = r.role.permissions
    wanted = {
        GrantKind.CALENDAR: (may.manager_calendar == "read-write", "read and write the calendar of"),
        GrantKind.INVITATIONS: (may.manager_invitations, "see the invitations that come to"),
        GrantKind.INBOX: (may.manager_inbox, "see all mails that come to"),
    }
    return [
        saga.Step(
            f"hire.{kind.value}",
            f"let it {does} {r.manager_name}",
            partial(grant, staffing, kind, r.manager, r.address),
        )
        for kind, (asked, does) in wanted.items()
        if asked and _can_open(r, kind)
    ]


def _can_open(r: Request, kind: GrantKind) -> bool:
    """Return whether the manager can open this: in the office, or because the account elsewhere reaches it."""
    if r.mailbox is None:
        return r.manager_in_office
    return r.manager in (r.mailbox.calendars if kind is GrantKind.CALENDAR else r.mailbox.delegated)


def _discard(_: object) -> None:
    """Drop the password that comes back: nobody but the employee needs it."""


def _note(staffing: Staffing, r: Request) -> None:
    with staffing.store.writing() as company:
        if company.employee(r.slug) is None:
            company.add(
                EmployeeRow(
                    tenant_id=company.tenant,
                    slug=r.slug,
                    name=r.name,
                    address=r.address,
                    role=r.role.name,
                    role_version=r.role.version,
                    manager=r.manager,
                    phase=r.role.phase,
                    zone=r.zone,
                    hours=r.hours,
                    hired_at=staffing.clock.now(),
                )
            )


def _make_password(staffing: Staffing, r: Request) -> None:
    with staffing.store.writing() as company:
        staffing.keep_account(company, r.address)


def _make_folder(staffing: Staffing, r: Request) -> None:
    staffing.home.employee(r.slug).mkdir(mode=0o700, parents=True, exist_ok=True)
    with staffing.store.writing() as company:
        row = found(company, r.slug)
        row.secret = row.secret or staffing.cipher.encrypt(new_secret())


def _tell(staffing: Staffing, r: Request, send_percept: SendPercept) -> None:
    with staffing.store.reading() as company:
        # As it was kept, which a second attempt may have found otherwise.
        kept = mailboxes.kept_settings(company, r.address)
    fields = profile_fields(r, staffing.settings.company)
    if kept is not None:
        fields["copy_to_self"] = kept["copy_to_self"]
    send_percept(r.slug, f"profile:{r.slug}", PROFILE, fields)
    tell_all(staffing.store, r.address, r.slug, send_percept)
    send_percept(r.slug, f"hired:{r.slug}", HIRED, {"manager": _known(r.manager), "manager_name": r.manager_name})


def profile_fields(r: Request, company: str) -> dict[str, Any]:
    """Return what an employee is told about itself. All of it can change a decision, so it comes as a percept."""
    return {
        "company": company,
        "name": r.name,
        "address": _known(r.address),
        "role": r.role.name,
        "role_version": r.role.version,
        "title": r.role.title,
        "manager": _known(r.manager),
        "manager_name": r.manager_name,
        "disclosure": f"{r.name}, digital {r.role.title} to {r.manager_name}",
        "phase": r.role.phase,
        "zone": r.zone,
        "hours": r.hours,
        **r.role.persona.told(),
        "schedule": r.role.schedule.model_dump(mode="json"),
        "permissions": r.role.permissions.model_dump(mode="json"),
        "limits": r.role.limits.model_dump(mode="json"),
    }


def _known(address: str) -> Address:
    return Address(address, Origin(Source.POLICY, ref="company", field="address"))


def set_fields(staffing: Staffing, slug: str, **values: Any) -> None:
    """Set fields of an employee's row, in a transaction of its own."""
    with staffing.store.writing() as company:
        row = company.employee(slug)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
