"""How goals go from one state to another, and what that does to the goals they are tied to.

Every transition is written into the goal's row with its reason and raised as an event. What follows from one is done at
once: of two in conflict only one is active; what a goal was to bring about goes with it; what waited for it goes on.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from empla.mind.beliefs import Belief
from empla.mind.draft import Draft
from empla.mind.goal_order import Place, placed, together
from empla.mind.goals import (
    AIM,
    GOAL_ACHIEVED,
    GOAL_BLOCKED,
    GOAL_DROPPED,
    GOAL_RESUMED,
    GOAL_SUSPENDED,
    MOST_TRANSITIONS,
    NO_RELATIONS,
    Block,
    Goal,
    GoalState,
    Relations,
    Transition,
)
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary


class Moves:
    """The transitions of one step of a cycle.

    `stirred` are the goals to be looked at again because of them, `unsettled` those of which it is to be decided anew
    whether they are pursued, with why they may be now.
    """

    def __init__(self, draft: Draft, library: PlanLibrary) -> None:
        self.draft = draft
        self.library = library
        self.events: list[Percept] = []
        self.stirred: dict[str, None] = {}
        self.unsettled: dict[str, str] = {}

    def row(self, goal_id: str) -> Goal | None:
        """Return a goal that is not over."""
        goal = self.draft.goal(goal_id)
        return None if goal is None or goal.over else goal

    def tell(self, kind: str, goal: Goal, reason: str) -> None:
        """Raise an event about a goal, if anybody listens; it has no more authority than the goal."""
        if self.library.listens(kind) or self.draft.awaits(kind):
            fields = {"goal": goal.id, "name": goal.name, "reason": reason}
            self.events.append(Percept(key=goal.percept, kind=kind, fields=fields, origin=goal.origin))

    def enter(self, goal: Goal, state: GoalState, reason: str, **changes: Any) -> Goal:
        """Put a goal into a state, with the transition recorded, and nothing that follows from it done."""
        transitions = (*goal.transitions, Transition(at=self.draft.at, state=state, reason=reason))
        goal = replace(goal, state=state, reason=reason, transitions=transitions[-MOST_TRANSITIONS:], **changes)
        self.draft.put_goal(goal)
        return goal

    # what is said of a goal -----------------------------------------------------------------------------------

    def suspend(self, goal_id: str, reason: str) -> None:
        """Suspend a goal by word: it is resumed by word only."""
        goal = self.row(goal_id)
        if goal is None:
            return
        ties = replace(goal.ties, yields_to="") if goal.ties.yields_to else goal.relations
        if goal.state == "suspended":
            self.draft.put_goal(replace(goal, reason=reason, relations=ties))
        else:
            self.tell(GOAL_SUSPENDED, self.enter(goal, "suspended", reason, relations=ties), reason)
        self.unsettled[goal_id] = ""

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
        for rival in self._live(goal.ties.conflicts_with):
            if rival.ties.yields_to == goal.id:
                self.unsettled[rival.id] = f"{goal.name} is {state}"

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

    # who is pursued -------------------------------------------------------------------------------------------

    def settle(self, *, favoured: Collection[str] = (), released: Collection[str] = (), strict: bool = False) -> None:
        """Decide which of the goals that are tied to the unsettled ones are pursued (see `goal_order`)."""
        why, self.unsettled = self.unsettled, {}
        goals = together(why, self.row)
        places = placed(goals, favoured, released, strict)
        for goal_id, place in sorted(places.items(), key=lambda item: item[1].state == "active"):
            goal, ties = goals[goal_id], goals[goal_id].ties
            if place.yields_to != ties.yields_to:
                ties = replace(ties, yields_to=place.yields_to)
            if goal.state == place.state and goal.transitions:
                if ties is not goal.ties:
                    self.draft.put_goal(replace(goal, relations=ties))
            else:
                self._move(goal, place, why.get(goal_id, ""), None if ties is NO_RELATIONS else ties)

    def _move(self, goal: Goal, place: Place, why: str, ties: Relations | None) -> None:
        self.stirred[goal.id] = None
        if place.state == "waiting":
            self._wait(goal, ties)
        elif place.state == "suspended":
            reason = self._why_suspended(goal, place)
            self.tell(GOAL_SUSPENDED, self.enter(goal, "suspended", reason, relations=ties), reason)
        else:
            reason = why or self._why_resumed(goal)
            first = not goal.transitions
            goal = self.enter(goal, "active", reason, relations=ties)
            if not first:
                self.tell(GOAL_RESUMED, goal, reason)

    def _wait(self, goal: Goal, ties: Relations | None) -> None:
        known = {block.name for block in goal.blocked_by}
        names = {g: row.name if (row := self.row(g)) is not None else g for g in goal.ties.awaited}
        new = tuple(
            Block(goal=g, name=name, reason=f"it waits for {name}") for g, name in names.items() if name not in known
        )
        reason = f"it waits for {' and '.join(names.values())}"
        goal = self.enter(goal, "waiting", reason, blocked_by=(*goal.blocked_by, *new), relations=ties)
        self.tell(GOAL_BLOCKED, goal, reason)

    def _why_suspended(self, goal: Goal, place: Place) -> str:
        other = self.row(place.yields_to)
        name = other.name if other is not None else place.yields_to
        if place.yields_to in goal.ties.serves:
            return f"{name}, which it serves, is not pursued now"
        return f"{name} goes first, and both cannot be pursued at once"

    def _why_resumed(self, goal: Goal) -> str:
        other = self.draft.goal(goal.ties.yields_to)
        if other is None:
            return "nothing stands in its way any more"
        return f"{other.name}, which it serves, goes on" if other.id in goal.ties.serves else f"{other.name} makes room"

    # what follows ---------------------------------------------------------------------------------------------

    def _live(self, ids: Iterable[str]) -> list[Goal]:
        return [row for row in map(self.row, ids) if row is not None]

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
                self.unsettled[goal.id] = f"{ended.name}, which it waited for, is reached"
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
            else:
                self.unsettled[part.id] = f"{goal.name} is over"

    def _remember(self, goal: Goal) -> None:
        """Keep what became of an aim of the role, so that it is not taken up again."""
        for old in self.draft.beliefs.matching(AIM, goal.name):
            self.draft.forget(old, "it is over anew")
        version = goal.aim.version if goal.aim is not None else 1
        became = Belief(functor=AIM, arguments=(goal.name, version, goal.state), observed_at=self.draft.at)
        self.draft.believe(became)
