"""Writing a Delta into the tables: one row for each change, all in the cycle's transaction.

Each change is put into words once: the text of its row is the text that the journal has of it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from empla.engine import inbox
from empla.engine.outbox import Outbox
from empla.engine.schedule_rows import STEP
from empla.mind import codec
from empla.mind.goals import Goal
from empla.mind.intentions import HeldSpan, Intention, Question, StepRecord
from empla.mind.state import (
    Asked,
    Believed,
    Change,
    Continued,
    Decided,
    Delta,
    Due,
    Forgotten,
    MindState,
    Noted,
    Occurred,
    Quarantined,
    Recalled,
    Withdrawn,
)
from empla.mind.values import Origin
from empla.store.store import Store, instant


def record(store: Store, outbox: Outbox, state: MindState, delta: Delta, at_text: str) -> bytes:
    """Write every change of a cycle, and return the canonical text of them all; `state` is the mind with them.

    An action knows the times that were kept before it was asked for: of two that want the same one, the first has it.
    """
    recorder = Recorder(store, outbox, state, delta, at_text)
    texts = [_WRITERS[type(change)](recorder, change) for change in delta.changes]
    return f"[{','.join(texts)}]".encode()


class Recorder:
    """Writes the changes of one cycle; each of its methods writes one, and returns its canonical text."""

    def __init__(self, store: Store, outbox: Outbox, state: MindState, delta: Delta, at_text: str) -> None:
        self._store = store
        self._outbox = outbox
        self._state = state
        self._delta = delta
        self._at_text = at_text
        self._held: dict[str, HeldSpan] | None = None

    # what the outbox sees to ----------------------------------------------------------------------------------

    def asked(self, change: Asked) -> str:
        """Have an action prepared and decided."""
        at = self._outbox.now()
        self._outbox.accept(change, [h for h in self._holds().values() if h.until > at])
        return codec.dumps(change)

    def withdrawn(self, change: Withdrawn) -> str:
        """Cancel the actions of an intention."""
        self._outbox.withdraw(change.intention)
        return codec.dumps(change)

    def recalled(self, change: Recalled) -> str:
        """Cancel an action."""
        self._outbox.recall(change.action)
        return codec.dumps(change)

    def decided(self, change: Decided) -> str:
        """Take a person's word on an action."""
        self._outbox.decided(change)
        return codec.dumps(change)

    def _holds(self) -> dict[str, HeldSpan]:
        """Return the times that are kept; those of this cycle from when they are written on."""
        if self._held is None:
            of_this_cycle = {c.id for c in self._delta.changes if isinstance(c, HeldSpan)}
            held = self._state.live_holds(self._outbox.now())
            self._held = {h.id: h for h in held if h.id not in of_this_cycle}
        return self._held

    # rows of the mind -----------------------------------------------------------------------------------------

    def believed(self, change: Believed) -> str:
        """Write a belief that is held."""
        belief = change.belief
        text = codec.dumps(belief)
        values = {"id": belief.id, "functor": belief.functor, "origin": _origin(belief.origin), "held": 1, "body": text}
        self._store.put("belief", _BY_ID, ("functor", "origin", "held", "body"), values)
        return f'{{"$":"Believed","belief":{text}}}'

    def forgotten(self, change: Forgotten) -> str:
        """Note that a belief is held no longer."""
        self._store.amend("belief", _BY_ID, ("held",), {"id": change.id, "held": 0})
        return codec.dumps(change)

    def goal(self, goal: Goal) -> str:
        """Write a goal."""
        text = codec.dumps(goal)
        values = {"id": goal.id, "name": goal.name, "state": goal.state, "percept": goal.percept, "body": text}
        self._store.put("goal", _BY_ID, ("name", "state", "percept", "body"), values)
        return text

    def intention(self, intention: Intention) -> str:
        """Write an intention."""
        text = codec.dumps(intention)
        values = {
            "id": intention.id,
            "plan": intention.plan,
            "version": intention.version,
            "stage": intention.stage.value,
            "percept": intention.percept,
            "body": text,
        }
        self._store.put("intention", _BY_ID, ("plan", "version", "stage", "percept", "body"), values)
        return text

    def step(self, record: StepRecord) -> str:
        """Write a step."""
        text = codec.dumps(record)
        resolved = 0 if record.outcome is None else 1
        values = {"id": record.id, "intention": record.intention, "resolved": resolved, "body": text}
        self._store.put("step", _BY_ID, ("intention", "resolved", "body"), values)
        return text

    def question(self, question: Question) -> str:
        """Write a question."""
        text = codec.dumps(question)
        values = {
            "id": question.id,
            "who": question.who.value,
            "thread": question.thread,
            "token": question.message_id,
            "allowed": codec.dumps(question.allowed),
            "expires_at": instant(question.expires_at),
            "state": question.state,
            "body": text,
        }
        self._store.put("question", _BY_ID, tuple(c for c in values if c != "id"), values)
        return text

    def hold(self, held: HeldSpan) -> str:
        """Write a time that is kept free."""
        self._holds()[held.id] = held
        text = codec.dumps(held)
        times = {"starts_at": instant(held.start), "ends_at": instant(held.end), "until": instant(held.until)}
        values = {"id": held.id, "intention": held.intention, **times, "body": text}
        self._store.put("hold", _BY_ID, ("intention", *times, "body"), values)
        return text

    # the rest -------------------------------------------------------------------------------------------------

    def due(self, change: Due) -> str:
        """Have a step woken at its time."""
        key = {"trigger": f"{STEP}{change.step}", "instant": instant(change.at), "zone": "UTC"}
        values = {**key, "because": self._began_with(change.step)}
        self._store.add_new("occurrence", ("trigger", "instant", "zone"), values)
        return codec.dumps(change)

    def _began_with(self, waiter: str) -> str:
        """Return the percept that led to the intention or the goal that waits, "" if it is neither."""
        one = self._state.intentions.get(waiter.partition(".")[0]) or self._state.goals.get(waiter)
        return one.percept if one is not None else ""

    def occurred(self, change: Occurred) -> str:
        """Note that a trigger has fired, beside what the clock makes due; its name is followed by phase and subject."""
        values = {
            "trigger": ":".join(part for part in (change.trigger, change.phase, change.subject) if part),
            "instant": instant(change.at),
            "zone": "UTC",
            "state": "fired",
            "because": change.percept,
            "decided_at": instant(change.at),
        }
        self._store.add_new("occurrence", ("trigger", "instant", "zone"), values)
        return codec.dumps(change)

    def quarantined(self, change: Quarantined) -> str:
        """Set a percept aside."""
        reason = {"key": change.percept, "state": "quarantined", "reason": change.reason}
        self._store.amend("percept", _BY_KEY, ("state", "reason"), reason)
        return codec.dumps(change)

    def noted(self, change: Noted) -> str:
        """Note something about a percept."""
        self._store.amend("percept", _BY_KEY, ("reason",), {"key": change.percept, "reason": change.text})
        return codec.dumps(change)

    def continued(self, change: Continued) -> str:
        """Let the cycle go on with another percept."""
        inbox.insert(self._store, change.percept, datetime.fromisoformat(self._at_text))
        return codec.dumps(change)


_BY_ID = ("id",)
_BY_KEY = ("key",)

_WRITERS: dict[type[Change], Callable[[Recorder, Any], str]] = {
    Asked: Recorder.asked,
    Withdrawn: Recorder.withdrawn,
    Recalled: Recorder.recalled,
    Decided: Recorder.decided,
    Believed: Recorder.believed,
    Forgotten: Recorder.forgotten,
    Goal: Recorder.goal,
    Intention: Recorder.intention,
    StepRecord: Recorder.step,
    Question: Recorder.question,
    HeldSpan: Recorder.hold,
    Due: Recorder.due,
    Occurred: Recorder.occurred,
    Quarantined: Recorder.quarantined,
    Noted: Recorder.noted,
    Continued: Recorder.continued,
}


@lru_cache(maxsize=1024)
def _origin(origin: Origin) -> str:
    """Return the text of an origin: few of them stand in very many beliefs."""
    return codec.dumps(origin)
