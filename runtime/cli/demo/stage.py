"""The stage of the demo: a home in a temporary folder, people with ordinary clients, processes, and kills.

Everything is done as a person would do it: by the command line, and by IMAP, SMTP and CalDAV. Only the kills are not
polite.
"""

import contextlib
import json
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from empla.clock import SystemClock
from empla.config import Home, Settings, save_settings
from empla.errors import EmplaError, InternalError, TimedOut
from runtime import control
from runtime.cli.demo.interruption import Interruption
from runtime.cli.demo.outside import HOST, Outside, Stranger
from runtime.cli.demo.transcript import Transcript
from runtime.client import Client
from runtime.office.process import OfficePorts
from runtime.supervisor import homelock, lease

ZONE: Final = "Europe/Berlin"
MONDAY: Final = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo(ZONE))
"""When the morning begins: always the same, so the demo plays the same on any day."""
ASSISTANT: Final = "Ada Lane"
MANAGER: Final = "Anna Berg"
COLLEAGUES: Final = ("Ben Stone", "Carla Ruiz", "Sam Young", "Sam Ortega")
STRANGER: Final = "Gus Fox"
STRANGERS_ADDRESS: Final = "gus.fox@elsewhere.example"
LONGEST_DELAY_S: Final = 0.35
"""A kill comes at most this long after a mail was sent: while the assistant works on it."""

COMMAND_S: Final = 90.0
GONE_S: Final = 12.0

QUIET_S: Final = 1.5
"""How long nothing more must come before the mailboxes are counted."""


class Stage:
    """The running home. Leaving the block stops everything."""

    def __init__(
        self, root: Path, seed: int, transcript: Transcript, interruption: Interruption, outside: Outside
    ) -> None:
        self.home = Home(root / "home")
        self.transcript = transcript
        self.kills = 0
        self.falls = 0
        self.people: dict[str, Client] = {}
        self.assistant = ""
        self._chance = random.Random(seed)  # noqa: S311
        self._clock = SystemClock()
        self._interruption = interruption
        self._outside = outside
        self.stranger = Stranger(outside, STRANGERS_ADDRESS, STRANGER, self.deliver, self.now)
        self._killers: list[threading.Thread] = []
        transcript.opening(seed, MONDAY)

    def __enter__(self) -> Self:
        try:
            self._set_up()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        """Stop everything, whatever was under way, and wait until no process of this home is left."""
        with self._interruption.held_back():
            self.after_kills()
            with contextlib.suppress(EmplaError):  # perhaps nothing runs
                self.command("down")
            self.wait_until(self._nothing_runs, "every process of the demo has ended", GONE_S)

    def _nothing_runs(self) -> bool:
        """Return whether nobody holds the lock of the office or of an employee."""
        for lock in (self.home.office / lease.LOCK, *self.home.employees.glob(f"*/{lease.LOCK}")):
            if lock.exists():
                try:
                    lease.take(lock).close()
                except lease.LeaseHeld:
                    return False
        return True

    # the command line -----------------------------------------------------------------------------------------

    def command(self, *words: str) -> Any:
        """Run one `empla` command and return what it prints as JSON, or its text; InternalError if it fails.

        In a session of its own, so that Ctrl-C reaches us alone and the command comes to its end.
        """
        with self._interruption.held_back():
            return self._command(*words)

    def _command(self, *words: str) -> Any:
        argv = [sys.executable, "-P", "-m", "runtime.cli", "--home", str(self.home.root), *words]
        try:
            done = subprocess.run(  # noqa: S603
                argv, capture_output=True, text=True, timeout=COMMAND_S, start_new_session=True
            )
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"`empla {' '.join(words)}` took longer than {COMMAND_S:.0f} s") from error
        if done.returncode != 0:
            raise InternalError(f"`empla {' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout) if "--json" in words else done.stdout

    def _set_up(self) -> None:
        self.home.create()
        save_settings(self.home, Settings(relay=f"{HOST}:{self._outside.port}"))
        SystemClock.set_to(self.home.clock, MONDAY)
        self._clock = SystemClock(self.home.clock)
        self.up()
        ports = self._ports()
        names = (MANAGER, *COLLEAGUES)
        with self._interruption.held_back(), ThreadPoolExecutor() as pool:
            accounts = list(pool.map(self._add, names))
        for name, account in zip(names, accounts, strict=True):
            self.people[name] = Client(ports, account["address"], name, SecretStr(account["password"]), self.now)

    def _add(self, name: str) -> Any:
        return self._command("people", "add", name, "--zone", ZONE, "--hours", "09:00-17:00", "--json")

    def up(self) -> None:
        """Start everything and wait until it is ready; the office takes the ports that it had before."""
        self.command("up", "--detach", "--ports", "0")
        ports = self._ports()
        for client in self.people.values():
            client.ports = ports

    def _ports(self) -> OfficePorts:
        office = self.status()["office"]
        return OfficePorts(
            host=office["imap"]["host"],
            imap=office["imap"]["port"],
            smtp=office["smtp"]["port"],
            caldav=int(office["caldav"]["url"].rstrip("/").rpartition(":")[2]),
        )

    def status(self) -> Mapping[str, Any]:
        """Return what `empla status --json` says."""
        found: Mapping[str, Any] = control.call(self.home, "status")
        return found

    def hire(self) -> None:
        """Have the manager hire the assistant."""
        manager = self.people[MANAGER].address
        self.transcript.command(f'hire executive-assistant --name "{ASSISTANT}" --manager {manager}')
        words = ("hire", "executive-assistant", "--name", ASSISTANT, "--manager", manager, "--json")
        self.assistant = self.command(*words)["address"]

    # time and people ------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time on this stage, in its zone."""
        return self._clock.now().astimezone(ZoneInfo(ZONE))

    def move_to(self, instant: datetime) -> None:
        """Let it be another hour for everybody."""
        control.call(self.home, "clock", {"now": instant.isoformat()})
        self.transcript.remark(f"The clock is moved: it is {instant:%A}, {instant:%H:%M}.")

    @property
    def manager(self) -> Client:
        """Return the manager's client."""
        return self.people[MANAGER]

    def deliver(self, raw: bytes, envelope_from: str) -> None:
        """Deliver a mail from outside the company, as another server would."""
        ports = self.manager.ports
        with smtplib.SMTP(ports.host, ports.smtp, timeout=20) as smtp:
            smtp.sendmail(envelope_from, [self.assistant], raw)

    def wait_until(self, holds: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Wait until something can be seen from outside; TimedOut if it cannot."""
        deadline = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > deadline:
                raise TimedOut(f"not within {timeout_s:.0f} s: {what}")
            time.sleep(0.1)

    def settle(self) -> None:
        """Wait until the last kill is over and the assistant works again, so that nothing is under way."""
        self.after_kills()
        self.wait_until(lambda: bool(self.status()["ready"]), "everybody works", 30.0)
        time.sleep(QUIET_S)

    # kills ----------------------------------------------------------------------------------------------------

    def kill_soon(self, since: str = "the mail was sent") -> None:
        """Kill the assistant's process with -9 at a random moment within the next third of a second."""
        delay_s = self._chance.uniform(0.0, LONGEST_DELAY_S)
        killer = threading.Thread(target=self._kill_after, args=(delay_s, since, time.monotonic()))
        killer.start()
        self._killers.append(killer)

    def kill_over(self, instant: datetime, since: str) -> None:
        """Kill the assistant's process with -9, and let it be another hour before it can be there again."""
        self._kill_after(0.0, since, time.monotonic())
        self.move_to(instant)

    def after_kills(self) -> None:
        """Wait until what `kill_soon` began has happened."""
        for killer in self._killers:
            killer.join()

    def _kill_after(self, delay_s: float, since: str, began: float) -> None:
        time.sleep(delay_s)
        pid = self._assistant_pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
            self.transcript.killed(f"the assistant's process ({pid})", time.monotonic() - began, since)

    def _assistant_pid(self) -> int | None:
        """Return the process of the assistant, waiting a little if it is just being started again."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with contextlib.suppress(EmplaError):
                for employee in self.status()["employees"]:
                    if employee["address"] == self.assistant and employee["pid"]:
                        return int(employee["pid"])
            time.sleep(0.02)
        return None

    def fell_everything(self) -> None:
        """Kill `empla up` itself with -9, wait until nothing of it is left, and start it again."""
        sent = time.monotonic()
        time.sleep(self._chance.uniform(0.0, LONGEST_DELAY_S))
        running = homelock.holder(self.home)
        if running is None:
            raise InternalError("empla does not run")
        os.kill(running.pid, signal.SIGKILL)
        self.falls += 1
        self.transcript.killed(f"`empla up` itself ({running.pid})", time.monotonic() - sent, "the mail was sent")
        self._wait_for_ports()
        self.transcript.remark("office and assistant have ended with it; nothing is left")
        began = time.monotonic()
        self.transcript.command("up --detach")
        self.up()
        self.transcript.remark(f"everybody works again after {time.monotonic() - began:.1f} s")

    def _wait_for_ports(self) -> None:
        """Wait until the office is gone too: its lifeline is cut."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                smtplib.SMTP(self.manager.ports.host, self.manager.ports.smtp, timeout=1),
            ):
                time.sleep(0.05)
                continue
            return
        raise TimedOut("after `kill -9` of `empla up` the office still answers")
