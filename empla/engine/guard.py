"""A limit on the processor time of a plan body (contract 15)."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from empla.mind.bodies import OutOfTime

BODY_CPU_S = 2.0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def install() -> None:
    """Have the timer's signal stop a body; call once, in the main thread."""
    signal.signal(signal.SIGVTALRM, _stop)


@contextmanager
def cpu_limit() -> Iterator[None]:
    """Raise `OutOfTime` inside once the process has used `BODY_CPU_S` seconds of processor time, and again after."""
    signal.setitimer(signal.ITIMER_VIRTUAL, BODY_CPU_S, BODY_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
