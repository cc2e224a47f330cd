"""Unix sockets in a home: found by a short path, and for one user only."""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CREDENTIALS: Final = struct.Struct("3i")


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """Name a socket through its open folder: a path in the kernel's address is at most 107 bytes long."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listening(path: Path) -> socket.socket:
    """Return a socket bound to `path`, for its owner only (0600). What a process that died left there is replaced."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # so that there is no instant in which others could connect
    try:
        with short_path(path) as name:
            made.bind(name)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def is_owner(connection: socket.socket) -> bool:
    """Return whether the process at the other end is this user's, or root's."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return user in (os.getuid(), 0)
