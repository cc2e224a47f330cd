"""From aims to goals: the rows of aims that are taken up together, tied to each other and to those already pursued.

Nothing reaches the draft before all of it is known to be sound.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.draft import Draft
from empla.mind.goal_graph import refuse
from empla.mind.goals import AIM, NO_RELATIONS, Aim, Block, Goal, Relations
from empla.mind.state import number
from empla.mind.values import OWN, Origin

REVERSE = {
    "all_of": "serves",
    "any_of": "serves",
    "helped_by": "serves",
    "depends_on": "needed_by",
    "conflicts_with": "conflicts_with",
}
"""How each tie stands in the other goal's row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why goals are taken up: by the role, or by an intention of this origin that has read these kinds of source."""

    percept: str
    origin: Origin = OWN
    reads: tuple[str, ...] = ()
    declared: bool = False


def flat(aim: Aim) -> Aim:
    """Return an aim with the parts that are declared inside it by their names: those have rows of their own."""
    if not any(isinstance(part, Aim) for part in aim.parts):
        return aim
    return replace(aim, all_of=_names(aim.all_of), any_of=_names(aim.any_of))


def _names(parts: Iterable[Aim | str]) -> tuple[str, ...]:
    return tuple(part.name if isinstance(part, Aim) else part for part in parts)


def is_settled(draft: Draft, aim: Aim) -> bool:
    """Return whether this aim of the role, or a later version of it, was pursued and is over."""
    return any(belief.arguments[1] >= aim.version for belief in draft.beliefs.matching(AIM, aim.name))


def deadline_of(aim: Aim, goal: Goal) -> Goal:
    """Return the goal with the deadline that an aim gives it."""
    at = aim.deadline
    if isinstance(at, timedelta):
        at = goal.adopted_at + at if goal.adopted_at is not None else None
    return replace(goal, deadline=at, hard=aim.hard)


class Making:
    """Goals being made of aims; `rows` are the new ones and those that they are tied to."""

    def __init__(self, draft: Draft, cause: Cause) -> None:
        self.draft = draft
        self.cause = cause
        self.rows: dict[str, Goal] = {}
        self.made: list[str] = []
        self._inside: dict[tuple[str, str], str] = {}

    def make(self, aim: Aim, serves: str = "") -> str:
        """Make a goal of an aim, and of each part that is declared inside it; return its id."""
        goal = Goal(
            id=f"g{self.draft.adopted + len(self.made) + 1}",
            name=aim.name,
            kind=aim.kind,
            horizon=aim.horizon,
            parent=serves,
            percept=self.cause.percept,
            adopted_at=self.draft.at,
            state="waiting",
            aim=flat(aim),
            declared=self.cause.declared,
            origin=self.cause.origin,
            reads=self.cause.reads,
        )
        self.rows[goal.id] = deadline_of(aim, goal)
        self.made.append(goal.id)
        for part in aim.parts:
            if isinstance(part, Aim) and not (self.cause.declared and is_settled(self.draft, part)):
                self._inside[goal.id, part.name] = self.make(part, goal.id)
        return goal.id

    def finish(self) -> list[str]:
        """Tie the goals, put them into the draft, and return their ids, each after those it serves.

        ValidationError, with the draft as it was, if they could never be reached, or name what is not there.
        """
        for goal_id in self.made:
            self._tie(self.rows[goal_id])
        refuse(
            self.made,
            lambda goal: self._ties(goal).parts,
            lambda goal: self._ties(goal).awaited,
            lambda goal: self._ties(goal).serves,
            ((one, other) for one in self.made for other in self.rows[one].ties.conflicts_with),
            self._name,
        )
        for goal_id in self.made:
            self._inherit(goal_id)
        self.draft.adopted += len(self.made)
        for row in self.rows.values():
            self.draft.put_goal(row)
        return self.made

    def _row(self, goal_id: str) -> Goal | None:
        row = self.rows.get(goal_id) or self.draft.goal(goal_id)
        return None if row is None or row.over else row

    def _ties(self, goal_id: str) -> Relations:
        row = self._row(goal_id)
        return NO_RELATIONS if row is None else row.ties

    def _name(self, goal_id: str) -> str:
        row = self._row(goal_id)
        return goal_id if row is None else row.name

    def _tie(self, goal: Goal) -> None:
        aim = goal.aim
        if aim is None:
            return
        for part in _names(aim.all_of):
            self._tie_to(goal.id, "all_of", part)
        for part in _names(aim.any_of):
            self._tie_to(goal.id, "any_of", part)
        for other in aim.depends_on:
            self._tie_to(goal.id, "depends_on", other)
        for other in aim.conflicts_with:
            self._tie_to(goal.id, "conflicts_with", other)
        for served in ([goal.parent] if goal.parent else []) + self._found(goal.id, aim.parent):
            above = self._row(served)
            if above is not None and _may_be_served(above) and goal.id not in above.ties.parts:
                self._put(served, "helped_by", goal.id)

    def _tie_to(self, goal_id: str, tie: str, name: str) -> None:
        found = self._found(goal_id, name)
        for other in found:
            self._put(goal_id, tie, other)
        if not found and tie != "conflicts_with":
            self._without(goal_id, tie, name)

    def _put(self, goal_id: str, tie: str, other: str) -> None:
        for one, name, value in ((goal_id, tie, other), (other, REVERSE[tie], goal_id)):
            row = self._row(one)
            if row is None:
                continue
            ties = row.ties
            if value not in getattr(ties, name):
                self.rows[one] = replace(row, relations=_with(ties, name, value))

    def _found(self, goal_id: str, name: str) -> list[str]:
        """Return the ids of the goals that are meant by a name: inside it, taken up with it, or pursued already."""
        if not name:
            return []
        inside = self._inside.get((goal_id, name))
        if inside is not None:
            return [inside]
        together = [made for made in self.made if self.rows[made].name == name]
        if together:
            return together
        if self._row(name) is not None:
            return [name]
        return sorted((g.id for g in self.draft.goals() if g.name == name and g.id != goal_id), key=number)

    def _without(self, goal_id: str, tie: str, name: str) -> None:
        """Tie a goal to one that is not pursued: reached already, or never to come."""
        row = self.rows[goal_id]
        ties = _with(row.ties, tie, name)
        states = [belief.arguments[2] for belief in self.draft.beliefs.matching(AIM, name)]
        if states and states[-1] == "achieved":
            self.rows[goal_id] = replace(row, relations=replace(ties, met=(*ties.met, name)))
            return
        reason = f"{name} was given up" if states else f"there is no goal {name}"
        if not self.cause.declared:
            raise ValidationError(f"{row.name} needs {name}, but {reason}")
        block = Block(name=name, reason=reason)
        self.rows[goal_id] = replace(row, relations=ties, blocked_by=(*row.blocked_by, block))

    def _inherit(self, goal_id: str) -> None:
        """Give a goal what it has of the first goal that it serves: its place below it, and its importance."""
        row = self.rows[goal_id]
        above = self._row(row.ties.serves[0]) if row.ties.serves else None
        importance = row.aim.importance if row.aim is not None else None
        if importance is None:
            importance = above.importance if above is not None else row.importance
        parent = row.parent or (above.id if above is not None else "")
        self.rows[goal_id] = replace(row, importance=importance, parent=parent)


def _may_be_served(goal: Goal) -> bool:
    """Return whether a goal may be served by others; one that is a plan being done ends with that plan."""
    return goal.aim is not None and goal.kind in ("achieve", "maintain")


def _with(ties: Relations, name: str, value: str) -> Relations:
    longer: dict[str, Any] = {name: (*getattr(ties, name), value)}
    return replace(ties, **longer)
