"""A made-up employee's memory: mails that came, nights lived through, and what counts afterwards."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from empla.engine import inbox
from empla.memory.consolidation.due import consolidate_if_due
from empla.memory.consolidation.progress import Terms
from empla.memory.model import Episode, EpisodeKind
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.values import OWN, Address
from empla.store.opening import open_store
from empla.store.store import Store, instant

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
OWN_ADDRESS, MANAGER = "ada@acme.example", "anna@acme.example"
TERMS = Terms(tell=inbox.insert)


def opened(path: Path) -> Store:
    """Open the store of one who works for Anna Berg in Berlin, with its lease."""
    store = open_store(path, "ada")
    seen = store.seen_lease()
    store.take_lease(seen.epoch + 1 if seen else 1, "a test")
    return store


def know_oneself(store: Store) -> None:
    """Write the profile as beliefs."""
    values = {"address": Address(OWN_ADDRESS, OWN), "manager": Address(MANAGER, OWN), "zone": "Europe/Berlin"}
    with store.transaction("test"):
        for n, (name, value) in enumerate(values.items()):
            belief = Belief(functor="profile", arguments=(name, value), origin=OWN)
            row = {"id": f"b{n}", "origin": "own", "functor": "profile", "held": 1, "body": codec.dumps(belief)}
            store.add("belief", row)


def mail(text: str, *, author: str = "bob@initech.example", at: datetime = MONDAY, **more: Any) -> Episode:
    """Return a mail to Ada."""
    to = (author, OWN_ADDRESS)
    made = Episode(key="", kind=EpisodeKind.MAIL, at=at, text=text, author=author, people=to, subject="Offer")
    return replace(made, **more)


def remember(store: Store, *episodes: Episode) -> list[int]:
    """Write episodes as the engine does; return their numbers."""
    with store.transaction("test"):
        newest = store.find("episode", (), ("seq",), limit=1, newest=True)
        first = newest[0].seq + 1 if newest else 1
        return [store.add("episode", row_of(one, first + n)) for n, one in enumerate(episodes)]


def row_of(one: Episode, number: int) -> dict[str, Any]:
    """Return an episode as a row."""
    return {
        "key": one.key or f"k{number}",
        "kind": one.kind.value,
        "at": instant(one.at),
        "thread": one.thread,
        "author": one.author,
        "people": json.dumps(sorted(one.people)),
        "subject": one.subject,
        "text": one.text,
        "outcome": one.outcome,
        "rationale": one.rationale,
        "importance": int(one.importance),
        "visibility": int(one.visibility),
        "source": one.source.value,
        "percept": one.percept,
        "intention": one.intention,
        "action": one.action,
        "recorded_at": instant(one.at),
    }


def consolidate(store: Store, at: datetime, terms: Terms = TERMS) -> int:
    """Do all that is due; return in how many pieces."""
    pieces = 1
    while consolidate_if_due(store, at, terms):
        pieces += 1
        assert pieces < 10_000
    return pieces


def a_night(store: Store, after: datetime, terms: Terms = TERMS) -> datetime:
    """Live through an idle hour and the night after it; return when that is over."""
    consolidate(store, after, terms)
    night = after + timedelta(days=1)
    night = night.replace(hour=3)
    consolidate(store, night, terms)
    return night


_LIVING: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "episode": ({"state": "kept"}, ("seq", "kind", "text", "people", "importance")),
    "fact": (
        {"closed_at": "", "state": "kept"},
        (
            "key",
            "subject",
            "predicate",
            "object",
            "confidence",
            "valid_from",
            "valid_to",
            "begins",
            "ends",
            "visibility",
        ),
    ),
    "alias": ({"closed_at": ""}, ("entity", "kind", "value", "confidence")),
    "entity": ({"state": "kept"}, ("kind", "name", "stands_for")),
}


def counts(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that counts in memory by now."""
    found = {name: sorted(tuple(r) for r in store.find(name, by, columns)) for name, (by, columns) in _LIVING.items()}
    living = {r.seq for r in store.find("fact", {"closed_at": ""}, ("seq",))}
    supports = store.find("support", (), ("fact", "proof", "supporter"))
    found["support"] = sorted(tuple(r) for r in supports if r.fact in living)
    found["use"] = sorted(tuple(r) for r in store.find("use", (), ("memory", "count", "last_at")) if r.count)
    return found


def facts(store: Store) -> set[tuple[str, str, str]]:
    """Return what is believed, as subject's name, predicate and object."""
    names = {row.seq: row.name for row in store.find("entity", (), ("seq", "name"))}
    rows = store.find("fact", {"closed_at": "", "state": "kept", "overruled_by": 0}, ("subject", "predicate", "object"))
    return {(names[row.subject], row.predicate, row.object) for row in rows}
