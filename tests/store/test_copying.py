"""A copy of one employee's rows as a SQLite file, and an employee who leaves a database that others share."""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from empla.config import Home
from empla.engine import inbox
from empla.errors import InputError, ResourceError
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store import departing
from empla.store.copying import copy_mind
from empla.store.departing import take_out
from empla.store.leasing import Holder, Watch
from empla.store.minds import known_mind, open_mind
from empla.store.opening import open_store
from empla.store.store import Store
from empla.store.tables import EMPLOYEE
from empla.testing.clock import VirtualClock
from empla.workplace.blobs import StoredBlobs, stored

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HERE = Holder(host="here", pid=1, lock="aa")


@pytest.fixture
def home(tmp_path: Path, stores_url: str, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose minds are in the database; the slug of its one employee is the test's own."""
    monkeypatch.setenv("EMPLA_DATABASE", stores_url)
    monkeypatch.setenv("EMPLA_LEASE_S", "2")
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def slug(home: Home, tmp_path: Path) -> str:
    """An employee who has a mail in its inbox, and others in the same database."""
    mine = f"ada.{abs(hash(tmp_path)):x}"
    for name in (mine, f"{mine}.other"):
        home.employee(name).mkdir()
        with closing(open_mind(home, name)) as store:
            store.take_over(None, HERE, 2)
            for number in range(3):
                inbox.send(store, Percept(key=f"k{number}", kind="go", fields={}, origin=OWN), AT)
            StoredBlobs(store, VirtualClock(AT)).keep(b"From: a colleague")
            store.hand_back_lease()
    return mine


def rows(place: str | Path, slug: str) -> dict[str, list[tuple]]:
    with closing(open_store(place, slug)) as store:
        return {
            name: [tuple(row) for row in store.find(name, (), tuple(c.name for c in table.columns))]
            for name, table in EMPLOYEE.tables.items()
        }


def test_a_copy_holds_every_row_of_one_employee_and_none_of_others(home: Home, slug: str, stores_url: str) -> None:
    copy = home.root / "copy.db"
    assert copy_mind(home, slug, copy)
    assert rows(copy, slug) == rows(stores_url, slug)
    with closing(open_store(copy, slug)) as store:
        assert [row.key for row in store.find("percept", (), ("key",))] == ["k0", "k1", "k2"]
        assert stored(store, store.find("blob", (), ("sha256",))[0].sha256) == b"From: a colleague"


def test_nobody_has_no_copy(home: Home) -> None:
    assert not copy_mind(home, "nobody", home.root / "copy.db")


def test_who_leaves_takes_its_rows_along_and_nobody_can_be_it_any_more(
    home: Home, slug: str, stores_url: str, server: str
) -> None:
    before = rows(stores_url, slug)
    take_out(home, slug)
    archived = rows(home.mind_file(slug), slug)
    assert {**archived, "lease": []} == {**before, "lease": []}
    left = rows(stores_url, slug)
    assert [name for name, found in left.items() if found] == ["lease"]
    with closing(open_mind(home, slug)) as store, pytest.raises(InputError, match="has left"):
        Watch("aa", 2).is_free(store.seen_lease(), 0.0)
    assert len(rows(stores_url, f"{slug}.other")["percept"]) == 3
    take_out(home, slug)  # again, as after a crash: it is over
    home.archive(slug).parent.mkdir()
    home.employee(slug).rename(home.archive(slug))
    with known_mind(home, slug) as store:
        assert store is not None and len(store.find("percept", (), ("seq",))) == 3
    with psycopg.connect(server.replace("/postgres?", "/stores?")) as console:
        found = console.execute("SELECT count(*) FROM percept WHERE employee_id = %s", (slug,)).fetchone()
    assert found == (0,)


def test_killed_between_the_file_and_the_rows_it_is_done_again(
    home: Home, slug: str, stores_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_store: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("empla.store.store.Store.leave", dies)
        with pytest.raises(KeyboardInterrupt):
            take_out(home, slug)
    assert rows(stores_url, slug)["percept"] == rows(home.mind_file(slug), slug)["percept"]
    take_out(home, slug)
    assert rows(stores_url, slug)["percept"] == []


def test_the_file_is_there_for_good_before_the_rows_go(home: Home, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    fsync, leave = os.fsync, Store.leave

    def synced(descriptor: int) -> None:
        did.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def leaves(store: Store) -> None:
        did.append("rows")
        leave(store)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Store, "leave", leaves)
    take_out(home, slug)
    assert did[-2:] == [str(home.employee(slug)), "rows"], "its name, too: a power cut must not take it"


def test_one_that_works_on_another_host_is_not_taken_from_it(
    home: Home, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_mind(home, slug)) as holder:
        holder.take_over(holder.seen_lease(), Holder(host="there", pid=7, lock="bb"), 2)
        monkeypatch.setattr(departing.time, "sleep", lambda _s: holder.renew_lease())
        with pytest.raises(ResourceError, match=r"another host \(there:7\)") as caught:
            take_out(home, slug)
    assert "empla pause" in caught.value.next_step
