"""Passwords are encrypted where they lie, and show as asterisks wherever they pass."""

from __future__ import annotations

import io
import stat
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from rich.console import Console
from rich.traceback import Traceback

from empla.errors import EmplaError, ExternalError, PermissionDenied, ResourceError
from empla.hr import hiring, profiles
from empla.hr.people import add_person
from empla.hr.staffing import Staffing
from empla.store.secrets import Cipher, new_password

if TYPE_CHECKING:
    from tests.hr.conftest import Book, Inboxes


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    token = Cipher(key).encrypt(SecretStr("one"))
    made = key.read_bytes()
    Cipher(key).encrypt(SecretStr("two"))

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes() == made
    assert Cipher(key).decrypt(token).get_secret_value() == "one"
    assert list(tmp_path.iterdir()) == [key]


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda key: key.unlink(), ResourceError, "is missing"),
        (lambda key: key.write_bytes(b"short"), ResourceError, "holds no key"),
        (lambda key: key.write_bytes(b"A" * 43 + b"="), ResourceError, "does not open"),
        (lambda key: key.chmod(0o644), PermissionDenied, "others may read"),
    ],
)
def test_a_key_that_is_wrong_says_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None], error: type[EmplaError], said: str
) -> None:
    key = tmp_path / "secret.key"
    token = Cipher(key).encrypt(SecretStr("one"))
    spoil(key)
    with pytest.raises(error, match=said) as caught:
        Cipher(key).decrypt(token)
    assert caught.value.next_step
    assert key.exists() == (said != "is missing"), "a new key must never take the place of a lost one"


def test_a_lost_key_is_not_replaced_by_the_next_account(staffing: Staffing, book: Book) -> None:
    staffing.home.key.rename(staffing.home.key.with_suffix(".lost"))
    with pytest.raises(ResourceError, match="is missing"):
        add_person(staffing, "Alan Turing")
    assert not staffing.home.key.exists()
    staffing.home.key.with_suffix(".lost").rename(staffing.home.key)
    assert add_person(staffing, "Alan Turing").address == "alan.turing@office.example"


def test_passwords_are_strong_and_can_be_typed() -> None:
    made = {new_password().get_secret_value() for _ in range(200)}
    assert len(made) == 200
    assert all(len(p) == 23 and not set(p) & set("il1o0") and p[0] != "-" for p in made)


def test_nothing_of_a_secret_lies_open_in_the_home(staffing: Staffing, inboxes: Inboxes) -> None:
    added = add_person(staffing, "Alan Turing")
    request = hiring.checked(staffing, "executive-assistant", "Ada Lovelace")
    hiring.hire(staffing, request, send_percept=inboxes.send)
    profile = profiles.load_profile(staffing.store, staffing.cipher, "ada.lovelace")
    secrets = [s.get_secret_value().encode() for s in (added.password, profile.password, profile.secret)]

    files = [f for f in staffing.home.root.rglob("*") if f.is_file()]
    assert staffing.home.company_db in files
    for file in files:
        content = file.read_bytes()
        assert not any(secret in content for secret in secrets), file


def test_secrets_show_neither_in_logs_nor_in_tracebacks(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    request = hiring.checked(staffing, "executive-assistant", "Ada Lovelace")
    book.fails_at = "account"
    with pytest.raises(ExternalError) as caught:
        hiring.hire(staffing, request, send_percept=inboxes.send)
    book.fails_at = ""
    row = hiring.hire(staffing, request, send_percept=inboxes.send)
    profile = profiles.load_profile(staffing.store, staffing.cipher, "ada.lovelace")
    with staffing.store.reading() as company:
        account = company.accounts(row.address)[0]

    shown = io.StringIO()
    locals_and_all = Traceback.from_exception(caught.type, caught.value, caught.tb, show_locals=True)
    Console(file=shown, width=500).print(locals_and_all)
    text = shown.getvalue() + "".join(traceback.format_exception(caught.value))
    text += f"{profile} {profile!r} {row!r} {account!r} {profiles.show(staffing.store, 'ada.lovelace')}"

    assert "SecretStr('**********')" in text, "the password was in hand when it failed"
    assert profile.password.get_secret_value() not in text
    assert profile.secret.get_secret_value() not in text
    assert account.password.decode() not in text
