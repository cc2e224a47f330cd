"""The mind's state from its tables: loaded once at the start, and again if a commit ever fails.

Each query is for what is not over and answered by an index: what it takes does not grow with the past.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from empla.mind import codec
from empla.mind.intentions import OVER, Stage
from empla.mind.state import Believed, MindState, number
from empla.store.store import Store

_STANDING = ("active", "waiting", "suspended")
"""States of goals that are not over."""
_ROWS_AT_ONCE = 16


def load(store: Store) -> MindState:
    """Return the state that the tables hold. What is over stays in the tables only."""
    state = MindState()
    with store.reading():
        for row in store.find("belief", {"held": 1}, ("body",)):
            state.apply([Believed(belief=codec.loads(row.body))])
        state.apply(_kept(store, "goal", "state", _STANDING))
        state.apply(_kept(store, "intention", "stage", (stage.value for stage in Stage if stage not in OVER)))
        state.apply(_kept(store, "step", "intention", state.intentions))
        state.apply(_kept(store, "question", "state", ("open",)))
        state.apply(_kept(store, "hold", "intention", state.intentions))
        numbers = [number(row.id) for table in ("intention", "goal") for row in _of_the_last_cycle(store, table)]
    state.adopted = max([state.adopted, *numbers])
    return state


def _kept(store: Store, table: str, column: str, values: Iterable[str]) -> Iterator[Any]:
    """Iterate over what is kept in rows with one of these values, in the order in which it came up."""
    rows = [row for value in values for row in store.find(table, {column: value}, ("seq", "body"))]
    rows.sort(key=lambda row: row.seq)
    return (codec.loads(row.body) for row in rows)


def _of_the_last_cycle(store: Store, table: str) -> Iterator[Any]:
    """Iterate over the rows that the last cycle with any has added, and maybe some more, the newest first.

    A number is higher than those of earlier cycles; but the rows of one cycle are not written in the order of numbers.
    """
    began, seen = None, 0
    while rows := store.find(table, {}, ("id", "body"), limit=seen + _ROWS_AT_ONCE, newest=True)[seen:]:
        for row in rows:
            adopted_at = codec.loads(row.body).adopted_at
            if began is not None and adopted_at != began:
                return
            began = adopted_at
            yield row
        seen += len(rows)
