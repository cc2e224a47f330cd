"""Files to be taught: one that is named, or all of a folder that are of a kind that can be taught."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from empla.errors import InputError
from empla.memory.documents import kinds
from empla.memory.documents.document import Unreadable

LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a file that is read."""
MOST_FILES: Final = 5_000
"""Files that one command takes out of a folder."""
_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a folder, in order of their path, and why those were left out that were."""

    files: tuple[Path, ...]
    left_out: tuple[tuple[Path, str], ...] = ()


def files_in(folder: Path) -> Found:
    """Return the files of a folder and the folders in it that can be taught, hidden ones left out.

    Links are not followed: what they lead to is taught where it is. InputError if there are too many files.
    """
    files: list[Path] = []
    left_out: list[tuple[Path, str]] = []
    for path in _walk(folder, 0):
        if not kinds.by_name(path.name):
            continue
        if path.is_symlink():
            left_out.append((path, "it is a link"))
            continue
        files.append(path)
        if len(files) > MOST_FILES:
            raise InputError(
                f"{folder} has more than {MOST_FILES:,} files that can be taught", next_step="teach its folders singly"
            )
    return Found(tuple(files), tuple(left_out))


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from error
    for path in entries:
        if path.name.startswith((".", "~$")):  # the latter is Word's mark that a file is open
            continue
        if path.is_dir() and not path.is_symlink():
            if depth < _DEEPEST:
                yield from _walk(path, depth + 1)
        else:
            yield path


def content(path: Path) -> bytes:
    """Return the bytes of a file; Unreadable for what is no file, cannot be opened, or is too large."""
    try:
        # A pipe that is opened would be waited for, and a device may act on it.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                raise Unreadable(f"{path.name} is no file")
            if known.st_size <= LARGEST:
                data = file.read(LARGEST + 1)
                if len(data) <= LARGEST:
                    return data
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}") from error
    raise Unreadable(
        f"{path.name} has more than {LARGEST // 1024 // 1024} MiB",
        next_step="split it, and teach the parts that matter",
    )
