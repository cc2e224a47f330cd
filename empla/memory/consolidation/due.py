"""When consolidation is due, and how far it has come.

At night, by the clock on the employee's own wall, all of it; in between, while nothing else is to do, what is new is
read, once an hour at most. Each piece is one transaction together with how far it has come, so a process that dies goes
on where it was, and nothing is done twice.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from empla.memory.consolidation import fading, merging, reading, retiring, summarising
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.rates import IDLE_EVERY, NIGHT_AT
from empla.memory.consolidation.reading import profile_of
from empla.mind import codec
from empla.store.store import Store

CURSOR: Final = "consolidating"
"""Where the table of cursors keeps how far it has come."""
_STAGES: Final[dict[str, Callable[[Store, Consolidating, Terms], Consolidating]]] = {
    "read": reading.read,
    "summarise": summarising.summarise,
    "merge": merging.merge,
    "fade": fading.fade,
    "retire": retiring.retire,
}
_ORDER: Final = tuple(_STAGES)


def consolidate_if_due(store: Store, at: datetime, terms: Terms) -> bool:
    """Do one piece of what is due at `at`, in a transaction of its own; return whether there may be more.

    To be called when nothing else is to do. Where nothing is due it costs one look at one row, and from an hour after
    the last run on, one more at the newest episode.
    """
    known = _come_so_far(store)
    if not known.stage:
        begun = _begun(store, known, at)
        if begun is None:
            return False
        known = begun
    stage = known.stage
    with store.transaction("consolidate"):
        known = _STAGES[stage](store, known, terms)
        if not known.stage:
            known = _after(store, known, stage, at)
        body = codec.dumps(known)
        store.put("cursor", ("sensor",), ("body",), {"sensor": CURSOR, "body": body})
    return bool(known.stage)


def next_night(store: Store, at: datetime) -> datetime:
    """Return the first instant after `at` at which a night's work is due, by the employee's own zone."""
    here = ZoneInfo(_zone(store))
    day = at.astimezone(here).date()
    nights = (datetime.combine(day + timedelta(days=n), time(NIGHT_AT), here).astimezone(at.tzinfo) for n in (0, 1))
    return next(night for night in nights if night > at)


def _come_so_far(store: Store) -> Consolidating:
    rows = store.find("cursor", {"sensor": CURSOR}, ("body",))
    known: Consolidating = codec.loads(rows[0].body) if rows else Consolidating()
    return known


def _begun(store: Store, known: Consolidating, at: datetime) -> Consolidating | None:
    """Return the run that is due at `at` at its beginning, None if none is."""
    night = known.next_night is not None and at >= known.next_night
    if not night and known.next_idle is not None and at < known.next_idle:
        return None
    newest = store.find("episode", (), ("seq",), limit=1, newest=True)
    upto = newest[0].seq if newest else 0
    if upto == known.read and not night:
        return None  # nothing has happened; of one who has no memory yet, nothing is written either
    name = f"night-{at.astimezone(ZoneInfo(_zone(store))):%Y-%m-%d}" if night else f"news-{known.read + 1}"
    return replace(known, run=name, begun=at, nightly=night, stage=_ORDER[0], at=0, upto=upto)


def _after(store: Store, known: Consolidating, stage: str, at: datetime) -> Consolidating:
    """Return how it goes on after a stage: with the next one at night, else not until the next run."""
    later = _ORDER[_ORDER.index(stage) + 1 :] if known.nightly else ()
    if later:
        return replace(known, stage=later[0], at=0)
    night = known.next_night if known.next_night is not None and known.next_night > at else next_night(store, at)
    return replace(known, next_night=night, next_idle=at + IDLE_EVERY, at=0)


def _zone(store: Store) -> str:
    return str(profile_of(store).get("zone", "UTC"))
