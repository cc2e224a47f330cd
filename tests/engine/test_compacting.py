"""History is packed when it is old, and tells what it told before: on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.engine import archive, compacting, journal
from empla.engine.compacting import compact_if_due
from empla.engine.replay import replay, snapshots
from empla.mind import codec
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Forget, Hold, Now, Wait
from empla.store.opening import open_store
from empla.store.store import Store
from empla.testing.employee import Employee, employee
from tests.engine.conftest import Bench
from tests.store.conftest import RunInChild, empty_database, in_child, server  # noqa: F401

YEARS = timedelta(days=900)


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        now = yield Now()
        yield Hold(spans=((now, now + timedelta(hours=1)),), until=now + timedelta(days=1))
        looked = yield Do(operation="test.look", arguments={"value": event.number})
        yield Believe(functor="looked", arguments=(looked,))
        yield Believe(functor="last", arguments=("look",))
        yield Wait(until=now + timedelta(hours=1))
        yield Forget(functor="looked", pattern=(looked,))
        yield Forget(functor="last", pattern=("look",))

    @library.plan(on("stay"), when=lambda beliefs, _event: bool(beliefs.matching("looked")))
    def stay(_event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + YEARS)

    return library


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CYCLES_PER_SNAPSHOT", 4)
    monkeypatch.setattr(compacting, "BLOCK", 10)


@pytest.fixture(params=["sqlite", "postgresql"])
def ada(request: pytest.FixtureRequest, tmp_path: Path, plans: PlanLibrary, bench: Bench) -> Iterator[Employee]:
    where = request.getfixturevalue("empty_database") if request.param == "postgresql" else tmp_path / "mind.db"
    with employee(where, plans, bench.operations()) as made:
        yield made


def some_months(ada: Employee) -> None:
    """Let an employee do something on every tenth day, for three months; one intention stays to the end."""
    for number in range(9):
        ada.tell("go", key=f"go{number}", number=number)
        ada.work()
        if number == 0:
            ada.tell("stay", key="stay")
        ada.let_pass(timedelta(days=10))


@dataclass
class Told:
    """All that can be asked of the past."""

    steps: dict[str, Any]
    percepts: dict[str, Any]
    journal: list[archive.Entry]
    reasons: dict[str, list[Any]]
    replayed: tuple[int, int]


def told(store: Store, plans: PlanLibrary) -> Told:
    found = [codec.loads(row.body) for row in store.find("intention", (), ("body",))]
    entries = [archive.Entry(e.cycle, e.at, e.percept, e.code, e.digest, e.delta) for e in archive.journal(store)]
    whole = replay(store, plans)
    return Told(
        steps={i.id: archive.steps(store, i.id) for i in found},
        percepts={key: archive.percept(store, key) for (key,) in store.find("percept", (), ("key",))},
        journal=entries,
        reasons={i.id: [archive.belief(store, b, i.id) for b in i.because] for i in found},
        replayed=(whole.cycles, whole.differs_at),
    )


def compacted(ada: Employee) -> int:
    """Do all that is due, and return in how many pieces."""
    pieces = 1
    while compact_if_due(ada.store, ada.clock.now()):
        pieces += 1
    return pieces


def test_what_is_old_is_packed_and_told_as_before(ada: Employee, plans: PlanLibrary) -> None:
    some_months(ada)
    before = told(ada.store, plans)
    rows = {t: len(ada.rows(t, "seq")) for t in ("step", "journal", "belief", "occurrence", "hold", "snapshot")}
    assert compacted(ada) > 6
    assert told(ada.store, plans) == before
    assert before.replayed[1] == 0
    left = {t: len(ada.rows(t, "seq")) for t in rows}
    assert all(left[table] < rows[table] for table in rows), (rows, left)
    assert all(left[table] < rows[table] / 2 for table in ("step", "journal", "occurrence")), (rows, left)
    open_ones = {i.id for i in ada.engine.state.intentions.values()}
    assert open_ones <= set(ada.rows("step", "intention")), "what goes on is left as it is"
    ada.restart()
    ada.tell("go", key="afterwards", number=99)
    ada.let_pass(timedelta(days=1))
    assert [b.arguments for b in ada.engine.state.beliefs.matching("looked")] == []
    assert ada.rows("percept", "state", key="afterwards") == ["handled"]


def test_a_replay_may_begin_at_every_snapshot_that_is_kept(ada: Employee, plans: PlanLibrary) -> None:
    some_months(ada)
    known = snapshots(ada.store)
    compacted(ada)
    kept = snapshots(ada.store)
    assert kept[-3:] == known[-3:] and len(kept) < len(known)
    at = {cycle: entry.at for cycle in kept if (entry := archive.entry(ada.store, cycle)) is not None}
    assert {"2026-11", "2026-12", "2027-01"} <= {when[:7] for when in at.values()}
    for cycle in kept:
        replayed = replay(ada.store, plans, since=cycle)
        assert (replayed.differs_at, replayed.last) == (0, ada.rows("journal", "seq")[-1])


def test_a_belief_that_was_forgotten_goes_unless_something_rests_on_it(ada: Employee) -> None:
    some_months(ada)
    (stays,) = [i for i in ada.engine.state.intentions.values() if i.plan == "stay"]
    assert len(ada.rows("belief", "id", functor="looked")) == 9
    compacted(ada)
    left = ada.rows("belief", "id", functor="looked")
    assert len(left) < 6 and set(stays.because) <= set(left)
    assert ada.rows("belief", "seq", functor="last") != [], "it was held again after it was forgotten"


def test_it_is_done_once_a_day_and_looks_at_one_row_otherwise(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    some_months(ada)
    compacted(ada)
    with monkeypatch.context() as patch:
        patch.setattr(ada.store, "transaction", lambda _name: pytest.fail("nothing is to be written"))
        assert not compact_if_due(ada.store, ada.clock.now() + timedelta(hours=23))
    assert compact_if_due(ada.store, ada.clock.now() + timedelta(hours=25))


def test_what_is_young_is_left_alone(ada: Employee) -> None:
    for number in range(4):
        ada.tell("go", key=f"go{number}", number=number)
        ada.let_pass(timedelta(days=2))
    tables = ("step", "journal", "belief", "occurrence", "hold", "snapshot", "percept")
    before = {t: ada.rows(t, "seq") for t in tables}
    compacted(ada)
    assert {t: ada.rows(t, "seq") for t in tables} == before
    assert "" not in ada.rows("percept", "body")


def test_killed_at_any_commit_it_goes_on_where_it_was(
    tmp_path: Path,
    plans: PlanLibrary,
    bench: Bench,
    in_child: RunInChild,  # noqa: F811
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    with employee(folder, plans, bench.operations()) as ada:
        some_months(ada)
        before, at = told(ada.store, plans), ada.clock.now()
    original = (folder / "mind.db").read_bytes()

    def work() -> None:
        store = open_store(folder / "mind.db", "ada", epoch=1)
        while compact_if_due(store, at):
            pass

    die_at, died, ends = 0, True, set()
    while died:
        die_at += 1
        for old in folder.glob("mind.db*"):
            old.unlink()
        (folder / "mind.db").write_bytes(original)
        died = in_child(work, die_at=die_at)
        with closing(open_store(folder / "mind.db", "ada", epoch=1)) as store:
            assert told(store, plans) == before
            while compact_if_due(store, at):
                pass
            assert told(store, plans) == before
            ends.add(tuple(len(store.find(t, (), ("seq",))) for t in ("step", "journal", "belief", "packed_cycles")))
    assert die_at > 12
    assert len(ends) == 1, "however often it died, the same is left"
