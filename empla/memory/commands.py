"""What changes memory, besides what happens: keyed percepts of kind `command:memory`, carried out by the engine.

`do` says what, the other fields what belongs to it:

    teach            a document            `documents.teaching.take`
    correct          what is so instead    `knowledge.commands.correct`
    add              a fact                `knowledge.commands.add`
    edit             what is said of one   `asking.editing.edit`
    rules            what its role infers  `knowledge.commands.rules`
    share            who may see what      `sharing.command.share`
    forget           a person or a topic   `forgetting.command.forget`
    undo             a change              `consolidation.undoing.undo`
    used             ids of memories       `episodes.used.strengthen`
    exported         that it was exported  `asking.exporting.note`

Each is a function of (store, fields, at) that writes in the current transaction, and does all or nothing: what it
raises undoes what it wrote, and the percept is set aside with the reason. Who may insert percepts may ask for a change;
the key makes it happen once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

import structlog

from empla.errors import EmplaError, InputError, InternalError
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.store.store import Store

log = structlog.get_logger()

MEMORY = "command:memory"
"""Kind of the percept that asks for a change of memory; field `do`, and what belongs to it."""

Change = Callable[[Store, Mapping[str, Any], datetime], None]

_CHANGES = {
    "teach": ("documents.teaching", "take"),
    "correct": ("knowledge.commands", "correct"),
    "add": ("knowledge.commands", "add"),
    "edit": ("asking.editing", "edit"),
    "rules": ("knowledge.commands", "rules"),
    "share": ("sharing.command", "share"),
    "forget": ("forgetting.command", "forget"),
    "undo": ("consolidation.undoing", "undo"),
    "used": ("episodes.used", "strengthen"),
    "exported": ("asking.exporting", "note"),
}
"""By what is asked for, the module under `empla.memory` and its function: loaded by the first such command, so that
who is taught nothing does not carry what reads documents."""

_IN_PARTS = frozenset({"teach"})
"""What comes in several commands: the words of each are kept until the last has come, and its function lets them go."""


def run(store: Store, percept: Percept, at: datetime) -> None:
    """Carry out a change of memory in the current transaction; InputError for one that cannot be."""
    do = percept.get("do")
    if do not in _CHANGES:
        raise InputError(f"memory cannot {do!r}", next_step=f"one of {', '.join(_CHANGES)}")
    module, name = _CHANGES[do]
    change: Change = getattr(import_module(f"empla.memory.{module}"), name)
    try:
        change(store, percept.fields, at)
    except EmplaError:
        raise
    except Exception as error:  # a mistake in our code ends this change, not the employee
        log.exception("a change of memory failed", do=do)
        raise InternalError(
            f"memory failed at {do!r}: {type(error).__name__}", next_step="the log has where; tell the makers"
        ) from error
    if do not in _IN_PARTS:
        _blank(store, percept)


def _blank(store: Store, percept: Percept) -> None:
    """Let the words of a command go that was carried out: what is remembered of it stands where it can be forgotten."""
    kept = {name: percept.fields[name] for name in ("do", "by") if name in percept.fields}
    body = codec.dumps({"fields": kept, "origin": percept.origin})
    store.change("percept", {"key": percept.key}, {"body": body})
