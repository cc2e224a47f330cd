"""A person's edits of what is remembered: of an episode here, of facts and entities by knowledge's own commands.

    edit    memory ("e12") and what shall be otherwise: importance, visibility (names), subject, or `who` and `instead`
            (names or addresses): somebody was taken for somebody else

The words of an episode are what was said, and are never edited. Every change is kept with what was before, and `undo`
puts it back.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from empla.errors import InputError
from empla.memory.consolidation.changes import recorded
from empla.memory.knowledge import commands as knowledge
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.names import folded
from empla.memory.knowledge.recording import episodes_changed
from empla.memory.model import Importance, Visibility
from empla.store.store import Store, instant

LONGEST_SUBJECT = 300


def edit(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Change, in the current transaction, what is said of a memory; InputError for what cannot be changed."""
    memory = str(fields.get("memory") or "")
    if memory[:1] != "e" or not memory[1:].isdecimal():
        knowledge.edit(store, fields, at)
        return
    rows = store.find("episode", {"seq": int(memory[1:])}, ("state", "author", "people"))
    if not rows or rows[0].state == "forgotten":
        raise InputError(f"there is no episode {memory}", next_step="see `empla memory search`")
    values = _values(store, rows[0], fields)
    if not values:
        raise InputError("it is not said what shall be otherwise", next_step="importance, visibility, subject, or who")
    by = str(fields.get("by") or "somebody")
    with recorded(store, f"told:{memory}:{instant(at)}", f"edit by {by}", at):
        store.change("episode", {"seq": int(memory[1:])}, values)
        episodes_changed(store, [int(memory[1:])], at)


def _values(store: Store, row: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if fields.get("importance"):
        values["importance"] = _level(Importance, str(fields["importance"]))
    if fields.get("visibility"):
        values["visibility"] = _level(Visibility, str(fields["visibility"]))
    if fields.get("subject"):
        values["subject"] = " ".join(str(fields["subject"]).split())[:LONGEST_SUBJECT]
    if fields.get("who"):
        values |= _who(store, row, str(fields["who"]), str(fields.get("instead") or ""))
    return values


def _level(levels: type[IntEnum], name: str) -> int:
    if name.upper() not in levels.__members__:
        names = ", ".join(level.lower() for level in levels.__members__)
        raise InputError(f"there is no {levels.__name__.lower()} {name!r}", next_step=f"one of {names}")
    return int(levels[name.upper()])


def _who(store: Store, row: Any, who: str, instead: str) -> dict[str, Any]:
    """Return author and people with somebody in the place of whom they were taken for."""
    right = _addresses(store, who)
    if not right:
        raise InputError(f"I know no address of {who!r}", next_step="say it with the address")
    people: list[str] = json.loads(row.people or "[]")
    wrong = set(_addresses(store, instead)) if instead else {row.author}
    if not wrong & {row.author, *people}:
        raise InputError(f"{instead or 'nobody'} took no part in it")
    changed = list(dict.fromkeys(right[0] if one in wrong else one for one in people))
    author = right[0] if row.author in wrong else row.author
    return {"author": author, "people": json.dumps(changed, ensure_ascii=False)}


def _addresses(store: Store, name: str) -> tuple[str, ...]:
    """Return the addresses of the one who is called so."""
    if "@" in name:
        return (name.strip().lower(),)
    rows = store.find("alias", {"kind": "name", "closed_at": ""}, ("entity", "value"))
    wanted = folded(name)
    facts = Facts(store)
    found = {facts.root(row.entity) for row in rows if row.value == wanted or wanted in row.value.split()}
    if len(found) > 1:
        raise InputError(f"several are called {name!r}", next_step="say it with the address")
    entity = facts.entity(found.pop()) if found else None
    return entity.addresses if entity is not None else ()
