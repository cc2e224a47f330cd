"""Entries in the ledger of acts: what was decided about an act, and what became of it, chained and salted."""

import secrets
from collections.abc import Mapping
from typing import Any

from empla.capabilities.contract import Effect
from empla.clock import Clock
from empla.governance import ledger
from empla.store.store import Store, instant

_LEDGERED = frozenset({Effect.OWN, Effect.ACT, Effect.TELL})


class Entries:
    """Writes the ledger of one employee, inside a transaction of the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def enter(
        self, action: str, event: str, *, operation: str, effect: str, payload_hash: str, facts: Mapping[str, Any]
    ) -> None:
        """Enter what became of an action, if it is one that has an effect on the world."""
        if effect in _LEDGERED:
            body = {"operation": operation, "payload": self._salted(action, payload_hash), **facts}
            self._append(action, event, body)

    def _salted(self, action: str, payload_hash: str) -> str:
        known = self._store.find("salt", {"action": action}, ("salt",))
        salt = known[0].salt if known else secrets.token_hex(16)
        if not known:
            self._store.add("salt", {"action": action, "salt": salt})
        return ledger.salted(salt, payload_hash)

    def _append(self, action: str, event: str, body: Mapping[str, Any]) -> None:
        last = self._store.find("ledger", {}, ("hash",), limit=1, newest=True)
        at = instant(self._clock.now())
        record = {"action": action, "event": event, "at": at, **body}
        made = ledger.entry(last[0].hash if last else ledger.BEGINNING, record)
        columns = {"prev": made.prev, "hash": made.hash, "record": made.record}
        self._store.add("ledger", {**columns, "action": action, "event": event, "at": at})
