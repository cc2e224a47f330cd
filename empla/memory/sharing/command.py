"""`command:memory` do=share: who may see a memory from now on; fields `memories` (ids), `with` (a level), `by`.

A document is shared with all its passages, also those to come. A fact can be shared as far as what it rests on may be
seen, and no further: else it would tell what an episode keeps to itself. What follows from it is as private as it is.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from empla.errors import InputError
from empla.memory.consolidation.changes import recorded
from empla.memory.knowledge.recording import show_fact
from empla.memory.model import Kept, Visibility
from empla.store.store import Store, instant

_TABLES: Final = {"e": "episode", "f": "fact", "d": "document"}
STEP: Final = "share"


def share(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Let memories be seen by a level, in the current transaction; InputError, and nothing, for one that cannot be."""
    level = _level(str(fields.get("with") or ""))
    memories = tuple(str(one) for one in fields.get("memories") or ())
    if not memories:
        raise InputError("say what shall be shared, by its id", next_step="such as e12, f7 or d2")
    with recorded(store, f"{STEP}:{instant(at)}", STEP, at):
        for memory in memories:
            _share(store, memory, level, at)


def _level(name: str) -> Visibility:
    try:
        return Visibility[name.strip().upper()]
    except KeyError:
        raise InputError(f"nothing can be shared with {name!r}", next_step="private, team, company or public") from None


def _share(store: Store, memory: str, level: Visibility, at: datetime) -> None:
    table = _TABLES.get(memory[:1])
    rows = store.find(table, {"seq": int(memory[1:])}, ("seq", "state")) if table and memory[1:].isdecimal() else ()
    if not rows or rows[0].state == Kept.FORGOTTEN or table is None:
        raise InputError(f"there is no {memory!r}", next_step="see `empla memory search`")
    number = rows[0].seq
    if table == "fact":
        most = _most(store, number)
        if level > most:
            raise InputError(
                f"{memory} rests on what is {most.name.lower()}", next_step="share that first: `empla memory show`"
            )
        show_fact(store, number, at, visibility=level)
        return
    store.change(table, {"seq": number}, {"visibility": int(level)})
    if table == "document":
        for passage in store.find("episode", {"document": number}, ("seq", "state")):
            if passage.state != Kept.FORGOTTEN:
                store.change("episode", {"seq": passage.seq}, {"visibility": int(level)})


def _most(store: Store, fact: int) -> Visibility:
    """Return how far a fact may be seen: of each proof as far as its most private part, of several the furthest."""
    proofs: dict[str, list[str]] = {}
    for row in store.find("support", {"fact": fact}, ("proof", "supporter")):
        proofs.setdefault(row.proof, []).append(row.supporter)
    return max((_least(store, parts) for parts in proofs.values()), default=Visibility.PUBLIC)


def _least(store: Store, supporters: Iterable[str]) -> Visibility:
    levels = [
        Visibility(row.visibility)
        for one in supporters
        for row in store.find(_TABLES[one[0]], {"seq": int(one[1:])}, ("visibility",))
    ]
    return min(levels, default=Visibility.PRIVATE)
