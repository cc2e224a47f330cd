"""A home of real processes: set up quickly in this one, run by `empla up`, looked at and killed from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import EmplaError, TimedOut
from empla.hr.profiles import load_profile
from empla.store.company import CompanyStore
from empla.store.secrets import Cipher
from runtime import control, services
from runtime.client import Client
from runtime.office.process import OfficePorts, read_ports
from runtime.supervisor import homelock, lease

_ROOT: Final = Path(__file__).resolve().parents[2]
_UP_S: Final = 300.0


class RealHome:
    """One home. People and employees are known by name; `addresses` and `slugs` say what else they are called."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.create()
        self.first_port = 0
        self.addresses: dict[str, str] = {}
        self.slugs: dict[str, str] = {}
        self.passwords: dict[str, SecretStr] = {}

    def add_person(self, name: str, zone: str, hours: str = "09:00-17:00") -> None:
        """Give a person a mailbox and a calendar."""
        added = services.run(self.home, "people.add", {"name": name, "zone": zone, "hours": hours})
        self.addresses[name] = added["address"]
        self.passwords[added["address"]] = SecretStr(added["password"])

    def hire(self, name: str, manager: str, role: str = "executive_assistant") -> None:
        """Hire somebody; while `up` does not run this takes a fifth of a second."""
        hired = services.run(self.home, "hire", {"role": role, "name": name, "manager": manager})
        self.addresses[name] = hired["address"]
        with CompanyStore(self.home.company_db) as store, store.reading() as company:
            self.slugs[name] = next(row.slug for row in company.employees() if row.address == hired["address"])
        with CompanyStore(self.home.company_db) as store:
            profile = load_profile(store, Cipher(self.home.key), self.slugs[name])
        self.passwords[hired["address"]] = profile.password

    def client(self, name: str) -> Client:
        """Return an ordinary mail and calendar client of somebody, employee or person."""
        address = self.addresses[name]
        return Client(self.ports(), address, name, self.passwords[address], SystemClock(self.home.clock).now)

    def ports(self) -> OfficePorts:
        """Return where the office answers, or answered last."""
        found = read_ports(self.home)
        assert found is not None
        return found

    def command(self, *words: str, settings: Mapping[str, str] | None = None) -> str:
        """Run an `empla` command and return what it prints."""
        argv = [sys.executable, "-P", "-m", "runtime.cli", "--home", str(self.home.root), *words]
        environment = {**os.environ, **(settings or {}), "PYTHONPATH": str(_ROOT)}
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_UP_S, env=environment)
        if done.returncode:
            raise AssertionError(f"empla {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def up(self, *, settings: Mapping[str, str] | None = None) -> None:
        """Start everything and return when it is ready, or when twenty seconds have not been enough for that."""
        self.command("up", "--detach", "--ports", str(self.first_port), settings=settings)

    def ready(self, within_s: float = 120.0) -> None:
        """Return when everybody works."""
        deadline = time.monotonic() + within_s
        while not self.status().get("ready"):
            if time.monotonic() > deadline:
                waiting = [e["name"] for e in self.status()["employees"] if e["state"] == "starting"]
                raise TimedOut(f"not within {within_s:.0f} s: {', '.join(waiting)}")
            time.sleep(0.02)

    def down(self) -> None:
        """Stop everything, whatever state it is in, and wait until nothing holds a lock here."""
        with contextlib.suppress(AssertionError):
            self.command("down")
        self.gone()

    def gone(self, within_s: float = 15.0) -> None:
        """Return when no process of this home is left."""
        deadline = time.monotonic() + within_s
        while self._held():
            if time.monotonic() > deadline:
                raise TimedOut("processes of the home are left")
            time.sleep(0.02)

    def _held(self) -> bool:
        for lock in (self.home.office / lease.LOCK, *self.home.employees.glob(f"*/{lease.LOCK}")):
            if lock.exists():
                try:
                    lease.take(lock).close()
                except lease.LeaseHeld:
                    return True
        return False

    def status(self) -> Mapping[str, Any]:
        """Return what `empla status --json` prints; empty if nobody runs the home."""
        try:
            found: Mapping[str, Any] = control.call(self.home, "status")
        except EmplaError:
            return {}
        return found

    def pids(self) -> dict[str, int]:
        """Return the process of every employee that has one, by slug."""
        return {slug: pid for slug in self.slugs.values() if (pid := self.pid(slug))}

    def pid(self, slug: str) -> int:
        """Return the process that holds the lease of one employee, 0 if none does."""
        return _holder(self.home.employee(slug) / lease.LOCK)

    def office_pid(self) -> int:
        """Return the office's process, 0 if it has none."""
        return _holder(self.home.office / lease.LOCK)

    def up_pid(self) -> int:
        """Return the supervisor's process, 0 if there is none."""
        running = homelock.holder(self.home)
        return running.pid if running is not None and running.what == homelock.UP else 0

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
        """Send a process a signal; return whether it was there."""
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True


def _holder(lock: Path) -> int:
    """Return who signed a lock, if that very process lives."""
    who = lease.holder(lock)
    return who.pid if who is not None and who.alive else 0


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Return what a log holds, without a line that a kill has cut."""
    found = []
    for line in path.read_text(errors="replace").splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found
