"""The program as a whole: help, speed, how it ends, and how it says what went wrong."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from empla import __version__
from runtime.cli.main import main
from runtime.logs import Lines
from tests.ports import own_ports

from .conftest import PROGRAM, Cli

PANELS = {
    "People": ["init", "people", "hire", "mailbox", "offboard", "list", "show"],
    "Day": ["mail", "inbox", "agenda", "assign", "unassign", "tasks", "task", "ask", "teach", "memory"],
    "Oversight": [
        *("history", "why", "beliefs", "goals", "steer", "triggers", "replay"),
        *("settle", "triage", "rules", "persona", "quarantine", "grant", "revoke"),
    ],
    "Running": [
        *("up", "down", "status", "restart", "pause", "resume", "logs", "bus", "health"),
        *("backup", "restore", "upgrade", "demo", "simulate", "doctor"),
    ],
}


def test_help_shows_every_command_in_its_panel_and_the_exit_codes(cli: Cli):
    shown = cli.start("--help").out
    panels = dict(re.findall(r"╭─ (\w+) ─+╮\n(.*?)╰", shown, re.DOTALL))
    for title, commands in PANELS.items():
        assert [line.split()[1] for line in panels[title].splitlines()] == commands
    for code in ("0 done", "1 what was asked for failed", "2 wrong usage", "3 empla is not", "4 refused by policy"):
        assert code in shown


def test_a_group_alone_shows_its_help_and_the_version_is_told(cli: Cli):
    for words in ([], ["bus"]):
        said = subprocess.run([*PROGRAM, *words], capture_output=True, text=True)
        assert (said.returncode, said.stderr) == (2, "")
        assert "Usage: empla" in said.stdout
    assert cli("--version").out == f"empla {__version__}\n"


@pytest.mark.parametrize("command", [name for names in PANELS.values() for name in names])
def test_every_command_explains_itself(cli: Cli, command: str):
    assert cli(command, "--help").code == 0


def test_help_is_there_at_once_because_heavy_things_are_imported_by_the_commands_that_need_them():
    heavy = "{'sqlalchemy', 'pydantic', 'icalendar', 'cryptography', 'structlog', 'asyncio'} & set(sys.modules)"
    looked = subprocess.run(
        [sys.executable, "-c", f"import sys, runtime.cli.main; print({heavy})"], capture_output=True, text=True
    )
    assert looked.stdout.strip() == "set()", looked


def test_the_home_may_be_named_before_the_command_after_it_or_in_the_environment(company: Cli, monkeypatch):
    home = str(company.home)
    monkeypatch.setenv("EMPLA_HOME", "/nowhere")
    for words in (["--home", home, "list"], ["list", "--home", home], ["list", f"--home={home}"]):
        assert main(words) == 0
    assert subprocess.run([*PROGRAM, "list"], env={**os.environ, "EMPLA_HOME": home}).returncode == 0
    assert main(["people", "add", "Bob Ross", "--home", home]) == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence", "next_step"),
    [
        (["lsit"], 2, "No such command 'lsit'. Did you mean 'list'?", "see `empla --help`"),
        (["mail", "clara"], 2, "Missing argument 'TEXT'", "see `empla mail --help`"),
        (["up", "--ports", "eleven"], 2, "Invalid value for '--ports'", "see `empla up --help`"),
        (["hire", "chef", "--name", "Bo Li"], 2, "there is no role 'chef'; there is: executive-assistant", "hire into"),
        (["show", "clara"], 2, "there is no employee 'clara'", "see `empla list`"),
        (["restart"], 2, "say who is to start afresh", "empla restart NAME, or empla restart --all"),
        (["status"], 3, "empla does not run on", "start it with `empla up`"),
        (["down"], 3, "empla does not run on", "start it with `empla up`"),
        (["inbox"], 3, "empla does not run on", "start it with `empla up --detach`"),
        (["inbox", "--as", "lady ada"], 2, "nobody in the office is 'lady ada'", "see `empla people`"),
        (["inbox", "--as", "ad.lovelace@office.example"], 2, "nobody", "did you mean ada.lovelace@office.example?"),
        (["people", "remove", "ada.lovelace@office.example"], 4, "Ada Lovelace runs this home", ""),
        (["why", "nonsense@nowhere"], 2, "no employee has sent or received <nonsense@nowhere>", "copy an id from"),
        (["logs", "up"], 2, "there is no log", "it begins when the process first runs"),
        (["settle", "clara", "i1.0"], 2, "did it happen?", "look, then say --happened or --not-happened"),
    ],
)
def test_what_goes_wrong_is_a_sentence_what_to_do_and_a_code(
    company: Cli, words: list[str], code: int, sentence: str, next_step: str
):
    said = company(*words)
    assert (said.code, said.out) == (code, "")
    first, *rest = said.err.splitlines()
    assert first.startswith(f"empla: {sentence}")
    assert len(rest) == (1 if next_step else 0)
    assert not next_step or rest[0].startswith(f"  next: {next_step}")


def test_a_command_without_a_home_says_how_to_get_one(cli: Cli):
    said = cli("list")
    assert said.code == 2
    assert said.err.splitlines() == [
        f"empla: there is no home at {cli.home}",
        "  next: set one up with `empla init`, or name another with --home",
    ]
    assert not cli.home.exists()


def test_a_fault_of_ours_is_a_line_too_and_shows_where_it_was_only_if_asked(company: Cli):
    company.home.joinpath("company.db").write_bytes(b"not a database, certainly not one " * 50)
    said = company.start("list", EMPLA_DEBUG="")
    assert said.code == 1
    assert said.err.startswith("empla: ")
    assert "Traceback" not in said.err
    assert "Traceback" in company.start("list", EMPLA_DEBUG="1").err
    assert company("doctor").code == 1


def test_a_log_is_followed_also_into_a_new_file_until_interrupted(company: Cli):
    log = Lines(company.home / "logs" / "up.jsonl", largest=200)
    log.append('{"event": "first", "process": "up"}')
    words = ["--home", str(company.home), "logs", "up", "-f", "-n", "1"]
    following = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert following.stdout is not None
    assert following.stdout.readline() == " up: first\n"
    for number in range(10):  # the file is put away after every few
        log.append(f'{{"event": "line {number} of the log", "process": "up"}}')
        assert following.stdout.readline() == f" up: line {number} of the log\n"
    for number in range(8):  # more than one file between two looks
        log.append(f'{{"event": "line {number} at once", "process": "up"}}')
    for number in range(8):
        assert following.stdout.readline() == f" up: line {number} at once\n"
    following.send_signal(signal.SIGINT)
    assert following.wait() == 130
    assert following.stderr is not None
    assert "Traceback" not in following.stderr.read()


def test_up_in_the_foreground_serves_at_the_ports_it_is_given_until_told_to_end(cli: Cli):
    first = own_ports(3)
    words = ["--home", str(cli.home), "up", "--ports", str(first)]
    up = subprocess.Popen([*PROGRAM, *words], stderr=subprocess.PIPE, text=True)
    try:
        while not (status := cli("status", "--json")).out or not status.json["ready"]:
            assert up.poll() is None
            time.sleep(0.05)
        office = status.json["office"]
        assert (office["imap"]["port"], office["smtp"]["port"]) == (first, first + 1)
        assert office["caldav"]["url"] == f"http://127.0.0.1:{first + 2}/"
        added = cli.data("people", "add", "Bob Ross")  # nobody has called `init` here
        assert added["imap"]["port"] == first
        cli.ok("hire", "executive-assistant", "--name", "Clara Diaz", "--manager", added["address"])
        assert "What does my week look like?" in cli.ok("mail", "clara", "What can you do?")
    finally:
        up.terminate()
    assert up.wait() == 0
    assert cli("status").code == 3
    assert cli.data("list")[0]["state"] == "not running"


def test_settings_that_cannot_be_used_are_named_before_anything_starts(company: Cli):
    (company.home / "empla.toml").write_text('domian = "x"')
    for words in (["up", "--detach"], ["up"], ["hire", "executive-assistant", "--name", "Bo Li"]):
        said = company.start(*words)
        assert (said.code, "empla.toml cannot be used" in said.err) == (2, True)
    sick = company.start("doctor")
    assert "correct the file, or delete it for the defaults" in sick.out
