"""The kit for authors of roles: a body by hand, a clock that stands still, a whole employee in memory."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities import registry
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.mind.percepts import Outcome, Status
from empla.mind.plans import Trigger
from empla.mind.steps import ActionFailed, Do, Now, Step
from empla.mind.values import OUTSIDE
from empla.testing.bodies import run_body
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import MONDAY, VirtualClock
from empla.testing.employee import ADA, MARIA, employee
from empla.testing.mailbox import letter
from empla.testing.place import MemoryDirectory, person
from employees.executive_assistant.plans import library

BOB = "bob@office.example"


def greet(event: Trigger) -> Any:
    """A plan of a role: it greets, and says so if it could not."""
    now = yield Now()
    try:
        yield Do(
            operation="email.send", arguments={"text": f"Good {'morning' if now.hour < 12 else 'day'}, {event.name}"}
        )
    except ActionFailed as failure:
        return failure.code
    return "greeted"


def test_a_body_is_run_by_hand() -> None:
    ran = run_body(greet, {"name": "Maria"}, lambda step: MONDAY if isinstance(step, Now) else None)
    assert ran.value == "greeted"
    assert ran.steps[1] == Do(operation="email.send", arguments={"text": "Good morning, Maria"})


def test_a_step_of_a_body_fails_by_hand() -> None:
    def answer(step: Step) -> Any:
        if isinstance(step, Now):
            return MONDAY
        raise ActionFailed(Outcome(status=Status.REFUSED, code="manners:automatic"))

    assert run_body(greet, {"name": "Maria"}, answer).value == "manners:automatic"


def test_a_clock_stands_still_until_it_is_moved() -> None:
    async def main() -> None:
        clock = VirtualClock()
        sleeping = asyncio.create_task(clock.sleep_until(MONDAY + timedelta(hours=1)))
        await asyncio.sleep(0)
        clock.advance(timedelta(minutes=59))
        await asyncio.sleep(0)
        assert not sleeping.done() and clock.monotonic() == 59 * 60
        clock.move_to(MONDAY + timedelta(hours=1))
        await asyncio.wait_for(sleeping, 60)
        clock.move_to(MONDAY)
        assert clock.now() == MONDAY + timedelta(hours=1), "time goes forward only"

    asyncio.run(main())


@pytest.mark.parametrize("always_replay", [False, True], ids=["live", "replayed at every step"])
def test_a_role_works_in_memory(tmp_path: Path, always_replay: bool) -> None:
    operations = registry.operations(registry.installed()).values()
    with employee(tmp_path, library, operations, always_replay=always_replay) as ada:
        directory = ada.place.directory
        assert isinstance(directory, MemoryDirectory)
        directory.add(person("Maria Mitchell", MARIA, zone="UTC"), person("Bob Bright", BOB, zone="UTC"))
        raw = letter(MARIA, "Please book half an hour with Bob tomorrow afternoon.", vouched=MARIA)
        key = percept_key(raw)
        blob = ada.place.blobs.keep(raw)
        ada.tell_percept(key, MAIL_ARRIVED, {"key": key, "blob": blob, "received": ada.clock.now()}, OUTSIDE)
        ada.work()
        calendars = ada.place.calendars
        assert isinstance(calendars, MemoryCalendars)
        assert (len(calendars.of(ADA)), len(calendars.of(MARIA))) == (1, 1)
        assert [mail["To"] for mail in ada.mailbox.taken] == [BOB, MARIA]
        assert "Tuesday, 24 November 2026" in ada.mailbox.taken[1].get_content()
