"""How a goal stands: looked at by its beliefs and the time, judged, and, where it is wanted, a plan asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from empla.mind.draft import Draft
from empla.mind.goal_looks import Seen, look, watched
from empla.mind.goal_moves import Moves
from empla.mind.goals import GOAL_ADOPTED, GOAL_AT_RISK, Alarm, Block, Goal, Measure
from empla.mind.metrics import elapsed, measured, priority, progress, reached, risk, span_of, threshold, trend, tries
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.persona import persona_of
from empla.mind.plans import PlanLibrary
from empla.mind.state import Due

CALMING = 0.1
"""How far below the threshold the risk must fall before crossing it is told again."""
FIRST_PAUSE = timedelta(minutes=15)
"""How long after a plan that did not reach its goal another is asked for; twice as long after each further one, up to
an eighth of the goal's time."""
SHORTEST_LOOK = timedelta(minutes=1)


CONDITION = "its condition"
"""Name of the block of a goal whose queries cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a goal stands: its row with its numbers as they are now, and what beliefs say of its aim.

    `holds` is None where the aim says nothing, and is reached when a plan for it is done.
    """

    goal: Goal
    holds: bool | None = None
    unwanted: bool = False
    unclear: str = ""


class Judging(Moves):
    """The goals that are looked at in one step of a cycle, and what follows."""

    def __init__(self, draft: Draft, library: PlanLibrary) -> None:
        super().__init__(draft, library)
        self.persona = persona_of(draft.beliefs)
        self.asking: dict[str, None] = {}
        self.renewed: dict[str, None] = {}

    def take_up(self, goal_ids: Sequence[str], reason: str) -> None:
        """Let new goals be pursued, once the numbers of all are known: conflicts are decided by them."""
        goals = [goal for goal in map(self.row, goal_ids) if goal is not None]
        for goal in goals:
            watches = watched(goal.aim, self.library.rules) if goal.aim is not None else ()
            self.put_judged(replace(goal, watches=watches))
            self.tell(GOAL_ADOPTED, goal, reason)
            self.unsettled[goal.id] = reason
        self.settle(favoured=goal_ids)

    def finish(self) -> list[Percept]:
        """Look at every goal that something happened to, and return the events of it all."""
        while self.stirred or self.unsettled:
            if self.unsettled:
                self.settle()
                continue
            goal_id = next(iter(self.stirred))
            del self.stirred[goal_id]
            self._look(goal_id)
        for goal in [row for row in map(self.row, self.asking) if row is not None]:
            if goal.state == "active" and not goal.at_work and goal.aim is not None:
                self.draft.put_goal(replace(goal, at_work=True, retry_at=None))
                fields = {**goal.aim.bindings, "goal": goal.id}
                self.events.append(
                    Percept(key=goal.percept, kind=f"goal:{goal.name}", fields=fields, origin=goal.origin)
                )
        return self.events

    def put_judged(self, goal: Goal) -> None:
        """Put a goal into the draft with the numbers that its beliefs give it now."""
        self.draft.put_goal(self.judged(goal).goal)

    # one look -------------------------------------------------------------------------------------------------

    def _look(self, goal_id: str) -> None:
        before = self.row(goal_id)
        if before is None or before.aim is None:
            return
        standing = self.judged(before)
        goal = standing.goal
        if goal != before:
            self.draft.put_goal(goal)
        if standing.unclear:
            self.block(goal_id, Block(name=CONDITION, reason=f"it cannot be told how it stands: {standing.unclear}"))
        if standing.holds and goal.kind in ("achieve", "query"):
            self.over(goal_id, "achieved", _how(goal))
        elif standing.unwanted:
            self.over(goal_id, "dropped", "it is wanted no longer: what it was to be dropped for holds")
        elif goal.deadline is not None and goal.hard and self.draft.at >= goal.deadline:
            self.over(goal_id, "dropped", f"its deadline has passed: {_said(goal.deadline)}")
        else:
            self._sound_alarm(goal_id)
            self._want(goal_id, standing)
            self._wake(goal_id)
            if goal.ties.conflicts_with and goal.priority != before.priority:
                self.unsettled[goal_id] = "it has become more important"
            if (goal.progress, goal.risk) != (before.progress, before.risk):
                self.stirred.update(dict.fromkeys(goal.ties.serves))

    def judged(self, goal: Goal) -> Standing:
        """Return how a goal stands: its row with the numbers that beliefs give it now, and whether it is reached."""
        aim, at = goal.aim, self.draft.at
        if aim is None:
            return Standing(goal=goal)
        seen = look(aim, self.draft.beliefs, self.library.rules, at)
        if seen.unclear:
            return Standing(goal=goal, holds=False, unclear=seen.unclear)
        measure = goal.measure
        if aim.metric is not None:
            measure = measured(aim.metric, measure, seen.number, at, span_of(goal))
        holds = _reached(goal, seen, measure)
        blocks = goal.blocked_by
        if any(block.name == CONDITION for block in blocks):
            blocks = tuple(block for block in blocks if block.name != CONDITION)
        done = self._progress(goal, measure, holds)
        a_day = trend(aim.metric, measure) if aim.metric is not None else None
        threat = self._risk(goal, risk(goal, at, done=done, a_day=a_day, blocked=bool(blocks)))
        new = replace(
            goal,
            measure=measure,
            answer=seen.answer,
            progress=done,
            blocked_by=blocks,
            risk=threat,
            priority=priority(goal, at, self.persona, threat),
        )
        return Standing(goal=new, holds=holds, unwanted=seen.unwanted)

    def _progress(self, goal: Goal, measure: Measure | None, holds: bool | None) -> float | None:
        aim, ties = goal.aim, goal.ties
        if holds or (goal.kind == "maintain" and holds is not None):
            return 1.0 if holds else 0.0
        if aim is not None and aim.metric is not None:
            done = progress(aim.metric, measure)
            return None if done is None else round(done, 2)
        if not ties.all_of and not ties.any_of:
            return None
        every = [self._progress_of(part, goal) for part in ties.all_of]
        best = [max(self._progress_of(part, goal) for part in ties.any_of)] if ties.any_of else []
        return round(sum(every + best) / len(every + best), 2)

    def _progress_of(self, part_id: str, goal: Goal) -> float:
        part = self.row(part_id)
        return 1.0 if part_id in goal.ties.met else 0.0 if part is None else part.progress or 0.0

    def _risk(self, goal: Goal, own: float) -> float:
        """Return the risk of a goal: its own, or that of the part it needs which is most at risk, if that is higher."""
        needed = [part.risk for part in map(self.row, goal.ties.all_of) if part is not None]
        if goal.ties.any_of and not any(g in goal.ties.met for g in goal.ties.any_of):
            needed.append(min((p.risk for p in map(self.row, goal.ties.any_of) if p is not None), default=0.0))
        return max([own, *needed])

    # what follows ---------------------------------------------------------------------------------------------

    def _sound_alarm(self, goal_id: str) -> None:
        """Tell once that a goal has come to be at risk, and once that it is late."""
        goal = self.row(goal_id)
        if goal is None:
            return
        limit = threshold(self.persona)
        alarm: Alarm = ""
        if goal.deadline is not None and self.draft.at >= goal.deadline and goal.progress != 1.0:
            alarm = "late"
        elif goal.risk >= limit or (goal.alarm and goal.risk > limit - CALMING):
            alarm = "at-risk"
        if alarm == goal.alarm:
            return
        self.draft.put_goal(replace(goal, alarm=alarm))
        if alarm and goal.alarm != "late":
            self.tell(GOAL_AT_RISK, goal, _why_at_risk(goal, self.draft.at))

    def _want(self, goal_id: str, standing: Standing) -> None:
        """Ask for a plan, if one could help now."""
        goal = self.row(goal_id)
        if goal is None or standing.unclear:
            return
        if standing.holds:
            if goal.attempts or goal.retry_at is not None:
                blocks = tuple(b for b in goal.blocked_by if b.goal or b.name)
                self.draft.put_goal(replace(goal, attempts=0, retry_at=None, blocked_by=blocks))
            return
        if goal.state != "active" or goal.at_work or not goal.ties.complete:
            return
        if goal.retry_at is not None and self.draft.at < goal.retry_at:
            return
        tired = any(not block.goal and not block.name for block in goal.blocked_by)
        if not tired or goal.id in self.renewed:
            self.asking[goal.id] = None

    def tried(self, goal: Goal, outcome: Outcome) -> None:
        """Take note that a plan ended without reaching its goal: another is asked for after a while.

        After some failures in a row it is blocked: then only when beliefs have changed.
        """
        attempts = goal.attempts + 1
        pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), max(FIRST_PAUSE, span_of(goal) / 8))
        self.draft.put_goal(replace(goal, at_work=False, attempts=attempts, retry_at=self.draft.at + pause))
        if outcome.status is not Status.DONE and attempts >= tries(self.persona):
            why = outcome.sentence or outcome.code or "its plan failed"
            self.block(goal.id, Block(reason=f"{attempts} plans for it came to nothing: {why}"))
        self.stirred[goal.id] = None

    def _wake(self, goal_id: str) -> None:
        """Have a goal wake by itself: half-way to its deadline, and again half-way, and at it; at the next attempt."""
        goal = self.row(goal_id)
        if goal is None or goal.aim is None:
            return
        at = self.draft.at
        instants = []
        if goal.deadline is not None and at < goal.deadline:
            left = goal.deadline - at
            close = left <= max(span_of(goal) / 100, SHORTEST_LOOK)
            instants.append(goal.deadline if close else at + left / 2)
        if goal.retry_at is not None and at < goal.retry_at:
            instants.append(goal.retry_at)
        if goal.aim.every is not None:
            instants.append(at + goal.aim.every)
        if not instants:
            return
        planned = goal.next_look
        if planned is None or planned <= at or min(instants) < planned:
            self.draft.note(Due(step=goal.id, at=min(instants)))
            self.draft.put_goal(replace(goal, next_look=min(instants)))


def _reached(goal: Goal, seen: Seen, measure: Measure | None) -> bool | None:
    """Return whether everything that an aim says holds; None if it says nothing."""
    aim = goal.aim
    said = []
    if aim is not None and aim.holds is not None:
        said.append(seen.holds)
    elif aim is not None and aim.metric is not None:
        said.append(reached(aim.metric, measure.current if measure is not None else None))
    if goal.ties.all_of or goal.ties.any_of:
        said.append(goal.ties.complete)
    return all(said) if said else None


def _how(goal: Goal) -> str:
    """Return by what a goal was reached, as a sentence."""
    aim = goal.aim
    if aim is not None and aim.metric is not None and goal.measure is not None and aim.holds is None:
        unit = f" {aim.metric.unit}" if aim.metric.unit else ""
        return f"it is at {goal.measure.current:g}{unit}, the target was {aim.metric.target:g}"
    if goal.kind == "query":
        return "the answer is known"
    return "what it needs is reached" if aim is not None and aim.holds is None else "it holds"


def _why_at_risk(goal: Goal, at: datetime) -> str:
    """Return what threatens a goal, as a sentence."""
    if goal.deadline is not None and at >= goal.deadline:
        return f"it is late, it was due {_said(goal.deadline)}"
    if goal.kind == "maintain" and goal.progress != 1.0:
        return "what is to be kept does not hold"
    if goal.blocked_by:
        return f"it is blocked: {goal.blocked_by[-1].reason}"
    if goal.deadline is not None and goal.progress is not None:
        return f"{goal.progress:.0%} of the way is done, and {elapsed(goal, at):.0%} of the time is over"
    if goal.deadline is not None:
        return f"{elapsed(goal, at):.0%} of the time is over"
    return "what it needs is at risk" if goal.ties.parts else "it moves away from its target"


def _said(at: datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} {at.tzname() or ''}".rstrip()
