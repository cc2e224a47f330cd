"""Names that outlive a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder outlive a power cut, as fsync(2) does for what a file holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
