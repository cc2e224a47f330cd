"""What a process had in hand when it died: the evidence of poison (law 8).

Each death of a process that had something in hand is a row (`crash`): when, how, in which phase, and over which
percept, intention and actions. At the second death that counts, what was in hand both times is set aside, and nothing
else:

* an intention, if its body ran both times, in whatever percepts; a percept that is innocent then waits its turn;
* else the percept that was being handled;
* else the intention of an action that was under way with nothing else in hand. After the first such death those that
  were under way go one by one, so that the second has one of them in hand.

A death counts unless it was somebody else's doing: a kill from outside, a stop that was asked for. One that nobody saw
(the supervisor died too, or the machine) counts only if the death before it was over the same percept or intention:
power fails at random, and what is in hand is so for milliseconds, so the same twice in a row is hardly chance.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from empla.store.store import Store, instant

UNCOMMITTED = "?"
"""Stands behind an intention that the percept in hand had just brought up: nothing of it was committed yet, so its
number may be another's later. It counts as the one of that number in further deaths over the same percept only."""
ENOUGH = 2
"""What is in hand at this many crashes that count is set aside."""
_RECENT = 200
_ROW = ("at", "epoch", "how", "phase", "cycle", "percept", "intention", "action", "counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastProcess:
    """How the process before ended, and in which phase; `worked`: whether it had come to its work at all.

    `how` is in words, empty if nobody saw; `counts` says whether it may be the fault of what was in hand: `percept` (a
    key), `intention` whose body ran, and `actions` that were under way.
    """

    at: datetime
    epoch: int
    phase: str
    worked: bool = True
    how: str = ""
    counts: bool = False
    cycle: int = 0
    percept: str = ""
    intention: str = ""
    actions: tuple[str, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether it had anything in hand."""
        return bool(self.percept or self.intention or self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilty:
    """What was in hand at enough crashes: a percept, an intention or an action, and why it is set aside."""

    reason: str
    percept: str = ""
    intention: str = ""
    action: str = ""


class Crashes:
    """The deaths of one employee's processes. Its methods that write run inside a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, last: LastProcess) -> Guilty | None:
        """Note a death; return what is to be set aside because of it."""
        if not last.busy:
            return None
        if not last.how:
            last = replace(last, counts=self._same_as_before(last))
        values = {
            "at": instant(last.at),
            "epoch": last.epoch,
            "how": last.how or "ended, and nobody saw how",
            "phase": last.phase,
            "cycle": last.cycle,
            "percept": last.percept,
            "intention": last.intention,
            "action": " ".join(last.actions),
            "counts": int(last.counts),
        }
        self._store.add("crash", values)
        return self._guilty(last) if last.counts else None

    def forgive(self, *, percept: str = "", intention: str = "") -> None:
        """Count no more the deaths over this percept, or over this intention and its actions."""
        for row in self.over(percept=percept, intention=intention):
            self._store.change("crash", {"seq": row.seq}, {"counts": 0})

    def over(self, *, percept: str = "", intention: str = "") -> list[Any]:
        """Return the recent deaths over a percept, or over an intention and its actions, oldest first."""
        found = self._store.find("crash", {}, ("seq", *_ROW), limit=_RECENT, newest=True)
        chosen = [
            row
            for row in found
            if (percept and row.percept == percept)
            or (intention and (row.intention == intention or _intention_among(row.action.split(), intention)))
        ]
        return chosen[::-1]

    def suspects(self) -> frozenset[str]:
        """Return the actions that were under way, with nothing else in hand, at a death that counts."""
        return frozenset(action for row in self._counting() for action in _alone(row))

    def _same_as_before(self, last: LastProcess) -> bool:
        before = self._store.find("crash", {}, ("percept", "intention"), limit=1, newest=True)
        return bool(before) and (
            (bool(last.intention) and before[0].intention == last.intention)
            or (bool(last.percept) and before[0].percept == last.percept)
        )

    def _counting(self) -> Sequence[Any]:
        return self._store.find("crash", {"counts": 1}, _ROW, limit=_RECENT, newest=True)

    def _guilty(self, last: LastProcess) -> Guilty | None:
        rows = self._counting()
        if last.intention and not last.intention.endswith(UNCOMMITTED):
            over = [row for row in rows if _same_intention(row, last)]
            if len(over) >= ENOUGH:
                return Guilty(intention=last.intention, reason=_reason(over, "while its plan ran"))
        if last.percept:
            over = [row for row in rows if row.percept == last.percept]
            if len(over) >= ENOUGH:
                return Guilty(percept=last.percept, reason=_reason(over, "while handling it"))
        if last.percept or last.intention:
            return None
        for action in last.actions:
            over = [row for row in rows if action in _alone(row)]
            if len(over) >= ENOUGH:
                return Guilty(action=action, reason=_reason(over, f"while the action {action} was under way"))
        return None


def in_flight(rows: Iterable[Any], last: LastProcess) -> tuple[str, ...]:
    """Return the actions, of these rows of the outbox, that were under way when the process before ended.

    Those it had claimed; and those on the wire, unless they waited for another look at the other side.
    """
    at = instant(last.at)
    claimed = [r.id for r in rows if r.state == "claimed" and r.epoch == last.epoch]
    return (*claimed, *(r.id for r in rows if r.state == "on_wire" and r.due <= at))


def _same_intention(row: Any, last: LastProcess) -> bool:
    new = row.intention == f"{last.intention}{UNCOMMITTED}" and row.percept == last.percept
    return bool(row.intention == last.intention or new)


def _alone(row: Any) -> Collection[str]:
    return () if row.percept or row.intention else row.action.split()


def _intention_among(actions: Iterable[str], intention: str) -> bool:
    return any(action.partition(".")[0] == intention for action in actions)


def _reason(over: Sequence[Any], doing: str) -> str:
    """Return why something is set aside, as a sentence; `over` are the deaths, the newest first."""
    return f"the process died {len(over)} times {doing} (the last time: {over[0].how})"
