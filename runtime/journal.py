"""Lines for systemd's journal: each begins with its priority in angle brackets, as sd-daemon(3) and syslog have it."""

import os
from collections.abc import Mapping
from typing import Final, TextIO

_PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def reads(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether the journal reads this stream: `JOURNAL_STREAM` then holds its device and inode."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM", "") == f"{status.st_dev}:{status.st_ino}"


def prefixed(text: str, level: str) -> str:
    """Return `text` with the priority of `level` at the beginning of every line: to the journal each is one message."""
    mark = f"<{_PRIORITIES.get(level, 6)}>"
    return "\n".join(mark + line for line in text.splitlines())
