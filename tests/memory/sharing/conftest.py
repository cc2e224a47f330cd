"""Several employees of one company, each with a store of its own, and the pools in which they share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from empla.config import Settings
from empla.engine.sharing import Sharing
from empla.memory.commands import MEMORY, run
from empla.memory.episodes.writing import write
from empla.memory.memory import Memory
from empla.memory.model import EVERYTHING, Cue, Episode, EpisodeKind, Viewer, Visibility
from empla.memory.sharing.pools import Pools
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.percepts import Percept
from empla.mind.values import OWN, Address, Origin, Source
from empla.store.opening import open_store
from empla.store.store import Store

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA, OTTO = "ada@office.example", "otto@office.example"


@dataclass
class Colleague:
    """One employee: what it experiences, shares and recalls."""

    slug: str
    folder: Path
    store: Store
    pools: Pools
    count: int = field(default=0)

    def live(self, text: str, visibility: Visibility = Visibility.PRIVATE, *people: str) -> str:
        """Have something happen to it; return the id of what it remembers."""
        self.count += 1
        episode = Episode(
            key=f"k{self.count}",
            kind=EpisodeKind.MAIL,
            at=AT + timedelta(minutes=self.count),
            text=text,
            author=people[0] if people else "",
            people=people,
            visibility=visibility,
        )
        with self.store.transaction():
            write(self.store, [episode], AT)
        return f"e{self.store.find('episode', {'key': episode.key}, ('seq',))[0].seq}"

    def tell(self, do: str, **fields: object) -> None:
        """Have its memory changed."""
        self.count += 1
        percept = Percept(key=f"t{self.count}", kind=MEMORY, fields={"do": do, **fields}, origin=OWN)
        with self.store.transaction():
            run(self.store, percept, AT)

    def publish(self) -> None:
        Sharing(self.store, self.pools).all(AT)

    def recall(self, words: str, viewer: Viewer = EVERYTHING, limit: int = 10) -> dict[str, str]:
        """Return what it recalls: ids and texts, the best first."""
        memory = Memory(self.store, self.folder / "recall", pools=self.pools)
        try:
            memory.catch_up()
            found = memory.recall(Cue(words=words, at=AT + timedelta(days=1), viewer=viewer, limit=limit))
            return {hit.id: hit.text for hit in found.hits}
        finally:
            memory.close()


@pytest.fixture
def hire(tmp_path: Path) -> Iterator[Callable[[str, str], Colleague]]:
    """Give what makes an employee of a slug, who works for a manager."""
    stores: list[Store] = []
    pools = Pools(root=tmp_path / "shared", settings=Settings())

    def hired(slug: str, manager: str) -> Colleague:
        folder = tmp_path / slug
        folder.mkdir()
        store = open_store(folder / "mind.db", slug)
        stores.append(store)
        store.take_lease(1, "test")
        lead(store, manager)
        return Colleague(slug, folder, store, pools)

    yield hired
    for store in stores:
        store.close()


def lead(store: Store, manager: str) -> None:
    """Have an employee work for a manager."""
    belief = Belief(functor="profile", arguments=("manager", Address(manager, Origin(Source.POLICY))), origin=OWN)
    row = {"id": belief.id, "functor": "profile", "origin": codec.dumps(OWN), "held": 1, "body": codec.dumps(belief)}
    with store.transaction():
        store.change("belief", {"functor": "profile"}, {"held": 0})
        store.add("belief", row)
