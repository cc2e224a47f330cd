"""The durable inbox: whatever is noticed is written here, with a unique key, before anything thinks about it (law 1).

Anybody may insert (sensors, timers, the command line, HR, colleagues); only the lease holder handles.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from empla.mind import codec
from empla.mind.percepts import Percept
from empla.store.store import Store, instant


def insert(store: Store, percept: Percept, at: datetime, *, because: str = "") -> bool:
    """Insert a percept in the current transaction; return False if its key is there already.

    `because` is the key of the percept that led to this one, where there is one: both have one correlation id.
    """
    return store.add_new(
        "percept",
        ("key",),
        {
            "key": percept.key,
            "kind": percept.kind,
            "at": instant(at),
            "body": codec.dumps({"fields": percept.fields, "origin": percept.origin}),
            "correlation": correlation(because or percept.key),
        },
    )


def send(store: Store, percept: Percept, at: datetime) -> bool:
    """Insert a percept in a transaction of its own; return False if its key is there already."""
    with store.transaction("send"):
        return insert(store, percept, at)


class Waiting:
    """The percepts that nobody has handled yet, the first first.

    They are handled in order of seq and others only insert, so all before the first that is known are over: looking
    for the next ones takes as long after a million as after ten, however many wait.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._first: int | None = None

    def look_again(self) -> None:
        """Forget how far they are handled: one that was over waits again, or what was written may be undone."""
        self._first = None

    def next(self, most: int) -> list[Any]:
        """Return the next of them (columns seq, state, key, kind, at, body, correlation), at most so many."""
        if self._first is None:
            self._first = self._oldest()
        while rows := self._store.find("percept", (), _COLUMNS, at_least={"seq": self._first}, limit=most):
            if found := [row for row in rows if row.state == "new"]:
                self._first = found[0].seq
                return found
            self._first = rows[-1].seq + 1
        return []

    def one(self, key: str) -> Sequence[Any]:
        """Return the percept with this key, if it waits, as `next` does: it goes before its turn."""
        return self._store.find("percept", {"key": key, "state": "new"}, _COLUMNS)

    def _oldest(self) -> int:
        """Return the seq of the first that waits, or of the newest percept of all."""
        rows = self._store.find("percept", {"state": "new"}, ("seq",), limit=1)
        rows = rows or self._store.find("percept", (), ("seq",), limit=1, newest=True)
        return int(rows[0].seq) if rows else 0


_COLUMNS = ("seq", "state", "key", "kind", "at", "body", "correlation")


def read(row: Any) -> Percept:
    """Return the percept that an inbox row holds (columns key, kind, body)."""
    body = codec.loads(row.body)
    return Percept(key=row.key, kind=row.kind, fields=body["fields"], origin=body["origin"])


def correlation(key: str) -> str:
    """Return the id that ties together, in the logs, everything a percept leads to."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]
