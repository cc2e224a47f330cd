"""A company is backed up while it works, is lost, and is restored: nothing is lost, nothing is done twice."""

from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from runtime.backup.archive import back_up
from runtime.backup.restoring import restore
from runtime.client import Client
from tests.scenarios.conftest import Morning, times
from tests.scenarios.taking_over import at_work

COPIES = 4
REQUESTS = 12


def quietly(_done: int, _whole: int) -> None:
    """Show nothing."""


def answers(client: Client, requests: list[str]) -> list[int]:
    """Return how many answers each of these requests has."""
    inbox = client.inbox()
    return [sum(letter.answers(request) for letter in inbox) for request in requests]


@pytest.mark.timeout(240)
def test_whenever_a_backup_is_made_each_request_is_answered_and_booked_once(morning: Morning, tmp_path: Path) -> None:
    archives = [tmp_path / f"{number}.tar.gz" for number in range(COPIES)]
    asked = []
    for number in range(REQUESTS):
        text = f"Please book half an hour with Ben on Thursday at {9 + number // 2}:{30 * (number % 2):02}."
        asked.append(morning.manager.send(morning.assistant, f"Request {number}", text))
        if number % 3 == 2:  # in the middle of the work on the last ones
            archive = archives[number // 3]
            made = back_up(morning.home, archive, SystemClock(morning.home.clock), with_key=True, progress=quietly)
            assert made.manifest.employees == [morning.slug]
    morning.settled()
    now = SystemClock(morning.home.clock).now()
    for number, archive in enumerate(archives):
        home = Home(tmp_path / f"restored-{number}")
        restore(archive, home, SystemClock(), replace=False, progress=quietly)
        with at_work(home, now, morning.assistant) as again:
            sent = asked[: 3 * number + 3]
            again.until(lambda sent=sent, anna=again.manager: all(answers(anna, sent)))
            again.settled()
            assert answers(again.manager, sent) == [1] * len(sent), archive
            starts = [times(event)[0] for event in again.meetings()]
            assert len(starts) == len(set(starts)) == len(sent), archive


def test_a_home_is_restored_over_another_which_is_put_aside(morning: Morning, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    before = morning.manager.newest()
    back_up(morning.home, archive, SystemClock(morning.home.clock), with_key=False, progress=quietly)
    home = Home(tmp_path / "other")
    restore(archive, home, SystemClock(), replace=False, progress=quietly)
    assert not home.key.exists()
    home.key.write_bytes(morning.home.key.read_bytes())
    home.key.chmod(0o600)
    (home.root / "mark").write_text("of before")
    done = restore(archive, home, SystemClock(), replace=True, progress=quietly)
    assert done.aside is not None
    assert (done.aside / "mark").read_text() == "of before"
    assert done.key, "the key of the home that was there is the key of its backup"
    with at_work(home, SystemClock(home.clock).now(), morning.assistant) as again:
        answer = again.ask("What can you do?")
        assert answer.uid > before + 1000, "what a client has seen since is never taken for a new mail"
        assert len(again.meetings()) == 1
