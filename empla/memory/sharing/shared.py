"""Recalling what colleagues share: the pools that somebody may read, asked beside their own memory.

Which pools are asked says the manager for whom an employee works; what is seen within one says the viewer on whose
behalf it asks, in the query of the pool's own index. Each hit is cited as whose it is: "@clara.diaz/e12".
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from empla.memory.model import Cue, Recalled, Recollection
from empla.memory.recall.merging import within
from empla.memory.sharing.pools import COMPANY, Pools, shared_key, team
from empla.store.store import Store

if TYPE_CHECKING:
    from empla.memory.memory import Memory

_SPARE: Final = 2
"""How many times as many hits are asked of a pool as are wanted: among them may be the reader's own."""


def cited(key: str) -> str:
    """Return how a memory is cited that has this key in a pool; no id of one's own memories begins so."""
    return f"@{key}"


class Shared:
    """What colleagues share with one employee. Pools are opened when they are first asked, as far as there are any."""

    def __init__(self, pools: Pools, owner: str, manager: str) -> None:
        self._pools = pools
        self._owner = owner
        self._names = (COMPANY, team(manager)) if manager else (COMPANY,)
        self._opened: dict[str, tuple[Store, Memory]] = {}

    def catch_up(self) -> None:
        """Bring the indexes of the pools up to date."""
        for _, memory in self._memories():
            memory.catch_up()

    def merged(self, own: Recalled, cue: Cue, budget: int) -> Recalled:
        """Return what was recalled of one's own, and what colleagues share that belongs to the cue, the best first."""
        hits = {hit.id: hit for hit in own.hits}
        sure, asks = own.answerable, replace(cue, limit=cue.limit * _SPARE)
        for name, memory in self._memories():
            found = memory.recall(asks, budget)
            theirs = self._of_others(name, found.hits)
            hits |= {hit.id: hit for hit in theirs}
            sure = max(sure, found.answerable if theirs else 0.0)
        ordered = sorted(hits.values(), key=lambda hit: (-hit.score, hit.id))
        kept, tokens, left_out = within(ordered, cue.limit, budget)
        before = {reason: number for reason, number in own.left_out.items() if reason not in left_out}
        return replace(own, hits=kept, answerable=sure, tokens=tokens, left_out={**before, **left_out})

    def _of_others(self, pool: str, found: tuple[Recollection, ...]) -> list[Recollection]:
        """Return hits as they are cited, without those that the reader shares itself."""
        store = self._opened[pool][0]
        numbers = [int(hit.id[1:]) for hit in found if hit.id[:1] == "e"]
        rows = store.find("episode", (), ("seq", "key"), one_of=("seq", numbers)) if numbers else ()
        keys = {f"e{row.seq}": row.key for row in rows}
        mine = shared_key(self._owner, "")
        return [
            replace(hit, id=cited(keys[hit.id]), thread="", rests_on=())
            for hit in found
            if hit.id in keys and not keys[hit.id].startswith(mine)
        ]

    def _memories(self) -> "Iterator[tuple[str, Memory]]":
        """Iterate over the names and memories of the pools that there are."""
        from empla.memory.memory import FOLDER, Memory

        for name in self._names:
            if name not in self._opened and self._pools.exists(name):
                store = self._pools.open(name)
                if store.seen_lease() is None:  # in a database: nobody has ever shared anything there
                    store.close()
                    continue
                folder = self._pools.folder(name) / FOLDER
                self._opened[name] = store, Memory(store, folder, settings=self._pools.settings)
            if name in self._opened:
                yield name, self._opened[name][1]

    def close(self) -> None:
        """Close what was opened."""
        for store, memory in self._opened.values():
            memory.close()
            store.close()
        self._opened.clear()


def wipe(pools: Pools, pool: str) -> None:
    """Leave nothing in a pool's files of what was withdrawn from it."""
    from empla.memory.memory import FOLDER, Memory

    with pools.writing(pool) as store:
        memory = Memory(store, pools.folder(pool) / FOLDER, settings=pools.settings)
        try:
            memory.catch_up()
        finally:
            memory.close()
        store.wipe()
