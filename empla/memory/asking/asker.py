"""Asking one employee's memory, on behalf of somebody."""

from collections.abc import Sequence
from datetime import datetime

from empla.memory.asking.answering import answered
from empla.memory.asking.answers import Answer
from empla.memory.asking.looking import Looking
from empla.memory.memory import Memory
from empla.memory.model import Viewer


def ask(
    memory: Memory,
    words: str,
    *,
    viewer: Viewer,
    at: datetime,
    zone: str,
    asker: Sequence[str] = (),
    without: str = "",
) -> Answer:
    """Answer a question by what `viewer` may see, as of `at`; days are meant in `zone`, "we" is who asks.

    What the percept `without` told is left out: the question itself. Nothing is written; the index should be up to date
    (`Memory.catch_up`).
    """
    return answered(words, Looking(memory.store, memory.recall, viewer, at, without, memory.graph), at, zone, asker)
