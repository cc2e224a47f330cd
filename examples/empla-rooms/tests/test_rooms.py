"""The plug-in by itself: a whole employee in memory, the real gate and mind, and the rooms service on loopback."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from empla_rooms import plans, site
from empla_rooms.capability import capability
from empla_rooms.service import Rooms, serve

from empla.capabilities import registry
from empla.capabilities.email import perceiving
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.mind.plans import PlanLibrary
from empla.mind.values import OUTSIDE
from empla.testing.employee import MARIA, Employee, employee
from empla.testing.mailbox import letter

ASKED = "Please reserve a room for six people tomorrow from 14:00 to 15:00."
TUESDAY = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    """The company's rooms, at the address that the plug-in is told."""
    kept = Rooms(tmp_path / "rooms.json")
    server = serve(kept)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv(site.ADDRESS, f"http://127.0.0.1:{server.server_port}")
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def ada(tmp_path: Path, rooms: Rooms) -> Iterator[Employee]:
    """An employee with this plug-in's plans and hands, replayed at every step."""
    library = PlanLibrary()
    library.include(perceiving.library)
    library.include(plans.library)
    hands = registry.operations(registry.installed()) | {o.name: o for o in capability.operations}
    with employee(tmp_path, library, hands.values(), always_replay=True) as ada:
        yield ada


def writes(ada: Employee, text: str, *, vouched: str = MARIA, **headers: Any) -> None:
    """Have a mail of the manager arrive, and the employee do all that is due."""
    raw = letter(MARIA, text, vouched=vouched, **headers)
    key = percept_key(raw)
    fields: dict[str, Any] = {"key": key, "blob": ada.place.blobs.keep(raw), "received": ada.clock.now()}
    ada.tell_percept(key, MAIL_ARRIVED, fields, OUTSIDE)
    ada.work()


def said(ada: Employee) -> str:
    """Return what the employee wrote last."""
    return str(ada.mailbox.taken[-1].get_content())


def test_the_smallest_room_that_is_large_enough_is_reserved(ada: Employee, rooms: Rooms) -> None:
    writes(ada, ASKED)
    (held,) = rooms.reservations.values()
    assert (held["room"], held["by"]) == ("Turing", MARIA)
    assert datetime.fromisoformat(held["start"]) == TUESDAY
    assert datetime.fromisoformat(held["end"]) == TUESDAY + timedelta(hours=1)
    assert "I have reserved Turing (8 seats) for you: Tuesday, 24 November 2026, 14:00 to 15:00 (UTC)." in said(ada)
    assert ("rooms.reserve", "done", "assisted:within-request") in ada.rows("action", "operation", "state", "rule")


def test_a_room_that_is_taken_is_not_reserved_twice(ada: Employee, rooms: Rooms) -> None:
    for number, text in enumerate((ASKED, ASKED.replace("six", "5"), ASKED.replace("six", "7"))):
        writes(ada, text, message_id=f"<{number}@somewhere.example>")
    assert [held["room"] for held in rooms.reservations.values()] == ["Turing", "Lovelace"]
    assert "No room for 7 is free" in said(ada) and "I have reserved nothing." in said(ada)


def test_what_was_reserved_is_given_back(ada: Employee, rooms: Rooms) -> None:
    writes(ada, ASKED)
    answered = str(ada.mailbox.taken[-1]["Message-ID"])
    writes(
        ada,
        "Please release the room.",
        message_id="<2@somewhere.example>",
        In_Reply_To=answered,
        References=f"<1@somewhere.example> {answered}",
    )
    assert rooms.reservations == {}
    assert "I have given Turing back (Tuesday, 24 November 2026, 14:00, UTC)." in said(ada)


def test_without_a_time_it_asks_once(ada: Employee, rooms: Rooms) -> None:
    writes(ada, "Please reserve a room for 3.")
    assert "On which day, from when until when" in said(ada)
    asked = str(ada.mailbox.taken[-1]["Message-ID"])
    writes(
        ada,
        "Tomorrow from 14:00 to 15:00.",
        message_id="<2@somewhere.example>",
        In_Reply_To=asked,
        References=f"<1@somewhere.example> {asked}",
    )
    assert [held["room"] for held in rooms.reservations.values()] == ["Curie"]


def test_nobody_but_the_manager_reserves_a_room(ada: Employee, rooms: Rooms) -> None:
    writes(ada, ASKED, vouched="mallory@office.example")
    assert rooms.reservations == {} and ada.mailbox.taken == []


def test_where_the_service_is_not_configured_the_manager_hears_so(
    ada: Employee, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(site.ADDRESS)
    writes(ada, ASKED)
    assert "I could not reserve a room: nobody has said where the rooms are." in said(ada)
