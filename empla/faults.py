"""Fault points: places where a crash test may kill the process.

`point(name)` does nothing unless a test armed it. Armed, it counts every point it passes in a small shared file, so a
test learns how many there are by running once (the counter finds the points, never a hand-kept list), and then kills
the process with SIGKILL at the n-th.

Environment: `EMPLA_FAULTS` names the shared file, created by the test with `create`. Its layout is two little-endian
unsigned 64-bit integers, (passed so far, die at; 0 = never), and after them the names passed, one a line.
"""

import mmap
import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path

_SIZE = 1 << 20
_HEAD = struct.Struct("<QQQ")  # passed, die_at, bytes of names written
_page: mmap.mmap | None = None
_told: Callable[[str], None] | None = None


def create(path: Path, die_at: int = 0) -> None:
    """Write a fresh fault page at `path`; the process that is armed with it dies at its `die_at`-th point."""
    with path.open("wb") as file:
        file.truncate(_SIZE)
        file.write(_HEAD.pack(0, die_at, 0))


def arm(path: Path | None) -> None:
    """Count points in the page at `path` from now on; None disarms."""
    global _page
    if path is None:
        _page = None
        return
    with path.open("r+b") as file:
        _page = mmap.mmap(file.fileno(), _SIZE)


def tell(told: Callable[[str], None] | None) -> None:
    """Have `told` called with the name of every point that this process passes; None: nobody.

    A simulation, in which many employees live in one process, decides by it who dies where: what `told` raises goes
    through the point. It has to be a BaseException that nothing on the way takes for an error.
    """
    global _told
    _told = told


def passed(path: Path) -> list[str]:
    """Return the names of the points passed so far, in order."""
    raw = path.read_bytes()
    _, _, used = _HEAD.unpack_from(raw)
    return raw[_HEAD.size : _HEAD.size + used].decode().splitlines()


def point(name: str) -> None:
    """Mark a place where the process may die; `name` tells a failing test where."""
    if _told is not None:
        _told(name)
    if _page is None:
        return
    count, die_at, used = _HEAD.unpack_from(_page)
    line = f"{name}\n".encode()
    start = _HEAD.size + used
    if start + len(line) <= _SIZE:
        _page[start : start + len(line)] = line
        used += len(line)
    _HEAD.pack_into(_page, 0, count + 1, die_at, used)
    if count + 1 == die_at:
        os.kill(os.getpid(), signal.SIGKILL)


if "EMPLA_FAULTS" in os.environ:
    arm(Path(os.environ["EMPLA_FAULTS"]))
