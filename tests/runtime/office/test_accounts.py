"""Accounts, whether or not the office runs."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from empla.config import Home, Settings, save_settings
from empla.errors import InputError
from runtime.office import accounts, calendars, database
from runtime.office.accounts import OfficeAccount
from runtime.office.passwords import SignIn


def signs_in(home: Home, name: str, password: str) -> bool:
    with closing(database.connect(home)) as db:
        sign_in = SignIn(db, "office.example")
        return sign_in.matches(sign_in.account(name), password)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_adding_twice_is_adding_once(home):
    for _ in range(2):
        accounts.add_account(home, "Anna@office.example", "Anna", "secret")
    assert accounts.accounts(home) == [OfficeAccount("anna@office.example", "Anna")]
    with closing(sqlite3.connect(database.path(home))) as db:
        names = [name for (name,) in db.execute("SELECT name FROM mailbox ORDER BY id")]
    assert names == ["INBOX", "Sent", "Drafts", "Trash", "Junk"]
    assert (calendars.storage(home) / "collection-root/anna@office.example/calendar/.Radicale.props").exists()


def test_adding_from_many_processes_at_once(home):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: accounts.add_account(home, f"p{n % 3}@office.example", "P", "secret"), range(9)))
    assert [a.address for a in accounts.accounts(home)] == [f"p{n}@office.example" for n in range(3)]
    principal = calendars.storage(home) / "collection-root/p0@office.example"
    assert [entry.name for entry in principal.iterdir()] == ["calendar"]


def test_no_password_is_kept_in_clear(home):
    accounts.add_account(home, "anna@office.example", "Anna", "a very secret phrase")
    for file in home.root.rglob("*"):
        if file.is_file():
            assert b"a very secret phrase" not in file.read_bytes(), file


def test_passwords_change_at_once(home):
    accounts.add_account(home, "anna@office.example", "Anna", "first")
    with closing(database.connect(home)) as db:
        sign_in = SignIn(db, "office.example")
        assert sign_in.matches(sign_in.account("anna"), "first")
        accounts.add_account(home, "anna@office.example", "Anna", "second")
        assert not sign_in.matches(sign_in.account("anna"), "first")
        assert sign_in.matches(sign_in.account("anna"), "second")


def test_every_byte_of_a_long_password_counts(home):
    accounts.add_account(home, "anna@office.example", "Anna", "x" * 100 + "a")
    assert signs_in(home, "anna", "x" * 100 + "a")
    assert not signs_in(home, "anna", "x" * 100 + "b")


def test_a_closed_account_is_shut_and_can_be_opened_again(home):
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    accounts.add_account(home, "ben@office.example", "Ben", "secret")
    accounts.grant_calendar(home, "anna@office.example", "ben@office.example")
    accounts.close_account(home, "anna@office.example")
    assert not signs_in(home, "anna", "secret")
    assert accounts.grants(home) == []
    assert accounts.accounts(home)[0].closed
    with pytest.raises(InputError, match="no account"):
        accounts.close_account(home, "anna@office.example")
    accounts.add_account(home, "anna@office.example", "Anna", "third")
    assert signs_in(home, "anna@office.example", "third")


@pytest.mark.parametrize(
    "address", ["anna", "anna@elsewhere.example", "../x@office.example", "a b@office.example", "@office.example"]
)
def test_addresses_that_cannot_be_are_refused(home, address):
    with pytest.raises(InputError):
        accounts.add_account(home, address, "Anna", "secret")


def test_the_domain_is_the_settings(home):
    home.create()
    save_settings(home, Settings(domain="acme.example"))
    accounts.add_account(home, "anna@acme.example", "Anna", "secret")
    with pytest.raises(InputError, match="domain"):
        accounts.add_account(home, "anna@office.example", "Anna", "secret")


def test_grants_need_accounts_and_are_idempotent(home):
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    with pytest.raises(InputError, match="no account"):
        accounts.grant_calendar(home, "anna@office.example", "ben@office.example")
    accounts.add_account(home, "ben@office.example", "Ben", "secret")
    for _ in range(2):
        accounts.grant_calendar(home, "anna@office.example", "ben@office.example")
    assert [(g.owner, g.to) for g in accounts.grants(home)] == [("anna@office.example", "ben@office.example")]
    for _ in range(2):
        accounts.revoke_calendar(home, "anna@office.example", "ben@office.example")
    assert accounts.grants(home) == []
