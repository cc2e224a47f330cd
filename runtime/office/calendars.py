"""Calendars on disk, in the format that Radicale keeps them in: so they can be made while it does not run."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from empla.config import Home
from empla.store.syncing import sync_folder

NAME = "calendar"


def storage(home: Home) -> Path:
    """Return the folder that Radicale keeps everything in."""
    return home.office / "calendars"


def url_path(address: str) -> str:
    """Return the path of an account's calendar below the CalDAV server's address."""
    return f"/{address}/{NAME}/"


def make(home: Home, address: str, title: str) -> None:
    """Make an account's calendar; harmless if it is there. A half-made one is never seen."""
    principal = storage(home) / "collection-root" / address
    principal.mkdir(mode=0o700, parents=True, exist_ok=True)
    calendar = principal / NAME
    if calendar.exists():
        return
    properties = {"tag": "VCALENDAR", "D:displayname": title, "C:supported-calendar-component-set": "VEVENT"}
    # Radicale passes over names that begin with a dot
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=principal))
    try:
        _write(fresh / ".Radicale.props", json.dumps(properties, sort_keys=True))
        fresh.rename(calendar)
        sync_folder(principal)
    except OSError:
        if not calendar.exists():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
