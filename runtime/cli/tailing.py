"""Printing the end of a log, and what is added to it."""

import json
import os
import time
from collections import deque
from pathlib import Path
from typing import Final

from empla.errors import InputError
from runtime import logs
from runtime.cli import printing

_LOOK_S: Final = 0.2


def show(path: Path, *, lines: int, follow: bool, json: bool) -> None:
    """Print the last `lines` of a log, and with `follow` what comes until interrupted; also over a new file."""
    if not path.exists():
        raise InputError(f"there is no log {path} yet", next_step="it begins when the process first runs: `empla up`")
    file = path.open(errors="replace")
    try:
        for text in deque(file, maxlen=lines):
            _print(text, json)
        part = ""
        while follow:
            part += file.readline()
            if part.endswith("\n"):
                _print(part, json)
                part = ""
            elif not part and path.exists() and path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                file.close()
                file = path.open(errors="replace")  # the old one was put away
            else:
                time.sleep(_LOOK_S)
    finally:
        file.close()


def _print(text: str, as_json: bool) -> None:
    if as_json:
        print(text, end="", flush=True)
        return
    try:
        printing.line(logs.readable(json.loads(text)))
    except ValueError:
        printing.line(text.rstrip("\n"))
