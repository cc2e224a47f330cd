"""Logs: one JSON object a line in `logs/NAME.jsonl`, and for whoever watches in the foreground, readable lines.

A line is appended by one system call, so a process that is killed leaves whole lines; each process writes a file of
its own, so nobody's line lands in another's. Files are bounded: at `LARGEST` bytes one becomes `NAME.jsonl.1`, and
`KEPT` old ones stay. What is bound with `structlog.contextvars.bind_contextvars(correlation=...)` stands on every line
until it is unbound: one id from percept to act. Values under names such as *password* or *token* are never written.
"""

import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

from empla.clock import Clock
from empla.config import Home
from runtime import journal

LARGEST: Final = 5 << 20
"""Bytes at which a file is put away and a new one begun."""

KEPT: Final = 3
"""Old files kept of each process."""

_BLOCK: Final = 64 << 10

HIDDEN: Final = "[hidden]"
"""What stands in a log in place of a secret."""

_SECRET = re.compile(r"passw|secret|token|credential|authorization|api_?key|cookie|private_?key", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s]+@")
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

Event = MutableMapping[str, Any]


class Lines:
    """A file that lines are appended to, whole or not at all."""

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path = path
        self._largest = largest
        self._kept = kept
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = self._open()
        self._size = os.fstat(self._fd).st_size
        self._cut_torn_line()

    def append(self, line: str) -> None:
        """Append one line. A full disk loses the line, never the process."""
        data = (line + "\n").encode(errors="replace")
        if self._size and self._size + len(data) > self._largest:
            with contextlib.suppress(OSError):
                self._rotate()
        with contextlib.suppress(OSError):
            written = os.write(self._fd, data)
            if written < len(data):
                os.ftruncate(self._fd, self._size)
            else:
                self._size += written

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _cut_torn_line(self) -> None:
        """Take out the last line if it is cut short: SIGKILL ends a write between two pages, a full disk anywhere.

        Only one process at a time writes a file, so nobody else's line is lost.
        """
        whole = self._size
        while whole and (block := os.pread(self._fd, _BLOCK, max(0, whole - _BLOCK))):
            end = block.rfind(b"\n", 0, min(whole, _BLOCK))
            whole = max(0, whole - _BLOCK) + end + 1
            if end >= 0:
                break
        if whole != self._size:
            os.ftruncate(self._fd, whole)
            self._size = whole

    def _rotate(self) -> None:
        # The new file comes first: where there is no room for one, the old is written on.
        fresh = self._path.with_name(f"{self._path.name}.new")
        fd = os.open(fresh, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        old = [self._path.with_name(f"{self._path.name}.{number}") for number in range(1, self._kept + 1)]
        for newer, older in zip(reversed([self._path, *old[:-1]]), reversed(old), strict=True):
            if newer.exists():
                newer.replace(older)
        fresh.replace(self._path)
        os.close(self._fd)
        self._fd, self._size = fd, 0


def configure(
    home: Home, name: str, *, clock: Clock, foreground: bool = False, level: str = "info", **context: Any
) -> None:
    """Make all logging of this process go to `logs/NAME.jsonl`, and readably to standard error if in the foreground.

    `context` stands on every line. Warnings of libraries that use the standard `logging` go there too.
    """
    lines = Lines(home.logs / f"{name}.jsonl")
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _Stamp(clock, {"process": name, "pid": os.getpid(), **context}),
            _with_traceback,
            redact,
            _Write(lines, sys.stderr if foreground else None),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Standard()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Replace every value under a secret's name, however deep, and passwords in addresses of servers."""
    return {key: HIDDEN if _SECRET.search(key) else _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _IN_URL.sub(rf"\1:{HIDDEN}@", value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if _SECRET.search(str(key)) else _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return value if value is None or isinstance(value, int | float) else _clean(str(value))


class _Stamp:
    """Adds the clock's time, not the machine's, so that a log of a moved Monday reads as one."""

    def __init__(self, clock: Clock, context: Mapping[str, Any]) -> None:
        self._clock = clock
        self._context = context

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        at = self._clock.now().isoformat(timespec="milliseconds")
        return {"at": at, "level": event.pop("level"), "event": event.pop("event"), **self._context, **event}


def _with_traceback(_logger: Any, _method: str, event: Event) -> Event:
    """Turn `exc_info` into text."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["traceback"] = "".join(traceback.format_exception(*info))
    return event


class _Write:
    """The last processor: writes, and leaves nothing for the logger to do."""

    def __init__(self, lines: Lines, screen: TextIO | None) -> None:
        self._lines = lines
        self._screen = screen
        self._to_journal = screen is not None and journal.reads(screen, os.environ)

    def __call__(self, _logger: Any, _method: str, event: Event) -> str:
        self._lines.append(json.dumps(event, default=str, ensure_ascii=False))
        if self._screen is not None:
            text = readable(event)
            shown = journal.prefixed(text, event.get("level", "")) if self._to_journal else text
            with contextlib.suppress(OSError):  # a closed terminal takes no lines, and must not keep us from ending
                print(shown, file=self._screen, flush=True)
        return ""


def readable(event: Mapping[str, Any]) -> str:
    """Return one line (and a traceback below it) for a person: time, level if it matters, process, what, with what."""
    rest = dict(event)
    at, level, what, process = (str(rest.pop(key, "")) for key in ("at", "level", "event", "process"))
    below = rest.pop("traceback", "")
    for key in ("pid", "module", "employee", "epoch"):
        rest.pop(key, None)
    mark = f"{level.upper()} " if _LEVELS.get(level, 20) > _LEVELS["info"] else ""
    pairs = " ".join(f"{key}={value}" for key, value in rest.items())
    line = f"{at[11:19]} {process}: {mark}{what}" + (f"  {pairs}" if pairs else "")
    return f"{line}\n{str(below).rstrip()}" if below else line


class _Standard(logging.Handler):
    """Hands what libraries log to our own logger."""

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        info = record.exc_info or None
        getattr(get(record.name), level)(record.getMessage(), exc_info=info)
