"""What every index of vectors must do: the same cases for each. A real Qdrant server is tried where one is named."""

import os
import uuid
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from empla.memory.model import EpisodeKind, Viewer, Visibility
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import PER_EPISODE
from empla.memory.vectors.index import VectorIndex
from empla.memory.vectors.mapped import MappedIndex
from tests.memory.vectors import made
from tests.memory.vectors.made import DIMS, MODEL, encoded, entry, unit

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

SERVER = os.environ.get("EMPLA_TEST_QDRANT", "")
"""URL of a Qdrant server that the tests may write to."""

Open = Callable[[str], VectorIndex]


@pytest.fixture(params=["mapped", "qdrant in memory", "qdrant server"])
def opens(request: pytest.FixtureRequest, tmp_path) -> Iterator[Open]:
    """Open the index of an employee by its name; opened again it is the same."""
    if request.param == "mapped":
        yield lambda employee: MappedIndex(tmp_path / employee)
        return
    qdrant = pytest.importorskip("qdrant_client")
    from empla.memory.vectors.qdrant import QdrantIndex, connect

    if request.param == "qdrant server" and not SERVER:
        pytest.skip("EMPLA_TEST_QDRANT names no server")
    client = qdrant.QdrantClient(":memory:") if request.param == "qdrant in memory" else connect(SERVER)
    tenant = uuid.uuid4().hex
    indexes: list[QdrantIndex] = []

    def opened(employee: str) -> VectorIndex:
        indexes.append(QdrantIndex(client, tenant=tenant, employee=employee))
        return indexes[-1]

    yield opened
    for index in indexes:
        index.clear()
    client.close()


@pytest.fixture
def index(opens: Open) -> VectorIndex:
    made_one = opens("ada")
    made_one.use(MODEL, DIMS)
    return made_one


def found(index: VectorIndex, bounds: Bounds, seed: int = 5, limit: int = 20) -> list[int]:
    return [number // PER_EPISODE for number, _ in index.nearest(unit(seed), bounds, limit)]


def test_it_begins_empty(index):
    assert (len(index), index.mark(), index.model) == (0, Mark(), MODEL)
    assert index.nearest(unit(1), Bounds(), 5) == []
    assert index.cosines(unit(1), [64]) == {}
    assert index.likeness(np.array([unit(1)]), [64]) == {}


def test_the_nearest_come_first_with_their_cosine(index):
    entries = [entry(number, days=number) for number in range(1, 30)]
    assert index.take(Mark(), Mark(29, 3), entries, ())

    hits = index.nearest(unit(5), Bounds(), 7)

    assert [number for number, _ in hits] == made.nearest(entries, unit(5), Bounds(), 7)
    by_number = {one.number: one for one in entries}
    for number, cosine in hits:
        assert cosine == pytest.approx(float(by_number[number].vectors.mean @ unit(5)), abs=1e-5)
    assert (len(index), index.mark()) == (29, Mark(29, 3))


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(viewer=Viewer(least=Visibility.COMPANY)),
        Bounds(viewer=Viewer(least=Visibility.PUBLIC, addresses=("bob@x", "eve@x"))),
        Bounds(viewer=Viewer(addresses=("nobody@x",), least=Visibility.TEAM)),
        Bounds(people=(("ada@x", "bob@x"), ("eve@x",))),
        Bounds(people=(("nobody@x",),)),
        Bounds(since=entry(1, days=3).label.at, until=entry(1, days=8.5).label.at),
        Bounds(kinds=(EpisodeKind.PASSAGE, EpisodeKind.SENT)),
        Bounds(
            viewer=Viewer(least=Visibility.TEAM, addresses=("eve@x",)),
            people=(("bob@x",),),
            since=entry(1, days=1).label.at,
            kinds=(EpisodeKind.MAIL,),
        ),
    ],
)
def test_bounds_hold_in_the_query(index, bounds):
    everybody, kinds = ("ada@x", "bob@x", "eve@x"), (EpisodeKind.MAIL, EpisodeKind.SENT, EpisodeKind.PASSAGE)
    entries = [
        entry(
            number,
            people=[who for place, who in enumerate(everybody) if number >> place & 1],
            visibility=Visibility(number % 4),
            kind=kinds[number % 3],
            days=number % 11,
        )
        for number in range(1, 41)
    ]
    index.take(Mark(), Mark(40), entries, ())

    assert [n for n, _ in index.nearest(unit(9), bounds, 5)] == made.nearest(entries, unit(9), bounds, 5)
    assert len(found(index, bounds, limit=50)) == sum(made.meets(one, bounds) for one in entries)


def test_likeness_and_cosines_are_of_the_pieces_that_were_named(index):
    entries = [entry(1, tokens=4), entry(2, tokens=1), entry(3, tokens=0), entry(4, tokens=9)]
    index.take(Mark(), Mark(4), entries, ())
    cue = np.array([unit(5), unit(6)])
    asked = [entries[0].number, entries[2].number, entries[3].number, 99 * PER_EPISODE]

    likeness, cosines = index.likeness(cue, asked), index.cosines(unit(7), asked)

    assert likeness.keys() == {entries[0].number, entries[3].number}, "one has no vectors of tokens"
    for one in (entries[0], entries[3]):
        assert likeness[one.number] == pytest.approx(made.likeness(one, cue), abs=2e-3)
    expected = {one.number: float(one.vectors.mean @ unit(7)) for one in (entries[0], entries[2], entries[3])}
    assert cosines == pytest.approx(expected, abs=1e-5)


def test_what_is_read_again_replaces_all_pieces_of_its_episode(index):
    index.take(Mark(), Mark(2), [entry(1, 0), entry(1, 1), entry(2)], ())
    index.take(Mark(2), Mark(2, 1), [entry(1, 0, seed=7)], ())

    assert sorted(found(index, Bounds())) == [1, 2]
    assert index.nearest(unit(7), Bounds(), 1) == [(PER_EPISODE, pytest.approx(1.0, abs=1e-5))]


def test_what_is_gone_or_erased_is_not_found(index):
    index.take(Mark(), Mark(4), [entry(1), entry(2), entry(3), entry(4)], ())
    index.take(Mark(4), Mark(4, 2), (), [2])
    index.erase([3, 77])
    index.erase([])

    assert sorted(found(index, Bounds())) == [1, 4]
    assert index.cosines(unit(1), [2 * PER_EPISODE, 3 * PER_EPISODE]) == {}
    assert index.mark() == Mark(4, 2)


def test_a_mark_moves_from_where_it_was_or_not_at_all(index):
    assert index.take(Mark(), Mark(1), [entry(1)], ())
    assert not index.take(Mark(), Mark(2), [entry(2)], ())
    assert found(index, Bounds()) == [1]
    assert index.take(Mark(1), Mark(2), (), ())
    assert index.mark() == Mark(2)


def test_what_was_cleared_begins_anew(index):
    index.take(Mark(), Mark(1), [entry(1)], ())
    index.clear()
    assert (len(index), index.mark()) == (0, Mark())
    assert index.take(Mark(), Mark(1), [entry(1)], ())


def test_another_model_begins_anew(opens, index):
    index.take(Mark(), Mark(1), [entry(1)], ())
    other = opens("ada")
    other.use("other/2", 32)
    assert (len(other), other.mark()) == (0, Mark())
    back = opens("ada")
    back.use(MODEL, DIMS)
    assert (len(back), back.mark()) == (0, Mark())


def test_it_is_one_employees_own(opens, index):
    bob = opens("bob")
    bob.use(MODEL, DIMS)
    index.take(Mark(), Mark(1), [entry(1)], ())
    assert bob.nearest(unit(1), Bounds(), 5) == []
    assert bob.mark() == Mark()
    bob.erase([1])
    bob.take(Mark(), Mark(3), [entry(2)], ())
    assert found(index, Bounds()) == [1]
    bob.clear()
    assert found(index, Bounds()) == [1]


def test_opened_again_it_is_as_it_was(opens, index):
    index.take(Mark(), Mark(1, 5), [entry(1)], ())
    again = opens("ada")
    again.use(MODEL, DIMS)
    assert again.mark() == Mark(1, 5)
    assert again.nearest(encoded(PER_EPISODE).mean, Bounds(), 1) == [(PER_EPISODE, pytest.approx(1.0, abs=1e-5))]
