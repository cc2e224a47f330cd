"""Meaning catches up with the truth: in steps, without gaps or doubles, whoever dies or does not answer meanwhile."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from empla import faults
from empla.errors import ExternalError, InputError, TimedOut
from empla.memory.embedding.embedder import SCALE, Encoded, Text
from empla.memory.model import EpisodeKind, Viewer, Visibility
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import episode_of, pieces_of
from empla.memory.vectors.mapped import MappedIndex
from empla.memory.vectors.meaning import AT_ONCE, EpisodeMeaning
from empla.store.opening import open_store
from empla.store.store import Store

WORDS = 128
OPEN = Bounds()


class Bags:
    """A model of which everybody can work out what it answers: a vector for each word, from its letters."""

    def __init__(self, name: str = "bags/1") -> None:
        self.model, self.dims = name, WORDS
        self.asked: list[Text] = []
        self.fails: Exception | None = None
        self.refuses = "\0"

    def encode(self, texts, *, urgent=False):
        if self.fails is not None:
            raise self.fails
        if any(self.refuses in text.words for text in texts):
            raise InputError("too long")
        self.asked += texts
        return [self._encoded(text.words) for text in texts]

    def _encoded(self, words: str) -> Encoded:
        rows = np.array([_vector(word) for word in words.lower().split() or [""]])
        mean = rows.mean(0)
        return Encoded(
            mean=(mean / np.linalg.norm(mean)).astype(np.float32), tokens=np.round(rows * SCALE).astype(np.int8)
        )

    def close(self) -> None: ...


def _vector(word: str) -> np.ndarray:
    seed = int.from_bytes(word.encode()[:8].ljust(8, b"_"), "little")
    vector = np.random.default_rng(seed).standard_normal(WORDS)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def store(tmp_path: Path):
    made = open_store(tmp_path / "mind.db", "ada")
    made.take_lease(1, "test")
    yield made
    made.close()


def happened(
    store: Store, text: str, *, thread: str = "", minute: int = 0, people=("bob@acme.example",), **other
) -> int:
    row = {
        "key": f"{text[:40]}/{thread}/{minute}", "kind": "mail", "at": f"2026-03-02T09:{minute:02}:00.000000+00:00",
        "thread": thread, "author": people[0], "people": json.dumps(list(people)), "subject": "", "text": text,
        "outcome": "", "rationale": "", "importance": 2, "visibility": 0, "source": "percept", "percept": "",
        "intention": "", "action": "",
    } | other  # fmt: skip
    with store.transaction():
        return store.add("episode", row)


def changed(store: Store, number: int, **fields) -> None:
    with store.transaction():
        store.change("episode", {"seq": number}, fields)
        log = {"run": "r", "step": "s", "at": "", "memory": f"e{number}", "what": "changed", "before": "", "after": ""}
        store.add("consolidation", log)


def meaning(store: Store, tmp_path: Path, embedder: Bags | None = None) -> EpisodeMeaning:
    return EpisodeMeaning(store, embedder or Bags(), MappedIndex(tmp_path / "vectors"))


def found(made: EpisodeMeaning, words: str, bounds: Bounds = OPEN, limit: int = 5) -> list[int]:
    asked = made.asked(words)
    assert asked is not None
    return [episode_of(piece) for piece, _ in asked.nearest(bounds, limit)]


def test_what_is_new_is_read_a_little_at_a_time(store, tmp_path):
    numbers = [happened(store, f"episode number {n}", minute=n) for n in range(AT_ONCE + 9)]
    made = meaning(store, tmp_path)

    assert made.catch_up(4) == 4
    assert made.catch_up() == len(numbers) - 4
    assert made.catch_up() == 0
    assert set(found(made, "episode", limit=99)) == set(numbers)


def test_a_piece_is_read_after_the_two_before_it_in_its_thread(store, tmp_path):
    happened(store, "too far back", thread="t", minute=1)
    happened(store, "how was the trip", thread="t", minute=2)
    happened(store, "elsewhere", thread="other", minute=2)
    happened(store, "it was", thread="t", minute=3, outcome="")
    happened(store, "wonderful", thread="t", minute=4)
    happened(store, "alone", minute=5)
    model = Bags()
    meaning(store, tmp_path, model).catch_up()

    read = {text.words: text.before for text in model.asked}
    assert read["wonderful"] == ("how was the trip", "it was")
    assert read["how was the trip"] == ("too far back",)
    assert read["elsewhere"] == read["alone"] == ()


def test_a_long_text_is_several_pieces_that_are_read_one_after_the_other(store, tmp_path):
    text = "\n\n".join(f"paragraph {n} " + "of many words " * 40 for n in range(4))
    happened(store, text)
    model = Bags()
    made = meaning(store, tmp_path, model)
    assert made.catch_up() == 1

    pieces = pieces_of(text)
    assert len(pieces) > 2
    assert [text.words for text in model.asked] == list(pieces)
    assert model.asked[2].before == pieces[:2]


def test_what_a_viewer_may_not_see_is_not_found(store, tmp_path):
    private = happened(store, "the price", people=("bob@acme.example",))
    public = happened(store, "the price", minute=1, visibility=int(Visibility.PUBLIC), kind="event")
    made = meaning(store, tmp_path)
    made.catch_up()

    assert found(made, "price") == [private, public]
    assert found(made, "price", Bounds(viewer=Viewer(least=Visibility.COMPANY))) == [public]
    bob = Viewer(least=Visibility.PUBLIC, addresses=("bob@acme.example",))
    assert found(made, "price", Bounds(viewer=bob, kinds=(EpisodeKind.MAIL,))) == [private]


def test_changes_to_what_was_read_are_followed(store, tmp_path):
    first, second = happened(store, "apples"), happened(store, "pears", minute=1)
    made = meaning(store, tmp_path)
    made.catch_up()

    changed(store, first, text="cherries", visibility=3)
    changed(store, second, state="forgotten", text="")
    assert made.catch_up() == 1

    assert found(made, "cherries", Bounds(viewer=Viewer(least=Visibility.PUBLIC))) == [first]
    assert second not in found(made, "pears")
    changed(store, first, state="faded")
    made.catch_up()
    assert found(made, "cherries") == []
    changed(store, first, state="kept")
    made.catch_up()
    assert found(made, "cherries") == [first]


def test_what_was_forgotten_is_erased_though_nobody_makes_vectors(store, tmp_path):
    secret = happened(store, "the secret")
    model = Bags()
    made = meaning(store, tmp_path, model)
    made.catch_up()
    mean = model._encoded("the secret").mean.tobytes()
    assert mean in next((tmp_path / "vectors").glob("*-means")).read_bytes()

    model.fails = TimedOut("no answer")
    changed(store, secret, state="forgotten", text="")
    happened(store, "something new", minute=2)
    assert made.catch_up() == 0

    assert mean not in next((tmp_path / "vectors").glob("*-means")).read_bytes()
    model.fails = None
    assert made.catch_up() == 1


def test_while_nobody_answers_there_is_no_meaning_and_then_there_is(store, tmp_path):
    number = happened(store, "the price of the boat")
    model = Bags()
    model.fails = ExternalError("gone")
    made = meaning(store, tmp_path, model)

    assert made.catch_up() == 0
    assert made.asked("price") is None

    model.fails = None
    assert made.catch_up() == 1
    assert found(made, "price") == [number]


def test_a_text_that_the_model_refuses_keeps_nobody_else_waiting(store, tmp_path):
    one, bad, other = happened(store, "good one"), happened(store, "bad", minute=1), happened(store, "good", minute=2)
    model = Bags()
    model.refuses = "bad"
    made = meaning(store, tmp_path, model)

    assert made.catch_up() == 3
    assert set(found(made, "good")) == {one, other}
    assert bad not in found(made, "good")


def test_another_model_reads_everything_again(store, tmp_path):
    number = happened(store, "the price")
    meaning(store, tmp_path).catch_up()
    other = meaning(store, tmp_path, Bags("bags/2"))

    assert other.asked("price").nearest(Bounds(), 5) == [], "another's vectors are never compared"
    assert other.catch_up() == 1
    assert found(other, "price") == [number]


def test_late_interaction_prefers_the_one_that_has_each_word(store, tmp_path):
    apart = happened(store, "the boat was sold and its price was never told to anybody in the harbour")
    happened(store, "price price price", minute=1)
    made = meaning(store, tmp_path)
    made.catch_up()

    asked = made.asked("boat price harbour")
    likeness = asked.likeness([piece for piece, _ in asked.nearest(Bounds(), 5)])

    best = max(likeness, key=lambda piece: likeness[piece])
    assert episode_of(best) == apart
    assert likeness[best] == pytest.approx(1, abs=0.01)
    assert asked.cosines([best])[best] < 1


def test_two_that_catch_up_at_once_write_everything_once(store, tmp_path):
    """The second finds the mark moved when it is about to write, and reads on from there."""
    numbers = [happened(store, f"episode {n}", minute=n) for n in range(3)]
    rival = meaning(store, tmp_path)

    class Slow(Bags):
        def encode(self, texts, *, urgent=False):
            rival.catch_up()
            return super().encode(texts, urgent=urgent)

    made = meaning(store, tmp_path, Slow())
    made.catch_up()

    assert sorted(found(made, "episode", limit=99)) == numbers
    assert len(made._index) == 3


def test_killed_at_any_step_it_catches_up_without_gaps_or_doubles(store, tmp_path):
    numbers = [happened(store, f"episode {n} " * (n + 1), minute=n) for n in range(3)]
    changed(store, numbers[0], text="changed")

    def die_at(point: int, folder: Path) -> int:
        faults.create(page, point)
        pid = os.fork()
        if pid == 0:
            try:
                faults.arm(page)
                reader = open_store(tmp_path / "mind.db", "ada")
                made = EpisodeMeaning(reader, Bags(), MappedIndex(folder))
                made.catch_up(2)
                made.catch_up()
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    page = tmp_path / "page"
    assert die_at(0, tmp_path / "whole") == 0
    points = len(faults.passed(page))
    assert points > 20
    for point in range(1, points + 1, 3):
        folder = tmp_path / str(point)
        assert die_at(point, folder) == -9
        made = EpisodeMeaning(store, Bags(), MappedIndex(folder))
        made.catch_up()
        assert len(made._index) == 3, point
        assert sorted(found(made, "episode", limit=99)) == numbers
        assert made._index.mark() == Mark(3, 1)
        made.close()


def test_rebuilt_it_is_the_same(store, tmp_path):
    for n in range(5):
        happened(store, f"word{n} and more", minute=n)
    made = meaning(store, tmp_path)
    made.catch_up()
    before = made.asked("word3").nearest(Bounds(), 5)
    made.rebuild()
    assert made.asked("word3").nearest(Bounds(), 5) == before


def test_an_index_that_is_lost_in_the_middle_of_a_recall_is_done_without(store, tmp_path):
    happened(store, "the price")
    made = meaning(store, tmp_path)
    made.catch_up()
    asked = made.asked("price")

    def lost(*_):
        raise ExternalError("the server is gone")

    asked._index = type("Lost", (), {"nearest": lost, "cosines": lost, "likeness": lost})()
    assert asked.nearest(Bounds(), 5) == ()
    assert asked.cosines([64]) == asked.likeness([64]) == {}
