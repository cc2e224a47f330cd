"""Erasing rows of memory: each becomes a tombstone, a number and a state with the salted hash of what it was.

All of it happens in one transaction, with what follows for facts (`empla.memory.knowledge`): what rests on nothing else
is closed, and erased with it. The indexes learn of it by rows of `consolidation`, as of every change.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from empla.memory.forgetting.finding import Meant
from empla.memory.forgetting.words import Words, hashed
from empla.memory.knowledge.desk import Desk
from empla.memory.knowledge.recording import episodes_changed, forget_facts
from empla.memory.model import Basis, Kept
from empla.store.store import Store, instant
from empla.store.tables import EMPLOYEE

FORGOTTEN: Final = "forgotten"
"""What the log of changes says of it, and the step."""

_BLANK: Final = {
    "episode": dict.fromkeys(("thread", "author", "subject", "text", "rationale", "percept", "intention", "action"), "")
    | {"people": "[]"},
    "fact": dict.fromkeys(("object", "said_by", "rule"), "") | {"people": "[]", "gaps": ""},
    "entity": {"name": ""},
    "document": {"place": "", "name": "", "sha256": "", "taught_by": ""},
}
_ALIAS: Final = ("seq", "entity", "kind", "value", "shown", "evidence")


class Erasing:
    """Erases what is meant from one store; `hashes` are those of what was, by its id, and `counts` how many."""

    def __init__(self, store: Store, meant: Meant, salt: str, run: str, at: datetime) -> None:
        self._store = store
        self._meant = meant
        self._words: Words = meant.words(salt)
        self._salt = salt
        self._run = run
        self._at = at
        self.hashes: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def erase(self) -> None:
        """Erase everything, in the current transaction."""
        meant = self._meant
        for number in sorted(meant.episodes):
            self._tombstone("episode", number)
        for number in sorted(meant.facts):
            self._hash("fact", number)
        episodes_changed(self._store, sorted(meant.episodes), self._at)
        forget_facts(self._store, sorted(meant.facts), self._at)
        for number in self._concluded():
            meant.facts.add(number)
            self._hash("fact", number)
            forget_facts(self._store, [number], self._at)
        for number in sorted(meant.facts):
            self._blank("fact", number)
        self._aliases()
        desk = Desk(self._store, self._at)
        for number in sorted(meant.entities):
            self._tombstone("entity", number)
            desk.touch(number)
        for number in sorted(meant.documents):
            self._tombstone("document", number)

    def _concluded(self) -> Sequence[int]:
        """Return the facts that rules made and that nothing supports any more: their words are whose they rested on."""
        rows = self._store.find("fact", {"basis": Basis.DERIVED.value}, ("seq", "closed_at", "state"))
        return [
            row.seq
            for row in rows
            if row.closed_at and row.state != Kept.FORGOTTEN and self._rests_on_forgotten(row.seq)
        ]

    def _rests_on_forgotten(self, fact: int) -> bool:
        rows = self._store.find("support", {"fact": fact}, ("supporter",))
        gone = {f"e{n}" for n in self._meant.episodes} | {f"f{n}" for n in self._meant.facts}
        return any(row.supporter in gone for row in rows)

    def _tombstone(self, table: str, number: int) -> None:
        self._hash(table, number)
        self._blank(table, number)

    def _hash(self, table: str, number: int) -> None:
        """Note the salted hash of a row as it is, once."""
        memory = f"{_LETTERS[table]}{number}"
        if memory in self.hashes:
            return
        columns = _COLUMNS[table]
        row = self._store.find(table, {"seq": number}, columns)[0]
        content = json.dumps({c: getattr(row, c) for c in columns}, sort_keys=True, ensure_ascii=False)
        self.hashes[memory] = hashed(self._salt, content)

    def _blank(self, table: str, number: int) -> None:
        memory = f"{_LETTERS[table]}{number}"
        values: dict[str, Any] = {**_BLANK[table], "state": Kept.FORGOTTEN.value}
        if table == "episode":
            values |= {"outcome": f"erased {self.hashes[memory]}", "key": self._key(table, number)}
        elif table == "fact":
            values |= {"closed_why": FORGOTTEN, "key": self._key(table, number)}
        self._store.change(table, {"seq": number}, values)
        self._log(memory)
        self.counts[table] = self.counts.get(table, 0) + 1

    def _key(self, table: str, number: int) -> str:
        """Return what is left of a row's key: it stays where it can, so that what made the row never makes it again."""
        return self._words.id(str(self._store.find(table, {"seq": number}, ("key",))[0].key))

    def _aliases(self) -> None:
        for row in _rows(self._store, "alias", _ALIAS):
            theirs = row.entity in self._meant.entities
            spoken = self._words.are_in(row.value) or self._words.are_in(row.shown)
            if theirs or spoken:
                self.hashes[f"a{row.seq}"] = hashed(self._salt, f"{row.kind}:{row.value}")
                gone = {"value": "", "shown": "", "evidence": "", "closed_at": instant(self._at)}
                self._store.change("alias", {"seq": row.seq}, gone)
                self._log(f"a{row.seq}")
                self.counts["alias"] = self.counts.get("alias", 0) + 1
            elif (
                row.evidence[:1] == "e"
                and row.evidence[1:].isdecimal()
                and int(row.evidence[1:]) in self._meant.episodes
            ):
                self._store.change("alias", {"seq": row.seq}, {"evidence": FORGOTTEN})

    def _log(self, memory: str) -> None:
        """Let nothing stand by which it could be put back, and tell the indexes."""
        self._store.change("consolidation", {"memory": memory}, {"before": "", "after": ""})
        row = {"run": self._run, "step": FORGOTTEN, "at": instant(self._at), "memory": memory}
        self._store.add("consolidation", {**row, "what": FORGOTTEN, "before": "", "after": ""})


def _rows(store: Store, table: str, columns: tuple[str, ...]) -> Sequence[Any]:
    return store.find(table, (), columns)


_LETTERS: Final[Mapping[str, str]] = {"episode": "e", "fact": "f", "entity": "n", "document": "d"}
_COLUMNS: Final = {
    name: tuple(c.name for c in EMPLOYEE.tables[name].columns if c.name not in ("tenant_id", "employee_id"))
    for name in _LETTERS
}
