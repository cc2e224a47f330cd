"""How far consolidation has come, and the terms on which it works."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from empla.memory.consolidation.claims import Extractor
from empla.mind.codec import registered
from empla.mind.percepts import Percept
from empla.store.store import Store

Tell = Callable[[Store, Percept, datetime], bool]
"""Inserts a percept in the current transaction, once for each key; the engine's inbox does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the mind is told of what it should know, and what the company's settings say.

    `retention` is how long episodes are kept at all, None for ever. What is older is forgotten: its words are erased.
    `extractor` reads episodes in place of the rules.
    """

    tell: Tell
    retention: timedelta | None = None
    extractor: Extractor | None = None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidating:
    """How far a run has come, and when the next one is due.

    `stage` is what is under way, "" between runs; `begun` is when the run began, which is its time throughout, and `at`
    the number up to which the stage has come. `upto` is the newest episode at the run's beginning: what comes later
    waits for the next one. `read`, `threaded`, `compared` and `stated` say up to which number episodes were read for
    facts, for their threads and for what says the same, and up to which facts were compared. `waiting` are threads that
    were not quiet yet.
    """

    next_night: datetime | None = None
    next_idle: datetime | None = None
    run: str = ""
    begun: datetime | None = None
    nightly: bool = False
    stage: str = ""
    at: int = 0
    upto: int = 0
    read: int = 0
    threaded: int = 0
    compared: int = 0
    stated: int = 0
    waiting: tuple[str, ...] = ()

    @property
    def time(self) -> datetime:
        """Return the time of the run that is under way."""
        assert self.begun is not None, "a run that is under way has begun"
        return self.begun
