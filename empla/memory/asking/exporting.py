"""All that is remembered, as one JSON document; that it was taken along is entered in the ledger.

The document holds the rows of each table of memory as they are, the forgotten ones without words, so nothing is capped
or left out; indexes are made of them and are none of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from empla.governance import ledger
from empla.memory.consolidation.changes import COLUMNS
from empla.store.store import Store, instant

TABLES: Final = ("episode", "entity", "alias", "fact", "support", "document", "use")
"""In the order in which they stand in an export."""
EXPORTED: Final = "exported"
"""The event of the ledger."""
FORMAT: Final = 1
_PAGE: Final = 1_000


def exported(store: Store, name: str, at: datetime) -> Iterator[str]:
    """Yield the pieces of the document, in one consistent view of the store; `name` is whose memory it is."""
    head = {"empla_memory": FORMAT, "employee": name, "exported_at": instant(at)}
    with store.reading():
        yield json.dumps(head, ensure_ascii=False)[:-1]
        for table in TABLES:
            yield f',\n"{table}": ['
            yield from _rows(store, table)
            yield "]"
        yield "\n}\n"


def _rows(store: Store, table: str) -> Iterator[str]:
    last, between = 0, "\n"
    columns = ("seq", *COLUMNS[table])
    while rows := store.find(table, (), columns, at_least={"seq": last + 1}, limit=_PAGE):
        for row in rows:
            yield between + json.dumps(row._asdict(), ensure_ascii=False)
            between = ",\n"
        last = rows[-1].seq


def note(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Enter in the ledger, in the current transaction, that memory was exported: by whom, and the document's sha256."""
    last = store.find("ledger", (), ("hash",), limit=1, newest=True)
    name = hashlib.sha256(f"{instant(at)} {fields['sha256']}".encode()).hexdigest()[:16]
    record = {
        "action": f"export:{name}",
        "event": EXPORTED,
        "at": instant(at),
        "by": str(fields.get("by") or ""),
        "sha256": str(fields["sha256"]),
        "size": int(fields["size"]),
    }
    made = ledger.entry(last[0].hash if last else ledger.BEGINNING, record)
    columns = {"prev": made.prev, "hash": made.hash, "record": made.record}
    store.add("ledger", {**columns, "action": record["action"], "event": EXPORTED, "at": record["at"]})
