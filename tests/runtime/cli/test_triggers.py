"""`empla triggers`: what makes an employee's work due, what was missed and why, and a person's word on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.mind import common_kinds
from empla.mind.plans import PlanLibrary
from empla.mind.triggers import STANDING
from empla.testing.employee import PROFILE, Employee, employee

from .conftest import Cli

CLARA = "clara.diaz"


@dataclass
class Desk:
    """The program on a home in which nothing else runs, and Clara."""

    cli: Cli
    clara: Employee


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    library = PlanLibrary()
    library.include(common_kinds.library)
    library.trigger(*STANDING)
    cli = Cli(tmp_path / "home")
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "UTC")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    home = Home(cli.home)
    path, now = home.employee(CLARA) / "mind.db", SystemClock(home.clock).now()
    with employee(path, library, (), at=now, slug=CLARA, profile={**PROFILE, "zone": "UTC"}) as clara:
        clara.work()
        yield Desk(cli, clara)


def test_what_waits_is_shown_and_what_was_missed_with_the_reason(desk: Desk) -> None:
    found = {one["trigger"]: one for one in desk.cli.data("triggers", "clara")["triggers"]}
    assert found.keys() >= {trigger.name for trigger in STANDING}
    assert found["weekly-planning"]["rule"] == "cron 0 9 * * mon"
    assert (found["weekly-planning"]["zone"], found["weekly-planning"]["last_fired"]) == ("UTC", None)
    assert found["daily-priorities"]["when_missed"] == "made up for once within 12 hours"
    desk.clara.store.close()
    desk.clara.clock.advance(timedelta(days=10))
    desk.clara.restart()
    desk.clara.work()
    found = {one["trigger"]: one for one in desk.cli.data("triggers", "clara")["triggers"]}
    (missed,) = found["weekly-reflection"]["missed"]
    assert missed["why"] == "it could not be done within 1 day of its time" or missed["state"] == "coalesced"
    (many,) = found["daily-priorities"]["missed"]
    assert many["count"] in (9, 10)
    shown = desk.cli.ok("triggers", "clara")
    assert "weekly-reflection" in shown and missed["why"] in shown


def test_one_is_paused_and_resumed(desk: Desk) -> None:
    assert desk.cli.ok("triggers", "clara", "--pause", "weekly-planning") == "Clara Diaz: weekly-planning rests.\n"
    desk.clara.work()
    (line,) = [one for one in desk.cli.ok("triggers", "clara").splitlines() if one.startswith("weekly-planning")]
    assert "paused" in line
    desk.cli.ok("triggers", "clara", "--resume", "weekly-planning")
    desk.clara.work()
    found = {one["trigger"]: one for one in desk.cli.data("triggers", "clara")["triggers"]}
    assert not found["weekly-planning"]["paused"] and found["weekly-planning"]["next"]


def test_a_trigger_that_it_does_not_have_is_refused(desk: Desk) -> None:
    failed = desk.cli("triggers", "clara", "--pause", "weekly-planing")
    assert failed.code == 2
    assert "did you mean weekly-planning?" in failed.err
