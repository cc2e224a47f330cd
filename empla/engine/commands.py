"""Commands of people to the shell: percepts that the mind need not think about.

`settle` says what became of an action that is *unknown*; fields `action`, `happened` and `by`.
"""

from empla.engine.outbox import Outbox
from empla.mind.percepts import Outcome, Percept, Status
from empla.store.store import Store

SETTLE = "command:settle"
COMMANDS = frozenset({SETTLE})


def run_command(percept: Percept, store: Store, outbox: Outbox) -> None:
    """Carry out a command in the current transaction; one that does not apply any more changes nothing."""
    action = percept.fields["action"]
    rows = store.find("action", {"id": action, "state": "unknown"}, ("id",))
    if not rows:
        return
    outbox.enter(action, "settled", by=percept.fields["by"], happened=percept.fields["happened"])
    if percept.fields["happened"]:
        outbox.end(action, "reconciled", Outcome(status=Status.DONE), how="a person's word")
    else:
        outbox.later(action, outbox.now())
