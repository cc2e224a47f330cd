"""What a process uses, read cheaply enough to ask it of hundreds every other second."""

import contextlib
import os
from pathlib import Path
from typing import Final

_PAGE_KIB: Final = os.sysconf("SC_PAGE_SIZE") // 1024
_TICKS_S: Final = os.sysconf("SC_CLK_TCK")
_RESIDENT, _SHARED, _DATA = 1, 2, 5


def anonymous_kib(pid: int) -> int:
    """Return how much memory that is no file's a process has, in KiB; 0 if there is no such process.

    What a fork still shares with its parent counts too, so this is the upper bound of what is its own; `memory.of`
    tells that, for a hundred times the price.
    """
    fields = _statm(pid)
    return (fields[_RESIDENT] - fields[_SHARED]) * _PAGE_KIB if fields else 0


def mapped_mib() -> int:
    """Return how much writable memory this process has mapped, in MiB, as RLIMIT_DATA counts it."""
    fields = _statm(os.getpid())
    return fields[_DATA] * _PAGE_KIB // 1024 if fields else 0


def processor_s(pid: int) -> float:
    """Return how much processor time all threads of a process have used, in seconds; 0 if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The second field is the program's name in brackets and may hold anything, so count from its end.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def let_others_go_first(pid: int, nice: int) -> None:
    """Give every thread of a process this niceness; harmless if it has ended."""
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), nice)


def _statm(pid: int) -> list[int]:
    try:
        return [int(field) for field in Path(f"/proc/{pid}/statm").read_text().split()]
    except OSError:
        return []
