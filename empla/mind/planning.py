"""Strategic planning: the built-in plans that follow an outlook.

    situation -> shortfall -> causes -> candidates -> scores -> choice -> goals to pursue -> rationale

They run when the goal wants a plan (after those that the role has for it), when it is at risk, and when the event
`plan-strategy` names it; not more often than the outlook says: what comes earlier waits. What came of a strategy is
learned when the goal is over, when another takes its place, and when all that it pursued is over, the time to its value
has passed, and the goal is still not reached.

    library = PlanLibrary()
    plan_strategically(library, Outlook(aim=GROW, strategies=(...)))
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from typing import Any

from empla.mind.beliefs import BeliefBase
from empla.mind.goals import GOAL_ACHIEVED, GOAL_AT_RISK, GOAL_DROPPED, Aim, Metric
from empla.mind.learning import APPROACH, Approach, evidence, mean_success, updated
from empla.mind.persona import PERSONA, TRAITS, Persona, composed, patience, trust_in_words
from empla.mind.plans import Body, Plan, PlanLibrary, Trigger, on
from empla.mind.plans import goal as goal_event
from empla.mind.steps import ActionFailed, Believe, Forget, Now, Pursue, Reason, Settle, Step, Wait, query
from empla.mind.strategy import MOST_ANSWERS, RATIONALE, Findings, Outlook, Rationale, Strategy, decide, shortfall
from empla.mind.terms import Inquiry

PLAN_STRATEGY = "plan-strategy"
"""Kind of the event that asks for planning; field `name`, that of the goal."""
PLANNING_DUE = "planning-due"
"""Functor of the goals that are planned for as soon as it is time: (goal)."""
PURSUED_OVER = "pursued-over"
"""Functor of the goals over that a strategy pursued: (goal it serves, id)."""
REPLACED = "replaced"
"""Code of the failure of a strategy whose place another took."""
NOT_ENOUGH = "not-enough"
"""Code of the failure of a strategy that was followed to its end and did not reach the goal."""

Steps = Generator[Step, Any, Any]


def plan_strategically(library: PlanLibrary, outlook: Outlook) -> None:
    """Have whoever has this library plan for the goal of an outlook, and want that goal."""
    library.want(outlook.aim)
    goal, name = outlook.aim.name, f"plan-strategy-{outlook.aim.name}"
    body = _planning(outlook)

    def not_due_yet(beliefs: BeliefBase, _event: Trigger) -> bool:
        return not beliefs.matching(PLANNING_DUE, goal)

    library.add(Plan(name=name, trigger=goal_event(goal), body=body, rank=-1, version=outlook.version))
    for kind, plan in ((GOAL_AT_RISK, f"{name}-at-risk"), (PLAN_STRATEGY, f"{name}-when-asked")):
        library.add(Plan(name=plan, trigger=on(kind, name=goal), body=body, when=not_due_yet, version=outlook.version))
    for kind, succeeded in ((GOAL_ACHIEVED, True), (GOAL_DROPPED, False)):
        learning = _learning(outlook, succeeded)
        library.add(Plan(name=f"{name}-{kind}", trigger=on(kind, name=goal), body=learning, version=outlook.version))
        parts = on(kind, name=frozenset(aim.name for strategy in outlook.strategies for aim in strategy.pursue))
        noting = _noting(outlook)
        library.add(Plan(name=f"{name}-part-{kind}", trigger=parts, body=noting, version=outlook.version))


def _planning(outlook: Outlook) -> Body:
    def plan_strategy(_event: Trigger) -> Steps:
        persona = yield from _persona()
        former: Rationale | None = yield from _former(outlook)
        now: datetime = yield Now()
        due = former.at + patience(persona, outlook.every) if former is not None else now
        if former is not None and now < due:
            yield Believe(functor=PLANNING_DUE, arguments=(outlook.aim.name,), until=due)
            yield Wait(until=due)
            latest = yield from _former(outlook)
            if latest != former:
                return latest  # it was planned for meanwhile, or is over
            now = yield Now()
        spent = former is not None and (yield from _is_spent(outlook, former, now))
        if former is not None and spent:
            yield from _learn(outlook, former, False, NOT_ENOUGH)
        findings = yield from _findings(outlook, persona, now)
        rationale = decide(outlook, findings, persona, None if spent else former)
        if spent or rationale.chosen != (former.chosen if former is not None else ""):
            rationale = yield from _follow(outlook, former, rationale, spent)
        yield from _keep(rationale)
        return rationale

    return plan_strategy


def _noting(outlook: Outlook) -> Body:
    def note_part_over(event: Trigger) -> Steps:
        former: Rationale | None = yield from _former(outlook)
        if former is not None and event.goal in former.pursued:
            yield Believe(functor=PURSUED_OVER, arguments=(outlook.aim.name, event.goal))

    return note_part_over


def _learning(outlook: Outlook, succeeded: bool) -> Body:
    def learn_of_strategy(event: Trigger) -> Steps:
        former: Rationale | None = yield from _former(outlook)
        if former is None or not former.chosen:
            return
        yield from _learn(outlook, former, succeeded, "" if succeeded else "dropped")
        yield from _drop(former.pursued, f"the goal {event.name} is over")
        yield Forget(functor=RATIONALE, pattern=(outlook.aim.name,))
        yield Forget(functor=PURSUED_OVER, pattern=(outlook.aim.name,))

    return learn_of_strategy


# looking ---------------------------------------------------------------------------------------------------------


def _persona() -> Generator[Step, Any, Persona]:
    told = yield query("profile", PERSONA)
    besides = yield query("profile", TRAITS)
    return composed(told[-1][1] if told else None, besides[-1][1] if besides else {})


def _former(outlook: Outlook) -> Generator[Step, Any, Rationale | None]:
    known = yield query(RATIONALE, outlook.aim.name)
    return known[-1][1] if known else None


def _is_spent(outlook: Outlook, former: Rationale, now: datetime) -> Generator[Step, Any, bool]:
    """Return whether a strategy was followed to its end: all it pursued is over, and it had its time."""
    strategy = _strategy(outlook, former.chosen)
    if strategy is None or now < former.since + strategy.time_to_value:
        return False
    over = yield query(PURSUED_OVER, outlook.aim.name)
    return set(former.pursued) <= {goal for _, goal in over}


def _findings(outlook: Outlook, persona: Persona, now: datetime) -> Generator[Step, Any, Findings]:
    situation = []
    for name, inquiry in sorted(outlook.situation.items()):
        answers = yield Reason(query=inquiry)
        situation.append((name, tuple(answers[:MOST_ANSWERS])))
    current = yield from _current(outlook.aim.metric)
    causes = []
    for cause in outlook.causes:
        if (yield from _holds(cause.holds)):
            causes.append(cause.name)
    possible, success = [], {}
    for strategy in outlook.strategies:
        if strategy.when is None or (yield from _holds(strategy.when)):
            possible.append(strategy.name)
        known = yield from _known(outlook, strategy.name)
        success[strategy.name] = mean_success(strategy.success, evidence(known, now), trust_in_words(persona))
    return Findings(
        at=now,
        situation=tuple(situation),
        shortfall=shortfall(outlook.aim.metric, current),
        causes=tuple(causes),
        possible=frozenset(possible),
        success=success,
    )


def _holds(inquiry: Inquiry) -> Generator[Step, Any, bool]:
    answers = yield Reason(query=inquiry)
    return bool(answers)


def _current(metric: Metric | None) -> Generator[Step, Any, float | None]:
    if metric is None:
        return None
    if isinstance(metric.of, str):
        held = yield query(metric.of)
        value = held[-1][-1] if held and held[-1] else None
    else:
        answers = yield Reason(query=metric.of)
        value = answers[0].get(metric.variable) if answers else None
    return float(value) if isinstance(value, int | float) else None


def _known(outlook: Outlook, strategy: str) -> Generator[Step, Any, Approach | None]:
    held = yield query(APPROACH, _approach(strategy), outlook.aim.name)
    return held[-1][2] if held else None


def _approach(strategy: str) -> str:
    """Return the name under which a strategy's success is remembered, beside the plans'."""
    return f"strategy:{strategy}"


# committing --------------------------------------------------------------------------------------------------------


def _follow(
    outlook: Outlook, former: Rationale | None, rationale: Rationale, spent: bool
) -> Generator[Step, Any, Rationale]:
    """Leave the former strategy, and pursue the goals of the new one.

    That it gives way to a better one teaches something; that it cannot be followed any more does not.
    """
    if former is not None and former.chosen:
        again = rationale.candidate(former.chosen)
        if not spent and again is not None and again.score > 0:
            yield from _learn(outlook, former, False, REPLACED)
        yield from _drop(former.pursued, rationale.reason)
        yield Forget(functor=PURSUED_OVER, pattern=(outlook.aim.name,))
    chosen = _strategy(outlook, rationale.chosen)
    pursued = []
    for aim in chosen.pursue if chosen is not None else ():
        goal = yield Pursue(aim=_serving(aim, outlook.aim))
        pursued.append(str(goal))
    return replace(rationale, pursued=tuple(pursued))


def _strategy(outlook: Outlook, name: str) -> Strategy | None:
    return next((s for s in outlook.strategies if s.name == name), None)


def _serving(aim: Aim, served: Aim) -> Aim:
    return aim if aim.parent else replace(aim, parent=served.name)


def _drop(goals: tuple[str, ...], reason: str) -> Steps:
    for goal in goals:
        try:
            yield Settle(goal=goal, state="dropped", reason=reason)
        except ActionFailed:
            continue  # it is over already


def _learn(outlook: Outlook, former: Rationale, succeeded: bool, code: str) -> Steps:
    """Take what came of a strategy into its record."""
    name = _approach(former.chosen)
    known = yield from _known(outlook, former.chosen)
    weighed = former.candidate(former.chosen)
    now: datetime = yield Now()
    before = known or Approach(plan=name, context=outlook.aim.name)
    expected = weighed.success if weighed is not None else 0.5
    learned = updated(before, succeeded, code, expected, now)
    yield Forget(functor=APPROACH, pattern=(name, outlook.aim.name))
    yield Believe(functor=APPROACH, arguments=(name, outlook.aim.name, learned))


def _keep(rationale: Rationale) -> Steps:
    yield Forget(functor=RATIONALE, pattern=(rationale.goal,))
    yield Believe(functor=RATIONALE, arguments=(rationale.goal, rationale))
