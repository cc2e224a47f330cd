"""Replay: the recorded percepts through the same pure cycle again, compared digest by digest (contract 14)."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from empla.engine import inbox
from empla.engine.journal import chained
from empla.mind import codec
from empla.mind.bodies import Guard
from empla.mind.cycle import cycle
from empla.mind.plans import PlanLibrary
from empla.mind.state import MindState
from empla.store.store import Store


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many cycles were run again, and the first that came out differently (0 if none did)."""

    cycles: int
    differs_at: int


def replay(store: Store, library: PlanLibrary, guard: Guard = nullcontext) -> Replayed:
    """Run every recorded cycle again from the beginning and compare what it changes.

    `guard` limits the bodies as it did then; without one a body that was stopped for running too long runs for ever.
    """
    state, digest, count = MindState(), "", 0
    for row in store.find("journal", {}, ("seq", "at", "percept", "digest")):
        percept = inbox.read(store.find("percept", {"key": row.percept}, ("key", "kind", "body"))[0])
        delta = cycle(state, percept, datetime.fromisoformat(row.at), library, guard)
        digest = chained(digest, codec.dumps(delta.changes).encode())
        if digest != row.digest:
            return Replayed(count, row.seq)
        state.apply(delta.changes)
        count += 1
    return Replayed(count, 0)
