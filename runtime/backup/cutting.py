"""One instant of a running company: every database as it was then, however long it takes to copy them.

The write lock of each database is taken, company and office first. While all of them are held nobody can commit, so
nothing is accepted, decided or noted anywhere; in that instant a reading transaction is opened on each. Then the locks
are let go, and the copies are made from those views, which later writes do not touch (WAL). Minds that lie in a
database server are copied while the office is held: whatever they know of the office is then in its copy.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from empla.errors import ResourceError

_PATIENCE_S: Final = 20.0
_PAGES_AT_ONCE: Final = 4096
_NEXT: Final = "run it again, with room for it; `empla doctor` looks at the file"

Copied = Callable[[int], None]
"""Told how many bytes more have been copied."""


class Cut:
    """Views of several databases, all of one instant."""

    def __init__(self, views: dict[Path, sqlite3.Connection]) -> None:
        self._views = views

    def size(self, database: Path) -> int:
        """Return how large the copy of a database will be, in bytes."""
        view = self._views[database]
        pages, page = (view.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages) * int(page)

    def copy(self, database: Path, to: Path, copied: Copied) -> None:
        """Write a database as it was at the cut into the new file `to`; ResourceError if it cannot be."""
        done = 0
        whole = self.size(database)

        def step(_status: int, remaining: int, total: int) -> None:
            nonlocal done
            now = whole * (total - remaining) // max(total, 1)
            copied(now - done)
            done = now

        try:
            with closing(sqlite3.connect(to)) as copy:
                self._views[database].backup(copy, pages=_PAGES_AT_ONCE, progress=step)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a side file that might get lost
        except sqlite3.Error as error:
            raise ResourceError(f"{database} cannot be copied: {error}", next_step=_NEXT) from error
        to.chmod(0o600)


@contextmanager
def cut(databases: Sequence[Path], meanwhile: Callable[[], None]) -> Iterator[Cut]:
    """Give views of all `databases` at one instant; `meanwhile` runs in it, while nobody can write.

    ResourceError if one of them cannot be held within 20 seconds.
    """
    with ExitStack() as reading:
        views = {path: reading.enter_context(closing(_opened(path))) for path in databases}
        with ExitStack() as held:
            for path in databases:
                _hold(held.enter_context(closing(_opened(path))), path)
            for view in views.values():
                view.execute("BEGIN")
                view.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a view begins with its first read
            meanwhile()
        yield Cut(views)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)


def _hold(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise ResourceError(f"{path} cannot be held for a backup: {error}", next_step=_NEXT) from error
