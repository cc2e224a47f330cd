"""The index of words in a SQLite file of its own, with FTS5.

The table of words has no contents: what it needs to drop an entry, the roots, stands in `piece`. Document frequencies
are counted by ourselves, for FTS5 would walk through all entries of a frequent word to tell. The file is derived, so it
is not synced at each commit (a crash of the machine may take the last of it, and the mark with them), and one that
cannot be used is made anew.
"""

# ruff: noqa: S608 - names come from our own code, values are always parameters

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog

from empla.memory.text.index import Bounds, Piece
from empla.memory.text.relational import LAYOUT, TABLES, RelationalIndex
from empla.store.refusals import refusal

FILE: Final = "text.db"
"""The index's file, in the folder of an employee's indexes."""

_WAIT_S: Final = 10
_FITS: Final = "-bm25(words, 1.0, 0.0)"
"""How well an entry fits; said so, for by its name `rank` FTS5 would sort in a statement of its own."""
_TABLES: Final = (
    *TABLES,
    "CREATE TABLE took_part (person INTEGER, episode INTEGER, PRIMARY KEY (person, episode)) WITHOUT ROWID",
    "CREATE TABLE called (word TEXT, person INTEGER, PRIMARY KEY (word, person)) WITHOUT ROWID",
    "CREATE INDEX called_person ON called (person)",
    "CREATE TABLE term (root TEXT PRIMARY KEY, df INTEGER NOT NULL) WITHOUT ROWID",
    # The analysis is ours: what comes here is words of letters and digits with blanks between them.
    "CREATE VIRTUAL TABLE words USING fts5 (own, author, content = '', tokenize = 'ascii')",
    "INSERT INTO words (words, rank) VALUES ('rank', 'bm25(1.0, 0.0)')",
)
log = structlog.get_logger(__name__)


class FileIndex(RelationalIndex):
    """The index in a file, which is made if there is none; several processes may have it open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = self._opened()

    # opening ---------------------------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        """Open the file; one that is damaged, or of another layout, is made anew."""
        try:
            connection = self._connect()
            try:
                self._make(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _is_damaged(error):
                raise refusal(str(self._path), error) from error
            log.warning("recall.made_anew", file=str(self._path), why=str(error))
            self._remove()
            connection = self._connect()
            self._make(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON", "cache_size = -8192"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _make(self, connection: sqlite3.Connection) -> None:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout == LAYOUT:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            (layout,) = connection.execute("PRAGMA user_version").fetchone()
            if layout != LAYOUT:  # nobody else made it meanwhile
                for name, kind in connection.execute(_OURS).fetchall():
                    connection.execute(f"DROP {kind} IF EXISTS {name}")
                for statement in _TABLES:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {LAYOUT}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    # the engine's part -----------------------------------------------------------------------------------------------

    def _fetch(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_damaged(error) or self._connection.in_transaction:
                raise refusal(str(self._path), error) from error
            self._make_anew(error)
            return self._connection.execute(statement, values).fetchall()

    def _make_anew(self, error: sqlite3.DatabaseError) -> None:
        log.warning("recall.made_anew", file=str(self._path), why=str(error))
        self._connection.close()
        self._remove()
        self._connection = self._opened()

    def _run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(statement, values)

    def _run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(statement, rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            if _is_damaged(error):
                self._make_anew(error)
            raise refusal(str(self._path), error) from error

    def _index_words(self, pieces: Sequence[Piece]) -> None:
        self._run_many(
            "INSERT INTO words (rowid, own, author) VALUES (?, ?, ?)",
            [(piece.number, piece.roots, f"a{piece.author}") for piece in pieces],
        )

    def _drop_words(self, pieces: Sequence[Piece]) -> None:
        self._run_many(
            "INSERT INTO words (words, rowid, own, author) VALUES ('delete', ?, ?, ?)",
            [(piece.number, piece.roots, f"a{piece.author}") for piece in pieces],
        )

    def _wipe(self) -> bool:
        """Have FTS5 merge everything, which leaves out what was dropped, and empty the log of writes."""
        with self._writing():
            self._run("INSERT INTO words (words) VALUES ('optimize')")
        ((busy, *_),) = self._fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    # the protocol's ---------------------------------------------------------------------------------------------------

    def matching(
        self, roots: Mapping[str, float], bounds: Bounds, limit: int, authors: Sequence[int] = ()
    ) -> Sequence[tuple[int, float]]:
        """Return the pieces that have these roots best, and how well (BM25); of these authors, if any."""
        if not roots:
            return []
        match = "own:(" + " OR ".join(f'"{root}"' for root in roots) + ")"
        if authors:
            match = "author:(" + " OR ".join(f"a{author}" for author in authors) + f") AND {match}"
        holds, values = self._conditions(bounds)
        if holds:
            where = " AND ".join(("words MATCH ?", *holds))
            statement = (
                f"SELECT words.rowid, {_FITS} AS fits FROM words JOIN piece p ON p.number = words.rowid"
                f" WHERE {where} ORDER BY fits DESC LIMIT ?"
            )
        else:
            statement = f"SELECT rowid, {_FITS} AS fits FROM words WHERE words MATCH ? ORDER BY fits DESC LIMIT ?"
        return self._fetch(statement, (match, *values, limit))

    def clear(self) -> None:
        """Forget everything: the file is made anew."""
        self._connection.close()
        self._remove()
        self._connection = self._opened()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


_OURS: Final = (
    "SELECT name, CASE type WHEN 'view' THEN 'VIEW' ELSE 'TABLE' END FROM sqlite_master"
    " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words\\_%' ESCAPE '\\'"
)


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is no database, or what is in it makes no sense."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return False
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such table" in str(error)
