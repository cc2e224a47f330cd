"""The month's look at goals: those that have not moved are marked, and the manager is asked about them once."""

from datetime import datetime, timedelta

from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.steps import reply, send
from empla.capabilities.initiative.remarking import ASKED_ABOUT, STALE, Steps
from empla.capabilities.tasks.telling import myself, paragraphs
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.readings import Mail
from empla.mind.reviewing import GoalStands, Standings
from empla.mind.steps import ActionFailed, Ask, Believe, Forget, Now, Settle, query
from empla.mind.triggers import MONTHLY_GOALS

library = PlanLibrary()

STALE_AFTER = timedelta(days=28)
"""How long a goal has not moved when it is marked."""
MARKED = timedelta(days=35)
"""How long it stays marked, unless it is marked again."""
ASKED_AGAIN = timedelta(days=180)
PATIENCE = timedelta(days=14)
MOST = 12


@library.plan(occurred(MONTHLY_GOALS), name="review-goals", goal="review my goals", quiet=True, initiative=True)
def review_goals(_event: Trigger) -> Steps:
    """Mark the goals that have not moved, and ask once whether they shall be gone on with."""
    now: datetime = yield Now()
    goals: tuple[GoalStands, ...] = yield Standings()
    still = [g for g in goals if _has_not_moved(g, now)][:MOST]
    yield Forget(functor=STALE)
    asked = {name for (name,) in (yield query(ASKED_ABOUT))}
    for goal in still:
        yield Believe(functor=STALE, arguments=(goal.id, goal.name, goal.moved_at), lasts=MARKED)
    new = [g for g in still if g.id not in asked]
    if new:
        yield from _ask(new)


def _has_not_moved(goal: GoalStands, now: datetime) -> bool:
    holds = goal.kind == "maintain" and goal.progress == 1.0
    return goal.state == "active" and not holds and goal.moved_at is not None and now - goal.moved_at >= STALE_AFTER


def _ask(goals: list[GoalStands]) -> Steps:
    for goal in goals:
        yield Believe(functor=ASKED_ABOUT, arguments=(goal.id,), lasts=ASKED_AGAIN)
    me = yield from myself()
    lines = "\n".join(f"  - {goal.name}{_how_far(goal)}" for goal in goals)
    text = paragraphs(
        f"{'These goals have' if len(goals) > 1 else 'This goal has'} not moved for a month:",
        lines,
        "Shall I go on? Answer no, and I let them rest until you say otherwise; else I go on as before.",
    )
    question = send(me.manager, "Goals that have not moved", text)
    try:
        answer: Mail | None = yield Ask(who=me.manager, by=question, patience=PATIENCE, allowed=("yes", "no"))
    except ActionFailed:
        return  # it could not be put; they stay marked
    intent = answer.reading.intent if answer is not None and answer.reading is not None else ""
    if answer is None or intent not in (Intent.NO, Intent.CANCEL):
        return
    for goal in goals:
        try:
            yield Settle(goal=goal.id, state="suspended", reason=f"{me.manager_name} lets it rest: it did not move")
        except ActionFailed:
            continue  # it is over meanwhile
    yield reply(answer, "All right, I let them rest.")


def _how_far(goal: GoalStands) -> str:
    return f" ({goal.progress:.0%} of the way)" if goal.progress is not None else ""
