"""Fault 9, the database: it is stopped for up to two minutes, every 5 to 40 s, while intentions are under way. Asked:
all right answers afterwards, nothing done twice, no busy loop (at most one attempt to connect a second, with jitter).

Here the server dies as in a power cut, three times for up to 2 s, while 100 intentions run; 5 000 in the soak. What the
broker's absence does is in `test_09_broker_gone.py`.
"""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from empla.engine.employee import EmployeeEngine
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Now, Wait
from empla.store import driving
from empla.store.driving import RECONNECT_S, ServerDriver
from empla.store.store import open_engine
from empla.testing.employee import Employee, employee
from tests.engine.conftest import Bench
from tests.reliability.two_hosts import Server, ground, postgresql, until


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql() as made:
        yield made


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When it was tried to connect."""
    made: list[float] = []
    connect = psycopg.connect

    def noted(*words: Any, **more: Any) -> Any:
        made.append(time.monotonic())
        return connect(*words, **more)

    monkeypatch.setattr(psycopg, "connect", noted)
    return made


def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        looked = yield Do(operation="test.look", arguments={"value": event.number})
        written = yield Do(operation="test.write", arguments={"value": looked})
        yield Wait(until=(yield Now()) + timedelta(seconds=20))
        yield Believe(functor="answer", arguments=(event.number, written))

    return library


async def live_through(server: Server, ada: Employee, outages_s: list[float], number: int) -> None:
    """Run the employee while the server goes and comes; virtual seconds pass all the while."""
    engine = EmployeeEngine(ada.store, ada.place, replace(ada.mindset, sensors=()))
    stopping = asyncio.Event()
    running = asyncio.create_task(engine.run(stopping))
    passing = asyncio.create_task(let_time_pass(ada))
    for outage_s in outages_s:
        await asyncio.sleep(0.4)
        await asyncio.to_thread(server.stop)
        await asyncio.sleep(outage_s)
        await asyncio.to_thread(server.start)
    async with asyncio.timeout(120):
        while not running.done() and len(engine.state.beliefs.matching("answer")) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    stopping.set()
    passing.cancel()
    await running


async def let_time_pass(ada: Employee) -> None:
    while True:
        await asyncio.sleep(0.02)
        ada.clock.move_to(ada.clock.now() + timedelta(seconds=1))


def all_right_answers(server: Server, attempts: list[float], number: int, outages_s: list[float]) -> None:
    bench = Bench()
    where = server.url
    with employee(where, plans(), bench.operations(), slug=f"ada of {number}") as ada:
        for n in range(number):
            ada.tell("go", key=f"go{n}", number=n)
        attempts.clear()
        asyncio.run(live_through(server, ada, outages_s, number))
        answers = sorted(b.arguments for b in ada.engine.state.beliefs.matching("answer"))
        held = [tuple(row) for row in ada.store.find("percept", {"state": "quarantined"}, ("key",))]
        kept = ada.rows("belief", "seq", functor="answer")
    assert held == [] and len(kept) == number
    assert sorted(bench.standing.values()) == [v for n in range(number) for v in (n, n)], "0 lost, 0 doubled"
    assert answers == [] or answers == [(n, n) for n in range(number)]
    assert attempts, "the server was never away"
    assert all(later - earlier >= RECONNECT_S * 0.99 for earlier, later in pairwise(attempts)), "a busy loop"


def test_100_intentions_live_through_a_server_that_dies_three_times(server: Server, attempts: list[float]) -> None:
    all_right_answers(server, attempts, 100, [0.0, 1.5, 0.3])


def test_a_server_that_lets_us_in_and_goes_again_is_asked_once_a_second(
    server: Server, attempts: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(driving.time, "monotonic", lambda: now[0])
    driver = ServerDriver(open_engine(server.url))

    def lose() -> None:
        driver.begin()
        with pytest.raises(psycopg.OperationalError):
            driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        driver.roll_back()

    lose()
    attempts.clear()
    lose()
    assert len(attempts) == 1, "it is asked at once, and lets us in"
    for now[0] in (1_000.0, 1_000.5, 1_000.99):
        with pytest.raises(psycopg.OperationalError, match="closed"):
            driver.begin()
    assert len(attempts) == 1
    now[0] = 1_001.0
    lose()
    assert len(attempts) == 2
    driver.close()


@pytest.mark.soak
def test_5000_intentions_live_through_a_server_that_dies_for_up_to_two_minutes(
    server: Server, attempts: list[float]
) -> None:
    all_right_answers(server, attempts, 5_000, [0.0, 120.0, 5.0, 30.0, 60.0])


def test_a_hired_assistant_answers_what_came_meanwhile(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Real processes: the assistant's own lives on through it, and one that begins meanwhile waits for the server."""
    with ground(tmp_path_factory.mktemp("hosts"), server, hosts=1, lease_s=5) as company:
        host = company.hosts[0]
        host.up()
        until(lambda: host.clara()["state"] == "working", what="at work")
        pid = host.clara()["pid"]
        server.stop()
        company.write("While it was away")
        until(lambda: "cannot" in str([line.get("why") for line in host.log("clara.diaz")]), what="noticed")
        server.start()
        until(lambda: company.answers("While it was away"), what="an answer")
        assert host.clara()["pid"] == pid, "its process lives on"

        server.stop()
        company.write("While nobody was there")
        os.kill(pid, signal.SIGKILL)
        until(lambda: any(line["event"] == "the database is away" for line in host.log("clara.diaz")), what="it waits")
        server.start()
        until(lambda: company.answers("While nobody was there"), what="an answer")
        assert host.clara()["restarts"] == 1 and host.clara()["state"] == "working"
        assert [company.answers(subject) for subject in ("While it was away", "While nobody was there")] == [1, 1]
