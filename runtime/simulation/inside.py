"""What is checked in the employees' own tables after a run: nothing lost, nothing stranded, every promise seen to.

percepts       each mail that was delivered has one, and each of them has an end
occurrences    those of the standing triggers are all that there should be, each decided once; computed independently
intentions     each that goes on waits for something that will come: an act, an answer, an instant, another intention
promises       each that is late was told of; what is open is carried by somebody
replay         the recorded past comes out the same again, and the chain of acts is whole
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from empla.capabilities.email.delegated import KEY_PREFIX
from empla.capabilities.email.sensor import percept_key
from empla.engine import archive
from empla.engine.compacting import YOUNG
from empla.engine.loading import load
from empla.engine.replay import replay
from empla.governance.ledger import Entry, first_break
from empla.mind.commitments import COMMITMENT, EXPECTATION, Standing, promised
from empla.mind.intentions import Intention, Stage, StepRecord
from empla.mind.percepts import OCCURRENCE
from empla.mind.state import MindState
from empla.mind.steps import Ask, Wait
from empla.mind.triggers import DAILY_PRIORITIES, MONTHLY_GOALS, WEEKLY_PLANNING, WEEKLY_REFLECTION
from empla.store.opening import open_store
from empla.store.store import Store, instant
from runtime.employee import library
from runtime.simulation.oracle import Fault
from runtime.simulation.play import Lived, Outcome
from runtime.simulation.world import Folder

_OPEN_ACTS: Final = frozenset({"proposed", "awaiting_approval", "deferred", "ready", "claimed", "on_wire", "unknown"})
_ENDED: Final = frozenset({"handled", "quarantined", "dropped"})
_LATE_IS_TOLD_WITHIN: Final = timedelta(days=4)
"""Time after which a promise that is late must have been told of, absences and all."""


@dataclass(kw_only=True)
class Counts:
    """What one employee has done, in numbers."""

    cycles: int = 0
    percepts: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    intentions: Counter[str] = field(default_factory=Counter)
    commitments: Counter[str] = field(default_factory=Counter)
    expectations: Counter[str] = field(default_factory=Counter)
    noticed: int = 0
    occurrences: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def model_calls(self) -> int:
        """How many of its acts asked a model: what would have cost tokens."""
        return sum(count for act, count in self.acts.items() if act.startswith("model."))


def examine(outcome: Outcome, *, replays: bool = True) -> Mapping[str, Counts]:
    """Look into every employee's tables; add what is wrong to the outcome's faults, and return the counts by slug."""
    found: dict[str, Counts] = {}
    roles = {outcome.script.scenario.address(e.name): e.role for e in outcome.script.scenario.employees}
    for lived in outcome.employees:
        with closing(open_store(lived.mind, lived.slug)) as store:
            look = _Look(store, lived, outcome)
            with store.reading():
                outcome.faults += [
                    *look.percepts(),
                    *look.occurrences(),
                    *look.intentions(),
                    *look.promises(),
                    *look.ledger(),
                ]
                found[lived.slug] = look.counts()
            if replays:
                outcome.faults += look.replayed(roles[lived.address])
    return found


class _Look:
    """One look into one employee's tables."""

    def __init__(self, store: Store, lived: Lived, outcome: Outcome) -> None:
        self._store = store
        self._lived = lived
        self._outcome = outcome
        self._state: MindState = load(store)

    def _fault(self, kind: str, sentence: str) -> Fault:
        return Fault(kind=kind, nonce="", sentence=f"{self._lived.slug}: {sentence}")

    # percepts -------------------------------------------------------------------------------------------------

    def percepts(self) -> Iterator[Fault]:
        """Find mails without a percept, and percepts without an end."""
        states = {row.key: row.state for row in self._store.find("percept", (), ("key", "state"))}
        box = self._outcome.office.boxes[self._lived.address]
        folders: list[tuple[str, Folder]] = [("", box.inbox)]
        folders += [(KEY_PREFIX, folder) for folder in box.delegated.values()]
        for prefix, folder in folders:
            for mail in folder.mails:
                if prefix + percept_key(mail.raw) not in states:
                    yield self._fault("lost percept", f"no percept tells of the mail that came at {mail.received}")
        for key, state in states.items():
            if state not in _ENDED:
                yield self._fault("lost percept", f"{key} is {state}")

    # occurrences ----------------------------------------------------------------------------------------------

    def occurrences(self) -> Iterator[Fault]:
        """Compare the occurrences of the standing triggers with those that the calendar says there are.

        Of what is older than a month the row may be gone; then its percept tells.
        """
        columns = ("trigger", "instant", "zone", "state", "count", "last")
        rows = self._store.find("occurrence", (), columns)
        zone = ZoneInfo(str(dict(self._profile())["zone"]))
        for trigger in (DAILY_PRIORITIES, WEEKLY_PLANNING, WEEKLY_REFLECTION, MONTHLY_GOALS):
            mine = [row for row in rows if row.trigger == trigger]
            wanted = list(due(trigger, zone, self._outcome.began, self._outcome.ended))
            covered: Counter[datetime] = Counter()
            for row in mine:
                if row.state in ("fired", "skipped", "coalesced"):
                    first = datetime.fromisoformat(row.instant)
                    last = datetime.fromisoformat(row.last) if row.last else first
                    covered.update(at for at in wanted if first <= at <= last)
            for at in wanted:
                old = at <= self._outcome.ended - YOUNG
                if covered[at] != 1 and not (old and not covered[at] and self._told(trigger, at)):
                    how = "lost" if not covered[at] else "doubled"
                    yield self._fault(f"{how} occurrence", f"{trigger} of {at} was decided {covered[at]} times")
        now = instant(self._outcome.ended)
        for row in rows:
            if row.state == "due" and row.instant < now:
                yield self._fault("lost occurrence", f"{row.trigger} of {row.instant} is due and was not seen to")

    def _told(self, trigger: str, at: datetime) -> bool:
        """Return whether a percept tells of an occurrence."""
        key = f"occurrence:{trigger}:{instant(at)}:"
        return any(row.key.startswith(key) for row in self._store.find("percept", {"kind": OCCURRENCE}, ("key",)))

    def _profile(self) -> Sequence[tuple[str, Any]]:
        return [belief.arguments for belief in self._state.beliefs.matching("profile")]

    # intentions -----------------------------------------------------------------------------------------------

    def intentions(self) -> Iterator[Fault]:
        """Find intentions that go on and wait for nothing that will come."""
        for intention in self._state.intentions.values():
            if intention.stage is Stage.QUARANTINED:
                yield self._fault("quarantined", f"{intention.id} {intention.plan}")
            elif intention.stage is Stage.ACTIVE and not self._will_be_woken(intention):
                yield self._fault("stranded intention", f"{intention.id} {intention.plan} for {intention.kind}")

    def _will_be_woken(self, intention: Intention) -> bool:
        records = self._state.histories.get(intention.id, {}).values()
        return any(self._is_awaited(record) for record in records if record.outcome is None) or any(
            child.parent == intention.id or child.parent.startswith(f"{intention.id}.")
            for child in self._state.intentions.values()
        )

    def _is_awaited(self, record: StepRecord) -> bool:
        """Return whether something will end a step: an act, an instant, an answer, an event that was promised."""
        acts = self._store.find("action", {"id": record.id}, ("state",))
        if acts and acts[0].state in _OPEN_ACTS:
            return True
        if self._store.find("occurrence", {"trigger": f"step:{record.id}", "state": "due"}, ("seq",)):
            return True
        step = record.step
        if isinstance(step, Ask):
            return record.id in self._state.questions
        return isinstance(step, Wait) and bool(step.kind or step.condition) and step.until is None

    # promises -------------------------------------------------------------------------------------------------

    def promises(self) -> Iterator[Fault]:
        """Find promises of its own that are late and were not told of."""
        for belief in self._state.beliefs.matching(COMMITMENT):
            made = promised(belief)
            if made is None or made.standing in (Standing.KEPT, Standing.RELEASED):
                continue
            late = made.due is not None and made.due + _LATE_IS_TOLD_WITHIN < self._outcome.ended
            if late and made.noticed_at is None and made.late_at is None and not made.ended:
                yield self._fault("slipped without notice", f"{belief.arguments[0]} was due at {made.due}")

    # the past -------------------------------------------------------------------------------------------------

    def ledger(self) -> Iterator[Fault]:
        """Find a break in the chain of acts."""
        rows = self._store.find("ledger", (), ("prev", "hash", "record"))
        broken = first_break(Entry(row.prev, row.hash, bytes(row.record)) for row in rows)
        if broken is not None:
            yield self._fault("broken ledger", f"entry {broken + 1} does not follow from the one before")

    def replayed(self, role: str) -> Iterator[Fault]:
        """Think the past again, and find where it comes out otherwise."""
        found = replay(self._store, library(role))
        if found.differs_at:
            yield self._fault("replay differs", f"cycle {found.differs_at} comes out otherwise")

    # numbers --------------------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """Return what it has done, in numbers."""
        find = self._store.find
        counted = Counts(
            cycles=sum(1 for _ in archive.journal(self._store, 1)),
            percepts=Counter(row.kind for row in find("percept", (), ("kind",))),
            acts=Counter(f"{row.operation} {row.state}" for row in find("action", (), ("operation", "state"))),
            intentions=Counter(row.stage for row in find("intention", (), ("stage",))),
            occurrences=Counter(row.state for row in find("occurrence", (), ("state",))),
            failures=Counter(row.plan for row in find("intention", {"stage": "failed"}, ("plan",))),
        )
        for functor, into in ((COMMITMENT, counted.commitments), (EXPECTATION, counted.expectations)):
            for belief in self._state.beliefs.matching(functor):
                made = promised(belief)
                if made is not None:
                    into[made.standing.value] += 1
                    counted.noticed += functor == COMMITMENT and (made.noticed_at or made.late_at) is not None
        return counted


def due(trigger: str, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """Return when a standing trigger is due, day by day: written without the code that is under test."""
    hour, fits = _STANDING[trigger]
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        # All of these hours exist on every day, also where clocks are put forward or back.
        at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if fits(day) and since < at < until - timedelta(minutes=5):
            yield at
        day += timedelta(days=1)


def _every_day(_day: date) -> bool:
    return True


_STANDING: Final = {
    DAILY_PRIORITIES: (6, _every_day),
    WEEKLY_PLANNING: (9, lambda day: day.weekday() == 0),
    WEEKLY_REFLECTION: (18, lambda day: day.weekday() == 4),
    MONTHLY_GOALS: (7, lambda day: day.day == 1),
}
