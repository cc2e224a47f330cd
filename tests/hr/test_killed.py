"""Killed with -9 before and after every commit and every call, and begun again: one of each, and nothing lost.

The points are found by a run that counts them, never by a list. Where one place in the code is passed many times, an
ordinary run kills at some of its turns (`tests/crash/sampling.py`).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from empla import faults
from empla.clock import SystemClock
from empla.config import Home
from empla.errors import InputError
from empla.hr import hiring, leaving, profiles
from empla.hr.company import init
from empla.hr.grants import grant, revoke
from empla.hr.leaving import Hands
from empla.hr.people import add_person, remove_person
from empla.hr.staffing import Staffing
from empla.mind.grants import GrantKind
from empla.store.company import Status
from tests.crash.sampling import sampled

if TYPE_CHECKING:
    from tests.hr.conftest import Book, Inboxes

ADA = "ada.lovelace@office.example"
GRACE = "grace.hopper@office.example"


def run_until_killed(work: Callable[[], None], page: Path, die_at: int) -> bool:
    """Do `work` in a process of its own that dies at its `die_at`-th fault point; return whether it died there."""
    faults.create(page, die_at)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            faults.arm(page)
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or os.waitstatus_to_exitcode(status) == 0, f"the run with a kill at {die_at} failed otherwise"
    return died


def points_of(work: Callable[[], None], page: Path) -> list[str]:
    """Return the points that `work` passes if nobody disturbs it."""
    assert not run_until_killed(work, page, 0)
    return faults.passed(page)


def test_hiring(home: Home, book: Book, inboxes: Inboxes, opened: Callable[[], Staffing], tmp_path: Path) -> None:
    with opened() as staffing:
        add_person(staffing, "Grace Hopper", is_owner=True)
    names = iter(f"Ada {letter}" for letter in _letters())
    page = tmp_path / "page"

    def hire(name: str) -> None:
        with opened() as staffing:
            request = hiring.checked(staffing, "executive-assistant", name)
            hiring.hire(staffing, request, send_percept=inboxes.send)

    undisturbed = next(names)
    points = points_of(lambda: hire(undisturbed), page)
    _assert_hired_once(opened, book, inboxes, undisturbed)
    assert len(points) > 50
    for die_at in sampled(points):
        name = next(names)
        assert run_until_killed(lambda: hire(name), page, die_at)  # noqa: B023
        run_until_killed(lambda: try_again(hire, name), page, 1 + die_at % 5)  # noqa: B023  # and again while it recovers
        try_again(hire, name)
        _assert_hired_once(opened, book, inboxes, name)


def try_again(hire: Callable[[str], None], name: str) -> None:
    """Finish what a killed run began; that it was through already is no fault."""
    try:
        hire(name)
    except InputError as error:
        assert "already hired" in str(error)


def _assert_hired_once(opened: Callable[[], Staffing], book: Book, inboxes: Inboxes, name: str) -> None:
    slug = name.lower().replace(" ", ".")
    address = f"{slug}@office.example"
    with opened() as staffing:
        row = profiles.show(staffing.store, slug)
        profile = profiles.load_profile(staffing.store, staffing.cipher, slug)
    assert row["status"] == Status.ACTIVE and row["listed"]
    assert [(g["kind"], g["owner"]) for g in row["grants"]] == [("calendar", GRACE), ("invitations", GRACE)]
    first, *granted, last = inboxes.percepts(slug)
    assert (first.key, last.key) == (f"profile:{slug}", f"hired:{slug}")
    assert [(p.get("kind"), p.get("holds")) for p in granted] == [("calendar", True), ("invitations", True)]
    # However often the server was asked, it was for the one account with the one password that the employee has.
    asked = {(c["address"], c["password"]) for c in book.calls("account") if c["address"] == address}
    assert asked == {(address, profile.password.get_secret_value())}


def test_leaving(home: Home, book: Book, inboxes: Inboxes, opened: Callable[[], Staffing], tmp_path: Path) -> None:
    with opened() as staffing:
        add_person(staffing, "Grace Hopper", is_owner=True)
    page = tmp_path / "page"

    def leave(name: str) -> None:
        with opened() as staffing:
            leaving.leave(staffing, name, Hands(hand_over=None, halt=lambda _: None))

    def hired(name: str) -> str:
        with opened() as staffing:
            request = hiring.checked(staffing, "executive-assistant", name)
            hiring.hire(staffing, request, send_percept=inboxes.send)
        return name

    names = (f"Ada {letter}" for letter in _letters())
    first = hired(next(names))
    points = points_of(lambda: leave(first), page)
    assert len(points) > 25
    for die_at in sampled(points):
        name = hired(next(names))
        assert run_until_killed(lambda: leave(name), page, die_at)  # noqa: B023
        with opened() as staffing:
            if profiles.show(staffing.store, name)["status"] != Status.OFFBOARDED:
                leaving.leave(staffing, name, Hands(hand_over=None, halt=lambda _: None))
            shown = profiles.show(staffing.store, name)
        assert shown["status"] == Status.OFFBOARDED and shown["grants"] == [] and shown["accounts"][0]["closed_at"]
        slug = shown["slug"]
        assert not home.employee(slug).exists() and (home.root / "left" / slug).is_dir()


def test_granting_and_taking_back(book: Book, inboxes: Inboxes, opened: Callable[[], Staffing], tmp_path: Path) -> None:
    with opened() as staffing:
        add_person(staffing, "Grace Hopper", is_owner=True)
    page = tmp_path / "page"

    def change(work: Callable[..., object], name: str) -> None:
        with opened() as staffing:
            work(staffing, GrantKind.INBOX, GRACE, f"{name}@office.example", send_percept=inboxes.send)

    died = True
    for die_at, letter in enumerate(_letters(), 1):
        if not died:
            break
        slug = f"ada.{letter}"
        with opened() as staffing:
            request = hiring.checked(staffing, "executive-assistant", f"Ada {letter}")
            hiring.hire(staffing, request, send_percept=inboxes.send)
        died = run_until_killed(lambda: change(grant, slug), page, die_at)  # noqa: B023
        change(grant, slug)
        died |= run_until_killed(lambda: change(revoke, slug), page, die_at)  # noqa: B023
        change(revoke, slug)
        with opened() as staffing:
            assert "inbox" not in [g["kind"] for g in profiles.show(staffing.store, slug)["grants"]]
        heard = [p.get("holds") for p in inboxes.percepts(slug) if p.get("kind") == "inbox"]
        assert heard == [True, False]
        asked = [c["call"] for c in book._all() if c.get("kind") == "inbox" and c["to"].startswith(slug)]
        assert asked[-1] == "revoke"
    assert die_at > 5


def test_people_come_and_go(book: Book, opened: Callable[[], Staffing], tmp_path: Path) -> None:
    page = tmp_path / "page"

    def add(name: str) -> None:
        with opened() as staffing:
            add_person(staffing, name)

    def remove(address: str) -> None:
        with opened() as staffing:
            remove_person(staffing, address)

    for die_at, letter in enumerate(_letters(), 1):
        name, address = f"Ada {letter}", f"ada.{letter.lower()}@office.example"
        died = run_until_killed(lambda: add(name), page, die_at)  # noqa: B023
        with opened() as staffing:
            if died and not _is_there(staffing, address):
                add_person(staffing, name)
            assert _is_there(staffing, address)
            remaining = run_until_killed(lambda: remove(address), page, die_at)  # noqa: B023
            with staffing.store.reading() as company:
                person = company.person(address)
                gone = person is not None and person.left_at is not None
            if remaining and not gone:
                remove_person(staffing, address)
        assert len({c["password"] for c in book.calls("account") if c["address"] == address}) == 1
        if not died and not remaining:
            break
    assert die_at > 8


def test_setting_up(home: Home, book: Book, tmp_path: Path) -> None:
    monday = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    page = tmp_path / "page"

    def set_up(root: Path) -> None:
        init(
            Home(root),
            book,
            SystemClock(),
            company="Analytical",
            owner="Grace Hopper",
            zone="UTC",
            sample=True,
            at=monday,
        )

    points = points_of(lambda: set_up(tmp_path / "undisturbed"), page)
    assert len(points) > 40
    for die_at in sampled(points):
        root = tmp_path / f"home{die_at}"
        book.path.unlink(missing_ok=True)
        assert run_until_killed(lambda: set_up(root), page, die_at)  # noqa: B023
        set_up(root)
        assert len({(c["address"], c["password"]) for c in book.calls("account")}) == 3
        assert len({c["uid"] for c in book.calls("event")}) == 13
        with Staffing.open(Home(root), book, SystemClock()) as staffing, staffing.store.reading() as company:
            assert [(p.name, p.is_owner) for p in company.people()] == [
                ("Grace Hopper", True),
                ("Jonas Weber", False),
                ("Maya Okafor", False),
            ]


def _is_there(staffing: Staffing, address: str) -> bool:
    with staffing.store.reading() as company:
        account = company.account(address, "office")
        return account is not None and account.ready_at is not None


def _letters() -> list[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return [first + second for first in alphabet for second in alphabet]
