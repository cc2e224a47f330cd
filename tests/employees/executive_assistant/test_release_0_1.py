"""What an assistant of release 0.1 was in the middle of goes on under today's code (contract 15).

How its mind was made stands in `tests/fixtures/release-0.1/make.py`: questions of every kind are open, invitations have
no answer yet, and a mail server that took nothing has left plans half-way.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from empla.capabilities import registry
from empla.capabilities.calendar.calendars import CalendarObject
from empla.capabilities.calendar.events import parse
from empla.capabilities.contract import Place
from empla.engine.employee import Mindset
from empla.engine.upgrading import breaks
from empla.testing.clock import MONDAY, VirtualClock
from empla.testing.employee import ADA, MARIA, SECRET, Employee
from empla.testing.mailbox import MemoryMailbox, parsed
from empla.testing.place import MemoryBlobs, MemoryDirectory, person
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import BEN, CARLA, PEOPLE, Desk, FailingCalendars, said

KEPT = Path(__file__).parents[2] / "fixtures" / "release-0.1"
ZOE = "zoe@elsewhere.example"
LAST = MONDAY + timedelta(hours=14, minutes=30)
"""When the old process ended."""


def taken_over(folder: Path, kept: Path = KEPT) -> Desk:
    """Return the desk of an older release with today's assistant at it, who has not worked yet."""
    around = json.loads((kept / "desk.json").read_text())
    (folder / "mind.db").write_bytes(gzip.decompress((kept / "mind.db.gz").read_bytes()))
    clock = VirtualClock(LAST)
    calendars = FailingCalendars({ADA, MARIA})
    for owner, etag, ics in around["calendars"]:
        found = CalendarObject(parse(ics).uid, etag, ics.encode())
        calendars.objects[owner, found.uid] = found
    blobs = MemoryBlobs()
    for raw in around["blobs"]:
        blobs.keep(raw.encode("latin-1"))
    mailbox = MemoryMailbox(clock, taken=[parsed(raw.encode("latin-1")) for raw in around["sent"]])
    place = Place(
        mailbox=mailbox,
        calendars=calendars,
        directory=MemoryDirectory(person(name, address, zone="UTC") for name, address in PEOPLE),
        blobs=blobs,
        clock=clock,
    )
    operations = registry.operations(registry.installed())
    mindset = Mindset(library=library, operations=operations, sensors=(), secret=SECRET)
    ada = Employee(folder / "mind.db", mindset, clock, mailbox, place, always_replay=True, epoch=9)
    return Desk(ada, calendars, written=100)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Desk]:
    desk = taken_over(tmp_path)
    try:
        yield desk
    finally:
        desk.ada.store.close()


@pytest.fixture
def tuesday(old: Desk) -> Desk:
    """The next morning: what was on its way has arrived."""
    old.goes_on(timedelta(hours=10))
    return old


def question(desk: Desk, *texts: str) -> EmailMessage:
    """Return the first question that was put with these words."""
    return next(m for m in desk.ada.mailbox.taken if m["To"] == MARIA and all(t in said(m) for t in texts))


def answered(desk: Desk, text: str, *about: str) -> str:
    """Have Maria answer the question with these words, and return what she hears then."""
    before = desk.written + 1
    mails = desk.write(text, question(desk, *about))
    reply = next(m for m in mails if f"<maria-{before}@office.example>" in str(m["In-Reply-To"]))
    return said(reply)


def starts(desk: Desk, owner: str = MARIA) -> list[str]:
    """Return when the meetings of a calendar begin, with the name of who is invited."""
    found = sorted((parse(o.ics) for o in desk.meetings(owner)), key=lambda m: m.start)
    names = {MARIA: "", BEN: "Ben", CARLA: "Carla"}
    return [f"{m.start:%a %d %H:%M} {''.join(names.get(a.address, a.address) for a in m.attendees)}" for m in found]


def failures(desk: Desk) -> list[str]:
    return [said(m) for m in desk.ada.mailbox.taken if "not work" in str(m["Subject"]) or "not go on" in said(m)]


def test_no_live_intention_breaks(old: Desk) -> None:
    assert len(old.ada.engine.state.intentions) == 28
    assert breaks(old.ada.store, library) == []


def test_what_was_on_its_way_arrives_and_is_said(old: Desk) -> None:
    mails = old.goes_on(timedelta(hours=10))
    told = [said(m) for m in mails if m["To"] == MARIA]
    assert sum("Done. Half an hour with Carla Ruiz: Friday, 27 November 2026, 09:00" in t for t in told) == 1
    assert sum("Done. I have moved “Maria Mitchell and Ben Stone” to Friday, 27 November" in t for t in told) == 1
    assert sum("Done. I have called off “Maria Mitchell and Carla Ruiz”, Friday" in t for t in told) == 1
    assert sum("Done. Half an hour with Ben Stone: Friday, 27 November 2026, 13:00" in t for t in told) == 1
    assert sum("I take requests only from you" in t for t in told) == 1, "pat's mail is passed on"
    assert sum("I am Ada Lovelace" in t for t in told) == 1
    assert "Fri 27 16:30 Ben" in starts(old) and "Fri 27 15:00 Carla" not in starts(old)
    assert starts(old) == starts(old, ADA)
    assert failures(old) == []


def test_an_invitation_is_accepted_and_another_declined(tuesday: Desk) -> None:
    for who, word, day in ((BEN, "ACCEPTED", 25), (CARLA, "DECLINED", 27)):
        meeting = next(
            m for m in (parse(o.ics) for o in tuesday.meetings()) if m.start.day == day and m.attendee(who) is not None
        )
        tuesday.arrives(reply_of(who, word, meeting.uid, meeting.sequence))
        for owner in (MARIA, ADA):
            standing = tuesday.calendars.objects[owner, meeting.uid]
            attendee = parse(standing.ics).attendee(who)
            assert attendee is not None and attendee.answer.value == word
    assert "Carla Ruiz has declined" in str(tuesday.ada.mailbox.taken[-1]["Subject"])


def reply_of(who: str, word: str, uid: str, sequence: int) -> bytes:
    """Return the answer to an invitation as a calendar client mails it."""
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nDTSTAMP:20261124T083000Z\r\nDTSTART:20261125T100000Z\r\n"
        f"ORGANIZER:mailto:{ADA}\r\nATTENDEE;PARTSTAT={word}:mailto:{who}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"], raw["Message-ID"] = who, ADA, word, f"<{word}@office.example>"
    raw["Authentication-Results"] = f"office.example; auth=pass smtp.mailfrom={who}"
    raw.set_content(word)
    raw.add_alternative(ics.encode(), "text", "calendar", params={"method": "REPLY", "charset": "utf-8"}, cte="base64")
    return raw.as_bytes()


@pytest.mark.parametrize(
    ("about", "text", "outcome", "stands"),
    [
        (("Who should be there",), "Carla", "Done. Half an hour with Carla Ruiz: Tuesday", "Tue 24 16:00 Carla"),
        (("an hour with Ben Stone on Tuesday", "nearest"), "The third one", "Done. An hour with Ben Stone", ""),
        (("for an hour with Carla Ruiz (UTC)",), "The second one works.", "Done. An hour with Carla Ruiz", ""),
        (("shall I move", "1. Maria Mitchell and Ben Stone"), "The first one", "I have moved", "Mon 30 09:00 Ben"),
        (("shall I move", "1. Maria Mitchell and Carla"), "The second one", "I have moved", "Thu 26 11:00 Carla"),
        (("an hour with Carla Ruiz on Wednesday", "nearest"), "The second one", "I have moved", ""),
        (("That I cannot do",), "No, I see to it.", "I leave it to you", ""),
    ],
)
def test_an_open_question_is_answered(
    tuesday: Desk, about: tuple[str, ...], text: str, outcome: str, stands: str
) -> None:
    assert outcome in answered(tuesday, text, *about)
    assert not stands or stands in starts(tuesday)
    assert starts(tuesday) == starts(tuesday, ADA)
    assert failures(tuesday) == []


def test_the_meeting_that_is_chosen_is_called_off(tuesday: Desk) -> None:
    listed = [m for m in tuesday.ada.mailbox.taken if m["To"] == MARIA and "shall I call off" in said(m)]
    assert len(listed) == 2
    for mail, gone in zip(listed, ("Wed 25 10:00 Ben", "Wed 25 14:00 Carla"), strict=True):
        assert gone in starts(tuesday)
        day, who = ("Wednesday", "Ben") if "Ben" in gone else ("number 3", "Carla")
        said_then = [said(m) for m in tuesday.write(day, mail) if m["To"] == MARIA]
        assert any(f"Done. I have called off “Maria Mitchell and {who}" in t for t in said_then), said_then
        assert gone not in starts(tuesday) and gone not in starts(tuesday, ADA)


@pytest.mark.parametrize("word", ["Yes", "No"])
def test_the_word_on_an_act_is_given(tuesday: Desk, word: str) -> None:
    mails = tuesday.write(word, question(tuesday, "May I?", ZOE))
    assert [m["To"] for m in mails if m["To"] == ZOE] == ([ZOE] if word == "Yes" else [])
    told = said(next(m for m in mails if m["To"] == MARIA))
    assert f"I have {'' if word == 'Yes' else 'not '}told {ZOE}" in told


def test_without_a_word_everything_comes_to_its_end(tuesday: Desk) -> None:
    tuesday.goes_on(timedelta(days=5))
    left = [m for m in tuesday.ada.mailbox.taken if str(m["Subject"]).startswith("Left:")]
    assert len(left) >= 7
    assert failures(tuesday) == []
    assert {i.plan for i in tuesday.ada.engine.state.intentions.values()} <= {"keep-meeting"}
