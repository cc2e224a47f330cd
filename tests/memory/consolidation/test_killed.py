"""A process that is killed anywhere in consolidation: no fact is lost, none is there twice."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from empla.memory.model import EpisodeKind
from tests.memory.consolidation.lived import MANAGER, MONDAY, a_night, counts, know_oneself, mail, opened, remember
from tests.store.conftest import RunInChild, in_child  # noqa: F401

LATER = MONDAY + timedelta(days=4 * 365)


def some_mails(path: Path) -> None:
    """Write a correspondence that has something for every step."""
    with closing(opened(path)) as store:
        know_oneself(store)
        said = [
            "I report to Dana Fox. My new number is +49 30 1234567.",
            "Bob has left Initech.",
            "I work for Initech.",
        ]
        thread = [mail(text, thread="t1", at=MONDAY + timedelta(hours=n)) for n, text in enumerate(said)]
        wishes = ["The Acme renewal is on 1 March 2027", "the Acme renewal is on 1 March 2027."]
        told = [mail(text, key=f"w{n}", kind=EpisodeKind.TOLD, author=MANAGER) for n, text in enumerate(wishes)]
        remember(store, *thread, *told)


def test_killed_at_any_point_it_comes_to_the_same(tmp_path: Path, in_child: RunInChild) -> None:  # noqa: F811
    path = tmp_path / "mind.db"
    some_mails(path)
    original = path.read_bytes()

    def work() -> None:
        with closing(opened(path)) as store:
            a_night(store, LATER)

    ends, die_at, died = set(), 0, True
    while died:
        die_at += 1
        for old in tmp_path.glob("mind.db*"):
            old.unlink()
        path.write_bytes(original)
        died = in_child(work, die_at=die_at)
        with closing(opened(path)) as store:
            a_night(store, LATER)
            ends.add(repr(counts(store)))
    assert die_at > 25
    assert len(ends) == 1
