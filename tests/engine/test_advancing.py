"""What a heartbeat may vouch for: that the employee's own loop comes round, not merely that the event loop lives."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from empla.engine.employee import EmployeeEngine
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Now, Wait
from empla.testing.employee import Employee


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + timedelta(hours=1))
        yield Believe(functor="heard", arguments=("waited",))

    return library


def run(ada: Employee, play: Callable[[EmployeeEngine], Any]) -> None:
    """Run the employee's loop while `play` looks at it."""

    async def both() -> None:
        ada.engine = engine = EmployeeEngine(ada.store, ada.place, ada.mindset)
        stopping = asyncio.Event()
        loop = asyncio.create_task(engine.run(stopping))
        try:
            await play(engine)
        finally:
            stopping.set()
            engine.wake()
            await loop

    asyncio.run(both())


async def rests(engine: EmployeeEngine) -> None:
    async with asyncio.timeout(60):
        while not (engine.advances() and engine.advances()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def test_a_loop_that_rests_with_nothing_to_do_advances_however_often_it_is_asked(ada: Employee):
    async def play(engine: EmployeeEngine) -> None:
        await rests(engine)
        assert all(engine.advances() for _ in range(10))

    run(ada, play)


def test_a_turn_that_is_due_and_does_not_come_is_noticed_while_the_event_loop_lives(ada: Employee):
    async def play(engine: EmployeeEngine) -> None:
        await rests(engine)
        held = asyncio.Event()

        async def stuck(*_: Any) -> None:
            await held.wait()

        engine._turn, proper = stuck, engine._turn  # awaits for ever, as a fault of ours might
        engine.wake()
        for _ in range(5):
            await asyncio.sleep(0)
        engine.advances()
        assert not any(engine.advances() for _ in range(5))
        engine._turn = proper
        held.set()
        await rests(engine)

    run(ada, play)


def test_a_clock_that_was_moved_without_a_word_is_noticed_by_the_next_beat(ada: Employee):
    async def play(engine: EmployeeEngine) -> None:
        ada.tell("go", key="go1")
        engine.wake()
        async with asyncio.timeout(60):
            while engine.next_due(ada.clock.now()) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        await rests(engine)
        ada.clock._at += timedelta(hours=2)
        engine.advances()
        async with asyncio.timeout(60):
            while not list(engine.state.beliefs.matching("heard")):  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    run(ada, play)
