"""Setting up a home: the company, its owner, and if wanted two colleagues to try things with."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

import tzlocal
from icalendar import Calendar, Event
from pydantic import SecretStr

from empla import faults
from empla.clock import Clock
from empla.config import Home, Settings, file_settings, load_settings, save_settings
from empla.errors import InputError
from empla.hr import names, saga
from empla.hr.people import Added, add_person
from empla.hr.provisioning import Endpoints, Provisioner
from empla.hr.staffing import Staffing
from empla.store.company import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A sample colleague and the week that is put into their calendar: (week, weekday, from, to, what)."""

    name: str
    events: tuple[tuple[int, int, str, str, str], ...]


SAMPLE = (
    Colleague(
        name="Maya Okafor",
        events=(
            (0, 0, "09:30", "10:00", "Team meeting"),
            (0, 1, "14:00", "15:30", "Customer workshop"),
            (0, 3, "10:00", "11:00", "Interview"),
            (1, 0, "09:30", "10:00", "Team meeting"),
            (1, 1, "13:00", "14:30", "Design review"),
            (1, 2, "09:00", "12:00", "Planning"),
            (1, 4, "15:00", "16:00", "Week in review"),
        ),
    ),
    Colleague(
        name="Jonas Weber",
        events=(
            (0, 0, "09:30", "10:00", "Team meeting"),
            (0, 2, "13:00", "14:00", "Lunch with the auditors"),
            (0, 4, "09:00", "12:00", "Quarterly figures"),
            (1, 0, "09:30", "10:00", "Team meeting"),
            (1, 1, "15:00", "16:00", "Supplier call"),
            (1, 3, "10:00", "11:30", "Budget"),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it is shown to whoever set it up; `made` tells whether it is new."""

    name: str
    address: str
    password: SecretStr
    made: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What a home holds after `init`. `endpoints` is None until the office has settled ports."""

    company: str
    owner: Account
    colleagues: tuple[Account, ...]
    zone: str
    hours: str
    endpoints: Endpoints | None


def local_zone() -> str:
    """Return the IANA zone of this machine, UTC if it has none that is known."""
    try:
        return names.checked_zone(tzlocal.get_localzone_name())
    except (zoneinfo.ZoneInfoNotFoundError, InputError):
        return "UTC"


def init(
    home: Home,
    provisioner: Provisioner,
    clock: Clock,
    *,
    company: str = "",
    owner: str = "",
    zone: str = "",
    hours: str = "",
    sample: bool = False,
    at: datetime | None = None,
) -> Initialised:
    """Set up a home: its settings, the owner's account, with `sample` two colleagues with calendars.

    `owner` is the name of the person who runs it; `zone` is this machine's and `hours` 09:00-17:00 unless given.
    `sample` fills the week of `at` (now if None) and the next. Called again it completes what is missing and changes
    nothing that is there; InputError if the home belongs to somebody else.
    """
    # What only the environment says is not written down, for it may be a secret; but addresses are made of the domain.
    before = file_settings(home).model_copy(update={"domain": load_settings(home).domain})
    settings = _settings(before, company, owner, zone, hours)
    home.create()
    if settings != file_settings(home):
        faults.point("init.settings.before")
        save_settings(home, settings)
        faults.point("init.settings.after")
    with Staffing.open(home, provisioner, clock) as staffing:
        first = _owner(staffing, owner)
        colleagues = tuple(_colleague(staffing, c, at or clock.now()) for c in SAMPLE) if sample else ()
    return Initialised(
        company=settings.company,
        owner=first,
        colleagues=colleagues,
        zone=settings.zone,
        hours=settings.hours,
        endpoints=provisioner.endpoints(),
    )


def _settings(before: Settings, company: str, owner: str, zone: str, hours: str) -> Settings:
    if before.owner:
        _refuse_other_words(before, company, owner)
        return before
    if not owner:
        raise InputError("whose home is this?", next_step="give the name of the person who runs it")
    firm = " ".join(company.split())
    if not firm.isprintable():
        raise InputError(f"{company!r} is not the name of a company")
    return before.model_copy(
        update={
            "company": firm or before.company,
            "zone": names.checked_zone(zone or local_zone()),
            "hours": names.checked_hours(hours or before.hours),
            "owner": names.address_for(names.checked_name(owner), before.domain),
        }
    )


def _refuse_other_words(before: Settings, company: str, owner: str) -> None:
    for said, kept in (
        (company, before.company),
        (names.address_for(owner, before.domain) if owner else "", before.owner),
    ):
        if said and said != kept:
            raise InputError(
                f"this home belongs to {before.owner} of {before.company}",
                next_step="choose another with --home, or edit empla.toml",
            )


def _owner(staffing: Staffing, name: str) -> Account:
    address = staffing.settings.owner
    there = _known(staffing, address)
    with staffing.store.writing() as company:
        begun = company.person(address)
        if begun is not None:
            begun.is_owner = True  # may have been added as one of the people before the home had an owner
    if there is not None:
        return there
    return _made(add_person(staffing, name or (begun.name if begun else address), address=address, is_owner=True))


def _colleague(staffing: Staffing, colleague: Colleague, at: datetime) -> Account:
    address = names.address_for(colleague.name, staffing.settings.domain)
    account = _known(staffing, address) or _made(add_person(staffing, colleague.name))
    filling = saga.Step(
        "sample.calendar", f"fill {colleague.name}'s week", lambda: _fill(staffing, colleague, address, at)
    )
    # Recorded, so that a later `init --sample` leaves alone what was moved or deleted since.
    saga.run(staffing.store, staffing.clock, f"sample:{address}", {}, [filling], saga.untold)
    return account


def _fill(staffing: Staffing, colleague: Colleague, address: str, at: datetime) -> None:
    zone = zoneinfo.ZoneInfo(staffing.settings.zone)
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    for week, weekday, start, end, what in colleague.events:
        day = monday + timedelta(days=7 * week + weekday)
        first, last = (datetime.combine(day, time.fromisoformat(t), zone) for t in (start, end))
        uid = str(uuid5(NAMESPACE_URL, f"empla:sample:{address}:{first.isoformat()}"))
        faults.point("sample.event.before")
        staffing.provisioner.put_event(address, uid, _event(uid, first, last, what))
        faults.point("sample.event.after")


def _event(uid: str, first: datetime, last: datetime, what: str) -> bytes:
    utc = zoneinfo.ZoneInfo("UTC")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", first.astimezone(utc))
    event.add("dtstart", first.astimezone(utc))
    event.add("dtend", last.astimezone(utc))
    event.add("summary", what)
    calendar = Calendar()
    calendar.add("prodid", "-//empla//sample//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    ics: bytes = calendar.to_ical()
    return ics


def _known(staffing: Staffing, address: str) -> Account | None:
    """Return the account of somebody who is there with all that belongs to it, None if it must still be made."""
    with staffing.store.reading() as company:
        person: PersonRow | None = company.person(address)
        account = company.account(address, staffing.provisioner.kind)
        if person is None or account is None or account.ready_at is None:
            return None
        if account.closed_at is not None:
            raise InputError(f"{person.name} had the address {address} and has left", next_step="do without --sample")
        password = staffing.cipher.decrypt(account.password)
    return Account(name=person.name, address=address, password=password, made=False)


def _made(added: Added) -> Account:
    return Account(name=added.name, address=added.address, password=added.password, made=True)
