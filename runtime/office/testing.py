"""An office for tests: a process of its own on free ports, gone at the end of the block."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from empla.config import Home, load_settings, slug
from empla.errors import ResourceError
from runtime.office import accounts, calendars
from runtime.office.process import OfficePorts


@dataclass
class RunningOffice:
    """A running office: where it answers, and its process."""

    home: Home
    host: str = ""
    ports: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _lifeline: int = -1

    @property
    def imap(self) -> tuple[str, int]:
        """Host and port of IMAP."""
        return self.host, self.ports["imap"]

    @property
    def smtp(self) -> tuple[str, int]:
        """Host and port of SMTP."""
        return self.host, self.ports["smtp"]

    @property
    def caldav(self) -> str:
        """The CalDAV server's address, with a slash at its end."""
        return f"http://{self.host}:{self.ports['caldav']}/"

    @property
    def domain(self) -> str:
        """The office's mail domain."""
        return load_settings(self.home).domain

    def calendar_url(self, address: str) -> str:
        """Return the URL of an account's calendar."""
        return self.caldav.rstrip("/") + calendars.url_path(address)

    def add(self, name: str, password: str | None = None) -> tuple[str, str]:
        """Make an account for a person; return its address and password."""
        address = f"{slug(name)}@{self.domain}"
        password = password or secrets.token_urlsafe(9)
        accounts.add_account(self.home, address, name, password)
        return address, password

    def start(self, environment: dict[str, str] | None = None) -> None:
        """Start the process and wait until it is ready; on the ports it had before, if it had any."""
        lifeline, self._lifeline = os.pipe()
        ready, report = os.pipe()
        command = [sys.executable, "-P", "-m", "runtime.office", "--home", str(self.home.root)]
        command += ["--lifeline", str(lifeline), "--ready", str(report)]
        for name, port in self.ports.items():
            command += [f"--{name}", str(port)]
        inherited = {name: value for name, value in os.environ.items() if name != "EMPLA_FAULTS"}
        environment = {**inherited, **(environment or {})}
        self.process = subprocess.Popen(command, pass_fds=(lifeline, report), env=environment)  # noqa: S603
        os.close(lifeline)
        os.close(report)
        with os.fdopen(ready) as answer:
            line = answer.readline()
        found = json.loads(line) if line else {"error": "the office ended before it was ready"}
        if "error" in found:
            self._gone()
            raise ResourceError(found["error"], next_step=f"read {self.home.logs / 'office.jsonl'}")
        ports = OfficePorts(**found)
        self.host = ports.host
        self.ports = {"imap": ports.imap, "smtp": ports.smtp, "caldav": ports.caldav}

    def stop(self) -> None:
        """End it as the supervisor does (SIGTERM), and wait."""
        if self.process is not None:
            self.process.terminate()
            self._gone()

    def kill(self) -> None:
        """End it with kill -9."""
        if self.process is not None:
            self.process.kill()
            self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=10)
        self.process = None
        os.close(self._lifeline)


@contextlib.contextmanager
def running_office(home: Home) -> Iterator[RunningOffice]:
    """Run the office of a home, as its own process on free ports, for the length of the block."""
    office = RunningOffice(home)
    office.start()
    try:
        yield office
    finally:
        office.stop()
