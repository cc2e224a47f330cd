"""The driver's own connection below a store, in transactions that we begin and end ourselves.

SQLAlchemy makes the connection, keeps it and makes a new one when it is lost; what runs on it goes to the driver. On a
cycle's path its own transactions and results cost more than everything that SQLite does.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Engine

from empla.store.refusals import REFUSALS

RECONNECT_S: Final = 1.0
"""Seconds between two attempts to reach a server that is gone."""


class Driver:
    """One connection. `kind` is `sqlite` or `postgresql`; `errors` is what it raises for a statement."""

    def __init__(self, engine: Engine) -> None:
        self.kind = engine.dialect.name
        self.errors: tuple[type[Exception], ...] = (*REFUSALS, engine.dialect.loaded_dbapi.Error)
        self._kept = engine.connect()
        self._connection: Any = None
        self._refused: Exception | None = None
        self._again_at = 0.0

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction was begun and has not ended."""
        return self._connection is not None

    def begin(self, *, reading: bool = False) -> None:
        """Begin a transaction; one for `reading` has one consistent view, and waits for no writer."""
        connection = self._living()
        if self.kind == "sqlite":
            connection.execute("BEGIN" if reading else "BEGIN IMMEDIATE")
        elif reading:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._connection = connection

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Run a statement in the transaction; return the driver's cursor."""
        return self._connection.execute(statement, values)

    def fetch(self, statement: str, values: Any) -> list[Any]:
        """Return what one statement finds outside any transaction; for SQLite alone."""
        found: list[Any] = self._living().execute(statement, values).fetchall()
        return found

    def execute_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement that returns nothing once for each of many rows."""
        if self.kind == "sqlite":
            self._connection.executemany(statement, rows)
        else:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement, rows)

    def commit(self) -> None:
        """Commit what was written since `begin`; if it fails, `roll_back` has still to be called."""
        self._connection.commit()
        self._connection = None

    def roll_back(self) -> None:
        """Undo what was written since `begin`, if anything was begun."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*self.errors):  # a connection that is lost has undone everything by itself
                connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._kept.close()

    def _living(self) -> Any:
        """Return the driver's connection, a new one if it was lost.

        A server that did not let us in is asked again after `RECONNECT_S`, whoever asks; until then its answer stands.
        """
        if self._refused is not None and time.monotonic() < self._again_at:
            raise self._refused.with_traceback(None)
        try:
            connection: Any = self._kept.connection.dbapi_connection
            if getattr(connection, "closed", False):
                self._kept.invalidate()
                connection = self._kept.connection.dbapi_connection
        except self.errors as error:
            self._refused, self._again_at = error, time.monotonic() + RECONNECT_S
            raise
        self._refused = None
        return connection
