"""The keeper of one employee, over a nursery that stands in for the zygote."""

import asyncio
import errno
import os
from collections.abc import Callable

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import TimedOut
from runtime.supervisor.fence import Fence
from runtime.supervisor.illness import Illness
from runtime.supervisor.keeper import Keeper, State
from runtime.supervisor.limits import Limits
from runtime.supervisor.notices import Notices
from runtime.supervisor.restarts import RestartRule
from runtime.supervisor.roster import RosterEntry

QUICK = RestartRule(first_s=0.001, longest_s=0.01)


def keeper_of_ada(home: Home) -> Keeper:
    entry = RosterEntry(slug="ada", name="Ada", address="ada@x.example", role="none", manager="maria@x.example")
    illness = Illness(home, SystemClock(), Notices(home, "x.example", lambda: None))
    home.employee("ada").mkdir()
    return Keeper(entry, home, hang_s=30, rule=QUICK, fence=Fence(Limits()), illness=illness, started=lambda: None)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class NoRoom:
    """A nursery on a machine that has no room for a process."""

    def __init__(self) -> None:
        self.asked = 0

    async def fork(self, order, lease):
        self.asked += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_who_cannot_be_started_for_want_of_room_is_never_given_up_for_it(home: Home):
    async def live() -> None:
        keeper, nursery = keeper_of_ada(home), NoRoom()
        keeping = asyncio.create_task(keeper.keep(nursery))
        await until(lambda: nursery.asked > 8 or keeper.state is State.STOPPED)
        assert keeper.state is State.STARTING
        await until(lambda: "No space left" in keeper.reason)
        keeper.retire()
        await keeping

    asyncio.run(live())
    assert not (home.employee("ada") / "given-up.json").exists()


class Undying:
    """A process that the kernel holds: it dies only when the kernel lets it."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.let = asyncio.Event()
        self.told = False

    @property
    def alive(self) -> bool:
        return not self.let.is_set()

    async def ended(self) -> int:
        await self.let.wait()
        return -9

    async def end(self, grace_s: float) -> int:
        self.told = True
        raise TimedOut("ada does not die")


class Bearing:
    """A nursery that forks one process, always the same."""

    def __init__(self, child: Undying) -> None:
        self.child = child

    async def fork(self, order, lease):
        return self.child


def test_a_process_that_the_kernel_holds_is_waited_for(home: Home):
    async def live() -> None:
        child = Undying()
        keeper = keeper_of_ada(home)
        keeping = asyncio.create_task(keeper.keep(Bearing(child)))
        await until(lambda: keeper.pid is not None)
        keeper.pause()
        await until(lambda: child.told)
        child.let.set()
        await until(lambda: keeper.state is State.PAUSED or keeping.done())
        assert keeper.state is State.PAUSED
        keeper.retire()
        await keeping

    asyncio.run(live())
