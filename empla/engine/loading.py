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
        newest = [
            row.id for table in ("intention", "goal") for row in store.find(table, {}, ("id",), limit=1, newest=True)
        ]
    state.adopted = max([state.adopted, *map(number, newest)])
    return state


def _kept(store: Store, table: str, column: str, values: Iterable[str]) -> Iterator[Any]:
    """Iterate over what is kept in rows with one of these values, in the order in which it came up."""
    rows = [row for value in values for row in store.find(table, {column: value}, ("seq", "body"))]
    rows.sort(key=lambda row: row.seq)
    return (codec.loads(row.body) for row in rows)
