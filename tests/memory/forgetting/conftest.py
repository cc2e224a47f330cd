"""The assistant's desk in memory, as in the tests of the assistant itself, and forgetting carried through at it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from empla.engine.forgetting import Forgetter
from empla.engine.memory import OwnMemory
from empla.memory.commands import MEMORY
from empla.memory.forgetting.scanning import scan
from empla.mind.values import OWN
from tests.employees.executive_assistant.conftest import Desk, desk

__all__ = ["desk"]

RECEIPT = "the receipt of whoever asked"


def folder(desk: Desk) -> Path:
    """Return the folder in which everything lies that the employee keeps."""
    return Path(desk.ada.store.place).parent


def forget(desk: Desk, **fields: Any) -> None:
    """Have the assistant forget something, and carry it through."""
    begin(desk, **fields)
    for _ in carry_through(desk):
        pass


def begin(desk: Desk, run: str = "forget:test", **fields: Any) -> None:
    """Have the assistant told what to forget."""
    fields = {"do": "forget", "by": "maria@office.example", "salt": RECEIPT, "run": run, **fields}
    desk.ada.tell_percept(f"memory:{run}", MEMORY, fields, OWN)
    desk.ada.work()


def carry_through(desk: Desk) -> Iterator[None]:
    """Do what is left of it a piece at a time, as the engine does when nothing else is to do."""
    engine = desk.ada.engine
    memory: OwnMemory = engine._memory
    forgetter = Forgetter(desk.ada.store, desk.ada.place.blobs, reload=engine._reload, index=memory.let_go)
    while forgetter.piece(desk.ada.clock.now()):
        desk.ada.work()
        yield


def holders(desk: Desk, *words: str) -> list[str]:
    """Return what in the employee's folder still holds any of these words, also as bytes of any file."""
    found = [f"{f.path.name} {f.where}".strip() for f in scan(folder(desk), words)]
    for path in folder(desk).rglob("*"):
        if path.is_file() and any(word.encode().lower() in path.read_bytes().lower() for word in words):
            found.append(path.name)
    return found


def integrity(desk: Desk) -> str:
    """Return what SQLite says of the store's file."""
    with closing(sqlite3.connect(desk.ada.store.place)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
