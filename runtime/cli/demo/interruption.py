"""Ctrl-C, SIGTERM and a closed terminal end the demo between commands, never within one.

Half a start could not be stopped again: a daemon that has not yet taken its home answers no `empla down`.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """While its block runs, such a signal becomes KeyboardInterrupt; inside `held_back`, when that block is over."""

    def __init__(self) -> None:
        self._held = 0
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interruption":
        self._before = {number: signal.signal(number, self._told) for number in _SIGNALS}
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Let what is in hand come to its end first."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._asked and not self._held:
            self._asked = False
            raise KeyboardInterrupt

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        if self._held:
            self._asked = True
        else:
            raise KeyboardInterrupt
