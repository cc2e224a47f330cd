"""Xandikos, where it is installed: a CalDAV server over TLS, as a process of its own (it is under the GPL)."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt

from tests.ports import own_ports
from tests.servers.dovecot import wait_for

PROGRAM = shutil.which("xandikos", path=str(Path(sys.executable).parent)) or shutil.which("xandikos") or ""
WHY_NOT = "Xandikos is not installed (pip install xandikos)"


@dataclass
class Xandikos:
    """A running Xandikos. `principal` is who it takes everybody for that signs in."""

    folder: Path
    port: int
    principal: str

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/"

    @property
    def certificate(self) -> Path:
        return self.folder / "state" / "certs" / "selfsigned.crt"

    def calendar_url(self, name: str) -> str:
        return f"{self.url}{name}/calendars/calendar/"

    def add_calendar(self, name: str) -> str:
        """Make a calendar for somebody, and return its URL."""
        (self.folder / "data" / name / "calendars").mkdir(parents=True)
        where = ["-d", str(self.folder / "data" / name / "calendars"), "--type", "calendar", "--name", "calendar"]
        subprocess.run([PROGRAM, "create-collection", *where], check=True, capture_output=True)
        return self.calendar_url(name)


@contextmanager
def running_xandikos(folder: Path, principal: str, users: Mapping[str, str]) -> Iterator[Xandikos]:
    """Run a Xandikos in which `principal` has a calendar, for the length of the block."""
    found = Xandikos(folder, own_ports(), principal)
    (folder / "data").mkdir()
    hashes = (f"{n}:{bcrypt.hashpw(p.encode(), bcrypt.gensalt(4)).decode()}\n" for n, p in users.items())
    (folder / "htpasswd").write_text("".join(hashes))
    command = [PROGRAM, "serve", "-d", str(folder / "data"), "--defaults", "--no-detect-systemd", "--autocert"]
    command += ["--current-user-principal", f"/{principal}/", "--state-dir", str(folder / "state")]
    command += ["--htpasswd", str(folder / "htpasswd"), "-l", "localhost", "-p", str(found.port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(found.port, process=process)
        deadline = time.monotonic() + 60
        while not (folder / "data" / principal / "calendars" / "calendar").exists():
            assert time.monotonic() < deadline, "Xandikos has made no calendar"
            time.sleep(0.02)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=60)
