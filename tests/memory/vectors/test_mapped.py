"""The embedded index of vectors: exact, one writer and many readers, whole after any death."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla import faults
from empla.memory.model import EpisodeKind, Viewer, Visibility
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import PER_EPISODE
from empla.memory.vectors import mapped
from empla.memory.vectors.index import Entry
from empla.memory.vectors.mapped import MappedIndex
from tests.memory.vectors import made
from tests.memory.vectors.made import DIMS, MODEL, encoded, entry, unit

EVERYTHING = Bounds()


def opened(folder: Path) -> MappedIndex:
    index = MappedIndex(folder)
    index.use(MODEL, DIMS)
    return index


def test_what_is_closer_comes_first(tmp_path):
    index = opened(tmp_path)
    assert index.take(Mark(), Mark(3), [entry(1), entry(2), entry(3)], ())

    found = index.nearest(encoded(entry(2).number).mean, EVERYTHING, 2)

    assert found[0] == (2 * PER_EPISODE, pytest.approx(1.0))
    assert len(found) == 2


def test_a_writer_who_read_the_truth_from_elsewhere_changes_nothing(tmp_path):
    index, other = opened(tmp_path), opened(tmp_path)
    assert index.take(Mark(), Mark(1), [entry(1)], ())

    assert not other.take(Mark(), Mark(1), [entry(1)], ()), "the mark had been moved"
    assert len(other) == 1
    assert other.mark() == Mark(1)


def test_who_writes_meanwhile_is_left_alone(tmp_path):
    index = opened(tmp_path)
    with index._files.writing():
        assert not MappedIndex(tmp_path).take(Mark(), Mark(1), [entry(1)], ())
    assert index.take(Mark(), Mark(1), [entry(1)], ())


def test_an_episode_that_is_read_again_stands_there_once(tmp_path):
    index = opened(tmp_path)
    index.take(Mark(), Mark(1), [entry(1, 0), entry(1, 1)], ())

    index.take(Mark(1), Mark(1, 1), [entry(1, 0, seed=7)], ())

    assert len(index) == 1, "and of its second piece, which it has no more, nothing is left"
    assert index.nearest(unit(7), EVERYTHING, 5) == [(PER_EPISODE, pytest.approx(1.0))]


def test_another_models_vectors_are_never_compared(tmp_path):
    index = opened(tmp_path)
    index.take(Mark(), Mark(1), [entry(1)], ())

    index.use("other/1", 32)

    assert (len(index), index.mark(), index.model) == (0, Mark(), "other/1")
    assert not index.take(Mark(), Mark(1), [entry(1)], ()), "vectors of another length are not of this model"


def test_a_reader_sees_what_another_process_writes(tmp_path):
    writer, reader = opened(tmp_path), MappedIndex(tmp_path)
    assert reader.nearest(unit(64), EVERYTHING, 1) == []
    for number in range(1, 30):
        assert writer.take(Mark(number - 1), Mark(number), [entry(number)], ())
        assert reader.nearest(encoded(number * PER_EPISODE).mean, EVERYTHING, 1)[0][0] == number * PER_EPISODE


def test_what_is_erased_is_in_no_file(tmp_path):
    index = opened(tmp_path)
    mine = entry(1, people=["eve@example.org"])
    index.take(Mark(), Mark(2), [mine, entry(2)], ())
    reader = MappedIndex(tmp_path)
    assert len(reader) == 2

    index.erase([1])

    kept = b"".join(file.read_bytes() for file in tmp_path.glob("*-*"))
    assert mine.vectors.mean.tobytes() not in kept
    assert mine.vectors.tokens.tobytes() not in kept
    assert mapped._who("eve@example.org").to_bytes(8, "little") not in kept
    assert [number for number, _ in reader.nearest(mine.vectors.mean, EVERYTHING, 5)] == [2 * PER_EPISODE]
    assert reader.mark() == Mark(2), "how far the truth was read stays"


def test_the_likeness_is_that_of_late_interaction(tmp_path):
    index = opened(tmp_path)
    entries = [entry(1, tokens=4), entry(2, tokens=1), entry(3, tokens=0), entry(4, tokens=9)]
    index.take(Mark(), Mark(4), entries, ())
    cue = np.array([unit(5), unit(6)])

    found = index.likeness(cue, [one.number for one in entries] + [99 * PER_EPISODE])

    assert found.keys() == {entries[0].number, entries[1].number, entries[3].number}
    for one in (entries[0], entries[1], entries[3]):
        assert found[one.number] == pytest.approx(made.likeness(one, cue), abs=1e-5)


def test_cosines_of_pieces_that_words_have_found(tmp_path):
    index = opened(tmp_path)
    index.take(Mark(), Mark(2), [entry(2), entry(1)], ())

    found = index.cosines(unit(3), [64, 65, 128])

    expected = {64: float(unit(64) @ unit(3)), 128: float(unit(128) @ unit(3))}
    assert found == pytest.approx(expected, abs=1e-6)


PEOPLE = ("ada@office.example", "bob@acme.example", "cy@acme.example")
entries = st.builds(
    lambda number, seed, people, visibility, kind, days: entry(
        number, seed=seed, people=people, visibility=visibility, kind=kind, days=days, tokens=1
    ),
    st.integers(1, 25),
    st.integers(0, 400),
    st.sets(st.sampled_from(PEOPLE)),
    st.sampled_from(Visibility),
    st.sampled_from([EpisodeKind.MAIL, EpisodeKind.EVENT, EpisodeKind.PASSAGE]),
    st.integers(0, 9),
)
bounds = st.builds(
    lambda viewer, people, since, until, kinds: Bounds(
        viewer=viewer,
        people=people,
        since=None if since is None else entry(1, days=since).label.at,
        until=None if until is None else entry(1, days=until).label.at,
        kinds=kinds,
    ),
    st.builds(
        Viewer,
        everything=st.booleans(),
        least=st.sampled_from(Visibility),
        addresses=st.sets(st.sampled_from(PEOPLE)).map(tuple),
    ),
    st.lists(st.sets(st.sampled_from(PEOPLE), min_size=1).map(tuple), max_size=2).map(tuple),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.sets(st.sampled_from([EpisodeKind.MAIL, EpisodeKind.EVENT]), max_size=2).map(tuple),
)
steps = st.lists(
    st.tuples(st.lists(entries, max_size=6), st.sets(st.integers(1, 25), max_size=3), st.booleans()), max_size=8
)


@given(steps=steps, asked=st.lists(st.tuples(bounds, st.integers(0, 400), st.integers(1, 8)), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_finds_what_comparing_everything_finds(tmp_path_factory, steps, asked):
    folder = tmp_path_factory.mktemp("vectors")
    index, truth = opened(folder), {}
    for step, (fresh, gone, reopened) in enumerate(steps):
        fresh = list({one.number: one for one in fresh}.values())
        assert index.take(Mark(step), Mark(step + 1), fresh, sorted(gone))
        truth = {number: one for number, one in truth.items() if number // PER_EPISODE not in gone}
        truth.update({one.number: one for one in fresh})
        if reopened:
            index = MappedIndex(folder)
    for within, seed, limit in asked:
        found = [number for number, _ in index.nearest(unit(seed), within, limit)]
        expected = made.nearest(list(truth.values()), unit(seed), within, limit)
        cosines = index.cosines(unit(seed), found)
        best = [float(truth[number].vectors.mean @ unit(seed)) for number in expected]
        assert [cosines[number] for number in found] == pytest.approx(best, abs=1e-5)
        assert all(made.meets(truth[number], within) for number in found)


def test_the_signs_come_before_the_vectors_where_there_are_many(tmp_path, monkeypatch):
    """Of 20 000 vectors that lie in clouds, as those of texts do, the ten nearest are found."""
    monkeypatch.setattr(made, "DIMS", 384)
    rng = np.random.default_rng(1)
    clouds = rng.standard_normal((300, 384)).astype(np.float32)
    vectors = clouds[rng.integers(0, 300, 20_000)] + rng.standard_normal((20_000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = MappedIndex(tmp_path)
    index.use(MODEL, 384)
    label = entry(1).label
    none = np.zeros((0, 384), np.int8)
    made_of = [
        Entry(number=n * PER_EPISODE, label=label, vectors=made.Encoded(mean=v, tokens=none))
        for n, v in enumerate(vectors)
    ]
    index.take(Mark(), Mark(20_000), made_of, ())

    hits = 0
    for number in range(0, 20_000, 400):
        asked = vectors[number] + 0.5 * clouds[number % 300] / 20
        asked /= np.linalg.norm(asked)
        exact = set((np.argsort(-(vectors @ asked))[:10] * PER_EPISODE).tolist())
        hits += len(exact & {found for found, _ in index.nearest(asked, EVERYTHING, 10)})
    assert hits >= 0.99 * 500


def test_many_dead_rows_are_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped, "_MANY_DEAD", 10)
    index, reader = opened(tmp_path), MappedIndex(tmp_path)
    index.take(Mark(), Mark(40), [entry(n, people=[f"p{n}@x"]) for n in range(1, 41)], ())
    assert len(reader) == 40
    before = sum(file.stat().st_size for file in tmp_path.glob("*-*"))

    index.take(Mark(40), Mark(41), [entry(41)], list(range(5, 40)))

    assert sum(file.stat().st_size for file in tmp_path.glob("*-*")) < before / 3
    for one in (index, reader):
        assert len(one) == 6
        assert one.mark() == Mark(41)
        group = Bounds(people=(("p40@x", "p1@x"),))
        assert {number // PER_EPISODE for number, _ in one.nearest(unit(1), group, 9)} == {1, 40}
        assert one.likeness(np.array([unit(5)]), [40 * PER_EPISODE])[40 * PER_EPISODE] == pytest.approx(
            made.likeness(entry(40), np.array([unit(5)])), abs=1e-5
        )


@pytest.mark.parametrize("damage", ["head lost", "head cut", "head changed", "column lost", "column cut", "all lost"])
def test_what_is_damaged_is_empty_and_made_again(tmp_path, damage):
    index = opened(tmp_path)
    index.take(Mark(), Mark(2), [entry(1), entry(2)], ())
    head, column = tmp_path / "head", next(tmp_path.glob("*-means"))
    match damage:
        case "head lost":
            head.unlink()
        case "head cut":
            head.write_bytes(head.read_bytes()[:50])
        case "head changed":
            head.write_bytes(head.read_bytes().replace(b'"rows": 2', b'"rows": 9'))
        case "column lost":
            column.unlink()
        case "column cut":
            os.truncate(column, 100)
        case "all lost":
            for file in tmp_path.iterdir():
                file.unlink()

    again = MappedIndex(tmp_path)
    assert (len(again), again.mark()) == (0, Mark())
    again.erase([1])
    again.use(MODEL, DIMS)
    assert again.take(Mark(), Mark(2), [entry(1), entry(2)], ())
    assert len(MappedIndex(tmp_path)) == 2
    assert {file.name.partition("-")[0] for file in tmp_path.glob("*-*")} == {next(tmp_path.glob("*-means")).name[0]}


def _write(folder: Path, page: Path) -> int:
    """Write in a process of its own, which may die; return how it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            faults.arm(page)
            index = opened(folder)
            os._exit(0 if _take(index) else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _take(index: MappedIndex) -> bool:
    return index.take(Mark(2), Mark(4, 1), [entry(1, seed=70), entry(3), entry(4, 0), entry(4, 1)], [2])


def _state(index: MappedIndex) -> tuple[Mark, list[tuple[int, float]]]:
    return index.mark(), [(n, round(c, 4)) for n, c in index.nearest(unit(70), EVERYTHING, 9)]


def test_killed_at_any_step_of_a_write_it_is_as_before_or_as_after(tmp_path, monkeypatch):
    """And whoever comes next brings it to the same end, with nothing left of what was erased."""

    def started(name: str) -> Path:
        folder = tmp_path / name
        opened(folder).take(Mark(), Mark(2), [entry(1), entry(2), entry(2, 1)], ())
        return folder

    monkeypatch.setattr(mapped, "_MANY_DEAD", 2)  # so that it is compacted, too
    page = tmp_path / "page"
    faults.create(page)
    whole = started("whole")
    before = _state(opened(whole))
    assert _write(whole, page) == 0
    after = _state(opened(whole))
    assert before != after
    points = faults.passed(page)
    assert {"vectors erased", "vectors head counts", "vectors means written"} <= set(points)
    seen = set()
    for number, name in enumerate(points, 1):
        folder = started(str(number))
        faults.create(page, number)
        assert _write(folder, page) == -9, name
        state = _state(MappedIndex(folder))
        assert state in (before, after), name
        seen.add(state == after)
        index = opened(folder)
        assert _take(index) is (state == before)
        index.erase([99])  # who writes next finishes what was begun
        assert _state(MappedIndex(folder)) == after, name
        kept = b"".join(file.read_bytes() for file in folder.glob("*-*"))
        assert entry(2).vectors.mean.tobytes() not in kept, name
    assert seen == {True, False}
