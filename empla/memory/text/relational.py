"""The index of words in tables: what SQLite and PostgreSQL have in common.

Only the roots of each piece itself are indexed, not those of its neighbours: recall adds up neighbours' scores instead,
which finds the same and leaves a piece's entry alone when another mail of the thread comes later.
"""

# ruff: noqa: S608 - names come from our own code, values are always parameters

from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, Final

from empla.faults import point
from empla.memory.text.features import names_in
from empla.memory.text.index import Entry, Mark, Naming, News, Piece
from empla.memory.text.looking import COLUMNS, MARK, ReadTables, mark_of
from empla.memory.text.pieces import PER_EPISODE, episode_of

LAYOUT: Final = 2
"""Raised when the tables or the analysis change: an index of another layout is made anew."""

TABLES: Final = (
    "CREATE TABLE known (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    """CREATE TABLE piece (number BIGINT PRIMARY KEY, thread TEXT NOT NULL, at TEXT NOT NULL, day INTEGER NOT NULL,
    author INTEGER NOT NULL, kind TEXT NOT NULL, importance INTEGER NOT NULL, visibility INTEGER NOT NULL,
    flags INTEGER NOT NULL, length INTEGER NOT NULL, spans TEXT NOT NULL, roots TEXT NOT NULL, people TEXT NOT NULL,
    before2 BIGINT NOT NULL, before BIGINT NOT NULL, after BIGINT NOT NULL, after2 BIGINT NOT NULL)""",
    "CREATE INDEX piece_thread ON piece (thread, at, number)",
    "CREATE INDEX piece_author ON piece (author, day)",
    "CREATE INDEX piece_day ON piece (day)",
    "CREATE TABLE person (number INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, entity INTEGER NOT NULL)",
)
_WIPE: Final = "wipe"
_Fresh = tuple[Piece, int, str]
"""A piece that is new, the number of its author, and those of all who took part."""


class RelationalIndex(ReadTables):
    """Tables of one employee, by way of statements with `?` for each value."""

    # the engine's part -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement that finds nothing."""

    @abstractmethod
    def _run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[None]:
        """Commit what is written inside, or nothing; nobody else writes meanwhile."""

    @abstractmethod
    def _index_words(self, pieces: Sequence[Piece]) -> None:
        """Have these pieces found by their roots."""

    @abstractmethod
    def _drop_words(self, pieces: Sequence[Piece]) -> None:
        """Have these pieces, as they were indexed, found no more."""

    @abstractmethod
    def _wipe(self) -> bool:
        """Leave nothing in any file of what was dropped; false if a reader is in the way, then it is tried again."""

    # writing ---------------------------------------------------------------------------------------------------------

    def take(self, expected: Mark, mark: Mark, news: News) -> bool:
        """Move the mark from `expected` and write what is new; false, and nothing done, if it is another by now."""
        with self._writing():
            known = self._known()
            if mark_of(known) != expected:
                return False
            totals = _Sum(known)
            threads = self._drop(self._to_drop(expected, news), totals)
            self._add(news.entries, totals, threads)
            self._link_anew(threads)
            self._name(news.names)
            if news.nobody:
                self._unname(news.nobody)
            if news.gone or news.nobody:
                self._forget_persons()
            values = dict(zip(MARK, mark, strict=True)) | totals.values() | ({_WIPE: 1} if news.wipe else {})
            self._run_many(
                "INSERT INTO known (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                sorted(values.items()),
            )
            point("recall:words:written")
        self.finish()
        return True

    def finish(self) -> None:
        """Leave nothing in any file of what was dropped, where that is still to be done: a death may come between."""
        if self._fetch("SELECT value FROM known WHERE name = ?", (_WIPE,)):
            point("recall:words:wiping")
            if self._wipe():
                with self._writing():
                    self._run("DELETE FROM known WHERE name = ?", (_WIPE,))

    def _to_drop(self, expected: Mark, news: News) -> list[int]:
        """Episodes that may be known and are not what they were; what is beyond the mark cannot be known."""
        again = (episode_of(entry.pieces[0].number) for entry in news.entries)
        return sorted({*news.gone, *(episode for episode in again if episode <= expected.episode)})

    def _drop(self, episodes: Sequence[int], totals: "_Sum") -> set[str]:
        """Drop what is known of episodes; return the threads in which neighbours have to be found anew."""
        old = [
            Piece(*row)
            for episode in episodes
            for row in self._fetch(
                f"SELECT {COLUMNS} FROM piece WHERE number >= ? AND number < ?",
                (episode * PER_EPISODE, (episode + 1) * PER_EPISODE),
            )
        ]
        if not old:
            return set()
        self._drop_words(old)
        self._run_many("DELETE FROM piece WHERE number = ?", [(piece.number,) for piece in old])
        parts = {(int(person), episode_of(piece.number)) for piece in old for person in piece.people.split()}
        self._run_many("DELETE FROM took_part WHERE person = ? AND episode = ?", sorted(parts))
        counts = _frequencies(old)
        self._run_many("UPDATE term SET df = df - ? WHERE root = ?", [(n, root) for root, n in sorted(counts.items())])
        self._run_many("DELETE FROM term WHERE root = ? AND df <= 0", [(root,) for root in sorted(counts)])
        totals.less(old)
        return {piece.thread for piece in old if piece.thread}

    def _add(self, entries: Sequence[Entry], totals: "_Sum", threads: set[str]) -> None:
        if not entries:
            return
        persons = self._persons_made({address for entry in entries for address in (entry.author, *entry.people)})
        pieces: list[_Fresh] = []
        parts: list[tuple[int, int]] = []
        known: dict[tuple[str, tuple[str, ...]], tuple[int, list[int], str]] = {}
        for entry in entries:
            key = (entry.author, entry.people)
            if (found := known.get(key)) is None:
                who = sorted({persons[address] for address in (entry.author, *entry.people) if address})
                found = known[key] = (persons.get(entry.author, 0), who, " ".join(map(str, who)))
            author, who, people = found
            pieces += [(piece, author, people) for piece in entry.pieces]
            episode = episode_of(entry.pieces[0].number)
            parts += [(person, episode) for person in who]
        linked = self._linked(pieces, threads)
        marks = ", ".join("?" * len(Piece._fields))
        self._run_many(f"INSERT INTO piece ({COLUMNS}) VALUES ({marks})", linked)
        self._run_many("INSERT INTO took_part (person, episode) VALUES (?, ?)", parts)
        self._index_words(linked)
        self._run_many(
            "INSERT INTO term (root, df) VALUES (?, ?) ON CONFLICT (root) DO UPDATE SET df = term.df + excluded.df",
            sorted(_frequencies(linked).items()),
        )
        totals.more(linked)

    # neighbours ------------------------------------------------------------------------------------------------------

    def _linked(self, pieces: Sequence[_Fresh], threads: set[str]) -> list[Piece]:
        """Return new pieces with their neighbours.

        What comes at the end of its thread, as almost all does, is linked here, and the last two before it learn of it.
        Threads in which something comes late are added to `threads`.
        """
        by_thread: dict[str, list[_Fresh]] = defaultdict(list)
        linked: list[Piece] = []
        for fresh in pieces:
            if fresh[0].thread:
                by_thread[fresh[0].thread].append(fresh)
            else:
                linked += _chained([fresh], ())[0]
        changed: list[tuple[int, int, int]] = []
        for thread, some in by_thread.items():
            some.sort(key=_order)
            last = self._fetch(
                "SELECT at, number, after, after2 FROM piece WHERE thread = ? ORDER BY at DESC, number DESC LIMIT 2",
                (thread,),
            )
            if thread in threads or (last and (last[0][0], last[0][1]) > _order(some[0])):
                threads.add(thread)
                for fresh in some:
                    linked += _chained([fresh], ())[0]
                continue
            here, older = _chained(some, [row[1] for row in reversed(last)])
            linked += here
            changed += older
        self._run_many("UPDATE piece SET after = ?, after2 = ? WHERE number = ?", changed)
        return linked

    def _link_anew(self, threads: Iterable[str]) -> None:
        """Find the neighbours of all pieces of threads: something came late in them, or went."""
        changed = []
        for thread in sorted(threads):
            rows = self._fetch(
                "SELECT number, before2, before, after, after2 FROM piece WHERE thread = ? ORDER BY at, number",
                (thread,),
            )
            numbers = [0, 0, *(row[0] for row in rows), 0, 0]
            for place, row in enumerate(rows):
                near = (numbers[place], numbers[place + 1], numbers[place + 3], numbers[place + 4])
                if tuple(row[1:]) != near:
                    changed.append((*near, row[0]))
        self._run_many("UPDATE piece SET before2 = ?, before = ?, after = ?, after2 = ? WHERE number = ?", changed)

    # persons ---------------------------------------------------------------------------------------------------------

    def _persons_made(self, addresses: set[str]) -> dict[str, int]:
        """Return the numbers of persons, made where they were not known, with the names that their addresses tell."""
        wanted = sorted(filter(None, addresses))
        known = dict(self.persons(wanted))
        fresh = [address for address in wanted if address not in known]
        if fresh:
            (last,) = self._fetch("SELECT coalesce(max(number), 0) FROM person")[0]
            known |= {address: last + place for place, address in enumerate(fresh, 1)}
            self._run_many("INSERT INTO person VALUES (?, ?, 0)", [(known[address], address) for address in fresh])
            named = [(word, known[address]) for address in fresh for word in names_in(address)]
            self._run_many("INSERT INTO called (word, person) VALUES (?, ?)", named)
        return known

    def _name(self, names: Sequence[Naming]) -> None:
        if not names:
            return
        persons = self._persons_made({naming.address for naming in names})
        for naming in names:
            person = persons[naming.address]
            self._run("UPDATE person SET entity = ? WHERE number = ?", (naming.entity, person))
            self._run("DELETE FROM called WHERE person = ?", (person,))
            called = dict.fromkeys((*names_in(naming.address), *naming.words))
            self._run_many("INSERT INTO called (word, person) VALUES (?, ?)", [(word, person) for word in called])

    def _unname(self, entities: Sequence[int]) -> None:
        """Let the persons who were these entities be nobody in particular."""
        for entity in entities:
            self._run("DELETE FROM called WHERE person IN (SELECT number FROM person WHERE entity = ?)", (entity,))
            self._run("UPDATE person SET entity = 0 WHERE entity = ?", (entity,))

    def _forget_persons(self) -> None:
        """Drop persons who took part in nothing that is left, and of whom nothing else is known."""
        nobody = "SELECT number FROM person WHERE entity = 0 AND number NOT IN (SELECT person FROM took_part)"
        self._run(f"DELETE FROM called WHERE person IN ({nobody})")
        self._run("DELETE FROM person WHERE entity = 0 AND number NOT IN (SELECT person FROM took_part)")


class _Sum:
    """What there is on the whole, while pieces come and go."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._pieces = known.get("pieces", 0)
        self._length = known.get("length", 0)

    def more(self, pieces: Sequence[Piece]) -> None:
        """Count pieces that have come."""
        self._pieces += len(pieces)
        self._length += sum(piece.length for piece in pieces)

    def less(self, pieces: Sequence[Piece]) -> None:
        """Count pieces that have gone."""
        self._pieces -= len(pieces)
        self._length -= sum(piece.length for piece in pieces)

    def values(self) -> dict[str, int]:
        """Return the sums by their names."""
        return {"pieces": self._pieces, "length": self._length}


def _order(fresh: _Fresh) -> tuple[str, int]:
    return fresh[0].at, fresh[0].number


def _chained(pieces: Sequence[_Fresh], last: Sequence[int]) -> tuple[list[Piece], list[tuple[int, int, int]]]:
    """Link pieces that follow one another after the `last` two of a thread.

    Returns them, and for those two what follows them now (after, after2, number).
    """
    numbers = [0] * (2 - len(last)) + [*last, *(fresh[0].number for fresh in pieces), 0, 0]
    linked = [
        Piece._make((*p[:4], author, *p[5:12], people, numbers[k], numbers[k + 1], numbers[k + 3], numbers[k + 4]))
        for k, (p, author, people) in enumerate(pieces)
    ]
    older = [(numbers[k + 1], numbers[k + 2], numbers[k]) for k in (0, 1) if numbers[k]]
    return linked, older


def _frequencies(pieces: Iterable[Piece]) -> Counter[str]:
    """Return in how many of these pieces each root stands."""
    return Counter(chain.from_iterable(set(piece.roots.split()) for piece in pieces))
