"""What Tab offers: the commands, and the people and employees of the home, quickly and without a word of complaint."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from empla.store.opening import open_store

from .conftest import PROGRAM, Cli


def offered(line: str, home: Path | str, **environment: str) -> list[str]:
    """Return what bash is offered at the end of a line."""
    words = line.split(" ")
    asked = {"_EMPLA_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    here = {**os.environ, "EMPLA_HOME": str(home), **asked, **environment}
    done = subprocess.run(PROGRAM, capture_output=True, text=True, env=here)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with Ada, two of the first name Bob, and Clara who is employed and has something in mind."""
    cli = Cli(tmp_path_factory.mktemp("completing") / "home")
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    cli.ok("people", "add", "Bob Ross")
    cli.ok("people", "add", "Bob Bright")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    with closing(open_store(cli.home / "employees" / "clara.diaz" / "mind.db", "clara.diaz")) as store:
        store.take_lease(1, "test")
        with store.transaction():
            columns = {"plan": "wait", "version": 1, "stage": "active", "percept": "", "body": ""}
            store.add("intention", {"id": "i7", **columns})
            store.add("goal", {"id": "g7", "name": "rest", "state": "active", "percept": "", "body": ""})
            store.add("belief", {"id": "b", "functor": "trusts", "origin": "", "held": 1, "body": ""})
    return cli.home


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("empla qua", ["quarantine"]),
        ("empla show ", ["Clara"]),
        ("empla show cla", ["clara"]),
        ("empla show clara.d", ["clara.diaz@office.example"]),
        ("empla show Bob", []),
        ("empla agenda --as ", ["Ada", "bob.ross@office.example", "bob.bright@office.example", "Clara"]),
        ("empla agenda --as bob.b", ["bob.bright@office.example"]),
        ("empla grant Clara in", ["invitations", "inbox"]),
        ("empla grant Clara inbox --of A", ["Ada"]),
        ("empla hire exe", ["executive-assistant"]),
        ("empla logs ", ["Clara", "up", "office"]),
        ("empla why ", ["Clara"]),
        ("empla why Clara ", ["i7"]),
        ("empla beliefs ", ["Clara"]),
        ("empla beliefs clara trus", ["trusts"]),
        ("empla goals Clara ", ["g7"]),
        ("empla replay clara.d", ["clara.diaz@office.example"]),
    ],
)
def test_what_is_meant_is_offered(home: Path, line: str, words: list[str]) -> None:
    assert sorted(offered(line, home)) == sorted(words)


def test_another_home_may_be_named_on_the_line(home: Path) -> None:
    assert offered(f"empla --home {home} show ", "/nowhere") == ["Clara"]


def test_where_there_is_no_home_or_it_cannot_be_read_nothing_is_said(tmp_path: Path) -> None:
    assert offered("empla show ", tmp_path / "nowhere") == []
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "company.db").write_bytes(b"no database at all, but long enough to be looked at as if it were one")
    assert offered("empla show ", tmp_path) == []


@pytest.mark.parametrize(("shell", "asked"), [("zsh", "complete_zsh"), ("fish", "complete_fish")])
def test_other_shells_are_offered_the_same(home: Path, shell: str, asked: str) -> None:
    more = {"_TYPER_COMPLETE_ARGS": "empla show ", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    here = {**os.environ, "EMPLA_HOME": str(home), "_EMPLA_COMPLETE": asked, **more}
    assert (
        "Clara Diaz <clara.diaz@office.example>"
        in subprocess.run(PROGRAM, capture_output=True, text=True, env=here).stdout
    )
    script = subprocess.run(
        PROGRAM, capture_output=True, text=True, env={**os.environ, "_EMPLA_COMPLETE": f"source_{shell}"}
    )
    assert "_EMPLA_COMPLETE=" in script.stdout and "empla" in script.stdout


def test_the_script_for_bash_completes_in_bash(home: Path, tmp_path: Path) -> None:
    """Installed as `empla --install-completion` does it, and asked by bash itself."""
    program = tmp_path / "empla"
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    source = subprocess.run(
        PROGRAM, capture_output=True, text=True, env={**os.environ, "_EMPLA_COMPLETE": "source_bash"}
    ).stdout
    asked = 'COMP_WORDS=(empla show cla); COMP_CWORD=2; _empla_completion empla; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{source}\n{asked}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "EMPLA_HOME": str(home)},
    )
    assert done.stdout.split() == ["clara"], done.stderr


def test_a_press_of_tab_loads_nothing_heavy(home: Path) -> None:
    asked = {"_EMPLA_COMPLETE": "complete_bash", "COMP_WORDS": "empla show cla", "COMP_CWORD": "2"}
    heavy = "{'sqlalchemy', 'rich', 'asyncio'} & set(sys.modules)"
    code = f"""
import atexit, sys
atexit.register(lambda: print({heavy}, file=sys.stderr))
from runtime.cli.main import run
run()
"""
    here = {**os.environ, "EMPLA_HOME": str(home), **asked}
    looked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=here)
    assert (looked.stdout.strip(), looked.stderr.strip()) == ("clara", "set()")
