"""Acting: rows of the outbox that are due are claimed, each is carried out in a task of its own.

Rows of one lane go in order; those of an integration that is left alone wait; those of an intention that is set aside
are not touched. What may have killed the process before goes alone, so that a second death has it alone in hand.
"""

import asyncio
import contextvars
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from empla.clock import Clock
from empla.engine import inbox
from empla.engine.circuits import Circuits
from empla.engine.outbox import Outbox
from empla.engine.performing import Performer
from empla.faults import point
from empla.governance.permit import Permit
from empla.mind.intentions import Intention, Stage
from empla.store.store import Store, instant

ACTIONS_AT_ONCE: Final = 8
LEFT_ON_WIRE: Final = "the process ended, or the connection was lost, while it was on the wire"


class Acting:
    """Carries out what one employee's outbox holds. `intention` returns one that is under way, `ended` hears of each
    action that has ended, with what it raised if it was no failure of the act itself."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        performer: Performer,
        circuits: Circuits,
        clock: Clock,
        *,
        intention: Callable[[str], Intention | None],
        ended: Callable[[BaseException | None], None],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._performer = performer
        self._circuits = circuits
        self._clock = clock
        self._intention = intention
        self._ended = ended
        self._suspects: set[str] = set()
        self._given_up: set[str] = set()
        self.running: dict[str, asyncio.Task[None]] = {}
        self.paused = False

    def suspect(self, actions: Iterable[str]) -> None:
        """Have these go alone: they were under way when a process died with nothing else in hand."""
        self._suspects = set(actions)

    def start(self, now: datetime) -> None:
        """Claim every row that is due at `now` and free to go, and start a task for each."""
        if self.paused:
            return
        rows = [row for row in self._outbox.open_rows() if not self._rests(row)]
        lanes = {r.lane for r in rows if r.id in self.running and r.lane}
        for row in rows:
            if row.id in self.running or row.lane in lanes:
                continue
            if row.lane:
                lanes.add(row.lane)
            if row.due > instant(now):
                continue
            if len(self.running) >= (1 if row.id in self._suspects or self._tries_a_suspect else ACTIONS_AT_ONCE):
                return
            self._start(row)

    def break_off(self) -> None:
        """Give up every attempt that is under way: what it came to is found out by evidence."""
        self._given_up.update(self.running)
        for task in self.running.values():
            task.cancel()

    @property
    def given_up(self) -> tuple[str, ...]:
        """The actions that were given up while they were under way, and not begun anew since."""
        return tuple(sorted(self._given_up))

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next row is due after `now`.

        One that was due and was not started waits for something else: its lane, a free place, the end of a pause, what
        comes of a trial.
        """
        dues = [row.due for row in self._outbox.open_rows() if row.due > instant(now) and not self._rests(row)]
        return datetime.fromisoformat(min(dues)) if dues else None

    def _rests(self, row: Any) -> bool:
        """Return whether the intention of a row is set aside: then nothing of it is tried."""
        intention = self._intention(row.intention)
        return intention is not None and intention.stage is Stage.QUARANTINED

    @property
    def _tries_a_suspect(self) -> bool:
        return not self._suspects.isdisjoint(self.running)

    def _start(self, row: Any) -> None:
        permit = self._outbox.permit(row) if row.state == "on_wire" else self._claimed(row)
        if permit is None:
            return
        point(f"claimed:{row.operation}")
        perform, settle = self._performer.perform, self._performer.settle
        work = settle(permit, LEFT_ON_WIRE) if row.state == "on_wire" else perform(permit)
        tied = contextvars.copy_context()
        tied.run(structlog.contextvars.bind_contextvars, correlation=inbox.correlation(row.percept))
        task = asyncio.create_task(work, context=tied)
        self._given_up.discard(row.id)
        self.running[row.id] = task
        task.add_done_callback(partial(self._finished, row))

    def _claimed(self, row: Any) -> Permit | None:
        """Claim a row; None if it has to wait, or has waited too long for its integration."""
        name = self._performer.integration(row.operation)
        left_s = self._circuits.left_s(name)
        if left_s and self._performer.gives_up(row, left_s):
            return None
        if not left_s and not self._circuits.may_try(name, row.id):
            return None  # another of its integration tries; when that is over it is looked at again
        circuit = self._clock.now() + timedelta(seconds=left_s) if left_s else None
        permit: Permit | None = None
        try:
            self._store.assure_lease()
            with self._store.transaction("claim"):
                permit = self._outbox.claim(row, paused=self.paused, circuit=circuit)
        finally:
            if permit is None:
                self._circuits.over(name, row.id)
        return permit

    def _finished(self, row: Any, task: asyncio.Task[None]) -> None:
        self.running.pop(row.id, None)
        self._suspects.discard(row.id)
        self._circuits.over(self._performer.integration(row.operation), row.id)
        error: BaseException | None = None
        with suppress(asyncio.CancelledError):
            error = task.exception()
        self._ended(error)
