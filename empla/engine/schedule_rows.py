"""The rows of occurrences, and the percepts that tell of them: each written once, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from empla.engine import inbox
from empla.engine.schedule_policy import LeftOut
from empla.engine.schedule_times import Moment
from empla.mind.percepts import OCCURRENCE, OCCURRENCE_MISSED, Percept
from empla.mind.triggers import MOST_NAMED
from empla.mind.values import OWN, EventRef
from empla.store.store import Store, instant

STEP = "step:"
"""What the trigger of a wait begins with: of a step, a goal, a promise. Nothing declared has a colon in its name."""
DECIDED = frozenset({"fired", "skipped", "coalesced"})
"""States of rows whose instant is over for good."""
WAS_PAUSED = "it was paused"
"""Why a row is cancelled whose trigger a person has paused."""
_PENDING = ("seq", "trigger", "instant", "zone", "rule", "local")
_KEY = ("trigger", "instant", "zone")


@dataclass(frozen=True, slots=True)
class Missing:
    """Instants that did not fire: the ends of each run of them by name, and how many there are."""

    named: tuple[datetime, ...] = ()
    count: int = 0

    def later(self, left_out: LeftOut) -> "Missing":
        """Return it with what was left out after it."""
        ends = _ends(left_out.first.at, left_out.last.at)
        return Missing((*self.named, *ends)[-MOST_NAMED:], self.count + left_out.count)


NOTHING_MISSING = Missing()


class OccurrenceRows:
    """The rows of one employee's declared triggers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self) -> dict[str, list[Any]]:
        """Return the rows that wait, by trigger, but those of steps."""
        found: dict[str, list[Any]] = {}
        for row in self._store.find("occurrence", {"state": "due"}, _PENDING):
            if not row.trigger.startswith(STEP):
                found.setdefault(row.trigger, []).append(row)
        return found

    def waiting_of(self, trigger: str) -> Sequence[Any]:
        """Return the rows of one trigger that wait."""
        return self._store.find("occurrence", {"trigger": trigger, "state": "due"}, _PENDING)

    def has_decided(self, trigger: str, moment: Moment, zone: str) -> bool:
        """Return whether this very instant is over, so that nothing may wait for it any more."""
        found = self._store.find("occurrence", _key(trigger, moment, zone), ("state", "why", "decided_at"))
        if not found:
            return False
        passed_paused = found[0].why == WAS_PAUSED and found[0].decided_at >= instant(moment.at)
        return found[0].state in DECIDED or passed_paused

    def await_(self, trigger: str, moment: Moment, zone: str, rule: str) -> None:
        """Let this instant be waited for; one that was cancelled is taken up again."""
        waits = {"state": "due", "rule": rule, "local": moment.wall.isoformat(), "decided_at": "", "why": ""}
        self._store.put("occurrence", _KEY, tuple(waits), {**_key(trigger, moment, zone), **waits})

    def decided(self, row: Any, state: str, now: datetime, **values: Any) -> None:
        """Write what became of a row that waited."""
        self._store.change("occurrence", {"seq": row.seq}, {"state": state, "decided_at": instant(now), **values})

    def cancel(self, row: Any, why: str, now: datetime) -> None:
        """Cancel a row that waits; if its instant has passed already, the mind is told that nothing came of it."""
        self.decided(row, "cancelled", now, why=why)
        if row.instant <= instant(now):
            moment = moment_of(row)
            self.tell_missed(row.trigger, row.zone, LeftOut("cancelled", moment, moment, 1, why), now)

    def pause(self, row: Any, now: datetime) -> None:
        """Write that a row waits no more, or that its instant passed, because a person has paused its trigger."""
        self.decided(row, "cancelled", now, why=WAS_PAUSED)

    def leave_out(self, row: Any, left_out: LeftOut, now: datetime, *, quiet: bool) -> None:
        """Let a row that waited stand for what is left out, and tell the mind unless that is `quiet`."""
        last = instant(left_out.last.at)
        self.decided(row, left_out.state, now, why=left_out.why, count=left_out.count, last=last)
        if not quiet:
            self.tell_missed(row.trigger, row.zone, left_out, now)

    def fired(self, trigger: str, moment: Moment, zone: str, rule: str, now: datetime) -> bool:
        """Write the row of an instant that fires without having been waited for; False if it was decided before."""
        values = {"state": "fired", "rule": rule, "local": moment.wall.isoformat(), "decided_at": instant(now)}
        return self._store.add_new("occurrence", _KEY, {**_key(trigger, moment, zone), **values})

    def left_out_before(self, trigger: str) -> Missing:
        """Return what was left out since the trigger fired last."""
        columns = ("state", "instant", "last", "count")
        found = NOTHING_MISSING
        for row in self._store.find("occurrence", {"trigger": trigger}, columns, newest=True, limit=MOST_NAMED):
            if row.state == "fired":
                break
            if row.state in DECIDED:
                first = datetime.fromisoformat(row.instant)
                ends = _ends(first, datetime.fromisoformat(row.last) if row.last else first)
                found = Missing((*ends, *found.named)[-MOST_NAMED:], found.count + row.count)
        return found

    # what the mind hears --------------------------------------------------------------------------------------

    def tell(
        self,
        trigger: str,
        zone: str,
        moment: Moment,
        now: datetime,
        missing: Missing,
        events: tuple[EventRef, ...] = (),
    ) -> None:
        """Write the percept that a trigger is due."""
        fields: Mapping[str, Any] = {
            "trigger": trigger,
            "due": moment.at,
            "zone": zone,
            "late_s": max(0, int((now - moment.at).total_seconds())),
            "missed": missing.named,
            "more": missing.count - len(missing.named),
            **({"events": events} if events else {}),
        }
        key = f"occurrence:{trigger}:{instant(moment.at)}:{zone}"
        inbox.insert(self._store, Percept(key=key, kind=OCCURRENCE, fields=fields, origin=OWN), now)

    def tell_missed(self, trigger: str, zone: str, left_out: LeftOut, now: datetime) -> None:
        """Write the percept that a trigger was due and is not made up for one by one."""
        fields = {
            "trigger": trigger,
            "due": left_out.first.at,
            "last": left_out.last.at,
            "count": left_out.count,
            "why": left_out.why,
        }
        key = f"missed:{trigger}:{instant(left_out.first.at)}:{zone}"
        inbox.insert(self._store, Percept(key=key, kind=OCCURRENCE_MISSED, fields=fields, origin=OWN), now)


def moment_of(row: Any) -> Moment:
    """Return the moment that a row waits for."""
    return Moment(datetime.fromisoformat(row.instant), datetime.fromisoformat(row.local))


def _key(trigger: str, moment: Moment, zone: str) -> dict[str, str]:
    return {"trigger": trigger, "instant": instant(moment.at), "zone": zone}


def _ends(first: datetime, last: datetime) -> tuple[datetime, ...]:
    return (first,) if first == last else (first, last)
