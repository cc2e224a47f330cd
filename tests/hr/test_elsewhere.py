"""Employees whose account is at somebody else's server: kept encrypted, never made nor closed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from empla import faults
from empla.config import Home
from empla.errors import InputError
from empla.hr import hiring, leaving, mailboxes, profiles
from empla.hr.leaving import Hands
from empla.hr.people import add_person
from empla.hr.staffing import Staffing
from empla.mind.percepts import PROFILE
from empla.store.company import Status
from empla.workplace.accounts import Account

if TYPE_CHECKING:
    from tests.hr.conftest import Book, Inboxes

CLARA, BOSS = "clara@corp.example", "boss@corp.example"


def account(**fields: Any) -> Account:
    """Return an account as the probe has completed it."""
    end = {"host": "imap.corp.example", "port": 993}
    return Account.model_validate(
        {
            "address": CLARA,
            "password": "pa55word",
            "imap": end,
            "smtp": {"host": "smtp.corp.example", "port": 465},
            "smtp_credentials": {"sign_in": "clara-out", "password": "pa55out"},
            "calendars": {CLARA: "https://dav.corp.example/clara/", BOSS: "https://dav.corp.example/boss/"},
            "beginning": {"uidvalidity": 7, "uid": 41, "at": datetime(2026, 3, 1, tzinfo=UTC)},
            "copy_to_self": True,
            **fields,
        }
    )


def hired(staffing: Staffing, inboxes: Inboxes, mailbox: Account, name: str = "Clara Diaz") -> Any:
    request = hiring.checked(staffing, "executive-assistant", name, manager=BOSS, mailbox=mailbox)
    return hiring.hire(staffing, request, send_percept=inboxes.send)


def test_nothing_is_made_at_the_office_and_everything_that_was_found_is_kept(
    staffing: Staffing, book: Book, inboxes: Inboxes
) -> None:
    before = len(book.calls("account"))
    row = hired(staffing, inboxes, account())

    assert (row.address, row.slug, row.manager) == (CLARA, "clara.diaz", BOSS)
    assert (len(book.calls("account")), book.calls("grant")) == (before, [])
    profile = profiles.load_profile(staffing.store, staffing.cipher, "clara.diaz")
    assert profile.account_kind == mailboxes.EXTERNAL
    assert mailboxes.account_of(profile) == account()


def test_no_password_lies_open(staffing: Staffing, inboxes: Inboxes, home: Home) -> None:
    hired(staffing, inboxes, account())

    for path in home.root.rglob("*"):
        assert not path.is_file() or b"pa55" not in path.read_bytes(), path
    assert "pa55" not in str(profiles.show(staffing.store, "clara.diaz"))


def test_it_knows_what_concerns_its_mails_and_what_its_account_opens(staffing: Staffing, inboxes: Inboxes) -> None:
    hired(staffing, inboxes, account(delegated={BOSS: "Shared/boss"}))

    percepts = inboxes.percepts("clara.diaz")
    (profile,) = [p for p in percepts if p.kind == PROFILE]
    assert profile.fields["copy_to_self"] is True
    granted = {g["kind"] for g in profiles.show(staffing.store, "clara.diaz")["grants"]}
    assert granted == {"calendar", "invitations"}


def test_a_manager_who_is_not_in_the_office_can_be_given_with_a_name(staffing: Staffing, inboxes: Inboxes) -> None:
    manager = f"Ada Lovelace <{BOSS}>"
    request = hiring.checked(staffing, "executive-assistant", "Clara Diaz", manager=manager, mailbox=account())

    assert (request.manager, request.manager_name) == (BOSS, "Ada Lovelace")
    assert hiring.profile_fields(request, "Corp")["disclosure"].endswith("to Ada Lovelace")


def test_what_the_account_does_not_name_is_not_granted(staffing: Staffing, inboxes: Inboxes) -> None:
    own = {CLARA: "https://dav.corp.example/clara/"}
    hired(staffing, inboxes, account(calendars=own))

    assert profiles.show(staffing.store, "clara.diaz")["grants"] == []


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [("clara@office.example", "Clara Diaz", "own domain"), (CLARA, "Nora Vance", "is the mailbox of Clara Diaz")],
)
def test_a_mailbox_has_one_owner(staffing: Staffing, inboxes: Inboxes, address: str, name: str, words: str) -> None:
    hired(staffing, inboxes, account())

    with pytest.raises(InputError, match=words):
        hired(staffing, inboxes, account(address=address), name)


def test_who_leaves_takes_the_password_along_and_the_server_is_left_alone(
    staffing: Staffing, book: Book, inboxes: Inboxes
) -> None:
    hired(staffing, inboxes, account())

    row = leaving.leave(staffing, "Clara Diaz", Hands(hand_over=None, halt=lambda _: None))

    assert row.status == Status.OFFBOARDED
    assert book.calls("close") == []
    with staffing.store.reading() as company:
        kept = company.account(CLARA, mailboxes.EXTERNAL)
        assert kept is not None and kept.password == b"" and kept.closed_at is not None
        assert company.grants(grantee=CLARA) == []


def test_a_new_password_replaces_the_old_one_and_reading_goes_on_where_it_began(
    staffing: Staffing, inboxes: Inboxes
) -> None:
    hired(staffing, inboxes, account())

    mailboxes.renew(
        staffing, "Clara", account(password="new", copy_to_self=False, beginning=None), send_percept=inboxes.send
    )

    kept = mailboxes.account_of(profiles.load_profile(staffing.store, staffing.cipher, "clara.diaz"))
    assert kept.password.get_secret_value() == "new"
    assert kept.beginning == account().beginning
    assert inboxes.percepts("clara.diaz")[-1].fields == {"copy_to_self": False}
    with pytest.raises(InputError, match="works in clara"):
        mailboxes.renew(staffing, "Clara", account(address="other@corp.example"), send_percept=inboxes.send)


def test_killed_anywhere_and_begun_again_there_is_one_account_and_one_introduction(
    home: Home, inboxes: Inboxes, opened: Callable[[], Staffing], tmp_path: Path
) -> None:
    from tests.hr.test_killed import run_until_killed, try_again

    with opened() as staffing:
        add_person(staffing, "Grace Hopper", is_owner=True)
    page = tmp_path / "page"

    def hire(number: int) -> None:
        with opened() as staffing:
            mailbox = account(address=f"clara{number}@corp.example")
            hired(staffing, inboxes, mailbox, f"Clara {'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number // 26 * 'x'}")

    assert not run_until_killed(lambda: hire(0), page, 0)
    points = faults.passed(page)
    # Every point of the new step and of the introduction, and some of the others, which `test_killed` goes through.
    chosen = [n for n, name in enumerate(points, 1) if "mailbox" in name or "introduction" in name or n % 9 == 0]
    assert len(chosen) > 8
    for die_at in chosen:
        assert run_until_killed(lambda number=die_at: hire(number), page, die_at)  # type: ignore[misc]
        try_again(lambda _, number=die_at: hire(number), "")  # type: ignore[misc]
        address = f"clara{die_at}@corp.example"
        with opened() as staffing, staffing.store.reading() as company:
            (row,) = [e for e in company.employees() if e.address == address]
            assert row.status == Status.ACTIVE
            assert len(company.accounts(address)) == 1
            slug = row.slug
        kinds = [p.kind for p in inboxes.percepts(slug)]
        assert (kinds.count(hiring.PROFILE), kinds.count(hiring.HIRED)) == (1, 1)
