"""Advance: run the body of an intention from step to step, until it waits or ends."""

from empla.mind import codec
from empla.mind.bodies import Ended, RunningBody, Turn, replay, said
from empla.mind.ending import again, end
from empla.mind.forms import is_flat, wrong
from empla.mind.intentions import Intention, Stage, StepRecord
from empla.mind.limits import over_limit
from empla.mind.percepts import Outcome
from empla.mind.plans import NO_LIMITS, Plan
from empla.mind.resolving import failed, resolve
from empla.mind.stepping import begin, recorded, try_next
from empla.mind.steps import Again, Either, Step
from empla.mind.thinking import Thinking

STEPS_PER_INTENTION = 1000
DEEPEST_GOAL = 100
"""How many intentions may wait for one another in a row."""


def advance(t: Thinking, intention: Intention) -> None:
    """Let an intention go on as far as it can."""
    history = t.draft.taken(intention.id)
    if history and history[-1].outcome is None:
        _choose_on(t, intention)
        history = t.draft.taken(intention.id)
        if history[-1].outcome is None:
            return
    if intention.parent and not history and _is_too_deep(t, intention):
        why = f"{intention.kind} is wanted in {DEEPEST_GOAL} goals of goals; use `Again`"
        end(t, intention, failed("too-deep", why))
        return
    plan = t.library.get(intention.plan, intention.version)
    running, turn = _resume(t, intention, plan, history)
    taken = len(history)
    current: Intention | None = intention
    while turn is not None and current is not None:
        if isinstance(turn, Ended):
            end(t, current, turn.outcome)
            return
        outcome = _take(t, current, plan, turn.step, taken)
        current = t.draft.intention(intention.id)  # its own last step may have ended or suspended it
        if outcome is None or current is None or current.stage is not Stage.ACTIVE:
            return
        taken += 1
        turn = running.feed(outcome)


def _is_too_deep(t: Thinking, intention: Intention) -> bool:
    """Return whether so many intentions wait for this one, in a row, that they may never end."""
    depth = 0
    owner: Intention | None = intention
    while owner is not None and owner.parent:
        owner = t.draft.intention(owner.parent.partition(".")[0])
        depth += 1
    return depth > DEEPEST_GOAL


def _choose_on(t: Thinking, intention: Intention) -> None:
    """Try what is next in each `Either` that is open and whose last try has failed."""
    for record in sorted(t.draft.history(intention.id).values(), key=lambda r: r.place, reverse=True):
        if isinstance(record.step, Either) and record.outcome is None:
            outcome = try_next(t, intention, record)
            if outcome is not None:
                resolve(t, record.id, outcome)


def _resume(
    t: Thinking, intention: Intention, plan: Plan | None, history: list[StepRecord]
) -> tuple[RunningBody, Turn | None]:
    t.draft.moved.add(intention.id)
    live = t.draft.state.live.get(intention.id)
    if live is not None and history and history[-1].outcome is not None:
        running = RunningBody(live, t.guard, intention.id)
        return running, running.feed(history[-1].outcome)
    body = None if plan is None else plan.recovery if intention.recovering else plan.body
    if body is None:
        gone = f"plan {intention.plan} version {intention.version} is not there any more"
        return RunningBody.of_nothing(t.guard, intention.id), Ended(failed("plan-gone", gone))
    told = [(r.fingerprint, r.outcome) for r in history]
    running, turn = replay(body, intention.bindings, told, t.guard, intention.id)
    t.draft.state.live[intention.id] = running.live
    return running, turn


def _take(t: Thinking, intention: Intention, plan: Plan | None, step: Step, taken: int) -> Outcome | None:
    """Record and begin a step; return its outcome if it is known at once."""
    if taken >= STEPS_PER_INTENTION:
        end(t, intention, failed("too-many-steps", f"more than {STEPS_PER_INTENTION} steps; use `Again`"))
        return None
    if plan is not None and plan.limits is not NO_LIMITS:
        why = over_limit(plan.limits, t.draft.history(intention.id).values(), step, taken)
        if why:
            end(t, intention, failed("over-limit", why))
            return None
    if not is_flat(step):
        step, why = _as_kept(step)
        if why:
            end(t, intention, failed("step-not-kept", f"the plan asks for what cannot be kept: {why}"))
            return None
    if isinstance(step, Again):
        t.draft.put_step(recorded(intention, str(taken), step))
        again(t, intention, step)
        return None
    return begin(t, intention, str(taken), step)


def _as_kept(step: Step) -> tuple[Step, str]:
    """Return a step as it will be after a restart (tuples, not lists), and what is wrong with its form."""
    try:
        step = codec.as_kept(step)
        return step, wrong(step)
    except Exception as error:  # it is nested without end, or out of every range
        return step, said(error)
