"""What an employee wants: its goals as trees, each with how far it is and what stands in its way."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.mind.goals import Goal, Measure
from runtime.cli import aims, employees, minds, printing
from runtime.cli.nodes import Node
from runtime.cli.stories import Stories

_COLOURS = {"active": "green", "waiting": "yellow", "suspended": "yellow", "achieved": "dim", "dropped": "dim"}


def wanted(home: Home, name: str, *, everything: bool = False) -> dict[str, Any]:
    """Return the goals of an employee, with those that serve them below; with `everything` also those that are over."""
    employee = employees.one(home, name)
    with minds.opened(home, employee["slug"]) as mind:
        known = {goal.id: goal for goal in mind.goals()} if mind is not None else {}
    shown = {goal.id: goal for goal in known.values() if everything or not goal.over}
    below = {goal_id: _below(goal, shown) for goal_id, goal in shown.items()}
    parts = {part for found in below.values() for part in found}
    tops = [goal_id for goal_id in shown if goal_id not in parts]
    return {
        "employee": employee["name"],
        "address": employee["address"],
        "goals": [_as_data(goal_id, shown, below, ()) for goal_id in tops],
    }


def _below(goal: Goal, shown: Mapping[str, Goal]) -> list[str]:
    """Return the goals that serve this one: its parts, and those that it had others reach for it."""
    made_of = [part for part in goal.ties.parts if part in shown]
    asked_for = [other.id for other in shown.values() if other.parent == goal.id]
    return list(dict.fromkeys((*made_of, *asked_for)))


def _as_data(
    goal_id: str, shown: Mapping[str, Goal], below: Mapping[str, Sequence[str]], above: tuple[str, ...]
) -> dict[str, Any]:
    goal = shown[goal_id]
    return {
        "id": goal.id,
        "name": goal.name,
        "kind": goal.kind,
        "horizon": goal.horizon,
        "state": goal.state,
        "reason": goal.reason,
        "priority": goal.word if goal.word is not None else goal.priority,
        "on_the_managers_word": goal.word is not None,
        "importance": goal.importance,
        "progress": goal.progress,
        "metric": _metric(goal),
        "risk": goal.risk,
        "alarm": goal.alarm,
        "deadline": goal.deadline.isoformat() if goal.deadline is not None else None,
        "hard": goal.hard,
        "blocked_by": [{"goal": b.goal, "name": b.name, "reason": b.reason} for b in goal.blocked_by],
        "depends_on": list(goal.ties.depends_on),
        "conflicts_with": list(goal.ties.conflicts_with),
        "adopted_at": goal.adopted_at.isoformat() if goal.adopted_at is not None else None,
        "transitions": [{"at": t.at.isoformat(), "state": t.state, "reason": t.reason} for t in goal.transitions],
        # A goal may serve two; it stands below both, and never below itself.
        "parts": [_as_data(part, shown, below, (*above, goal_id)) for part in below[goal_id] if part not in above],
    }


def _metric(goal: Goal) -> dict[str, Any] | None:
    metric = goal.aim.metric if goal.aim is not None else None
    if metric is None:
        return None
    measure = goal.measure or Measure()
    return {
        "current": measure.current,
        "target": metric.target,
        "direction": metric.direction,
        "unit": metric.unit,
        "baseline": measure.baseline,
        "history": [[at.isoformat(), value] for at, value in measure.history],
        "text": aims.measured(goal),
    }


def story(home: Home, name: str, goal: str) -> tuple[dict[str, Any], Node]:
    """Return one goal, by id or name, with all it went through; InputError if there is none."""
    employee = employees.one(home, name)
    with minds.opened(home, employee["slug"]) as mind:
        found = mind.goal(goal) if mind is not None else None
        if mind is not None and found is None:
            named = mind.goals(name=goal)
            found = next((g for g in reversed(named) if not g.over), named[-1] if named else None)
        if mind is None or found is None:
            raise InputError(
                f"{employee['name']} has no goal {goal!r}", next_step=f"see `empla goals {name} --all` for their ids"
            )
        tree = Stories(mind, load_settings(home).zone, SystemClock(home.clock).now()).any_goal(found.id)
    return {"employee": employee["name"], "address": employee["address"], "tree": tree}, tree


def show(found: Mapping[str, Any], home: Home) -> None:
    """Print the goals as trees."""
    if not found["goals"]:
        printing.line(f"{found['employee']} wants nothing just now; `--all` shows what is over.")
        return
    zone = load_settings(home).zone
    for goal in found["goals"]:
        tree = Tree(_label(goal, zone), guide_style="dim")
        _grow(tree, goal, zone)
        printing.console().print(tree)


def _grow(tree: Tree, goal: Mapping[str, Any], zone: str) -> None:
    for part in goal["parts"]:
        _grow(tree.add(_label(part, zone)), part, zone)


def _label(goal: Mapping[str, Any], zone: str) -> Text:
    shown = Text.assemble(
        (f"{goal['id']}  ", "dim"), printing.said(goal["name"], "bold"), "  ", (goal["state"], _COLOURS[goal["state"]])
    )
    if goal["reason"] and goal["state"] != "active":
        shown.append_text(printing.said(f": {goal['reason']}", "dim"))
    if said := _said(goal, zone):
        shown.append(f"  {said}", "dim")
    if goal["alarm"]:
        shown.append(f"  {goal['alarm'].replace('-', ' ')}", "red")
    lines = [f"{b['name']}: {b['reason']}" if b["name"] else b["reason"] for b in goal["blocked_by"]]
    for line in lines:
        shown.append("\nblocked by ", "red").append_text(printing.said(line))
    return shown


def _said(goal: Mapping[str, Any], zone: str) -> str:
    parts = [
        goal["horizon"] if goal["horizon"] != "immediate" else "",
        f"{goal['progress']:.0%}" if goal["progress"] is not None else "",
        goal["metric"]["text"] if goal["metric"] else "",
        f"priority {goal['priority']:g}" if goal["priority"] else "",
        f"risk {goal['risk']:.0%}" if goal["risk"] else "",
        f"by {printing.moment(goal['deadline'], zone)}" if goal["deadline"] else "",
        f"since {printing.moment(goal['adopted_at'], zone)}" if goal["adopted_at"] else "",
    ]
    return ", ".join(filter(None, parts))
