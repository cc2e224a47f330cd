"""The supervisor of one home: the office, the zygote, and a keeper for each employee on the roster.

Order: office and zygote start together; employees when both are there. They end in reverse. What dies is started
again, each by itself: no death takes another process with it. When the supervisor itself dies, however it does, the
kernel closes the lifeline and everything else ends within five seconds.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from empla.clock import SystemClock, pause
from empla.config import Home
from empla.errors import EmplaError, InputError
from runtime import logs
from runtime.supervisor.child import Child, describe, killed_by_hand, out_of_memory_kills
from runtime.supervisor.embedding import RULE as EMBEDDING_RULE
from runtime.supervisor.embedding import Embedding
from runtime.supervisor.fence import Fence
from runtime.supervisor.groups import Groups
from runtime.supervisor.illness import Illness
from runtime.supervisor.keeper import HANG_S, STOP_S, Keeper, State
from runtime.supervisor.limits import Limits
from runtime.supervisor.notices import Notices
from runtime.supervisor.notify import Notifier
from runtime.supervisor.nursery import PING_S, Nursery
from runtime.supervisor.office import Office, OfficeCommand
from runtime.supervisor.restarts import RestartRule, Restarts
from runtime.supervisor.roster import Roster, RosterEntry
from runtime.supervisor.watch import BeatWatch

Servant = Office | Nursery | Embedding

_SERVANTS: Final = RestartRule(limit=0, longest_s=30.0)
"""Office and zygote are never given up: without them nobody works."""

_FIRST_TRIES: Final = 3
_OWN_TASKS: Final = ("office", "zygote", "embedder", "sweep")
_LOOK_STARTING_S: Final = 0.02
_LOOK_S: Final = 2.0


class Supervisor:
    """Everything that runs in one home. The caller holds the home's lock.

    `body` names what employees run (`module:function`); `hang_s` and `rule` say when one is killed and given up,
    `limits` what each may use, and `notifier` is told how things are. `embeds` says whether the home has an embedder,
    `also` which modules employees need besides.
    """

    def __init__(
        self,
        home: Home,
        roster: Roster,
        *,
        office: OfficeCommand,
        first_port: int,
        body: str,
        clock: SystemClock,
        domain: str,
        limits: Limits,
        notifier: Notifier,
        embeds: bool = False,
        also: Sequence[str] = (),
        hang_s: float = HANG_S,
        rule: RestartRule | None = None,
    ) -> None:
        self._home = home
        self._roster = roster
        self._clock = clock
        self._hang_s = hang_s
        self._rule = rule or RestartRule()
        # Nobody ever writes to it; all others have only the reading end, so its end means that this process is gone.
        self._lifeline_fd, self._lifeline_end = os.pipe2(os.O_CLOEXEC)
        self._office = Office(home, office, first_port=first_port, lifeline_fd=self._lifeline_fd)
        self._nursery = Nursery(body, lifeline_fd=self._lifeline_fd, ping_s=min(PING_S, hang_s / 3), also=also)
        self._embedding = Embedding(home, lifeline_fd=self._lifeline_fd) if embeds else None
        self._fence = Fence(limits, Groups.delegated())
        self._notices = Notices(home, domain, self._tell_office)
        self._illness = Illness(home, clock, self._notices)
        self._notifier = notifier
        self._servants = [s for s in (self._office, self._nursery, self._embedding) if s is not None]
        self._watches = {servant.name: BeatWatch(hang_s) for servant in self._servants}
        self._ending: set[str] = set()  # servants that are being killed for hanging
        self._unwatched: set[str] = set()  # employees at whom the last look failed
        self._new_process = asyncio.Event()
        self._pinged = float("-inf")
        self._staffed = False
        self._keepers: dict[str, Keeper] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._log = logs.get(__name__)

    @property
    def ready(self) -> bool:
        """Whether the office listens and no employee is still starting."""
        return (
            self._staffed and self._office.ready.is_set() and all(keeper.settled for keeper in self._keepers.values())
        )

    @property
    def office_ready(self) -> asyncio.Event:
        """Set while the office listens."""
        return self._office.ready

    async def start(self) -> None:
        """Start everything; return when the office listens and the first employees are being started.

        An office or a zygote that cannot start at all raises its error. Later on they are only ever restarted.
        """
        # The first look at the roster may have a database library to import, so it too happens beside the others.
        reading = asyncio.create_task(asyncio.to_thread(self._roster))
        servants = [asyncio.create_task(_first_start(servant)) for servant in (self._office, self._nursery)]
        starting = (*servants, reading)
        try:
            await asyncio.gather(*starting)
        except BaseException:
            for task in starting:
                task.cancel()
            await asyncio.wait(starting)
            raise
        self._remind()
        self._run("office", self._serve(self._office))
        self._run("zygote", self._serve(self._nursery))
        if self._embedding is not None:
            self._run("embedder", self._serve(self._embedding))
        self._run("sweep", self._sweep())
        self._staff(reading.result())

    def reload(self) -> None:
        """Read the roster again: start who is new, end who is gone, pause and resume as it says."""
        self._staff(self._roster())

    def limit(self, limits: Limits) -> None:
        """Have other limits from now on; a process that runs keeps the kernel's wall that it was born with."""
        self._fence.limits = limits

    def _staff(self, roster: Sequence[RosterEntry]) -> None:
        self._staffed = True
        entries = {entry.slug: entry for entry in roster}
        for slug in [slug for slug in self._keepers if slug not in entries]:
            self._keepers.pop(slug).retire()
        for slug, entry in entries.items():
            keeper = self._keepers.get(slug)
            if keeper is None:
                keeper = Keeper(
                    entry,
                    self._home,
                    hang_s=self._hang_s,
                    rule=self._rule,
                    fence=self._fence,
                    illness=self._illness,
                    started=self._new_process.set,
                )
                self._keepers[slug] = keeper
                self._run(f"keeper of {slug}", keeper.keep(self._nursery))
            else:
                keeper.update(entry)

    def keeper(self, who: str) -> Keeper:
        """Return the keeper of the employee with this slug, address or name; InputError if there is none."""
        wanted = who.strip().lower()
        for keeper in self._keepers.values():
            entry = keeper.entry
            if wanted in (entry.slug, entry.address.lower(), entry.name.lower()):
                return keeper
        raise InputError(f"nobody here is called {who!r}", next_step="see who is with `empla list`")

    @property
    def keepers(self) -> list[Keeper]:
        """Everybody's keeper, in the roster's order."""
        return list(self._keepers.values())

    def servants(self) -> list[Child]:
        """Return the processes that serve all: office, zygote and embedder, as far as they are there."""
        return [child for s in self._servants if (child := s.child) is not None and child.alive]

    def status(self) -> dict[str, Any]:
        """Return what `empla status --json` prints. `reason` and `last_end` stand with an employee only
        where there is one; `restarts` counts since this process began."""
        return {
            "ready": self.ready,
            "office": self._office.addresses(),
            "limits": {
                "memory_mib": self._fence.limits.memory_mib,
                "cpu": self._fence.limits.cpu,
                "by": self._fence.means,
            },
            **({"embedder": self._embedding.status()} if self._embedding is not None else {}),
            "employees": [_shown(keeper) for keeper in self._keepers.values()],
        }

    def tell_clock_moved(self) -> None:
        """Wake everybody who waits on the clock: every process, and whoever waits in this one."""
        self._clock.wake()
        for keeper in self._keepers.values():
            keeper.signal(signal.SIGUSR1)
        # The zygote has no clock. An office that does not listen yet has not looked at the time yet either.
        if self._office.child is not None and self._office.ready.is_set():
            self._office.child.signal(signal.SIGUSR1)

    async def stop(self) -> None:
        """End employees, then the zygote, embedder and office: each gets time to finish, and none gets more."""
        for name in _OWN_TASKS:
            if name in self._tasks:
                self._tasks[name].cancel()
        for keeper in self._keepers.values():
            keeper.retire()
        keeping = [task for name, task in self._tasks.items() if name not in _OWN_TASKS]
        if keeping:
            _, late = await asyncio.wait(keeping, timeout=STOP_S + 1)
            for task in late:
                task.cancel()
        if self._nursery.child is not None:
            await self._nursery.stop(STOP_S)
        for servant in (self._embedding, self._office):
            if servant is not None and servant.child is not None:
                await servant.child.end(STOP_S)
        os.close(self._lifeline_end)
        os.close(self._lifeline_fd)

    async def _serve(self, servant: Servant) -> None:
        """Start the office, the zygote or the embedder again whenever it has ended; the embedder the first time too."""
        restarts = Restarts(EMBEDDING_RULE if servant is self._embedding else _SERVANTS)
        started, memory_kills, listened = time.monotonic(), out_of_memory_kills(), True
        while True:
            if servant.child is not None:
                status = await servant.child.ended()
                servant.lost()
                self._log.error("servant ended", servant=servant.name, how=describe(status))
                if not (listened and killed_by_hand(status, memory_kills)):
                    await pause(restarts.after_death(started=started, died=time.monotonic()) or 0.0)
            started, memory_kills = time.monotonic(), out_of_memory_kills()
            try:
                await servant.start()
                listened = True
                self._remind()
            except (EmplaError, OSError) as error:
                listened = False
                self._log.error("servant could not be started", servant=servant.name, error=str(error))
                if servant.child is None:
                    await pause(restarts.after_death(started=started, died=time.monotonic()) or 0.0)

    def _remind(self) -> None:
        """Tell an office that has just begun to listen of what was left between its look and that."""
        if self._notices.waiting:
            self._tell_office()

    async def _sweep(self) -> None:
        """Look at everybody, again and again: one look for all, seldom, and often only while somebody starts."""
        while True:
            at = time.monotonic()
            for slug, keeper in self._keepers.items():
                self._look_at(slug, keeper, at)
            if not [servant for servant in self._servants if self._hangs(servant, at)]:
                self._ping(at)
            self._notifier.status(self._in_a_line())
            starting = any(keeper.starts for keeper in self._keepers.values())
            self._new_process.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_STARTING_S if starting else self._look_s):
                    await self._new_process.wait()

    def _look_at(self, slug: str, keeper: Keeper, at: float) -> None:
        """Look at one; what goes wrong there is told once, and keeps nobody else from being looked at."""
        try:
            keeper.look(at)
            self._unwatched.discard(slug)
        except Exception:
            if slug not in self._unwatched:
                self._unwatched.add(slug)
                self._log.exception("an employee cannot be watched", employee=slug)

    @property
    def _look_s(self) -> float:
        longest = (self._hang_s / 4, self._fence.limits.window_s / 2, self._notifier.watchdog_s or _LOOK_S)
        return min(_LOOK_S, *longest)

    def _hangs(self, servant: Servant, at: float) -> bool:
        """Whether one of them lives and does not advance; then it is killed, and so started again."""
        hangs = self._watches[servant.name].hangs(at, servant.beat(at))
        if hangs and servant.child is not None and servant.name not in self._ending:
            self._log.error("servant hangs", servant=servant.name)
            self._ending.add(servant.name)
            self._run(f"end of {servant.name}", self._end_hanging(servant.name, servant.child))
        return hangs

    async def _end_hanging(self, name: str, child: Child) -> None:
        try:
            await child.end_hanging()
        finally:
            self._ending.discard(name)

    def _ping(self, at: float) -> None:
        """Tell the service manager that this loop advances, as often as it wants to hear it."""
        if self._notifier.watchdog_s and at - self._pinged >= self._notifier.watchdog_s:
            self._pinged = at
            self._notifier.alive()

    def _in_a_line(self) -> str:
        """Say how things are, for the service manager's status."""
        counts = Counter(keeper.state.value for keeper in self._keepers.values())
        said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "nobody hired"
        sick = [k for k in self._keepers.values() if k.state in (State.STOPPED, State.QUARANTINED) and k.reason]
        return "; ".join([said, *(f"{keeper.entry.name}: {keeper.reason}" for keeper in sick)])

    def _tell_office(self) -> None:
        """Have the office look into its pickup folder; one that does not listen yet is told when it does."""
        if self._office.child is not None and self._office.ready.is_set():
            self._office.child.signal(signal.SIGUSR1)

    def _run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if self._tasks.get(task.get_name()) is task:
            del self._tasks[task.get_name()]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("a keeper failed", keeper=task.get_name(), exc_info=error)


async def _first_start(servant: Office | Nursery) -> None:
    """Start the office, or the zygote, for the first time; what it says against it is final, being killed is not."""
    for _ in range(_FIRST_TRIES - 1):
        memory_kills = out_of_memory_kills()
        try:
            return await servant.start()
        except EmplaError:
            if servant.child is None or not killed_by_hand(await servant.child.ended(), memory_kills):
                raise
    return await servant.start()


def _shown(keeper: Keeper) -> dict[str, Any]:
    entry = keeper.entry
    shown: dict[str, Any] = {
        "name": entry.name,
        "address": entry.address,
        "role": entry.role,
        "manager": entry.manager,
        "state": keeper.state.value,
        "pid": keeper.pid,
        "restarts": keeper.restarts,
    }
    said = {"reason": keeper.reason, "last_end": keeper.last_end}
    return shown | {name: text for name, text in said.items() if text}
