"""Replay: the recorded percepts through the same pure cycle again, compared digest by digest (contract 14)."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from empla.engine import inbox
from empla.engine.journal import chained, restored
from empla.errors import InputError
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


def replay(store: Store, library: PlanLibrary, guard: Guard = nullcontext, *, since: int = 0) -> Replayed:
    """Run recorded cycles again and compare what they change: from the beginning, or after the snapshot of `since`.

    `guard` limits the bodies as it did then; without one a body that was stopped for running too long runs for ever.
    InputError if there is no snapshot of that cycle.
    """
    state, digest = _beginning(store, since)
    count = 0
    for row in store.find("journal", {}, ("seq", "at", "percept", "digest"), at_least={"seq": since + 1}):
        percept = inbox.read(store.find("percept", {"key": row.percept}, ("key", "kind", "body"))[0])
        delta = cycle(state, percept, datetime.fromisoformat(row.at), library, guard)
        digest = chained(digest, codec.dumps(delta.changes).encode())
        if digest != row.digest:
            return Replayed(count, row.seq)
        state.apply(delta.changes)
        count += 1
    return Replayed(count, 0)


def _beginning(store: Store, since: int) -> tuple[MindState, str]:
    if not since:
        return MindState(), ""
    kept = store.find("snapshot", {"cycle": since}, ("body",))
    if not kept:
        known = [row.cycle for row in store.find("snapshot", {}, ("cycle",))]
        raise InputError(f"there is no snapshot of cycle {since}", next_step=f"there are: {known or 'none'}")
    return restored(kept[0].body), store.find("journal", {"seq": since}, ("digest",))[0].digest
