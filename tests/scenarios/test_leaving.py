"""Leaving: what is open is handed back, whoever waits is told, and the meetings stand or are called off."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.client import Letter
from runtime.inboxes import sender
from tests.scenarios.conftest import Company, Morning, at, times, working


@pytest.fixture
def morning(company: Company, tmp_path: Path) -> Iterator[Morning]:
    """An assistant that has arranged a meeting, asks Carla for something, and is to remind the manager."""
    with working(company, tmp_path) as found:
        found.ask("Book half an hour with Ben tomorrow at 2pm")
        found.ask("Please get me the supplier list from Carla by Thursday noon.")
        found.ask("Remind me on Friday to call the bank.")
        yield found


def leaves(morning: Morning, meetings: str) -> Letter:
    sender(morning.home)(morning.slug, f"leaving:{morning.slug}", "leaving", {"meetings": meetings})
    assert morning._loop is not None and morning._engine is not None
    morning._loop.call_soon_threadsafe(morning._engine.wake)
    return morning.told("is leaving: what is open")


def said_to(morning: Morning, name: str) -> str:
    return "\n".join(m.text for m in morning.written_to(name) if m.invitation is None)


def test_what_is_open_is_handed_back_and_everybody_is_told_whom_to_write_to(morning: Morning) -> None:
    told = leaves(morning, "hand-over")
    assert "call the bank" in told.text
    assert "Carla Ruiz <carla.ruiz@office.example>" in told.text
    assert "Tuesday, 8 September 2026, 14:00: yours to organize now" in told.text
    anna = morning.manager.address
    assert anna in said_to(morning, "Ben Stone") and "stands as it is" in said_to(morning, "Ben Stone")
    assert f"straight to Anna Berg <{anna}>" in said_to(morning, "Carla Ruiz")
    (event,) = [e for e in morning.manager.events() if anna in str(e["ORGANIZER"]).lower()]
    assert times(event)[0] == at(1, 14)


def test_meetings_can_be_called_off(morning: Morning) -> None:
    told = leaves(morning, "cancel")
    assert "14:00: called off" in told.text
    morning.invited("Ben Stone", "CANCEL")
    assert morning.meetings() == []


def test_meetings_can_be_left_as_they_are(morning: Morning) -> None:
    told = leaves(morning, "keep")
    assert "14:00: stands as it is" in told.text
    assert said_to(morning, "Ben Stone") == ""
    assert len(morning.meetings()) == 1


def test_nothing_is_promised_any_more_and_asked_twice_it_hands_over_once(morning: Morning) -> None:
    leaves(morning, "hand-over")
    sender(morning.home)(morning.slug, f"leaving:{morning.slug}", "leaving", {"meetings": "hand-over"})
    answer = morning.ask("What have you promised?")
    assert "No promise is open" in answer.text
    assert len([m for m in morning.written_to("Anna Berg") if "is leaving" in m.subject]) == 1
