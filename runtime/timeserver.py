"""The time server: moves a home's time on when every process of it rests (contract 12).

    python -m runtime.timeserver --home DIR --until 2026-04-22T18:00+02:00

Time stands still while anything is in hand, and then moves to the instant that is due next, wherever that is: a
simulated night takes as long as what happens in it. What counts as in hand:

* a process that says that it works, or has not said yet that it rests: also one that is stopped or still starting;
* a process that has died, until its successor has taken its place, or the supervisor says that there will be none;
* nobody who runs the home;
* a mail in a mailbox that an employee watches and has not taken in, and a percept that nobody has handled.

Processes run as they always do: their time-outs, back-off and watchdogs are real, so none of these is ever simulated
away. For employees whose minds lie in files of the home only.
"""

import argparse
import contextlib
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from empla.config import Home
from empla.errors import EmplaError, InputError, TimedOut
from empla.shared_time import Attending, SharedTime
from empla.store.company import CompanyStore
from runtime import control
from runtime.office import database
from runtime.office.mailboxes import INBOX
from runtime.supervisor import homelock
from runtime.supervisor.lease import started_at

OFFICE: Final = "office"
"""The name under which the office attends; employees do under their slugs."""

PATIENCE_S: Final = 120.0
"""Real seconds that one process may be at work before time is said to be stuck."""

_ACTING: Final = "SELECT 1 FROM action WHERE state IN ('ready', 'claimed', 'on_wire') LIMIT 1"
_STEP_S: Final = 0.002
_ASK_S: Final = 0.5
_AT_REST_FOR_GOOD: Final = ("paused", "stopped", "quarantined")


class TimeServer:
    """Moves the time of one home. There may be one at a time."""

    def __init__(self, home: Home, *, patience_s: float = PATIENCE_S) -> None:
        shared = SharedTime.open(home.clock)
        if shared is None:
            raise InputError(
                f"the time of {home.root} is the machine's", next_step="run it with the setting clock = server"
            )
        self._home = home
        self._shared = shared
        self._patience_s = patience_s
        self._roster = Roster(home)
        self._deliveries = Deliveries(home, self._roster)
        self._expected: frozenset[str] = frozenset()
        self._asked_of = 0
        self._asked_at = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._deliveries.close()

    def now(self) -> datetime:
        """Return what time it is in the home."""
        return self._shared.now()

    def advance(self, until: datetime) -> None:
        """Move time on, from one due instant to the next, to `until`; return when everything due by then is done.

        TimedOut, with who is at work, if for `patience_s` real seconds somebody is.
        """
        self.settle()
        while self.move(until):
            self.settle()

    def move(self, until: datetime) -> bool:
        """Move time, while everybody rests, to the instant that is due next, at most to `until`; False if it is past.

        Whoever has something due then is woken; `settle` waits for them.
        """
        dues = [each.due for each in self._shared.attending() if each.due is not None]
        target = min([until, *dues])
        if target <= self.now():
            return False
        self._shared.set(target)
        self._wake([each for each in self._shared.attending() if each.due is not None and each.due <= target])
        return True

    def settle(self) -> None:
        """Return when everybody rests; time stands still meanwhile. TimedOut as `advance`."""
        began = time.monotonic()
        asked_at = began
        while True:
            if not self._shared.anybody_works() and next(self._busy(), None) is None:
                return
            now = time.monotonic()
            if now - asked_at > _ASK_S:  # somebody may have died at work, for good
                asked_at = now
                if (busy := list(self._busy())) and now - began > self._patience_s:
                    raise TimedOut(f"time stands still: {'; '.join(busy)}")
            time.sleep(_STEP_S)

    def jump(self, instant: datetime) -> None:
        """Let it be `instant` at once, earlier or later, whoever is at work."""
        self._shared.set(instant)
        self._wake(self._shared.attending())

    def run(self, rate: float) -> None:
        """From now on let `rate` seconds pass in each real one, whoever is at work; 0 lets time stand still."""
        self._shared.set(self.now(), rate)
        self._wake(self._shared.attending())

    def _wake(self, whom: Sequence[Attending]) -> None:
        for each in whom:
            with contextlib.suppress(ProcessLookupError):
                pidfd = os.pidfd_open(each.pid)
                try:
                    if started_at(each.pid) == each.started:  # looked at after the pidfd was opened: it stays so
                        signal.pidfd_send_signal(pidfd, signal.SIGUSR1)
                finally:
                    os.close(pidfd)

    # who is at work -------------------------------------------------------------------------------------------

    def _busy(self) -> Iterator[str]:
        """Yield why time may not move on. Looked at twice: whoever begins to work between the looks says so first."""
        running = homelock.holder(self._home)
        if running is None or running.what != homelock.UP:
            yield "nobody runs the home"
            return
        before = self._shared.attending()
        now = self.now()
        self._ask(running.pid)
        for each in before:
            if not each.rests:
                yield f"{each.name} works"
            elif each.due is not None and each.due <= now:
                yield f"{each.name} has something due"
            elif started_at(each.pid) != each.started:
                yield f"{each.name} is dead"
        there = {each.name for each in before}
        yield from (f"{name} is not there" for name in sorted(self._expected - there))
        yield from self._deliveries.outstanding(there - {OFFICE})
        if self._shared.attending() != before:
            yield "somebody has just done something"

    def _ask(self, up: int) -> None:
        """Ask the supervisor who should be there: when it is a new one, and again now and then while time stands."""
        if up == self._asked_of and time.monotonic() - self._asked_at < _ASK_S:
            return
        try:
            status = control.call(self._home, "status")
        except EmplaError:
            return
        staff = [e["address"] for e in status["employees"] if e["state"] not in _AT_REST_FOR_GOOD]
        self._expected = frozenset({OFFICE, *map(self._roster.slug, staff)})
        self._asked_of, self._asked_at = up, time.monotonic()
        for each in self._shared.attending():
            if each.name not in self._expected and started_at(each.pid) != each.started:
                self._shared.forget(each.name)


class Deliveries:
    """What was delivered to employees, by the office's database, and what they have taken in, by their own."""

    def __init__(self, home: Home, roster: "Roster | None" = None) -> None:
        self._home = home
        self._roster = roster or Roster(home)
        self._files: dict[Path, sqlite3.Connection] = {}

    def close(self) -> None:
        """Close every database."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def outstanding(self, slugs: Iterable[str], *, acting: bool = False) -> Iterator[str]:
        """Yield what these employees have not taken in or not handled; with `acting`, also what they do just now."""
        delivered = self._delivered()
        for slug in sorted(slugs):
            mind = self._open(self._home.employee(slug) / "mind.db")
            rows = mind.execute("SELECT sensor, body FROM cursor WHERE sensor IN ('inbox', 'delegated')").fetchall()
            seen = {sensor: json.loads(body) for sensor, body in rows}
            for folder, uid in delivered.get(self._roster.address(slug), {}).items():
                cursor = seen.get("inbox", {}) if folder == INBOX else seen.get("delegated", {}).get(folder, {})
                if cursor.get("uid", 0) < uid:
                    yield f"{slug} has not seen the newest mail{' to ' + folder if folder != INBOX else ''}"
            if mind.execute("SELECT 1 FROM percept WHERE state = 'new' LIMIT 1").fetchone():
                yield f"{slug} has something to think about"
            if acting and mind.execute(_ACTING).fetchone():
                yield f"{slug} has something to do"

    def _delivered(self) -> Mapping[str, Mapping[str, int]]:
        """Return the newest UID in each account's INBOX, and in the copies of others' that it may see, by owner."""
        office = self._open(database.path(self._home))
        inboxes = "SELECT account, name, next_uid - 1 FROM mailbox WHERE name = 'INBOX'"
        copies = (
            "SELECT m.account, d.owner, m.next_uid - 1 FROM mailbox m JOIN delegation d"
            " ON d.grantee = m.account AND m.name = 'Delegated/' || d.owner"
        )
        found: dict[str, dict[str, int]] = {}
        for account, folder, uid in office.execute(f"{inboxes} UNION {copies}"):
            found.setdefault(account, {})[folder] = uid
        return found

    def _open(self, path: Path) -> sqlite3.Connection:
        if path not in self._files:
            self._files[path] = sqlite3.connect(
                f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10.0
            )
        return self._files[path]


class Roster:
    """Who has which address, read again when somebody is not known."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._slugs: dict[str, str] = {}
        self._addresses: dict[str, str] = {}

    def slug(self, address: str) -> str:
        """Return the slug of an employee."""
        if address not in self._slugs:
            self._read()
        return self._slugs[address]

    def address(self, slug: str) -> str:
        """Return the address of an employee."""
        if slug not in self._addresses:
            self._read()
        return self._addresses[slug]

    def _read(self) -> None:
        with CompanyStore(self._home.company_db) as store, store.reading() as company:
            self._slugs = {row.address: row.slug for row in company.employees()}
        self._addresses = {slug: address for address, slug in self._slugs.items()}


def main() -> int:
    """Move a home's time on to an instant, or let it pass at a rate."""
    parser = argparse.ArgumentParser(prog="python -m runtime.timeserver", description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, help="the home; default EMPLA_HOME, else ~/.empla")
    parser.add_argument("--patience", type=float, default=PATIENCE_S, help="real seconds that one may be at work")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--until", type=datetime.fromisoformat, help="an instant with its zone, 2026-03-02T08:00+00:00")
    wanted.add_argument("--jump", type=datetime.fromisoformat, help="an instant to go to at once, earlier or later")
    wanted.add_argument("--rate", type=float, help="seconds that pass in a real one; 0: time stands still")
    given = parser.parse_args()
    try:
        with TimeServer(Home.find(given.home), patience_s=given.patience) as server:
            if given.rate is not None:
                server.run(given.rate)
            elif given.jump is not None:
                server.jump(_aware(given.jump))
            else:
                server.advance(_aware(given.until))
            sys.stdout.write(f"{server.now().isoformat()}\n")
    except EmplaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InputError("an instant needs its zone", next_step="write 2026-03-02T08:00+00:00")
    return instant


if __name__ == "__main__":
    sys.exit(main())
