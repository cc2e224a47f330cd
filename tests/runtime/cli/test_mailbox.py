"""`empla mailbox` and `empla hire --mailbox`: an office plays somebody else's server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.config import Home
from empla.workplace import probe_mail
from runtime.office import accounts
from runtime.office.testing import RunningOffice, running_office

from .conftest import Cli

HIRE = ("hire", "executive-assistant", "--name", "Clara Diaz")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """A server that knows nothing of us, with the mailboxes of Clara and of Anna, her manager."""
    home = Home(tmp_path_factory.mktemp("foreign"))
    home.create()
    (home.root / "empla.toml").write_text('domain = "corp.example"\n')
    with running_office(home) as office:
        office.add("Clara", "clara's secret")
        office.add("Anna", "anna's secret")
        accounts.grant_calendar(home, "anna@corp.example", "clara@corp.example")
        yield office


@pytest.fixture
def file(foreign: RunningOffice, tmp_path: Path) -> Path:
    """Clara's account file, with the password in a file beside it."""
    accounts.add_account(foreign.home, "clara@corp.example", "Clara", "clara's secret")
    (tmp_path / "secret").write_text("clara's secret")
    (tmp_path / "secret").chmod(0o600)
    path = tmp_path / "clara.toml"
    path.write_text(f"""
address = "clara@corp.example"
password_file = "secret"
[imap]
host = "{foreign.host}"
port = {foreign.ports["imap"]}
[smtp]
host = "{foreign.host}"
port = {foreign.ports["smtp"]}
[calendars]
"clara@corp.example" = "{foreign.calendar_url("clara@corp.example")}"
"anna@corp.example" = "{foreign.calendar_url("anna@corp.example")}"
""")
    return path


def spoiled(file: Path) -> Path:
    """Return the file with a wrong password."""
    (file.parent / "secret").write_text("wrong")
    return file


def test_the_example_can_be_written_to_a_file_and_filled_in(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "account.toml"
    path.write_text(cli.ok("mailbox", "example"))
    planned = cli(*HIRE, "--manager", "ada@corp.example", "--mailbox", str(path), "--plan")

    assert planned.code == 0, planned.err
    assert "try clara@corp.example: sign-in, filing, a mail to itself, a calendar write" in planned.out
    assert "keep the account clara@corp.example at imap.corp.example:993" in planned.out


def test_an_account_is_tried_and_each_finding_told(cli: Cli, file: Path) -> None:
    said = cli("mailbox", "test", str(file), "--manager", "anna@corp.example")
    found = cli.data("mailbox", "test", str(file), "--manager", "anna@corp.example")

    assert said.code == 0, said.err
    assert "✓ calendar: The calendar of clara@corp.example can be written to" in said.out
    assert found["usable"] is True
    assert {f["check"]: f["verdict"] for f in found["findings"]}["manager's calendar"] == "good"
    assert "secret" not in said.out + said.err


def test_an_account_that_is_of_no_use_ends_with_one_and_says_what_to_do(cli: Cli, file: Path) -> None:
    said = cli("mailbox", "test", str(spoiled(file)))

    assert said.code == 1
    assert "✗ sign-in:" in said.out and "→ check the account's sign-in name and password" in said.out


def test_if_it_is_of_no_use_nothing_at_all_is_made(company: Cli, file: Path) -> None:
    before = sorted(p.name for p in (company.home / "employees").iterdir())
    said = company(*HIRE, "--manager", "anna@corp.example", "--mailbox", str(spoiled(file)))

    assert said.code == 1
    assert "nothing was made" in said.err and "password" in said.err
    assert sorted(p.name for p in (company.home / "employees").iterdir()) == before
    assert company.data("list") == []
    as_json = company(*HIRE, "--manager", "anna@corp.example", "--mailbox", str(file), "--json")
    assert json.loads(as_json.out)["usable"] is False


def test_hired_shown_examined_given_a_new_password_and_let_go(company: Cli, file: Path, foreign: RunningOffice) -> None:
    said = company.ok(*HIRE, "--manager", "anna@corp.example", "--mailbox", str(file))
    assert "✓ keep the account clara@corp.example" in said and "clara's secret" not in said
    assert "Clara Diaz <clara@corp.example> works for anna@corp.example." in said
    assert company(*HIRE, "--manager", "anna@corp.example", "--mailbox", str(file)).code == 2, "she is hired already"

    shown = company.ok("show", "Clara")
    assert f"{foreign.host}:{foreign.ports['imap']}" in shown and "authoritative" in shown
    assert "calendar of anna@corp.example" in shown

    def mailbox() -> dict[str, object]:
        checks = company("doctor", "--json").json["checks"]
        return next(check for check in checks if check["name"] == "mailbox of Clara Diaz")

    assert mailbox()["ok"]
    accounts.add_account(foreign.home, "clara@corp.example", "Clara", "another secret")
    found = mailbox()
    assert not found["ok"] and "empla mailbox set" in str(found["mend"])

    assert company("mailbox", "set", "Clara", str(file)).code == 1, "the old password is of no use"
    (file.parent / "secret").write_text("another secret")
    assert "works in clara@corp.example" in company.ok("mailbox", "set", "Clara", str(file))
    assert mailbox()["ok"]

    company.ok("offboard", "Clara", "--without-hand-over")
    assert [a.address for a in accounts.accounts(foreign.home) if a.closed] == []
    assert not [c for c in company("doctor", "--json").json["checks"] if c["name"] == "mailbox of Clara Diaz"]


def test_a_password_that_stands_in_the_file_is_taken_with_a_word(cli: Cli, file: Path) -> None:
    file.write_text(file.read_text().replace('password_file = "secret"', 'password = "clara\'s secret"'))
    file.chmod(0o600)
    assert "is not needed there" in cli.ok("mailbox", "test", str(file))

    file.chmod(0o644)
    said = cli("mailbox", "test", str(file))
    assert (said.code, "chmod 600" in said.err) == (2, True)


def test_nobody_is_asked_where_nobody_sits(cli: Cli, file: Path) -> None:
    file.write_text(file.read_text().replace('password_file = "secret"\n', ""))
    said = cli("mailbox", "test", str(file))
    assert (said.code, "password_env" in said.err) == (2, True)


def test_the_past_is_read_only_if_that_is_said(company: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_mail, "MAILS", 1)
    assert company(*HIRE, "--from-beginning").code == 2
    company.ok(*HIRE, "--manager", "anna@corp.example", "--mailbox", str(file), "--from-beginning")
    (kept,) = company.data("show", "Clara")["accounts"]
    assert "beginning" not in kept["settings"]


def test_its_log_is_found_by_its_name_whatever_its_address(company: Cli, file: Path):
    company.ok(*HIRE, "--mailbox", str(file))
    (company.home / "logs").mkdir(exist_ok=True)
    (company.home / "logs" / "clara.diaz.jsonl").write_text('{"event": "begins"}\n')
    for name in ("Clara Diaz", "clara@corp.example"):
        assert "begins" in company.ok("logs", name)
