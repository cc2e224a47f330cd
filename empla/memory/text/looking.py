"""Looking into the tables of the index of words: what SQLite and PostgreSQL have in common of it."""

# ruff: noqa: S608 - names come from our own code, values are always parameters

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from empla.memory.text.index import Bounds, Called, Mark, Piece, Totals
from empla.memory.text.pieces import PER_EPISODE
from empla.store.store import instant

COLUMNS: Final = ", ".join(Piece._fields)
"""Columns of a piece, in its order."""
MARK: Final = tuple(f"mark_{name}" for name in Mark._fields)
"""Names by which the parts of the mark are known."""
_AT_ONCE: Final = 500
"""Values that one statement is given: below every limit of both engines."""
_OF_DAYS: Final = 2_000
"""Pieces of some days among which the important ones are chosen, the latest: days may have tens of thousands."""
_IMPORTANT: Final = "p.importance DESC, p.at DESC, p.number DESC"


class ReadTables(ABC):
    """Tables of one employee, to read."""

    @abstractmethod
    def _fetch(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return what it finds."""

    def _known(self) -> dict[str, int]:
        return dict(self._fetch("SELECT name, value FROM known"))

    def mark(self) -> Mark:
        """Return how far the truth was read."""
        return mark_of(self._known())

    def totals(self) -> Totals:
        """Return what there is on the whole."""
        known = self._known()
        return Totals(known.get("pieces", 0), known.get("length", 0))

    def frequencies(self, roots: Sequence[str]) -> Mapping[str, int]:
        """Return in how many pieces each root stands; one that stands in none may be left out."""
        return dict(self._fetch(f"SELECT root, df FROM term WHERE root IN ({_marks(roots)})", tuple(roots)))

    def written(
        self, first_day: int, last_day: int, bounds: Bounds, limit: int, authors: Sequence[int] = ()
    ) -> Sequence[int]:
        """Return pieces of these days, the important and the later first."""
        holds, values = self._conditions(bounds)
        if authors:
            holds, values = [f"p.author IN ({_marks(authors)})", *holds], [*authors, *values]
        holds = ["p.day BETWEEN ? AND ?", *holds]
        latest = (
            f"SELECT p.* FROM piece p WHERE {' AND '.join(holds)} ORDER BY p.day DESC, p.number DESC LIMIT {_OF_DAYS}"
        )
        statement = f"SELECT p.number FROM ({latest}) p ORDER BY {_IMPORTANT} LIMIT ?"
        return [row[0] for row in self._fetch(statement, (first_day, last_day, *values, limit))]

    def within(self, bounds: Bounds, limit: int) -> Sequence[int]:
        """Return pieces within bounds, the important and the later first: where the words say nothing."""
        holds, values = self._conditions(bounds)
        where = f"WHERE {' AND '.join(holds)}" if holds else ""
        statement = f"SELECT p.number FROM piece p {where} ORDER BY {_IMPORTANT} LIMIT ?"
        return [row[0] for row in self._fetch(statement, (*values, limit))]

    def pieces(self, numbers: Sequence[int]) -> Mapping[int, Piece]:
        """Return these pieces; numbers that there are not any more are left out."""
        return {
            row[0]: Piece._make(row)
            for some in _portions(numbers)
            for row in self._fetch(f"SELECT {COLUMNS} FROM piece WHERE number IN ({_marks(some)})", some)
        }

    def visible(self, numbers: Sequence[int], bounds: Bounds) -> Sequence[int]:
        """Return which of these pieces are within bounds: for neighbours, and for what another index has found."""
        holds, values = self._conditions(bounds)
        found: set[int] = set()
        for some in _portions(numbers):
            where = " AND ".join((f"p.number IN ({_marks(some)})", *holds))
            found.update(row[0] for row in self._fetch(f"SELECT p.number FROM piece p WHERE {where}", (*some, *values)))
        return [number for number in numbers if number in found]

    def called(self, words: Sequence[str]) -> Mapping[str, Sequence[Called]]:
        """Return whom each of these words, lower-cased and without accents, may name."""
        found: dict[str, list[Called]] = defaultdict(list)
        for some in _portions(words):
            for word, person, entity, writes in self._fetch(
                "SELECT c.word, p.number, p.entity, EXISTS (SELECT 1 FROM piece e WHERE e.author = p.number)"
                " FROM called c JOIN person p ON p.number = c.person"
                f" WHERE c.word IN ({_marks(some)}) ORDER BY p.number",
                some,
            ):
                found[word].append(Called(person, entity, bool(writes)))
        return found

    def persons(self, addresses: Sequence[str]) -> Mapping[str, int]:
        """Return the numbers of the persons with these addresses who are known."""
        return {
            address: number
            for some in _portions(addresses)
            for address, number in self._fetch(
                f"SELECT address, number FROM person WHERE address IN ({_marks(some)})", some
            )
        }

    def together(self, address: str) -> tuple[str, ...]:
        """Return all addresses of whoever has this one, itself first."""
        others = self._fetch(
            "SELECT o.address FROM person p JOIN person o ON o.entity = p.entity"
            " WHERE p.address = ? AND p.entity <> 0 AND o.address <> ? ORDER BY o.address",
            (address.lower(), address.lower()),
        )
        return (address.lower(), *(row[0] for row in others))

    def addresses(self, persons: Sequence[int]) -> tuple[str, ...]:
        """Return the addresses of persons."""
        statement = f"SELECT address FROM person WHERE number IN ({_marks(persons)}) ORDER BY address"
        return tuple(row[0] for row in self._fetch(statement, tuple(persons)))

    def _conditions(self, bounds: Bounds) -> tuple[list[str], list[Any]]:
        """Return bounds as conditions on a piece `p`, and their values."""
        if bounds.is_open:
            return [], []
        holds: list[str] = []
        values: list[Any] = []
        viewer = bounds.viewer
        if not viewer.everything:
            part, some = self._took_part(viewer.addresses)
            holds.append(f"(p.visibility >= ? OR {part})")
            values += [int(viewer.least), *some]
        for group in bounds.people:
            part, some = self._took_part(group)
            holds.append(part)
            values += some
        if bounds.since is not None:
            holds.append("p.at >= ?")
            values.append(instant(bounds.since))
        if bounds.until is not None:
            holds.append("p.at < ?")
            values.append(instant(bounds.until))
        if bounds.kinds:
            holds.append(f"p.kind IN ({_marks(bounds.kinds)})")
            values += [str(kind) for kind in bounds.kinds]
        return holds, values

    def _took_part(self, addresses: Sequence[str]) -> tuple[str, list[int]]:
        """Return the condition that one of these addresses took part; nobody whom the index does not know did."""
        some = sorted(self.persons(tuple(address.lower() for address in addresses)).values())
        if not some:
            return "1 = 0", []
        return (
            "EXISTS (SELECT 1 FROM took_part t"
            f" WHERE t.person IN ({_marks(some)}) AND t.episode = p.number / {PER_EPISODE})"
        ), some


def mark_of(known: Mapping[str, int]) -> Mark:
    """Return the mark out of what is known by name."""
    return Mark(*(known.get(name, 0) for name in MARK))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _portions(values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(values), _AT_ONCE):
        yield tuple(values[start : start + _AT_ONCE])
