"""The durable inbox: whatever is noticed is written here, with a unique key, before anything thinks about it (law 1).

Anybody may insert (sensors, timers, the command line, HR, colleagues); only the lease holder handles.
"""

import hashlib
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


def read(row: Any) -> Percept:
    """Return the percept that an inbox row holds (columns key, kind, body)."""
    body = codec.loads(row.body)
    return Percept(key=row.key, kind=row.kind, fields=body["fields"], origin=body["origin"])


def correlation(key: str) -> str:
    """Return the id that ties together, in the logs, everything a percept leads to."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]
