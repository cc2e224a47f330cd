"""Intend: from an event or a goal to a plan that is committed to.

Relevant are the newest versions of the plans whose trigger fits, applicable those whose condition holds. They are
ordered by `empla.mind.choosing`; the first that was not tried yet is adopted, and why the others were not is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from empla.errors import ValidationError
from empla.mind import desiring, logic
from empla.mind.authority import authority_of, sources_of, word_of
from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.bodies import OutOfTime, said
from empla.mind.choosing import choose, passed_over
from empla.mind.goals import Goal
from empla.mind.intentions import Authority, Intention
from empla.mind.learning import learns, note_gap
from empla.mind.limits import is_initiative
from empla.mind.logic import Inquiry
from empla.mind.percepts import PLAN_WANTED, Outcome, Percept, is_reserved
from empla.mind.plans import CommitmentStrategy, Plan, Trigger, always
from empla.mind.state import Due
from empla.mind.thinking import Thinking
from empla.mind.undertaking import hand_on

BELIEFS_NOTED = 8
"""How many of the beliefs that a condition found are kept as what it rested on."""


@dataclass(slots=True, kw_only=True)
class Occasion:
    """What a plan is looked for: the event with its fields, and for whom, where another intention asked.

    `owner` waits for it in the step `parent`. `former` is the intention that it takes over from, with its authority and
    label; `tried` are the plans that did not do. `goal` is the goal that it is for, where there is one already.
    """

    kind: str
    fields: Mapping[str, Any]
    percept: Percept
    owner: Intention | None = None
    parent: str = ""
    tried: tuple[str, ...] = ()
    former: Intention | None = None
    goal: str = ""


@dataclass(slots=True)
class Applicable:
    """A plan whose condition holds: with what it found, what it looked at, and where its success is remembered."""

    plan: Plan
    fields: Mapping[str, Any]
    found: tuple[Belief, ...] = ()
    functors: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    like: str | None = None
    reasons: tuple[str, ...] = ()


def adopt_for(t: Thinking, occasion: Occasion) -> bool:
    """Adopt the best applicable plan that was not tried yet; return whether there is one."""
    applicable: list[Applicable] = []
    why_others_not: list[str] = []
    for plan in t.library.relevant(occasion.kind, occasion.fields):
        if plan.name in occasion.tried:
            continue
        found = applies(t, plan, occasion.fields)
        if found is not None:
            applicable.append(found)
        else:
            why_others_not.append(f"{plan.name}: its condition does not hold")
    chosen, why_not = _chosen(t, applicable, occasion)
    why_others_not.extend(why_not)
    if chosen is None:
        _keep_that_none(t, occasion, why_not)
        return occasion.kind.startswith("goal:") and not occasion.tried and want_plan(t, occasion, None)
    adopt(t, chosen, occasion, passed_over=tuple(why_others_not))
    return True


def want_plan(t: Thinking, occasion: Occasion, failure: Outcome | None) -> bool:
    """Have a plan made for what the role has none for, or none that does; return whether somebody can."""
    if occasion.kind == PLAN_WANTED or not t.library.listens(PLAN_WANTED):
        return False
    fields = {"wanted": occasion.kind, "fields": occasion.fields, "tried": occasion.tried, "failure": failure}
    return adopt_for(t, replace(occasion, kind=PLAN_WANTED, fields=fields, tried=()))


def _keep_that_none(t: Thinking, occasion: Occasion, refused: tuple[str, ...]) -> None:
    """Keep that there is no plan to choose, which were too risky, and that a goal without one is a gap."""
    told = occasion.owner is None and not occasion.tried and not is_reserved(occasion.kind)
    if refused or told:
        why = f": {'; '.join(refused)}" if refused else ""
        t.note(occasion.percept.key, f"no plan for {occasion.kind}{why}")
    if occasion.kind.startswith("goal:") and not occasion.tried:
        by = word_of(occasion.owner) if occasion.owner is not None else occasion.percept.origin
        reason = "too-risky" if refused else "no-plan"
        t.raise_all(note_gap(t.draft, occasion.kind, reason, t.listens, by=by))


def _chosen(t: Thinking, applicable: list[Applicable], occasion: Occasion) -> tuple[Applicable | None, tuple[str, ...]]:
    """Return the plan to commit to, and why not the others."""
    tried = len(occasion.tried)
    if not applicable:
        return None, ()
    if len(applicable) == 1 and applicable[0].plan.risk == 0.0 and not learns(applicable[0].plan, tried):
        return applicable[0], ()  # most events: nothing to weigh
    by_name = {a.plan.name: a for a in applicable}
    trigger = Trigger(occasion.fields)
    choices = choose([a.plan for a in applicable], t.draft.beliefs, trigger, t.draft.at, tried=tried)
    best = choices[0]
    if not best.allowed:
        return None, passed_over(choices)
    chosen = by_name[best.plan.name]
    chosen.like, chosen.reasons = best.context, best.reasons
    return chosen, passed_over(choices)


def applies(t: Thinking, plan: Plan, fields: Mapping[str, Any]) -> Applicable | None:
    """Return a plan with what its condition found, None if that does not hold, or cannot be told."""
    if plan.when is always:
        return Applicable(plan, fields)
    if isinstance(plan.when, Inquiry):
        return _answered(t, plan, plan.when, fields)
    looked = Looked(t.draft.beliefs)
    try:
        with t.guard(""):
            holds = plan.when(cast(BeliefBase, looked), Trigger(fields))
    except OutOfTime:
        t.note("", f"the condition of plan {plan.name} used more processor time than it may")
        return None
    except Exception as error:
        t.note("", f"the condition of plan {plan.name} raised {type(error).__name__}: {said(error)}")
        return None
    return Applicable(plan, fields, tuple(looked.found), tuple(looked.functors)) if holds else None


def _answered(t: Thinking, plan: Plan, condition: Inquiry, fields: Mapping[str, Any]) -> Applicable | None:
    """Return a plan whose condition is a query, with what its first answer gives besides."""
    try:
        given = logic.as_variables(fields)
        found = logic.find(t.draft.beliefs, t.library.rules, condition, given, t.draft.at)
    except ValidationError as error:
        t.note("", f"the condition of plan {plan.name} cannot be asked: {error.sentence}")
        return None
    if not found.solutions:
        return None
    functors = tuple(sorted(logic.functors_read(condition, t.library.rules)))
    besides = {name: value for name, value in found.solutions[0].items() if name not in given}
    return Applicable(plan, {**besides, **fields}, functors=functors, reads=found.sources)


class Looked:
    """Beliefs as a condition sees them; keeps in mind what it looked at."""

    def __init__(self, beliefs: BeliefBase) -> None:
        self._beliefs = beliefs
        self.found: list[Belief] = []
        self.functors: dict[str, None] = {}

    def matching(self, functor: str, *pattern: Any, **more: Any) -> list[Belief]:
        """Return what `BeliefBase.matching` does, and remember it."""
        self.functors[functor] = None
        found = self._beliefs.matching(functor, *pattern, **more)
        if len(self.found) < BELIEFS_NOTED:
            self.found.extend(found[: BELIEFS_NOTED - len(self.found)])
        return found

    def __iter__(self) -> Iterator[Belief]:
        return iter(self._beliefs)

    def __len__(self) -> int:
        return len(self._beliefs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beliefs, name)


def adopt(
    t: Thinking,
    chosen: Applicable,
    occasion: Occasion,
    *,
    passed_over: tuple[str, ...] = (),
    recovering: bool = False,
) -> None:
    """Commit to a plan."""
    draft, plan = t.draft, chosen.plan
    own = plan.initiative or occasion.goal != ""  # most are neither
    if occasion.former is not None:
        own = occasion.former.initiative
    elif own:
        own = is_initiative(draft, plan, occasion.goal, occasion.parent)
    former = occasion.former or occasion.owner
    draft.adopted += 1
    goal = draft.goal(occasion.goal) if occasion.goal else None
    reads = sources_of(chosen.fields)
    if chosen.reads or goal or former:
        reads = _joined(reads, chosen.reads, goal.reads if goal else (), former.reads if former else ())
    intention = Intention(
        id=f"i{draft.adopted}",
        plan=plan.name,
        version=plan.version,
        kind=occasion.kind,
        bindings=dict(chosen.fields),
        goal=goal.id if goal else _goal_of(t, plan, occasion),
        percept=occasion.percept.key,
        adopted_at=draft.at,
        priority=plan.priority,
        parent=occasion.parent,
        recovering=recovering,
        tried=(*occasion.tried, plan.name),
        passed_over=passed_over,
        authority=former.authority if former else _authority(t, occasion.percept),
        reads=reads,
        like=chosen.like,
        reasons=chosen.reasons,
        because=tuple([belief.id for belief in chosen.found]) if chosen.found else (),
        watches=_watched(t, plan, chosen),
        initiative=own,
        held_back=own and occasion.former is None,
    )
    draft.put_intention(intention)
    if former is not None and former.carries and former is occasion.former:
        hand_on(t, former, intention.id)
    if plan.limits.time is not None:
        draft.note(Due(step=intention.id, at=draft.at + plan.limits.time))
    t.make_ready(intention)


def _joined(*reads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({source for sources in reads for source in sources}))


def _authority(t: Thinking, percept: Percept) -> Authority:
    return authority_of(percept, t.draft.beliefs)


def _goal_of(t: Thinking, plan: Plan, occasion: Occasion) -> str:
    """Make the goal that an intention is for, if it is for a named one, and return its id."""
    name = occasion.kind.removeprefix("goal:") if occasion.parent else plan.goal
    if not name:
        return ""
    goal = Goal(
        id=f"g{t.draft.adopted}",
        name=name,
        kind="achieve" if occasion.parent else "perform",
        parent=occasion.owner.goal if occasion.owner else "",
        percept=occasion.percept.key,
        adopted_at=t.draft.at,
    )
    t.raise_all(desiring.adopt(t.draft, t.library, goal))
    return goal.id


def _watched(t: Thinking, plan: Plan, chosen: Applicable) -> tuple[str, ...]:
    """Return the functors whose change makes an intention be reconsidered: none for one that is kept to blindly."""
    if plan.commitment is CommitmentStrategy.BLIND:
        return ()
    read: dict[str, None] = {}
    if plan.commitment is CommitmentStrategy.OPEN_MINDED:
        read |= dict.fromkeys(chosen.functors)
    for query in (plan.achieved, plan.impossible):
        if query is not None:
            read |= dict.fromkeys(sorted(logic.functors_read(query, t.library.rules)))
    return tuple(read)
