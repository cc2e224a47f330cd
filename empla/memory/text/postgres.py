"""The index of words in the PostgreSQL database that keeps the minds: a schema of its own for each employee.

It may be dropped at any time, and its statistics and its inverted index (GIN) are those of one employee alone.
Row-level security holds each connection to its employee here too. PostgreSQL's own ranking knows no document
frequencies; the weights that recall has worked out are added up in the query instead.
"""

# ruff: noqa: S608 - names come from our own code, values are always parameters

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors, sql

from empla.memory.text.index import Bounds, Piece
from empla.memory.text.relational import LAYOUT, TABLES, RelationalIndex
from empla.store.opening import store_url
from empla.store.refusals import place, translated

_TABLES: Final = (
    *TABLES,
    "CREATE TABLE took_part (person INTEGER, episode BIGINT, PRIMARY KEY (person, episode))",
    "CREATE TABLE called (word TEXT, person INTEGER, PRIMARY KEY (word, person))",
    "CREATE INDEX called_person ON called (person)",
    "CREATE TABLE term (root TEXT PRIMARY KEY, df INTEGER NOT NULL)",
    "CREATE TABLE words (number BIGINT PRIMARY KEY, length INTEGER NOT NULL, author INTEGER NOT NULL,"
    " own TSVECTOR NOT NULL)",
    "CREATE INDEX words_own ON words USING GIN (own)",
)
_NAMES: Final = ("known", "piece", "person", "took_part", "called", "term", "words")
_WAIT_S: Final = 10
_K1, _B = 1.2, 0.75  # BM25's usual values
Found = TypeVar("Found")


class ServerIndex(RelationalIndex):
    """The index of one employee in a database; made if there is none."""

    def __init__(self, url: str, employee: str, *, tenant: str = "main") -> None:
        self._url = store_url(url)
        self._place = place(self._url)
        self._employee, self._tenant = employee, tenant
        self._schema = schema_of(employee, tenant)
        self._connection = self._connect()
        self._make()

    # opening ---------------------------------------------------------------------------------------------------------

    def _connect(self) -> psycopg.Connection[Any]:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c lock_timeout={_WAIT_S}s"
        with self._translated():
            connection = psycopg.connect(plain, autocommit=True, connect_timeout=_WAIT_S, options=options)
            connection.execute(
                "SELECT set_config('empla.tenant', %s, false), set_config('empla.employee', %s, false),"
                " set_config('search_path', %s, false)",
                (self._tenant, self._employee, self._schema),
            )
        return connection

    def _make(self) -> None:
        with self._translated(), self._connection.transaction():
            self._lock()
            if self._layout() == LAYOUT:
                return
            self._connection.execute(_dropping(self._schema))
            self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._schema)))
            for statement in _TABLES:
                self._run(statement)
            for table in _NAMES:
                self._protect(sql.Identifier(table))
            self._run("INSERT INTO known (name, value) VALUES ('layout', ?)", (LAYOUT,))

    def _layout(self) -> int:
        there = self._connection.execute("SELECT to_regclass('known') IS NOT NULL").fetchone()
        if not there or not there[0]:
            return 0
        found = self._fetched("SELECT value FROM known WHERE name = 'layout'")
        return int(found[0][0]) if found else 0

    def _protect(self, table: sql.Identifier) -> None:
        """Hold everybody, the owner too, to the employee whose schema it is."""
        holds = sql.SQL(
            "current_setting('empla.tenant', true) = {} AND current_setting('empla.employee', true) = {}"
        ).format(sql.Literal(self._tenant), sql.Literal(self._employee))
        for statement in (
            sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table),
            sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table),
            sql.SQL("CREATE POLICY own_rows ON {} USING ({})").format(table, holds),
        ):
            self._connection.execute(statement)

    def _lock(self) -> None:
        """Keep other writers of this index out until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (self._schema,))

    # the engine's part -----------------------------------------------------------------------------------------------

    def _fetch(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._tried(lambda: self._fetched(statement, values))

    def _fetched(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(_ours(statement), values).fetchall()

    def _tried(self, work: Callable[[], Found]) -> Found:
        """Do something; with a new connection where this one was lost, and a new index where somebody dropped it."""
        inside = not self._connection.closed and self._connection.info.transaction_status != 0
        try:
            with self._translated():
                if self._connection.closed and not inside:
                    self._connection = self._connect()
                return work()
        except _Dropped:
            if inside:
                raise
        self._make()
        with self._translated():
            return work()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with translated(self._place, (psycopg.Error,)):
            try:
                yield
            except errors.UndefinedTable as error:
                raise _Dropped from error

    def _run(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._connection.execute(_ours(statement), values)

    def _run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(_ours(statement), rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._translated(), self._connection.transaction():
            self._lock()
            yield

    def _index_words(self, pieces: Sequence[Piece]) -> None:
        self._run_many(
            "INSERT INTO words (number, length, author, own)"
            " VALUES (?, ?, ?, array_to_tsvector(string_to_array(?, ' ')))",
            [(piece.number, piece.length, piece.author, piece.roots) for piece in pieces],
        )

    def _drop_words(self, pieces: Sequence[Piece]) -> None:
        self._run_many("DELETE FROM words WHERE number = ?", [(piece.number,) for piece in pieces])

    def _wipe(self) -> bool:
        """Have the server give back what was dropped; it cannot be done within a transaction."""
        with self._translated():
            for table in _NAMES:
                self._connection.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier(table)))
        return True

    # the protocol's ---------------------------------------------------------------------------------------------------

    def matching(
        self, roots: Mapping[str, float], bounds: Bounds, limit: int, authors: Sequence[int] = ()
    ) -> Sequence[tuple[int, float]]:
        """Return the pieces that have these roots best, and how well (BM25 of one occurrence); of these authors."""
        totals = self.totals()
        if not roots or not totals.pieces:
            return []
        quoted = {f"'{root}'": weight for root, weight in roots.items()}  # roots are letters and digits
        mean = totals.length / totals.pieces or 1.0
        sums = " + ".join("CASE WHEN w.own @@ ?::tsquery THEN ?::float8 ELSE 0 END" for _ in quoted)
        holds, values = self._conditions(bounds)
        join = "JOIN piece p ON p.number = w.number" if holds else ""
        if authors:
            holds, values = [f"w.author IN ({', '.join('?' * len(authors))})", *holds], [*authors, *values]
        where = " AND ".join(("w.own @@ ?::tsquery", *holds))
        statement = (
            f"SELECT w.number, ({sums}) * ({_K1} + 1) / (1 + {_K1} * ({1 - _B} + {_B} * w.length / ?::float8)) AS fits"
            f" FROM words w {join} WHERE {where} ORDER BY fits DESC, w.number LIMIT ?"
        )
        weighed = [value for pair in quoted.items() for value in pair]
        return self._fetch(statement, (*weighed, mean, " | ".join(quoted), *values, limit))

    def clear(self) -> None:
        """Forget everything: the schema is made anew."""
        with self._translated():
            self._connection.execute(_dropping(self._schema))
        self._make()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def schema_of(employee: str, tenant: str) -> str:
    """Return the name of the schema that keeps an employee's index."""
    return f"recall_{hashlib.sha256(f'{tenant}/{employee}'.encode()).hexdigest()[:24]}"


def drop_index(url: str, employee: str, *, tenant: str = "main") -> None:
    """Leave nothing of an employee's index in the database; harmless where there is none."""
    where = store_url(url)
    with translated(place(where), (psycopg.Error,)):
        plain = where.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True, connect_timeout=_WAIT_S) as connection:
            connection.execute(_dropping(schema_of(employee, tenant)))


def _dropping(schema: str) -> sql.Composed:
    return sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))


class _Dropped(Exception):
    """Somebody has dropped the tables."""


def _ours(statement: str) -> bytes:
    """Return a statement as the driver wants it; its texts are our own code's."""
    return statement.replace("?", "%s").encode()
