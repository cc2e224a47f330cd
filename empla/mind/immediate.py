"""Steps whose outcome is known at once: about beliefs, goals, promises, time, and what the request covers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from empla.errors import ValidationError
from empla.mind import desiring, logic, promising
from empla.mind.authority import label_of, managers, may_hold, raised_by, sources_of, widened, word_of
from empla.mind.beliefs import Belief
from empla.mind.commitments import Close, Expect, Promise, Release
from empla.mind.consent import may_decide, outsiders
from empla.mind.intentions import HeldSpan, Intention
from empla.mind.percepts import Outcome, Status, is_reserved
from empla.mind.resolving import DONE, failed, has_read, put
from empla.mind.reviewing import Reweigh, Standings, reweigh, standings
from empla.mind.revising import believe, forget, withdraw
from empla.mind.state import Decided, Quarantined
from empla.mind.steps import (
    Believe,
    Decide,
    Forget,
    Hold,
    Now,
    Pursue,
    Query,
    Raise,
    Reason,
    Scope,
    SetAside,
    Settle,
    Step,
    opened,
)
from empla.mind.thinking import Thinking
from empla.mind.values import Origin


@dataclass(slots=True)
class Taking:
    """A step being taken, and by whom."""

    thinking: Thinking
    intention: Intention
    index: str


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
    promised = promising.believe(by.thinking, by.intention, step.functor, step.arguments)
    if promised is not None:
        return promised
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


def _reason(by: Taking, step: Reason) -> Outcome:
    draft = by.thinking.draft
    try:
        found = logic.find(draft.beliefs, by.thinking.library.rules, step.query, step.bindings, draft.at)
    except ValidationError as error:
        return failed("query", error.sentence)
    has_read(by.thinking, by.intention, found.sources)
    return Outcome(status=Status.DONE, value=tuple(found.solutions))


def _pursue(by: Taking, step: Pursue) -> Outcome:
    t, mine = by.thinking, by.intention
    try:
        goal, events = desiring.pursue(
            t.draft, t.library, step.aim, mine.goal, mine.percept, origin=word_of(mine), reads=mine.reads
        )
    except ValidationError as error:
        return failed("aim", error.sentence)
    t.raise_all(events)
    return Outcome(status=Status.DONE, value=goal.id)


def _settle(by: Taking, step: Settle) -> Outcome:
    t = by.thinking
    goal = t.draft.goal(step.goal)
    settle = desiring.SETTLED.get(step.state)
    if goal is None or goal.over or settle is None:
        return failed("goal", f"there is no open goal {step.goal!r}" if settle else f"no goal can be {step.state!r}")
    if goal.origin.source is not word_of(by.intention).source and not by.intention.authority.principal:
        return failed("not-authorised", f"nobody's word covers settling the goal {goal.name!r}")
    t.raise_all(settle(t.draft, t.library, goal, step.reason))
    return DONE


def _standings(by: Taking, _step: Standings) -> Outcome:
    return Outcome(status=Status.DONE, value=standings(by.thinking.draft))


def _reweigh(by: Taking, _step: Reweigh) -> Outcome:
    t = by.thinking
    t.raise_all(reweigh(t.draft, t.library))
    return Outcome(status=Status.DONE, value=standings(t.draft))


def _promise(by: Taking, step: Promise | Expect) -> Outcome:
    return promising.promise(by.thinking, by.intention, step)


def _close(by: Taking, step: Close) -> Outcome:
    return promising.close(by.thinking, by.intention, step)


def _release(by: Taking, step: Release) -> Outcome:
    return promising.release(by.thinking, by.intention, step)


def _hold(by: Taking, step: Hold) -> Outcome:
    draft, mine = by.thinking.draft, by.intention.id
    noted = {c.id: c for c in draft.notes if isinstance(c, HeldSpan)}
    for known in ({**draft.state.holds, **noted}).values():
        if known.intention == mine and known.until > draft.at:
            draft.note(replace(known, until=draft.at))
    for place, (start, end) in enumerate(step.spans):
        held = HeldSpan(id=f"{mine}.{by.index}.{place}", intention=mine, start=start, end=end, until=step.until)
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


AT_ONCE: dict[type[Step], Callable[[Taking, Any], Outcome]] = {
    Now: _now,
    Query: _query,
    Reason: _reason,
    Believe: _believe,
    Forget: _forget,
    Pursue: _pursue,
    Standings: _standings,
    Reweigh: _reweigh,
    Settle: _settle,
    Promise: _promise,
    Expect: _promise,
    Close: _close,
    Release: _release,
    Hold: _hold,
    Scope: _scope,
    Raise: _raise,
    SetAside: _set_aside,
    Decide: _decide,
}
