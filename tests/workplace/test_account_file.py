"""An account file says where the servers are and where the password is; what is wrong in it is said in words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from empla.errors import InputError
from empla.workplace.account_file import EXAMPLE, AccountFile, read
from empla.workplace.accounts import Account, Tls

MINIMAL = """
address = "Clara@Corp.example"
{top}
[imap]
host = "imap.corp.example"
{imap}
[smtp]
host = "smtp.corp.example"
{smtp}
{rest}
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an account file, by default a minimal one."""

    def made(top: str = "", imap: str = "", smtp: str = "", rest: str = "", mode: int = 0o600) -> Path:
        path = tmp_path / "clara.toml"
        path.write_text(MINIMAL.format(top=top, imap=imap, smtp=smtp, rest=rest))
        path.chmod(mode)
        return path

    return made


def asked(name: str) -> SecretStr:
    """A person who is asked for the password of a name."""
    return SecretStr(f"asked for {name}")


def account(path: Path) -> Account:
    return read(path).account(asked)


def test_the_example_is_an_account_file_and_shows_every_option() -> None:
    assert AccountFile.model_validate(tomllib.loads(EXAMPLE)).address == "clara@corp.example"
    for name in ("sign_in", "password_file", "password_env", "sent_folder", "authserv_id", "ca_file", "port", "tls"):
        assert f"{name} = " in EXAMPLE
    for part in ("[imap]", "[smtp]", "[caldav]", "[calendars]", "[delegated]"):
        assert part in EXAMPLE


def test_a_minimal_file_is_encrypted_and_asks_for_the_password(write: Write) -> None:
    found = account(write())

    assert (found.address, found.sign_in) == ("clara@corp.example", "clara@corp.example")
    assert (found.imap.port, found.imap.tls) == (993, Tls.IMPLICIT)
    assert (found.smtp.port, found.smtp.tls) == (465, Tls.IMPLICIT)
    assert found.password.get_secret_value() == "asked for clara@corp.example"


@pytest.mark.parametrize(
    ("given", "port", "tls"),
    [
        ("port = 993", 993, Tls.IMPLICIT),
        ("port = 143", 143, Tls.STARTTLS),
        ('tls = "starttls"', 143, Tls.STARTTLS),
        ('tls = "none"', 143, Tls.NONE),
        ("port = 10993", 10993, Tls.IMPLICIT),
        ('port = 993\ntls = "starttls"', 993, Tls.STARTTLS),
    ],
)
def test_port_and_encryption_follow_from_each_other(write: Write, given: str, port: int, tls: Tls) -> None:
    found = account(write(imap=given))
    assert (found.imap.port, found.imap.tls) == (port, tls)


def test_this_machine_may_be_reached_in_the_open(write: Write) -> None:
    path = write()
    path.write_text(
        path.read_text().replace("imap.corp.example", "127.0.0.1").replace("smtp.corp.example", "localhost")
    )
    found = account(path)
    assert (found.imap.tls, found.imap.port, found.smtp.tls, found.smtp.port) == (Tls.NONE, 143, Tls.NONE, 25)


def test_the_password_is_in_a_file_beside_it_that_nobody_else_may_read(write: Write, tmp_path: Path) -> None:
    secret = tmp_path / "clara.password"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    path = write('password_file = "clara.password"')
    assert account(path).password.get_secret_value() == "s3cret"

    secret.chmod(0o644)
    with pytest.raises(InputError, match="others may read") as caught:
        account(path)
    assert "chmod 600" in caught.value.next_step


def test_the_password_is_in_the_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('password_env = "CLARA_PASSWORD"')
    monkeypatch.delenv("CLARA_PASSWORD", raising=False)
    with pytest.raises(InputError, match="CLARA_PASSWORD"):
        account(path)
    monkeypatch.setenv("CLARA_PASSWORD", "s3cret")
    assert account(path).password.get_secret_value() == "s3cret"


def test_a_password_in_the_file_itself_is_taken_only_if_nobody_else_may_read_it(write: Write) -> None:
    kept = read(write('password = "s3cret"'))
    assert kept.holds_password and kept.account(asked).password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(kept)

    for part in ({"top": 'password = "s3cret"'}, {"smtp": 'password = "s3cret"'}):
        with pytest.raises(InputError, match="others may read") as caught:
            read(write(**part, mode=0o640))
        assert "s3cret" not in str(caught.value)


def test_other_names_for_sending_and_for_calendars(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAV", "dav-secret")
    path = write(
        'sign_in = "clara"',
        smtp='sign_in = "clara-out"',
        rest='[caldav]\nurl = "https://dav.corp.example/"\npassword_env = "DAV"',
    )
    found = account(path)

    assert (found.at_smtp.sign_in, found.at_smtp.password) == ("clara-out", SecretStr("asked for clara"))
    assert (found.at_caldav.sign_in, found.at_caldav.password) == ("clara", SecretStr("dav-secret"))
    assert read(path).server == "https://dav.corp.example/"
    assert read(path).without_passwords().password.get_secret_value() == ""


def test_calendars_and_folders_are_named_by_their_owners(write: Write) -> None:
    rest = """[calendars]
"Ada@corp.example" = "https://dav.corp.example/ada/"
"clara@corp.example" = "https://dav.corp.example/clara/"
[delegated]
"ada@corp.example" = "Geteilt/Ada"
"""
    found = account(write(rest=rest))
    assert found.calendar_url("ada@corp.example") == "https://dav.corp.example/ada/"
    assert found.delegated_folder("ada@corp.example") == "Geteilt/Ada"
    assert read(write(rest=rest)).server == ""


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"top": 'sigh_in = "clara"'}, "sigh_in, which is unknown"),
        ({"imap": 'tls = "maybe"'}, "imap.tls"),
        ({"imap": "port = 70000"}, "imap.port"),
        ({"rest": '[caldav]\nurl = "dav.corp.example"'}, "not the address of a calendar server"),
        ({"rest": '[caldav]\nurl = "http://dav.corp.example/"'}, "unencrypted"),
        ({"rest": '[calendars]\n"a@corp.example" = "http://dav.corp.example/"'}, "unencrypted"),
        ({"rest": '[calendars]\n"Ada" = "https://dav.corp.example/"'}, "not an e-mail address"),
        ({"top": 'password_env = "A"\npassword_file = "b"'}, "give one of password"),
        ({"top": "x = ["}, "is not TOML"),
        ({"top": "ca_file = 3"}, "ca_file"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(write: Write, parts: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(write(**parts))
    assert words in caught.value.sentence
    assert caught.value.next_step


def test_an_unencrypted_calendar_must_be_asked_for_by_name(write: Write) -> None:
    path = write(rest='[caldav]\nurl = "http://dav.corp.example/"\ntls = "none"')
    assert read(path).server == "http://dav.corp.example/"


def test_a_file_that_is_not_there_or_says_nothing_is_told(write: Write, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none.toml")
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    with pytest.raises(InputError, match="does not say address"):
        read(empty)
