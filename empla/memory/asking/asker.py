"""Asking one employee's memory, on behalf of somebody."""

from collections.abc import Sequence
from datetime import datetime

from empla.memory.asking.answering import answered
from empla.memory.asking.answers import Answer
from empla.memory.asking.looking import Looking
from empla.memory.memory import Memory
from empla.memory.model import Viewer
from empla.store.store import Store


def ask(
    store: Store,
    memory: Memory,
    words: str,
    *,
    viewer: Viewer,
    at: datetime,
    zone: str,
    asker: Sequence[str] = (),
) -> Answer:
    """Answer a question by what `viewer` may see, as of `at`; days are meant in `zone`, "we" is who asks.

    `store` is what `memory` reads. Nothing is written; the index should be up to date (`Memory.catch_up`).
    """
    return answered(words, Looking(store, memory.recall, viewer, at), at, zone, asker)
