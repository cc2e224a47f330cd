"""Goals in words: how far each is, what stands in its way, and what it went through."""

from collections.abc import Callable
from typing import Any

from empla.mind.goals import Goal, Measure, Metric
from empla.mind.strategy import Rationale
from runtime.cli import printing
from runtime.cli.nodes import Node, node
from runtime.cli.wording import of_value

Known = Callable[[str], Goal | None]
"""Returns the goal with an id."""


def facts(goal: Goal, zone: str, known: Known) -> dict[str, Any]:
    """Return what there is to say of a goal beyond its name and state."""
    ties = goal.ties
    return {
        "id": goal.id,
        "why": goal.reason,
        "horizon": goal.horizon if goal.horizon != "immediate" else "",
        "kind": goal.kind if goal.kind not in ("achieve", "perform") else "",
        "priority": priority(goal),
        "progress": f"{goal.progress:.0%}" if goal.progress is not None else "",
        "metric": measured(goal),
        "risk": risk(goal),
        "blocked_by": blocks(goal),
        "deadline": deadline(goal, zone),
        "serves": [named(g, known) for g in ties.serves],
        "depends_on": [named(g, known) for g in ties.depends_on],
        "conflicts_with": [named(g, known) for g in ties.conflicts_with],
        "yields_to": named(ties.yields_to, known) if ties.yields_to else "",
    }


def priority(goal: Goal) -> str:
    """Return a goal's priority where it is not the normal one, with the manager's word if that is why."""
    if goal.word is not None:
        return f"{goal.word:g}, on the manager's word"
    return f"{goal.priority:g}" if goal.priority else ""


def risk(goal: Goal) -> str:
    """Return how likely a goal is to be missed, empty if nothing speaks for it."""
    alarm = f", {goal.alarm.replace('-', ' ')}" if goal.alarm else ""
    return f"{goal.risk:.0%}{alarm}" if goal.risk or alarm else ""


def measured(goal: Goal) -> str:
    """Return how a goal's metric stands against its target: "3 of 10 calls"."""
    metric = goal.aim.metric if goal.aim is not None else None
    if metric is None:
        return ""
    measure = goal.measure or Measure()
    current = f"{measure.current:g}" if measure.current is not None else "not known yet"
    begun = f", from {measure.baseline:g}" if measure.baseline and measure.baseline != measure.current else ""
    return f"{current} of {_at_least(metric)}{begun}"


def _at_least(metric: Metric) -> str:
    bound = "at least" if metric.direction == "up" else "at most"
    return f"{bound} {metric.target:g} {metric.unit}".rstrip()


def blocks(goal: Goal) -> list[str]:
    """Return what stands in a goal's way."""
    return [f"{b.name}: {b.reason}" if b.name else b.reason for b in goal.blocked_by]


def deadline(goal: Goal, zone: str) -> str:
    """Return until when it is to be reached, and whether it is given up then."""
    if goal.deadline is None:
        return ""
    return printing.moment(goal.deadline.isoformat(), zone) + (", given up then" if goal.hard else "")


def named(goal_id: str, known: Known) -> str:
    """Return a goal by name and id."""
    goal = known(goal_id)
    return f"{goal.name} ({goal_id}, {goal.state})" if goal is not None else goal_id


def history(goal: Goal, zone: str) -> list[tuple[str, str, str]]:
    """Return the states that a goal went through: when, which, why."""
    return [(printing.moment(t.at.isoformat(), zone), t.state, t.reason) for t in goal.transitions]


def rationale(why: Rationale, zone: str) -> Node:
    """Return how a strategy was chosen: what was looked at, what was weighed, and why the others were not."""
    weighed = [
        node(
            "strategy",
            f"{c.strategy}, score {c.score:.2f}",
            (),
            success=f"{c.success:.0%}",
            made_of=[f"{name} {value:.2f}" for name, value in c.parts],
            why_not=c.why_not,
        )
        for c in why.candidates
    ]
    short = why.shortfall
    return node(
        "rationale",
        f"{why.chosen or 'no strategy'}: {why.reason}",
        weighed,
        at=why.at.isoformat(),
        since=printing.moment(why.since.isoformat(), zone),
        causes=list(why.causes),
        shortfall=f"{short.current:g} of {short.target:g}, {short.missing:.0%} missing" if short is not None else "",
        situation=[f"{name}: {of_value(found)}" for name, found in why.situation],
    )
