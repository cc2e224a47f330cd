"""The pickup folder: what the supervisor leaves is delivered exactly once, wherever the office dies over it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest

from empla import faults
from empla.clock import SystemClock
from empla.config import Home, Settings
from runtime.office import accounts, database, mailboxes, outgoing, pickup
from runtime.office.testing import RunningOffice
from runtime.supervisor.notices import Notice, Notices, pickup_folder

ANNA = "anna.berg@office.example"
OWNER = "owner@office.example"
LONGEST_S = 60


def notice(key: str = "ada.given-up.7.1", to: str = ANNA) -> Notice:
    return Notice(
        key=key,
        to=to,
        subject="Ada Lane does not work at the moment",
        text="It died 5 times — see the log.\n",
        at=datetime(2026, 9, 7, 8, 0, tzinfo=UTC),
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    for address in (ANNA, OWNER):
        accounts.add_account(made, address, "Somebody", "a good password")
    return made


def leave(home: Home, *notices: Notice, left: Callable[[], None] = lambda: None) -> None:
    for each in notices:
        Notices(home, "office.example", left).leave(each)


def deliver(home: Home, *, relay: bool = False) -> None:
    """Do once what the office's worker does when it is told."""
    settings = Settings(owner=OWNER, relay="relay.example:587" if relay else "")
    with closing(database.connect(home)) as db:
        queued = (lambda: None) if relay else None
        pickup.Pickup(db, SystemClock(), home, settings, lambda _filed: None, queued).deliver_all()


def received(home: Home, address: str = ANNA) -> list[Message]:
    with closing(database.connect(home)) as db:
        box = mailboxes.mailbox(db, address, "INBOX")
        assert box is not None
        return [
            message_from_bytes(mailboxes.raw(db, mail.content), policy=default) for mail in mailboxes.mails(db, box.id)
        ]


def waiting(home: Home) -> list[str]:
    return sorted(path.name for path in pickup_folder(home).glob("*"))


def test_a_notice_arrives_as_a_programs_word_that_nobody_vouches_for(home: Home):
    leave(home, notice())
    deliver(home)
    (mail,) = received(home)
    assert mail["From"] == "empla <empla@office.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Return-Path"] == "<>"
    assert mail["Authentication-Results"] == "office.example; auth=none"
    assert mail["Message-ID"] == "<ada.given-up.7.1@office.example>"
    assert "It died 5 times — see the log." in mail.get_content()
    assert waiting(home) == []


def test_left_again_under_its_key_it_is_the_same_one(home: Home):
    for _ in range(3):
        leave(home, notice())
        deliver(home)
    leave(home, notice("ada.given-up.7.1.over"))
    deliver(home)
    assert len(received(home)) == 2
    assert waiting(home) == []


def die_at(home: Home, page: Path, point: int) -> int:
    """Have a process of its own deliver, and die at a fault point (0: never); return how it ended."""
    faults.create(page, die_at=point)
    program = f"import sys; sys.path[:0] = {[str(Path.cwd())]!r}\n" + (
        "from pathlib import Path; from empla.config import Home\n"
        "from tests.runtime.office.test_pickup import deliver\n"
        f"deliver(Home(Path({str(home.root)!r})))"
    )
    ended = subprocess.run([sys.executable, "-c", program], env={**os.environ, "EMPLA_FAULTS": str(page)})
    return ended.returncode


def test_wherever_the_office_dies_over_it_it_is_delivered_once(home: Home, tmp_path: Path):
    page = tmp_path / "faults"
    leave(home, notice("k0"))
    assert die_at(home, page, 0) == 0
    points = faults.passed(page)
    assert "pickup.delivered" in points
    for number in range(1, len(points) + 1):
        leave(home, notice(f"k{number}"))
        assert die_at(home, page, number) == -signal.SIGKILL
        deliver(home)
    ids = [mail["Message-ID"] for mail in received(home)]
    assert sorted(ids) == sorted(f"<k{number}@office.example>" for number in range(len(points) + 1))
    assert waiting(home) == []


@pytest.mark.parametrize("relay", [True, False])
def test_to_another_domain_it_goes_by_the_relay_in_the_owners_name_or_not_at_all(home: Home, relay: bool):
    leave(home, notice(to="boss@elsewhere.example"))
    deliver(home, relay=relay)
    with closing(database.connect(home)) as db:
        queued = outgoing.due(db, SystemClock().now())
    assert [(b.account, b.sender, [r.address for r in b.recipients]) for b in queued] == (
        [(OWNER, OWNER, ["boss@elsewhere.example"])] if relay else []
    )
    assert waiting(home) == []


def test_what_cannot_be_read_keeps_nobody_else(home: Home, monkeypatch: pytest.MonkeyPatch):
    leave(home, notice("a"), notice("b"))
    (pickup_folder(home) / "a.eml").write_bytes(b"\xff\x00 no mail at all")
    deliver(home)
    assert [mail["Message-ID"] for mail in received(home)] == ["<b@office.example>"]


def test_a_running_office_looks_when_it_is_told_and_when_it_starts(home: Home):
    office = RunningOffice(home)
    leave(home, notice("before"))
    office.start()
    try:
        asyncio.run(arrives(home, 1))
        leave(home, notice("meanwhile"), left=lambda: office.process.send_signal(signal.SIGUSR1))
        asyncio.run(arrives(home, 2))
    finally:
        office.stop()


async def arrives(home: Home, number: int) -> None:
    async with asyncio.timeout(LONGEST_S):
        while len(received(home)) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
