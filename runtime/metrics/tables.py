"""What an employee's tables say at this moment: how long what waits has waited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from empla.config import Home
from empla.errors import EmplaError
from empla.mind.intentions import OVER, Stage
from empla.store.minds import known_mind
from empla.store.store import Store

_OPEN: Final = ("ready", "deferred", "claimed", "on_wire", "awaiting_approval")
_STAGES: Final = tuple(stage.value for stage in Stage if stage not in OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Of one employee: percepts that wait and the instant of the oldest, actions by state and the instant of the
    oldest that is open, intentions by stage, percepts that were set aside.
    """

    inbox: int
    inbox_since: str
    actions: dict[str, int]
    outbox_since: str
    intentions: dict[str, int]
    set_aside: int


def queues(home: Home, slug: str) -> Queues | None:
    """Look into an employee's tables; None if it has none, or they cannot be read now."""
    try:
        with known_mind(home, slug) as store:
            return None if store is None else _queues(store)
    except EmplaError:
        return None


def _queues(store: Store) -> Queues:
    waiting = store.find("percept", {"state": "new"}, ("at",))
    actions = {state: store.find("action", {"state": state}, ("asked_at",)) for state in (*_OPEN, "unknown")}
    begun = [row.asked_at for state in _OPEN for row in actions[state]]
    return Queues(
        inbox=len(waiting),
        inbox_since=waiting[0].at if waiting else "",
        actions={state: len(rows) for state, rows in actions.items()},
        outbox_since=min(begun, default=""),
        intentions={stage: len(store.find("intention", {"stage": stage}, ("seq",))) for stage in _STAGES},
        set_aside=len(store.find("percept", {"state": "quarantined"}, ("seq",))),
    )


def age_s(since: str, now: datetime) -> float:
    """Return how many seconds ago an instant was, 0 for none."""
    return max(0.0, (now - datetime.fromisoformat(since)).total_seconds()) if since else 0.0
