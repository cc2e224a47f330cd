"""Whose calendar is whose, at the running CalDAV server: nothing here restarts it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import caldav
import pytest

from runtime.office import accounts

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260105T100000Z\r\nDTEND:20260105T110000Z\r\nSUMMARY:Secret\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
BUSY = (
    '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">'
    '<C:time-range start="20260101T000000Z" end="20260201T000000Z"/></C:free-busy-query>'
)
EVENTS = (
    '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>'
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
)
ICS = "text/calendar; charset=utf-8"


@pytest.fixture
def boss(office, clients):
    person = clients.person("Boss Calendar")
    put(office, clients, person, person, "meeting")
    return person


@pytest.fixture
def colleague(clients):
    return clients.person("Colleague Calendar")


def put(office, clients, who, owner, uid: str, **headers: str):
    url = f"{office.calendar_url(owner.address)}{uid}.ics"
    return clients.dav(who, "PUT", url, EVENT.format(uid=uid), Content_Type=ICS, **headers)


def report(office, clients, who, owner, query: str):
    return clients.dav(who, "REPORT", office.calendar_url(owner.address), query, Depth="1", Content_Type="text/xml")


def test_a_colleague_sees_when_somebody_is_busy_and_nothing_else(office, clients, boss, colleague):
    busy = report(office, clients, colleague, boss, BUSY)
    assert busy.status == 200
    assert "20260105T100000Z/20260105T110000Z" in busy.text
    assert "Secret" not in busy.text
    event = office.calendar_url(boss.address) + "meeting.ics"
    for method, url, body in (
        ("GET", event, ""),
        ("DELETE", event, ""),
        ("PROPFIND", office.calendar_url(boss.address), ""),
        ("REPORT", office.calendar_url(boss.address), EVENTS),
        ("GET", office.calendar_url(boss.address), ""),
        ("MKCALENDAR", office.calendar_url(boss.address).replace("/calendar/", "/other/"), ""),
    ):
        answer = clients.dav(colleague, method, url, body, Depth="1")
        assert answer.status == 403, (method, url)
        assert "Secret" not in answer.text
    assert put(office, clients, colleague, boss, "planted").status == 403


def test_a_grantee_reads_and_writes_that_calendar_until_it_is_revoked(office, clients, boss, colleague):
    accounts.grant_calendar(office.home, boss.address, colleague.address)
    made = put(office, clients, colleague, boss, "arranged", If_None_Match="*")
    assert made.status == 201
    assert put(office, clients, colleague, boss, "arranged", If_None_Match="*").status == 412
    assert put(office, clients, colleague, boss, "arranged", If_Match='"other"').status == 412
    assert put(office, clients, colleague, boss, "arranged", If_Match=made.etag).status == 204
    assert "Secret" in report(office, clients, colleague, boss, EVENTS).text
    url = office.calendar_url(boss.address)
    assert clients.dav(colleague, "DELETE", url + "arranged.ics").status == 200
    assert report(office, clients, boss, colleague, EVENTS).status == 403  # not the other way round
    accounts.revoke_calendar(office.home, boss.address, colleague.address)
    assert put(office, clients, colleague, boss, "arranged").status == 403
    assert clients.dav(colleague, "GET", url + "meeting.ics").status == 403
    assert report(office, clients, colleague, boss, BUSY).status == 200


def test_nobody_deletes_or_replaces_a_whole_calendar(office, clients, boss, colleague):
    accounts.grant_calendar(office.home, boss.address, colleague.address)
    url = office.calendar_url(boss.address)
    for who in (boss, colleague):
        assert clients.dav(who, "DELETE", url).status == 403
        assert clients.dav(who, "PUT", url, EVENT.format(uid="x"), Content_Type=ICS).status in (403, 405, 409)
    assert "Secret" in clients.dav(boss, "GET", url + "meeting.ics").text
    accounts.revoke_calendar(office.home, boss.address, colleague.address)


def test_who_does_not_sign_in_sees_nothing(office, clients, boss):
    url = office.calendar_url(boss.address)
    assert clients.dav(replace(boss, password="wrong"), "GET", url + "meeting.ics").status == 401
    assert clients.dav(replace(boss, address="nobody"), "GET", url + "meeting.ics").status == 401


def test_accounts_count_at_once(office, clients):
    anna = clients.person("Anna New")
    url = office.calendar_url(anna.address)
    assert clients.dav(anna, "PROPFIND", url, Depth="0").status == 207
    accounts.add_account(office.home, anna.address, "Anna New", "changed")
    assert clients.dav(anna, "PROPFIND", url, Depth="0").status == 401
    changed = type(anna)(anna.address, "changed")
    assert clients.dav(changed, "PROPFIND", url, Depth="0").status == 207
    accounts.close_account(office.home, anna.address)
    assert clients.dav(changed, "PROPFIND", url, Depth="0").status == 401


def test_an_ordinary_client_finds_the_calendar_however_it_signs_in(office, clients):
    anna = clients.person("Anna Client")
    for name in (anna.address, "anna.client"):
        with caldav.DAVClient(office.caldav, username=name, password=anna.password) as client:
            (calendar,) = client.principal().calendars()
            assert str(calendar.url).replace("%40", "@") == office.calendar_url(anna.address)
            assert calendar.get_display_name() == "Anna Client"


def test_many_requests_at_once_are_all_answered(office, clients, boss):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: put(office, clients, boss, boss, f"many-{n}").status, range(40)))
    assert answers == [201] * 40
