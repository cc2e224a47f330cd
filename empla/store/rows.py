"""The rows of one employee, as statements write and read them: alone, and many by one.

What a statement raises is put into our words here, and remembered: what it spoilt cannot be committed. Transactions,
the lease, and what waits to be written are the store's (`empla.store.store`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnDefault

from empla.errors import EmplaError, ValidationError
from empla.store import statements
from empla.store.driving import Driver
from empla.store.gathering import Shape, Values, Way
from empla.store.refusals import refusal
from empla.store.statements import Prepared
from empla.store.tables import EMPLOYEE
from empla.store.watching import Watch

FEW = 3
"""Rows that are put faster one by one than by asking first which are known."""


class Rows:
    """The rows that have one key, tenant and employee; `place` is where they lie, for sentences."""

    def __init__(self, driver: Driver, key: Mapping[str, str]) -> None:
        self._driver = driver
        self._kind = driver.kind
        self._key = key
        self._by_key = {f"by_{name}": value for name, value in key.items()}
        self._same = {name: {**defaults, **key} for name, defaults in _DEFAULTS.items()}
        self.place = driver.place
        self._next: dict[str, int] = {}
        self._writing = False
        self._spoilt: EmplaError | None = None
        self._watch: Watch | None = None

    @property
    def kind(self) -> str:
        """What keeps the rows: `sqlite` or `postgresql`."""
        return self._kind

    @property
    def tenant(self) -> str:
        """Whose employee it is."""
        return self._key["tenant_id"]

    # numbers --------------------------------------------------------------------------------------------------

    def next_seq(self, name: str) -> int:
        """Allocate the next seq of a table."""
        self._next[name] = self._last_seq(name) + 1
        return self._next[name]

    def _last_seq(self, name: str) -> int:
        if name not in self._next:
            prepared = statements.find(self._kind, name, (), ("seq",), limit=1, newest=True)
            last = self._fetched(prepared, self._by_key, ("seq",))  # rows that wait for a number have none yet
            self._next[name] = last[0].seq if last else 0
        return self._next[name]

    # one row --------------------------------------------------------------------------------------------------

    def _added(self, name: str, by: tuple[str, ...], values: Values) -> bool:
        row = {**self._same[name], **values, "seq": self.next_seq(name)}
        if self._run(statements.insert(self._kind, name, by), row).rowcount == 0:
            self._next[name] -= 1
            return False
        if self._watch is not None:
            self._watch.added(name, row)
        return True

    def _put(self, name: str, by: tuple[str, ...], columns: tuple[str, ...], values: Values) -> None:
        if not self._added(name, by, values):
            self._changed(name, {c: values[c] for c in by}, {c: values[c] for c in columns})

    def _changed(self, name: str, by: Values, values: Values) -> int:
        if self._watch is not None:
            self._watch.changing(name, by, values)
        prepared = statements.update(self._kind, name, tuple(by), tuple(values))
        bound = {**self._by_key, **{f"by_{c}": v for c, v in by.items()}, **values}
        return int(self._run(prepared, bound).rowcount)

    # many rows ------------------------------------------------------------------------------------------------

    def _write_run(self, name: str, shape: Shape, rows: list[Values]) -> None:
        way, by, columns = shape
        if way is Way.ADD:
            self._run_many(statements.insert(self._kind, name), rows)
        elif way is Way.AMEND:
            self._change_many(name, by, columns, rows)
        elif len(rows) <= FEW:
            for row in rows:
                self._put(name, (by,), columns, row)
        else:
            self._put_many(name, by, columns, rows)

    def _put_many(self, name: str, by: str, columns: tuple[str, ...], rows: list[Values]) -> None:
        known = self._known(name, by, rows)
        if fresh := [row for row in rows if row[by] not in known]:
            same, last = self._same[name], self._last_seq(name)
            numbered = [{**same, **row, "seq": seq} for seq, row in enumerate(fresh, last + 1)]
            self._run_many(statements.insert(self._kind, name), numbered)
            self._next[name] = last + len(fresh)
        if known:
            self._change_many(name, by, columns, [row for row in rows if row[by] in known])

    def _change_many(self, name: str, by: str, columns: tuple[str, ...], rows: list[Values]) -> None:
        self._run_many(
            statements.update(self._kind, name, (by,), columns),
            [{**self._by_key, f"by_{by}": row[by], **{c: row[c] for c in columns}} for row in rows],
        )

    def _known(self, name: str, by: str, rows: list[Values]) -> set[Any]:
        prepared, packed = statements.among(self._kind, name, by)
        found = self._run(prepared, {**self._by_key, "among": packed([row[by] for row in rows])})
        with self._noting():
            return {row[0] for row in found.fetchall()}

    # statements -----------------------------------------------------------------------------------------------

    def _fetched(self, prepared: Prepared, bound: Mapping[str, Any], columns: tuple[str, ...]) -> list[Any]:
        cursor = self._run(prepared, bound)
        try:
            return statements.rows_of(columns)(cursor.fetchall())
        except self._driver.errors as error:
            raise self._spoil(refusal(self.place, error)) from error

    def _run(self, prepared: Prepared, values: Mapping[str, Any]) -> Any:
        """Run a statement and return the driver's cursor."""
        self._refuse_spoilt()
        self._refuse_nul(values)
        return self._execute(prepared.text, prepared.bind(values))

    def _run_many(self, prepared: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement for each of many rows, whose texts were looked at when they came."""
        self._refuse_spoilt()
        try:
            self._driver.execute_many(prepared.text, list(map(prepared.bind, rows)))
        except self._driver.errors as error:
            raise self._spoil(refusal(self.place, error)) from error

    def _refuse_nul(self, values: Mapping[str, Any]) -> None:
        for value in values.values():
            if type(value) is str and "\0" in value:  # PostgreSQL cannot keep it, so neither does SQLite
                raise self._spoil(ValidationError(f"{self.place} refused a row: a text holds the character NUL"))

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
    absent: dict[str, Any] = {c.name: None for c in columns if c.nullable}
    given = {c.name: c.default.arg for c in columns if isinstance(c.default, ColumnDefault) and c.default.is_scalar}
    return absent | given


_DEFAULTS = {name: _column_defaults(name) for name in EMPLOYEE.tables}
