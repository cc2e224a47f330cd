"""The store of one employee: one connection, synchronous, opened after the fork (contract 3).

All writes go through `transaction()`, which checks the lease first. `seq` numbers are allocated here, without gaps: a
transaction that fails gives its numbers back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnDefault, Connection, Engine, Row, create_engine, event, text

from empla.errors import EmplaError, InternalError
from empla.faults import point
from empla.store import statements
from empla.store.tables import EMPLOYEE


class LeaseLost(EmplaError):
    """Another process holds this employee's lease: this one must not write any more."""

    code = "lease_lost"


def instant(at: datetime) -> str:
    """Return an instant as the store keeps it: ISO 8601, UTC, microseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def open_engine(url: str) -> Engine:
    """Return an engine for a store: SQLite in WAL with synchronous=FULL, or PostgreSQL."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, isolation_level=None)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if connection.info.get("reading") else "BEGIN IMMEDIATE")

    return engine


class Store:
    """One employee's rows. `epoch` is this process's lease; None may only insert percepts (contract 2)."""

    def __init__(self, engine: Engine, employee: str, *, tenant: str = "main", epoch: int | None = None) -> None:
        self._engine = engine
        self._dialect = engine.dialect
        self._key = {"tenant_id": tenant, "employee_id": employee}
        self._by_key = {f"by_{name}": value for name, value in self._key.items()}
        self._connection = engine.connect()
        self._next: dict[str, int] = {}
        self.employee = employee
        self.epoch = epoch

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._engine.dispose()

    # transactions ---------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, name: str = "write") -> Iterator[None]:
        """Commit everything written inside, or nothing; LeaseLost if another process has taken over."""
        before = dict(self._next)
        try:
            with self._connection.begin():
                self._enter()
                yield
                point(f"commit:{name}:before")
            point(f"commit:{name}:after")
        except BaseException:
            self._next = before
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is written inside if it fails, and keep the rest of the transaction (a savepoint)."""
        before = dict(self._next)
        try:
            with self._connection.begin_nested():
                yield
        except BaseException:
            self._next = before
            raise

    def _enter(self) -> None:
        if self._dialect.name == "postgresql":
            self._name_employee()
        if self.epoch is not None:
            self._check_lease()
            self._next.pop("percept", None)  # others insert into the inbox too
        else:
            self._next = {}

    def _name_employee(self) -> None:
        """Tell row-level security who this is, and keep other writers of this employee out until the commit.

        SQLite needs neither: a file is one employee, and BEGIN IMMEDIATE admits one writer.
        """
        key = {"employee": self._key["employee_id"], "tenant": self._key["tenant_id"]}
        self._connection.execute(
            text("SELECT set_config('empla.employee', :employee, true), set_config('empla.tenant', :tenant, true)"), key
        )
        self._connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:tenant || '/' || :employee))"), key)

    def _check_lease(self) -> None:
        share = " FOR SHARE" if self._dialect.name == "postgresql" else ""
        row = self._connection.execute(
            text(f"SELECT epoch FROM lease WHERE tenant_id=:tenant_id AND employee_id=:employee_id{share}"),  # noqa: S608
            self._key,
        ).first()
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
            self.put("lease", ("seq",), ("epoch", "holder"), {"seq": 1, "epoch": epoch, "holder": holder})
        self._next = {}
        self.epoch = epoch

    # writing --------------------------------------------------------------------------------------------------

    def next_seq(self, name: str) -> int:
        """Allocate the next seq of a table."""
        if name not in self._next:
            last = self.find(name, (), ("seq",), limit=1, newest=True)
            self._next[name] = last[0].seq if last else 0
        self._next[name] += 1
        return self._next[name]

    def add(self, name: str, values: Mapping[str, Any]) -> int:
        """Insert a row and return its seq."""
        seq = self.next_seq(name)
        row = {**_defaults(name), **self._key, **values, "seq": seq}
        statements.insert(self._dialect, name).run(self._connection, row)
        return seq

    def add_new(self, name: str, by: tuple[str, ...], values: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same `by` columns is there; return whether it was inserted."""
        row = {**_defaults(name), **self._key, **values, "seq": self.next_seq(name)}
        found = statements.insert(self._dialect, name, by).run(self._connection, row)
        if found.rowcount == 0:
            self._next[name] -= 1
            return False
        return True

    def put(self, name: str, by: tuple[str, ...], columns: tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Insert a row, or update `columns` of the one with the same `by` columns."""
        if "seq" in values:
            row = {**_defaults(name), **self._key, **values}
            statements.insert(self._dialect, name, by, columns).run(self._connection, row)
        elif not self.change(name, {c: values[c] for c in by}, {c: values[c] for c in columns}):
            self.add(name, values)

    def change(self, name: str, by: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Update the rows whose `by` columns have these values; return how many."""
        prepared = statements.update(self._dialect, name, tuple(by), tuple(values))
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}, **values}
        return int(prepared.run(self._connection, bound).rowcount)

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
    ) -> Sequence[Row[Any]]:
        """Return `columns` of the rows that fit, in order of seq."""
        by, most, least = dict(by), at_most or {}, at_least or {}
        prepared = statements.find(
            self._dialect, name, tuple(by), columns, tuple(most), tuple(least), limit=limit, newest=newest
        )
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}}
        bound |= {f"most_{c}": v for c, v in most.items()} | {f"least_{c}": v for c, v in least.items()}
        with self.reading():
            rows: Sequence[Row[Any]] = prepared.run(self._connection, bound).all()
        return rows

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read several times from one consistent view, and leave no transaction open that was not open before."""
        if self._connection.in_transaction():
            yield
            return
        self._connection.info["reading"] = True
        try:
            with self._connection.begin():
                if self._dialect.name == "postgresql":
                    self._name_employee()
                yield
        finally:
            self._connection.info["reading"] = False


def _defaults(name: str) -> dict[str, Any]:
    return _DEFAULTS[name]


def _column_defaults(name: str) -> dict[str, Any]:
    columns = EMPLOYEE.tables[name].columns
    return {c.name: c.default.arg for c in columns if isinstance(c.default, ColumnDefault) and c.default.is_scalar}


_DEFAULTS = {name: _column_defaults(name) for name in EMPLOYEE.tables}


def create_tables(engine: Engine) -> None:
    """Create the tables where there are none; for tests and the first migration."""
    if not EMPLOYEE.tables:
        raise InternalError("no tables are declared")
    EMPLOYEE.create_all(engine)
