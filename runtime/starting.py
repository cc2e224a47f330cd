"""How a process starts that a home has one of, the office or the embedder: alone, and saying that it works."""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from empla.errors import ResourceError

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
