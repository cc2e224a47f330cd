"""An employee's process on the system's clock, which libfaketime has under it; it says on a line what has fired."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import structlog

from empla import clock
from empla.capabilities.contract import Place
from empla.engine import inbox
from empla.engine.employee import EmployeeEngine, Mindset
from empla.mind import common_kinds
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Now, Wait
from empla.mind.triggers import Cron
from empla.store.opening import open_store
from empla.testing.calendars import MemoryCalendars
from empla.testing.employee import ADA, MARIA, POLICY, PROFILE, SECRET
from empla.testing.mailbox import MemoryMailbox
from empla.testing.place import MemoryBlobs, MemoryDirectory

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
clock.LONGEST_WAIT = 0.2  # that a waiter looks again by itself at all is what counts; a test has no half minute

library = PlanLibrary()
library.include(common_kinds.library)
library.trigger(*(Cron(name=f"at-{hour}", when=f"0 {hour} * * *", zone="UTC") for hour in (7, 15)))


@library.plan(on("begin"))
def wait_for_noon(_event: Trigger) -> Any:
    """Wait as plans do, beside the triggers."""
    now = yield Now()
    yield Wait(until=now.replace(hour=12, minute=0, second=0, microsecond=0))
    yield Believe(functor="noon", arguments=((yield Now()),))


async def main(folder: Path) -> None:
    """Work until standard input ends."""
    store = open_store(folder / "mind.db", "ada")
    store.take_lease(1, "test")
    at = clock.SystemClock()
    place = Place(
        mailbox=MemoryMailbox(at),
        calendars=MemoryCalendars({ADA, MARIA}),
        directory=MemoryDirectory(),
        blobs=MemoryBlobs(),
        clock=at,
    )
    inbox.send(store, Percept(key="profile", kind="profile", fields=PROFILE, origin=POLICY), at.now())
    inbox.send(store, Percept(key="begin", kind="begin", origin=POLICY), at.now())
    told: set[tuple[str, str]] = set()

    def beat(_cycle: int, percept: str, _intention: str) -> None:
        rows = store.find("occurrence", (), ("trigger", "instant", "state")) if not percept else ()
        waiting = ("", "waiting") if any(row.state == "due" and row.trigger == "at-7" for row in rows) else None
        fired = [(row.trigger, row.instant) for row in rows if row.state == "fired"]
        for line in [line for line in (waiting, *fired) if line is not None and line not in told]:
            told.add(line)
            print(*line, flush=True)

    mindset = Mindset(library=library, operations={}, sensors=(), secret=SECRET)
    engine = EmployeeEngine(store, place, mindset, beat=beat)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, stopping.set)
    await engine.run(stopping)
    store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
