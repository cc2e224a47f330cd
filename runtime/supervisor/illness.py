"""Episodes in which an employee is given up: its manager is told once when one begins, and once when it is over.

An episode is a file `given-up.json` in the employee's folder, written before the first notice and removed after the
last, so that it outlives this process: an `empla up` that starts the employee in vain again tells nobody anew.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from empla.clock import Clock
from empla.config import Home
from runtime import logs
from runtime.supervisor.durably import write_durably
from runtime.supervisor.notices import Notice, Notices
from runtime.supervisor.roster import RosterEntry

_FILE: Final = "given-up.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Episode:
    key: str
    at: str
    why: str


class Illness:
    """The episodes of one home."""

    def __init__(self, home: Home, clock: Clock, notices: Notices) -> None:
        self._home = home
        self._clock = clock
        self._notices = notices
        self._known: dict[str, _Episode | None] = {}  # so that the sweep reads each file once
        self._log = logs.get(__name__)

    def begins(self, entry: RosterEntry, epoch: int, why: str) -> None:
        """Note that an employee was given up, by its last epoch, and tell its manager if this is news."""
        episode = self._episode(entry)
        try:
            if episode is None:
                now = self._clock.now()
                key = f"{entry.slug}.given-up.{epoch}.{int(now.timestamp())}"
                episode = _Episode(key=key, at=now.isoformat(), why=why)
                write_durably(self._home.employee(entry.slug) / _FILE, json.dumps(asdict(episode)).encode())
                self._known[entry.slug] = episode
            self._notices.leave(self._begun(entry, episode))
        except OSError as error:
            self._log.error("the manager could not be told", employee=entry.slug, error=str(error))

    def over(self, entry: RosterEntry) -> None:
        """Note that an employee works, and tell its manager if it had been given up. Costs nothing if it had not."""
        episode = self._episode(entry)
        if episode is None:
            return
        try:
            self._notices.leave(self._begun(entry, episode))  # who began to tell may have died over it
            self._notices.leave(self._ended(entry, episode))
            (self._home.employee(entry.slug) / _FILE).unlink(missing_ok=True)
        except OSError as error:
            self._log.error("the manager could not be told", employee=entry.slug, error=str(error))
            return
        self._known[entry.slug] = None
        self._log.info("employee works again", employee=entry.slug)

    def _episode(self, entry: RosterEntry) -> _Episode | None:
        if entry.slug not in self._known:
            self._known[entry.slug] = self._read(entry)
        return self._known[entry.slug]

    def _read(self, entry: RosterEntry) -> _Episode | None:
        try:
            said: dict[str, Any] = json.loads((self._home.employee(entry.slug) / _FILE).read_text())
            return _Episode(**said)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            self._log.warning("an episode cannot be read", employee=entry.slug, error=str(error))
            return None

    def _begun(self, entry: RosterEntry, episode: _Episode) -> Notice:
        text = (
            f"{entry.name} <{entry.address}> does not work at the moment: {episode.why}.\n\n"
            "It will not be started again by itself. Nothing is lost: mail to it waits, and what it was at goes on\n"
            "where it stood once it works again. What it has promised for a time in between may come late.\n\n"
            f'Whoever runs empla finds the cause with `empla logs "{entry.name}"` and `empla doctor`, and starts it\n'
            f'with `empla restart "{entry.name}"`. You are told when it works again.\n'
        )
        return self._notice(entry, episode.key, f"{entry.name} does not work at the moment", text, episode.at)

    def _ended(self, entry: RosterEntry, episode: _Episode) -> Notice:
        text = f"{entry.name} <{entry.address}> works again, and goes on with what it was at.\n"
        at = self._clock.now().isoformat()
        return self._notice(entry, f"{episode.key}.over", f"{entry.name} works again", text, at)

    def _notice(self, entry: RosterEntry, key: str, subject: str, text: str, at: str) -> Notice:
        return Notice(key=key, to=entry.manager, subject=subject, text=text, at=datetime.fromisoformat(at))
