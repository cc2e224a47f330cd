"""Forgetting from outside an employee's process: looked at before, carried through, and proven.

    preview(home, name, fields)      what would go, and what is still needed
    forget(home, name, fields, ...)  has it forgotten everywhere, and returns what came of it
    prove(home, name, words, ...)    whether the ledger's chain holds and no file has the words any more

An employee that works carries it through itself, while nothing else is to do. For one that does not, whoever has the
home's lock does it (`carry_through`), with a cycle of its mind by the same plans.
"""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import structlog

from empla.capabilities import registry
from empla.capabilities.contract import Blobs
from empla.clock import Clock, SystemClock
from empla.config import Home, load_settings
from empla.engine import guard, inbox
from empla.engine.forgetting import Forgetter
from empla.engine.journal import Journal
from empla.engine.loading import load
from empla.engine.outbox import Outbox
from empla.engine.recording import record
from empla.engine.sharing import Sharing
from empla.errors import InputError, NotRunning
from empla.memory.forgetting import proving, task
from empla.memory.forgetting.command import sought
from empla.memory.forgetting.rows import TABLES, Looking
from empla.memory.forgetting.scanning import scan, tables_with
from empla.memory.forgetting.task import Forgetting
from empla.memory.sharing.pools import Pools
from empla.mind.cycle import cycle
from empla.mind.plans import PlanLibrary
from empla.store.company import CompanyStore, EmployeeRow
from empla.store.minds import in_database, is_archived, known_mind
from empla.store.secrets import Cipher
from empla.store.store import Store, instant
from empla.workplace.blobs import FileBlobs, StoredBlobs
from runtime import control, memory
from runtime.inboxes import wake

_GLANCE_S: Final = 0.05
_PATIENCE_S: Final = 60.0
"""Seconds without any progress after which whoever asked is told that it goes on by itself."""
STAGES: Final = (task.MIND, task.ROWS, task.SNAPSHOT, task.BLOBS, task.ENTRY, task.INDEXES, task.WIPING, task.DONE)

Told = Callable[[float, str], None]
"""Called with how much is done (0 to 1), and what is being done."""

NOT_REACHED: Final = (
    "mailboxes and calendars at the mail server",
    "backups that were made before",
    "what others were sent",
)
"""What no command of an employee's memory touches."""


def preview(home: Home, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what would be forgotten: how many rows of each table, which memories, and what is still needed."""
    row = memory.employee(home, name, also_gone=True)
    with known_mind(home, row.slug) as store:
        if store is None:
            raise InputError(f"{row.name} remembers nothing yet", next_step="see `empla status`")
        with store.reading():
            meant = sought(store, fields)
            looking = Looking(store, meant.words(""), also_open=bool(fields.get("also_open")), writes=False)
            counts: dict[str, int] = {}
            needed: list[str] = []
            for table in TABLES:
                upto, more = 0, True
                while more:
                    looked = looking.piece(table, upto)
                    upto, more = looked.upto, looked.more
                    counts[table] = counts.get(table, 0) + len(looked.changed)
                    needed += looked.needed
    ours = {"episode": meant.episodes, "fact": meant.facts, "entity": meant.entities, "document": meant.documents}
    held = sum(one.startswith("belief ") for one in needed)
    counts = {**{table: len(numbers) for table, numbers in ours.items()}, **counts, "belief": held}
    return {
        "name": row.name,
        "words": list(meant.terms),
        "counts": {table: number for table, number in counts.items() if number},
        "memories": [
            f"{table[0] if table != 'entity' else 'n'}{n}" for table, found in ours.items() for n in sorted(found)
        ],
        "needed": [one for one in needed if not one.startswith("belief ")],
        "not_reached": list(NOT_REACHED),
    }


def forget(home: Home, name: str, fields: Mapping[str, Any], told: Told = lambda _done, _what: None) -> dict[str, Any]:
    """Have an employee forget, and return what came of it with the receipt by which it can be proven.

    InputError with the reason if it cannot be. Interrupted, it goes on by itself.
    """
    row = memory.employee(home, name, also_gone=True)
    receipt = secrets.token_hex(16)
    run = f"forget:{instant(SystemClock(home.clock).now())}"
    said = {**fields, "do": "forget", "run": run, "salt": receipt, "by": load_settings(home).owner}
    done = memory.tell(home, row.slug, said, key=f"memory:{run}")
    if not (done.done or done.waits):
        raise InputError(done.why or "it could not be forgotten", next_step=f'see `empla memory search "{row.name}"`')
    known = _await_end(home, row.slug, run, told)
    return {
        "name": row.name,
        "run": run,
        "receipt": receipt,
        "done": known is not None and known.stage == task.DONE,
        "counts": dict(known.counts) if known is not None else {},
        "needed": list(known.kept) if known is not None else [],
        "not_reached": list(NOT_REACHED),
    }


def _await_end(home: Home, slug: str, run: str, told: Told) -> Forgetting | None:
    """Wait until it is carried through, or has not moved for long; who does not work has it done by this home."""
    before, since = None, time.monotonic()
    while True:
        with known_mind(home, slug) as store:
            known = task.known(store, run) if store is not None else None
        if known is not None and known.stage == task.DONE:
            told(1.0, known.stage)
            return known
        if known != before:
            before, since = known, time.monotonic()
            if known is not None:
                told(_share(known), known.stage)
        elif time.monotonic() - since > _PATIENCE_S:
            return known
        if not wake(home, slug):
            with suppress(NotRunning):
                control.run_or_call(home, "memory.apply", {"slug": slug}, lambda _r: memory.carry_out(home, slug))
        time.sleep(_GLANCE_S)


def _share(known: Forgetting) -> float:
    done = STAGES.index(known.stage)
    within = TABLES.index(known.table) / len(TABLES) if known.table in TABLES else 0.0
    return min((done + within) / (len(STAGES) - 1), 1.0)


# by whoever has the home's lock ---------------------------------------------------------------------------------------


def carry_through(home: Home, store: Store, folder: Path, clock: Clock) -> None:
    """Carry through what an employee has begun to forget and cannot go on with; `store` has its lease."""
    if task.under_way(store) is None:
        return
    from runtime.employee import library

    with CompanyStore(home.company_db) as company, company.reading() as rows:
        row = rows.employee(store.employee)
    if row is None:
        return
    if not structlog.is_configured():  # a command prints its answer and nothing else
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    registry.installed()  # with them come the kinds of value that its mind holds
    plans = library(row.role)
    shared = in_database(home) and not is_archived(home, store.employee)
    blobs: Blobs = StoredBlobs(store, clock) if shared else FileBlobs(folder / "blobs")

    def index() -> None:
        with memory.opened(home, store.employee) as opened:
            opened.graph.catch_up()
        if not is_archived(home, store.employee):
            Sharing(store, Pools.of(home)).all(clock.now())

    forgetter = Forgetter(store, blobs, reload=lambda: None, index=index)
    while forgetter.piece(clock.now()) or _think(home, store, blobs, row, plans, clock):
        continue


def _think(home: Home, store: Store, blobs: Blobs, row: EmployeeRow, plans: PlanLibrary, clock: Clock) -> bool:
    """Run the one cycle that lets beliefs go, as the engine would; return whether there was one to run."""
    known = task.under_way(store)
    waiting = store.find("percept", {"key": known.percept, "state": "new"}, ("key", "kind", "body")) if known else ()
    if not waiting:
        return False
    guard.install()
    percept = inbox.read(waiting[0])
    state, journal = load(store), Journal(store)
    at = max(journal.at, clock.now())
    secret = Cipher(home.key).decrypt(row.secret).get_secret_value().encode() if row.secret is not None else b""
    operations = registry.operations(registry.installed())
    outbox = Outbox(store, operations, state.beliefs, secret, clock, blobs.read)
    outbox.at = at
    with store.transaction("cycle"):
        delta = cycle(state, percept, at, plans, guard.cpu_limit)
        state.apply(delta.changes)
        store.change("percept", {"key": percept.key}, {"state": "handled", "cycle": journal.cycle + 1})
        journal.add(at, percept, record(store, outbox, state, delta, instant(at)))
        journal.snapshot_if_due(state)
    return True


# proof ----------------------------------------------------------------------------------------------------------------


def prove(home: Home, name: str, words: tuple[str, ...], *, receipt: str = "") -> dict[str, Any]:
    """Return whether the ledger's chain holds, which entry a receipt is of, and which files still have the words.

    Looked through are all files of the employee, the index of what is shared, and the logs.
    """
    row = memory.employee(home, name, also_gone=True)
    with known_mind(home, row.slug) as store:
        if store is None:
            raise InputError(f"{row.name} remembers nothing yet", next_step="see `empla status`")
        broken = proving.broken_at(store)
        entries = proving.entries(store)
        holders = [f"the database, {table}" for table in tables_with(store, words)] if in_database(home) else []
    folder = home.archive(row.slug) if is_archived(home, row.slug) else home.employee(row.slug)
    for place in (folder, home.root / "shared", home.logs):
        holders += [f"{f.path.relative_to(home.root)}{f', {f.where}' if f.where else ''}" for f in scan(place, words)]
    mine = [e for e in entries if receipt and any(proving.is_of(e, receipt, said) for said in words)]
    return {
        "name": row.name,
        "chain": "whole" if not broken else f"broken at entry {broken}",
        "entries": [{k: e[k] for k in ("action", "at", "by", "counts", "kept")} for e in (mine or entries)],
        "receipt": bool(mine) if receipt else None,
        "holders": holders,
        "proven": not broken and not holders and bool(entries) and (bool(mine) or not receipt),
        "not_reached": list(NOT_REACHED),
    }
