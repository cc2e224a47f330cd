"""Hiring, with the embedded office itself: accounts sign in, rights count at once and end at once."""

import imaplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import caldav
import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.hr import hiring, leaving, profiles
from empla.hr.company import init
from empla.hr.grants import revoke
from empla.hr.leaving import Hands
from empla.hr.people import add_person
from empla.mind.grants import GRANT_CHANGED, GrantKind
from runtime.hiring import OfficeProvisioner, company_roster, staff
from runtime.office import accounts
from runtime.office.testing import RunningOffice, running_office

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GRACE, ADA = "grace.hopper@office.example", "ada.lovelace@office.example"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(Home(tmp_path_factory.mktemp("office"))) as office:
        yield office


def calendar(office: RunningOffice, owner: str, as_: str, password: str) -> caldav.Calendar:
    client = caldav.DAVClient(office.caldav, username=as_, password=password)
    return caldav.Calendar(client=client, url=office.calendar_url(owner))


def summaries(found: caldav.Calendar) -> list[str]:
    events = found.search(start=MONDAY - timedelta(days=1), end=MONDAY + timedelta(days=14), event=True)
    return sorted(str(e.icalendar_component["SUMMARY"]) for e in events)


def test_from_an_empty_home_to_an_employee_and_back(office: RunningOffice) -> None:
    home = office.home
    made = init(
        home,
        OfficeProvisioner(home),
        SystemClock(home.clock),
        company="Engines",
        owner="Grace Hopper",
        zone="Europe/Berlin",
        sample=True,
        at=MONDAY,
    )
    assert made.endpoints is not None
    assert (made.endpoints.imap, made.endpoints.caldav) == (office.imap, office.caldav)
    imap = imaplib.IMAP4(*made.endpoints.imap)
    imap.login(made.owner.address, made.owner.password.get_secret_value())
    imap.logout()
    maya = made.colleagues[0]
    assert "Design review" in summaries(calendar(office, maya.address, maya.address, maya.password.get_secret_value()))

    told: list[str] = []
    with staff(home) as staffing:
        request = hiring.checked(staffing, "executive-assistant", "Ada Lovelace")
        hiring.hire(staffing, request, send_percept=lambda slug, key, kind, fields: told.append(kind))
        ada = profiles.load_profile(staffing.store, staffing.cipher, "ada.lovelace")
    assert told == [hiring.PROFILE, GRANT_CHANGED, GRANT_CHANGED, hiring.HIRED]
    assert [(e.slug, e.manager, e.paused) for e in company_roster(home)] == [("ada.lovelace", GRACE, False)]
    managers = calendar(office, GRACE, ADA, ada.password.get_secret_value())
    managers.save_event(dtstart=MONDAY, dtend=MONDAY + timedelta(hours=1), summary="Booked by Ada")
    assert summaries(managers) == ["Booked by Ada"]

    with staff(home) as staffing:
        assert revoke(staffing, GrantKind.CALENDAR, GRACE, ADA)
    with pytest.raises(caldav.lib.error.DAVError):
        managers.save_event(dtstart=MONDAY, dtend=MONDAY + timedelta(hours=1), summary="Too late")

    with staff(home) as staffing:
        leaving.leave(staffing, "Ada Lovelace", Hands(hand_over=None, halt=lambda _: None))
    assert company_roster(home) == []
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4(*office.imap).login(ADA, ada.password.get_secret_value())


def test_every_call_may_be_made_twice(tmp_path: Path) -> None:
    home = Home(tmp_path / "quiet")  # no office runs in it
    with staff(home) as staffing:
        assert staffing.provisioner.endpoints() is None
        password = add_person(staffing, "Grace Hopper").password
        ada = add_person(staffing, "Ada Lovelace").address
        office = staffing.provisioner
        for _ in range(2):
            office.ensure_account(GRACE, "Grace Hopper", password)
            for kind in GrantKind:
                office.grant(kind, GRACE, ada)
            office.put_event(GRACE, "one/../two", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        assert [(g.owner, g.to) for g in accounts.grants(home)] == [(GRACE, ada)]
        assert [(d.owner, d.to, d.kind) for d in accounts.delegations(home)] == [
            (GRACE, ada, "inbox"),
            (GRACE, ada, "invitations"),
        ]
        assert len(list((home.office / "calendars").rglob("*.ics"))) == 1
        for _ in range(2):
            office.revoke(GrantKind.CALENDAR, GRACE, ada)
            office.revoke(GrantKind.INBOX, GRACE, ada)
            office.close_account(ada)
        office.close_account("nobody@office.example")
        assert accounts.delegations(home) == []  # with the account that saw the invitations
        assert [(a.address, a.closed) for a in accounts.accounts(home)] == [(ada, True), (GRACE, False)]
