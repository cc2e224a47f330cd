"""How a process starts that a home has one of, the office or the embedder: alone, saying that it works, told to end."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from empla.errors import ResourceError

END_S: Final = 4
"""Seconds after which a process that was told to end is ended by the system."""

Report = Callable[[Mapping[str, object]], None]
"""Tells whoever started the process that it works, or why it does not."""


@contextlib.contextmanager
def only_one(lock: Path, said: str, *, next_step: str) -> Iterator[None]:
    """Hold a lock for the length of the block; ResourceError, which says `said`, if another process has it."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResourceError(said, next_step=next_step) from None
        yield


def reporter(ready_fd: int | None) -> Report:
    """Return what writes one line of JSON to a descriptor, and closes it; nothing without one."""

    def report(line: Mapping[str, object]) -> None:
        if ready_fd is not None:
            with contextlib.suppress(BrokenPipeError, OSError), os.fdopen(ready_fd, "w") as file:
                file.write(json.dumps(line) + "\n")

    return report


def told_to_end(lifeline_fd: int | None) -> asyncio.Event:
    """Return the event that SIGTERM, SIGINT or the end of the lifeline sets, in the running loop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def end() -> None:
        signal.alarm(END_S)  # a last resort: nothing may keep the process longer
        stop.set()

    def lifeline_moved(fd: int) -> None:
        if not os.read(fd, 4096):
            loop.remove_reader(fd)
            end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    if lifeline_fd is not None:
        loop.add_reader(lifeline_fd, lifeline_moved, lifeline_fd)
    return stop
