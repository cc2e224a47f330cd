"""Where each employee's mind is kept: in a file of its own, or in the database that the settings name.

Whoever needs "the store of this employee" asks here, and never knows which it is:

    store = open_mind(home, slug)                     # its own process: then the lease
    inbox = open_mind_inbox(home, slug)               # anybody: may insert percepts, nothing else
    with known_mind(home, slug) as store: ...         # who reads: None if there is no mind yet
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from empla.config import MIND_FILE, Home, load_settings
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store


def mind_place(home: Home, slug: str) -> str | Path:
    """Return where an employee's store lies: the URL of the database of all, or the path of its own file."""
    return load_settings(home).database or home.mind_file(slug)


def in_database(home: Home) -> bool:
    """Return whether minds are kept in a database server, where another host may be the same employee."""
    return bool(load_settings(home).database)


def open_mind(home: Home, slug: str) -> Store:
    """Open an employee's store, made and migrated if need be (see `open_store`); without the lease."""
    return open_store(mind_place(home, slug), slug)


def open_mind_inbox(home: Home, slug: str) -> Store:
    """Open an employee's store to insert percepts (see `open_inbox`)."""
    return open_inbox(mind_place(home, slug), slug)


def is_archived(home: Home, slug: str) -> bool:
    """Return whether what is kept of an employee is the archive of one who has left."""
    return (home.archive(slug) / MIND_FILE).exists() and not home.mind_file(slug).exists()


@contextmanager
def known_mind(home: Home, slug: str) -> Iterator[Store | None]:
    """Give an employee's store to read, also of one who has left; None if it has none yet."""
    place = home.archive(slug) / MIND_FILE if is_archived(home, slug) else mind_place(home, slug)
    if isinstance(place, Path) and not place.exists():
        yield None
        return
    with closing(open_inbox(place, slug)) as store:
        yield store if store.find("percept", {}, ("seq",), limit=1) else None
