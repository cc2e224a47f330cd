"""Keeping history small without losing what it explains.

What is older than `YOUNG` is packed once a day, in pieces of some milliseconds while nothing else is to do:

    steps       of an intention that has been over for so long become one row, with the beliefs it was adopted on
    cycles      before the last old snapshot become blocks of `BLOCK`: their journal, digests and all, with the bodies
                of the percepts they handled; a replay may still begin at the beginning or at any snapshot
    snapshots   all but the newest and the first of each month go
    beliefs     that were forgotten before then go, unless an open intention was adopted on them; the journal has them
    the rest    instants that have fired, times that were kept free and counts of manners that count no more go

What stays as it is: percepts without their bodies (their keys keep a second copy out), goals, intentions, acts with
their decisions and exact bytes, questions, the ledger. All of it is read by way of `empla.engine.archive`.

Each piece is one transaction together with how far it has come, so a process that dies goes on where it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from empla.engine import archive
from empla.engine.archive import Entry
from empla.engine.journal import unpacked
from empla.mind import codec
from empla.mind.codec import registered
from empla.mind.intentions import OVER, Intention, Stage
from empla.mind.state import Forgotten
from empla.store.store import Store, instant

YOUNG = timedelta(days=30)
"""What is younger is left as it is: it is what people ask about."""
EVERY = timedelta(days=1)
BLOCK = 100
"""Cycles in one block, and rows that one piece looks at: some ten milliseconds of work."""
NEWEST_SNAPSHOTS = 3

SENSOR = "compacting"
"""Where the table of cursors keeps how far it has come."""
_GONE = (
    ("occurrence", "state", ("fired", "skipped", "coalesced", "cancelled"), "instant"),
    ("conduct", "kind", ("sent", "notice", "correspondent", "thread", "not-sent"), "at"),
)
"""Tables of which old rows go: which of them, and what tells their age."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Compacting:
    """How far the day's work has come. `before` is the instant before which everything is old.

    `at` is the seq in the table that is looked through; `needed` are beliefs that intentions still to come rest on.
    """

    next_at: datetime
    before: datetime
    stage: str = ""
    at: int = 0
    needed: tuple[str, ...] = ()


def compact_if_due(store: Store, at: datetime) -> bool:
    """Do one piece of what is due at `at`, in a transaction of its own; return whether there may be more.

    To be called when nothing else is to do. Where nothing is due it costs one look at one row.
    """
    known = _come_so_far(store, at)
    if not known.stage:
        if at < known.next_at:
            return False
        known = Compacting(next_at=at + EVERY, before=at - YOUNG, stage="steps")
    with store.transaction("compact"):
        known = _STAGES[known.stage](store, known)
        row = {"sensor": SENSOR, "body": codec.dumps(known)}
        store.put("cursor", ("sensor",), ("body",), row)
    return bool(known.stage)


def _come_so_far(store: Store, at: datetime) -> Compacting:
    """Return how far it has come; of an employee who has nothing old yet, that its time has not come."""
    rows = store.find("cursor", {"sensor": SENSOR}, ("body",))
    if rows:
        known: Compacting = codec.loads(rows[0].body)
        return known
    oldest = store.find("journal", (), ("at",), limit=1)
    begun = bool(oldest) and oldest[0].at < instant(at - YOUNG)
    return Compacting(next_at=at if begun else at + EVERY, before=at)


# steps ----------------------------------------------------------------------------------------------------------------


def _steps(store: Store, known: Compacting) -> Compacting:
    """Pack the steps of intentions that have been over for long, in the order in which they were begun."""
    rows = store.find("step", (), ("seq", "intention"), at_least={"seq": known.at + 1}, limit=BLOCK)
    needed = dict.fromkeys(known.needed)
    for name in dict.fromkeys(row.intention for row in rows):
        found = store.find("intention", {"id": name}, ("body",))
        intention: Intention | None = codec.loads(found[0].body) if found else None
        if intention is None:
            continue
        if intention.adopted_at >= known.before:
            return _next(known, "cycles", needed)  # whatever comes after was begun later
        if _is_old(intention, known.before):
            _pack_steps(store, intention)
        else:
            needed |= dict.fromkeys(intention.because)
    if len(rows) < BLOCK:
        return _next(known, "cycles", needed)
    return replace(known, at=rows[-1].seq, needed=tuple(needed))


def _is_old(intention: Intention, before: datetime) -> bool:
    ended = intention.ended_at or intention.adopted_at
    return intention.stage in OVER and ended < before


def _pack_steps(store: Store, intention: Intention) -> None:
    count, body = archive.packed_steps(store, intention.id, intention.because)
    row = {"intention": intention.id, "steps": count, "body": body}
    store.put("packed_steps", ("intention",), ("steps", "body"), row)
    store.remove("step", {"intention": intention.id})


# cycles ---------------------------------------------------------------------------------------------------------------


def _cycles(store: Store, known: Compacting) -> Compacting:
    """Pack the oldest block of the journal, as long as a snapshot that is old comes after it."""
    entries = list(_oldest(store, known.before))
    if not entries:
        return _next(known, "snapshots")
    needed = {*known.needed, *(b for i in _open_intentions(store) for b in i.because)}
    row = {"first": entries[0].cycle, "last": entries[-1].cycle, "digest": entries[-1].digest}
    store.add("packed_cycles", {**row, "body": archive.packed_cycles(entries)})
    for entry in entries:
        store.remove("journal", {"seq": entry.cycle})
        if entry.perceived:
            store.change("percept", {"key": entry.percept}, {"body": ""})
        _let_go_beliefs(store, entry, needed)
    return known


def _oldest(store: Store, before: datetime) -> Iterator[Entry]:
    """Iterate over the oldest cycles that may be packed, `BLOCK` at most."""
    columns = ("seq", "at", "percept", "code", "digest", "delta")
    rows = store.find("journal", (), columns, limit=BLOCK)
    if not rows or rows[0].at >= instant(before):
        return
    last = _last_old_snapshot(store, before)
    for row in rows:
        if row.seq > last:
            return
        perceived = store.find("percept", {"key": row.percept, "state": "handled", "cycle": row.seq}, ("body",))
        body = perceived[0].body if perceived else ""
        yield Entry(row.seq, row.at, row.percept, row.code, row.digest, unpacked(row.delta), body)


def _last_old_snapshot(store: Store, before: datetime) -> int:
    """Return the cycle of the newest snapshot that is old, 0 if there is none; never the last cycle of all."""
    newest = store.find("journal", (), ("seq",), limit=1, newest=True)[0].seq
    for row in store.find("snapshot", (), ("cycle",), newest=True):
        taken = archive.entry(store, row.cycle)
        if taken is not None and taken.at < instant(before):
            old: int = min(row.cycle, newest - 1)
            return old
    return 0


def _open_intentions(store: Store) -> Iterator[Intention]:
    for stage in Stage:
        if stage not in OVER:
            for row in store.find("intention", {"stage": stage.value}, ("body",)):
                yield codec.loads(row.body)


def _let_go_beliefs(store: Store, entry: Entry, needed: set[str]) -> None:
    """Let beliefs go that this cycle forgot, unless they came to be held again or are needed."""
    if b'"$":"Forgotten"' not in entry.delta:
        return
    for change in codec.loads(entry.delta.decode()):
        if not isinstance(change, Forgotten) or change.id in needed:
            continue
        rows = store.find("belief", {"id": change.id, "held": 0}, ("body",))
        if rows and not _observed_after(rows[0].body, entry.at):
            store.remove("belief", {"id": change.id})


def _observed_after(body: str, at: str) -> bool:
    observed = codec.loads(body).observed_at
    return observed is not None and instant(observed) > at


# the rest -------------------------------------------------------------------------------------------------------------


def _snapshots(store: Store, known: Compacting) -> Compacting:
    """Let snapshots go, but for the newest and the first of each month."""
    months: set[str] = set()
    cycles = [row.cycle for row in store.find("snapshot", (), ("cycle",))]
    for cycle in cycles[:-NEWEST_SNAPSHOTS]:
        taken = archive.entry(store, cycle)
        month = taken.at[:7] if taken is not None else ""
        if month in months and taken is not None and taken.at < instant(known.before):
            store.remove("snapshot", {"cycle": cycle})
        months.add(month)
    return _next(known, "rest")


def _rest(store: Store, known: Compacting) -> Compacting:
    """Let rows go that count for nothing any more, some of each table."""
    left = 0
    for table, column, values, age in _GONE:
        for value in values:
            rows = store.find(table, {column: value}, ("seq",), at_most={age: instant(known.before)}, limit=BLOCK)
            left = max(left, sum(store.remove(table, {"seq": row.seq}) for row in rows))
    for row in (rows := store.find("hold", (), ("seq",), at_most={"until": instant(known.before)}, limit=BLOCK)):
        store.remove("hold", {"seq": row.seq})
    left = max(left, len(rows))
    return known if left == BLOCK else _next(known, "")


def _next(known: Compacting, stage: str, needed: dict[str, None] | None = None) -> Compacting:
    return replace(known, stage=stage, at=0, needed=known.needed if needed is None else tuple(needed))


_STAGES = {"steps": _steps, "cycles": _cycles, "snapshots": _snapshots, "rest": _rest}
