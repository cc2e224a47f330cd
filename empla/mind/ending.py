"""How an intention ends, is set aside for a while, or gives way to another."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from empla.mind import desiring
from empla.mind.authority import raised_by, word_of
from empla.mind.choosing import TRANSIENT, may_retry
from empla.mind.deliberating import Applicable, Occasion, adopt, adopt_for, want_plan
from empla.mind.intentions import Intention, Stage
from empla.mind.learning import note_gap, note_outcome
from empla.mind.limits import spent
from empla.mind.percepts import INTENTION_FAILED, PLAN_WANTED, Outcome, Percept, Status
from empla.mind.persona import persona_of, tries_alone
from empla.mind.resolving import DONE, bounded, put, resolve
from empla.mind.steps import Again
from empla.mind.thinking import Thinking
from empla.mind.undertaking import leave_behind


def end(t: Thinking, intention: Intention, outcome: Outcome) -> None:
    """End an intention as its body ended."""
    outcome = bounded(outcome)
    cost = spent(t.draft.history(intention.id).values())
    if cost != outcome.cost:
        outcome = replace(outcome, cost=cost)
    _learn(t, intention, outcome)
    if outcome.status is Status.DONE:
        close(t, intention, outcome, Stage.DONE)
        _end_of_the_line(t, intention, outcome)
        return
    retried = _tried_again(t, intention, outcome)
    close(t, intention, outcome, Stage.FAILED)
    if retried is not None:
        adopt(t, retried, _occasion(t, intention, retried.fields, tried=intention.tried))
    else:
        after_failure(t, intention, outcome)


def _learn(t: Thinking, intention: Intention, outcome: Outcome) -> None:
    """Take what came of a plan into its record, where it was chosen among others or its author expects something."""
    plan = t.library.get(intention.plan, intention.version) if intention.like is not None else None
    if plan is None or intention.like is None:
        return
    took = t.draft.at - intention.adopted_at
    by = word_of(intention)
    t.raise_all(
        note_outcome(t.draft, plan, intention.like, outcome, t.listens, by=by, took=took, cost=outcome.cost or None)
    )


def _tried_again(t: Thinking, intention: Intention, outcome: Outcome) -> Applicable | None:
    """Return the failed plan, if a persona as persistent as this tries it once more."""
    plan = t.library.get(intention.plan, intention.version)
    if plan is None or intention.recovering or outcome.code not in TRANSIENT:
        return None
    retried = intention.tried.count(plan.name) - 1
    history = t.draft.history(intention.id)
    if not may_retry(persona_of(t.draft.beliefs), plan, outcome, history, retried):
        return None
    return Applicable(plan, intention.bindings, like=intention.like)


def close(t: Thinking, intention: Intention, outcome: Outcome, stage: Stage) -> None:
    """Record that an intention is over, and that the goal is which was its alone."""
    t.draft.put_intention(intention.ended(stage, outcome, t.draft.at))
    t.draft.state.live.pop(intention.id, None)
    goal = t.draft.goal(intention.goal) if intention.goal else None
    if goal is not None and goal.aim is None:
        t.raise_all(desiring.ended(t.draft, t.library, goal, outcome))


def _end_of_the_line(t: Thinking, intention: Intention, outcome: Outcome, *, reported: bool = False) -> None:
    """Tell those whom it concerns that an intention is over and no other takes over from it.

    That is whoever waits for it, the goal that it was for, and the promises that it carries.
    """
    leave_behind(t, intention, outcome, reported=reported)
    goal = t.draft.goal(intention.goal) if intention.goal else None
    if goal is not None and goal.aim is not None and not intention.parent:
        t.raise_all(desiring.ended(t.draft, t.library, goal, outcome))
    if intention.parent:
        resolve(t, intention.parent, outcome, intention.reads)


def again(t: Thinking, intention: Intention, step: Again) -> None:
    """End an intention and begin it afresh, with the newest version of its plan."""
    close(t, intention, DONE, Stage.DONE)
    plan = t.library.newest(intention.plan)
    if plan is None:
        _end_of_the_line(t, intention, DONE)
    else:
        afresh = Applicable(plan, step.bindings, like=intention.like)
        adopt(t, afresh, _occasion(t, intention, step.bindings, tried=()))


def drop(t: Thinking, intention: Intention, code: str, reason: str) -> None:
    """Give an intention up; whoever waits for it learns why, and what is under way for it is given up with it."""
    give_up(t, intention, Outcome(status=Status.CANCELLED, code=code, sentence=reason), Stage.DROPPED)


def give_up(t: Thinking, intention: Intention, outcome: Outcome, stage: Stage) -> None:
    """End an intention from outside its body, and what is under way for it; no other plan is tried."""
    close(t, intention, outcome, stage)
    _drop_parts(t, intention, outcome)
    _end_of_the_line(t, intention, outcome)


def cut_off(t: Thinking, intention: Intention, outcome: Outcome) -> None:
    """Have an intention fail from outside its body, and give up what is under way for it; other plans may be tried."""
    end(t, intention, outcome)
    _drop_parts(t, intention, outcome)


def _drop_parts(t: Thinking, intention: Intention, outcome: Outcome) -> None:
    for part in [i for i in t.draft.intentions() if i.parent.startswith(f"{intention.id}.")]:
        if t.draft.intention(part.id) is not None:
            drop(t, part, outcome.code, outcome.sentence)


def suspend(t: Thinking, intention: Intention) -> None:
    """Let an intention rest: what comes meanwhile is kept for it, and it takes no step."""
    if intention.stage is Stage.ACTIVE:
        put(t, replace(intention, stage=Stage.SUSPENDED))


def resume(t: Thinking, intention: Intention) -> None:
    """Let an intention go on that was suspended."""
    if intention.stage is Stage.SUSPENDED:
        t.make_ready(put(t, replace(intention, stage=Stage.ACTIVE, held_back=intention.initiative)))


def give_way(t: Thinking, intention: Intention, code: str, reason: str) -> None:
    """Drop an intention, and adopt the plan that is better now, if there is one."""
    outcome = Outcome(status=Status.CANCELLED, code=code, sentence=reason)
    occasion = _occasion(t, intention, intention.bindings, tried=intention.tried)
    close(t, intention, outcome, Stage.DROPPED)
    _drop_parts(t, intention, outcome)
    if not adopt_for(t, occasion):
        _end_of_the_line(t, intention, outcome)


def after_failure(t: Thinking, intention: Intention, outcome: Outcome) -> None:
    """Failure goes to the recovery body, the next applicable plan, whoever may make one, up, and to whoever listens."""
    plan = t.library.get(intention.plan, intention.version)
    if plan is not None and plan.recovery is not None and not intention.recovering:
        fields = {**intention.bindings, "failure": outcome}
        occasion = _occasion(t, intention, fields, tried=intention.tried[:-1])
        adopt(t, Applicable(plan, fields), occasion, recovering=True)
        return
    fields = {n: v for n, v in intention.bindings.items() if n != "failure"}
    occasion = _occasion(t, intention, fields, tried=intention.tried)
    if not _turns_to_people(t, intention) and adopt_for(t, occasion):
        return
    told = not intention.parent and (plan is None or not plan.quiet)
    if (told or intention.parent) and want_plan(t, occasion, outcome):
        return
    if intention.kind.startswith("goal:"):
        t.raise_all(note_gap(t.draft, intention.kind, outcome.code, t.listens, by=word_of(intention)))
    _end_of_the_line(t, intention, outcome, reported=told and t.library.listens(INTENTION_FAILED))
    if told:
        before = intention.bindings["tried"] if intention.kind == PLAN_WANTED else ()
        tried = (*before, *intention.tried)
        failure = {"plan": intention.plan, "tried": tried, "outcome": outcome, **mail_of(intention)}
        t.events.append(raised_by(intention, INTENTION_FAILED, failure))


def _turns_to_people(t: Thinking, intention: Intention) -> bool:
    """Return whether a persona as collaborative as this tries no other plan by itself."""
    alone = tries_alone(persona_of(t.draft.beliefs))
    return alone is not None and len(set(intention.tried)) >= alone


def owner_of(t: Thinking, intention: Intention) -> Intention | None:
    """Return the intention that waits for this one."""
    return t.draft.intention(intention.parent.partition(".")[0]) if intention.parent else None


def _occasion(t: Thinking, intention: Intention, fields: Mapping[str, Any], *, tried: tuple[str, ...]) -> Occasion:
    """Return what an intention was adopted for, to adopt another in its place."""
    goal = t.draft.goal(intention.goal) if intention.goal else None
    return Occasion(
        kind=intention.kind,
        fields=fields,
        percept=Percept(key=intention.percept, kind=intention.kind, fields=fields),
        owner=owner_of(t, intention),
        parent=intention.parent,
        tried=tried,
        former=intention,
        goal=intention.goal if goal is not None and goal.aim is not None else "",
    )


def mail_of(intention: Intention) -> dict[str, Any]:
    """Return the mail that an intention is about, under its name; nothing if it is about none."""
    fields = intention.bindings["fields"] if intention.kind == PLAN_WANTED else intention.bindings
    return {"mail": fields["mail"]} if "mail" in fields else {}
