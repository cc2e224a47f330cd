"""Cues and an empty index, for tests of the parts."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from empla.memory.model import Cue
from empla.memory.text.sqlite import FileIndex


def cue(words: str) -> Cue:
    return Cue(words=words, at=datetime(2026, 6, 15, tzinfo=UTC))


def empty_index() -> FileIndex:
    with tempfile.TemporaryDirectory() as folder:
        return FileIndex(Path(folder) / "text.db")
