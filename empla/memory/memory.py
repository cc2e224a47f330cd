"""The memory of one employee, to read: what is recalled of everything it has met with, learned and decided.

    memory = Memory(store, home.employee(slug) / "recall", settings=load_settings(home))
    memory.catch_up()
    recalled = memory.recall(Cue(words="What did Bob say about the price?", at=clock.now()))

Nothing here writes the truth, the employee's tables. What is written are indexes made of them, which several processes
may have open and bring up to date at once, and which are made anew when they are lost. Each is opened when it is first
needed; numpy is loaded only where vectors are on.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import structlog

from empla.config import Home, Settings, load_settings
from empla.errors import EmplaError
from empla.memory.model import EVERYTHING, Cue, Kept, Recalled, Recollection, Viewer, Visibility
from empla.memory.recall import asking
from empla.memory.recall.scoring import Scored
from empla.memory.recall.sources import Meaning, Splitter
from empla.memory.sharing.pools import Pools
from empla.memory.sharing.publishing import manager_of
from empla.memory.sharing.shared import Shared
from empla.memory.text.index import Bounds, Piece, TextIndex
from empla.memory.text.pieces import PER_EPISODE, episode_of, parts_of, piece_number
from empla.memory.text.reading import catch_up, people_in
from empla.mind.values import Source
from empla.store.minds import open_mind_inbox
from empla.store.store import Store

if TYPE_CHECKING:
    from empla.memory.knowledge.graph import KnowledgeGraph
    from empla.memory.knowledge.recalling import RecalledFacts

log = structlog.get_logger()

FOLDER = "recall"
"""The folder of an employee's indexes, in its own."""

SOON = 16
"""Episodes whose vectors somebody who recalls waits for: a fifth of a second."""

_COLUMNS = (
    "seq", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "visibility",
    "source", "state",
)  # fmt: skip


class Memory:
    """What one employee remembers. The store is read by a connection of its own, and stays open when this is closed.

    Without `home` there are no vectors but those of a `meaning` that is given, for who makes them serves a whole home.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        settings: Settings | None = None,
        home: Home | None = None,
        meaning: Meaning | None = None,
        splitter: Splitter | None = None,
        pools: Pools | None = None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._settings = settings or Settings()
        self._home = home
        self._meaning = meaning
        self._splitter = splitter
        self._pools = pools if pools is not None or home is None else Pools.of(home)
        self._opened: TextIndex | None = None
        self._owned: Store | None = None

    @classmethod
    def of(cls, home: Home, slug: str) -> Self:
        """Open the memory of an employee who works here, with a connection of its own that ends with it."""
        store = open_mind_inbox(home, slug)
        memory = cls(store, home.employee(slug) / FOLDER, settings=load_settings(home), home=home)
        memory._owned = store
        return memory

    # asking ----------------------------------------------------------------------------------------------------------

    def recall(self, cue: Cue, budget: int = 4_000) -> Recalled:
        """Return what belongs to a cue, the best first, as much as `budget` tokens have room for.

        It goes by what the indexes know: `catch_up` first, where the newest counts.
        """
        sources = asking.Sources(
            index=self._index, read=self._read, meaning=self.meaning, facts=self.facts, splitter=self._splitter
        )
        own = asking.recall(cue, budget, sources)
        return self.shared.merged(own, cue, budget) if self.shared is not None else own

    def around(self, memory: str, before: int = 2, after: int = 2, viewer: Viewer = EVERYTHING) -> list[Recollection]:
        """Return what came before and after an episode ("e12") in its thread, in order of time, without itself."""
        if memory[:1] != "e" or not memory[1:].isdecimal():
            return []  # only episodes have a place in time
        episode = int(memory[1:])
        found = [
            *reversed(self._beside(episode, before, viewer, ("before", 0))),
            *self._beside(episode, after, viewer, ("after", -1)),
        ]
        return self._read([Scored(piece=piece, parts={}) for piece in found])

    def _beside(self, episode: int, count: int, viewer: Viewer, way: tuple[str, int]) -> list[Piece]:
        """Return a piece of each of so many episodes on one side of an episode, the nearest first."""
        side, end = way
        own = sorted(self._index.pieces([piece_number(episode, place) for place in range(PER_EPISODE)]).items())
        piece = own[end][1] if own else None
        found: list[Piece] = []
        while piece is not None and len(found) < count:
            number = getattr(piece, side)
            piece = self._index.pieces([number]).get(number) if number else None
            if piece is None or episode_of(piece.number) in {episode, *(episode_of(p.number) for p in found)}:
                continue
            if self._index.visible([piece.number], Bounds(viewer=viewer)):
                found.append(piece)
        return found

    @cached_property
    def facts(self) -> "RecalledFacts":
        """What is believed of persons and things, to read."""
        from empla.memory.knowledge.recalling import RecalledFacts

        return RecalledFacts(self._store)

    @cached_property
    def shared(self) -> Shared | None:
        """What colleagues share with this employee, where it is known in which home it works."""
        if self._pools is None:
            return None
        return Shared(self._pools, self._store.employee, manager_of(self._store))

    @cached_property
    def graph(self) -> "KnowledgeGraph":
        """What is believed, to walk: in the tables, or where the settings say."""
        from empla.memory.knowledge.opening import open_graph

        return open_graph(self._store, self._settings)

    @property
    def store(self) -> Store:
        """The truth that is read: for who looks up what no recall tells, such as what is behind a fact."""
        return self._store

    @property
    def meaning(self) -> Meaning | None:
        """The vectors, where embeddings are on."""
        if self._meaning is None and self._home is not None and self._settings.embeddings not in ("", "none"):
            from empla.memory.vectors.opening import open_meaning

            self._meaning = open_meaning(self._store, self._folder, self._home, self._settings)
        return self._meaning

    # keeping up ------------------------------------------------------------------------------------------------------

    def catch_up(self, limit: int = 0, *, soon: bool = False) -> int:
        """Bring the indexes up to date, by at most `limit` episodes each (0: all); return how many that were.

        Whoever does it, and however often and at once, the indexes come to the same. Vectors take a hundred times as
        long as words: `soon` is for who waits, and makes only those of the next few episodes.
        """
        taken = catch_up(self._store, self._index, limit)
        if self.shared is not None:
            self.shared.catch_up()
        if self.meaning is not None:
            taken = max(taken, self.meaning.catch_up(SOON if soon else limit))
        try:
            self.graph.catch_up()
        except EmplaError as error:  # a copy elsewhere, without which everything is recalled as with it
            log.warning("the graph is not up to date", why=error.sentence)
        return taken

    def rebuild(self) -> None:
        """Make all indexes anew from the truth."""
        self._index.clear()
        catch_up(self._store, self._index)
        if self.meaning is not None:
            self.meaning.rebuild()
        self.graph.rebuild()

    def close(self) -> None:
        """Close what was opened here."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        if self._meaning is not None:
            self._meaning.close()
        if (graph := self.__dict__.pop("graph", None)) is not None:
            graph.close()
        if (shared := self.__dict__.pop("shared", None)) is not None:
            shared.close()
        if self._owned is not None:
            self._owned.close()

    # parts -----------------------------------------------------------------------------------------------------------

    @property
    def _index(self) -> TextIndex:
        if self._opened is None:
            from empla.memory.text.opening import open_index

            self._opened = open_index(self._store, self._folder, self._settings)
        return self._opened

    def _read(self, scored: Sequence[Scored]) -> list[Recollection]:
        """Return what the truth has of pieces now, in order; episodes that are not kept any more are left out."""
        numbers = sorted({episode_of(one.piece.number) for one in scored})
        if not numbers:
            return []
        # By number alone: by state the engine would walk through all that is kept.
        rows = self._store.find("episode", (), _COLUMNS, one_of=("seq", numbers))
        known = {row.seq: row for row in rows if row.state == Kept.KEPT}
        return [
            _recollection(row, one) for one in scored if (row := known.get(episode_of(one.piece.number))) is not None
        ]


def _recollection(row: Any, one: Scored) -> Recollection:
    parts = parts_of(row.text, row.outcome, row.rationale)
    place = min(one.piece.number % PER_EPISODE, len(parts) - 1)
    part = parts[place]
    return Recollection(
        id=f"e{row.seq}",
        kind=row.kind,
        at=datetime.fromisoformat(row.at),
        text=part.text or parts[place - 1].text,  # what came of it alone says nothing of what it came of
        came_of=part.came_of,
        author=row.author,
        people=people_in(row.people),
        thread=row.thread,
        subject=row.subject,
        source=Source(row.source),
        visibility=Visibility(row.visibility),
        score=one.score,
        parts=dict(one.parts),
    )
