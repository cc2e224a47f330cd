"""Taking a step: what each that has to be waited for begins, and those that are made of others."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from empla.errors import ValidationError
from empla.mind import logic
from empla.mind.authority import managers, word_of
from empla.mind.consent import cannot_grant
from empla.mind.deliberating import Occasion, adopt_for
from empla.mind.immediate import AT_ONCE, Taking
from empla.mind.intentions import Intention, Question, StepRecord
from empla.mind.percepts import Outcome, Percept, Status, is_reserved
from empla.mind.resolving import bounded, failed, has_read, joined_outcome, parts_of
from empla.mind.state import Asked, Due
from empla.mind.steps import Achieve, Ask, Atomic, Do, Either, Handle, Step, Together, Unless, Wait, fingerprint
from empla.mind.thinking import Thinking


def begin(t: Thinking, intention: Intention, index: str, step: Step) -> Outcome | None:
    """Record a step and begin it; return its outcome if that is known at once."""
    kind = type(step)
    at_once = AT_ONCE.get(kind)
    outcome: Outcome | None
    if at_once is not None:
        outcome = at_once(Taking(t, intention, index), step)
        if outcome.value is not None:
            outcome = bounded(outcome)
        t.draft.put_step(recorded(intention, index, step, outcome))
        return outcome
    record = recorded(intention, index, step)
    started = _STARTED.get(kind)
    if started is None:
        outcome = failed("not-a-step", f"a {kind.__name__} cannot be taken")
    else:
        t.draft.put_step(record)
        outcome = started(Starting(t, intention, record), step)
    if outcome is not None:
        outcome = bounded(outcome)
        t.draft.put_step(record.ended(outcome))
    return outcome


def recorded(intention: Intention, index: str, step: Step, outcome: Outcome | None = None) -> StepRecord:
    """Return the record of a step."""
    return StepRecord(
        intention=intention.id, index=index, fingerprint=fingerprint(step, index), step=step, outcome=outcome
    )


@dataclass(slots=True)
class Starting:
    """A step that has to be waited for being begun, and by whom."""

    thinking: Thinking
    intention: Intention
    record: StepRecord


# waited for ---------------------------------------------------------------------------------------------------------


def _do(by: Starting, step: Do) -> None:
    _ask_for(by, step)


def _unless(by: Starting, step: Unless) -> None:
    _ask_for(by, step.by)


def _ask(by: Starting, step: Ask) -> Outcome | None:
    draft = by.thinking.draft
    if step.grants and (why := cannot_grant(step, managers(draft.beliefs))):
        return failed("grants", why)
    expires = draft.at + step.patience
    question = Question(
        id=by.record.id,
        who=step.who,
        expires_at=expires,
        allowed=tuple(step.allowed),
        grants=tuple(step.grants),
        declines=step.declines,
    )
    draft.put_question(question)
    draft.note(Due(step=by.record.id, at=expires))
    _ask_for(by, step.by)
    return None


def _ask_for(by: Starting, step: Do) -> None:
    by.thinking.draft.note(
        Asked(
            action=by.record.id,
            operation=step.operation,
            arguments=step.arguments,
            authority=by.intention.authority,
            reads=by.intention.reads,
            percept=by.intention.percept,
        )
    )


def _wait(by: Starting, step: Wait) -> Outcome | None:
    if step.condition is not None:
        outcome = condition_holds(by.thinking, by.intention, step)
        if outcome is not None:
            return outcome
        reads = tuple(sorted(logic.functors_read(step.condition, by.thinking.library.rules)))
        by.thinking.draft.put_step(replace(by.record, reads=reads))
    if step.until is not None:
        by.thinking.draft.note(Due(step=by.record.id, at=step.until))
    return None


def condition_holds(t: Thinking, intention: Intention, step: Wait) -> Outcome | None:
    """Return the outcome of a wait whose condition holds by now, None if it does not yet."""
    if step.condition is None:
        return None
    try:
        found = logic.find(t.draft.beliefs, t.library.rules, step.condition, at=t.draft.at)
    except ValidationError as error:
        return failed("query", error.sentence)
    if not found.solutions:
        return None
    has_read(t, intention, found.sources)
    return Outcome(status=Status.DONE, value=found.solutions[0])


def _achieve(by: Starting, step: Achieve) -> Outcome | None:
    event = Percept(
        key=by.intention.percept, kind=f"goal:{step.goal}", fields=step.bindings, origin=word_of(by.intention)
    )
    occasion = Occasion(kind=event.kind, fields=step.bindings, percept=event, owner=by.intention, parent=by.record.id)
    if adopt_for(by.thinking, occasion):
        return None
    return failed("no-plan", f"there is no applicable plan for the goal {step.goal}")


def _handle(by: Starting, step: Handle) -> Outcome | None:
    if is_reserved(step.kind):
        return failed("reserved", f"only the mind itself raises a {step.kind!r}")
    event = Percept(key=by.intention.percept, kind=step.kind, fields=step.fields, origin=word_of(by.intention))
    occasion = Occasion(kind=event.kind, fields=step.fields, percept=event, owner=by.intention, parent=by.record.id)
    if adopt_for(by.thinking, occasion):
        return None
    return failed("no-plan", f"there is no applicable plan for a {step.kind}")


def _atomic(by: Starting, step: Atomic) -> Outcome | None:
    """Take all steps, or none of them: what was done before one that fails is undone."""
    t = by.thinking
    waiting = next((s for s in step.steps if type(s) not in AT_ONCE), None)
    if waiting is not None:
        return failed("not-atomic", f"a {type(waiting).__name__} has to be waited for and cannot stand in an Atomic")
    before = t.saved()
    for place in range(len(step.steps)):
        begin_part(t, by.intention, by.record, place)
    outcome = joined_outcome(by.record, parts_of(t, by.intention.id, by.record.index))
    if outcome is not None and outcome.status is not Status.DONE:
        t.go_back(before)
    return outcome


def _together(by: Starting, step: Together) -> Outcome | None:
    for place in range(len(step.steps)):
        begin_part(by.thinking, by.intention, by.record, place)
    return joined_outcome(by.record, parts_of(by.thinking, by.intention.id, by.record.index))


def _either(by: Starting, _step: Either) -> Outcome | None:
    return try_next(by.thinking, by.intention, by.record)


def try_next(t: Thinking, intention: Intention, around: StepRecord) -> Outcome | None:
    """Begin what is next in an `Either`, until one is done or has to be waited for; None while it is open."""
    while (outcome := joined_outcome(around, parts_of(t, intention.id, around.index))) is None:
        parts = parts_of(t, intention.id, around.index)
        if parts and parts[-1].outcome is None:
            return None
        begin_part(t, intention, around, len(parts))
    return outcome


def begin_part(t: Thinking, intention: Intention, around: StepRecord, place: int) -> None:
    """Begin the step at a place inside another."""
    assert isinstance(around.step, Together | Either | Atomic)
    current = t.draft.intention(intention.id) or intention
    begin(t, current, f"{around.index}.{place}", around.step.steps[place])


_STARTED: dict[type[Step], Callable[[Starting, Any], Outcome | None]] = {
    Do: _do,
    Unless: _unless,
    Ask: _ask,
    Wait: _wait,
    Achieve: _achieve,
    Handle: _handle,
    Together: _together,
    Atomic: _atomic,
    Either: _either,
}
"""Steps that are recorded before they begin; those that return no outcome wait for it."""
