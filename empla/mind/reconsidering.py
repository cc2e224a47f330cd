"""Reconsider: who is concerned when beliefs or goals have changed, and goes on, gives way or is given up by that.

Goals look at their beliefs again, steps that wait for a condition at that, and intentions that are not kept to blindly
at what they were adopted on (Rao and Georgeff, 1991; Bratman's commitment, as far as a plan's author wants it).
"""

from empla.errors import ValidationError
from empla.mind import desiring, logic, noticing, promising
from empla.mind.authority import raised_by
from empla.mind.deliberating import applies
from empla.mind.ending import drop, give_up, give_way, resume, suspend
from empla.mind.intentions import Intention, Stage
from empla.mind.logic import Inquiry
from empla.mind.percepts import INTENTION_FAILED, Outcome, Status
from empla.mind.plans import CommitmentStrategy, Plan
from empla.mind.resolving import failed, resolve
from empla.mind.state import belief_key
from empla.mind.stepping import condition_holds
from empla.mind.steps import Wait
from empla.mind.thinking import Thinking


def reconsider(t: Thinking) -> None:
    """Have everybody look who is concerned by what changed since it was asked last."""
    notices = t.noticing.beliefs
    if not (notices or t.draft.is_watched):
        t.draft.touched.clear()
        return
    while t.draft.touched or t.draft.moved_goals:
        touched, t.draft.touched = t.draft.touched, {}
        if touched:
            t.raise_all(desiring.revise(t.draft, t.library, touched))
            _look_again(t, touched)
            if notices:
                noticing.look(t, touched)
        moved, t.draft.moved_goals = t.draft.moved_goals, {}
        if moved:
            _follow(t, moved)


def _look_again(t: Thinking, functors: dict[str, None]) -> None:
    concerned: dict[str, None] = {}
    for functor in functors:
        key = belief_key(functor)
        if not t.draft.awaits(key):
            continue
        for record in t.draft.waiting_for(key):
            intention = t.draft.intention(record.intention)
            if intention is not None and isinstance(record.step, Wait) and record.step.condition is not None:
                outcome = condition_holds(t, intention, record.step)
                if outcome is not None:
                    resolve(t, record.id, outcome)
        concerned.update((i.id, None) for i in t.draft.watching(functor))
    for name in concerned:
        intention = t.draft.intention(name)
        if intention is not None:
            _reconsider(t, intention)


def _reconsider(t: Thinking, intention: Intention) -> None:
    """Look at what an intention is kept to for."""
    if intention.carries:
        promising.reconsider(t, intention)
    plan = t.library.get(intention.plan, intention.version)
    current = t.draft.intention(intention.id)
    if plan is None or current is None or plan.commitment is CommitmentStrategy.BLIND:
        return
    if current.stage is Stage.QUARANTINED:  # a person says what becomes of it
        return
    if _holds(t, plan.achieved, current):
        give_up(t, current, Outcome(status=Status.DONE, sentence="what it is for holds already"), Stage.DONE)
    elif _holds(t, plan.impossible, current):
        _give_up_for_good(t, current)
    elif plan.commitment is CommitmentStrategy.OPEN_MINDED and not _still_applies(t, plan, current):
        give_way(t, current, "reconsidered", "what it was adopted on does not hold any more")


def _holds(t: Thinking, query: Inquiry | None, intention: Intention) -> bool:
    if query is None:
        return False
    try:
        given = logic.as_variables(intention.bindings)
        return logic.holds(t.draft.beliefs, t.library.rules, query, given, t.draft.at)
    except ValidationError as error:
        t.note(intention.percept, f"plan {intention.plan} cannot be reconsidered: {error.sentence}")
        return False


def _still_applies(t: Thinking, plan: Plan, intention: Intention) -> bool:
    return intention.recovering or applies(t, plan, intention.bindings) is not None


def _give_up_for_good(t: Thinking, intention: Intention) -> None:
    outcome = failed("impossible", "what it is for cannot be reached any more")
    give_up(t, intention, outcome, Stage.DROPPED)
    if not intention.parent:
        failure = {"plan": intention.plan, "tried": intention.tried, "outcome": outcome}
        t.raise_all([raised_by(intention, INTENTION_FAILED, failure)])


def _follow(t: Thinking, moved: dict[str, str]) -> None:
    """Let intentions follow the goals that they are for."""
    moved = {
        name: state for name, state in moved.items() if (g := t.draft.goal(name)) is not None and g.aim is not None
    }
    if not moved:
        return
    for intention in [i for i in t.draft.intentions() if i.goal in moved]:
        current, goal = t.draft.intention(intention.id), t.draft.goal(intention.goal)
        if current is None or goal is None:
            continue
        match moved[intention.goal]:
            case "dropped":
                drop(t, current, "goal-dropped", goal.reason)
            case "achieved" if _is_single_minded(t, current):
                give_up(t, current, Outcome(status=Status.DONE, sentence=goal.reason), Stage.DONE)
            case "suspended" | "waiting":
                suspend(t, current)
            case "active":
                resume(t, current)


def _is_single_minded(t: Thinking, intention: Intention) -> bool:
    plan = t.library.get(intention.plan, intention.version)
    return plan is not None and plan.commitment is not CommitmentStrategy.BLIND
