"""The proof: an entry in the ledger with salted hashes of what was erased, never its words.

`event` is `forgotten`. The entry has how many rows of each table, who asked, and for each thing what it was ("e12",
"act i7.2") with its salted hash. The salt is the receipt of who asked and is kept nowhere else: with it, and with what
was erased, the hash can be made again; without it nobody can tell by trying names. It also has the hash of each of the
words that were asked for, so that a receipt proves whose forgetting it was.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from empla.governance import ledger
from empla.memory.forgetting.task import Forgetting
from empla.memory.forgetting.words import hashed
from empla.store.store import Store, instant

FORGOTTEN: Final = "forgotten"
"""The event."""
_PAGE: Final = 500


def enter(store: Store, known: Forgetting, at: datetime) -> None:
    """Write the entry of a forgetting, in the current transaction."""
    last = store.find("ledger", (), ("hash",), limit=1, newest=True)
    record = {
        "action": known.run,
        "event": FORGOTTEN,
        "at": instant(at),
        "by": known.by,
        "counts": dict(known.counts),
        "erased": dict(known.hashes),
        "words": sorted(hashed(known.salt, _said(term)) for term in known.terms),
        "kept": len(known.kept),
    }
    made = ledger.entry(last[0].hash if last else ledger.BEGINNING, record)
    columns = {"prev": made.prev, "hash": made.hash, "record": made.record}
    store.add("ledger", {**columns, "action": known.run, "event": FORGOTTEN, "at": record["at"]})


def entries(store: Store) -> list[dict[str, Any]]:
    """Return the ledger's entries of what was forgotten, the oldest first."""
    return [json.loads(bytes(row.record)) for row in store.find("ledger", {"event": FORGOTTEN}, ("record",))]


def is_of(entry: Mapping[str, Any], receipt: str, said: str) -> bool:
    """Return whether an entry is of the forgetting of these words that a receipt was given for."""
    return hashed(receipt, _said(said)) in entry["words"]


def broken_at(store: Store) -> int:
    """Return the number of the first entry of the ledger that does not follow from the one before, 0 if all do."""
    place = ledger.first_break(_chain(store))
    return place + 1 if place is not None else 0


def _chain(store: Store) -> Iterator[ledger.Entry]:
    last = 0
    while rows := store.find("ledger", (), ("seq", "prev", "hash", "record"), at_least={"seq": last + 1}, limit=_PAGE):
        for row in rows:
            yield ledger.Entry(row.prev, row.hash, bytes(row.record))
        last = rows[-1].seq


def _said(words: str) -> str:
    return " ".join(words.casefold().split())
