"""Fault 16: somebody changes an event between the assistant's look and its write, at a real CalDAV server.

Asked: no change of a person's is ever written over. The network between the assistant and the server lets a person's
client write first, in the very instant in which the assistant's request has left: the server then answers 412. Files of
every shape with a write in between are in `tests/capabilities/calendar`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from icalendar import Event

from empla.workplace.accounts import Endpoint
from runtime.office.process import read_ports
from tests.scenarios.conftest import Morning, at, times
from tests.servers.network import Network, between

WRITES = re.compile(rb"^(PUT|DELETE) ")
LOOKS = re.compile(rb"^(REPORT|GET|PROPFIND) ")


@pytest.fixture
def wire(morning: Morning) -> Iterator[Network]:
    """The network between the assistant and the calendars."""
    morning.end()
    ports = read_ports(morning.home)
    assert ports is not None
    with between(Endpoint(host=ports.host, port=ports.caldav)) as network:
        caldav = f"http://127.0.0.1:{network.endpoint.port}/"
        morning.reached = lambda account: account.model_copy(update={"caldav": caldav})
        morning.begin(2)
        yield network
        morning.end()


def before_the_next_write(wire: Network, act: Callable[[], None]) -> list[bytes]:
    """Have a person act just before the assistant's next write reaches the server; returns the writes seen."""
    seen: list[bytes] = []

    def look(data: bytes) -> bytes:
        if WRITES.match(data):
            if not seen:
                act()
            seen.append(data[:40])
        return data

    wire.upstream = look
    return seen


def changed(morning: Morning, change: Callable[[Event], None]) -> None:
    """Have the manager change the assistant's meeting in her own client."""
    anna = morning.manager
    calendar = anna.calendar()
    (event,) = [e for e in calendar.walk("VEVENT") if morning.assistant in str(e.get("ORGANIZER", "")).lower()]
    change(event)
    event["SEQUENCE"] = int(event.get("SEQUENCE", 0)) + 1
    uid = str(event["UID"])
    anna._dav("PUT", anna.address, f"{quote(uid, safe='@')}.ics", calendar.to_ical())


def test_a_person_who_moves_the_meeting_first_is_not_written_over(morning: Morning, wire: Network) -> None:
    done = morning.ask("Please book half an hour with Ben on Thursday at 2pm.")

    def by_hand(event: Event) -> None:
        event["DTSTART"].dt, event["DTEND"].dt = (t + timedelta(days=1) for t in times(event))

    seen = before_the_next_write(wire, lambda: changed(morning, by_hand))
    answer = morning.reply(done, "Move it to Thursday at 4pm")
    morning.settled()
    assert len(seen) >= 1
    (event,) = morning.meetings()
    if times(event)[0] == at(3, 16):  # it was moved from where the person had put it, and that is what it says
        assert "16:00" in answer.text
    else:
        assert times(event)[0] == at(4, 14), "the person's own hour stands"


def test_what_a_person_wrote_into_it_stays(morning: Morning, wire: Network) -> None:
    done = morning.ask("Please book half an hour with Ben on Thursday at 2pm.")
    seen = before_the_next_write(wire, lambda: changed(morning, lambda event: event.add("LOCATION", "the blue room")))
    morning.reply(done, "Move it to Thursday at 4pm")
    morning.settled()
    assert len(seen) >= 2, "refused once, and then decided again on what stood there"
    (event,) = morning.meetings()
    assert str(event["LOCATION"]) == "the blue room"
    assert times(event)[0] == at(3, 16)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_hour_that_is_taken_while_a_slot_is_looked_for_is_not_booked_over(
    morning: Morning, wire: Network, nth: int
) -> None:
    """Between two objects CalDAV knows no condition: from the last look to the write, milliseconds, it is a race."""
    anna, requests = morning.manager, 0

    def look(data: bytes) -> bytes:
        nonlocal requests
        if LOOKS.match(data):
            requests += 1
            if requests == nth:
                anna.put_event("dentist@anna", "Dentist", at(3, 14), at(3, 15))
        return data

    wire.upstream = look
    morning.ask("Please book half an hour with Ben on Thursday at 2pm.")
    assert requests >= nth
    assert "dentist@anna" in [str(e["UID"]) for e in anna.events()]
    for event in morning.meetings():
        assert times(event)[1] <= at(3, 14) or times(event)[0] >= at(3, 15)


def test_a_meeting_that_a_person_deletes_first_stays_deleted(morning: Morning, wire: Network) -> None:
    done = morning.ask("Please book half an hour with Ben on Thursday at 2pm.")
    anna = morning.manager

    def deleted() -> None:
        (event,) = morning.meetings()
        anna._dav("DELETE", anna.address, f"{quote(str(event['UID']), safe='@')}.ics")

    before_the_next_write(wire, deleted)
    answer = morning.reply(done, "Move it to Thursday at 4pm")
    morning.settled()
    assert morning.meetings() == [] or "again" in answer.text
