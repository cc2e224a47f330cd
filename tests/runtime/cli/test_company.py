"""Setting up, adding people, hiring and letting go, while nothing runs."""

import json
import os
import pty
import re
import select
import subprocess

from empla import faults
from empla.config import Home, load_settings
from runtime.office import accounts

from .conftest import PROGRAM, Cli


def test_init_makes_an_account_and_chooses_ports_that_mail_clients_can_keep(cli: Cli):
    made = cli.data("init", "--name", "Ada Lovelace", "--company", "Acme Ltd", "--zone", "Europe/Berlin", "--sample")
    assert (made["company"], made["zone"], made["hours"]) == ("Acme Ltd", "Europe/Berlin", "09:00-17:00")
    assert made["owner"]["address"] == "ada.lovelace@office.example"
    assert re.fullmatch(r"(\w{5}-){3}\w{5}", made["owner"]["password"])
    assert [c["name"] for c in made["colleagues"]] == ["Maya Okafor", "Jonas Weber"]
    first = load_settings(Home(cli.home)).ports
    assert first >= 10143
    assert made["imap"] == {"host": "127.0.0.1", "port": first}
    assert made["smtp"] == {"host": "127.0.0.1", "port": first + 1}
    assert made["caldav"] == f"http://127.0.0.1:{first + 2}/"


def test_init_again_changes_nothing_and_shows_the_same(company: Cli):
    first = company.data("init")
    again = company.ok("init")
    assert first["owner"]["made"] is False
    assert first["owner"]["password"] in again
    assert f"port {first['imap']['port']}" in again
    assert company.data("init") == first
    assert company("init", "--name", "Somebody Else").code == 2


def test_init_asks_what_is_not_given_and_asks_again_what_cannot_be(cli: Cli):
    here, there = pty.openpty()
    program = subprocess.Popen(
        [*PROGRAM, "--home", str(cli.home), "init"],
        stdin=there, stdout=there, stderr=there, start_new_session=True, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    os.close(there)
    shown = ""
    for question, answer in (
        ("Company", "Acme"),
        ("Your name", "Ada Lovelace"),
        ("Time zone", "Berlin"),
        ("Time zone", "Europe/Berlin"),
        ("Working hours", ""),
        ("two colleagues", "n"),
    ):
        asked = _until(here, question)
        os.write(here, answer.encode() + b"\n")
        shown += asked
    shown += _until(here, "empla up")
    assert program.wait(60) == 0
    assert "'Berlin' is not a time zone; did you mean Europe/Berlin?" in shown
    assert "ada.lovelace@office.example" in shown
    settings = load_settings(Home(cli.home))
    assert (settings.company, settings.zone, settings.hours) == ("Acme", "Europe/Berlin", "09:00-17:00")


def _until(terminal: int, words: str) -> str:
    """Return what the terminal shows up to some words and the prompt after them."""
    shown = ""
    while words not in shown or (not shown.rstrip().endswith(":") and words != "empla up"):
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


def test_init_without_a_name_and_without_a_terminal_asks_for_the_name(cli: Cli):
    said = cli("init", "--company", "Acme")
    assert said.code == 2
    assert "whose home is this?" in said.err


def test_a_person_is_added_with_a_password_that_is_shown_once(company: Cli):
    added = company.data("people", "add", "Zoë O'Brien", "--zone", "Asia/Tokyo", "--hours", "10:00-18:00")
    assert added.keys() == {"address", "password", "imap", "smtp", "caldav"}
    assert added["address"] == "zoe.obrien@office.example"
    people = company.data("people")
    assert [p["address"] for p in people] == ["ada.lovelace@office.example", "zoe.obrien@office.example"]
    assert people[1]["zone"] == "Asia/Tokyo"
    shown = company.ok("people")
    assert "Ada Lovelace (owner)" in shown
    assert added["password"] not in shown + json.dumps(people)
    again = company("people", "add", "Zoë O'Brien")
    assert (again.code, again.out) == (2, "")
    assert "is taken by Zoë O'Brien" in again.err
    assert company.ok("people", "remove", "zoe.obrien@office.example") == "zoe.obrien@office.example is closed.\n"
    assert len(company.data("people")) == 1


def test_hiring_while_nothing_runs(company: Cli):
    plan = company.data("hire", "executive-assistant", "--name", "Clara Diaz", "--plan")
    assert {step["state"] for step in plan["steps"]} == {"to do"}
    assert company.data("list") == []
    assert "Nobody works here now" in company.ok("list")
    assert company.data("hire", "executive assistant", "--name", "Clara Diaz") == {
        "name": "Clara Diaz",
        "address": "clara.diaz@office.example",
    }
    (listed,) = company.data("list")
    assert (listed["manager"], listed["state"]) == ("ada.lovelace@office.example", "not running")
    assert "Clara Diaz   clara.diaz@office.example   executive assistant" in company.ok("list")
    shown = company.data("show", "clara")
    assert shown["phase"] == "assisted"
    assert [(g["kind"], g["owner"]) for g in shown["grants"]] == [
        ("calendar", "ada.lovelace@office.example"),
        ("invitations", "ada.lovelace@office.example"),
    ]
    assert shown["intentions"] == []
    text = company.ok("show", "Clara Diaz")
    assert "calendar, invitations of ada.lovelace@office.example" in text
    assert "password" not in text
    again = company("hire", "executive-assistant", "--name", "Clara Diaz")
    assert again.code == 2
    assert "Clara Diaz is already hired" in again.err


def test_a_hiring_that_was_killed_goes_on_by_the_same_command_and_makes_no_second_mailbox(company: Cli):
    page = company.home / "faults"
    words = ("hire", "executive-assistant", "--name", "Clara Diaz")
    faults.create(page, die_at=14)
    assert company.start(*words, EMPLA_FAULTS=str(page)).code == -9
    assert company.data("list")[0]["state"] == "half hired"
    half = company("doctor")
    assert half.code == 1
    assert 'finish it: empla hire executive-assistant --name "Clara Diaz"' in half.out
    other = company("hire", "executive-assistant", "--name", "Clara Diaz", "--manager", "boss@elsewhere.example")
    assert (other.code, "has begun" in other.err) == (2, True)
    plan = company.data(*words, "--plan")["steps"]
    assert {step["state"] for step in plan} == {"done", "to do"}
    shown = company.ok(*words)
    assert shown.count("(done before)") == sum(step["state"] == "done" for step in plan)
    assert shown.count("✓") == len(plan)
    assert [a.address for a in accounts.accounts(Home(company.home))].count("clara.diaz@office.example") == 1
    assert company("doctor").code == 0


def test_pausing_lasts_and_leaving_keeps_the_folder(company: Cli):
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    assert company.ok("pause", "clara") == "Clara Diaz rests.\n"
    assert company.data("list")[0]["state"] == "paused"
    company.ok("resume", "clara")
    assert company.data("list")[0]["state"] == "not running"
    assert company("restart", "clara").code == 3
    refused = company("offboard", "clara")
    assert refused.code == 3 and "--without-hand-over" in refused.err
    left = company.ok("offboard", "clara", "--without-hand-over")
    assert left.count("✓") == 6
    assert (company.home / "left" / "clara.diaz" / "mind.db").exists()
    assert company.data("list") == []
    assert company.data("list", "--all")[0]["state"] == "left"
    assert company.data("show", "Clara Diaz")["status"] == "offboarded"
    assert company("pause", "Clara Diaz").code == 2
    assert company("offboard", "Clara Diaz").code == 2
    assert (
        "mail to clara.diaz@office.example must not reach another"
        in company("hire", "executive-assistant", "--name", "Clara Diaz").err
    )


def test_an_inbox_is_granted_by_word_only_and_taken_back(company: Cli):
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    granted = "clara.diaz@office.example may see all mails that come to ada.lovelace@office.example.\n"
    assert company.ok("grant", "clara", "inbox") == granted
    assert company.ok("grant", "clara", "inbox") == granted
    text = company.ok("show", "Clara Diaz")
    assert "calendar, invitations, inbox of ada.lovelace@office.example" in text
    assert company.data("revoke", "clara", "inbox") == {
        "kind": "inbox",
        "owner": "ada.lovelace@office.example",
        "to": "clara.diaz@office.example",
        "was_granted": True,
    }
    not_any_more = "had no right to see all mails that come to ada.lovelace@office.example"
    assert not_any_more in company.ok("revoke", "clara", "inbox")
    unknown = company("grant", "clara", "diary")
    assert (unknown.code, "name one of calendar, invitations, inbox" in unknown.err) == (2, True)
    assert "say whose it is with --of PERSON" in company("grant", "ada", "calendar").err


def test_calendars_are_granted_and_taken_back(company: Cli):
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    company.ok("people", "add", "Maya Okafor")
    granted = company.data("grant", "clara", "calendar", "--of", "maya")
    assert granted == {
        "kind": "calendar",
        "owner": "maya.okafor@office.example",
        "to": "clara.diaz@office.example",
    }
    calendars = [g["owner"] for g in company.data("show", "clara")["grants"] if g["kind"] == "calendar"]
    assert calendars == ["ada.lovelace@office.example", "maya.okafor@office.example"]
    revoked = "clara.diaz@office.example may no longer use the calendar of ada.lovelace@office.example.\n"
    assert company.ok("revoke", "clara", "calendar") == revoked
    assert company.data("revoke", "clara", "calendar")["was_granted"] is False
    assert company("grant", "clara", "calendar", "--of", "nobody").code == 2


def test_without_a_terminal_there_is_no_colour_and_no_padding(company: Cli):
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    for words in (["list"], ["people"], ["doctor"], ["show", "clara"]):
        shown = company(*words).out
        assert "\x1b" not in shown
        assert all(line == line.rstrip() for line in shown.splitlines())
