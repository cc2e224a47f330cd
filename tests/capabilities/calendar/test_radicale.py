"""The operations against a real calendar server: Radicale, as a process of its own, through the standard adapter."""

import asyncio
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.calendar.events import Answer, mark_of, parse
from empla.capabilities.calendar.itip import read_reply, request
from empla.capabilities.calendar.results import (
    Agenda,
    BookConflict,
    Booked,
    EventCopy,
    EventDeleted,
    EventMoved,
    EventWritten,
    Slots,
)
from empla.capabilities.contract import Settled
from empla.mind.values import Address, EventRef, Origin, Source
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.caldav import StandardCalendars
from tests.ports import own_ports

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, Desk, address, busy_from, ics, instant

BERLIN = ZoneInfo("Europe/Berlin")
OUTSIDE = Origin(Source.PERCEPT, "mail-1")
NOBODY = Endpoint(host="127.0.0.1", port=9)

# Everybody owns a calendar; others see when its owner is busy; the manager has granted the employee the right to write.
RIGHTS = f"""
[root]
user: .+
collection:
permissions: R
[own]
user: .+
collection: {{user}}(/[^/]+)?
permissions: RrWw
[granted]
user: {EMPLOYEE}
collection: {MANAGER}(/calendar)?
permissions: Rrw
[busy]
user: .+
collection: [^/]+/calendar
permissions: f
"""


class Server:
    """A running Radicale."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        (folder / "users").write_text("".join(f"{who}:secret\n" for who in (EMPLOYEE, MANAGER, COLLEAGUE)))
        (folder / "rights").write_text(RIGHTS)
        (folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
            f"[rights]\ntype = from_file\nfile = {folder}/rights\n"
            f"[storage]\nfilesystem_folder = {folder}/collections\n[web]\ntype = none\n[logging]\nlevel = error\n"
        )

    def ask(self, who: str, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """Do what a person's own client does."""
        sign_in = b64encode(f"{who}:secret".encode()).decode()
        asked = urllib.request.Request(
            self.url + path, body, {"Authorization": f"Basic {sign_in}", **headers}, method=method
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return bytes(answer.read())

    def make_calendar(self, who: str) -> None:
        try:
            self.ask(who, "DELETE", f"/{who}/calendar/")
        except urllib.error.HTTPError as error:
            assert error.code == 404
        self.ask(who, "MKCALENDAR", f"/{who}/calendar/")

    def put(self, who: str, name: str, text: str) -> None:
        self.ask(who, "PUT", f"/{who}/calendar/{name}.ics", text.encode(), **{"Content-Type": "text/calendar"})

    def get(self, who: str, uid: str) -> str:
        return self.ask(who, "GET", f"/{who}/calendar/{uid}.ics").decode()


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("radicale")
    server = Server(folder, own_ports())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", folder / "config"], stderr=log)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                server.ask(EMPLOYEE, "OPTIONS", "/")
                break
            except urllib.error.URLError:
                assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.02)
        yield server
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def office_desk(desk: Desk, radicale: Server, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk at the real server. Connections live as long as one operation, for each has an event loop of its own."""
    for who in (EMPLOYEE, MANAGER, COLLEAGUE):
        radicale.make_calendar(who)
    account = Account(address=EMPLOYEE, password="secret", imap=NOBODY, smtp=NOBODY, caldav=radicale.url)

    async def with_connection(step: Any, permit: Any) -> Any:
        desk.calendars = StandardCalendars(account)
        try:
            return await step(permit)
        finally:
            await desk.calendars.close()

    perform, settle = desk._perform, desk._settle
    monkeypatch.setattr(desk, "perform", lambda permit: asyncio.run(with_connection(perform, permit)))
    monkeypatch.setattr(desk, "settle", lambda permit: asyncio.run(with_connection(settle, permit)))
    return desk


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=BERLIN)


def wanted(owner: str = MANAGER, start: datetime | None = None, **more: Any) -> dict[str, Any]:
    begins = start or at(14)
    return {
        "owner": address(owner),
        "title": "Büro, Budget",
        "start": instant(begins),
        "end": instant(begins + timedelta(minutes=30)),
        "attendees": (address(MANAGER), address(COLLEAGUE)),
        **more,
    }


def test_from_finding_a_slot_to_the_colleague_s_answer(office_desk: Desk, radicale: Server) -> None:
    desk = office_desk
    radicale.put(MANAGER, "m", busy_from(at(12), 120, "m"))
    radicale.put(COLLEAGUE, "c", busy_from(at(15), 60, "c"))
    found = desk.run(
        "calendar.find_slots",
        attendees=(address(MANAGER), address(COLLEAGUE)),
        minutes=30,
        windows=((instant(at(12)), instant(at(18))),),
    )
    assert isinstance(found, Slots)
    (slot,) = found.slots
    assert slot.start.value == at(16, 30)  # 14:00 to 15:00 and 16:00 only back to back
    booked = desk.run("calendar.book", **wanted(start=slot.start.value))
    assert isinstance(booked, Booked)
    own = desk.run("calendar.book_own", **wanted(EMPLOYEE, slot.start.value, event=booked.event, check=()))
    assert isinstance(own, Booked) and own.event.uid == booked.event.uid

    invitation = desk.prepare("calendar.invite", copy=own.copy, to=(address(COLLEAGUE),))
    assert b'method="REQUEST"' in invitation.payload.content
    asked = request(own.copy.ics, at=desk.clock.now())
    answer = ics(
        parse(asked).uid,
        f"ORGANIZER:mailto:{EMPLOYEE}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{COLLEAGUE}",
        "SEQUENCE:0",
        "DTSTART:20261124T153000Z",
    ).replace("X-CLIENT;A=1:kept", "METHOD:REPLY")
    for name, copy in (("calendar.apply_reply_own", own.copy), ("calendar.apply_reply", booked.copy)):
        noted = desk.run(name, copy=copy, reply=read_reply(answer, OUTSIDE), sender=address(COLLEAGUE))
        assert isinstance(noted, EventWritten)
    seen = parse(radicale.get(MANAGER, booked.event.uid))
    assert [(a.address, a.answer) for a in seen.attendees] == [
        (MANAGER, Answer.ACCEPTED),
        (COLLEAGUE, Answer.ACCEPTED),
    ]
    assert (seen.title, seen.start) == ("Büro, Budget", slot.start.value)


def test_a_second_attempt_finds_the_first_one_s_work(office_desk: Desk, radicale: Server) -> None:
    permit = office_desk.prepare("calendar.book", **wanted())
    assert office_desk.settle(permit) == (Settled.NOT_DONE, None)
    once = office_desk.perform(permit)
    assert isinstance(once, Booked)
    again = office_desk.perform(permit)
    assert isinstance(again, Booked)
    assert (again.event, again.etag) == (once.event, once.etag)
    settled, value = office_desk.settle(permit)
    assert settled is Settled.DONE and value == again
    assert mark_of(radicale.get(MANAGER, once.event.uid)) == permit.payload.target["mark"]
    assert parse(again.copy.ics) == parse(once.copy.ics)


def test_two_steps_that_race_for_a_slot_do_not_both_get_it(office_desk: Desk) -> None:
    first, second = (office_desk.prepare("calendar.book", **wanted()) for _ in range(2))
    assert isinstance(office_desk.perform(first), Booked)
    conflict = office_desk.perform(second)
    assert isinstance(conflict, BookConflict) and [a.value for a in conflict.who] == [MANAGER, COLLEAGUE]


def test_what_the_manager_moved_between_read_and_write_stays(office_desk: Desk, radicale: Server) -> None:
    booked = office_desk.run("calendar.book", **wanted())
    by_hand = radicale.get(MANAGER, booked.event.uid).replace("T140000", "T160000").replace("T143000", "T163000")
    radicale.put(MANAGER, booked.event.uid, by_hand)
    result = office_desk.run("calendar.update", copy=booked.copy, title="Other")
    assert isinstance(result, EventMoved) and result.copy is not None
    assert parse(result.copy.ics).start == parse(radicale.get(MANAGER, booked.event.uid)).start == at(16)
    assert isinstance(office_desk.run("calendar.cancel", copy=booked.copy), EventMoved)
    again = office_desk.run("calendar.update", copy=result.copy, title="Other")
    assert isinstance(again, EventWritten)
    assert parse(radicale.get(MANAGER, booked.event.uid)).title == "Other"
    assert isinstance(office_desk.run("calendar.cancel", copy=again.copy), EventDeleted)


def test_an_event_of_the_manager_s_own_client_is_changed_with_care(office_desk: Desk, radicale: Server) -> None:
    """Its name at the server is not its UID, and it holds things that we do not know."""
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:soon\r\nEND:VALARM"
    radicale.put(MANAGER, "some-name", busy_from(at(10), 60, "their uid/1", "X-COLOUR:red", alarm))
    event = EventRef("their uid/1", 0, OUTSIDE)
    copy = office_desk.run("calendar.read", owner=address(MANAGER), event=event)
    assert isinstance(copy, EventCopy)
    moved = office_desk.run("calendar.update", copy=copy, start=instant(at(11)), end=instant(at(12)))
    assert isinstance(moved, EventWritten)
    raw = radicale.get(MANAGER, "some-name")
    assert (parse(raw).start, parse(raw).sequence) == (at(11), 1)
    assert "X-COLOUR:red" in raw and "TRIGGER:-PT15M" in raw


def test_series_and_whole_days_make_busy(office_desk: Desk, radicale: Server) -> None:
    weekly = ("DTSTART;TZID=Europe/Berlin:20261006T120000", "DURATION:PT2H", "RRULE:FREQ=WEEKLY", "SUMMARY:Weekly")
    radicale.put(MANAGER, "w", ics("w", *weekly))
    radicale.put(COLLEAGUE, "d", ics("d", "DTSTART;VALUE=DATE:20261125", "SUMMARY:Off"))
    found = office_desk.run(
        "calendar.find_slots",
        attendees=(address(MANAGER), address(COLLEAGUE)),
        minutes=60,
        windows=((instant(at(12)), instant(at(18) + timedelta(days=2))),),
        count=3,
        spread=True,
    )
    days = [o.start.value.astimezone(BERLIN) for o in found.slots]
    assert days[0] == at(14, 30)
    assert {d.day for d in days} == {24, 26}
    agenda = office_desk.run(
        "calendar.agenda", owner=address(MANAGER), start=instant(at(0)), end=instant(at(0) + timedelta(days=14))
    )
    assert isinstance(agenda, Agenda)
    assert [i.start.value for i in agenda.items] == [at(12), at(12) + timedelta(days=7)]


def test_the_colleague_s_events_stay_the_colleague_s_own(office_desk: Desk, radicale: Server) -> None:
    radicale.put(COLLEAGUE, "c", busy_from(at(15), 60, "c"))
    seen = office_desk.run("calendar.free_busy", person=address(COLLEAGUE), start=instant(at(0)), end=instant(at(23)))
    assert [(b.start.value, b.end.value) for b in seen.busy] == [(at(15), at(16))]


# Invitations of others, and series, with a person's hand in between ---------------------------------------------------

CARLA = Address("carla@elsewhere.example", OUTSIDE)
INVITED = (f"ORGANIZER:mailto:{CARLA.value}", f"ATTENDEE:mailto:{MANAGER}", "SUMMARY:Talk")
WEEKLY = (
    "DTSTART;TZID=W. Europe Standard Time:20261124T100000",
    "DURATION:PT1H",
    "RRULE:FREQ=WEEKLY;COUNT=6",
    *INVITED,
)


def message(method: str, *lines: str, minute: int = 0, sequence: int = 0) -> str:
    stamp = f"DTSTAMP:20261120T08{minute:02}00Z"
    text = ics("talk", f"SEQUENCE:{sequence}", *lines).replace("DTSTAMP:20261101T000000Z", stamp)
    return text.replace("VERSION:2.0", f"VERSION:2.0\r\nMETHOD:{method}")


def take_in(desk: Desk, text: str, **more: Any) -> Any:
    return desk.run("calendar.take_in", owner=address(MANAGER), ics=text, sender=CARLA, **more)


def begins(desk: Desk, days: int = 60) -> list[datetime]:
    start = instant(at(0))
    agenda = desk.run("calendar.agenda", owner=address(MANAGER), start=start, end=instant(at(0) + timedelta(days=days)))
    assert isinstance(agenda, Agenda)
    return [i.start.value.astimezone(BERLIN) for i in agenda.items]


def week(number: int) -> datetime:
    return at(10) + timedelta(days=7 * number)


def by_hand(radicale: Server, uid: str, old: str, new: str) -> None:
    """Let the manager change the event in their own client."""
    stood = radicale.get(MANAGER, uid)
    assert old in stood
    radicale.put(MANAGER, uid, stood.replace(old, new))


def test_an_invitation_its_changes_and_its_end_stand_in_a_real_calendar(office_desk: Desk, radicale: Server) -> None:
    desk = office_desk
    found = take_in(desk, message("REQUEST", *WEEKLY), answer="ACCEPTED")
    assert isinstance(found, EventWritten)
    assert begins(desk) == [week(n) for n in range(6)]
    off = ("RECURRENCE-ID;TZID=Europe/Berlin:20261201T100000", *INVITED)
    found = take_in(desk, message("CANCEL", *off, minute=1), copy=found.copy)
    rest = ("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261208T100000", *INVITED)
    when = ("DTSTART;TZID=Europe/Berlin:20261210T140000", "DURATION:PT1H")
    found = take_in(desk, message("REQUEST", *rest, *when, minute=2), copy=found.copy)
    assert begins(desk) == [week(0), *(week(n) + timedelta(days=2, hours=4) for n in range(2, 6))]
    thursday = at(0) + timedelta(days=16)
    seen = desk.run(
        "calendar.free_busy",
        person=address(MANAGER),
        start=instant(thursday),
        end=instant(thursday + timedelta(days=1)),
    )
    assert [b.start.value for b in seen.busy] == [thursday + timedelta(hours=14)], (
        "a day on which the server knows nothing"
    )
    late = take_in(desk, message("REQUEST", *WEEKLY), copy=found.copy)
    assert isinstance(late, EventWritten) and not late.changed
    ended = take_in(desk, message("CANCEL", *INVITED, minute=3, sequence=1), copy=found.copy)
    assert isinstance(ended, EventWritten) and begins(desk) == []
    seen = desk.run("calendar.free_busy", person=address(MANAGER), start=instant(at(0)), end=instant(at(23)))
    assert seen.busy == ()


def test_what_a_person_wrote_before_an_invitation_was_taken_in_stays(office_desk: Desk, radicale: Server) -> None:
    desk = office_desk
    permit = desk.prepare("calendar.take_in", owner=address(MANAGER), ics=message("REQUEST", *WEEKLY), sender=CARLA)
    radicale.put(MANAGER, "talk", ics("talk", *WEEKLY, "LOCATION:At home"))
    met = desk.perform(permit)
    assert isinstance(met, EventMoved) and met.copy is not None
    assert "LOCATION:At home" in radicale.get(MANAGER, "talk")
    update = message("REQUEST", *WEEKLY, minute=1, sequence=1)
    taken = take_in(desk, update, copy=met.copy)
    assert isinstance(taken, EventWritten)
    by_hand(radicale, "talk", "PARTSTAT=NEEDS-ACTION", "PARTSTAT=TENTATIVE")
    met = take_in(desk, message("CANCEL", *INVITED, minute=2, sequence=2), copy=taken.copy)
    assert isinstance(met, EventMoved) and met.copy is not None and parse(met.copy.ics).status == "CONFIRMED"
    assert "PARTSTAT=TENTATIVE" in radicale.get(MANAGER, "talk")
    assert isinstance(take_in(desk, message("CANCEL", *INVITED, minute=2, sequence=2), copy=met.copy), EventWritten)


def test_an_invitation_is_taken_in_once_whatever_is_tried_again(office_desk: Desk, radicale: Server) -> None:
    desk = office_desk
    permit = desk.prepare("calendar.take_in", owner=address(MANAGER), ics=message("REQUEST", *WEEKLY), sender=CARLA)
    assert desk.settle(permit) == (Settled.NOT_DONE, None)
    once, again = desk.perform(permit), desk.perform(permit)
    assert isinstance(once, EventWritten) and isinstance(again, EventWritten)
    assert (once.event, once.etag) == (again.event, again.etag)
    assert desk.settle(permit) == (Settled.DONE, again)
    assert mark_of(radicale.get(MANAGER, "talk")) == permit.payload.target["mark"]


def test_a_series_of_ours_is_changed_on_top_of_a_person_s_change_and_never_over_it(
    office_desk: Desk, radicale: Server
) -> None:
    desk = office_desk
    booked = desk.run("calendar.book", **wanted(start=at(10), rule="FREQ=WEEKLY;COUNT=6"))
    assert isinstance(booked, Booked)
    uid = booked.event.uid
    second = instant(week(1))
    by_hand(radicale, uid, "SUMMARY:Büro\\, Budget", "SUMMARY:Budget with cake")
    new = {"start": instant(week(1) + timedelta(hours=5)), "end": instant(week(1) + timedelta(hours=6))}
    met = desk.run("calendar.update", copy=booked.copy, occurrence=second, **new)
    assert isinstance(met, EventMoved) and met.copy is not None
    assert begins(desk) == [week(n) for n in range(6)]
    moved = desk.run("calendar.update", copy=met.copy, occurrence=second, check=(address(MANAGER),), **new)
    assert isinstance(moved, EventWritten)
    assert begins(desk) == [week(0), week(1) + timedelta(hours=5), *(week(n) for n in range(2, 6))]
    by_hand(radicale, uid, "SUMMARY:Budget with cake", "SUMMARY:Budget without")
    third = instant(week(2))
    met = desk.run("calendar.cancel", copy=moved.copy, occurrence=third)
    assert isinstance(met, EventMoved) and met.copy is not None
    left = desk.run("calendar.cancel", copy=met.copy, occurrence=third)
    ended = desk.run("calendar.cancel", copy=left.copy, occurrence=instant(week(4)), and_future=True)
    assert isinstance(ended, EventWritten)
    assert begins(desk) == [week(0), week(1) + timedelta(hours=5), week(3)]
    assert "Budget without" in radicale.get(MANAGER, uid)


def test_somebody_who_became_busy_stops_a_move_and_a_person_s_change_is_met(
    office_desk: Desk, radicale: Server
) -> None:
    desk = office_desk
    booked = desk.run("calendar.book", **wanted())
    new = {"start": instant(at(16)), "end": instant(at(16, 30)), "check": (address(MANAGER), address(COLLEAGUE))}
    radicale.put(COLLEAGUE, "c", busy_from(at(16), 60, "c"))
    conflict = desk.run("calendar.update", copy=booked.copy, **new)
    assert isinstance(conflict, BookConflict) and [a.value for a in conflict.who] == [COLLEAGUE]
    assert parse(radicale.get(MANAGER, booked.event.uid)).start == at(14)
    radicale.ask(COLLEAGUE, "DELETE", f"/{COLLEAGUE}/calendar/c.ics")
    by_hand(radicale, booked.event.uid, "SUMMARY:Büro\\, Budget", "SUMMARY:Budget with cake")
    assert isinstance(desk.run("calendar.update", copy=booked.copy, **new), EventMoved)
    assert parse(radicale.get(MANAGER, booked.event.uid)).start == at(14)
