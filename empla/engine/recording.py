"""Writing a Delta into the tables: one row for each change, all in the cycle's transaction."""

from datetime import datetime

from empla.engine import inbox
from empla.engine.outbox import Outbox
from empla.mind import codec
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, HeldSpan, Intention, Question, StepRecord
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
    Quarantined,
    Recalled,
    Withdrawn,
)
from empla.store.store import Store, instant


def record(store: Store, outbox: Outbox, state: MindState, delta: Delta, at_text: str) -> None:
    """Write every change of a cycle; `state` is the mind with all of them.

    An action knows the times that were kept before it was asked for: of two that want the same one, the first has it.
    """
    of_this_cycle = {c.id for c in delta.changes if isinstance(c, HeldSpan)}
    held = {h.id: h for h in state.live_holds(outbox.now()) if h.id not in of_this_cycle}
    for change in delta.changes:
        match change:
            case Asked():
                outbox.accept(change, [h for h in held.values() if h.until > outbox.now()])
            case Withdrawn():
                outbox.withdraw(change.intention)
            case Recalled():
                outbox.recall(change.action)
            case Decided():
                outbox.decided(change)
            case _:
                if isinstance(change, HeldSpan):
                    held[change.id] = change
                _write(store, change, at_text)


def _write(store: Store, change: Change, at_text: str) -> None:
    match change:
        case Believed():
            belief = change.belief
            _put(
                store,
                "belief",
                belief.id,
                change.belief,
                functor=belief.functor,
                origin=codec.dumps(belief.origin),
                held=1,
            )
        case Forgotten():
            store.change("belief", {"id": change.belief}, {"held": 0})
        case Goal():
            _put(store, "goal", change.id, change, name=change.name, state=change.state, percept=change.percept)
        case Intention():
            _intention(store, change, at_text)
        case StepRecord():
            resolved = int(change.outcome is not None)
            _put(store, "step", change.id, change, intention=change.intention, resolved=resolved)
        case Question():
            _question(store, change)
        case HeldSpan():
            times = {"starts_at": instant(change.start), "ends_at": instant(change.end), "until": instant(change.until)}
            _put(store, "hold", change.id, change, intention=change.intention, **times)
        case Due():
            by = ("trigger", "instant", "zone")
            store.add_new(
                "occurrence", by, {"trigger": f"step:{change.step}", "instant": instant(change.at), "zone": "UTC"}
            )
        case Quarantined():
            store.change("percept", {"key": change.percept}, {"state": "quarantined", "reason": change.reason})
        case Noted():
            store.change("percept", {"key": change.percept}, {"reason": change.text})
        case Continued():
            inbox.insert(store, change.percept, datetime.fromisoformat(at_text))


def _put(store: Store, table: str, row_id: str, body: object, **columns: object) -> None:
    values = {"id": row_id, "body": codec.dumps(body), **columns}
    store.put(table, ("id",), tuple(c for c in values if c != "id"), values)


def _intention(store: Store, intention: Intention, at_text: str) -> None:
    columns = {"plan": intention.plan, "version": intention.version, "stage": intention.stage.value}
    _put(store, "intention", intention.id, intention, percept=intention.percept, **columns)
    if intention.stage in OVER:
        for row in store.find("hold", {"intention": intention.id}, ("id",), at_least={"until": at_text}):
            store.change("hold", {"id": row.id}, {"until": at_text})


def _question(store: Store, question: Question) -> None:
    _put(
        store,
        "question",
        question.id,
        question,
        who=question.who.value,
        thread=question.thread,
        token=question.message_id,
        allowed=codec.dumps(question.allowed),
        expires_at=instant(question.expires_at),
        state=question.state,
    )
