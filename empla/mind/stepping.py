"""Steps: what each of them begins, and the outcome of those that are known at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from empla.errors import ValidationError
from empla.mind.authority import label_of, managers, may_hold, raised_by, sources_of, widened, word_of
from empla.mind.beliefs import Belief
from empla.mind.consent import cannot_grant, may_decide, outsiders
from empla.mind.deliberating import Occasion, adopt_for
from empla.mind.intentions import HeldSpan, Intention, Question, StepRecord
from empla.mind.percepts import Outcome, Percept, Status, is_reserved
from empla.mind.resolving import DONE, bounded, failed, has_read, joined_outcome, parts_of, put
from empla.mind.revising import believe, forget, withdraw
from empla.mind.state import Asked, Decided, Due, Quarantined
from empla.mind.steps import (
    Achieve,
    Ask,
    Atomic,
    Believe,
    Decide,
    Do,
    Either,
    Forget,
    Hold,
    Now,
    Query,
    Raise,
    Scope,
    SetAside,
    Step,
    Together,
    Unless,
    Wait,
    fingerprint,
    opened,
)
from empla.mind.thinking import Thinking
from empla.mind.values import OWN, Origin


@dataclass(frozen=True, slots=True)
class Taking:
    """A step being taken, and by whom."""

    thinking: Thinking
    intention: Intention
    record: StepRecord


def begin(t: Thinking, intention: Intention, record: StepRecord) -> Outcome | None:
    """Begin a step; return its outcome if that is known at once, else record it as one that waits."""
    taking = Taking(t, intention, record)
    kind = type(record.step)
    at_once = _AT_ONCE.get(kind)
    if at_once is not None:
        return at_once(taking, record.step)
    started = _STARTED.get(kind)
    if started is None:
        return failed("not-a-step", f"a {kind.__name__} cannot be taken")
    t.draft.put_step(record)
    return started(taking, record.step)


# known at once ------------------------------------------------------------------------------------------------------


def _done(value: Any = None) -> Outcome:
    return DONE if value is None else Outcome(status=Status.DONE, value=value)


def _now(by: Taking, _step: Now) -> Outcome:
    return _done(by.thinking.draft.at)


def _query(by: Taking, step: Query) -> Outcome:
    draft = by.thinking.draft
    found = draft.beliefs.matching(step.functor, *opened(step.pattern), at=draft.at)
    has_read(by.thinking, by.intention, sources_of([(b.origin, b.arguments) for b in found]))
    return Outcome(status=Status.DONE, value=tuple(b.arguments for b in found))


def _believe(by: Taking, step: Believe) -> Outcome:
    if not may_hold(by.intention.authority, step.functor):
        return _not_authorised(step.functor)
    at = by.thinking.draft.at
    belief = Belief(
        functor=step.functor,
        arguments=step.arguments,
        origin=label_of(by.intention),
        confidence=step.confidence,
        observed_at=at,
        valid_until=at + step.lasts if step.lasts is not None else step.until,
        supporters=step.because or (by.intention.percept,),
    )
    try:
        hold_belief(by.thinking, belief, word_of(by.intention))
    except ValidationError as error:
        return failed("support", error.sentence)
    return DONE


def _forget(by: Taking, step: Forget) -> Outcome:
    t, mine = by.thinking, by.intention
    if not may_hold(mine.authority, step.functor):
        return _not_authorised(step.functor)
    reason = f"withdrawn by {mine.plan}"
    if step.of:
        if not mine.authority.principal and step.of != mine.percept:
            return failed("not-authorised", f"nobody's word covers withdrawing {step.of}")
        t.raise_all(withdraw(t.draft, step.of, reason, t.library.kinds, t.listens, word_of(mine)))
        return DONE
    for belief in t.draft.beliefs.matching(step.functor, *opened(step.pattern), overruled=True):
        t.raise_all(forget(t.draft, belief, reason, t.library.kinds, t.listens, word_of(mine)))
    return DONE


def _not_authorised(functor: str) -> Outcome:
    return failed("not-authorised", f"nobody's word covers changing what is held as {functor!r}")


def hold_belief(t: Thinking, belief: Belief, by: Origin) -> None:
    """Hold a belief on somebody's word, and let plans hear of it; ValidationError if it rests on what is not held."""
    t.raise_all(believe(t.draft, belief, t.library.kinds, t.listens, by))


def _hold(by: Taking, step: Hold) -> Outcome:
    draft, mine = by.thinking.draft, by.intention.id
    noted = {c.id: c for c in draft.notes if isinstance(c, HeldSpan)}
    for known in ({**draft.state.holds, **noted}).values():
        if known.intention == mine and known.until > draft.at:
            draft.note(replace(known, until=draft.at))
    for place, (start, end) in enumerate(step.spans):
        held = HeldSpan(id=f"{by.record.id}.{place}", intention=mine, start=start, end=end, until=step.until)
        draft.note(held)
    return DONE


def _scope(by: Taking, step: Scope) -> Outcome:
    foreign = outsiders(by.intention.authority, step)
    if foreign:
        return failed("scope", f"{foreign[0]} came from outside and cannot widen a request")
    put(by.thinking, replace(by.intention, authority=widened(by.intention.authority, step)))
    return DONE


def _raise(by: Taking, step: Raise) -> Outcome:
    if is_reserved(step.kind):
        return failed("reserved", f"only the mind itself raises a {step.kind!r}")
    by.thinking.events.append(raised_by(by.intention, step.kind, step.fields))
    return DONE


def _set_aside(by: Taking, step: SetAside) -> Outcome:
    by.thinking.draft.note(Quarantined(percept=step.percept, reason=step.reason))
    return DONE


def _decide(by: Taking, step: Decide) -> Outcome:
    draft = by.thinking.draft
    if not may_decide(step, by.intention, draft.history(by.intention.id), managers(draft.beliefs)):
        return failed("decide", "no vouched yes of the manager was given to this request")
    draft.note(Decided(action=step.action, approved=step.approved, by=step.by.value))
    return DONE


# waited for ---------------------------------------------------------------------------------------------------------


def _do(by: Taking, step: Do) -> None:
    _ask_for(by, step)


def _unless(by: Taking, step: Unless) -> None:
    _ask_for(by, step.by)


def _ask(by: Taking, step: Ask) -> Outcome | None:
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


def _ask_for(by: Taking, step: Do) -> None:
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


def _wait(by: Taking, step: Wait) -> None:
    if step.until is not None:
        by.thinking.draft.note(Due(step=by.record.id, at=step.until))


def _achieve(by: Taking, step: Achieve) -> Outcome | None:
    event = Percept(key=by.intention.percept, kind=f"goal:{step.goal}", fields=step.bindings, origin=OWN)
    occasion = Occasion(kind=event.kind, fields=step.bindings, percept=event, owner=by.intention, parent=by.record.id)
    if adopt_for(by.thinking, occasion):
        return None
    return failed("no-plan", f"there is no applicable plan for the goal {step.goal}")


def _together(by: Taking, step: Together) -> Outcome | None:
    for place in range(len(step.steps)):
        begin_part(by.thinking, by.intention, by.record, place)
    return joined_outcome(by.record, parts_of(by.thinking, by.intention.id, by.record.index))


def _either(by: Taking, _step: Either) -> Outcome | None:
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
    index, step = f"{around.index}.{place}", around.step.steps[place]
    part = StepRecord(intention=intention.id, index=index, fingerprint=fingerprint(step, index), step=step)
    outcome = begin(t, t.draft.intention(intention.id) or intention, part)
    if outcome is not None:
        t.draft.put_step(part.ended(bounded(outcome)))


_AT_ONCE: dict[type[Step], Callable[[Taking, Any], Outcome]] = {
    Now: _now,
    Query: _query,
    Believe: _believe,
    Forget: _forget,
    Hold: _hold,
    Scope: _scope,
    Raise: _raise,
    SetAside: _set_aside,
    Decide: _decide,
}
"""Steps whose outcome is known at once."""

_STARTED: dict[type[Step], Callable[[Taking, Any], Outcome | None]] = {
    Do: _do,
    Unless: _unless,
    Ask: _ask,
    Wait: _wait,
    Achieve: _achieve,
    Together: _together,
    Either: _either,
}
"""Steps that are recorded before they begin; those that return no outcome wait for it."""
