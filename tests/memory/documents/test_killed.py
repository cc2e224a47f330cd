"""A document is taught over any death: of the command that sends it, and of whoever takes it in."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from empla.engine import inbox
from empla.memory import commands
from empla.memory.documents import parting, teaching
from empla.memory.documents.parting import Version, parts
from empla.memory.documents.passages import cut
from empla.memory.documents.reading import read
from empla.memory.model import Visibility
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.opening import open_store
from empla.store.store import Store
from empla.testing.clock import MONDAY
from tests.store.conftest import RunInChild

from .conftest import PLACE, handbook
from .papers import prose

CHAPTERS = [prose(n, 50) for n in range(9)]
LATER = [*CHAPTERS[:4], prose(70, 50), *CHAPTERS[5:], prose(71, 50)]


@contextmanager
def held(file: Path) -> Iterator[Store]:
    """Give a store whose lease is this process's."""
    with closing(open_store(file, "ada")) as store:
        seen = store.seen_lease()
        store.take_lease(seen.epoch + 1 if seen is not None else 1, "a test")
        yield store


def taught(file: Path, chapters: list[str]) -> None:
    """Send a handbook, and take in what has come, each word in a transaction of its own: it may end anywhere."""
    data = handbook(chapters).encode()
    with held(file) as store:
        version = Version(
            place=PLACE,
            name="handbook.md",
            media_type="text/markdown",
            sha256=sha256(data).hexdigest(),
            visibility=Visibility.PRIVATE,
            by="maria@office.example",
            former=teaching.former(store, teaching.standing(store, PLACE)),
        )
        for key, fields in parts(version, cut(read("handbook.md", data))):
            inbox.send(store, Percept(key=key, kind=commands.MEMORY, fields=fields, origin=OWN), MONDAY)
        while rows := store.find("percept", {"state": "new"}, ("key", "kind", "body"), limit=1):
            with store.transaction("cycle", gathers=True):
                commands.run(store, inbox.read(rows[0]), MONDAY)
                store.change("percept", {"key": rows[0].key}, {"state": "handled"})


def known(file: Path) -> tuple[list[str], int, int]:
    """Return the passages that count, how many rows there are of passages, and how many of documents."""
    with closing(open_store(file, "ada")) as store:
        rows = store.find("episode", {"state": "kept"}, ("part", "text"))
        counts = len(store.find("episode", (), ("seq",))), len(store.find("document", {"place": PLACE}, ("seq",)))
        return [row.text for row in sorted(rows, key=lambda row: row.part)], *counts


@pytest.mark.parametrize(
    ("before", "chapters", "rows"), [([], CHAPTERS, 9), (CHAPTERS, LATER, 11)], ids=["new", "again"]
)
def test_killed_at_every_step_the_whole_of_it_stands_or_what_was_before(
    tmp_path: Path,
    in_child: RunInChild,
    monkeypatch: pytest.MonkeyPatch,
    before: list[str],
    chapters: list[str],
    rows: int,
) -> None:
    monkeypatch.setattr(parting, "MOST_PASSAGES", 4)
    made, file = tmp_path / "made.db", tmp_path / "mind.db"
    with held(made):
        pass
    if before:
        taught(made, before)
    stood = []
    for die_at in range(1, 100):
        for left in tmp_path.glob("mind.db*"):
            left.unlink()
        shutil.copy(made, file)
        if not in_child(lambda: taught(file, chapters), die_at=die_at):
            break
        now = known(file)[0]
        assert now in (before, chapters), f"half of it at point {die_at}"
        stood.append(now == chapters)
        taught(file, chapters)
        assert known(file) == (chapters, rows, 1), f"lost or doubled at point {die_at}"
    assert len(stood) > 12
    assert stood == sorted(stood)  # once it stands, it stands
    assert stood[0] is False
    assert stood[-1] is True
