"""The beginning of a process: what an employee should know of it, as percepts in its own inbox.

`began` comes once for each version of code and role, so that plans can take up standing duties which the version
before did not have. `awoke` comes when the employee was not there for a while, with from when to when: what was due
meanwhile is done late or named, never passed over in silence.
"""

from datetime import datetime, timedelta

from empla.engine import inbox
from empla.mind.percepts import BEGAN, Percept
from empla.mind.values import OWN
from empla.store.store import Store

AWOKE = "awoke"
"""Kind of the percept that tells of an absence; fields `since` and `until`."""
ABSENCE = timedelta(minutes=5)
"""What is shorter is a restart, of which nobody needs to hear."""


def note_beginning(store: Store, at: datetime, *, version: str, alive_at: datetime | None) -> None:
    """Write what a process that begins at `at` has to know; `alive_at` is when the one before was last seen alive."""
    with store.transaction("begin"):
        told = Percept(key=f"began:{version}", kind=BEGAN, fields={"version": version}, origin=OWN)
        inbox.insert(store, told, at)
        if alive_at is not None and at - alive_at >= ABSENCE:
            fields = {"since": alive_at, "until": at}
            inbox.insert(store, Percept(key=f"awoke:{at.isoformat()}", kind=AWOKE, fields=fields, origin=OWN), at)
