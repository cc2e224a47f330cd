"""The store of one employee: one connection, synchronous, opened after the fork (contract 3).

All writes go through `transaction()`, which checks the lease first. `seq` numbers are allocated here, without gaps: a
transaction that fails gives its numbers back.

A row that the database refuses spoils the `part()` that wrote it; any other failure (disk full, connection lost) spoils
the whole transaction. What is spoilt cannot be committed, not even if somebody caught the error: SQLite may have rolled
back already and would commit each further statement by itself, PostgreSQL would answer a COMMIT with a silent ROLLBACK.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnDefault, Connection, Engine, create_engine, event

from empla.errors import EmplaError, InternalError, PermissionDenied, ValidationError
from empla.faults import point
from empla.store import sqlite, statements
from empla.store.driving import Driver
from empla.store.refusals import refusal, translated
from empla.store.statements import Prepared
from empla.store.tables import EMPLOYEE

WAIT_S = 10
"""Seconds to wait for another writer, or for a server to let us in, before giving up with TimedOut."""

ABANDONED_S = 30
"""Seconds after which a server drops a transaction in which nothing happens."""

INBOX = "percept"
"""The only table that somebody without the lease may write (contract 2)."""


class LeaseLost(EmplaError):
    """Another process holds this employee's lease: this one must not write any more."""

    code = "lease_lost"


def instant(at: datetime) -> str:
    """Return an instant as the store keeps it: ISO 8601, UTC, microseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def sqlite_url(path: Path) -> URL:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def place(url: URL) -> str:
    """Return where a store lies, for sentences: the file, or the database's URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def open_engine(url: str | URL) -> Engine:
    """Return an engine for a store: SQLite in WAL with synchronous=FULL, or PostgreSQL."""
    if not str(url).startswith("sqlite"):
        # Our transactions take milliseconds. One that lies open belongs to a host that is gone, and bars its successor.
        options = f"-c lock_timeout={WAIT_S}s -c idle_in_transaction_session_timeout={ABANDONED_S}s"
        settings = {"connect_timeout": WAIT_S, "options": options}
        return create_engine(url, hide_parameters=True, connect_args=settings)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_S})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        sqlite.settle(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if connection.info.get("reading") else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(connection: Connection) -> Iterator[None]:
    """Run a transaction that only reads, from one consistent view, and waits for no writer."""
    connection.info["reading"] = True
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        connection.info["reading"] = False


class Store:
    """One employee's rows. `epoch` is this process's lease; None may only insert percepts (contract 2).

    Raises ValidationError for rows that do not fit, ResourceError when the disk is full, TimedOut when another writer
    does not let go, ExternalError when the server is lost (see `empla.store.refusals`).
    """

    def __init__(self, engine: Engine, employee: str, *, tenant: str = "main", epoch: int | None = None) -> None:
        self._engine = engine
        self._kind = engine.dialect.name
        self._key = {"tenant_id": tenant, "employee_id": employee}
        self._by_key = {f"by_{name}": value for name, value in self._key.items()}
        self._same = {name: {**defaults, **self._key} for name, defaults in _DEFAULTS.items()}
        self.place = place(engine.url)
        with translated(self.place):
            self._driver = Driver(engine)
        self._next: dict[str, int] = {}
        self._writing = False
        self._spoilt: EmplaError | None = None
        self.employee = employee
        self.epoch = epoch

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()
        self._engine.dispose()

    # transactions ---------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, name: str = "write") -> Iterator[None]:
        """Commit everything written inside, or nothing; LeaseLost if another process has taken over."""
        if self._driver.in_transaction:
            raise InternalError(f"transaction {name!r} was begun inside another")
        try:
            with self._noting():
                self._driver.begin()
            self._writing = True
            self._enter()
            yield
            self._refuse_spoilt()
            point(f"commit:{name}:before")
            with self._noting():
                self._driver.commit()
            point(f"commit:{name}:after")
        except BaseException:
            self._driver.roll_back()
            # Read the last numbers from the tables again: after a lost connection nobody knows whether it committed.
            self._next = {}
            raise
        finally:
            self._writing = False
            self._spoilt = None

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is written inside if it fails, and keep the rest of the transaction (a savepoint)."""
        self._refuse_outside("a part")
        before = dict(self._next)
        self._execute("SAVEPOINT part")
        try:
            yield
            self._refuse_spoilt()
        except BaseException:
            self._next = before
            self._undo_part()
            raise
        self._execute("RELEASE SAVEPOINT part")

    def _undo_part(self) -> None:
        if self._spoilt is not None and not isinstance(self._spoilt, ValidationError):
            return  # the savepoint may be gone; the transaction is rolled back as a whole
        self._spoilt = None
        self._execute("ROLLBACK TO SAVEPOINT part")
        self._execute("RELEASE SAVEPOINT part")

    def _enter(self) -> None:
        if self._kind == "postgresql":
            self._name_employee()
            # Keep other writers of this employee out until the commit, as BEGIN IMMEDIATE does on SQLite.
            key = self._key
            self._execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%(tenant_id)s || '/' || %(employee_id)s, 0))", key
            )
        if self.epoch is not None:
            self._check_lease()
            self._next.pop(INBOX, None)  # others insert into the inbox too
        else:
            self._next = {}

    def _name_employee(self) -> None:
        """Tell row-level security who this is. SQLite needs none: a file is one employee."""
        self._execute(
            "SELECT set_config('empla.tenant', %(tenant_id)s, true),"
            " set_config('empla.employee', %(employee_id)s, true)",
            self._key,
        )

    def _check_lease(self) -> None:
        lease = statements.find(self._kind, "lease", (), ("epoch",), share=True)
        row = self._run(lease, self._by_key).fetchone()
        if row is None or row[0] != self.epoch:
            found = "none" if row is None else row[0]
            raise LeaseLost(f"this process has epoch {self.epoch}, the store has {found}")

    def take_lease(self, epoch: int, holder: str) -> None:
        """Make `epoch` the one that may write; LeaseLost if the store has seen a later one."""
        self.epoch = None
        with self.transaction("lease"):
            known = self.find("lease", (), ("epoch",))
            if known and known[0].epoch >= epoch:
                raise LeaseLost(f"epoch {epoch} is not after {known[0].epoch}")
            row = {**self._key, "seq": 1, "epoch": epoch, "holder": holder}
            self._run(statements.insert(self._kind, "lease", ("seq",), ("epoch", "holder")), row)
        self.epoch = epoch

    # writing --------------------------------------------------------------------------------------------------

    def next_seq(self, name: str) -> int:
        """Allocate the next seq of a table."""
        self._next[name] = self._last_seq(name) + 1
        return self._next[name]

    def _last_seq(self, name: str) -> int:
        if name not in self._next:
            last = self.find(name, (), ("seq",), limit=1, newest=True)
            self._next[name] = last[0].seq if last else 0
        return self._next[name]

    def add(self, name: str, values: Mapping[str, Any]) -> int:
        """Insert a row and return its seq."""
        self._may_write(name)
        seq = self.next_seq(name)
        self._run(statements.insert(self._kind, name), {**self._same[name], **values, "seq": seq})
        return seq

    def add_new(self, name: str, by: tuple[str, ...], values: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same `by` columns is there; return whether it was inserted."""
        self._may_write(name)
        row = {**self._same[name], **values, "seq": self.next_seq(name)}
        if self._run(statements.insert(self._kind, name, by), row).rowcount == 0:
            self._next[name] -= 1
            return False
        return True

    def put(self, name: str, by: tuple[str, ...], columns: tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Insert a row, or update `columns` of the one with the same `by` columns."""
        self._may_change()
        if not self.add_new(name, by, values):
            self.change(name, {c: values[c] for c in by}, {c: values[c] for c in columns})

    def change(self, name: str, by: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Update the rows whose `by` columns have these values; return how many."""
        self._may_change()
        prepared = statements.update(self._kind, name, tuple(by), tuple(values))
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}, **values}
        return int(self._run(prepared, bound).rowcount)

    def remove(self, name: str, by: Mapping[str, Any]) -> int:
        """Delete the rows whose `by` columns have these values; return how many.

        The newest row of the table stays, whatever it is: the next number follows from it.
        """
        self._may_change()
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}, "newest": self._last_seq(name)}
        return int(self._run(statements.delete(self._kind, name, tuple(by)), bound).rowcount)

    def _may_change(self) -> None:
        self._refuse_outside("a write")
        if self.epoch is None:
            raise PermissionDenied("only the holder of the lease may change rows")

    def _may_write(self, name: str) -> None:
        self._refuse_outside("a write")
        if self.epoch is None and name != INBOX:
            raise PermissionDenied(f"without the lease only percepts may be inserted, not {name!r}")

    def _refuse_outside(self, what: str) -> None:
        if not self._writing:
            raise InternalError(f"{what} needs a transaction of the store")

    # reading --------------------------------------------------------------------------------------------------

    def find(
        self,
        name: str,
        by: Mapping[str, Any] | tuple[()],
        columns: tuple[str, ...],
        *,
        at_most: Mapping[str, Any] | None = None,
        at_least: Mapping[str, Any] | None = None,
        limit: int = 0,
        newest: bool = False,
    ) -> Sequence[Any]:
        """Return `columns` of the rows that fit, in order of seq."""
        by, most, least = dict(by), at_most or {}, at_least or {}
        prepared = statements.find(
            self._kind, name, tuple(by), columns, tuple(most), tuple(least), limit=limit, newest=newest
        )
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}}
        bound |= {f"most_{c}": v for c, v in most.items()} | {f"least_{c}": v for c, v in least.items()}
        if self._driver.in_transaction:
            return self._fetched(prepared, bound, columns)
        with self.reading():
            return self._fetched(prepared, bound, columns)

    def _fetched(self, prepared: Prepared, bound: Mapping[str, Any], columns: tuple[str, ...]) -> list[Any]:
        with self._noting():
            return statements.rows_of(columns)(self._run(prepared, bound).fetchall())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read several times from one consistent view, and leave no transaction open that was not open before."""
        if self._driver.in_transaction:
            yield
            return
        try:
            with self._noting():
                self._driver.begin(reading=True)
            if self._kind == "postgresql":
                self._name_employee()
            yield
            with self._noting():
                self._driver.commit()
        except BaseException:
            self._driver.roll_back()
            raise

    # statements -----------------------------------------------------------------------------------------------

    def _run(self, prepared: Prepared, values: Mapping[str, Any]) -> Any:
        """Run a statement and return the driver's cursor."""
        if self._spoilt is not None:
            raise self._spoilt
        for value in values.values():
            if type(value) is str and "\0" in value:  # PostgreSQL cannot keep it, so neither does SQLite
                raise self._spoil(ValidationError(f"{self.place} refused a row: a text holds the character NUL"))
        return self._execute(prepared.text, prepared.bind(values))

    def _execute(self, statement: str, values: Any = ()) -> Any:
        try:
            return self._driver.execute(statement, values)
        except self._driver.errors as error:
            raise self._spoil(refusal(self.place, error)) from error

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Translate what fails inside, and remember that it spoilt the transaction."""
        try:
            yield
        except self._driver.errors as error:
            raise self._spoil(refusal(self.place, error)) from error

    def _spoil(self, error: EmplaError) -> EmplaError:
        self._spoilt = error if self._writing else None
        return error

    def _refuse_spoilt(self) -> None:
        if self._spoilt is not None:
            raise self._spoilt


def _column_defaults(name: str) -> dict[str, Any]:
    columns = EMPLOYEE.tables[name].columns
    return {c.name: c.default.arg for c in columns if isinstance(c.default, ColumnDefault) and c.default.is_scalar}


_DEFAULTS = {name: _column_defaults(name) for name in EMPLOYEE.tables}


def create_tables(engine: Engine) -> None:
    """Create the tables as they are declared, where there are none: for tests; stores are opened by `opening`."""
    EMPLOYEE.create_all(engine)
