"""Who runs a home: `home.lock`, held by `empla up`, or by a command while `up` does not run.

The lock is a flock, so the kernel frees it however its holder dies; what is written in the file is believed only while
the lock is held, and the file is never deleted (a lock on a deleted file locks nothing).
"""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from typing import Final, Self

from empla.config import Home
from empla.errors import ResourceError
from runtime.supervisor.lease import started_at

UP: Final = "up"
"""What `empla up` calls itself in the lock."""

_GLANCE_S: Final = 0.2  # how long a take goes on trying: a glance by `holder` takes the lock for microseconds
_STEP_S: Final = 0.01


class HomeInUse(ResourceError):
    """Another process runs this home."""

    code = "home_in_use"


@dataclass(frozen=True, slots=True)
class Running:
    """Who holds the lock: its process, and what it does (`up`, or the name of a command)."""

    pid: int
    what: str


class HomeLock:
    """The lock, held until it is closed or the process dies."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def close(self) -> None:
        """Let go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def take(home: Home, what: str, *, wait_s: float = _GLANCE_S) -> HomeLock:
    """Take the home to do `what`; HomeInUse if somebody still has it after `wait_s` seconds."""
    home.create()
    fd = _open(home)
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(fd)
                raise _in_use(home) from None
            time.sleep(_STEP_S)
    os.ftruncate(fd, 0)
    os.pwrite(fd, json.dumps({"pid": os.getpid(), "started": started_at(os.getpid()), "what": what}).encode(), 0)
    return HomeLock(fd)


def holder(home: Home) -> Running | None:
    """Return who holds the lock now; None if nobody does."""
    if not home.lock.exists():
        return None
    fd = _open(home)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(home)
    finally:
        os.close(fd)
    return None


def _open(home: Home) -> int:
    return os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _read(home: Home) -> Running:
    """Return what the holder wrote; its first words may not be there yet."""
    try:
        said = json.loads(home.lock.read_text())
        return Running(pid=int(said["pid"]), what=str(said["what"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Running(pid=0, what="")


def _in_use(home: Home) -> HomeInUse:
    who = _read(home)
    if who.what == UP:
        return HomeInUse(
            f"empla already runs on {home.root} (process {who.pid})",
            next_step="use it as it is, or stop it with `empla down`",
        )
    return HomeInUse(
        f"another command works on {home.root} ({who.what or 'starting'}, process {who.pid or 'unknown'})",
        next_step="wait for it to end, then try again",
    )
