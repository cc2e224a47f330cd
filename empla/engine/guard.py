"""What stands around every run of a plan body: a mark of whose it is, and a limit on processor time (contract 15)."""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType

from empla.mind.bodies import OutOfTime

BODY_CPU_S = 2.0

Mark = Callable[[str], None]
"""Called with the intention whose body begins to run, and with an empty text when it has run: it must cost nothing."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def install() -> None:
    """Have the timer's signal stop a body; call once, in the main thread."""
    signal.signal(signal.SIGVTALRM, _stop)


class BodyGuard(AbstractContextManager[None]):
    """Raises `OutOfTime` inside once the process has used `BODY_CPU_S` seconds of processor time, and again after.

    `mark` is told whose body runs, so that a death inside it leaves evidence. One body runs at a time, so one object
    does for all of them; written out rather than as a generator, which takes three times as long.
    """

    __slots__ = ("_mark",)

    def __init__(self, mark: Mark = lambda _intention: None) -> None:
        self._mark = mark

    def __call__(self, intention: str) -> "BodyGuard":
        """Return the guard of this intention's body; an empty one is nobody's."""
        self._mark(intention)
        return self

    def __enter__(self) -> None:
        """Start the limit."""
        signal.setitimer(signal.ITIMER_VIRTUAL, BODY_CPU_S, BODY_CPU_S)

    def __exit__(self, *_error: object) -> None:
        """End it."""
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self._mark("")


cpu_limit = BodyGuard()
"""The limit alone, for thinking a past again."""
