"""Memories of one employee on both engines: the truth as the engine writes it, and the index that is read of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.memory.text.index import TextIndex
from empla.memory.text.postgres import ServerIndex
from empla.memory.text.reading import catch_up
from empla.memory.text.sqlite import FILE, FileIndex
from empla.store.store import Store, instant
from tests.store.conftest import Ground, ground, in_child, postgresql, server, sqlite, stores_url

__all__ = ["Mind", "ground", "in_child", "mind", "postgresql", "server", "sqlite", "stores_url"]

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Mind:
    """The tables of an employee, and the index of them."""

    ground: Ground
    folder: Path
    store: Store
    opened: list[TextIndex] = field(default_factory=list)

    def open_index(self) -> TextIndex:
        """Open the index once more, as another process would."""
        index: TextIndex
        if self.ground.engine == "sqlite":
            index = FileIndex(self.folder / FILE)
        else:
            index = ServerIndex(str(self.ground.where), self.ground.employee)
        self.opened.append(index)
        return index

    def remember(self, text: str, **fields: Any) -> int:
        """Write one episode; return its number. `minutes` is when, after everything began."""
        with self.store.transaction():
            return self.store.add("episode", row(text, **fields))

    def change(self, number: int, **fields: Any) -> None:
        """Change an episode and write so into the log, as whoever changes memory does."""
        with self.store.transaction():
            self.store.change("episode", {"seq": number}, fields)
            self.log(f"e{number}")

    def log(self, memory: str) -> None:
        self.store.add(
            "consolidation",
            {"run": "r", "step": "s", "at": "", "memory": memory, "what": "changed", "before": "{}", "after": "{}"},
        )

    def caught_up(self) -> TextIndex:
        """Return the index, up to date."""
        index = self.opened[0] if self.opened else self.open_index()
        catch_up(self.store, index)
        return index


def row(
    text: str,
    *,
    by: str = "bob@acme.example",
    to: Sequence[str] = ("ada@office.example",),
    thread: str = "",
    minutes: float = 0,
    at: datetime | None = None,
    **fields: Any,
) -> dict[str, Any]:
    when = at or BEGAN + timedelta(minutes=minutes)
    made = {
        "kind": "mail", "subject": "", "outcome": "", "rationale": "", "importance": 2, "visibility": 0,
        "source": "percept", "percept": "", "intention": "", "action": "",
    }  # fmt: skip
    people = json.dumps([by, *to])
    key = f"{text}{by}{when}{thread}"
    return {
        **made,
        "key": key,
        "at": instant(when),
        "thread": thread,
        "author": by,
        "people": people,
        "text": text,
    } | fields


@pytest.fixture
def mind(ground: Ground, tmp_path: Path) -> Iterator[Mind]:
    found = Mind(ground, tmp_path / "recall", ground.hold())
    yield found
    for index in found.opened:
        index.close()
