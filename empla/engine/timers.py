"""Timers: due instants are rows, each fires once (contract 12). Waiting takes a row, not a process."""

from datetime import datetime

from empla.engine import inbox
from empla.mind.percepts import TIMER, Percept
from empla.mind.values import OWN
from empla.store.store import Store, instant


class Timers:
    """The due instants of one employee."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_due(self) -> datetime | None:
        """Return the earliest instant that has not fired."""
        rows = self._store.find("occurrence", {"state": "due"}, ("instant",))
        return min((datetime.fromisoformat(r.instant) for r in rows), default=None)

    def any_due(self, now: datetime) -> bool:
        """Return whether something is due at `now`."""
        return bool(
            self._store.find("occurrence", {"state": "due"}, ("seq",), at_most={"instant": instant(now)}, limit=1)
        )

    def fire(self, now: datetime) -> None:
        """Write a percept for each instant that is due, once, in the current transaction."""
        due = self._store.find(
            "occurrence", {"state": "due"}, ("seq", "trigger", "instant"), at_most={"instant": instant(now)}
        )
        for row in due:
            step = row.trigger.removeprefix("step:")
            waiting = self._store.find("intention", {"id": step.partition(".")[0]}, ("percept",))
            inbox.insert(self._store, timer(step, row.instant), now, because=waiting[0].percept if waiting else "")
            self._store.change("occurrence", {"seq": row.seq}, {"state": "fired"})


def timer(step: str, due: str) -> Percept:
    """Return the percept that a step's wait is over; `due` is the instant as the store keeps it."""
    return Percept(key=f"timer:{step}:{due}", kind=TIMER, fields={"step": step}, origin=OWN)
