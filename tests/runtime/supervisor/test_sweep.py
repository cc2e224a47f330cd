"""The sweep, which looks at everybody."""

import asyncio

from empla.clock import SystemClock
from empla.config import Home
from runtime.supervisor.keeper import State
from runtime.supervisor.limits import Limits
from runtime.supervisor.notify import Notifier
from runtime.supervisor.supervisor import Supervisor


class Looked:
    """A keeper that only counts how often it is looked at; `fault` is what the look then meets."""

    state, reason, starts = State.WORKING, "", False

    def __init__(self, fault: Exception | None = None) -> None:
        self.looks = 0
        self.enough = asyncio.Event()
        self.fault = fault

    def look(self, at: float) -> None:
        self.looks += 1
        if self.looks == 5:
            self.enough.set()
        if self.fault is not None:
            raise self.fault


def test_a_look_that_fails_keeps_nobody_else_from_being_looked_at(home: Home):
    async def sweep() -> None:
        supervisor = Supervisor(
            home,
            list,
            office=lambda *_: [],
            first_port=0,
            body="os:getpid",
            clock=SystemClock(),
            domain="x.example",
            limits=Limits(),
            notifier=Notifier(),
            hang_s=0.04,
        )
        ada, bob = Looked(OSError("too many open files")), Looked()
        supervisor._keepers.update({"ada": ada, "bob": bob})
        sweeping = asyncio.create_task(supervisor._sweep())
        enough = asyncio.create_task(bob.enough.wait())
        await asyncio.wait({sweeping, enough}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert bob.enough.is_set(), sweeping
        assert ada.looks > 1
        sweeping.cancel()

    asyncio.run(sweep())
    said = (home.logs / "test.jsonl").read_text()
    assert said.count("too many open files") > 0
    assert said.count("cannot be watched") == 1, "told once"
