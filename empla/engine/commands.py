"""Commands of people to the shell: percepts that the mind need not think about.

`settle` says what became of an action that is *unknown*; fields `action`, `happened` and `by`. `quarantine` says what
becomes of what was set aside: it is handled once more, with today's code, or left for good; fields `again`, `by`, and
one of `percept` (a key), `intention` and `action` (one that failed for good). `command:memory` changes what is
remembered (`empla.memory.commands`).
"""

from datetime import datetime

from empla.engine.outbox import Outbox
from empla.engine.setting_aside import SettingAside
from empla.memory import commands as memory
from empla.memory.commands import MEMORY
from empla.mind.percepts import Outcome, Percept, Status
from empla.store.store import Store

SETTLE = "command:settle"
QUARANTINE = "command:quarantine"
COMMANDS = frozenset({SETTLE, QUARANTINE, MEMORY})


def run_command(percept: Percept, store: Store, outbox: Outbox, aside: SettingAside, at: datetime) -> None:
    """Carry out a command in the current transaction; one that does not apply any more changes nothing."""
    if percept.kind == MEMORY:
        memory.run(store, percept, at)
    elif percept.kind == QUARANTINE:
        aside.settled(percept)
    else:
        _settle(percept, store, outbox)


def _settle(percept: Percept, store: Store, outbox: Outbox) -> None:
    action = percept.fields["action"]
    rows = store.find("action", {"id": action, "state": "unknown"}, ("id",))
    if not rows:
        return
    outbox.enter(action, "settled", by=percept.fields["by"], happened=percept.fields["happened"])
    if percept.fields["happened"]:
        outbox.end(action, "reconciled", Outcome(status=Status.DONE), how="a person's word")
    else:
        outbox.later(action, outbox.now())
