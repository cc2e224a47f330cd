"""How goals go from one state to another, and what that does to the goals they are tied to.

Every transition is written into the goal's row with its reason and raised as an event. What follows from one is done at
once: of two in conflict only one is active; what a goal was to bring about goes with it; what waited for it goes on.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from empla.mind.beliefs import Belief
from empla.mind.draft import Draft
from empla.mind.goals import (
    AIM,
    GOAL_ACHIEVED,
    GOAL_BLOCKED,
    GOAL_DROPPED,
    GOAL_RESUMED,
    GOAL_SUSPENDED,
    MOST_TRANSITIONS,
    Block,
    Goal,
    GoalState,
    Transition,
)
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import number


class Moves:
    """The transitions of one step of a cycle; `stirred` are the goals to be looked at again because of them."""

    def __init__(self, draft: Draft, library: PlanLibrary) -> None:
        self.draft = draft
        self.library = library
        self.events: list[Percept] = []
        self.stirred: dict[str, None] = {}

    def row(self, goal_id: str) -> Goal | None:
        """Return a goal that is not over."""
        goal = self.draft.goal(goal_id)
        return None if goal is None or goal.over else goal

    def tell(self, kind: str, goal: Goal, reason: str) -> None:
        """Raise an event about a goal, if anybody listens; it has no more authority than the goal."""
        if self.library.listens(kind) or self.draft.awaits(kind):
            fields = {"goal": goal.id, "name": goal.name, "reason": reason}
            self.events.append(Percept(key=goal.percept, kind=kind, fields=fields, origin=goal.origin))

    # into a state ---------------------------------------------------------------------------------------------

    def admit(self, goal_id: str, reason: str) -> None:
        """Let a goal be pursued, unless it has to wait for others or to make room."""
        goal = self.row(goal_id)
        if goal is None:
            return
        above = self._held_above(goal)
        rival = self._stronger_rival(goal)
        if goal.ties.awaited:
            self._wait(goal)
        elif above is not None:
            self.suspend(goal_id, f"{above.name}, which it serves, is {above.state}", yields_to=above.id)
        elif rival is not None:
            self.suspend(goal_id, f"{rival.name} goes first, and both cannot be pursued at once", yields_to=rival.id)
        elif goal.state != "active" or not goal.transitions:
            self._activate(goal, reason)

    def suspend(self, goal_id: str, reason: str, yields_to: str = "") -> None:
        """Suspend a goal and what serves it alone; without `yields_to` it is resumed by `resume` only."""
        goal = self.row(goal_id)
        if goal is None:
            return
        ties = goal.ties
        if yields_to != ties.yields_to:
            ties = replace(ties, yields_to=yields_to)
        if goal.state == "suspended" and goal.transitions:
            self.draft.put_goal(replace(goal, reason=reason, relations=ties))
            return
        goal = self.enter(goal, "suspended", reason, relations=ties)
        self.tell(GOAL_SUSPENDED, goal, reason)
        for part in goal.ties.parts:
            self._hold_with(part)
        self._make_room_for_others(goal, f"{goal.name} is suspended")

    def over(self, goal_id: str, state: GoalState, reason: str, final: bool = True) -> None:
        """End a goal: `state` is "achieved" or "dropped". Unless `final`, an aim of the role may be taken up anew."""
        goal = self.row(goal_id)
        if goal is None:
            return
        goal = self.enter(goal, state, reason, at_work=False, retry_at=None)
        self.tell(GOAL_ACHIEVED if state == "achieved" else GOAL_DROPPED, goal, reason)
        if goal.declared and final:
            self._remember(goal)
        for needing in self._live((*goal.ties.serves, *goal.ties.needed_by)):
            self._follow(needing, goal)
        self._let_parts_go(goal, final)
        self._make_room_for_others(goal, f"{goal.name} is {state}")

    def block(self, goal_id: str, block: Block) -> None:
        """Note what stands in a goal's way, in the place of what was known of the same before."""
        goal = self.row(goal_id)
        if goal is None or block in goal.blocked_by:
            return
        others = tuple(b for b in goal.blocked_by if (b.goal, b.name) != (block.goal, block.name))
        is_new = len(others) == len(goal.blocked_by)
        goal = replace(goal, blocked_by=(*others, block))
        self.draft.put_goal(goal)
        if is_new or block.goal:  # of plans that fail again it was told
            self.tell(GOAL_BLOCKED, goal, block.reason)
        self.stirred[goal_id] = None

    def wait_no_more(self, goal: Goal) -> None:
        """Have a goal do without those that it depends on and that will never be reached."""
        lost = [g for g in goal.ties.awaited if self.row(g) is None]
        if lost:
            ties = replace(goal.ties, depends_on=tuple(g for g in goal.ties.depends_on if g not in lost))
            blocks = tuple(b for b in goal.blocked_by if b.goal not in lost and b.name not in lost)
            self.draft.put_goal(replace(goal, relations=ties, blocked_by=blocks))

    def enter(self, goal: Goal, state: GoalState, reason: str, **changes: Any) -> Goal:
        """Put a goal into a state, with the transition recorded, and nothing that follows from it done."""
        transitions = (*goal.transitions, Transition(at=self.draft.at, state=state, reason=reason))
        goal = replace(goal, state=state, reason=reason, transitions=transitions[-MOST_TRANSITIONS:], **changes)
        self.draft.put_goal(goal)
        return goal

    def _wait(self, goal: Goal) -> None:
        if goal.state == "waiting" and goal.transitions:
            return
        known = {block.name for block in goal.blocked_by}
        names = {g: row.name if (row := self.row(g)) is not None else g for g in goal.ties.awaited}
        new = tuple(
            Block(goal=g, name=name, reason=f"it waits for {name}") for g, name in names.items() if name not in known
        )
        reason = f"it waits for {' and '.join(names.values())}"
        goal = self.enter(goal, "waiting", reason, blocked_by=(*goal.blocked_by, *new))
        self.tell(GOAL_BLOCKED, goal, reason)
        self.stirred[goal.id] = None
        for part in goal.ties.parts:
            self._hold_with(part)

    def _activate(self, goal: Goal, reason: str) -> None:
        first = not goal.transitions
        ties = replace(goal.ties, yields_to="") if goal.ties.yields_to else goal.relations
        goal = self.enter(goal, "active", reason, relations=ties)
        if not first:
            self.tell(GOAL_RESUMED, goal, reason)
        self.stirred[goal.id] = None
        for rival in self._rivals(goal):
            if goal.state == "active" and rival.state == "active":
                why = f"{goal.name} goes first, and both cannot be pursued at once"
                self.suspend(rival.id, why, yields_to=goal.id)
                goal = self.row(goal.id) or goal  # what the rival kept from being pursued may have gone before it
        for part in self._live(goal.ties.parts):
            if part.ties.yields_to in part.ties.serves:
                self.admit(part.id, f"{goal.name}, which it serves, goes on")

    # what follows ---------------------------------------------------------------------------------------------

    def _live(self, ids: Iterable[str]) -> list[Goal]:
        return [row for row in map(self.row, ids) if row is not None]

    def _rivals(self, goal: Goal) -> list[Goal]:
        """Return those in conflict with a goal, the strongest first."""
        return sorted(self._live(goal.ties.conflicts_with), key=lambda g: (-g.priority, number(g.id)))

    def _stronger_rival(self, goal: Goal) -> Goal | None:
        """Return the active goal that keeps this one from being pursued: of two alike, the one that is."""
        if goal.state == "active" and goal.transitions:
            return None
        return next((r for r in self._rivals(goal) if r.state == "active" and r.priority >= goal.priority), None)

    def _held_above(self, goal: Goal) -> Goal | None:
        """Return a goal that this one serves and that is not pursued now, if no other that it serves is."""
        above = self._live(goal.ties.serves)
        return above[0] if above and all(a.state != "active" for a in above) else None

    def _hold_with(self, goal_id: str) -> None:
        """Suspend a goal if nothing that it serves is pursued."""
        goal = self.row(goal_id)
        above = self._held_above(goal) if goal is not None and goal.state != "suspended" else None
        if above is not None:
            self.suspend(goal_id, f"{above.name}, which it serves, is {above.state}", yields_to=above.id)

    def _make_room_for_others(self, goal: Goal, reason: str) -> None:
        for rival in self._rivals(goal):
            if rival.state == "suspended" and rival.ties.yields_to == goal.id:
                self.admit(rival.id, reason)

    def _follow(self, goal: Goal, ended: Goal) -> None:
        """Take note that a goal which this one needs is over."""
        ties = goal.ties
        needed = ended.id in ties.all_of or ended.id in ties.any_of or ended.id in ties.depends_on
        self.stirred[goal.id] = None
        if not needed:
            helpers = tuple(g for g in ties.helped_by if g != ended.id)
            self.draft.put_goal(replace(goal, relations=replace(ties, helped_by=helpers)))
        elif ended.state == "achieved":
            blocks = tuple(b for b in goal.blocked_by if b.goal != ended.id)
            met = replace(ties, met=(*ties.met, ended.id))
            self.draft.put_goal(replace(goal, relations=met, blocked_by=blocks))
            if goal.state == "waiting" and not met.awaited:
                self.admit(goal.id, f"{ended.name}, which it waited for, is reached")
        elif self._is_lost(goal, ended):
            reason = f"{ended.name}, which it needs, was given up: {ended.reason}"
            self.block(goal.id, Block(goal=ended.id, name=ended.name, reason=reason))

    def _is_lost(self, goal: Goal, dropped: Goal) -> bool:
        """Return whether a goal cannot be reached any more without one that was dropped."""
        ties = goal.ties
        if dropped.id in ties.all_of or dropped.id in ties.depends_on:
            return True
        return not any(g in ties.met or self.row(g) is not None for g in ties.any_of)

    def _let_parts_go(self, goal: Goal, final: bool) -> None:
        """Drop what served a goal that is over, and serves no other.

        What helped one that was reached by its plan alone goes on: it is worth something of its own.
        """
        aim = goal.aim
        decided = aim is not None and (aim.holds is not None or aim.metric is not None or bool(aim.parts))
        leaving = goal.ties.parts if decided or goal.state == "dropped" else ()
        for part in self._live(goal.ties.parts):
            others = tuple(s for s in part.ties.serves if s != goal.id)
            self.draft.put_goal(replace(part, relations=replace(part.ties, serves=others)))
            if part.id in leaving and not self._live(others):
                became = "is reached" if goal.state == "achieved" else f"was given up: {goal.reason}"
                self.over(part.id, "dropped", f"{goal.name}, which it serves, {became}", final)
            elif part.ties.yields_to == goal.id:
                self.admit(part.id, f"{goal.name} is over")
            else:
                self._hold_with(part.id)

    def _remember(self, goal: Goal) -> None:
        """Keep what became of an aim of the role, so that it is not taken up again."""
        for old in self.draft.beliefs.matching(AIM, goal.name):
            self.draft.forget(old, "it is over anew")
        version = goal.aim.version if goal.aim is not None else 1
        became = Belief(functor=AIM, arguments=(goal.name, version, goal.state), observed_at=self.draft.at)
        self.draft.believe(became)
