"""The past as the tables have it: rows that are young, and packed rows of what is old (`empla.engine.compacting`).

Whoever reads steps, percepts or the journal of the past reads them here, and never learns which of them were packed.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from empla.engine import inbox
from empla.engine.journal import unpacked
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.intentions import StepRecord
from empla.mind.percepts import Percept
from empla.store.store import Store

PAGE = 200
"""Rows of the journal that are read at once."""
_ENTRY = ("seq", "at", "percept", "code", "digest", "delta")


@dataclass(frozen=True, slots=True)
class Entry:
    """One cycle in the journal: the canonical text of what it changed, and of its percept if that is packed too."""

    cycle: int
    at: str
    percept: str
    code: str
    digest: str
    delta: bytes
    perceived: str = ""


def packed(body: bytes) -> bytes:
    """Return bytes as they are kept where they are rarely read: small."""
    return zlib.compress(body, 6)


# steps ----------------------------------------------------------------------------------------------------------------


def steps(store: Store, intention: str) -> list[StepRecord]:
    """Return the steps of an intention, in order."""
    texts = {**_packed_steps(store, intention)["steps"], **_step_texts(store, intention)}
    return sorted((codec.loads(text) for text in texts.values()), key=lambda s: s.place)


def step(store: Store, step_id: str) -> StepRecord | None:
    """Return one step, None if there is none."""
    rows = store.find("step", {"id": step_id}, ("body",))
    if rows:
        found: StepRecord = codec.loads(rows[0].body)
        return found
    text = _packed_steps(store, step_id.partition(".")[0])["steps"].get(step_id)
    return codec.loads(text) if text is not None else None


def packed_steps(store: Store, intention: str, beliefs: Iterable[str]) -> tuple[int, bytes]:
    """Return how many steps an intention has, and all of them packed with the beliefs it was adopted on."""
    kept = _packed_steps(store, intention)
    texts = {**kept["steps"], **_step_texts(store, intention)}
    held = dict(kept["beliefs"])
    for belief_id in beliefs:
        for row in store.find("belief", {"id": belief_id}, ("body",)):
            held[belief_id] = row.body
    return len(texts), packed(json.dumps({"beliefs": held, "steps": texts}, ensure_ascii=False).encode())


def belief(store: Store, belief_id: str, of: str = "") -> Belief | None:
    """Return a belief, also one that is held no longer; `of` is the intention that was adopted on it.

    None if there is none, or if it was let go with what is old.
    """
    rows = store.find("belief", {"id": belief_id}, ("body",))
    text = rows[0].body if rows else _packed_steps(store, of)["beliefs"].get(belief_id) if of else None
    return codec.loads(text) if text is not None else None


def _step_texts(store: Store, intention: str) -> dict[str, str]:
    return {row.id: row.body for row in store.find("step", {"intention": intention}, ("id", "body"))}


def _packed_steps(store: Store, intention: str) -> dict[str, dict[str, str]]:
    rows = store.find("packed_steps", {"intention": intention}, ("body",))
    found: dict[str, dict[str, str]] = (
        json.loads(zlib.decompress(rows[0].body)) if rows else {"steps": {}, "beliefs": {}}
    )
    return found


# percepts -------------------------------------------------------------------------------------------------------------


def percept(store: Store, key: str) -> Percept | None:
    """Return the percept with this key, None if there is none."""
    rows = store.find("percept", {"key": key}, ("key", "kind", "body", "cycle"))
    return read_percept(store, rows[0]) if rows else None


def read_percept(store: Store, row: Any) -> Percept:
    """Return the percept that an inbox row holds (columns key, kind, body, cycle)."""
    if row.body:
        return inbox.read(row)
    block = store.find("packed_cycles", (), ("first", "body"), at_least={"last": row.cycle}, limit=1)[0]
    return _perceived(row.key, row.kind, _entries(block.first, block.body)[row.cycle - block.first].perceived)


def _perceived(key: str, kind: str, body: str) -> Percept:
    read = codec.loads(body)
    return Percept(key=key, kind=kind, fields=read["fields"], origin=read["origin"])


def cycle_of(store: Store, key: str) -> int:
    """Return the number of the cycle that handled the percept with this key, 0 if none did."""
    rows = store.find("percept", {"key": key}, ("cycle",))
    return int(rows[0].cycle) if rows else 0


# the journal ----------------------------------------------------------------------------------------------------------


def journal(store: Store, first: int = 1) -> Iterator[Entry]:
    """Iterate over the journal from cycle `first` on, a page at a time."""
    while blocks := store.find("packed_cycles", (), ("first", "last", "body"), at_least={"last": first}, limit=1):
        yield from _entries(blocks[0].first, blocks[0].body)[max(0, first - blocks[0].first) :]
        first = blocks[0].last + 1
    while rows := store.find("journal", (), _ENTRY, at_least={"seq": first}, at_most={"seq": first + PAGE - 1}):
        yield from map(_entry, rows)
        first += PAGE


def entry(store: Store, number: int) -> Entry | None:
    """Return one cycle of the journal, None if there is none of this number."""
    rows = store.find("journal", {"seq": number}, _ENTRY)
    if rows:
        return _entry(rows[0])
    found = next(journal(store, number), None)
    return found if found is not None and found.cycle == number else None


def _entry(row: Any) -> Entry:
    return Entry(row.seq, row.at, row.percept, row.code, row.digest, unpacked(row.delta))


def perceived_in(store: Store, found: Entry) -> Percept | None:
    """Return what a cycle handled, None where it has been erased."""
    if not found.perceived:
        return percept(store, found.percept)
    rows = store.find("percept", {"key": found.percept}, ("kind",))
    return _perceived(found.percept, rows[0].kind, found.perceived) if rows else None


def packed_cycles(entries: Iterable[Entry]) -> bytes:
    """Return cycles packed: for each a line about it, one of what it changed, one of what it handled.

    Canonical text has no line ends, and the changes stay the very bytes of which the digests were taken.
    """
    lines = []
    for one in entries:
        about = json.dumps([one.at, one.percept, one.code, one.digest], ensure_ascii=False)
        lines += [about.encode(), one.delta, one.perceived.encode()]
    return packed(b"\n".join(lines))


@lru_cache(maxsize=2)
def _entries(first: int, kept: bytes) -> tuple[Entry, ...]:
    lines = zlib.decompress(kept).split(b"\n")
    found = []
    for place in range(0, len(lines), 3):
        at, key, code, digest = json.loads(lines[place])
        cycle = first + place // 3
        found.append(Entry(cycle, at, key, code, digest, lines[place + 1], lines[place + 2].decode()))
    return tuple(found)
