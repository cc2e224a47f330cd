"""Printing the end of a log, and what is added to it."""

import json
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from empla.errors import InputError
from runtime import logs
from runtime.cli import printing

_LOOK_S: Final = 0.2


def show(path: Path, *, lines: int, follow: bool, json: bool) -> None:
    """Print the last `lines` of a log, and with `follow` what comes until interrupted; also over a new file."""
    if not path.exists():
        raise InputError(f"there is no log {path} yet", next_step="it begins when the process first runs: `empla up`")
    with path.open(errors="replace") as file:
        for text in deque(file, maxlen=lines):
            _print(text, json)
        if not follow:
            return
        for text in _coming(path, file):
            _print(text, json)


def _coming(path: Path, file: TextIO) -> Iterator[str]:
    """Return lines as they are written, going on in the new file when the old one is put away."""
    part = ""
    while True:
        part += file.readline()
        if part.endswith("\n"):
            yield part
            part = ""
        elif not part and path.exists() and path.stat().st_ino != _inode(file):
            with path.open(errors="replace") as fresh:
                yield from _coming(path, fresh)
        else:
            time.sleep(_LOOK_S)


def _inode(file: TextIO) -> int:
    return Path(f"/proc/self/fd/{file.fileno()}").stat().st_ino


def _print(text: str, as_json: bool) -> None:
    if as_json:
        print(text, end="", flush=True)
        return
    try:
        printing.line(logs.readable(json.loads(text)))
    except ValueError:
        printing.line(text.rstrip("\n"))
