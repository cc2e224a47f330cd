"""A copy of one employee's whole store as a SQLite file, as it is at one instant, while its process works on.

Of a file SQLite itself makes the copy. From a database the employee's own rows are read in one view and written into a
fresh file of the same schema, so whatever reads a mind reads the copy alike.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from empla.config import MIND_FILE, Home
from empla.store.minds import is_archived, known_mind, mind_place
from empla.store.opening import open_store
from empla.store.refusals import translated
from empla.store.store import Store, open_engine, sqlite_url
from empla.store.tables import EMPLOYEE

_WAIT_S: Final = 10  # for a writer
_AT_ONCE: Final = 500
_BLOBS_AT_ONCE: Final = 4  # a mail may have 40 MB


def copy_mind(home: Home, slug: str, to: Path) -> bool:
    """Copy an employee's store to the new file `to`; False if there is none. ResourceError where it has no room."""
    place = home.archive(slug) / MIND_FILE if is_archived(home, slug) else mind_place(home, slug)
    if isinstance(place, Path):
        if place.exists():
            _copy_file(place, to)
        return place.exists()
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
