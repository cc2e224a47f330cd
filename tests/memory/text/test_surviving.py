"""An index survives whatever happens to it: it is the same, however and by whomever it was brought up to date."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.memory.text.index import Bounds, TextIndex
from empla.memory.text.reading import catch_up
from empla.memory.text.sqlite import FILE, FileIndex
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store
from tests.memory.text.conftest import BEGAN, Mind, row

WORDS = ("alpha", "beta", "gamma", "delta", "epsilon")
PEOPLE = ("bob@acme.example", "carol@acme.example", "dave@x.example")


def contents(path: Path) -> dict[str, list[Any]]:
    """Return all that an index holds, and what its words find."""
    with closing(sqlite3.connect(path)) as file:
        tables = {
            name: sorted(file.execute(f"SELECT * FROM {name}").fetchall())
            for name in ("known", "piece", "took_part", "term")
        }
        names = file.execute(
            "SELECT word, address FROM called JOIN person ON number = person ORDER BY word, address"
        ).fetchall()
        tables["called"] = list(names)
        persons = dict(file.execute("SELECT number, address FROM person").fetchall())
        tables["piece"] = [_by_address(piece, persons) for piece in tables["piece"]]
        tables["took_part"] = sorted((persons[person], episode) for person, episode in tables["took_part"])
        tables["found"] = [
            sorted(file.execute("SELECT rowid FROM words WHERE words MATCH ?", (f"own:{word}",)).fetchall())
            for word in WORDS
        ]
    return tables


def _by_address(piece: tuple[Any, ...], persons: dict[int, str]) -> tuple[Any, ...]:
    """Return a piece with addresses in place of numbers, which depend on who came first."""
    *start, author, kind, importance, visibility, flags, length, spans, roots, people, b2, b, a, a2 = piece
    named = sorted(persons[int(person)] for person in people.split())
    return (
        *start,
        persons.get(author, ""),
        kind,
        importance,
        visibility,
        flags,
        length,
        spans,
        roots,
        *named,
        b2,
        b,
        a,
        a2,
    )


def rebuilt(store: Store, folder: Path) -> dict[str, list[Any]]:
    """Return what an index holds that reads the whole truth at once."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        with closing(FileIndex(Path(fresh) / FILE)) as index:
            catch_up(store, index)
        return contents(Path(fresh) / FILE)


steps = st.one_of(
    st.tuples(
        st.just("come"), st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.sampled_from(PEOPLE),
        st.sampled_from(("", "t", "u")), st.integers(0, 40),
    ),
    st.tuples(st.just("change"), st.integers(0, 30), st.sampled_from(("faded", "kept", "forgotten", "replaced"))),
    st.tuples(st.just("edit"), st.integers(0, 30), st.sampled_from(WORDS)),
    st.tuples(st.just("read"), st.integers(0, 3)),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=25))
def test_an_index_kept_up_is_the_one_that_is_made_anew(tmp_path: Path, happens: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        folder = Path(name)
        with closing(open_store(folder / "mind.db", "ada")) as store, closing(FileIndex(folder / FILE)) as index:
            store.take_lease(1, "test")
            came = 0
            for step in happens:
                came += _happens(store, index, step, came)
            catch_up(store, index)
            assert contents(folder / FILE) == rebuilt(store, folder)


def _happens(store: Store, index: TextIndex, step: tuple[Any, ...], came: int) -> int:
    """Do one step; return how many episodes have come by it."""
    what, *rest = step
    if what == "read":
        catch_up(store, index, rest[0])
    elif what == "come":
        words, by, thread, minutes = rest
        fields = row(" ".join(words), by=by, thread=thread, at=BEGAN + timedelta(minutes=minutes))
        with store.transaction():
            store.add("episode", fields | {"key": str(came)})
        return 1
    elif came:
        number = rest[0] % came + 1
        change: dict[str, Any] = {"state": rest[1]} if what == "change" else {"text": rest[1]}
        if change.get("state") == "forgotten":
            change |= {"text": "", "author": "", "people": "[]", "thread": ""}
        with store.transaction():
            store.change("episode", {"seq": number}, change)
            log = {"run": "", "step": "", "at": "", "memory": f"e{number}", "what": "", "before": "", "after": ""}
            store.add("consolidation", log)
    return 0


CATCHES_UP = """
import sys
from pathlib import Path
from empla.memory.text.reading import catch_up
from empla.memory.text.sqlite import FileIndex
from empla.store.opening import open_inbox
store, index = open_inbox(Path(sys.argv[1]), "ada"), FileIndex(Path(sys.argv[2]))
for _ in range(400):
    if not catch_up(store, index, 3):
        break
"""


def test_two_processes_that_catch_up_at_once_change_nothing(sqlite: Any, tmp_path: Path) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    for n in range(120):
        mind.remember(f"{WORDS[n % 5]} number{n}", thread=f"t{n % 7}", minutes=-n)
    path = mind.folder / FILE
    command = [sys.executable, "-c", CATCHES_UP, str(tmp_path / "mind.db"), str(path)]
    running = [subprocess.Popen(command, cwd=Path(__file__).parents[3]) for _ in range(2)]
    with closing(FileIndex(path)) as reader:
        while any(process.poll() is None for process in running):
            known = reader.totals().pieces
            assert len(reader.within(Bounds(), 1_000)) >= known, "a reader sees whole steps"
    assert [process.wait() for process in running] == [0, 0]
    assert contents(path) == rebuilt(mind.store, tmp_path)


@pytest.mark.parametrize("die_at", [1, 2, 3])
def test_a_death_while_catching_up_loses_and_doubles_nothing(
    sqlite: Any, tmp_path: Path, in_child: Callable[..., bool], die_at: int
) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    for n in range(9):
        mind.remember(f"{WORDS[n % 5]} number{n}", thread="t", minutes=9 - n)
    mind.store.close()
    path = mind.folder / FILE

    def work() -> None:
        with closing(open_inbox(sqlite.where, "ada")) as store, closing(FileIndex(path)) as index:
            while catch_up(store, index, 3):
                pass

    assert in_child(work, die_at=die_at) is True
    with closing(open_inbox(sqlite.where, "ada")) as store:
        with closing(FileIndex(path)) as index:
            assert index.mark().episode == 3 * (die_at - 1)
            catch_up(store, index)
        assert contents(path) == rebuilt(store, tmp_path)


def _overwritten(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def _torn(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 6] = os.urandom(4096 * 5)
    path.write_bytes(content)


def _lost(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [_overwritten, _torn, _lost])
def test_a_damaged_file_is_made_anew_by_itself(sqlite: Any, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    for n in range(60):
        mind.remember(f"{WORDS[n % 5]} number{n} and some more words to fill pages with", thread=f"t{n % 3}", minutes=n)
    mind.caught_up().close()
    path = mind.folder / FILE
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    damage(path)
    with closing(FileIndex(path)) as index:
        for _ in range(2):  # what is damaged may show only when it is read
            catch_up(mind.store, index)
            list(index.matching({"alpha": 1.0}, Bounds(), 100))
            index.within(Bounds(), 100)
        catch_up(mind.store, index)
        assert index.totals().pieces == 60
    assert contents(path) == rebuilt(mind.store, tmp_path)


def test_an_index_of_another_layout_is_made_anew(sqlite: Any, tmp_path: Path) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    mind.remember("alpha")
    mind.caught_up().close()
    with closing(sqlite3.connect(mind.folder / FILE)) as file:
        file.execute("PRAGMA user_version = 999")
    with closing(FileIndex(mind.folder / FILE)) as index:
        assert index.totals().pieces == 0
        assert catch_up(mind.store, index) == 1


def test_what_is_forgotten_stands_in_no_file_any_more(sqlite: Any, tmp_path: Path) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    number = mind.remember("the zanzibarian affair", by="mallory.quux@evil.example")
    for n in range(30):
        mind.remember(f"other matter {n}")
    index = mind.caught_up()
    mind.change(number, state="forgotten", text="", author="", people="[]", key="gone")
    catch_up(mind.store, index)
    held = b"".join(path.read_bytes() for path in mind.folder.iterdir())
    assert b"zanzibar" not in held
    assert b"mallory" not in held


@pytest.mark.parametrize("die_at", [1, 2])
def test_what_is_forgotten_stands_in_no_file_after_a_death_either(
    sqlite: Any, tmp_path: Path, in_child: Callable[..., bool], die_at: int
) -> None:
    mind = Mind(sqlite, tmp_path / "recall", sqlite.hold())
    number = mind.remember("the zanzibarian affair")
    mind.caught_up().close()
    mind.change(number, state="forgotten", text="", author="", people="[]", key="gone")
    mind.store.close()

    def work() -> None:
        with closing(open_inbox(sqlite.where, "ada")) as store, closing(FileIndex(mind.folder / FILE)) as index:
            catch_up(store, index)

    assert in_child(work, die_at=die_at) is True
    work()
    assert b"zanzibar" not in b"".join(path.read_bytes() for path in mind.folder.iterdir())
