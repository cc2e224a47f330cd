"""What an engine tells of its work while it works, for whoever counts it.

Each method does nothing; who counts overrides some of them. They are called on the engine's own thread, after the
commit of what they tell of, and must neither wait nor raise. Nothing told here is the only copy: the tables have it.
"""

from collections.abc import Sequence
from typing import Any


class Telemetry:
    """Hears of an engine's work, and does nothing with it."""

    def turned(self, cycle: int) -> None:
        """Hear that the loop has come round; `cycle` is the number of the last cycle."""

    def thought(self, rows: Sequence[Any], took_s: float) -> None:
        """Hear that percepts were handled in one transaction: their inbox rows (`key`, `kind`, `at`, `correlation`)."""

    def ended(self, plan: str, stage: str) -> None:
        """Hear that an intention is over, and how."""

    def acted(self, action: str, state: str, how: str) -> None:
        """Hear what came of an action: `done`, `failed` or `unknown`; `how` it is known."""

    def retried(self, operation: str, code: str) -> None:
        """Hear that an operation is to be tried again, and the code of the error that made it so."""

    def close(self) -> None:
        """Hear that nothing more will be told."""


SILENT = Telemetry()
"""Nobody counts."""


class Several(Telemetry):
    """Tells each of several."""

    def __init__(self, *listeners: Telemetry) -> None:
        self._listeners = listeners

    def turned(self, cycle: int) -> None:
        """Tell each that the loop has come round."""
        for one in self._listeners:
            one.turned(cycle)

    def thought(self, rows: Sequence[Any], took_s: float) -> None:
        """Tell each of percepts that were handled."""
        for one in self._listeners:
            one.thought(rows, took_s)

    def ended(self, plan: str, stage: str) -> None:
        """Tell each that an intention is over."""
        for one in self._listeners:
            one.ended(plan, stage)

    def acted(self, action: str, state: str, how: str) -> None:
        """Tell each what came of an action."""
        for one in self._listeners:
            one.acted(action, state, how)

    def retried(self, operation: str, code: str) -> None:
        """Tell each that an operation is to be tried again."""
        for one in self._listeners:
            one.retried(operation, code)

    def close(self) -> None:
        """Tell each that nothing more will be told."""
        for one in self._listeners:
            one.close()
