"""Opening a store: safe, clear when it cannot be, and nearly free when there is nothing to do."""

import stat
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from empla.engine import inbox
from empla.errors import InputError, ResourceError
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.opening import open_inbox, open_store

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_the_file_is_safe_and_its_owners(tmp_path):
    path = tmp_path / "mind.db"
    store = open_store(path, "ada")
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with store.reading():
        found = [store._driver.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert found == ["wal", 2, 1, 10_000]
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("mind.db*")}
    assert set(modes.values()) == {0o600} and "mind.db-wal" in modes
    store.close()


def test_a_server_waits_for_nobody_for_ever(postgresql):
    store = postgresql.open()
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "synchronous_commit", "transaction_isolation")
    with store.reading():
        found = [store._driver.execute(f"SHOW {name}").fetchone()[0] for name in names]
    assert found == ["10s", "10s", "on", "repeatable read"]


def test_an_inbox_may_be_filled_before_its_owner_ever_started(ground):
    store = ground.inbox()
    assert inbox.send(store, Percept(key="hello", kind="hired", fields={}, origin=OWN), AT)
    owner = ground.hold()
    assert [row.key for row in owner.find("percept", {"state": "new"}, ("key",))] == ["hello"]


def test_opening_a_current_store_imports_no_alembic(ground):
    ground.open()
    ground.close()
    script = (
        "import sys; from empla.store.opening import open_store;"
        "open_store(sys.argv[1], sys.argv[2]).close(); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(ground.where), ground.employee], check=True)


def test_a_path_with_odd_letters_is_that_path(tmp_path):
    odd = tmp_path / "100% sure? #1 é"
    odd.mkdir()
    for where in (odd / "mind.db", str(odd / "other.db")):
        open_store(where, "ada").close()
    assert sorted(file.name for file in odd.iterdir()) == ["mind.db", "other.db"]


def test_a_missing_folder_is_an_error_with_a_next_step(tmp_path):
    for attempt in (open_store, open_inbox):
        with pytest.raises(InputError, match="nowhere") as caught:
            attempt(tmp_path / "nowhere" / "mind.db", "ada")
        assert caught.value.next_step


@pytest.mark.parametrize(
    "content", [b"not a database, whatever its name says" * 100, b"SQLite format 3\0" + b"x" * 9000]
)
def test_a_file_that_is_no_store_is_an_error_with_a_next_step(tmp_path, content):
    path = tmp_path / "mind.db"
    path.write_bytes(content)
    with pytest.raises(ResourceError) as caught:
        open_store(path, "ada")
    assert caught.value.next_step
    assert path.read_bytes() == content
