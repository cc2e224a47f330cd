"""Opening an employee's store: made and migrated if need be, and next to no cost when it is current.

    store = open_store(home.employee(slug) / "mind.db", slug)         # then store.take_lease(...)
    store = open_store("postgresql://empla@db/empla", slug, epoch=7)
    inbox = open_inbox(home.employee(slug) / "mind.db", slug)         # may insert percepts, nothing else

Alembic is imported only when a store is not current: reading one row tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from empla.errors import InputError, NotRunning
from empla.store.refusals import translated
from empla.store.store import Store, open_engine, place, reading, sqlite_url

SCHEMA = "0003"
"""The newest migration of `empla.store.migrations.employee`."""

VERSION_TABLE = "employee_schema"
"""Where a database keeps which migration it stands at; of its own name, so that other schemas may lie beside it."""


def open_store(where: str | Path, employee: str, *, tenant: str = "main", epoch: int | None = None) -> Store:
    """Open the store of one employee at a path or URL, made and migrated if need be.

    Without `epoch` the store may only insert percepts until `take_lease`. InputError for a URL that cannot be used,
    ResourceError for a store that a newer program wrote, or that cannot be read or written.
    """
    with _opened(where) as engine:
        if _schema(engine) != SCHEMA:
            _migrate(engine)
        return Store(engine, employee, tenant=tenant, epoch=epoch)


def open_inbox(where: str | Path, employee: str, *, tenant: str = "main") -> Store:
    """Open a store to insert percepts, made if there is none.

    An older schema is never changed from here, for a process may be working on it: NotRunning, and what to do.
    """
    with _opened(where) as engine:
        found = _schema(engine)
        if "" < found < SCHEMA:  # revisions are numbers of four digits
            raise NotRunning(
                f"{place(engine.url)} still has the schema of an older empla ({found})",
                next_step="start `empla up`, or stop and start it if it runs: it brings the store up to date",
            )
        if found != SCHEMA:
            _migrate(engine)  # makes it, or says that it is too new
        return Store(engine, employee, tenant=tenant)


def schema_of(where: str | Path) -> str:
    """Return the migration that a database stands at, empty for one without our tables; nothing is changed.

    Raises as `open_store` does where it cannot be reached or read.
    """
    with _opened(where) as engine:
        try:
            return _schema(engine)
        finally:
            engine.dispose()


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
def _opened(where: str | Path) -> Iterator[Engine]:
    """Give an engine, and close what it opened if the block fails."""
    engine = _engine(store_url(where))
    try:
        with translated(place(engine.url)):
            yield engine
    except BaseException:
        engine.dispose()
        raise


def _engine(url: URL) -> Engine:
    try:
        engine = open_engine(url)
    except ModuleNotFoundError as error:
        raise InputError("PostgreSQL needs a driver", next_step="pip install 'empla[postgres]'") from error
    if engine.dialect.name == "sqlite":
        _make_file(Path(str(url.database)))
    return engine


def _make_file(path: Path) -> None:
    """Make the file readable by its owner only, before anything is in it; SQLite gives its side files the same mode."""
    if path.exists():
        return
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}", next_step="make its folder first") from error


def _schema(engine: Engine) -> str:
    """Return the migration that the database stands at, empty for one without our tables."""
    with engine.connect() as connection, reading(connection):
        if not _has_version_table(connection):
            return ""
        return str(connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() or "")  # noqa: S608


def _has_version_table(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        statement = f"SELECT to_regclass('{VERSION_TABLE}')"
    else:
        statement = f"SELECT name FROM sqlite_master WHERE name = '{VERSION_TABLE}'"  # noqa: S608
    return connection.exec_driver_sql(statement).scalar() is not None


def _migrate(engine: Engine) -> None:
    from empla.store.migrations.employee.upgrade import upgrade  # Alembic: only when it is needed

    upgrade(engine, VERSION_TABLE)
