"""Ports for servers that have to be told where to listen: no two tests on this machine ever get the same.

A server that asks the kernel for any port needs none of these. One that is told a number cannot have the kernel's:
between finding a free port and listening there somebody else may get it, another worker that looked in the same instant
or any connection. So each process of pytest holds a block of ports below those that the kernel gives away, under a lock
that ends with the process, and hands them out one after another.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Final

from runtime.ports import free_port

HOST: Final = "127.0.0.1"
BLOCK: Final = 500
"""Ports of one process: more than its tests need before the first ones are long free again."""

_LOWEST: Final = 11_000  # `empla init` begins to look below
_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


def own_ports(count: int = 1) -> int:
    """Return the first of `count` ports in a row at which nobody listens, and which nobody else is given."""
    handed_out = _mine()
    row = [next(handed_out)]
    for _ in range(2 * BLOCK):
        if row[-1] != row[0] + len(row) - 1 or free_port(HOST, row[-1]) is None:
            row = [next(handed_out)]
        elif len(row) == count:
            return row[0]
        else:
            row.append(next(handed_out))
    raise AssertionError(f"no {count} ports in a row are free from {row[0] // BLOCK * BLOCK} on")


@cache
def _mine() -> Iterator[int]:
    """Take a block that no other process has, and go through it round and round."""
    folder = Path(tempfile.gettempdir()) / f"empla-tests-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for first in blocks(int(_RANGE.read_text().split()[0])):
        lock = (folder / str(first)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return _round(first, lock)
    raise AssertionError(f"every block of ports is held by another run of the tests: see {folder}")


def _round(first: int, lock: IO[str]) -> Iterator[int]:
    while not lock.closed:  # that it is held here keeps the block ours
        yield from range(first, first + BLOCK)


def blocks(lowest_given: int) -> list[int]:
    """Return where the blocks begin, below the lowest port that the kernel gives to whoever asks for any.

    Where it gives away nearly all of them nothing is below: then any will do, and only chance connections can be met.
    """
    end = lowest_given if lowest_given >= _LOWEST + 4 * BLOCK else 60_000
    return list(range(end - BLOCK, _LOWEST - 1, -BLOCK))
