"""Where minds lie in a database, its rows are looked through and wiped as those of a file are."""

from datetime import UTC, datetime

from empla.config import Settings
from empla.engine.forgetting import Forgetter
from empla.engine.sharing import Sharing
from empla.memory.commands import MEMORY, run
from empla.memory.episodes.writing import write
from empla.memory.forgetting import proving, task
from empla.memory.forgetting.scanning import tables_with
from empla.memory.memory import Memory
from empla.memory.model import Cue, Episode, EpisodeKind, Visibility
from empla.memory.sharing.pools import COMPANY, Pools
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.opening import open_store
from empla.testing.place import MemoryBlobs
from tests.store.conftest import empty_database, server  # noqa: F401

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_it_is_forgotten_and_withdrawn_there_too(empty_database, tmp_path) -> None:  # noqa: F811
    pools = Pools(root=tmp_path, settings=Settings(database=empty_database))
    store = open_store(empty_database, "maya")
    store.take_lease(1, "test")
    other = open_store(empty_database, "jonas")
    for number, text in enumerate(("The heron order is late", "The crane order is early")):
        episode = Episode(
            key=f"k{number}",
            kind=EpisodeKind.MAIL,
            at=AT,
            text=text,
            visibility=Visibility.COMPANY,
            people=("x@a.example",),
        )
        with store.transaction():
            write(store, [episode], AT)
    sharing = Sharing(store, pools)
    sharing.all(AT)
    memory = Memory(other, tmp_path / "recall", settings=pools.settings, pools=pools)
    memory.catch_up()
    assert {hit.id for hit in memory.recall(Cue(words="order", at=AT)).hits} == {"@maya/e1", "@maya/e2"}
    with store.transaction():
        run(store, Percept(key="t", kind=MEMORY, fields={"do": "forget", "topic": "heron", "run": "r"}, origin=OWN), AT)
    forgetter = Forgetter(store, MemoryBlobs(), reload=lambda: None, index=lambda: sharing.all(AT))
    while forgetter.piece(AT) or _let_go(store):
        continue
    assert task.known(store, "r").stage == task.DONE
    assert list(tables_with(store, ("heron",))) == []
    shared = pools.open(COMPANY)
    assert list(tables_with(shared, ("heron",))) == []
    assert proving.broken_at(store) == 0
    memory.catch_up()
    assert {hit.id for hit in memory.recall(Cue(words="order", at=AT)).hits} == {"@maya/e2"}
    memory.close()
    for one in (store, other, shared):
        one.close()


def _let_go(store) -> bool:
    """Handle the percept for the mind, which holds no belief here."""
    known = task.under_way(store)
    if known is None or not known.percept:
        return False
    with store.transaction():
        return bool(store.change("percept", {"key": known.percept, "state": "new"}, {"state": "handled"}))
