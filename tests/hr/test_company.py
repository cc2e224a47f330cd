"""Setting up a home: once, completely, and again without harm."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import tzlocal
from icalendar import Calendar

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.hr.company import Initialised, init, local_zone
from empla.hr.people import add_person, remove_person
from empla.hr.staffing import Staffing

if TYPE_CHECKING:
    from tests.hr.conftest import Book

SUNDAY = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # Monday already in Tokyo
SetUp = Callable[..., Initialised]


@pytest.fixture
def fresh(tmp_path: Path) -> Home:
    return Home(tmp_path / "fresh")


@pytest.fixture
def set_up(fresh: Home, book: Book) -> SetUp:
    return lambda **words: init(fresh, book, SystemClock(), **words)  # type: ignore[arg-type]


def test_a_home_is_set_up(fresh: Home, book: Book, set_up: SetUp) -> None:
    made = set_up(company='Analytical "Engines"', owner="Grace Hopper", zone="Europe/Berlin", hours="8:00-16:00")

    assert (made.owner.address, made.owner.made, made.colleagues) == ("grace.hopper@office.example", True, ())
    assert book.calls("account")[0]["password"] == made.owner.password.get_secret_value()
    settings = load_settings(fresh)
    assert (settings.company, settings.owner) == ('Analytical "Engines"', "grace.hopper@office.example")
    assert (settings.zone, settings.hours) == ("Europe/Berlin", "08:00-16:00")
    assert fresh.root.stat().st_mode & 0o777 == 0o700
    assert made.endpoints is not None


def test_set_up_again_it_tells_what_is_there(fresh: Home, book: Book, set_up: SetUp) -> None:
    first = set_up(company="Engines", owner="Grace Hopper", zone="Europe/Berlin")
    again = set_up()

    assert not again.owner.made
    assert again.owner.password == first.owner.password
    assert (again.company, again.zone) == ("Engines", "Europe/Berlin")
    assert len(book.calls("account")) == 1
    with pytest.raises(InputError, match=r"belongs to grace\.hopper@office\.example of Engines"):
        set_up(owner="Somebody Else")
    with pytest.raises(InputError, match="belongs to"):
        set_up(company="Another")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "whose home is this"),
        ({"owner": "Grace Hopper", "zone": "Mars/Olympus"}, "not a time zone"),
        ({"owner": "Grace Hopper", "hours": "all day"}, "not working hours"),
        ({"owner": "???"}, "no letters"),
        ({"owner": "Grace Hopper", "company": "a\x00b"}, "not the name of a company"),
    ],
)
def test_what_is_wrong_leaves_no_home(fresh: Home, set_up: SetUp, words: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("not working", "are not working")):
        set_up(**words)
    assert not fresh.root.exists()


def test_the_zone_is_this_machines_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Asia/Tokyo")
    assert local_zone() == "Asia/Tokyo"
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Nowhere/Land")
    assert local_zone() == "UTC"

    def unknown() -> str:
        raise zoneinfo.ZoneInfoNotFoundError("no")

    monkeypatch.setattr(tzlocal, "get_localzone_name", unknown)
    assert local_zone() == "UTC"


def test_sample_colleagues_have_this_week_and_the_next(book: Book, set_up: SetUp) -> None:
    made = set_up(owner="Grace Hopper", zone="Asia/Tokyo", sample=True, at=SUNDAY)

    assert [c.name for c in made.colleagues] == ["Maya Okafor", "Jonas Weber"]
    events = [(call["owner"], Calendar.from_ical(call["ics"]).walk("VEVENT")[0]) for call in book.calls("event")]
    tokyo = ZoneInfo("Asia/Tokyo")
    days = sorted({e.start.astimezone(tokyo).date() for _, e in events})
    assert (str(days[0]), str(days[-1])) == ("2026-03-02", "2026-03-13")
    maya_tuesday = [
        f"{e.start.astimezone(tokyo):%a %H:%M} {e['SUMMARY']}"
        for owner, e in events
        if owner == "maya.okafor@office.example" and str(e.start.astimezone(tokyo).date()) == "2026-03-10"
    ]
    assert maya_tuesday == ["Tue 13:00 Design review"]
    assert len({str(e["UID"]) for _, e in events}) == len(events) == 13


def test_sample_calendars_are_filled_once(fresh: Home, book: Book, set_up: SetUp) -> None:
    set_up(owner="Grace Hopper", sample=True, at=SUNDAY)
    set_up(sample=True)
    assert len(book.calls("event")) == 13
    with Staffing.open(fresh, book, SystemClock()) as staffing:  # type: ignore[arg-type]
        remove_person(staffing, "jonas.weber@office.example")
    with pytest.raises(InputError, match="has left"):
        set_up(sample=True)


def test_people_may_be_there_before_the_owner(fresh: Home, book: Book, set_up: SetUp) -> None:
    with Staffing.open(fresh, book, SystemClock()) as staffing:  # type: ignore[arg-type]
        add_person(staffing, "Grace Hopper")
    made = set_up(owner="Grace Hopper")
    assert not made.owner.made
    with Staffing.open(fresh, book, SystemClock()) as staffing, staffing.store.reading() as company:  # type: ignore[arg-type]
        assert [p.is_owner for p in company.people()] == [True]
