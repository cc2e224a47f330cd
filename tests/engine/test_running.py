"""The loop: it notices, thinks, acts and waits; it stops when told; and while it waits it does nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from empla.capabilities.contract import Noticed, Place
from empla.engine import employee as employee_module
from empla.engine import sensing
from empla.engine.employee import EmployeeEngine
from empla.engine.failing import JITTER
from empla.errors import ExternalError, ResourceError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Now, Wait
from empla.mind.values import OWN
from empla.store.opening import open_inbox
from empla.store.store import LeaseLost
from empla.testing.employee import Employee
from tests.engine.conftest import Bench


@dataclass
class Doorbell:
    """A sensor that a test rings. `faults` are raised by its first watches."""

    name: str = "doorbell"
    faults: list[Exception | None] = field(default_factory=list)
    rings: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    cursors: list[Any] = field(default_factory=list)

    async def watch(
        self,
        place: Place,
        cursor: Mapping[str, Any] | None,
        deliver: Callable[[Sequence[Noticed]], Awaitable[None]],
    ) -> None:
        self.cursors.append(None if cursor is None else cursor["last"])
        if self.faults:
            fault = self.faults.pop(0)
            if fault is None:
                return
            raise fault
        while True:
            number = await self.rings.get()
            cursor = {"last": number}
            await deliver([Noticed(key=f"ring{number}", kind="ring", fields={"number": number}, cursor=cursor)])


@dataclass
class Running:
    """An employee whose loop runs in the background of a test."""

    ada: Employee
    bell: Doorbell
    beats: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Wait until something has come true."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def quiet(self, rounds: int = 50) -> int:
        """Let the event loop turn, and return how often the employee's loop did meanwhile."""
        before = self.beats
        for _ in range(rounds):
            await asyncio.sleep(0)
        return self.beats - before

    def heard(self) -> list[Any]:
        return sorted(b.arguments[0] for b in self.ada.engine.state.beliefs.matching("heard"))


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("ring"))
    def answer_the_door(event: Trigger) -> Any:
        yield Believe(functor="heard", arguments=(event.number,))

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Do(operation="test.look", arguments={"value": 1})
        yield Believe(functor="heard", arguments=("looked",))
        yield Wait(until=(yield Now()) + timedelta(hours=1))
        yield Believe(functor="heard", arguments=("waited",))

    return library


def run(ada: Employee, play: Callable[[Running], Awaitable[None]], bell: Doorbell | None = None) -> Running:
    """Run the employee's loop while `play` does something to it."""

    async def both() -> Running:
        running = Running(ada, bell or Doorbell())

        def beat(_cycle: int, percept: str, _intention: str) -> None:
            running.beats += not percept

        mindset = replace(ada.mindset, sensors=(running.bell,))
        ada.engine = EmployeeEngine(ada.store, ada.place, mindset, beat=beat)
        loop = asyncio.create_task(ada.engine.run(running.stopping))
        playing = asyncio.ensure_future(play(running))
        await asyncio.wait({loop, playing}, return_when=asyncio.FIRST_COMPLETED)
        playing.cancel()
        running.stopping.set()
        await loop
        await asyncio.gather(playing, return_exceptions=True)
        if not playing.cancelled() and (error := playing.exception()) is not None:
            raise error
        return running

    return asyncio.run(both())


def test_what_a_sensor_notices_is_thought_about_at_once(ada: Employee) -> None:
    async def play(running: Running) -> None:
        for number in range(3):
            running.bell.rings.put_nowait(number)
        await running.until(lambda: running.heard() == [0, 1, 2])

    run(ada, play)
    assert ada.rows("cursor", "sensor", "body") == [("doorbell", '{"last":2}')]


def test_a_sensor_goes_on_after_its_cursor_and_what_it_notices_again_is_known(ada: Employee) -> None:
    async def first(running: Running) -> None:
        running.bell.rings.put_nowait(7)
        await running.until(lambda: running.heard() == [7])

    async def second(running: Running) -> None:
        running.bell.rings.put_nowait(7)
        running.bell.rings.put_nowait(8)
        await running.until(lambda: running.heard() == [7, 8])

    run(ada, first)
    assert run(ada, second).bell.cursors == [7]
    assert ada.rows("percept", "key", kind="ring") == ["ring7", "ring8"]


@contextmanager
def no_pauses() -> Any:
    """Have pauses take no time."""
    pauses: list[float] = []
    real = employee_module.pause

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    employee_module.pause = sensing.pause = pause
    try:
        yield pauses
    finally:
        employee_module.pause = sensing.pause = real


def test_a_sensor_that_fails_is_started_again_with_growing_pauses_and_stops_nobody(ada: Employee) -> None:
    async def play(running: Running) -> None:
        running.bell.rings.put_nowait(1)
        await running.until(lambda: running.heard() == [1])

    bell = Doorbell(faults=[ExternalError("away"), KeyError("a bug"), None, ExternalError("away")])
    with no_pauses() as pauses:
        run(ada, play, bell)
    assert [p for p in pauses if p] == pytest.approx([1, 2, 4, 8], rel=JITTER)
    assert len(bell.cursors) == 5


def test_while_nothing_happens_the_loop_does_not_turn(ada: Employee) -> None:
    async def play(running: Running) -> None:
        ada.tell("go")
        ada.engine.wake()
        await running.until(lambda: running.heard() == ["looked"])
        await running.quiet()
        assert await running.quiet() == 0
        ada.clock.advance(timedelta(minutes=59))
        assert await running.quiet() == 0
        ada.clock.advance(timedelta(minutes=1))
        await running.until(lambda: running.heard() == ["looked", "waited"])

    run(ada, play)


def test_a_row_that_came_due_during_a_pause_does_not_make_the_loop_spin(ada: Employee) -> None:
    async def play(running: Running) -> None:
        ada.engine.paused = True
        ada.tell("go")
        ada.engine.wake()
        await running.until(lambda: ada.rows("action", "state") == ["ready"])
        due = (ada.clock.now() + timedelta(seconds=1)).isoformat(timespec="microseconds")
        with ada.store.transaction():
            ada.store.change("action", {"id": "i1.0"}, {"due": due})
        ada.clock.advance(timedelta(seconds=2))
        ada.engine.wake()
        await running.quiet()
        assert await running.quiet() == 0
        ada.engine.paused = False
        ada.engine.wake()
        await running.until(lambda: ada.rows("action", "state") == ["done"])

    run(ada, play)


def test_told_to_stop_it_finishes_what_it_has_in_hand(ada: Employee, bench: Bench) -> None:
    async def play(running: Running) -> None:
        began, going_on = asyncio.Event(), asyncio.Event()
        look = ada.mindset.operations["test.look"]

        async def slow(permit: Any, place: Place, on_wire: Any) -> Any:
            began.set()
            await going_on.wait()
            return "at last"

        ada.mindset.operations["test.look"] = replace(look, perform=slow)
        ada.tell("go")
        ada.engine.wake()
        await began.wait()
        running.stopping.set()
        await running.quiet()
        going_on.set()
        await asyncio.Event().wait()  # cancelled when the loop has ended

    run(ada, play)
    assert ada.rows("action", "state") == ["done"]
    assert ada.rows("percept", "state", kind="outcome") == ["new"]


def test_a_lost_lease_ends_the_loop_even_if_only_a_sensor_notices(ada: Employee) -> None:
    async def play(running: Running) -> None:
        await running.quiet()
        rival = open_inbox(ada.where, "ada")
        rival.take_lease(ada.epoch + 1, "the rival")
        rival.close()
        running.bell.rings.put_nowait(1)
        await asyncio.Event().wait()  # cancelled when the loop has ended

    with pytest.raises(LeaseLost):
        run(ada, play)


def test_others_may_insert_while_it_runs(ada: Employee) -> None:
    """The command line, say, in a process of its own: it has no lease and writes into the inbox only."""

    async def play(running: Running) -> None:
        await running.quiet()
        other = open_inbox(ada.where, "ada")
        from empla.engine import inbox
        from empla.mind.percepts import Percept

        for number in range(3):
            inbox.send(
                other, Percept(key=f"r{number}", kind="ring", fields={"number": number}, origin=OWN), ada.clock.now()
            )
            running.bell.rings.put_nowait(10 + number)
        other.close()
        ada.engine.wake()
        await running.until(lambda: running.heard() == [0, 1, 2, 10, 11, 12])

    run(ada, play)


# when the store is away ----------------------------------------------------------------------------------------------


def test_what_is_under_way_while_the_store_is_away_cannot_be_called_off(ada: Employee, bench: Bench) -> None:
    async def play(running: Running) -> None:
        ada.tell("go")
        running.ada.engine.wake()
        await running.until(lambda: ada.rows("action", "state") == ["claimed"])
        ada.engine._failure = ResourceError("the disk is full")
        ada.engine.wake()
        await running.until(lambda: ada.engine._troubles)
        await running.until(lambda: not ada.engine._troubles)
        with ada.store.transaction("test"):
            ada.engine._outbox.recall(ada.rows("action", "id")[0])
        assert ada.rows("action", "state") == ["claimed"]
        under_way.set()
        await running.until(lambda: ada.rows("action", "state") != ["claimed"])

    under_way = asyncio.Event()

    async def slow(_permit: Any, _place: Any, _on_wire: Any) -> int:
        await under_way.wait()
        return 1

    look = replace(ada.mindset.operations["test.look"], perform=slow)
    ada.mindset = replace(ada.mindset, operations={**ada.mindset.operations, "test.look": look})
    run(ada, play)
    assert ada.rows("action", "state") == ["done"]


@pytest.mark.parametrize("what", ["_reload", "recover"])
def test_nothing_is_thought_about_before_all_was_taken_up_again(
    ada: Employee, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The store may go a second time while what it holds is looked up, and be back at once."""
    tried: list[str] = []
    real = getattr(EmployeeEngine, what)

    def fails_once(engine: EmployeeEngine) -> None:
        if engine._troubles:
            tried.append(what)
            if len(tried) == 1:
                raise ExternalError("the database went away")
        real(engine)

    think = EmployeeEngine.think

    def thinks(engine: EmployeeEngine) -> int:
        tried.append("thinks")
        return think(engine)

    monkeypatch.setattr(EmployeeEngine, what, fails_once)
    monkeypatch.setattr(EmployeeEngine, "think", thinks)

    async def play(running: Running) -> None:
        await running.until(lambda: tried and ada.engine._rests)
        tried.clear()
        ada.engine._failure = ExternalError("the database went away")
        ada.engine.wake()
        await running.until(lambda: ada.engine._troubles)
        tried.clear()
        await running.until(lambda: not ada.engine._troubles, seconds=10)

    run(ada, play)
    assert tried[:3] == [what, what, "thinks"]


def test_a_store_that_goes_just_when_it_is_asked_what_is_due_next_is_waited_for(
    ada: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[int] = []
    next_due = EmployeeEngine.next_due

    def fails_once(engine: EmployeeEngine, now: Any) -> Any:
        troubles.append(engine._troubles)
        if len(troubles) == 1:
            raise ExternalError("the database went away")
        return next_due(engine, now)

    monkeypatch.setattr(EmployeeEngine, "next_due", fails_once)

    async def play(running: Running) -> None:
        ada.tell("go")
        running.ada.engine.wake()
        await running.until(lambda: ada.rows("action", "state") == ["done"], seconds=10)
        await running.until(lambda: ada.engine._rests and not ada.engine._troubles, seconds=10)

    run(ada, play)
    assert troubles[0] == 0
    assert len(troubles) > 1, "it went on"
