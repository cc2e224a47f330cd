"""A copy of one employee's whole store as a SQLite file, as it is at one instant, while its process works on.

Of a file SQLite itself makes the copy. From a database the employee's own rows are read in one view and written into a
fresh file of the same schema, so whatever reads a mind reads the copy alike.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from empla.config import MIND_FILE, Home
from empla.errors import InputError
from empla.store.company import TENANT
from empla.store.minds import is_archived, known_mind, mind_place
from empla.store.opening import open_store, store_url
from empla.store.refusals import place, translated
from empla.store.store import Store, open_engine, sqlite_url
from empla.store.tables import EMPLOYEE

_WAIT_S: Final = 10  # for a writer
_AT_ONCE: Final = 500
_BLOBS_AT_ONCE: Final = 4  # a mail may have 40 MB


def copy_mind(home: Home, slug: str, to: Path) -> bool:
    """Copy an employee's store to the new file `to`; False if there is none. ResourceError where it has no room."""
    where = home.archive(slug) / MIND_FILE if is_archived(home, slug) else mind_place(home, slug)
    if isinstance(where, Path):
        if where.exists():
            _copy_file(where, to)
        return where.exists()
    with known_mind(home, slug) as store:
        if store is not None:
            export(store, to)
        return store is not None


def export(store: Store, to: Path) -> None:
    """Write all rows of a store in a database into the new SQLite file `to`."""
    open_store(to, store.employee).close()  # made, with its tables, readable by its owner alone
    engine = open_engine(sqlite_url(to))
    try:
        with translated(str(to)), engine.begin() as target, store.reading():
            for name in EMPLOYEE.tables:
                _copy_table(store, name, target)
    finally:
        engine.dispose()
    with to.open("rb") as whole:
        os.fsync(whole.fileno())


def take_in(source: Path, url: str, employee: str, *, replace: bool) -> None:
    """Write all rows of a file that `export` made into a database, as the store of `employee`.

    InputError if the database has a store of that name, unless it is to be replaced; then its rows go, and the epoch of
    its lease is one above what it was, so that a process of before can never write again. All of it is one transaction.
    """
    with closing(open_store(url, employee)) as store:  # brought up to date
        known = store.find("lease", (), ("epoch",))
        if (known or store.find("percept", (), ("seq",), limit=1)) and not replace:
            raise InputError(f"the database has a mind of {employee} already", next_step="replace it with --replace")
    open_store(source, employee).close()
    old, new = open_engine(sqlite_url(source)), open_engine(store_url(url))
    try:
        with translated(place(new.url)), old.begin() as there, new.begin() as here:
            for name, value in (("empla.tenant", TENANT), ("empla.employee", employee)):
                here.execute(select(func.set_config(name, value, True)))
            for table in EMPLOYEE.tables.values():
                here.execute(delete(table).where(*_own(table, employee)))
                for rows in there.execute(select(table)).mappings().partitions(_AT_ONCE):
                    here.execute(insert(table), [dict(row) for row in rows])
            lease = EMPLOYEE.tables["lease"]
            own = _own(lease, employee)
            epochs = here.execute(select(lease.c.epoch).where(*own)).scalars()
            here.execute(update(lease).where(*own).values(epoch=1 + max([row.epoch for row in known] + [*epochs, 0])))
    finally:
        old.dispose()
        new.dispose()


def _own(table: Table, employee: str) -> tuple[ColumnElement[bool], ...]:
    """Return what rows of one employee have in common; said outright, since a superuser passes row-level security."""
    return (table.c.tenant_id == TENANT, table.c.employee_id == employee)


def _copy_table(store: Store, name: str, target: Connection) -> None:
    table = EMPLOYEE.tables[name]
    columns = tuple(column.name for column in table.columns)
    last = 0
    at_once = _BLOBS_AT_ONCE if name == "blob" else _AT_ONCE
    while rows := store.find(name, (), columns, at_least={"seq": last + 1}, limit=at_once):
        target.execute(insert(table), [_plain(row) for row in rows])
        last = rows[-1].seq


def _plain(row: Any) -> dict[str, Any]:
    return {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row._asdict().items()}


def _copy_file(path: Path, to: Path) -> None:
    # Not mode=ro: a reader of a write-ahead log has to make its index file.
    there = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)
    with closing(there), closing(sqlite3.connect(to)) as here:
        there.execute("PRAGMA query_only = ON")
        there.backup(here)
