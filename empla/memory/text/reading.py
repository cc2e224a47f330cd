"""Bringing the index of words up to date with the truth: new episodes, and older ones that have changed.

What changed below the mark is told by the rows of `consolidation`: whoever changes a row of memory that stood before
names it there ("e12" an episode, "n3" an entity, "a5" an alias). The row itself is then read as it is now, so it does
not matter how often, in which order, or by whom it was changed.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from empla.config import plain
from empla.memory.model import Kept
from empla.memory.text.features import COLUMNS, entry, names_of
from empla.memory.text.index import Mark, Naming, News, TextIndex
from empla.store.store import Store

AT_ONCE: Final = 2_000
"""Episodes that are taken in one transaction: a reader or another writer waits some 50 ms for them."""

_ASKED: Final = 500


def catch_up(store: Store, index: TextIndex, limit: int = 0) -> int:
    """Read what is new in the truth, at most `limit` episodes (0: all); return how many were taken.

    Of two processes that do it at once one writes each step; both end with the index up to date.
    """
    taken = 0
    index.finish()
    while not limit or taken < limit:
        before = index.mark()
        at_once = min(AT_ONCE, limit - taken) if limit else AT_ONCE
        with store.reading():
            mark, news = _news(store, before, at_once)
        if mark == before:
            break
        if index.take(before, mark, news):
            taken += len(news.entries)
    return taken


def _news(store: Store, mark: Mark, at_once: int) -> tuple[Mark, News]:
    """Return what is new since a mark, and the mark that comes of it."""
    fresh = store.find("episode", (), COLUMNS, at_least={"seq": mark.episode + 1}, limit=at_once)
    changes = store.find("consolidation", (), ("seq", "memory", "before"), at_least={"seq": mark.change + 1})
    aliases = store.find("alias", (), ("seq", "entity"), at_least={"seq": mark.alias + 1})
    old = _numbers(changes, "e")
    changed = _rows(store, "episode", COLUMNS, sorted(n for n in old if n <= mark.episode))
    rows = (*changed, *fresh)
    kept = [entry(row, people_in(row.people)) for row in rows if row.state == Kept.KEPT]
    gone = [row.seq for row in changed if row.state != Kept.KEPT]
    found = {row.seq for row in changed}
    gone += sorted(n for n in old if n <= mark.episode and n not in found)
    entities = _numbers(changes, "n") | {row.entity for row in aliases} | _of_aliases(store, changes)
    nobody = [
        row.seq for row in _rows(store, "entity", ("seq", "state"), sorted(entities)) if row.state == Kept.FORGOTTEN
    ]
    news = News(
        entries=kept,
        gone=gone,
        names=_namings(store, entities) if entities else (),
        nobody=nobody,
        wipe=bool(nobody) or any(row.state == Kept.FORGOTTEN for row in changed),
    )
    return (
        Mark(
            episode=fresh[-1].seq if fresh else mark.episode,
            change=changes[-1].seq if changes else mark.change,
            alias=aliases[-1].seq if aliases else mark.alias,
        ),
        news,
    )


@lru_cache(4_096)
def people_in(kept: str) -> tuple[str, ...]:
    """Return addresses out of a row: the same few people write most of it."""
    return tuple(json.loads(kept))


def _numbers(changes: Iterable[Any], letter: str) -> set[int]:
    """Return the numbers of the memories of one kind that were changed."""
    return {int(row.memory[1:]) for row in changes if row.memory[:1] == letter and row.memory[1:].isdigit()}


def _rows(store: Store, table: str, columns: tuple[str, ...], numbers: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(numbers), _ASKED):
        found += store.find(table, (), columns, one_of=("seq", numbers[start : start + _ASKED]))
    return found


def _of_aliases(store: Store, changes: Sequence[Any]) -> set[int]:
    """Return the entities whose aliases were changed; of one that was removed what it was stands in the log."""
    numbers = _numbers(changes, "a")
    found = {row.entity for row in _rows(store, "alias", ("seq", "entity"), sorted(numbers))}
    for row in changes:
        if row.memory[:1] == "a" and row.before:
            before = json.loads(row.before)
            if isinstance(before, dict) and "entity" in before:
                found.add(int(before["entity"]))
    return found


def _namings(store: Store, entities: set[int]) -> list[Naming]:
    """Return who is behind the addresses of entities, and by which names those are known; one that was merged too."""
    stands = {row.seq: row for row in _rows(store, "entity", ("seq", "state", "stands_for"), sorted(entities))}
    kept = {row.stands_for if row.state == Kept.MERGED else row.seq for row in stands.values()} | entities
    merged = {row.seq: row.stands_for for row in store.find("entity", {"state": Kept.MERGED}, ("seq", "stands_for"))}
    together = kept | {seq for seq, other in merged.items() if other in kept}
    addresses: dict[str, int] = {}
    closed: set[str] = set()
    names: dict[int, list[str]] = {}
    for start in range(0, len(order := sorted(together)), _ASKED):
        columns = ("entity", "kind", "value", "shown", "closed_at")
        for row in store.find("alias", (), columns, one_of=("entity", order[start : start + _ASKED])):
            entity = merged.get(row.entity, row.entity)
            if row.kind == "address":
                if row.closed_at:
                    closed.add(row.value)
                else:
                    addresses[row.value] = entity
            elif row.kind == "name" and not row.closed_at:
                names.setdefault(entity, []).append(plain(row.shown or row.value))
    found = [Naming(address, entity, names_of(names.get(entity, ()))) for address, entity in sorted(addresses.items())]
    return found + [Naming(address, 0, ()) for address in sorted(closed - addresses.keys() - {""})]
