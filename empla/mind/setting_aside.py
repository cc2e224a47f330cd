"""Setting aside an intention that stops the process again and again (law 8), and what a person says becomes of it.

The shell, which alone sees processes die, tells so with a percept (`INTENTION_SET_ASIDE`), so that replay knows it. The
intention then rests, with the reason: what comes for it is kept (outcomes, answers, what is due), and it takes no step.
Its goal is blocked by it, and plans hear of it, so that the manager is told. A person's word (`INTENTION_WORD`) lets it
go on with all that came meanwhile, or ends it as any failure does: its recovery, the next plan, whoever tells people.
"""

from dataclasses import replace

from empla.mind import desiring
from empla.mind.ending import cut_off, mail_of
from empla.mind.goals import Block
from empla.mind.intentions import Intention, Stage
from empla.mind.percepts import INTENTION_SET_ASIDE, PERCEPT_SET_ASIDE, Percept
from empla.mind.resolving import failed, put
from empla.mind.thinking import Thinking

TELLING = frozenset({INTENTION_SET_ASIDE, PERCEPT_SET_ASIDE})
"""Kinds of event of whose plans nobody is told when they are set aside: it would be told by such a plan again."""


def set_aside(t: Thinking, event: Percept) -> Percept | None:
    """Let an intention rest, with the reason; return what plans are to hear of it, None if nothing."""
    intention = t.draft.intention(str(event.get("intention")))
    if intention is None or intention.stage is Stage.QUARANTINED:
        return None
    reason = str(event.get("reason"))
    kept = replace(intention, stage=Stage.QUARANTINED, set_aside=reason, set_aside_with=str(event.get("percept") or ""))
    put(t, kept)
    goal = t.draft.goal(intention.goal) if intention.goal else None
    if goal is not None:
        block = Block(name=intention.id, reason=f"{intention.plan} was set aside: {reason}")
        t.raise_all(desiring.block(t.draft, t.library, goal, block))
    if event.get("quietly") or intention.kind in TELLING:
        return None
    about = {"goal": goal.name if goal is not None else "", **mail_of(intention)}
    return replace(event, fields={**event.fields, "plan": intention.plan, **about})


def settle(t: Thinking, event: Percept) -> None:
    """Let an intention that was set aside go on, or end it, as a person says."""
    intention = t.draft.intention(str(event.get("intention")))
    if intention is None or intention.stage is not Stage.QUARANTINED:
        return
    goal = t.draft.goal(intention.goal) if intention.goal else None
    if goal is not None:
        t.raise_all(desiring.unblock(t.draft, t.library, goal, intention.id))
    if not event.get("again"):
        why = f"it was set aside ({intention.set_aside}), and {event.get('by')} gave it up"
        cut_off(t, intention, failed("set-aside", why))
        return
    rests = goal is not None and goal.aim is not None and goal.state in ("suspended", "waiting")
    stage = Stage.SUSPENDED if rests else Stage.ACTIVE
    back = put(t, replace(intention, stage=stage, set_aside="", set_aside_with="", held_back=intention.initiative))
    if _time_is_over(t, back):
        cut_off(t, back, failed("over-limit", "it took more time than its plan allows"))
    else:
        t.make_ready(back)


def _time_is_over(t: Thinking, intention: Intention) -> bool:
    """Return whether the time that its plan allows passed while it was set aside."""
    plan = t.library.get(intention.plan, intention.version)
    limit = plan.limits.time if plan is not None else None
    return limit is not None and intention.adopted_at + limit <= t.draft.at
