"""Writes that wait: what many cycles write, put together by table, so that few statements write it.

A transaction that gathers keeps here what is added, put and amended, until somebody reads that table or writes to it at
once, or until the commit. What waits and is undone was never written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

Values = Mapping[str, Any]


class Way(Enum):
    """How a row is written: as a new one; as a new one or over the one that is known; over the one that is known."""

    ADD = 1
    PUT = 2
    AMEND = 3


class Shape(NamedTuple):
    """What writes have in common that one statement can do: way, column that names the row, columns to change."""

    way: Way
    by: str
    columns: tuple[str, ...]


ADDED = Shape(Way.ADD, "seq", ())


@dataclass(slots=True)
class Layer:
    """What waits of a transaction, or of one part of it.

    `before` are the last numbers before it began. `opened`: its savepoint is set, so that what it writes can be undone.
    `shared`: what waits is also that of parts in it that have ended. `puts` are the tables of which rows wait that have
    no number yet.
    """

    before: dict[str, int]
    opened: bool = False
    shared: bool = False
    puts: set[str] = field(default_factory=set)
    waiting: dict[str, list[tuple[Shape, Values]]] = field(default_factory=dict)

    def take_over(self, part: "Layer") -> None:
        """Let what waits of a part that has ended wait here."""
        self.shared = self.shared or bool(part.waiting)
        self.puts |= part.puts
        for table, writes in part.waiting.items():
            known = self.waiting.get(table)
            if known is None:
                self.waiting[table] = writes
            else:
                known += writes


def runs(writes: Iterable[tuple[Shape, Values]]) -> Iterator[tuple[Shape, list[Values]]]:
    """Give writes to one table as runs of one shape, in order; a row that is written again in a run is written once."""
    shape: Shape | None = None
    rows: dict[Any, Values] = {}
    for of, values in writes:
        if of != shape:
            if shape is not None:
                yield shape, list(rows.values())
            shape, rows = of, {}
        key = values[of.by]
        known = rows.get(key)
        rows[key] = values if known is None else {**known, **{c: values[c] for c in of.columns}}
    if shape is not None:
        yield shape, list(rows.values())
