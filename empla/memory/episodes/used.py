"""What was of use, how often and when last: what decay is computed from."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from empla.errors import InputError
from empla.store.store import Store, instant


def strengthen(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Note, in the current transaction, that `memories` (ids: "e12", "f7") were of use at `at`; InputError for others.

    What is no longer there is passed over.
    """
    wanted = fields.get("memories")
    if not isinstance(wanted, list | tuple) or not all(isinstance(one, str) for one in wanted):
        raise InputError("what was of use has to be named by its ids, such as e12")
    note_use(store, wanted, at)


def note_use(store: Store, memories: Iterable[str], at: datetime) -> None:
    """Count each of these memories as used once more, in the current transaction."""
    wanted = [memory for memory in dict.fromkeys(memories) if _is_kept(store, memory)]
    for memory in wanted:
        before = store.find("use", {"memory": memory}, ("count", "last_at"))
        count = before[0].count + 1 if before else 1
        last = max([instant(at), *(row.last_at for row in before)])
        store.put("use", ("memory",), ("count", "last_at"), {"memory": memory, "count": count, "last_at": last})


_TABLES = {"e": "episode", "f": "fact"}


def _is_kept(store: Store, memory: str) -> bool:
    """Return whether an id is that of an episode or a fact that is there."""
    table, number = _TABLES.get(memory[:1]), memory[1:]
    return table is not None and number.isdecimal() and bool(store.find(table, {"seq": int(number)}, ("seq",), limit=1))
