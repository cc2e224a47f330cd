"""What an older home did is remembered after the upgrade: from its journal, a piece at a time, and once."""

import gzip
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities import registry
from empla.engine import compacting, journal, remembering
from empla.engine.compacting import compact_if_due
from empla.engine.loading import load
from empla.engine.remembering import Retelling
from empla.mind.plans import PlanLibrary
from empla.store.opening import open_store
from empla.store.store import Store
from runtime.employee import library
from tests.employees.executive_assistant.conftest import Desk
from tests.store.conftest import RunInChild, in_child  # noqa: F401

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 9, 8, tzinfo=UTC)
COLUMNS = ("key", "kind", "at", "author", "people", "thread", "subject", "text", "outcome", "rationale", "source")
OPERATIONS = registry.operations(registry.installed())


def effects(operation: str) -> str:
    return OPERATIONS[operation].effect.value if operation in OPERATIONS else ""


def mind_of(release: str, folder: Path) -> Path:
    packed = FIXTURES / release / "mind.db.gz"
    if packed.exists():
        (folder / "mind.db").write_bytes(gzip.decompress(packed.read_bytes()))
        return folder / "mind.db"
    with tarfile.open(FIXTURES / release / "home.tar.gz") as kept:
        kept.extractall(folder, filter="data")
    return next(folder.rglob("mind.db"))


def slug_of(path: Path, folder: Path) -> str:
    return "ada" if path.parent == folder else path.parent.name


def retold(store: Store, plans: PlanLibrary, at: datetime = NOW) -> int:
    """Go through the whole past; return in how many pieces."""
    retelling, state = Retelling(store, plans, effects), load(store)
    pieces = 0
    while retelling.retell_if_due(at, state):
        pieces += 1
    return pieces


def remembered(store: Store) -> list[Any]:
    return sorted(tuple(row) for row in store.find("episode", (), COLUMNS))


@pytest.mark.parametrize("release", ["release-0.1", "release-0.2", "release-0.3", "release-0.4"])
def test_what_a_release_did_is_remembered_once(release: str, tmp_path: Path) -> None:
    path, plans = mind_of(release, tmp_path), library("executive_assistant")
    with closing(open_store(path, slug_of(path, tmp_path))) as store:
        store.take_lease(10**6, "test")
        assert retold(store, plans) > 1
        found = remembered(store)
        kinds = {row[1] for row in found}
        assert {"mail", "sent", "decision"} <= kinds
        read = store.find("action", {"operation": "email.read", "state": "done"}, ("id",))
        mails = {row[0] for row in found if row[1] == "mail" and not row[0].endswith("/forwarded")}
        assert 0 < len(mails) <= len(read)
        assert retold(store, plans) == 0, "it is done once"
        store_again(store)
        assert retold(store, plans) > 1
        assert remembered(store) == found, "gone through again it changes nothing"


def store_again(store: Store) -> None:
    """Have the past gone through again, as if it had not been."""
    with store.transaction("test"):
        store.change("cursor", {"sensor": remembering.SENSOR}, {"sensor": "another"})


def test_a_death_at_any_commit_leaves_the_rest_to_the_next_process(
    tmp_path: Path,
    in_child: RunInChild,  # noqa: F811
) -> None:
    path, plans = mind_of("release-0.4", tmp_path), library("executive_assistant")
    slug, epoch = slug_of(path, tmp_path), 10**6

    def work() -> None:
        with closing(open_store(path, slug)) as store:
            store.take_lease(epoch, "test")
            retold(store, plans)

    open_store(path, slug).close()  # brought up to date, so that what dies is not that
    deaths = 0
    while in_child(work, die_at=5):  # the lease is taken, a piece is done, and the next dies before its commit
        epoch += 1
        deaths += 1
        assert deaths < 50, "it does not come further"
    assert deaths > 3
    with closing(open_store(path, slug)) as store:
        died = remembered(store)
    whole = mind_of("release-0.4", tmp_path / "whole")
    with closing(open_store(whole, slug)) as store:
        store.take_lease(10**6, "test")
        retold(store, plans)
        assert remembered(store) == died


def test_what_is_told_of_the_past_is_what_is_told_at_once(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    question = desk.answer("Please book half an hour tomorrow at 16:00.")
    desk.write("Carla", question)
    at_once = remembered(desk.ada.store)
    with retelling_everything(desk.ada.store):
        assert remembered(desk.ada.store) == []
        assert retold(desk.ada.store, desk.ada.mindset.library) > 1
        assert remembered(desk.ada.store) == at_once


def test_what_is_packed_is_told_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CYCLES_PER_SNAPSHOT", 4)
    monkeypatch.setattr(compacting, "BLOCK", 10)
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    desk.goes_on(timedelta(days=90))
    at_once = remembered(desk.ada.store)
    later = desk.ada.clock.now()
    while compact_if_due(desk.ada.store, later):
        pass
    assert desk.ada.rows("packed_cycles", "first"), "its past is packed"
    with retelling_everything(desk.ada.store):
        retold(desk.ada.store, desk.ada.mindset.library, later)
        assert remembered(desk.ada.store) == at_once


@contextmanager
def retelling_everything(store: Store) -> Iterator[None]:
    """Take the episodes away, and have the past be that of an older release."""
    store._driver.begin()
    store._driver.execute("DELETE FROM episode")
    store._driver.commit()
    store._next = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembering, "FIRST", (99,))
        yield
