"""Every other table of an employee: looked through row by row for the words, and left without them.

Acts and steps of what was forgotten lose their words whole: their ids, states, hashes and times stay, so that what was
done can still be counted and explained. The journal keeps its digests, which no longer follow from what is left: that
is why a replay begins after it. What is packed is unpacked, looked through, and packed again. What an intention or a
question that is open, or an act that is not over, still needs is left, and named.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import UniqueConstraint

from empla.memory.forgetting.task import SENSOR
from empla.memory.forgetting.words import Words
from empla.mind.intentions import OVER
from empla.store.store import Store
from empla.store.tables import EMPLOYEE

AT_ONCE: Final = 100
"""Rows that one piece looks at."""

_MEMORY: Final = frozenset({"episode", "fact", "entity", "alias", "document", "support", "use"})
_NEVER: Final = frozenset({"ledger", "salt", "secret", "lease", "blob", "snapshot"})
"""The chain of the ledger has no words in it, and cannot be changed; the others are seen to apart."""
_LAST: Final = ("journal", "packed_steps", "packed_cycles")
"""Into which others are packed: looked through after them, so that nothing slips from the one into the other."""
TABLES: Final = (*(name for name in EMPLOYEE.tables if name not in _MEMORY | _NEVER | {*_LAST}), *_LAST)
"""The tables, in the order in which they are looked through."""

ENDED: Final = frozenset({"done", "failed", "refused", "cancelled", "reconciled", "superseded", "expired", "reversed"})
"""States of acts that are over. What is unknown is a person's to settle: its bytes may still be asked for."""


@dataclass(slots=True, kw_only=True)
class Looked:
    """What came of one piece: up to which row, which were changed (with what they were), and which are needed."""

    upto: int
    more: bool
    changed: list[tuple[str, str]] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)


class Looking:
    """Looks through the tables of one store for words. What is `also_open` is not spared, but for acts under way."""

    def __init__(self, store: Store, words: Words, *, also_open: bool = False, writes: bool = True) -> None:
        self._store = store
        self._words = words
        self._also_open = also_open
        self._writes = writes
        self._open: dict[str, bool] = {}

    def piece(self, table: str, after: int) -> Looked:
        """Look through the next rows of a table, in the current transaction."""
        columns = _COLUMNS[table]
        rows = self._store.find(table, (), ("seq", *columns), at_least={"seq": after + 1}, limit=AT_ONCE)
        looked = Looked(upto=rows[-1].seq if rows else after, more=len(rows) == AT_ONCE)
        for row in rows:
            if table == "cursor" and row.sensor.startswith(SENSOR):
                continue  # what is being forgotten stands there until it is
            before = {name: _plain(getattr(row, name)) for name in columns}
            values = self._left(table, row, before)
            changed = {name: value for name, value in values.items() if value != before[name]}
            if not changed:
                continue
            name = f"{table} {_name(table, row)}"
            if self._is_needed(table, row):
                looked.needed.append(name)
                continue
            looked.changed.append((name, "|".join(str(before[n]) for n in sorted(changed))))
            if self._writes:
                self._store.change(table, {"seq": row.seq}, changed)
        return looked

    # what is left -------------------------------------------------------------------------------------------------

    def _left(self, table: str, row: Any, before: dict[str, Any]) -> dict[str, Any]:
        """Return the columns of a row as they are to be."""
        if table == "consolidation":
            return {**before, **{name: self._words.text(before[name]) for name in ("before", "after")}}
        whole = _KEYS.get(table)
        if whole is not None and getattr(row, whole) in self._words.keys:
            left = {name: self._nothing(table, name, value) for name, value in before.items()}
        else:
            left = {name: self._value(table, name, value) for name, value in before.items()}
        if table == "action" and any(left[n] != before[n] for n in ("arguments", "target", "outcome", "lane")):
            left["content"] = b""
        return left

    def _value(self, table: str, name: str, value: Any) -> Any:
        if isinstance(value, bytes):
            return self._packed(table, value)
        if not isinstance(value, str) or not value:
            return value
        return self._words.id(value) if name in _IDS[table] else self._words.text(value)

    def _nothing(self, table: str, name: str, value: Any) -> Any:
        if isinstance(value, bytes):
            return b"" if name == "content" else self._packed(table, value)
        if not isinstance(value, str) or not value:
            return value
        if value[:1] in ("{", "["):
            return _dumps(self._words.nothing(json.loads(value)))
        return self._words.id(value) if name in _FORM or name in _IDS[table] else ""

    def _packed(self, table: str, kept: bytes) -> bytes:
        if table == "action":
            return kept  # exact bytes, in transport encodings: they go with the arguments they were made of
        try:
            body = zlib.decompress(kept)
        except zlib.error:
            return self._words.body(kept) if kept else kept
        left = _PACKED.get(table, Words.body)(self._words, body)
        return kept if left == body else zlib.compress(left, 6)

    # what is needed -----------------------------------------------------------------------------------------------

    def _is_needed(self, table: str, row: Any) -> bool:
        """Return whether something that is not over still needs a row."""
        match table:
            case "action":
                if row.state in ("claimed", "on_wire"):
                    return True
                return not self._also_open and (row.state not in ENDED or self._is_open(row.intention))
            case "percept":
                return bool(row.state == "new")
            case "belief":
                return bool(row.held)
            case "goal":
                return row.state in ("active", "waiting", "suspended")
            case "question":
                return bool(row.state == "open") and self._is_open(str(row.id).partition(".")[0])
            case "intention":
                return self._is_open(row.id)
            case "step" | "hold":
                return self._is_open(row.intention)
            case "occurrence":
                return bool(row.state == "due")
            case "cursor":
                return True
        return False

    def _is_open(self, intention: str) -> bool:
        if intention not in self._open:
            rows = self._store.find("intention", {"id": intention}, ("stage",))
            self._open[intention] = bool(rows) and rows[0].stage not in _OVER
        return self._open[intention]


def _cycles(words: Words, body: bytes) -> bytes:
    """Return what is left of a block of cycles: of each a line about it, its changes, and what it handled."""
    lines = body.split(b"\n")
    for place in range(0, len(lines), 3):
        percept = json.loads(lines[place])[1]
        lines[place], lines[place + 1] = words.body(lines[place]), words.body(lines[place + 1])
        if lines[place + 2]:
            whole = percept in words.keys
            left = words.nothing(json.loads(lines[place + 2])) if whole else None
            lines[place + 2] = _dumps(left).encode() if whole else words.body(lines[place + 2])
    return b"\n".join(lines)


def _steps(words: Words, body: bytes) -> bytes:
    """Return what is left of the steps of an intention, with the beliefs that it was adopted on."""
    kept = json.loads(body)
    left = {
        "beliefs": {name: words.text(text) for name, text in kept["beliefs"].items()},
        "steps": {
            name: _dumps(words.nothing(json.loads(text))) if name in words.keys else words.text(text)
            for name, text in kept["steps"].items()
        },
    }
    return body if left == kept else json.dumps(left, ensure_ascii=False).encode()


_PACKED: Final[dict[str, Callable[[Words, bytes], bytes]]] = {"packed_cycles": _cycles, "packed_steps": _steps}
_OVER: Final = frozenset(stage.value for stage in OVER)
_KEYS: Final = {"percept": "key", "step": "id", "action": "id"}
"""By which column a row is one of which nothing is to be left."""
_FORM: Final = frozenset(
    [
        *("id", "key", "kind", "state", "intention", "operation", "effect", "percept", "correlation", "lane"),
        *("payload_hash", "decision", "rule", "at", "asked_at", "due", "on_wire_at", "ended_at"),
    ]
)
"""Columns that are no words."""
_IDS: Final = {
    name: {
        column.name
        for constraint in EMPLOYEE.tables[name].constraints
        if isinstance(constraint, UniqueConstraint)
        for column in constraint.columns
    }
    for name in EMPLOYEE.tables
}
"""Columns by which a row is known: of two that were different the rest has to be, too."""
_COLUMNS: Final = {
    name: tuple(c.name for c in EMPLOYEE.tables[name].columns if c.name not in ("tenant_id", "employee_id", "seq"))
    for name in TABLES
}


def _name(table: str, row: Any) -> str:
    for column in ("id", "key", "cycle", "intention"):
        if (value := getattr(row, column, None)) is not None:
            return str(value)
    return str(row.seq)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
