"""The mind's state from its tables: loaded once at the start, and again if a commit ever fails."""

from empla.mind import codec
from empla.mind.state import Believed, MindState
from empla.store.store import Store


def load(store: Store) -> MindState:
    """Return the state that the tables hold. What is over stays in the tables only."""
    state = MindState()
    with store.reading():
        for row in store.find("belief", {"held": 1}, ("body",)):
            state.apply([Believed(belief=codec.loads(row.body))])
        for standing in ("active", "waiting", "suspended"):
            for row in store.find("goal", {"state": standing}, ("body",)):
                state.apply([codec.loads(row.body)])
        for stage in ("active", "suspended", "quarantined"):
            for row in store.find("intention", {"stage": stage}, ("body",)):
                state.apply([codec.loads(row.body)])
        for intention in list(state.intentions):
            for row in store.find("step", {"intention": intention}, ("body",)):
                state.apply([codec.loads(row.body)])
        for row in store.find("question", {"state": "open"}, ("body",)):
            state.apply([codec.loads(row.body)])
        for row in store.find("hold", {}, ("body", "intention")):
            if row.intention in state.intentions:
                state.apply([codec.loads(row.body)])
        # Not that of the newest row: the rows of one cycle are written in another order than its numbers were given in.
        state.adopted = max(state.adopted, store.highest("intention"), store.highest("goal"))
    return state
