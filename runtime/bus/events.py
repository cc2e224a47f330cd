"""Events: what an employee's tables say has happened, told by offset.

There are two tables that only grow, numbered without gaps in the order of their commits: `journal` (each cycle, so each
percept that was handled) and `ledger` (each decision about an act, and what became of it). An event is a row of them,
without contents: who reads it may look up the rest by `empla why`. The bus tells how far both have grown; whoever was
away reads from the last offset it knew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Final

from empla.config import Home
from empla.engine import archive, inbox
from empla.engine.telemetry import Telemetry
from empla.store.minds import known_mind
from empla.store.store import Store

JOURNAL: Final = "journal"
LEDGER: Final = "ledger"
PAGE: Final = 200
"""Events that are read at once."""

Offsets = Mapping[str, int]
"""How far, by table; a table that is not named stands at 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row: of the journal that a percept was handled (`what` is its kind), of the ledger what became of an act."""

    employee: str
    table: str
    offset: int
    at: str
    what: str
    subject: str
    correlation: str

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


class Growth(Telemetry):
    """Tells how far one employee's tables have grown, after each turn in which they have."""

    def __init__(self, store: Store, tell: Callable[[dict[str, int]], object]) -> None:
        self._store = store
        self._tell = tell
        self._cycle = -1

    def turned(self, cycle: int) -> None:
        """Tell, if there have been cycles since; every act that ends leads to one."""
        if cycle != self._cycle:
            self._cycle = cycle
            self._tell({JOURNAL: cycle, LEDGER: _newest(self._store, LEDGER)})


def offsets(store: Store) -> dict[str, int]:
    """Return how far the tables of a store have grown."""
    last = _newest(store, JOURNAL)
    if not last:
        packed = store.find("packed_cycles", (), ("last",), limit=1, newest=True)
        last = int(packed[0].last) if packed else 0
    return {JOURNAL: last, LEDGER: _newest(store, LEDGER)}


def replay(store: Store, after: Offsets, upto: Offsets) -> Iterator[Event]:
    """Iterate over the events after some offsets and up to others, table by table."""
    first, last = after.get(JOURNAL, 0) + 1, upto.get(JOURNAL, 0)
    for entry in islice(archive.journal(store, first), max(0, last - first + 1)):
        rows = store.find("percept", {"key": entry.percept}, ("kind", "correlation"))
        yield Event(
            employee=store.employee,
            table=JOURNAL,
            offset=entry.cycle,
            at=entry.at,
            what=rows[0].kind if rows else "",
            subject=entry.percept,
            correlation=rows[0].correlation if rows else "",
        )
    first, last = after.get(LEDGER, 0) + 1, upto.get(LEDGER, 0)
    while first <= last:
        to = {"seq": min(last, first + PAGE - 1)}
        for row in store.find(LEDGER, (), ("seq", "action", "event", "at"), at_least={"seq": first}, at_most=to):
            yield _act(store, row)
        first += PAGE


def one(home: Home, employee: str, table: str, offset: int) -> Event | None:
    """Return one event, None if the employee's store is gone."""
    with known_mind(home, employee) as store:
        if store is None:
            return None
        return next(replay(store, {JOURNAL: offset - 1, LEDGER: offset - 1}, {table: offset}), None)


def _act(store: Store, row: Any) -> Event:
    acts = store.find("action", {"id": row.action}, ("percept", "operation"))
    return Event(
        employee=store.employee,
        table=LEDGER,
        offset=row.seq,
        at=row.at,
        what=f"{acts[0].operation} {row.event}" if acts else row.event,
        subject=row.action,
        correlation=inbox.correlation(acts[0].percept) if acts else "",
    )


def _newest(store: Store, table: str) -> int:
    rows = store.find(table, (), ("seq",), limit=1, newest=True)
    return int(rows[0].seq) if rows else 0
