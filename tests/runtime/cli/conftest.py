"""The program itself, on homes in temporary folders: called in this process where nothing is lost, else started."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from runtime.cli.main import main

PROGRAM = [sys.executable, "-P", "-m", "runtime.cli"]


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code in (0, 1), self.err
        return json.loads(self.out)


@dataclass
class Cli:
    """`empla` on one home. Everything it ever said is kept, to look through for secrets."""

    home: Path
    said: list[Said] = field(default_factory=list)

    def __call__(self, *words: str) -> Said:
        """Run a command in this process."""
        before, mask = os.environ.get("EMPLA_HOME"), os.umask(0o077)  # as the program sets it when it starts
        out, err = io.StringIO(), io.StringIO()
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main([*words, "--home", str(self.home)])
        finally:
            os.umask(mask)
            os.environ.pop("EMPLA_HOME", None)
            if before is not None:
                os.environ["EMPLA_HOME"] = before
        return self._keep(Said(words, code, out.getvalue(), err.getvalue()))

    def start(self, *words: str, **environment: str) -> Said:
        """Run a command as a program of its own."""
        done = subprocess.run(
            [*PROGRAM, "--home", str(self.home), *words],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        return self._keep(Said(words, done.returncode, done.stdout, done.stderr))

    def ok(self, *words: str) -> str:
        """Run a command that must work, and return what it printed."""
        said = self(*words)
        assert said.code == 0, said.err
        return said.out

    def data(self, *words: str) -> Any:
        """Run a command that must work with --json, and return the data."""
        said = self(*words, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    def _keep(self, said: Said) -> Said:
        self.said.append(said)
        return said


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The program on a home that is not set up."""
    return Cli(tmp_path / "home")


@pytest.fixture
def company(cli: Cli) -> Cli:
    """The program on a home that is set up and has never run."""
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    return cli


@dataclass
class Office(Cli):
    """A company at work: `made` is what `init` returned."""

    made: Mapping[str, Any] = field(default_factory=dict)

    def copied(self, folder: Path) -> Cli:
        """Return the program on a copy of the home as it is now; nothing runs there."""
        copy = Cli(folder / "copy")
        self.ok("backup", str(folder / "copy.tar.gz"), "--with-key")
        copy.ok("restore", str(folder / "copy.tar.gz"))
        return copy


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A company at work: Ada Lovelace, two colleagues, and Clara Diaz, who has introduced herself."""
    office = Office(tmp_path_factory.mktemp("office") / "home")
    words = ("--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin", "--hours", "08:00-18:00")
    office.made = json.loads(office.start("init", *words, "--sample", "--json").out)
    office.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    up = office.start("up", "--detach", "--ports", "0", "--json")
    assert up.code == 0, up.err
    yield office
    assert office.start("down").code == 0
