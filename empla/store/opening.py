"""Opening an employee's store: made and migrated if need be, and next to no cost when it is current.

    store = open_store(home.employee(slug) / "mind.db", slug)         # then store.take_lease(...)
    store = open_store("postgresql://empla@db/empla", slug, epoch=7)
    inbox = open_inbox(home.employee(slug) / "mind.db", slug)         # may insert percepts, nothing else

Alembic is imported only when a store is not current: reading one row tells.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from empla.errors import InputError, NotRunning
from empla.store.driving import Driver, FileDriver, ServerDriver
from empla.store.refusals import place, translated
from empla.store.store import Store, open_engine, sqlite_url

SCHEMA = "0004"
"""The newest migration of `empla.store.migrations.employee`."""

VERSION_TABLE = "employee_schema"
"""Where a database keeps which migration it stands at; of its own name, so that other schemas may lie beside it."""


def open_store(where: str | Path, employee: str, *, tenant: str = "main", epoch: int | None = None) -> Store:
    """Open the store of one employee at a path or URL, made and migrated if need be.

    Without `epoch` the store may only insert percepts until `take_lease`. InputError for a URL that cannot be used,
    ResourceError for a store that a newer program wrote, or that cannot be read or written.
    """
    with _opened(where) as driver:
        if _schema(driver) != SCHEMA:
            _migrate(where)
        return Store(driver, employee, tenant=tenant, epoch=epoch)


def open_inbox(where: str | Path, employee: str, *, tenant: str = "main") -> Store:
    """Open a store to insert percepts, made if there is none.

    An older schema is never changed from here, for a process may be working on it: NotRunning, and what to do.
    """
    with _opened(where) as driver:
        found = _schema(driver)
        if "" < found < SCHEMA:  # revisions are numbers of four digits
            raise NotRunning(
                f"{driver.place} still has the schema of an older empla ({found})",
                next_step="start `empla up`, or stop and start it if it runs: it brings the store up to date",
            )
        if found != SCHEMA:
            _migrate(where)  # makes it, or says that it is too new
        return Store(driver, employee, tenant=tenant)


def schema_of(where: str | Path) -> str:
    """Return the migration that a database stands at, empty for one without our tables; nothing is changed.

    Raises as `open_store` does where it cannot be reached or read.
    """
    with _opened(where) as driver, closing(driver):
        return _schema(driver)


def store_url(where: str | Path) -> URL:
    """Return the URL of a store given as a path or a URL; InputError if it is neither SQLite nor PostgreSQL."""
    if isinstance(where, Path) or "://" not in where:
        return sqlite_url(Path(where))
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise InputError("the URL of the store cannot be read", next_step=_FORMS) from error
    kind = url.get_backend_name()
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or not url.database or url.database == ":memory:":
        raise InputError(f"a store cannot be kept in {kind} {url.database or 'memory'!r}", next_step=_FORMS)
    return url


_FORMS = "give a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE"


@contextmanager
def _opened(where: str | Path) -> Iterator[Driver]:
    """Give a connection, and close it if the block fails."""
    url = store_url(where)
    with translated(place(url)):
        driver = _driver(url)
    try:
        with translated(driver.place, driver.errors):
            yield driver
    except BaseException:
        driver.close()
        raise


def _driver(url: URL) -> Driver:
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        _make_file(path)
        return FileDriver(path)
    try:
        engine = open_engine(url)
    except ModuleNotFoundError as error:
        raise InputError("PostgreSQL needs a driver", next_step="pip install 'empla[postgres]'") from error
    try:
        return ServerDriver(engine)
    except BaseException:
        engine.dispose()
        raise


def _make_file(path: Path) -> None:
    """Make the file readable by its owner only, before anything is in it; SQLite gives its side files the same mode."""
    if path.exists():
        return
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}", next_step="make its folder first") from error


def _schema(driver: Driver) -> str:
    """Return the migration that the database stands at, empty for one without our tables."""
    driver.begin(reading=True)
    try:
        (has_table,) = driver.execute(_HAS_TABLE[driver.kind]).fetchone()
        found = driver.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() if has_table else None  # noqa: S608
        return str(found[0]) if found else ""
    finally:
        driver.roll_back()


_HAS_TABLE = {
    "sqlite": f"SELECT count(*) FROM sqlite_master WHERE name = '{VERSION_TABLE}'",  # noqa: S608
    "postgresql": f"SELECT to_regclass('{VERSION_TABLE}') IS NOT NULL",
}


def _migrate(where: str | Path) -> None:
    from empla.store.migrations.employee.upgrade import upgrade  # Alembic: only when it is needed

    engine = open_engine(store_url(where))
    try:
        upgrade(engine, VERSION_TABLE)
    finally:
        engine.dispose()
