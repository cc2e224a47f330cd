"""What is due: instants are rows, each is decided once (contract 12). Waiting takes a row, not a process.

A row is the wait of a step, a goal or a promise (`step:ID`), or the next firing of a trigger (`empla.engine.schedule`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from empla.engine import inbox
from empla.engine.schedule import Schedule, Setting
from empla.engine.schedule_rows import STEP
from empla.mind.beliefs import BeliefBase
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, Intention, StepRecord
from empla.mind.percepts import TIMER, Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Change, MindState
from empla.mind.steps import Ask, Wait
from empla.mind.triggers import Declared
from empla.mind.values import OWN
from empla.store.store import Store, instant


class Timers:
    """The due instants of one employee. `believed` returns what it holds now: its zone, and what is paused."""

    def __init__(self, store: Store, triggers: Mapping[str, Declared], believed: Callable[[], BeliefBase]) -> None:
        self._store = store
        self._schedule = Schedule(store, triggers)
        self._believed = believed
        self._settled: Setting | None = None

    def next_due(self) -> datetime | None:
        """Return the earliest instant that is not decided."""
        rows = self._store.find("occurrence", {"state": "due"}, ("instant",), order="instant", limit=1)
        return datetime.fromisoformat(rows[0].instant) if rows else None

    @property
    def unsettled(self) -> bool:
        """Whether what is believed has changed in such a way that other instants may be waited for now."""
        return self._schedule.setting(self._believed()) != self._settled

    def any_due(self, now: datetime) -> bool:
        """Return whether something is due at `now`."""
        due = self.next_due()
        return due is not None and due <= now

    def look(self, now: datetime) -> bool:
        """Decide on all that is due at `now`, in a transaction of its own; return whether there was anything to do."""
        setting = self._schedule.setting(self._believed())
        if setting == self._settled and not self.any_due(now):
            return False
        with self._store.transaction("timers"):
            if setting != self._settled:
                self._schedule.settle(setting, now)
            self._decide(setting, now)
        self._settled = setting
        return True

    def wait_no_more(self, over: Iterable[str], percept: Percept, at: datetime) -> None:
        """Cancel the rows of what waits no more (`waits_over`), but of whom `percept` has just woken."""
        woken = percept.get("step") if percept.kind == TIMER else None
        values = {"state": "cancelled", "decided_at": instant(at), "why": "nothing waits for it any more"}
        for waiter in over:
            if waiter != woken:
                self._store.change("occurrence", {"trigger": f"{STEP}{waiter}", "state": "due"}, values)

    def _decide(self, setting: Setting, now: datetime) -> None:
        columns = ("seq", "trigger", "instant", "because")
        rows = self._store.find("occurrence", {"state": "due"}, columns, at_most={"instant": instant(now)})
        for row in rows:
            if row.trigger.startswith(STEP):
                self._wake(row, now)
        for name in dict.fromkeys(row.trigger for row in rows if not row.trigger.startswith(STEP)):
            self._schedule.decide(name, setting, now)

    def _wake(self, row: Any, now: datetime) -> None:
        """Write the percept that a wait is over."""
        step = row.trigger.removeprefix(STEP)
        inbox.insert(self._store, timer(step, row.instant), now, because=row.because or self._began_with(step))
        self._store.change("occurrence", {"seq": row.seq}, {"state": "fired", "decided_at": instant(now)})

    def _began_with(self, step: str) -> str:
        """Return the percept of the intention that waits, for rows that do not say it."""
        waiting = self._store.find("intention", {"id": step.partition(".")[0]}, ("percept",))
        return str(waiting[0].percept) if waiting else ""


def waits_over(state: MindState, changes: Iterable[Change], library: PlanLibrary) -> list[str]:
    """Return who waits for an instant no more once these changes are applied to `state`, which they are not yet."""
    found: list[str] = []
    records: list[StepRecord] = []
    ended: set[str] = set()
    for change in changes:
        match change:
            case StepRecord():
                records.append(change)
            case Goal() if change.over and change.aim is not None:
                found.append(change.id)
            case Intention() if change.stage in OVER:
                ended.add(change.id)
                plan = library.get(change.plan, change.version)
                if plan is not None and plan.limits.time is not None:
                    found.append(change.id)
    records += [record for name in ended for record in state.histories.get(name, {}).values()]
    found += [r.id for r in records if (r.outcome is not None or r.intention in ended) and _has_timer(r)]
    return list(dict.fromkeys(found))


def _has_timer(record: StepRecord) -> bool:
    step = record.step
    return isinstance(step, Ask) or (isinstance(step, Wait) and step.until is not None)


def timer(step: str, due: str) -> Percept:
    """Return the percept that a step's wait is over; `due` is the instant as the store keeps it."""
    return Percept(key=f"timer:{step}:{due}", kind=TIMER, fields={"step": step}, origin=OWN)
