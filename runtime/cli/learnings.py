"""What an employee pursues and has learned, for `show` and `history`: goals, approaches, failures, gaps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from empla.mind.beliefs import BeliefBase
from empla.mind.learning import APPROACH, GAP, gaps, patterns
from empla.mind.strategy import RATIONALE
from runtime.cli import aims, minds, printing


def pursued(mind: minds.Mind) -> list[dict[str, Any]]:
    """Return the goals that the employee pursues of its own: those that its role, or a person, has set it."""
    why = {str(b.arguments[0]): b.arguments[1] for b in mind.beliefs(functor=RATIONALE, held=1)}
    found = []
    for goal in mind.goals():
        if goal.over or goal.aim is None:
            continue
        strategy = why.get(goal.id) or why.get(goal.name)
        found.append(
            {
                "id": goal.id,
                "name": goal.name,
                "state": goal.state,
                "horizon": goal.horizon,
                "progress": goal.progress,
                "metric": aims.measured(goal),
                "risk": goal.risk,
                "alarm": goal.alarm,
                "blocked_by": aims.blocks(goal),
                "deadline": goal.deadline.isoformat() if goal.deadline is not None else None,
                "strategy": strategy.chosen if strategy is not None else "",
            }
        )
    return found


def learned(mind: minds.Mind) -> dict[str, list[dict[str, Any]]]:
    """Return how its plans did where it had a choice, the failures that recur, and what it cannot do."""
    held = BeliefBase([*mind.beliefs(functor=APPROACH, held=1), *mind.beliefs(functor=GAP, held=1)])
    approaches = [belief.arguments[2] for belief in held.matching(APPROACH)]
    return {
        "approaches": [
            {"plan": a.plan, "context": a.context, "tries": a.tries, "done": a.done, "failed": a.failed}
            for a in approaches
        ],
        "failure_patterns": [
            {"plan": p.plan, "context": p.context, "code": p.code, "count": p.count} for p in patterns(held)
        ],
        "gaps": [{"kind": g.kind, "count": g.count, "reason": g.reason} for g in gaps(held)],
    }


def said(known: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, str]]:
    """Return what was learned as rows: of which plan, and what."""
    rows = [(_named(a), f"{a['done']} of {a['tries']} tries worked") for a in known["approaches"]]
    rows += [(_named(p), f"failed the same way {p['count']} times: {p['code']}") for p in known["failure_patterns"]]
    rows += [(g["kind"], f"it knows no way, {g['count']} times: {g['reason']}") for g in known["gaps"]]
    return rows


def _named(known: Mapping[str, Any]) -> str:
    return f"{known['plan']} ({known['context']})" if known["context"] else str(known["plan"])


def transitions(mind: minds.Mind, since: datetime | None) -> list[dict[str, Any]]:
    """Return the states that goals of its own went into since `since`, oldest first."""
    found = [
        {"at": t.at.isoformat(), "goal": goal.id, "name": goal.name, "state": t.state, "reason": t.reason}
        for goal in mind.goals()
        for t in goal.transitions
        if since is None or t.at >= since
    ]
    return sorted(found, key=lambda t: str(t["at"]))


def stands(goal: Mapping[str, Any], zone: str) -> str:
    """Return how far a goal is, for a line."""
    parts = [
        goal["state"] if goal["state"] != "active" else "",
        f"{goal['progress']:.0%}" if goal["progress"] is not None else "",
        goal["metric"],
        f"risk {goal['risk']:.0%}" if goal["risk"] else "",
        goal["alarm"].replace("-", " "),
        f"by {printing.moment(goal['deadline'], zone)}" if goal["deadline"] else "",
        f"following {goal['strategy']}" if goal["strategy"] else "",
        f"blocked by {'; '.join(goal['blocked_by'])}" if goal["blocked_by"] else "",
    ]
    return ", ".join(filter(None, parts))
