"""The store of one employee: one connection, synchronous, opened after the fork (contract 3).

All writes go through `transaction()`, which checks the lease first. `seq` numbers are allocated here, without gaps: a
transaction that fails gives its numbers back.

A row that the database refuses spoils the `part()` that wrote it; any other failure (disk full, connection lost) spoils
the whole transaction. What is spoilt cannot be committed, not even if somebody caught the error: SQLite may have rolled
back already and would commit each further statement by itself, PostgreSQL would answer a COMMIT with a silent ROLLBACK.

A transaction that `gathers` lets most writes wait and writes many by one statement (`empla.store.gathering`): the same
rows with the same numbers, and a third of the time. A row that is refused then may be that of any part: GroupRefused,
and who wants to know which part it was does the same again without gathering.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from empla.errors import EmplaError, InternalError, PermissionDenied, ValidationError
from empla.faults import point
from empla.store import sqlite, statements
from empla.store.driving import WAIT_S, Driver
from empla.store.gathering import ADDED, Layer, Shape, Values, Way, runs
from empla.store.leasing import Leased
from empla.store.leasing import LeaseLost as LeaseLost
from empla.store.statements import Prepared
from empla.store.tables import EMPLOYEE
from empla.store.watching import Watch

ABANDONED_S = 10
"""Seconds after which a server drops a transaction in which nothing happens: shorter than a lease between hosts."""

_NOTICED = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": WAIT_S * 1000}
"""How a server that is gone without a word is noticed (libpq's settings; seconds, the last in milliseconds)."""

INBOX = "percept"
"""The only table that somebody without the lease may write (contract 2)."""


class GroupRefused(EmplaError):
    """The database refuses a row of a transaction that gathers, and it is not known which part wrote it."""

    code = "group_refused"


def instant(at: datetime) -> str:
    """Return an instant as the store keeps it: ISO 8601, UTC, microseconds, so that text order is time order."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def sqlite_url(path: Path) -> URL:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def open_engine(url: str | URL) -> Engine:
    """Return an engine for a store: SQLite in WAL with synchronous=FULL, or PostgreSQL. Its transactions write."""
    if not str(url).startswith("sqlite"):
        # Our transactions take milliseconds. One that lies open belongs to a host that is gone, and bars its successor.
        options = f"-c lock_timeout={WAIT_S}s -c idle_in_transaction_session_timeout={ABANDONED_S}s"
        settings = {"connect_timeout": WAIT_S, "options": options, **_NOTICED}
        return create_engine(url, hide_parameters=True, connect_args=settings)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_S})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        sqlite.settle(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Store(Leased):
    """One employee's rows. `epoch` is this process's lease; None may only insert percepts (contract 2).

    Raises ValidationError for rows that do not fit, ResourceError when the disk is full, TimedOut when another writer
    does not let go, ExternalError when the server is lost (see `empla.store.refusals`).
    """

    def __init__(self, driver: Driver, employee: str, *, tenant: str = "main", epoch: int | None = None) -> None:
        super().__init__(driver, {"tenant_id": tenant, "employee_id": employee})
        self._layers: list[Layer] = []  # of the transaction and the parts in it, if it gathers
        self.employee = employee
        self.epoch = epoch

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()

    # transactions ---------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, name: str = "write", *, gathers: bool = False) -> Iterator[None]:
        """Commit everything written inside, or nothing; LeaseLost if another process has taken over.

        One that `gathers` writes less often; GroupRefused for a row that is refused late.
        """
        if self._driver.in_transaction:
            raise InternalError(f"transaction {name!r} was begun inside another")
        try:
            with self._noting():
                self._driver.begin()
            self._writing = True
            self._enter(name)
            self._layers = [Layer({}, opened=True)] if gathers else []
            yield
            self._refuse_spoilt()
            self._write_waiting()
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
            self._layers = []
            self._spoilt = None

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is written inside if it fails, and keep the rest of the transaction (a savepoint)."""
        self._refuse_outside("a part")
        part = Layer(dict(self._next))
        if self._layers:
            self._layers.append(part)  # its savepoint is set when something is written
        else:
            self._open(part)
        try:
            yield
            self._refuse_spoilt()
        except BaseException:
            self._next = part.before
            if self._layers:
                self._layers.pop()
            self._undo(part)
            raise
        if self._layers:
            self._layers.pop()
            self._layers[-1].take_over(part)
        if part.opened:
            self._execute("RELEASE SAVEPOINT part")

    def _open(self, part: Layer) -> None:
        self._execute("SAVEPOINT part")
        part.opened = True

    def _undo(self, part: Layer) -> None:
        if self._spoilt is not None and not isinstance(self._spoilt, ValidationError):
            return  # the savepoint may be gone; the transaction is rolled back as a whole
        if part.opened:
            self._spoilt = None
            self._execute("ROLLBACK TO SAVEPOINT part")
            self._execute("RELEASE SAVEPOINT part")
        elif self._spoilt is not None:
            self._spoil_group(self._spoilt)  # without a savepoint, PostgreSQL takes no more statements

    def _enter(self, name: str) -> None:
        if self._kind == "postgresql":
            self._name_employee()
            # Keep other writers of this employee out until the commit, as BEGIN IMMEDIATE does on SQLite.
            key = self._key
            self._execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%(tenant_id)s || '/' || %(employee_id)s, 0))", key
            )
        if self.epoch is not None:
            self._check_lease(name)
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

    # writing --------------------------------------------------------------------------------------------------

    def add(self, name: str, values: Mapping[str, Any]) -> int:
        """Insert a row and return its seq."""
        self._may_write(name)
        if self._layers and self._watch is None:
            if any(name in layer.puts for layer in self._layers):
                self._settle(name)  # they are numbered first: were this undone, theirs would come after a gap
            seq = self.next_seq(name)
            self._wait(name, ADDED, {**self._same[name], **values, "seq": seq})
            return seq
        self._now(name)
        seq = self.next_seq(name)
        row = {**self._same[name], **values, "seq": seq}
        self._run(statements.insert(self._kind, name), row)
        if self._watch is not None:
            self._watch.added(name, row)
        return seq

    def add_new(self, name: str, by: tuple[str, ...], values: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same `by` columns is there; return whether it was inserted."""
        self._may_write(name)
        self._now(name)
        return self._added(name, by, values)

    def put(self, name: str, by: tuple[str, ...], columns: tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Insert a row, or update `columns` of the one with the same `by` columns."""
        self._may_change()
        if self._layers and len(by) == 1 and self._watch is None:
            self._wait(name, Shape(Way.PUT, by[0], columns), values)
        else:
            self._now(name)
            self._put(name, by, columns, values)

    def amend(self, name: str, by: tuple[str, ...], columns: tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Update `columns` of the one row with the same `by` columns, if there is one."""
        self._may_change()
        if self._layers and len(by) == 1 and self._watch is None:
            self._wait(name, Shape(Way.AMEND, by[0], columns), values)
        else:
            self._now(name)
            self._changed(name, {c: values[c] for c in by}, {c: values[c] for c in columns})

    def change(self, name: str, by: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Update the rows whose `by` columns have these values; return how many."""
        self._may_change()
        self._now(name)
        return self._changed(name, by, values)

    def remove(self, name: str, by: Mapping[str, Any]) -> int:
        """Delete the rows whose `by` columns have these values; return how many.

        The newest row of the table stays, whatever it is: the next number follows from it.
        """
        self._may_change()
        self._now(name)
        if self._watch is not None:
            self._watch.removing(name, by)
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}, "newest": self._last_seq(name)}
        return int(self._run(statements.delete(self._kind, name, tuple(by)), bound).rowcount)

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        """Tell `watch` of every row that is written inside; nothing waits meanwhile to be written."""
        if self._watch is not None:
            raise InternalError("what is written is watched already")
        self._watch = watch
        try:
            yield
        finally:
            self._watch = None

    def wipe(self) -> bool:
        """Leave nothing of deleted rows in files, outside any transaction; False where a reader is in the way.

        It writes the whole store anew, which takes a second for each hundred megabytes or so.
        """
        if self._driver.in_transaction:
            raise InternalError("what was deleted cannot be wiped inside a transaction")
        if self.epoch is None:
            raise PermissionDenied("only the holder of the lease may wipe")
        with self._noting():
            return self._driver.wipe()

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

    # writes that wait -----------------------------------------------------------------------------------------

    def _wait(self, name: str, shape: Shape, values: Values) -> None:
        self._refuse_spoilt()
        self._refuse_nul(values)
        layer = self._layers[-1]
        layer.waiting.setdefault(name, []).append((shape, values))
        if shape.way is Way.PUT:
            layer.puts.add(name)

    def _now(self, name: str) -> None:
        """Have everything written that comes before a write to a table at once, so that all of it can be undone."""
        if self._layers:
            self._open_parts(len(self._layers) - 1)
            self._settle(name)

    def _settle(self, name: str) -> None:
        """Write what waits of a table, for it is to be read."""
        for depth, layer in enumerate(self._layers):
            if name in layer.waiting:
                self._open_parts(depth)
                self._write(depth, name)

    def _write_waiting(self) -> None:
        for name in tuple(self._layers[0].waiting) if self._layers else ():
            self._write(0, name)

    def _open_parts(self, depth: int) -> None:
        """Set the savepoints of the parts down to this depth; what waits of those around them is written before."""
        for around, part in enumerate(self._layers[1 : depth + 1]):
            if not part.opened:
                for name in tuple(self._layers[around].waiting):
                    self._write(around, name)
                self._open(part)

    def _write(self, depth: int, name: str) -> None:
        """Write what waits of a table in one layer; only what the innermost part wrote can be undone by itself."""
        layer = self._layers[depth]
        writes = layer.waiting.pop(name, [])
        try:
            for shape, rows in runs(writes):
                self._write_run(name, shape, rows)
        except ValidationError as error:
            if depth == 0 or layer.shared or layer is not self._layers[-1]:
                raise self._spoil_group(error) from error
            raise
        if name in layer.puts:
            layer.puts.discard(name)
            for part in self._layers[depth + 1 :]:
                part.before[name] = self._last_seq(name)  # numbered meanwhile, though it came before

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
        order: str = "",
        one_of: tuple[str, Sequence[Any]] | None = None,
    ) -> Sequence[Any]:
        """Return `columns` of the rows that fit, in order of seq, or of the column `order`.

        `one_of` is a column and the values of which it has one.
        """
        by, most, least = dict(by), at_most or {}, at_least or {}
        of, values = one_of or ("", ())
        prepared = statements.find(
            self._kind, name, tuple(by), columns, tuple(most), tuple(least),
            limit=limit, newest=newest, order=order, one_of=(of, len(values)) if of else None,
        )  # fmt: skip
        bound = {
            **self._by_key,
            **{f"by_{c}": v for c, v in by.items()},
            **{f"one_{n}": v for n, v in enumerate(values)},
        }
        bound |= {f"most_{c}": v for c, v in most.items()} | {f"least_{c}": v for c, v in least.items()}
        return self._selected(prepared, bound, columns, (name,))

    def select(
        self, text: str, values: Mapping[str, Any], columns: tuple[str, ...], *, reads: tuple[str, ...]
    ) -> list[Any]:
        """Return, with these names, the columns that a SELECT of the caller's own finds in the tables that it `reads`.

        Parameters are written `:name`; `:by_tenant_id` and `:by_employee_id` have their values already, and each table
        has to be held to them.
        """
        return self._selected(statements.written(self._kind, text), {**self._by_key, **values}, columns, reads)

    def _selected(
        self, prepared: Prepared, bound: Mapping[str, Any], columns: tuple[str, ...], reads: tuple[str, ...]
    ) -> list[Any]:
        if self._driver.in_transaction:
            for name in reads if self._layers else ():
                self._settle(name)
            return self._fetched(prepared, bound, columns)
        if self._kind == "sqlite":  # one statement has one view by itself
            return statements.rows_of(columns)(self._alone(prepared, bound))
        with self.reading():
            return self._fetched(prepared, bound, columns)

    def _alone(self, prepared: Prepared, bound: Mapping[str, Any]) -> list[Any]:
        """Run a SELECT outside a transaction."""
        self._refuse_nul(bound)
        with self._noting():
            return self._driver.fetch(prepared.text, prepared.bind(bound))

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

    def _spoil_group(self, error: EmplaError) -> EmplaError:
        return self._spoil(GroupRefused(error.sentence))


def create_tables(engine: Engine) -> None:
    """Create the tables as they are declared, where there are none: for tests; stores are opened by `opening`."""
    EMPLOYEE.create_all(engine)
