"""Whether something failed for want of room on the disk."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from empla.errors import ResourceError

SPARE: Final = 1 << 20
"""Bytes that must be free."""

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(folder: Path) -> bool:
    """Return whether the disk that a folder lies on has no room to speak of; OSError if the folder is not there."""
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize < SPARE


def wants_room(error: BaseException, folder: Path) -> bool:
    """Return whether an error comes of a full disk.

    It says so itself; or it says of a file that it cannot be used (SQLite says no more where it has no room to open
    one), and the disk that `folder` lies on is full.
    """
    causes = list(_causes(error))
    if any(_says_so(one) for one in causes):
        return True
    try:
        return any(isinstance(one, OSError | ResourceError) for one in causes) and is_full(folder)
    except OSError:
        return False


def _says_so(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and those that it came of."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
