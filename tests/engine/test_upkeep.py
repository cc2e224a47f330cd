"""What keeps an employee going for months: replay from a snapshot, a check before new code runs, a full disk."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from empla.engine import journal
from empla.engine.employee import EmployeeEngine
from empla.engine.replay import replay
from empla.engine.upgrading import breaks
from empla.errors import InputError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Now, Query, Wait
from empla.testing.employee import Employee


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        looked = yield Do(operation="test.look", arguments={"value": event.number})
        yield Believe(functor="looked", arguments=(looked,))
        yield Wait(until=(yield Now()) + timedelta(hours=1))
        yield Believe(functor="waited", arguments=(looked,))

    return library


def test_replay_may_begin_at_any_snapshot(
    hire: Callable[..., Employee], plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CYCLES_PER_SNAPSHOT", 4)
    ada = hire()
    for number in range(6):
        ada.tell("go", key=f"go{number}", number=number)
        ada.work()
    ada.let_pass(timedelta(hours=2))
    cycles = len(ada.rows("journal", "seq"))
    snapshots = ada.rows("snapshot", "cycle")
    assert len(snapshots) >= 3
    for cycle in snapshots:
        replayed = replay(ada.store, plans, since=cycle)
        assert (replayed.cycles, replayed.differs_at) == (cycles - cycle, 0)
    with pytest.raises(InputError, match="no snapshot of cycle 3"):
        replay(ada.store, plans, since=3)


def test_before_an_upgrade_the_live_intentions_that_new_code_would_break_are_listed(
    hire: Callable[..., Employee], plans: PlanLibrary
) -> None:
    ada = hire()
    ada.tell("go", number=1)
    ada.work()
    assert breaks(ada.store, plans) == []

    changed, gone = PlanLibrary(), PlanLibrary()

    @changed.plan(on("go"))
    def go(event: Trigger) -> Any:
        looked = yield Do(operation="test.look", arguments={"value": event.number})
        yield Query(functor="looked")
        yield Believe(functor="looked", arguments=(looked,))

    (broken,) = breaks(ada.store, changed)
    assert (broken.plan, broken.version) == ("go", 1)
    assert "believe" in broken.why
    assert "query" in broken.why
    (missing,) = breaks(ada.store, gone)
    assert "gone" in missing.why
    ada.let_pass(timedelta(hours=2))
    assert breaks(ada.store, changed) == [], "an intention that is over breaks nothing"


def test_everything_that_a_percept_leads_to_has_one_correlation_id(ada: Employee) -> None:
    ada.tell("go", key="first", number=1)
    ada.work()
    ada.let_pass(timedelta(hours=2))
    rows = ada.rows("percept", "key", "kind", "correlation")
    tied = [(kind, correlation) for _, kind, correlation in rows if kind in ("go", "outcome", "timer")]
    assert sorted(kind for kind, _ in tied) == ["go", "outcome", "timer"]
    assert len({correlation for _, correlation in tied}) == 1


def test_while_the_disk_is_full_nothing_is_lost_and_work_goes_on_by_itself_when_there_is_room(ada: Employee) -> None:
    def pages(limit: int | None) -> int:
        with ada.store.reading():
            ((used,),) = ada.store._driver.execute("PRAGMA page_count")
            ada.store._driver.execute(f"PRAGMA max_page_count = {used if limit is None else limit}")
            return int(used)

    for number in range(40):
        ada.tell("go", key=f"go{number}", number=number)

    async def play() -> None:
        engine = EmployeeEngine(ada.store, ada.place, replace(ada.mindset, sensors=()))
        pages(None)
        stopping = asyncio.Event()
        running = asyncio.create_task(engine.run(stopping))
        async with asyncio.timeout(60):
            while not engine._troubles:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            handled = ada.rows("percept", "key", state="handled")
            assert len(handled) < 40
            pages(1 << 20)
            engine.wake()
            while len(ada.rows("belief", "seq", functor="looked")) < 40:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        stopping.set()
        await running

    asyncio.run(play())
    assert ada.rows("percept", "state", state="quarantined") == []
