"""The driver's own connection below a store, in transactions that we begin and end ourselves.

On a cycle's path a library's transactions and results cost more than everything that SQLite does. To a file the driver
connects by itself: an engine for it would cost each employee's process some 5 MiB of its own. To a server SQLAlchemy
makes the connection, keeps it and makes a new one when it is lost; what runs on it goes to the driver.
"""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from empla.store import sqlite
from empla.store.refusals import REFUSALS, place

WAIT_S: Final = 10
"""Seconds to wait for another writer, or for a server to let us in, before giving up with TimedOut."""

RECONNECT_S: Final = 1.0
"""Seconds between two attempts to reach a server that is gone."""


class Driver(ABC):
    """One connection. `kind` is `sqlite` or `postgresql`; `errors` is what it raises for a statement.

    `place` is where it leads, for sentences.
    """

    kind: str

    def __init__(self, place: str, errors: tuple[type[Exception], ...]) -> None:
        self.place = place
        self.errors = errors
        self._connection: Any = None

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction was begun and has not ended."""
        return self._connection is not None

    def begin(self, *, reading: bool = False) -> None:
        """Begin a transaction; one for `reading` has one consistent view, and waits for no writer."""
        connection = self._living()
        self._begin(connection, reading)
        self._connection = connection

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Run a statement in the transaction; return the driver's cursor."""
        return self._connection.execute(statement, values)

    def fetch(self, statement: str, values: Any) -> list[Any]:
        """Return what one statement finds outside any transaction; for SQLite alone."""
        found: list[Any] = self._living().execute(statement, values).fetchall()
        return found

    @abstractmethod
    def execute_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement that returns nothing once for each of many rows."""

    def commit(self) -> None:
        """Commit what was written since `begin`; if it fails, `roll_back` has still to be called."""
        self._connection.commit()
        self._connection = None

    def roll_back(self) -> None:
        """Undo what was written since `begin`, if anything was begun."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.rollback()
            except self.errors:  # a connection that is lost has undone everything by itself
                self._let_go(connection)

    @abstractmethod
    def wipe(self) -> bool:
        """Leave nothing of deleted rows where it can be reached from here; False where somebody reads just now."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back."""

    @abstractmethod
    def _living(self) -> Any:
        """Return the driver's connection, a new one if it was lost."""

    @abstractmethod
    def _begin(self, connection: Any, reading: bool) -> None: ...

    @abstractmethod
    def _let_go(self, connection: Any) -> None:
        """Use this connection no more, if there can be another: it cannot even undo what was written."""


class FileDriver(Driver):
    """A connection to a SQLite file, which has to be there."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), REFUSALS)
        # In which thread it is used is its owner's business: an employee reads from its own, and from none beside it.
        self._kept = sqlite3.connect(path, timeout=WAIT_S, check_same_thread=False)
        try:
            sqlite.settle(self._kept)
        except BaseException:
            self._kept.close()
            raise

    def execute_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement that returns nothing once for each of many rows."""
        self._connection.executemany(statement, rows)

    def wipe(self) -> bool:
        """Write the file anew, without free pages, and empty its log; False where somebody reads just now."""
        self._kept.execute("VACUUM")
        (busy, *_rest) = self._kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def _living(self) -> sqlite3.Connection:
        return self._kept

    def _begin(self, connection: sqlite3.Connection, reading: bool) -> None:
        connection.execute("BEGIN" if reading else "BEGIN IMMEDIATE")

    def _let_go(self, connection: sqlite3.Connection) -> None:
        """Keep it: it is the file's, and the next transaction tells what is wrong."""


class ServerDriver(Driver):
    """A connection to a PostgreSQL server, which may be lost and come back. The engine is its own, and ends with it."""

    kind = "postgresql"

    def __init__(self, engine: Engine) -> None:
        super().__init__(place(engine.url), (*REFUSALS, engine.dialect.loaded_dbapi.Error))
        self._engine = engine
        self._kept = engine.connect()
        self._lost: Exception = engine.dialect.loaded_dbapi.OperationalError("the server has closed the connection")
        self._answer: Exception = self._lost
        self._again_at = 0.0

    def execute_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement that returns nothing once for each of many rows."""
        with self._connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def wipe(self) -> bool:
        """Have the server let dead rows go; what its own log and its copies hold is the server's."""
        connection = self._living()
        connection.autocommit = True
        try:
            connection.execute("VACUUM")
        finally:
            connection.autocommit = False
        return True

    def close(self) -> None:
        """Give the connection back, and close it."""
        self._kept.close()
        self._engine.dispose()

    def _living(self) -> Any:
        """Return the driver's connection, a new one if it was lost.

        A server is not asked again within `RECONNECT_S`, whoever asks and whether it let us in or not: one that lets
        us in and at once goes again would else be asked in a busy loop. Until then its last answer stands.
        """
        if not self._kept.invalidated:
            connection: Any = self._kept.connection.dbapi_connection
            if not getattr(connection, "closed", False):
                return connection
            self._kept.invalidate()
        if time.monotonic() < self._again_at:
            raise self._answer.with_traceback(None)
        self._again_at = time.monotonic() + RECONNECT_S
        try:
            connection = self._kept.connection.dbapi_connection
        except self.errors as error:
            self._answer, self._again_at = error, time.monotonic() + RECONNECT_S
            raise
        self._answer = self._lost
        return connection

    def _begin(self, connection: Any, reading: bool) -> None:
        if reading:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def _let_go(self, connection: Any) -> None:
        connection.close()  # one that is lost is closed already; one in the middle of a pipeline would never be used
