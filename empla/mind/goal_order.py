"""Which goals are pursued, of those that cannot all be at once: a function of their ties and priorities alone.

The more important goal is decided first: it is pursued unless it waits for others, serves only what is not pursued, or
conflicts with one that is pursued by then. A part claims no more than each goal it serves, so those are decided before
it. So there is one answer, and nothing goes round in a circle.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from empla.mind.goals import Goal, GoalState
from empla.mind.state import number

SWITCHING = 0.5
"""How much higher the priority of a goal must rise than that of a pursued one in conflict: they do not take turns."""
_PURSUED = 0.001
"""Of two alike, the one that is pursued stays so."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a goal should be; suspended for `yields_to`, if that is what it is."""

    state: GoalState
    yields_to: str = ""


def together(seeds: Iterable[str], row: Callable[[str], Goal | None]) -> dict[str, Goal]:
    """Return the goals that are tied to these, directly or not, by conflict or as parts; only what is not over."""
    found: dict[str, Goal] = {}
    todo = list(seeds)
    while todo:
        goal = row(todo.pop())
        if goal is not None and goal.id not in found:
            found[goal.id] = goal
            ties = goal.ties
            todo.extend((*ties.conflicts_with, *ties.serves, *ties.parts))
    return found


def placed(
    goals: Mapping[str, Goal], favoured: Collection[str], released: Collection[str], strict: bool
) -> dict[str, Place]:
    """Return what each goal should be, the most important first.

    What is pursued keeps its place against what is a little more important, except against those `favoured`, and if
    `strict`. What was suspended by word stays so, unless `released`.
    """
    claims: dict[str, float] = {}
    depths: dict[str, int] = {}

    def claim(goal: Goal) -> float:
        if goal.id not in claims:
            own = goal.priority
            if goal.state == "active":
                own += _PURSUED
            if not strict and (goal.state == "active" or goal.id in favoured):
                own += SWITCHING
            above = [goals[g] for g in goal.ties.serves if g in goals]
            claims[goal.id] = min([own, *map(claim, above)])
            depths[goal.id] = 1 + max((depths[a.id] for a in above), default=0)
        return claims[goal.id]

    order = sorted(goals.values(), key=lambda g: (-claim(g), depths[g.id], number(g.id)))
    found: dict[str, Place] = {}
    for goal in order:
        found[goal.id] = _place(goal, goals, found, released)
    return found


def _place(goal: Goal, goals: Mapping[str, Goal], decided: Mapping[str, Place], released: Collection[str]) -> Place:
    ties = goal.ties
    if goal.state == "suspended" and not ties.yields_to and goal.id not in released:
        return Place("suspended")
    if ties.awaited:
        return Place("waiting")
    above = [g for g in ties.serves if g in goals]
    if above and all(decided[g].state != "active" for g in above):
        return Place("suspended", above[0])
    first = next((g for g, place in decided.items() if place.state == "active" and g in ties.conflicts_with), "")
    return Place("suspended", first) if first else Place("active")
