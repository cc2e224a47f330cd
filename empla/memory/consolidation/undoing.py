"""Putting back what consolidation, or a person's word, changed in memory.

What was changed gets its former columns, what was removed comes back, and what was added counts no more: a fact or an
alias is closed, an episode, entity or document replaced by nothing. Such rows stay, so that no number is used twice,
and what made them finds its key and does not make them again. A row that somebody changed meanwhile is left as it is:
what was said last holds. What was erased for good (`forgotten`) cannot come back, and nothing of it was kept.

Putting back is a change too, so it can be put back in its turn.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from empla.errors import InputError
from empla.memory.consolidation.changes import ADDED, CHANGED, COLUMNS, COUNTED, REMOVED, TABLES, recorded
from empla.memory.knowledge.recording import look_again, withdraw
from empla.memory.model import Basis, Kept
from empla.store.store import Store, instant

UNDONE = "undone"
"""Why a fact that was put back is closed."""
UNDO = "undo"
"""The step of what putting back itself changes."""

_ROW = ("seq", "run", "step", "memory", "what", "before", "after", "undone_at")


def undo(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Put back, in the current transaction, what the field `what` names; `run` and `id` are other names for that field.

    It is a run, of which all is meant; the number of one change ("c12"); or a memory ("f7", "e12"): then the last step
    that changed it is meant, with all that this step did. InputError if there is nothing of that name to put back.
    """
    rows = _named(store, str(fields.get("what") or fields.get("run") or fields.get("id") or "").strip())
    name = f"{UNDO}:{rows[0].run}:{rows[0].seq}"
    with recorded(store, name, UNDO, at):
        # First the facts that came, with whatever rests on them by now, also from elsewhere; what that brings back
        # by itself is then found as it was before.
        withdraw(store, _added_facts(store, rows), UNDONE, at)
        for row in reversed(rows):
            _put_back(store, row, at)
        look_again(store, _numbers(rows, "f"), _numbers(rows, "n"), at)
    for row in rows:
        store.change("consolidation", {"seq": row.seq}, {"undone_at": instant(at)})


def _named(store: Store, name: str) -> Sequence[Any]:
    """Return the changes that are meant, oldest first."""
    if not name:
        raise InputError("what shall be put back has to be named", next_step="by its run, or by the id of a memory")
    number = int(name[1:]) if name[1:].isdecimal() else 0
    if number and name[0] == "c":
        rows = store.find("consolidation", {"seq": number}, _ROW)
    elif number and name[0] in TABLES:
        last = [row for row in store.find("consolidation", {"memory": name}, _ROW, newest=True) if _is_open(row)][:1]
        rows = [r for o in last for r in store.find("consolidation", {"run": o.run}, _ROW) if r.step == o.step]
    else:
        rows = store.find("consolidation", {"run": name}, _ROW)
    found = [row for row in rows if _is_open(row)]
    if not found:
        raise InputError(f"there is nothing to put back of {name!r}", next_step="see `empla memory show`")
    return found


def _is_open(row: Any) -> bool:
    """Return whether a row is a change that can be put back, and was not yet."""
    return not row.undone_at and row.memory[:1] in TABLES and row.what in (ADDED, CHANGED, REMOVED)


def _numbers(rows: Sequence[Any], letter: str) -> list[int]:
    return sorted({int(row.memory[1:]) for row in rows if row.memory[:1] == letter})


def _added_facts(store: Store, rows: Sequence[Any]) -> list[int]:
    """Return the facts that came and that nobody has closed since; what followed from them goes with them."""
    numbers = [int(row.memory[1:]) for row in rows if row.what == ADDED and row.memory[:1] == "f"]
    found = [r for n in numbers for r in store.find("fact", {"seq": n}, ("seq", "closed_at", "basis"))]
    return [row.seq for row in found if not row.closed_at and row.basis != Basis.DERIVED]


def _put_back(store: Store, row: Any, at: datetime) -> None:
    table, seq = TABLES[row.memory[:1]], int(row.memory[1:])
    before = json.loads(row.before) if row.before else {}
    if row.what == ADDED:
        _take_out(store, table, seq, at)
    elif row.what == REMOVED:
        store.add(table, before)
    else:
        after = json.loads(row.after) if row.after else {}
        now = store.find(table, {"seq": seq}, COLUMNS[table])
        if now and all(getattr(now[0], column) == value for column, value in after.items()):
            _change(store, table, seq, before)


def _change(store: Store, table: str, seq: int, values: Mapping[str, Any]) -> None:
    """Change a row; one that indexes read by the number of its last change gets a new one."""
    if table in COUNTED:
        newest = store.find(table, {}, ("changed",), order="changed", newest=True, limit=1)
        values = {**values, "changed": newest[0].changed + 1}
    store.change(table, {"seq": seq}, values)


def _take_out(store: Store, table: str, seq: int, at: datetime) -> None:
    """Have a row that was added count no more, unless it counts no more already."""
    now = store.find(table, {"seq": seq}, COLUMNS[table])
    if not now:
        return
    match table:
        case "fact" if not now[0].closed_at:
            _change(store, table, seq, {"closed_at": instant(at), "closed_why": UNDONE})
        case "alias" if not now[0].closed_at:
            store.change(table, {"seq": seq}, {"closed_at": instant(at)})
        case "episode" | "entity" | "document" if now[0].state == Kept.KEPT:
            _change(store, table, seq, {"state": Kept.REPLACED.value, "stands_for": 0})
        case "support":
            store.change(table, {"seq": seq}, {"fact": 0, "proof": f"{UNDONE} {seq}"})
        case "use":
            store.change(table, {"seq": seq}, {"count": 0, "last_at": ""})
