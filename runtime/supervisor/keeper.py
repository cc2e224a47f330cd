"""The keeper of one employee: starts its process, watches that it advances, and starts it again when it ended.

States: `starting` (no process yet, or it has not connected), `working`, `waiting` (its process is there, and another
host is the employee), `paused` (somebody paused it: no process), `stopped` (told to, or it died too often),
`quarantined` (it died too often, each time over the same percept).
"""

import asyncio
import contextlib
import enum
import errno
import signal
import time
from collections.abc import Callable
from typing import Any, Final

from empla.config import Home
from empla.errors import EmplaError, ResourceError, TimedOut
from runtime import logs
from runtime.progress import STARTING, WAITING, Death, Progress, ProgressView
from runtime.seat import NO_ROOM, SUCCEEDED
from runtime.supervisor import lease, usage
from runtime.supervisor.child import Child, describe, killed_by_hand, out_of_memory_kills
from runtime.supervisor.fence import Fence
from runtime.supervisor.illness import Illness
from runtime.supervisor.limits import ProcessorWatch
from runtime.supervisor.nursery import Nursery, Order, ZygoteGone
from runtime.supervisor.restarts import RestartRule, Restarts
from runtime.supervisor.roster import RosterEntry
from runtime.supervisor.watch import BeatWatch

HANG_S: Final = 30.0
"""Seconds without a beat after which a live process is taken for hanging; an idle one beats every two seconds."""

STARTS_S: Final = 4.0
"""How many times as long it may take to start: to bring a large store up to date is one long step."""

STOP_S: Final = 5.0
"""Seconds that a process has to finish its cycle."""

_CUT_SHORT: Final = 80
_FAILED_STARTS: Final = 5
_ROOM_S: Final = 30.0  # at most, between two looks whether there is room for a process again
_NO_ROOM: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
)  # of disk, descriptors, memory, processes
_NICE: Final = 10


class State(enum.StrEnum):
    """What an employee's process does, as `empla status` shows it."""

    STARTING = "starting"
    WORKING = "working"
    WAITING = "waiting"
    PAUSED = "paused"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"


class Keeper:
    """Keeps one employee in its seat, until `retire`."""

    def __init__(
        self,
        entry: RosterEntry,
        home: Home,
        *,
        hang_s: float,
        rule: RestartRule,
        fence: Fence,
        illness: Illness,
        started: Callable[[], None],
    ) -> None:
        """`fence` stands round its process, `illness` tells people, `started` is called when there is a new process."""
        self.entry = entry
        self.state = State.STARTING
        self.reason = ""
        self.epoch = 0
        self.restarts = 0
        self.last_end = ""
        self._is_restart = False  # whether the next start follows a death
        self._home = home
        self._hang_s = hang_s
        self._fence = fence
        self._illness = illness
        self._has_started = started
        self._watch = BeatWatch(hang_s)
        self._appetite = ProcessorWatch(fence.limits)
        self._beat = 0
        self._lives_since = 0.0
        self._end = End.DIED
        self._verdict = ""  # why its process must end, by the last look at it
        self._restarts = Restarts(rule)
        self._wish = State.PAUSED if entry.paused else State.WORKING
        self._retired = False
        self._changed = asyncio.Event()
        self._child: Child | None = None
        self._view = ProgressView(home.employee(entry.slug) / "progress")
        self._over: list[str] = []  # what it was busy with at its last deaths
        self._death: Death | None = None  # how its last process ended; None if this keeper has seen none end
        self._failed_starts = 0  # how often in a row it failed by itself before it had reached its work
        self._without_room = 0  # how often in a row there was no room for a process
        self._killed_starting = 0  # how often in a row it was killed from outside before it had reached its work
        self._log = logs.get(__name__).bind(employee=entry.slug)

    @property
    def pid(self) -> int | None:
        """Its process, None if it has none."""
        return self._child.pid if self._child is not None and self._child.alive else None

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for: it works, or shall not or cannot."""
        return self.state is not State.STARTING

    def signal(self, number: signal.Signals) -> None:
        """Send its process a signal, if it has one."""
        if self._child is not None:
            self._child.signal(number)

    @property
    def starts(self) -> bool:
        """Whether its process is there and has not reached its work yet."""
        return self.state is State.STARTING and self.pid is not None

    def look(self, at: float) -> None:
        """Look at its process, if there is one: whether it works by now, advances, and keeps within its limits.

        Called for everybody in one sweep, often, so it costs next to nothing; what follows happens in `keep`.
        """
        child = self._child
        if child is None or not child.alive or self._verdict:
            return
        beat = self._view.beat_ns()
        if beat != self._beat:
            self._beat = beat
            page = self._page() if self.state in (State.STARTING, State.WAITING) else None
            if page is not None and page.phase == WAITING:
                self.state, self.reason = State.WAITING, f"another host is {self.entry.name}: {page.percept}"
            elif page is not None and page.phase != STARTING:
                self.state, self.reason, self._lives_since = State.WORKING, "", at
        starts = self.state is State.STARTING
        self._watch.limit_s = self._hang_s * (STARTS_S if starts else 1.0)
        if self._watch.hangs(at, beat):
            self._end_it(End.HUNG, "hung, and was killed")
        elif wrong := self._fence.exceeded(child.pid) or self._processor(child.pid, at):
            self._end_it(End.RUNAWAY, f"{wrong}, and was ended")
        if self.state is State.WORKING and at - self._lives_since > self._restarts.rule.window_s:
            self._illness.over(self.entry)

    def _processor(self, pid: int, at: float) -> str:
        if not self._appetite.due(at):
            return ""
        share, wrong = self._appetite.look(at, usage.processor_s(pid), self._view.marks())
        if share:
            self._log.warning("employee uses the processor to its limit", share=round(share, 2))
            usage.let_others_go_first(pid, _NICE)
        return wrong

    def _end_it(self, end: "End", how: str) -> None:
        self._end, self._verdict = end, how
        self._changed.set()

    def update(self, entry: RosterEntry) -> None:
        """Take what the roster says now. A pause on it is one; the end of one resumes, and touches nothing else."""
        was_paused, self.entry = self.entry.paused, entry
        if entry.paused:
            self.pause()
        elif was_paused:
            self.resume()

    def pause(self) -> None:
        """Let it finish its cycle, and have no process until `resume`."""
        self._want(State.PAUSED)

    def stop(self) -> None:
        """Let it finish its cycle, and have no process until `resume`; told apart from a pause for people."""
        self._want(State.STOPPED)

    def resume(self) -> None:
        """Have a process again. What was against it is forgotten: somebody looked."""
        self._forgive()
        self._want(State.WORKING)

    def restart(self) -> None:
        """End its process in good order and start a new one; one that was given up gets another chance."""
        self._forgive()
        self._wish = State.WORKING
        self._changed.set()

    def retire(self) -> None:
        """End its process and this keeper: it is not on the roster any more, or everything stops."""
        self._retired = True
        self._changed.set()

    async def keep(self, nursery: Nursery) -> None:
        """Do all that, until retired. Runs as a task."""
        while not self._retired:
            self._changed.clear()
            if self._wish is State.WORKING:
                self.state, self.reason = State.STARTING, ""
                await self._fill(nursery)
            else:
                self.state = self._wish
                await self._changed.wait()
        self.state = State.STOPPED
        self._view.close()

    def _want(self, wish: State) -> None:
        if wish is not self._wish or self._child is None:
            self._wish, self.reason = wish, ""
            self._changed.set()

    def _forgive(self) -> None:
        self._restarts.forget()
        self._over.clear()
        self._failed_starts = 0
        self.reason = ""

    async def _fill(self, nursery: Nursery) -> None:
        """Have it started once, stay with it to its end, and wait as long as what follows asks."""
        started = time.monotonic()
        try:
            child = await self._start(nursery)
        except ZygoteGone:
            return
        except (EmplaError, OSError) as error:
            if _is_want_of_room(error):
                await self._want_of_room(str(error))
            else:
                await self._after_death(f"could not be started: {error}", started)
            return
        memory_kills = out_of_memory_kills()
        end = await self._attend(child)
        status = await child.ended()
        self._child = None
        starved = self._fence.drop(self.entry.slug)
        by_hand = end is End.DIED and not starved and killed_by_hand(status, memory_kills)
        page = self._page()
        worked = page is not None and page.phase not in (STARTING, WAITING)
        no_room = end is End.DIED and status == NO_ROOM and not worked
        self._without_room = self._without_room if no_room else 0
        # No stop that somebody asked for, no kill from outside and no full disk is the fault of what was in hand.
        blameless = end is End.TOLD or by_hand or no_room or status == SUCCEEDED
        how = self._how(end, status, starved=starved)
        self._death = Death(how=how, counts=not blameless) if status is not None else None
        if end is End.TOLD:
            self._log.info("employee stopped", how=describe(status))
            return
        if status == SUCCEEDED:
            self._log.warning("another host is the employee now")
            return
        if no_room:  # between its lease and its first commit; later it waits for room by itself
            await self._want_of_room("there is no room on the disk")
            return
        self._is_restart = True
        self.last_end = how + (f", busy with {page.percept[:_CUT_SHORT]}" if page is not None and page.busy else "")
        self._log.warning("employee ended", how=how, worked=worked, **_evidence(page))
        if by_hand:
            self._killed_starting = 0 if worked else self._killed_starting + 1
            await self._rest(self._restarts.after_kill(self._killed_starting))
            return
        self._killed_starting = 0
        self._failed_starts = 0 if worked else self._failed_starts + 1
        await self._after_death(how, started)

    def _how(self, end: "End", status: int | None, *, starved: bool) -> str:
        """Say in words by what its process ended."""
        if end in (End.HUNG, End.RUNAWAY):
            return self._verdict
        if starved:
            return f"was killed by the kernel at {self._fence.limits.wall_mib} MiB of memory"
        return describe(status)

    async def _start(self, nursery: Nursery) -> Child:
        with await lease.obtain(self._home.employee(self.entry.slug) / lease.LOCK) as held:
            self.epoch = held.raise_epoch()
            order = Order(
                slug=self.entry.slug,
                epoch=self.epoch,
                home=self._home,
                memory_mib=self._fence.limits.wall_mib,
                before=self._death,
            )
            self._child = await nursery.fork(order, held)
        self._fence.put_round(self.entry.slug, self._child.pid)
        self._watch, self._appetite = BeatWatch(self._hang_s), ProcessorWatch(self._fence.limits)
        self._verdict = ""
        self.restarts += self._is_restart
        self._is_restart = False
        self._has_started()
        self._log.info("employee started", child=self._child.pid, epoch=self.epoch)
        return self._child

    async def _attend(self, child: Child) -> "End":
        """Stay with its process until it has ended, and say by what."""
        over = {asyncio.create_task(child.ended()), asyncio.create_task(self._changed.wait())}
        try:
            await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in over:
                task.cancel()
        if not child.alive:
            return End.DIED
        end = self._end if self._verdict else End.TOLD
        try:
            await (child.end_hanging() if end is End.HUNG else child.end(STOP_S))
        except TimedOut as error:  # the kernel holds it, and so its lock: whoever comes next must wait for its end
            self._log.error("employee does not die", why=error.sentence, next_step=error.next_step)
        return end

    def _page(self) -> Progress | None:
        """Return its page if this very process wrote it."""
        page = self._view.read()
        return page if page is not None and page.epoch == self.epoch else None

    async def _after_death(self, how: str, started: float) -> None:
        """Wait as long as the rules say before the next start, or give it up."""
        page = self._page()
        self._over.append(page.percept if page is not None and page.busy else "")
        wait_s = self._restarts.after_death(started=started, died=time.monotonic())
        if self._failed_starts >= _FAILED_STARTS:
            self._park(f"it could not take up its work {_FAILED_STARTS} times in a row; the last time it {how}")
            return
        if wait_s is None:
            self._give_up(how)
            return
        self.reason = f"it {how}; starts again in {wait_s:.0f} s" if wait_s else ""
        await self._rest(wait_s)

    async def _want_of_room(self, why: str) -> None:
        """Wait for what it takes to start it at all, such as room on the disk: no fault of its own, so no death."""
        self._without_room += 1
        if self._without_room == 1:
            self._log.error("employee could not be started", why=why)
        wait_s = min(self._restarts.after_kill(self._without_room), _ROOM_S)
        self.reason = f"it could not be started: {why}; tried again in {wait_s:.0f} s"
        await self._rest(wait_s)

    async def _rest(self, wait_s: float) -> None:
        """Wait before the next start, unless somebody wishes something else."""
        self.state = State.STARTING
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._changed.wait()

    def _give_up(self, how: str) -> None:
        rule = self._restarts.rule
        last = self._over[-rule.limit :]
        self.reason = f"it died {rule.limit} times within {rule.window_s:.0f} s; the last time it {how}"
        self._wish = State.STOPPED
        if last[-1] and set(last) == {last[-1]}:
            self.reason = f"it died {rule.limit} times over {last[-1]}; the last time it {how}"
            self._wish = State.QUARANTINED
        self._tell_given_up()

    def _park(self, reason: str) -> None:
        """Give it up for what it finds when it starts: no pause between the attempts would mend that."""
        self.reason, self._wish, self._failed_starts = reason, State.STOPPED, 0
        self._tell_given_up()

    def _tell_given_up(self) -> None:
        self._log.error("employee given up", state=self._wish.value, reason=self.reason)
        self._illness.begins(self.entry, self.epoch, self.reason)


class End(enum.Enum):
    """By what a process ended."""

    TOLD = enum.auto()  # by us, because it shall not run, or shall run anew
    HUNG = enum.auto()  # by us, because it did not advance
    RUNAWAY = enum.auto()  # by us, because it used more than it may
    DIED = enum.auto()  # by anything else


def _is_want_of_room(error: Exception) -> bool:
    return isinstance(error, ResourceError) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


def _evidence(page: Progress | None) -> dict[str, Any]:
    """Return what a process was doing when it ended, for the log."""
    if page is None:
        return {"phase": "none"}
    return {"phase": page.phase, "cycle": page.cycle, "percept": page.percept, "intention": page.intention}
