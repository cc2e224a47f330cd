"""Fading: what nobody used for long is recalled no more. It is not deleted, and can be brought back (`undoing`).

How strong a memory is follows from when it was last of use, or else made, and from how often: half of what it was after
each half-life of its kind, and each use makes that half-life longer. It is worked out whenever it is asked for and
never stored, so looking at it twice takes nothing away.

Exempt are what people told, taught, stated or corrected, what serves as a promise, who somebody is and how they are
reached, and what is critical. What follows from facts (derived) fades with them only.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from empla.memory.consolidation.changes import recorded, was_undone
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.rates import (
    BLOCK,
    FACT_HALF_LIFE,
    FLOOR,
    HALF_LIVES,
    NEVER_FADE,
    PER_USE,
    PERMANENT,
    SHORT_LIVED,
    USES_COUNTED,
)
from empla.memory.model import Basis, Importance, Kept
from empla.mind import codec
from empla.mind.commitments import PROMISES
from empla.mind.commitments import promised as promised_by
from empla.store.store import Store, instant

STEP: Final = "fade"
PIECE: Final = 10 * BLOCK
"""Rows that one piece looks at: most need no more than a glance."""
YOUNGEST: Final = 4 * min(HALF_LIVES.values())
"""What is younger is strong enough, whatever it is."""
_EPISODE: Final = ("seq", "kind", "at", "importance", "thread")
_FACT: Final = ("seq", "predicate", "basis", "recorded_at", "closed_at", "state")


def strength(
    half_life: timedelta, made: datetime, at: datetime, *, uses: int = 0, used: datetime | None = None
) -> float:
    """Return how strong a memory is (0..1) that was made, and perhaps last of use, at these instants."""
    since = at - max(made, used) if used is not None else at - made
    lasting = half_life * (1 + PER_USE * min(uses, USES_COUNTED))
    return float(0.5 ** (max(since, timedelta()) / lasting))


def half_life_of_episode(kind: str, importance: int) -> timedelta | None:
    """Return in which time the strength of an episode halves, None if it does not fade."""
    if kind in NEVER_FADE:
        return None
    return HALF_LIVES.get(Importance(importance))


def half_life_of_fact(predicate: str, basis: str) -> timedelta | None:
    """Return in which time the strength of a fact halves, None if it does not fade: only what was observed does."""
    if basis != Basis.OBSERVED or predicate in PERMANENT:
        return None
    return SHORT_LIVED.get(predicate, FACT_HALF_LIFE)


def fade(store: Store, known: Consolidating, _terms: Terms) -> Consolidating:
    """Let what has become too weak fade, some at a time: episodes while `at` is 0 or above, facts below."""
    old = {"at": instant(known.time - YOUNGEST)}
    if known.at >= 0:
        promised = _promised(store)
        by = {"state": Kept.KEPT.value}
        rows = store.find("episode", by, _EPISODE, at_least={"seq": known.at + 1}, at_most=old, limit=PIECE)
        for row in rows:
            if row.thread not in promised:
                _fade_episode(store, known, row)
        return replace(known, at=rows[-1].seq if len(rows) == PIECE else -1)
    rows = store.find("fact", {"closed_at": ""}, _FACT, at_least={"seq": -known.at}, limit=PIECE)
    for row in rows:
        if row.state == Kept.KEPT:
            _fade_fact(store, known, row)
    return replace(known, at=-rows[-1].seq - 1) if len(rows) == PIECE else replace(known, stage="", at=0)


def _promised(store: Store) -> set[str]:
    """Return the threads in which promises were made that are open."""
    bodies = (row.body for f in PROMISES for row in store.find("belief", {"functor": f, "held": 1}, ("body",)))
    made = [promise for promise in map(promised_by, map(codec.loads, bodies)) if promise is not None and promise.open]
    return {promise.thread for promise in made if promise.thread}


def _fade_episode(store: Store, known: Consolidating, row: Any) -> None:
    half_life = half_life_of_episode(row.kind, row.importance)
    if half_life is not None and _strength(store, f"e{row.seq}", half_life, row.at, known.time) < FLOOR:
        _let_fade(store, known, "episode", f"e{row.seq}")


def _fade_fact(store: Store, known: Consolidating, row: Any) -> None:
    half_life = half_life_of_fact(row.predicate, row.basis)
    if half_life is not None and _strength(store, f"f{row.seq}", half_life, row.recorded_at, known.time) < FLOOR:
        _let_fade(store, known, "fact", f"f{row.seq}")


def _strength(store: Store, memory: str, half_life: timedelta, made: str, at: datetime) -> float:
    born = datetime.fromisoformat(made)
    without = strength(half_life, born, at)
    if without >= FLOOR:
        return without  # strong enough without any use
    rows = store.find("use", {"memory": memory}, ("count", "last_at"))
    if not rows or not rows[0].last_at:
        return without
    return strength(half_life, born, at, uses=rows[0].count, used=datetime.fromisoformat(rows[0].last_at))


def _let_fade(store: Store, known: Consolidating, table: str, memory: str) -> None:
    if was_undone(store, memory, f"{STEP}:{memory}"):
        return  # somebody has brought it back
    with recorded(store, known.run, f"{STEP}:{memory}", known.time):
        store.change(table, {"seq": int(memory[1:])}, {"state": Kept.FADED.value})
