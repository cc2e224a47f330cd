"""The shell around one mind: one process, one store, one loop.

    recover    what was claimed or on the wire when the last process died
    sense      sensors write percepts and their cursor in one transaction
    think      one cycle for each percept, several in a transaction; every transaction checks the lease
    act        claim rows of the outbox, carry them out, write their outcomes as percepts
    keep house pack what is old, and see to memory, a piece at a time, while nothing else is to do
    wait       for a percept, an outcome or an instant; costs nothing meanwhile

Store and cycle run on the main thread, synchronously; adapters are awaited and never touch the store (contract 3).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from empla.capabilities.contract import Operation, Place, Sensor
from empla.clock import Clock, pause
from empla.engine import failing, inbox
from empla.engine.acting import Acting
from empla.engine.circuits import Circuits
from empla.engine.commands import COMMANDS, run_command
from empla.engine.crashes import LastProcess
from empla.engine.forgetting import Forgetter
from empla.engine.housekeeping import Housekeeping
from empla.engine.inquest import Inquest
from empla.engine.journal import Journal
from empla.engine.loading import load
from empla.engine.memory import MANY, OwnMemory, Recalls
from empla.engine.outbox import Outbox
from empla.engine.performing import Performer
from empla.engine.recording import record
from empla.engine.remembering import remember
from empla.engine.sensing import Sensing
from empla.engine.setting_aside import SettingAside
from empla.engine.sharing import Sharing
from empla.engine.telemetry import SILENT, Telemetry
from empla.engine.timers import Timers, waits_over
from empla.errors import EmplaError
from empla.memory.commands import MEMORY
from empla.memory.sharing.pools import Pools
from empla.mind.bodies import Guard, unguarded
from empla.mind.cycle import cycle
from empla.mind.health import HEALTH, Health
from empla.mind.intentions import OVER, Intention
from empla.mind.percepts import INTEGRATION, Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import MindState
from empla.mind.values import OWN
from empla.store.leasing import LeaseLost, spread
from empla.store.store import GroupRefused, Store, instant

log = structlog.get_logger()

CYCLES_PER_COMMIT = 32
COMMIT_AFTER_S = 0.005
COMMITS_PER_TURN = 20
STORE_TROUBLE = failing.WAITS_IN_CYCLE
"""What a store raises when it cannot be written for now; anything else is a fault."""
_OF_THE_STORE: tuple[type[EmplaError], ...] = (GroupRefused, *STORE_TROUBLE)
STORE = "store"
"""What the employee's own store is called among its integrations."""
SHORTEST_STORE_WAIT_S, LONGEST_STORE_WAIT_S = 1.0, 30.0

Beat = Callable[[int, str, str], None]
"""Called as the loop advances, with the number of the cycle, and the percept and intention in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mindset:
    """What makes an employee this employee: its plans, its hands, and its secret."""

    library: PlanLibrary
    operations: Mapping[str, Operation]
    sensors: Sequence[Sensor]
    secret: bytes
    integrations: Mapping[str, str] = field(default_factory=dict)
    """By which integration each sensor watches, by its name; one that is not named has its own."""


class EmployeeEngine:
    """Runs one employee on one store until told to stop."""

    def __init__(
        self,
        store: Store,
        place: Place,
        mindset: Mindset,
        *,
        beat: Beat = lambda _cycle, _percept, _intention: None,
        guard: Guard = unguarded,
        always_replay: bool = False,
        telemetry: Telemetry = SILENT,
        recalls: Recalls | None = None,
        pools: Pools | None = None,
    ) -> None:
        self._telemetry = telemetry
        self._store = store
        self._memory = OwnMemory(store, place.clock, recalls, self._stir)
        self._place = place = replace(place, memory=self._memory)
        self._mindset = mindset
        self._beat = beat
        self._log = log.bind()  # once: to bind it anew takes longer than not to log
        self._guard = guard
        self._always_replay = always_replay
        self._clock: Clock = place.clock
        self.state: MindState = load(store)
        self._journal = Journal(store)
        self._waiting = inbox.Waiting(store)
        self._timers = Timers(store, mindset.library.triggers, lambda: self.state.beliefs)
        self._outbox = Outbox(
            store, mindset.operations, self.state.beliefs, mindset.secret, self._clock, place.blobs.read
        )
        believed = {b.arguments[0]: b.arguments[1] for b in self.state.beliefs.matching(HEALTH)}
        self._circuits = Circuits(store.employee, self._clock, believed)
        self._performer = Performer(store, self._outbox, mindset.operations, place, self._circuits, telemetry)
        self._aside = SettingAside(store, self._outbox, self._clock)
        self._inquest = Inquest(store, self._outbox, self._aside)
        self._acting = Acting(
            store,
            self._outbox,
            self._performer,
            self._circuits,
            self._clock,
            intention=lambda name: self.state.intentions.get(name),
            ended=self._acted,
        )
        self._sensing = Sensing(store, place, self._circuits, mindset.integrations, stir=self._stir, lose=self.lose)
        self._house = Housekeeping(store, mindset.library, self._effect, self._memory, lambda: self.state)
        self._sharing = Sharing(store, pools)
        self._forgetter = Forgetter(store, place.blobs, reload=self._reload, index=self._let_go)
        self._last: LastProcess | None = None
        self._stumbled_at = ""  # the percept over which the process before died: up to it, each commit is one cycle
        self._over: list[Intention] = []  # the intentions that are over by what is being committed
        self._news = asyncio.Event()
        self._failure: BaseException | None = None
        self._troubles = 0
        self._trouble = (self._clock.now(), "")  # since when the store cannot be written, and why
        self._stale = False  # whether the state may hold what was never committed, for the store went away
        self._turns = 0
        self._turns_seen = 0
        self._due: datetime | None = None
        self._rests = False

    def wake(self) -> None:
        """Look at inbox, outbox and clock again; for signals and for those who inserted a percept."""
        self._clock.wake()
        self._stir()

    def _stir(self) -> None:
        """Have the loop take its turn: there is something to do, or there may be."""
        self._clock.work()
        self._news.set()

    def advances(self) -> bool:
        """Return whether the loop has come round since this was last asked, or rests with nothing to do.

        This is what a heartbeat may vouch for: where the event loop lives and a turn that is due does not come, it says
        False. It also calls for such a turn, so a clock that was moved without a word is noticed by the next beat.
        """
        came_round, self._turns_seen = self._turns != self._turns_seen, self._turns
        if self._rests and self._due is not None and self._clock.now() >= self._due:
            self._stir()
        return came_round or (self._rests and not self._news.is_set())

    async def run(self, stopping: asyncio.Event) -> None:
        """Recover, then work until `stopping` is set; the cycle and the writes in hand are finished first."""
        try:
            self.recover()
        except STORE_TROUBLE as error:
            await self._wait_for_store(error)
        sensors = [asyncio.create_task(self._sensing.keep(sensor)) for sensor in self._mindset.sensors]
        stop = asyncio.create_task(stopping.wait())
        stop.add_done_callback(lambda _: self._news.set())
        try:
            while not stopping.is_set():
                self._news.clear()
                now = self._clock.now()
                try:
                    await self._turn(now, stopping)
                    packing = self._is_quiet and self._piece(now)
                    if self._troubles:
                        self._tell_of_store(now)
                    due = self._next_turn(now)
                except STORE_TROUBLE as error:
                    await self._wait_for_store(error)
                    continue
                await (pause(0) if packing else self._wait_for_news(due))
        except LeaseLost:
            self.break_off()
            raise
        finally:
            await self._stop([*sensors, stop])
            self._memory.close()

    def lose(self, error: LeaseLost) -> None:
        """Stop at once: somebody else is this employee now. `run` raises the error."""
        self._failure = error
        self.break_off()
        self._news.set()

    def break_off(self) -> None:
        """Give up every attempt that is under way, for the lease ends: what it came to is found out by evidence."""
        self._acting.break_off()

    @property
    def given_up(self) -> tuple[str, ...]:
        """The actions that were given up while they were under way, and not begun anew since."""
        return self._acting.given_up

    @property
    def paused(self) -> bool:
        """Whether it thinks, and does nothing."""
        return self._acting.paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._acting.paused = paused

    async def _turn(self, now: datetime, stopping: asyncio.Event) -> None:
        """Do everything that can be done at once. Where thinking has no end, actions and timers have their turn too."""
        self._turns += 1
        if self._stale:
            self._reload()
            self.recover()
            self._stale = False
        self._timers.look(now)
        for _ in range(COMMITS_PER_TURN):
            if not self.think() or stopping.is_set():
                break
            await pause(0)
        else:
            self._news.set()
        if self._timers.unsettled:
            self._news.set()
        self._tell_of_integrations(now)
        self._acting.start(now)
        self._beat(self._journal.cycle, "", "")
        self._telemetry.turned(self._journal.cycle)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _effect(self, operation: str) -> str:
        """Return the effect of an operation, "" if nobody knows it."""
        known = self._mindset.operations.get(operation)
        return known.effect.value if known is not None else ""

    async def _wait_for_store(self, error: EmplaError) -> None:
        """Wait until the store can be written again (a full disk, a lock); the next turn takes up what was in hand."""
        self._troubles += 1
        self._stale = True
        if self._troubles == 1:
            self._trouble = self._clock.now(), error.sentence
            log.error("the store cannot be written", why=error.sentence, next_step=error.next_step)
        self._news.clear()
        self._due, self._rests = None, True
        # News may end the wait, but a server that is gone is never asked more than once a second, nor by all at once.
        shortest = SHORTEST_STORE_WAIT_S + spread(self._store.employee, self._troubles)
        await pause(shortest)
        with suppress(TimeoutError):
            longest = min(failing.pause_s(error, self._troubles, self._store.employee), LONGEST_STORE_WAIT_S)
            async with asyncio.timeout(max(0.0, longest - shortest)):
                await self._news.wait()
        self._rests = False

    def _tell_of_store(self, now: datetime) -> None:
        """Say once, when it is over, that nothing could be written down for a while."""
        since, why = self._trouble
        why = f"not since {instant(since)}: {why}"
        fields = {"name": STORE, "state": Health.WORKING.value, "since": now, "why": why}
        told = Percept(key=f"integration:{STORE}:{instant(since)}", kind=INTEGRATION, fields=fields, origin=OWN)
        try:
            inbox.send(self._store, told, now)
        except STORE_TROUBLE:
            return  # it is not over
        self._troubles = 0
        log.info("the store can be written again", since=instant(since))
        self._news.set()

    async def until_idle(self) -> None:
        """Think and act, without sensors, until nothing is due: for tests and for replaying a morning."""
        self.recover()
        while True:
            now = self._clock.now()
            self._timers.look(now)
            while self.think():
                pass
            self._acting.start(now)
            if self._failure is not None:
                raise self._failure
            if self._timers.unsettled or self._tell_of_integrations(now):
                continue
            if not self._acting.running:
                return
            await asyncio.wait(self._acting.running.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _stop(self, tasks: list[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        everything = [*tasks, *self._acting.running.values()]
        if everything:
            _, late = await asyncio.wait(everything, timeout=3)
            for task in late:
                task.cancel()

    async def _wait_for_news(self, due: datetime | None) -> None:
        alarm = asyncio.create_task(self._alarm(due)) if due is not None else None
        self._due, self._rests = due, True
        if self._is_quiet:
            self._clock.rest(due)
        try:
            await self._news.wait()
        finally:
            self._rests = False
            if alarm is not None:
                alarm.cancel()

    async def _alarm(self, due: datetime) -> None:
        await self._clock.sleep_until(due)
        self._stir()

    def next_due(self, now: datetime) -> datetime | None:
        """Return the next instant at which there is something to do, if nothing happens before, as seen at `now`."""
        known = [d for d in (self._timers.next_due(), self._acting.next_due(now)) if d is not None]
        return min(known) if known else None

    def _piece(self, now: datetime) -> bool:
        """Do a piece of what can wait until nothing else is to do; return whether there may be more."""
        return self._forgetter.piece(now) or self._house.piece(now) or self._sharing.piece(now)

    def _let_go(self) -> None:
        """Have the indexes, and what colleagues were told, let go of what was forgotten."""
        self._memory.let_go()
        self._sharing.all(self._clock.now())

    def _next_turn(self, now: datetime) -> datetime | None:
        """Return when the loop has to come round, if nothing happens before: the house is kept at night, too."""
        known = [d for d in (self.next_due(now), self._house.next_due()) if d is not None]
        return min(known) if known else None

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand: no percept to handle, and no action under way."""
        return not self._acting.running and not self._store.find("percept", {"state": "new"}, ("seq",), limit=1)

    @property
    def _is_quiet(self) -> bool:
        """Whether nothing is under way, and nobody has brought news since the turn began."""
        return not self._acting.running and not self._news.is_set()

    # recover --------------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Put right what the last process left: a claim that never came on the wire is tried again freely.

        What is under way in this process stays claimed: nobody may call it off.
        """
        if self._last is not None:
            self._note_death(self._last)
        self._acting.suspect(self._inquest.suspects())
        with self._store.transaction("recover"):
            for row in self._outbox.open_rows():
                if row.state == "claimed" and row.id not in self._acting.running:
                    log.info("claim found", action=row.id, operation=row.operation)
                    self._outbox.later(row.id, self._clock.now())

    def took_over(self) -> None:
        """Leave alone, for as long as such an attempt may take, what a holder on another host had on the wire.

        It may still live, and nobody can hold back what it sent: that is entered in the ledger as `unfenced`.
        """
        with self._store.transaction("take-over"):
            for row in self._outbox.open_rows():
                if row.state == "on_wire":
                    self._performer.leave_alone(row)

    def succeeds(self, last: LastProcess) -> None:
        """Know how the process before ended: `recover` sees to what follows. To be said first, and once."""
        self._last = last

    def _acted(self, error: BaseException | None) -> None:
        """Hear that an action has ended; what it raised is no failure of the act, which is written in its row."""
        if error is not None:
            self._failure = error
        self._stir()

    def _tell_of_integrations(self, now: datetime) -> bool:
        """Write how integrations stand, where that has changed: once for each change. Return whether any has."""
        changes = self._circuits.untold()
        if not changes:
            return False
        with self._store.transaction("integrations"):
            for change in changes:
                fields = {"name": change.name, "state": change.state.value, "since": change.since, "why": change.why}
                key = f"integration:{change.name}:{change.state.value}:{instant(now)}"
                inbox.insert(self._store, Percept(key=key, kind=INTEGRATION, fields=fields, origin=OWN), now)
        self._circuits.know(changes)
        self._news.set()
        return True

    def _note_death(self, last: LastProcess) -> None:
        """Look into a death before anything is thought about."""
        verdict = self._inquest.hold(last, self.state.intentions)
        self._last = None
        # What came before it must be committed when the process dies again: only then is it known whose body ran.
        self._stumbled_at = verdict.stumbled_at
        if verdict.told:
            self._waiting.look_again()
            self._think_about(self._waiting.one(verdict.told), gathers=False)

    # think ----------------------------------------------------------------------------------------------------

    def think(self) -> int:
        """Handle the next percepts in one transaction; return how many."""
        rows = self._waiting.next(1 if self._stumbled_at else CYCLES_PER_COMMIT)
        if not rows or rows[0].key == self._stumbled_at:
            self._stumbled_at = ""
        if not rows:
            return 0
        try:
            return self._think_about(rows, gathers=True)
        except GroupRefused as error:
            # One of the rows that were to be written together does not fit. Done one by one, it is known whose it is.
            log.info("cycles done again one by one", why=error.sentence)
            return self._think_about(rows, gathers=False)

    def _think_about(self, rows: Sequence[Any], *, gathers: bool) -> int:
        handled = 0
        self._over = []
        started = self._clock.monotonic()
        try:
            with self._store.transaction("cycle", gathers=gathers):
                for row in rows:
                    self._handle(row)
                    handled += 1
                    if self._clock.monotonic() - started > COMMIT_AFTER_S:
                        break
        except BaseException:
            self._reload()
            raise
        self._house.happened()
        self._sharing.happened()
        self._telemetry.thought(rows[:handled], self._clock.monotonic() - started)
        for intention in self._over:
            self._telemetry.ended(intention.plan, intention.stage.value)
        return handled

    def _handle(self, row: Any) -> None:
        self._beat(self._journal.cycle, row.key, "")
        tied = structlog.contextvars.bind_contextvars(correlation=row.correlation)
        try:
            self._handle_tied(row)
        finally:
            structlog.contextvars.reset_contextvars(**tied)

    def _handle_tied(self, row: Any) -> None:
        try:
            with self._store.part():
                self._one_cycle(inbox.read(row))
        except _OF_THE_STORE:
            raise
        except EmplaError as error:
            log.error("percept set aside", kind=row.kind, why=error.sentence)
            self._reload()
            self._aside.percept(row.key, error.sentence)

    def _one_cycle(self, percept: Percept) -> None:
        at = max(self._journal.at, self._clock.now())
        if percept.kind in COMMANDS:
            run_command(percept, self._store, self._outbox, self._aside, at)
            self._memory.came(MANY if percept.kind == MEMORY else 0)
            self._waiting.look_again()
            self._store.change("percept", {"key": percept.key}, {"state": "handled"})
            self._forgetter.told()
            return
        delta = cycle(self.state, percept, at, self._mindset.library, self._guard)
        self._outbox.at = at
        over = waits_over(self.state, delta.changes, self._mindset.library)
        # Applied before it is written, for the outbox asks what the mind holds now; if the commit fails, all of it is
        # taken from the tables again.
        self.state.apply(delta.changes)
        ended: list[Intention] = []
        handled = {"key": percept.key, "state": "handled", "cycle": self._journal.cycle + 1}
        self._store.amend("percept", ("key",), ("state", "cycle"), handled)
        for change in delta.changes:
            if type(change) is Intention and change.stage in OVER:
                self._log.info("intention over", intention=change.id, plan=change.plan, stage=change.stage.value)
                ended.append(change)
        body = record(self._store, self._outbox, self.state, delta, instant(at))
        self._memory.came(remember(self._store, percept, delta, self.state, self._mindset.library, self._effect, at))
        self._timers.wait_no_more(over, percept, at)
        self._journal.add(at, percept, body)
        self._journal.snapshot_if_due(self.state)
        self._over += ended
        if self._always_replay:
            self.state.live.clear()

    def _reload(self) -> None:
        """Take the state from the tables again: what was not committed never was."""
        self.state = load(self._store)
        self._journal = Journal(self._store)
        self._waiting.look_again()
        self._outbox.beliefs = self.state.beliefs
