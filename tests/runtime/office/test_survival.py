"""kill -9, restarts, lifelines: what the office keeps, and what it leaves behind (nothing)."""

import os
import signal
import socket

import psutil
import pytest

from empla.config import Home
from empla.errors import ResourceError
from runtime.office import accounts
from runtime.office.process import read_ports
from runtime.office.testing import RunningOffice
from tests.runtime.office.waiting import eventually

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260105T100000Z\r\nDTEND:20260105T110000Z\r\nSUMMARY:Secret\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def folder(clients, who) -> list[bytes]:
    client = clients.imap(who)
    found = [client.response("UIDVALIDITY")[1][0], client.response("UIDNEXT")[1][0]]
    found += client.fetch("1:*", "(UID FLAGS RFC822.SIZE)")[1]
    client.logout()
    return found


def ports_free(office: RunningOffice) -> bool:
    for port in office.ports.values():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((office.host, port))
            except OSError:
                return False
    return True


def test_kill_9_loses_nothing_and_uids_stay(own_office, own_clients):
    anna, ben = own_clients.person("Anna Example"), own_clients.person("Ben Example")
    for number in range(5):
        own_clients.send(anna, ben, f"Mail {number}.")
    client = own_clients.imap(ben)
    client.store("2", "+FLAGS", r"(\Seen kept)")
    client.store("5", "+FLAGS", r"(\Deleted)")
    client.expunge()
    url = own_office.calendar_url(anna.address) + "e.ics"
    assert own_clients.dav(anna, "PUT", url, EVENT.format(uid="e"), Content_Type="text/calendar").status == 201
    before = folder(own_clients, ben)

    own_office.kill()
    assert eventually(lambda: ports_free(own_office)), "something still holds a port"
    own_office.start()

    assert folder(own_clients, ben) == before
    own_clients.send(anna, ben, "One more.")
    assert b"UID 6 " in folder(own_clients, ben)[-1]  # 5 is never given again
    assert "Secret" in own_clients.dav(anna, "GET", url).text


def test_the_office_may_be_killed_and_started_at_once_on_the_same_ports(own_office):
    ports = dict(own_office.ports)
    for _ in range(3):
        own_office.kill()
        own_office.start()
        assert own_office.ports == ports
    assert read_ports(own_office.home).caldav_url == own_office.caldav


def test_it_ends_when_its_lifeline_closes(own_office):
    os.close(own_office._lifeline)
    own_office._lifeline = os.open(os.devnull, os.O_RDONLY)
    assert own_office.process.wait() == 0
    assert eventually(lambda: ports_free(own_office))


def test_it_ends_within_five_seconds_of_sigterm_whoever_is_connected(own_office, own_clients):
    anna = own_clients.person("Anna Example")
    waiting = own_clients.imap(anna)
    waiting.send(b"x IDLE\r\n")
    half_way = own_clients.smtp(anna)
    half_way.mail(anna.address)
    half_way.rcpt(anna.address)
    half_way.putcmd("data")
    own_office.process.terminate()
    assert own_office.process.wait() == 0
    assert eventually(lambda: ports_free(own_office))


def test_one_home_has_one_office(own_office):
    second = RunningOffice(own_office.home)
    with pytest.raises(ResourceError, match="runs already"):
        second.start()


def test_taken_ports_are_named(own_office, tmp_path_factory):
    other = RunningOffice(Home(tmp_path_factory.mktemp("other")))
    other.ports = {"imap": own_office.ports["imap"]}
    with pytest.raises(ResourceError, match="cannot listen"):
        other.start()


def test_a_calendar_server_that_dies_comes_back_where_it_was(own_office, own_clients):
    anna = own_clients.person("Anna Example")
    (radicale,) = psutil.Process(own_office.process.pid).children()
    radicale.send_signal(signal.SIGKILL)
    radicale.wait()

    def answers() -> bool:
        try:
            return own_clients.dav(anna, "PROPFIND", own_office.calendar_url(anna.address), Depth="0").status == 207
        except OSError:
            return False

    assert eventually(answers)


def test_accounts_can_be_made_while_it_is_down(own_office, own_clients):
    own_office.kill()
    anna = own_clients.person("Anna Example")
    assert [a.address for a in accounts.accounts(own_office.home)] == [anna.address]
    own_office.start()
    assert own_clients.imap(anna).list()[0] == "OK"
    assert own_clients.dav(anna, "PROPFIND", own_office.calendar_url(anna.address), Depth="0").status == 207
