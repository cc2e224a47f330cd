"""What is changed in memory, kept with what was before, so that it can be put back (`undoing`).

Whatever is written inside `recorded` leaves rows of the table `consolidation`, whoever writes it: one for each row of
memory that came, changed or went. `memory` says which ("f7", "e12"; also aliases "a", supports "s" and uses "u"),
`what` is "added", "changed" or "removed", `before` and `after` hold the columns that differ, as JSON; of a row that was
added they are empty, for it can be read where it stands. `run` is shared by all that one night or one command did,
`step` by what belongs together: one episode that was read, one thread that was summarised.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from empla.faults import point
from empla.store.store import Store, instant
from empla.store.tables import EMPLOYEE

LETTERS: Final = {
    "episode": "e",
    "fact": "f",
    "entity": "n",
    "alias": "a",
    "support": "s",
    "document": "d",
    "use": "u",
}
"""The tables of memory, and the letter that their rows' numbers are written with."""
TABLES: Final = {letter: name for name, letter in LETTERS.items()}

ADDED: Final = "added"
CHANGED: Final = "changed"
REMOVED: Final = "removed"
_NOT_KEPT: Final = frozenset({"tenant_id", "employee_id", "seq", "changed"})
COLUMNS: Final = {
    name: tuple(c.name for c in EMPLOYEE.tables[name].columns if c.name not in _NOT_KEPT) for name in LETTERS
}
"""The columns of each of these tables, without its key and the number of a row's last change: that only rises."""
COUNTED: Final = frozenset(name for name in LETTERS if "changed" in EMPLOYEE.tables[name].columns)
"""Tables whose rows have such a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    memory: str
    what: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class _Noted:
    """What is written while it watches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changes: list[_Change] = []

    def added(self, name: str, row: Mapping[str, Any]) -> None:
        if name in LETTERS:
            self.changes.append(_Change(memory=f"{LETTERS[name]}{row['seq']}", what=ADDED, before={}, after={}))

    def changing(self, name: str, by: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        if name not in LETTERS:
            return
        for row in self._store.find(name, by, ("seq", *COLUMNS[name])):
            before = {c: getattr(row, c) for c, new in values.items() if c in COLUMNS[name] and getattr(row, c) != new}
            if before:
                after = {column: values[column] for column in before}
                memory = f"{LETTERS[name]}{row.seq}"
                self.changes.append(_Change(memory=memory, what=CHANGED, before=before, after=after))

    def removing(self, name: str, by: Mapping[str, Any]) -> None:
        if name not in LETTERS:
            return
        newest = self._store.find(name, (), ("seq",), limit=1, newest=True)
        for row in self._store.find(name, by, ("seq", *COLUMNS[name])):
            if row.seq != newest[0].seq:  # that one stays, whoever asks for its end
                before = {column: getattr(row, column) for column in COLUMNS[name]}
                memory = f"{LETTERS[name]}{row.seq}"
                self.changes.append(_Change(memory=memory, what=REMOVED, before=before, after={}))


@contextmanager
def recorded(store: Store, run: str, step: str, at: datetime) -> Iterator[None]:
    """Keep what is changed in memory inside, in the current transaction, with what was before."""
    noted = _Noted(store)
    with store.watched(noted):
        yield
    point(f"memory:{step.partition(':')[0]}:changed")
    for change in noted.changes:
        store.add(
            "consolidation",
            {
                "run": run,
                "step": step,
                "at": instant(at),
                "memory": change.memory,
                "what": change.what,
                "before": _text(change.before),
                "after": _text(change.after),
            },
        )


def _text(columns: Mapping[str, Any]) -> str:
    return json.dumps(columns, sort_keys=True, ensure_ascii=False) if columns else ""


def was_undone(store: Store, memory: str, step: str) -> bool:
    """Return whether somebody has put back what this step once did to a memory: then it is not done again."""
    rows = store.find("consolidation", {"memory": memory}, ("step", "undone_at"))
    return any(row.step == step and row.undone_at for row in rows)
