"""Writing a file that is there whole or not at all, also after a power cut."""

import os
from pathlib import Path

from empla.store.syncing import sync_folder


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file (0600) by one with this content, synced with its name. OSError if the disk does not take it."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
