"""Statements on the cycle's path: built from the tables once, compiled once per kind of engine, run by the driver.

Contract 3: a compiled text costs the bare driver's time; by way of SQLAlchemy's connection each statement took 25 us
more, which is four times the statement, and an ORM session takes four times that again.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement

from empla.store.tables import EMPLOYEE

KEY = ("tenant_id", "employee_id")

# Statements are cached by the kind's name: a process that opens many stores has an engine, and so a dialect, for each.
_DIALECTS = {
    kind: make_url(url).get_dialect()()
    for kind, url in {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}.items()
}


def table(name: str) -> Table:
    """Return one of the employee's tables by name."""
    return EMPLOYEE.tables[name]


class Prepared:
    """One statement compiled for one kind of engine, `sqlite` or `postgresql`; `bind` puts values in its order."""

    __slots__ = ("bind", "text")

    def __init__(self, statement: ClauseElement, kind: str, tail: str = "") -> None:
        compiled = statement.compile(dialect=_DIALECTS[kind])
        self.text = str(compiled) + tail
        order: list[str] | None = getattr(compiled, "positiontup", None)
        self.bind: Callable[[Mapping[str, Any]], Any] = dict if order is None else _picked(order)


def _picked(order: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    return itemgetter(*order) if len(order) > 1 else lambda values: tuple(values[name] for name in order)


@cache
def rows_of(columns: tuple[str, ...]) -> Callable[[Iterable[Sequence[Any]]], list[Any]]:
    """Return what makes rows with these columns, by name and in order, of what the driver fetched."""
    named: Any = namedtuple  # the names are known at run time only
    row = named("Row", columns)
    return lambda fetched: list(map(row._make, fetched))


@cache
def insert(kind: str, name: str, conflict: tuple[str, ...] = (), update: tuple[str, ...] = ()) -> Prepared:
    """Return an INSERT of a whole row. With `conflict` columns a known row is updated in `update`, or left alone."""
    target = table(name)
    make = postgresql.insert if kind == "postgresql" else sqlite.insert
    statement = make(target).values({c.name: bindparam(c.name) for c in target.columns})
    if conflict:
        where = [*KEY, *conflict]
        if update:
            changed = {c: getattr(statement.excluded, c) for c in update}
            statement = statement.on_conflict_do_update(index_elements=where, set_=changed)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=where)
    return Prepared(statement, kind)


@cache
def update(kind: str, name: str, by: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    """Return an UPDATE of `columns` where the columns in `by` have the values `by_NAME`."""
    target = table(name)
    statement = (
        target.update()
        .where(and_(*(target.c[c] == bindparam(f"by_{c}") for c in (*KEY, *by))))
        .values({c: bindparam(c) for c in columns})
    )
    return Prepared(statement, kind)


@cache
def delete(kind: str, name: str, by: tuple[str, ...]) -> Prepared:
    """Return a DELETE where the columns in `by` have the values `by_NAME`, of rows before the one of seq `newest`."""
    target = table(name)
    equal = (target.c[c] == bindparam(f"by_{c}") for c in (*KEY, *by))
    return Prepared(target.delete().where(and_(*equal, target.c.seq < bindparam("newest"))), kind)


@cache
def erase(kind: str, name: str) -> Prepared:
    """Return a DELETE of all rows of an employee."""
    target = table(name)
    return Prepared(target.delete().where(and_(*(target.c[c] == bindparam(f"by_{c}") for c in KEY))), kind)


@cache
def find(
    kind: str,
    name: str,
    by: tuple[str, ...],
    columns: tuple[str, ...],
    at_most: tuple[str, ...] = (),
    at_least: tuple[str, ...] = (),
    limit: int = 0,
    newest: bool = False,
    share: bool = False,
    order: str = "",
) -> Prepared:
    """Return a SELECT of `columns` in order of seq, where `by` columns are equal and others bounded.

    With `order` they come in order of that column, which an index should have after those in `by`. With `share`
    PostgreSQL keeps the rows from changing until the transaction ends.
    """
    target = table(name)
    conditions = [target.c[c] == bindparam(f"by_{c}") for c in (*KEY, *by)]
    conditions += [target.c[c] <= bindparam(f"most_{c}") for c in at_most]
    conditions += [target.c[c] >= bindparam(f"least_{c}") for c in at_least]
    statement = select(*(target.c[c] for c in columns)).where(and_(*conditions))
    if order:
        statement = statement.order_by(target.c[order].desc() if newest else target.c[order])
    elif kind == "sqlite" and by:
        # The plus keeps SQLite from walking through all rows in order of seq, past the index on what is looked for.
        statement = statement.order_by(text("+seq DESC" if newest else "+seq"))
    else:
        statement = statement.order_by(target.c.seq.desc() if newest else target.c.seq)
    if share:
        statement = statement.with_for_update(read=True)
    # A compiled LIMIT is one more parameter, and on SQLite an OFFSET besides; the number is our own, so it is text.
    return Prepared(statement, kind, f" LIMIT {int(limit)}" if limit else "")


@cache
def among(kind: str, name: str, by: str) -> tuple[Prepared, Callable[[list[Any]], Any]]:
    """Return a SELECT of the values of `by` that are in `among`, and what makes that parameter of a list of values."""
    target = table(name)
    values: Any = bindparam("among")
    condition: ColumnElement[bool]
    packed: Callable[[list[Any]], Any]
    if kind == "sqlite":
        given = select(func.json_each(values).table_valued("value").c.value)
        condition, packed = target.c[by].in_(given), json.dumps
    else:
        condition, packed = target.c[by] == func.any(values), list
    equal = (target.c[c] == bindparam(f"by_{c}") for c in KEY)
    return Prepared(select(target.c[by]).where(and_(*equal, condition)), kind), packed
