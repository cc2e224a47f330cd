"""What a database refuses, in the words of `empla.errors`.

The class says who is at fault and so how far the damage goes: a row that does not fit (ValidationError) spoils the part
of the transaction that wrote it; anything else spoils the whole transaction, because SQLite has then often rolled it
back by itself.

Never the parameters, nor PostgreSQL's detail line: both hold what people wrote.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from empla.errors import (
    EmplaError,
    ExternalError,
    InternalError,
    PermissionDenied,
    ResourceError,
    TimedOut,
    ValidationError,
)

_BUSY = "see that no other program holds it; it is tried again"
_DISK = "free some space; nothing was written in part, and the work goes on by itself"
_FILE = "see that the disk and the folder can be written, and `empla doctor`"

_SQLITE: dict[int, tuple[type[EmplaError], str, str]] = {
    sqlite3.SQLITE_FULL: (ResourceError, "has no room left: the disk is full", _DISK),
    sqlite3.SQLITE_NOMEM: (ResourceError, "cannot be used: memory is used up", _DISK),
    sqlite3.SQLITE_BUSY: (TimedOut, "is held by another program", _BUSY),
    sqlite3.SQLITE_LOCKED: (TimedOut, "is held by another program", _BUSY),
    sqlite3.SQLITE_PROTOCOL: (TimedOut, "is held by another program", _BUSY),
    sqlite3.SQLITE_IOERR: (ResourceError, "cannot be read or written", _FILE),
    sqlite3.SQLITE_CANTOPEN: (ResourceError, "cannot be opened", _FILE),
    sqlite3.SQLITE_READONLY: (ResourceError, "may not be written", _FILE),
    sqlite3.SQLITE_CORRUPT: (ResourceError, "is damaged", "restore it from a copy"),
    sqlite3.SQLITE_NOTADB: (ResourceError, "is not a store", "restore it from a copy"),
    sqlite3.SQLITE_CONSTRAINT: (ValidationError, "refused a row", ""),
    sqlite3.SQLITE_MISMATCH: (ValidationError, "refused a row", ""),
    sqlite3.SQLITE_TOOBIG: (ValidationError, "refused a row", ""),
}
"""By primary result code (https://sqlite.org/rescode.html)."""

_POSTGRESQL: tuple[tuple[str, type[EmplaError], str, str], ...] = (
    ("53100", ResourceError, "has no room left: the disk is full", _DISK),
    ("53", ResourceError, "is short of memory or connections", "see the server's log; it is tried again"),
    ("22", ValidationError, "refused a row", ""),
    ("23", ValidationError, "refused a row", ""),
    ("54", ValidationError, "refused a row that is too large", ""),
    ("42501", PermissionDenied, "does not allow that", "give the role the rights that the store needs"),
    ("3D000", ResourceError, "does not exist", "create the database, or correct the URL"),
    ("28", PermissionDenied, "does not let us in", "correct the user or password in the URL"),
    ("55P03", TimedOut, "is held by another process", _BUSY),
    ("57014", TimedOut, "did not finish in time", _BUSY),
    ("40", TimedOut, "is held by another process", _BUSY),
    ("42", InternalError, "did not understand us", ""),
    ("", ExternalError, "cannot be reached", "see that the server runs; it is tried again"),
)
"""By SQLSTATE, or its first digits (PostgreSQL documentation, appendix A); a lost connection has none."""


REFUSALS: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error, UnicodeError, OverflowError)
"""What the library, or SQLite's driver, raises for a statement; the last two before anything was sent."""


def place(url: URL) -> str:
    """Return where a store lies, for sentences: the file, or the database's URL without any password in it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    shown = {name: value for name, value in url.query.items() if name in ("host", "port", "service")}
    return url.set(query=shown).render_as_string(hide_password=True)


@contextmanager
def translated(place: str, refusals: tuple[type[Exception], ...] = REFUSALS) -> Iterator[None]:
    """Raise what the library, or the driver below it, raises inside as one of our errors; `place` names the store."""
    try:
        yield
    except refusals as error:
        raise refusal(place, error) from error


def refusal(place: str, error: Exception) -> EmplaError:
    """Return our error for one of the library's, or of the driver below it."""
    if isinstance(error, UnicodeError | OverflowError):  # before anything was sent: a lone surrogate, above 64 bits
        return ValidationError(f"{place} refused a row: {type(error).__name__}")
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(place, original)
    return _from_postgresql(place, original)


def _from_sqlite(place: str, original: sqlite3.Error) -> EmplaError:
    code = getattr(original, "sqlite_errorcode", None)
    if code is None:  # the driver's own complaint: a value it cannot bind
        return ValidationError(f"{place} refused a row: {original}")
    kind, words, next_step = _SQLITE.get(code & 0xFF, (InternalError, "did not understand us", ""))
    return kind(f"{place} {words}: {original}", next_step=next_step)


def _from_postgresql(place: str, original: BaseException | None) -> EmplaError:
    state = str(getattr(original, "sqlstate", None) or "")
    if not state and type(original).__name__ in ("DataError", "ProgrammingError"):
        # the driver's own complaint, such as a NUL in a text
        return ValidationError(f"{place} refused a row: {original}")
    known = next(entry for entry in _POSTGRESQL if state.startswith(entry[0]))
    diagnosis = getattr(original, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or str(original).partition("\n")[0]
    return known[1](f"{place} {known[2]}: {said}", next_step=known[3])
