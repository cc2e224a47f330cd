"""Statements on the cycle's path: texts made of the tables once for each kind of engine, run by the driver.

Contract 3: a text costs the bare driver's time; by way of a library's connection each statement took 25 us more, which
is four times the statement, and an ORM session takes four times that again. Nor does a library compile them: an
employee's process would make megabytes of it its own for each first statement that the zygote has not seen.
"""

# ruff: noqa: S608 - names come from our own code, values are always parameters

import json
import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final

from empla.store.tables import EMPLOYEE

KEY = ("tenant_id", "employee_id")

_PARAMETER: Final = re.compile(r":(\w+)")


class Prepared:
    """One statement for one kind of engine, `sqlite` or `postgresql`; `bind` puts values in its order.

    Parameters are written `:name`. Names are quoted, and those of columns that are read belong to their table: SQLite
    would take one that it does not know, alone and quoted, for a text.
    """

    __slots__ = ("bind", "text")

    def __init__(self, text: str, kind: str) -> None:
        self.bind: Callable[[Mapping[str, Any]], Any]
        if kind == "sqlite":
            self.text, self.bind = _PARAMETER.sub("?", text), _picked(_PARAMETER.findall(text))
        else:
            self.text, self.bind = _PARAMETER.sub(r"%(\1)s", text), dict


def _picked(order: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    return itemgetter(*order) if len(order) > 1 else lambda values: tuple(values[name] for name in order)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _equal(name: str, columns: Iterable[str]) -> str:
    return " AND ".join(f'"{name}"."{c}" = :by_{c}' for c in columns)


@cache
def rows_of(columns: tuple[str, ...]) -> Callable[[Iterable[Sequence[Any]]], list[Any]]:
    """Return what makes rows with these columns, by name and in order, of what the driver fetched."""
    named: Any = namedtuple  # the names are known at run time only
    row = named("Row", columns)
    return lambda fetched: list(map(row._make, fetched))


@cache
def insert(kind: str, name: str, conflict: tuple[str, ...] = (), update: tuple[str, ...] = ()) -> Prepared:
    """Return an INSERT of a whole row. With `conflict` columns a known row is updated in `update`, or left alone."""
    columns = [c.name for c in EMPLOYEE.tables[name].columns]
    text = f'INSERT INTO "{name}" ({_names(columns)}) VALUES ({", ".join(f":{c}" for c in columns)})'
    if conflict:
        changed = ", ".join(f'"{c}" = excluded."{c}"' for c in update)
        text += f" ON CONFLICT ({_names((*KEY, *conflict))}) DO {f'UPDATE SET {changed}' if update else 'NOTHING'}"
    return Prepared(text, kind)


@cache
def update(kind: str, name: str, by: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    """Return an UPDATE of `columns` where the columns in `by` have the values `by_NAME`."""
    changed = ", ".join(f'"{c}" = :{c}' for c in columns)
    return Prepared(f'UPDATE "{name}" SET {changed} WHERE {_equal(name, (*KEY, *by))}', kind)


@cache
def delete(kind: str, name: str, by: tuple[str, ...]) -> Prepared:
    """Return a DELETE where the columns in `by` have the values `by_NAME`, of rows before the one of seq `newest`."""
    return Prepared(f'DELETE FROM "{name}" WHERE {_equal(name, (*KEY, *by))} AND "{name}"."seq" < :newest', kind)


@cache
def erase(kind: str, name: str) -> Prepared:
    """Return a DELETE of all rows of an employee."""
    return Prepared(f'DELETE FROM "{name}" WHERE {_equal(name, KEY)}', kind)


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
    one_of: tuple[str, int] | None = None,
) -> Prepared:
    """Return a SELECT of `columns` in order of seq, where `by` columns are equal and others bounded.

    With `order` they come in order of that column, which an index should have after those in `by`. With `one_of` a
    column has one of so many values, `one_0` and so on. With `share` PostgreSQL keeps the rows from changing until the
    transaction ends.
    """
    conditions = [_equal(name, (*KEY, *by))]
    if one_of is not None:
        column, number = one_of
        conditions.append(f'"{name}"."{column}" IN ({", ".join(f":one_{n}" for n in range(number))})')
    conditions += [f'"{name}"."{c}" <= :most_{c}' for c in at_most]
    conditions += [f'"{name}"."{c}" >= :least_{c}' for c in at_least]
    # The plus keeps SQLite from walking through all rows in order of seq, past the index on what is looked for.
    plus = "+" if kind == "sqlite" and (by or one_of) and not order else ""
    wanted = ", ".join(f'"{name}"."{c}"' for c in columns)
    text = f'SELECT {wanted} FROM "{name}" WHERE {" AND ".join(conditions)} ORDER BY {plus}"{name}"."{order or "seq"}"'
    text += " DESC" if newest else ""
    text += f" LIMIT {int(limit)}" if limit else ""
    text += " FOR SHARE" if share and kind == "postgresql" else ""
    return Prepared(text, kind)


@cache
def among(kind: str, name: str, by: str) -> tuple[Prepared, Callable[[list[Any]], Any]]:
    """Return a SELECT of the values of `by` that are in `among`, and what makes that parameter of a list of values."""
    packed: Callable[[list[Any]], Any]
    if kind == "sqlite":
        condition, packed = f'"{name}"."{by}" IN (SELECT value FROM json_each(:among))', json.dumps
    else:
        condition, packed = f'"{name}"."{by}" = ANY(:among)', list
    return Prepared(f'SELECT "{name}"."{by}" FROM "{name}" WHERE {_equal(name, KEY)} AND {condition}', kind), packed


@lru_cache(maxsize=256)
def written(kind: str, text: str) -> Prepared:
    """Return a statement that its caller has written."""
    return Prepared(text, kind)
