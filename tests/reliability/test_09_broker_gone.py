"""Fault 9: the broker of the bus is gone, for 0 to 120 s every few seconds, while intentions come in.

Figure: all right answers, and no busy loop: at most one attempt to reconnect in a second, with jitter. Time is scaled
by 1 000 here, and what a second is to a reconnection with it; the other figures are as they are. What is put into an
inbox while the broker is away is found all the same, also if it never comes back.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from empla.clock import SystemClock, pause
from empla.config import Home, Settings
from empla.engine import inbox
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Do
from empla.mind.values import OWN
from empla.store.opening import open_inbox
from empla.testing.employee import Employee, employee
from runtime.bus import acl, serving
from runtime.bus.acl import BrokerKind
from runtime.bus.broker import PASSWORD, Broker, broker
from runtime.bus.employed import on_the_bus
from runtime.bus.mqtt import MqttBus
from tests.engine.conftest import Bench
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.skipif(mosquitto.PROGRAM is None, reason="mosquitto is not installed")

SECOND = 0.05
"""What a second is, for reconnections."""
SLUGS = ("ada", "ben")
INTENTIONS = 240
AFTER_ITS_END = 20
"""Of them, how many come when the broker is gone for good."""


class Counting(MqttBus):
    """Notes the instant of every attempt to connect."""

    instants: ClassVar[dict[str, list[float]]] = {}

    async def _link(self) -> None:
        Counting.instants.setdefault(self._name, []).append(time.monotonic())
        await super()._link()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    monkeypatch.setenv(PASSWORD, "of the supervisor")
    return made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Mosquitto]:
    who = Broker(host="", port=0, tls=True, ca="", user="empla", password=SecretStr("of the supervisor"))
    users, rights = (made(BrokerKind.MOSQUITTO, who, SLUGS) for made in (acl.users, acl.acl))
    with mosquitto.running(tmp_path / "broker", users=users, acl=rights) as running:
        yield running


def doubling(bench: Bench) -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("number"))
    def double(event: Trigger) -> Any:
        yield Do(operation="test.look", arguments={"value": event.number * 2})

    return library


def test_every_answer_is_right_whatever_becomes_of_the_broker(
    home: Home, server: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MqttBus", partial(Counting, first_s=SECOND))
    settings = Settings(bus=server.url, bus_ca=str(server.ca))
    drawn = random.Random(9)
    benches = {slug: Bench() for slug in SLUGS}

    async def come_and_go(enough: asyncio.Event) -> None:
        while not enough.is_set():
            await pause(drawn.uniform(0.05, 0.3))
            server.stop()
            await pause(drawn.uniform(0, 120) / 1000)
            await asyncio.to_thread(server.start)
        server.stop()

    async def put_in(service: serving.BusService, numbers: range) -> None:
        for number in numbers:
            slug = SLUGS[number % 2]
            with closing(open_inbox(tmp_path / f"{slug}.db", slug)) as store:
                percept = Percept(key=f"number:{number}", kind="number", fields={"number": number}, origin=OWN)
                inbox.send(store, percept, SystemClock().now())
                service.wake(slug, store.find("percept", (), ("seq",), limit=1, newest=True)[0].seq)
            await pause(0.01)

    async def all_over(staff: list[Employee]) -> None:
        while sum(len(one.rows("intention", "seq", plan="double", stage="done")) for one in staff) < INTENTIONS:
            await pause(0.05)

    async def play(staff: list[Employee]) -> None:
        service = serving.BusService(home, settings, SystemClock())
        await service.start()
        known = broker(home, settings)
        assert known is not None
        stopping, enough = asyncio.Event(), asyncio.Event()
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            running = []
            for one in staff:
                seat: Any = SimpleNamespace(slug=one.slug, home=home, epoch=1, clock=one.clock)
                bus = Counting(known.as_employee(one.slug), f"empla-{one.slug}-1", first_s=SECOND)
                await stack.enter_async_context(on_the_bus(seat, bus, one.engine.wake))
                running.append(asyncio.create_task(one.engine.run(stopping)))
            chaos = asyncio.create_task(come_and_go(enough))
            await put_in(service, range(INTENTIONS - AFTER_ITS_END))
            enough.set()
            await chaos
            await put_in(service, range(INTENTIONS - AFTER_ITS_END, INTENTIONS))
            await all_over(staff)
            stopping.set()
            await asyncio.gather(*running)
        await service.stop()

    with ExitStack() as stack:
        staff = [
            stack.enter_context(
                employee(tmp_path / f"{slug}.db", doubling(benches[slug]), benches[slug].operations(), slug=slug)
            )
            for slug in SLUGS
        ]
        asyncio.run(play(staff))
        for place, one in enumerate(staff):
            wanted = [2 * number for number in range(INTENTIONS) if number % 2 == place]
            assert sorted(value for _, value in benches[one.slug].done) == wanted
            assert set(one.rows("intention", "stage", plan="double")) == {"done"}

    assert server.lives > 3
    for name, instants in Counting.instants.items():
        waits = [later - earlier for earlier, later in itertools.pairwise(instants)]
        assert all(wait >= SECOND for wait in waits), (name, min(waits))
        assert len({round(wait, 3) for wait in waits}) > 1, "there is a jitter"
