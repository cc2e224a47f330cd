"""The process dies at every commit of a meeting's making: no episode is lost, none is there twice, on both engines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla import faults
from empla.capabilities import registry
from empla.memory.working import working_memory
from empla.testing.employee import ADA, MARIA, employee
from empla.testing.place import MemoryDirectory, person
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import PEOPLE, Desk, FailingCalendars
from tests.store.conftest import empty_database, server  # noqa: F401

COLUMNS = ("key", "kind", "author", "people", "thread", "subject", "text", "outcome", "rationale", "importance")
REQUESTS = ("Please book half an hour with Ben tomorrow at 14:00.", "Remind me on Friday at 9 to sign the lease.")


class Died(BaseException):
    """The process is dead."""


class Deaths:
    """Lets whoever passes the commit with this number die there, once."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def __call__(self, name: str) -> None:
        if name.startswith("commit:"):
            self.passed += 1
            if self.passed == self.at:
                raise Died(name)


@contextmanager
def desk_at(where: str | Path) -> Iterator[Desk]:
    """Give an assistant whose office outlives its processes."""
    operations = registry.operations(registry.installed()).values()
    with employee(where, library, operations) as ada:
        calendars = FailingCalendars({ADA, MARIA})
        directory = MemoryDirectory(person(name, address, zone="UTC") for name, address in PEOPLE)
        ada.place = replace(ada.place, calendars=calendars, directory=directory)
        ada.restart()
        yield Desk(ada, calendars)


def surviving(desk: Desk, act: Any) -> None:
    """Have something done, and go on in a new process after each death."""
    try:
        act()
    except Died:
        desk.ada.restart()
        surviving(desk, lambda: desk.goes_on(timedelta(minutes=5)))


def played(where: str | Path, die_at: int = 0) -> tuple[list[Any], int]:
    """Play the morning with one death, and return what is remembered of it, and how many commits it took."""
    deaths = Deaths(die_at)
    with desk_at(where) as desk:
        desk.ada.work()
        faults.tell(deaths)
        try:
            for text in REQUESTS:
                before = desk.written
                surviving(desk, lambda text=text: desk.write(text))
                if not desk.ada.rows("percept", "key", kind="mail-arrived")[before:]:
                    desk.written = before  # it died before the mail was in the inbox: the sensor sees it again
                    surviving(desk, lambda text=text: desk.write(text))
            surviving(desk, lambda: desk.goes_on(desk.at(0, 12) - desk.ada.clock.now()))
        finally:
            faults.tell(None)
        rows = [tuple(row) for row in desk.ada.store.find("episode", (), COLUMNS)]
        assert len(desk.calendars.of(MARIA)) == 1
        in_mind = working_memory(desk.ada.store, "<maria-1@office.example>", desk.ada.clock.now())
        rows.append(tuple(item.text for part in in_mind.parts for item in part.items if part.name != "thread"))
        return sorted(rows), deaths.passed


@pytest.mark.parametrize("apart", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_no_episode_is_lost_or_doubled_wherever_it_dies(tmp_path: Path, apart: int) -> None:
    (tmp_path / "whole").mkdir()
    whole, commits = played(tmp_path / "whole")
    kinds = [row[1] for row in whole]
    assert (kinds.count("mail"), kinds.count("sent"), kinds.count("event")) == (2, 3, 1)
    for number in range(1, commits + 1, apart):
        folder = tmp_path / f"trial{number}"
        folder.mkdir()
        assert played(folder, number)[0] == whole, f"after a death at commit point {number} of {commits}"


def test_the_same_in_a_database_server(empty_database: str, tmp_path: Path) -> None:  # noqa: F811
    whole, commits = played(tmp_path)
    assert played(empty_database, commits // 2)[0] == whole


def test_a_cycle_that_is_done_again_changes_nothing(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        desk.write(REQUESTS[0])
        before = desk.ada.rows("episode", "seq", "key", "text")
        for _ in range(2):
            desk.ada.restart()
            desk.ada.work()
        assert desk.ada.rows("episode", "seq", "key", "text") == before
        assert [seq for seq, *_ in before] == list(range(1, len(before) + 1)), "numbers have no gap"
        assert all(json.loads(row) for row in desk.ada.rows("episode", "people"))
