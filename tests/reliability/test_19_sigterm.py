"""Fault 19: SIGTERM in each phase: while it starts, idle, at work, on the wire, with the office gone, recovering.

Asked: ended within 25 s, what was in hand finished or parked, nothing lost and nothing doubled. Here `empla up` with a
real office and a real assistant is ended again and again while the manager writes; at the end each mail has exactly one
answer. Each phase has its own five seconds at most: employees, zygote, office.
"""

import asyncio
import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from empla.capabilities.contract import Place
from empla.engine.employee import EmployeeEngine
from empla.governance.permit import Permit
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do
from empla.testing.employee import employee
from runtime import progress
from tests.engine.conftest import Bench
from tests.runtime.supervisor.conftest import Company, runs, until
from tests.scenarios.conftest import Company as Office

from .running import Running

LONGEST_S = 25.0


@pytest.fixture
def running(crew: Company, company: Office, tmp_path: Path) -> Running:
    return Running(crew, company, tmp_path)


def end(running: Running) -> None:
    """Send SIGTERM to `up`, and see that everything ends by itself."""
    up = running.up
    everybody = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)]
    up.send_signal(signal.SIGTERM)
    assert up.wait() == 0, (running.home.logs / "up.err").read_text()
    until(lambda: not any(runs(process) for process in everybody))


def page(running: Running) -> progress.Progress:
    found = progress.read(running.home.employee(running.slug) / "progress")
    assert found is not None
    return found


def asked(running: Running, sent: list[str]) -> None:
    """Have the manager ask something that is answered at once."""
    sent.append(running.manager().send(running.assistant, f"Question {len(sent)}", "What can you do?"))


def asked_and_noticed(running: Running, sent: list[str], number: int = 1) -> None:
    """The same so often, and wait until the assistant has begun to think about it."""
    before = page(running).cycle
    for _ in range(number):
        asked(running, sent)
    until(lambda: page(running).cycle > before)


def test_in_each_phase_it_ends_in_time_and_every_mail_has_one_answer(running: Running):
    sent: list[str] = []

    # while it starts: before the office listens, and between that and the assistant's first turn
    running.start()
    until(lambda: running.home.socket.exists())
    end(running)
    running.start()
    until(lambda: running.state()["office"] and running.pid(running.slug))
    end(running)

    # at work, with an office that does not answer any more: what is on the wire stays there, and nobody waits for ever
    running.start()
    running.is_ready()
    asked_and_noticed(running, sent, 2)
    os.kill(running.pid("office"), signal.SIGSTOP)
    end(running)

    # recovering: its process was killed with work in hand, and the next one has just begun
    running.start()
    running.is_ready()
    asked_and_noticed(running, sent)
    os.kill(running.pid(running.slug), signal.SIGKILL)
    end(running)

    running.start()
    running.is_ready()
    manager = running.manager()
    for message_id in sent:
        manager.answer_to(message_id, 30)
    asked(running, sent)  # answered last, so whatever would be doubled has come by then
    manager.answer_to(sent[-1], 30)
    answers = Counter(mid for letter in manager.inbox() for mid in sent if letter.answers(mid))
    assert answers == dict.fromkeys(sent, 1)

    # idle
    end(running)
    assert page(running).phase == progress.ENDED


class Endless(Bench):
    """What it does comes on the wire and has no end, until the test lets it."""

    async def _perform(self, permit: Permit, place: Place, on_wire: Any) -> Any:
        value = await super()._perform(permit, place, on_wire)
        if self.goes_on_wire:
            await asyncio.Event().wait()
        return value


@pytest.mark.parametrize(
    ("on_wire", "happened", "done"), [(True, True, 1), (True, False, 2), (False, False, 1)], ids=str
)
def test_an_act_in_hand_is_parked_and_looked_for_in_the_next_life(
    tmp_path: Path, on_wire: bool, happened: bool, done: int
):
    library, bench = PlanLibrary(), Endless(goes_on_wire=on_wire)

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Do(operation="test.write", arguments={"value": 1})
        yield Believe(functor="heard", arguments=("written",))

    async def told_to_stop_over_it(engine: EmployeeEngine) -> None:
        stopping = asyncio.Event()
        loop = asyncio.create_task(engine.run(stopping))
        async with asyncio.timeout(LONGEST_S):
            while not bench.done:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            stopping.set()
            await loop

    with employee(tmp_path, library, bench.operations()) as ada:
        ada.tell("go")
        asyncio.run(told_to_stop_over_it(ada.engine))
        assert ada.rows("action", "state") == (["on_wire"] if on_wire else ["done"])
        bench.goes_on_wire = False
        if not happened:
            bench.standing.clear()
        ada.restart()
        ada.let_pass(timedelta(minutes=10))
        assert ada.rows("action", "state") == ["done"]
        assert len(list(ada.engine.state.beliefs.matching("heard"))) == 1
    assert len(bench.done) == done
