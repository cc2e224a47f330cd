"""Another host takes over while this one still has a mail on the wire: nothing is sent twice, and it is counted."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.email.operations import capability
from empla.engine.employee import EmployeeEngine
from empla.engine.performing import UNFENCED
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do
from empla.mind.values import Address, Origin, Source
from empla.store import leasing
from empla.store.leasing import Holder, LeaseLost
from empla.store.opening import open_store
from empla.store.store import Store
from empla.testing.employee import MARIA, Employee, employee

HERE, THERE = Holder(host="here", pid=1, lock="aa"), Holder(host="there", pid=2, lock="bb")
FOR_S = 30
MANAGER = Address(MARIA, Origin(Source.POLICY))


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Employee]:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        sent = yield Do(operation="email.send", arguments={"to": (MANAGER,), "subject": "News", "text": "Hello"})
        yield Believe(functor="sent", arguments=(event.number, sent is not None))

    with employee(tmp_path, library, capability.operations) as made:
        made.store.take_over(made.store.seen_lease(), HERE, FOR_S)
        yield made


def successor(ada: Employee) -> tuple[Store, EmployeeEngine]:
    """Take over on another host, as if the first had been silent for the whole of its lease."""
    store = open_store(ada.where, ada.slug)
    store.take_over(store.seen_lease(), THERE, FOR_S)
    engine = EmployeeEngine(store, ada.place, ada.mindset)
    engine.took_over()
    return store, engine


def pass_until_idle(ada: Employee, engine: EmployeeEngine, span: timedelta) -> None:
    end = ada.clock.now() + span
    asyncio.run(engine.until_idle())
    while (due := engine.next_due(ada.clock.now())) is not None and due <= end:
        ada.clock.move_to(due)
        asyncio.run(engine.until_idle())


async def until(true: Any) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("arrived", [True, False], ids=["what was in the connection arrived", "it was lost"])
def test_what_a_sleeping_host_has_on_the_wire_is_looked_for_when_it_can_come_no_more(
    ada: Employee, arrived: bool
) -> None:
    ada.mailbox.takes_s = 0.3
    first = EmployeeEngine(ada.store, ada.place, ada.mindset)
    ada.tell("go", number=1)

    async def play() -> tuple[Store, EmployeeEngine]:
        running = asyncio.create_task(first.run(asyncio.Event()))
        await until(lambda: ada.rows("action", "id", state="on_wire"))
        found = successor(ada)
        if arrived:
            await until(lambda: ada.mailbox.taken)
            with pytest.raises(LeaseLost):  # it cannot write that the mail was taken
                await running
        else:
            first.lose(LeaseLost(tried="renew"))
            with pytest.raises(LeaseLost):
                await running
            assert first.given_up == tuple(ada.rows("action", "id", state="on_wire"))
        return found

    store, second = asyncio.run(play())
    ada.mailbox.takes_s = 0
    with closing(store):
        pass_until_idle(ada, second, timedelta(seconds=ada.mailbox.taking_s))
        assert ada.rows("action", "state", operation="email.send") == ["on_wire"], "not touched: it may still arrive"
        assert len(ada.mailbox.taken) == arrived
        pass_until_idle(ada, second, timedelta(hours=1))
        assert ada.rows("action", "state", operation="email.send") == ["done"]
        assert len(ada.mailbox.taken) == 1
        events = ada.rows("ledger", "event")
        assert events.count(UNFENCED) == 1 and events.count("absent") == (not arrived)


def test_what_was_only_claimed_is_done_by_the_successor_and_the_first_can_send_nothing(ada: Employee) -> None:
    first = EmployeeEngine(ada.store, ada.place, ada.mindset)
    ada.tell("go", number=1)
    while first.think():
        pass

    async def play() -> None:
        first._acting.start(ada.clock.now())  # claimed, and its task has not run yet
        (task,) = first._acting.running.values()
        store, second = successor(ada)
        with closing(store):
            await second.until_idle()
        assert len(ada.mailbox.taken) == 1
        with pytest.raises(LeaseLost) as caught:
            await task
        assert caught.value.tried == "on-wire"

    asyncio.run(play())
    assert len(ada.mailbox.taken) == 1
    assert ada.rows("ledger", "event").count(UNFENCED) == 0


def test_what_begins_late_in_a_lease_renews_it_first(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [leasing.boot_s()]
    monkeypatch.setattr(leasing, "boot_s", lambda: at[0])
    ada.store.renew_lease()
    engine = EmployeeEngine(ada.store, ada.place, replace(ada.mindset))
    before = ada.store.seen_lease().renewed
    ada.tell("go", number=1)
    at[0] += FOR_S * 0.6
    asyncio.run(engine.until_idle())
    assert ada.store.seen_lease().renewed == before + 1
    assert ada.store.lease_left_s() == FOR_S and len(ada.mailbox.taken) == 1


def test_an_attempt_ends_with_its_lease_and_is_made_again_when_there_is_one(ada: Employee) -> None:
    ada.mailbox.takes_s = 60
    engine = EmployeeEngine(ada.store, ada.place, ada.mindset)
    ada.tell("go", number=1)

    async def play() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(engine.run(stopping))
        await until(lambda: ada.rows("action", "id", state="on_wire"))
        ada.mailbox.takes_s = 0
        engine.break_off()
        await until(lambda: ada.rows("action", "due", state="on_wire")[0])  # looked for, and to be looked for again

        def done() -> bool:
            ada.clock.move_to(ada.clock.now() + timedelta(seconds=1))
            return ada.rows("action", "state", operation="email.send") == ["done"]

        await until(done)
        stopping.set()
        await running

    asyncio.run(play())
    assert len(ada.mailbox.taken) == 1
