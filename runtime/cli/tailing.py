"""Printing the end of a log, and what is added to it."""

import json
import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from empla.errors import InputError
from runtime import logs
from runtime.cli import printing

_LOOK_S: Final = 0.2


def show(path: Path, *, lines: int, follow: bool, json: bool) -> None:
    """Print the last `lines` of a log, and with `follow` what comes until interrupted; also over new files."""
    file = _open(path)
    if file is None:
        raise InputError(f"there is no log {path} yet", next_step="it begins when the process first runs: `empla up`")
    try:
        for text in deque(file, maxlen=lines):
            _print(text, json)
        part = ""
        while follow:
            # Looked for before reading: a file that has a successor is written no more, so its end is its end.
            newer = _successor(path, file)
            while text := file.readline():
                part += text
                if part.endswith("\n"):
                    _print(part, json)
                    part = ""
            if newer is None:
                time.sleep(_LOOK_S)
            else:
                file.close()
                file, part = newer, ""
    finally:
        file.close()


def _successor(path: Path, file: TextIO) -> TextIO | None:
    """Return the file that was begun when this one was put away, open; None while there is none."""
    here = os.fstat(file.fileno()).st_ino
    newer: TextIO | None = None
    for number in range(logs.KEPT + 1):  # from the newest on: they are renamed meanwhile, to higher numbers
        found = _open(path.with_name(f"{path.name}.{number}") if number else path)
        if found is None:
            continue
        if os.fstat(found.fileno()).st_ino == here:
            found.close()
            return newer
        if newer is not None:
            newer.close()
        newer = found
    return newer  # this one is not kept any more: the oldest that is


def _open(path: Path) -> TextIO | None:
    with suppress(FileNotFoundError):
        return path.open(errors="replace")
    return None


def _print(text: str, as_json: bool) -> None:
    if as_json:
        print(text, end="", flush=True)
        return
    try:
        printing.line(logs.readable(json.loads(text)))
    except ValueError:
        printing.line(text.rstrip("\n"))
