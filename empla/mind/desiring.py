"""The cycle's "desire" step: which goals are taken up, how they stand, which are reached, and which want a plan.

    began      the role's aims are taken up; those it has no more are dropped
    pursue     a goal is taken up at run time
    revise     beliefs have changed: the goals that read them are looked at, and no other
    due        an instant of a goal has come
    adopt      an intention names the goal that it is for
    ended      an intention of a goal is over
    suspend, resume, drop, achieve, word, said
               what a plan or a person says becomes of a goal
    block, unblock
               something stands in its way, or does no more

Each returns the events that it raises, among them `goal:NAME` with the aim's bindings and the goal's id as field
`goal`: a plan is wanted for it. What became of goals that intentions serve stands in `Draft.moved_goals`. A goal is
judged by its beliefs and the time alone, so looking twice does no more than looking once.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from empla.mind.draft import Draft
from empla.mind.goal_graph import all_of_them, parts_last
from empla.mind.goal_looks import check, watched
from empla.mind.goal_making import Cause, Making, deadline_of, flat, is_settled
from empla.mind.goal_moves import Moves
from empla.mind.goals import AIM, GOAL_ACHIEVED, GOAL_ADOPTED, GOAL_DROPPED, Aim, Block, Goal
from empla.mind.judging import Judging
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.plans import PlanLibrary
from empla.mind.values import OWN, Origin

NO_PLAN = "no-plan"
"""Code of the outcome that no plan for a goal applies."""


def began(draft: Draft, library: PlanLibrary, percept: str = "") -> list[Percept]:
    """Take up the role's aims that are neither pursued nor over, and drop the goals whose aim it has no more.

    For when a version of the role begins, and when the profile (so perhaps the persona) has changed. `percept` is the
    key of the percept that told so.
    """
    declared = {aim.name: aim for aim in all_of_them(library.aims.values())}
    pursued = [goal for goal in draft.goals() if goal.declared]
    if not declared and not pursued:
        return []
    judging = Judging(draft, library)
    _let_go(judging, pursued, declared)
    for old in draft.beliefs.matching(AIM):
        if old.arguments[0] not in declared:
            draft.forget(old, "the role has no such aim any more")
    for goal in [row for row in (judging.row(g.id) for g in pursued) if row is not None]:
        _adapt(judging, goal, flat(declared[goal.name]))
    names = {goal.name for goal in draft.goals() if goal.declared}
    making = Making(draft, Cause(percept=percept, declared=True))
    for aim in parts_last(library.aims):
        if aim.name not in names and not is_settled(draft, aim):
            making.make(aim)
    judging.take_up(making.finish(), "the role wants it")
    judging.stirred.update(dict.fromkeys(goal.id for goal in draft.goals()))
    return judging.finish()


def _let_go(judging: Judging, pursued: list[Goal], declared: Mapping[str, Aim]) -> None:
    """Drop the goals whose aim is gone, and those that are tied otherwise now, to be taken up anew with their ties."""
    tops = {inner.name: top for top in judging.library.aims.values() for inner in all_of_them([top])}
    ids = {goal.name: goal.id for goal in pursued}
    for goal in pursued:
        aim = declared.get(goal.name)
        if aim is None:
            judging.over(goal.id, "dropped", "the role has it no more", final=False)
        elif goal.aim is not None and _ties(goal.aim) != _ties(flat(aim)):
            top = ids.get(tops[goal.name].name, goal.id)
            for goal_id in (goal.id, top):
                judging.over(goal_id, "dropped", "the role ties it to other goals now", final=False)


def _ties(aim: Aim) -> tuple[object, ...]:
    return aim.kind, aim.parent, aim.all_of, aim.any_of, aim.depends_on, aim.conflicts_with


def _adapt(judging: Judging, before: Goal, aim: Aim) -> None:
    """Let a goal follow what the role says of its aim now."""
    goal = before
    if goal.aim != aim:
        importance = goal.importance if aim.importance is None else aim.importance
        goal = deadline_of(aim, replace(goal, aim=aim, horizon=aim.horizon, importance=importance))
    watches = watched(aim, judging.library.rules)  # by the rules as they are now
    if goal.aim is not before.aim or watches != goal.watches:
        judging.draft.put_goal(replace(goal, watches=watches))


def pursue(
    draft: Draft,
    library: PlanLibrary,
    aim: Aim,
    parent: str = "",
    percept: str = "",
    *,
    origin: Origin = OWN,
    reads: tuple[str, ...] = (),
) -> tuple[Goal, list[Percept]]:
    """Take up a goal at run time, with the parts declared inside its aim; return its row as it is then.

    `parent` is the goal of the intention that pursues it, which it then serves if that one is an aim too; `origin` and
    `reads` are that intention's (law 5). ValidationError, with nothing changed, if it could never be reached or judged,
    or names goals that are not there.
    """
    for inner in all_of_them([aim]):
        check(inner)
    making = Making(draft, Cause(percept=percept, origin=origin, reads=reads))
    goal_id = making.make(aim, parent)
    goal = making.rows[goal_id]
    judging = Judging(draft, library)
    judging.take_up(making.finish(), "a plan wants it")
    events = judging.finish()
    row = draft.goal(goal_id)
    return (goal if row is None else row), events


def revise(draft: Draft, library: PlanLibrary, functors: Collection[str]) -> list[Percept]:
    """Look at the goals that read beliefs of these functors; those that read none of them cost nothing."""
    found: dict[str, None] = {}
    for functor in functors:
        for goal in draft.goals_watching(functor):
            found[goal.id] = None
    if not found:
        return []
    judging = Judging(draft, library)
    judging.stirred.update(found)
    judging.renewed.update(found)
    return judging.finish()


def due(draft: Draft, library: PlanLibrary, goal_id: str) -> list[Percept]:
    """Look at a goal whose instant has come: its deadline, a look on the way there, another attempt."""
    if draft.goal(goal_id) is None:
        return []
    judging = Judging(draft, library)
    judging.stirred[goal_id] = None
    return judging.finish()


# intentions -----------------------------------------------------------------------------------------------------------


def adopt(draft: Draft, library: PlanLibrary, goal: Goal) -> list[Percept]:
    """Take up a goal without an aim, whose intention is there already: a sub-goal, or what a plan says it is for."""
    moves = Moves(draft, library)
    reason = goal.reason or "an intention sees to it"
    moves.tell(GOAL_ADOPTED, moves.enter(goal, "active", reason), reason)
    return moves.events


def ended(draft: Draft, library: PlanLibrary, goal: Goal, outcome: Outcome) -> list[Percept]:
    """Judge a goal whose intention is over and has no plan left to try.

    It is reached if that was all it asked for, or if what it says holds now. Else another plan is asked for after a
    while (see `Judging.tried`); an aim to perform, and a goal without an aim, is dropped if its plan failed. That there
    was no plan (the outcome has the code `NO_PLAN`) is no failure of one: another time there may be. What was cancelled
    while the goal is not pursued says nothing of it: when it goes on, a plan is asked for again.
    """
    row = draft.goal(goal.id)
    if row is None or row.over:
        return []
    done = outcome.status is Status.DONE
    if row.aim is None and row.relations is None:
        return _ended_alone(draft, library, row, outcome)
    judging = Judging(draft, library)
    holds = judging.judged(row).holds
    if row.aim is not None and row.state != "active" and outcome.status is Status.CANCELLED:
        draft.put_goal(replace(row, at_work=False))
    elif row.aim is None or (done and holds is None) or (row.kind == "perform" and outcome.code != NO_PLAN):
        judging.over(row.id, "achieved" if done else "dropped", _what_came(outcome))
    elif holds or row.state != "active":
        draft.put_goal(replace(row, at_work=False))
        judging.stirred[row.id] = None
    else:
        judging.tried(row, outcome)
    return judging.finish()


def _ended_alone(draft: Draft, library: PlanLibrary, goal: Goal, outcome: Outcome) -> list[Percept]:
    """End a goal that has neither an aim nor ties: most have not, so it is made short."""
    moves = Moves(draft, library)
    reason = _what_came(outcome)
    if outcome.status is Status.DONE:
        moves.tell(GOAL_ACHIEVED, moves.enter(goal, "achieved", reason), reason)
    else:
        moves.tell(GOAL_DROPPED, moves.enter(goal, "dropped", reason), reason)
    return moves.events


def _what_came(outcome: Outcome) -> str:
    return outcome.sentence or ("its plan is done" if outcome.status is Status.DONE else "its plan failed")


def priority_of(draft: Draft, goal: Goal) -> float:
    """Return the priority that the intentions of a goal take over: of a sub-goal, that of the aim above it; else 0."""
    row: Goal | None = goal
    while row is not None and row.aim is None:
        row = draft.goal(row.parent) if row.parent else None
    return row.priority if row is not None else 0.0


# what is said of it ---------------------------------------------------------------------------------------------------


def suspend(draft: Draft, library: PlanLibrary, goal: Goal, reason: str) -> list[Percept]:
    """Suspend a goal, and what serves it alone, until it is resumed."""
    judging = Judging(draft, library)
    judging.suspend(goal.id, reason)
    return judging.finish()


def resume(draft: Draft, library: PlanLibrary, goal: Goal, reason: str) -> list[Percept]:
    """Let a goal be pursued again that is suspended, or waits for what was given up or never was.

    It may still have to wait for others, or make room for one.
    """
    judging = Judging(draft, library)
    row = judging.row(goal.id)
    if row is not None and row.state in ("suspended", "waiting"):
        judging.wait_no_more(row)
        judging.unsettled[row.id] = reason
        judging.settle(favoured=[row.id], released=[row.id])
    return judging.finish()


def drop(draft: Draft, library: PlanLibrary, goal: Goal, reason: str) -> list[Percept]:
    """Give a goal up, and what serves it alone."""
    judging = Judging(draft, library)
    judging.over(goal.id, "dropped", reason)
    return judging.finish()


def achieve(draft: Draft, library: PlanLibrary, goal: Goal, reason: str) -> list[Percept]:
    """Take a goal as reached, on somebody's word."""
    judging = Judging(draft, library)
    judging.over(goal.id, "achieved", reason)
    return judging.finish()


def block(draft: Draft, library: PlanLibrary, goal: Goal, by: Block) -> list[Percept]:
    """Note what stands in a goal's way."""
    judging = Judging(draft, library)
    judging.block(goal.id, by)
    return judging.finish()


def unblock(draft: Draft, library: PlanLibrary, goal: Goal, name: str) -> list[Percept]:
    """Note that what was noted under this name stands in a goal's way no more."""
    judging = Judging(draft, library)
    row = judging.row(goal.id)
    if row is not None:
        draft.put_goal(replace(row, blocked_by=tuple(b for b in row.blocked_by if b.goal or b.name != name)))
        judging.stirred[row.id] = None
    return judging.finish()


def said(draft: Draft, library: PlanLibrary, told: Percept) -> list[Percept]:
    """Do what a person says of a goal (see `GOAL_WORD`); a goal that is over meanwhile stays as it is."""
    goal = draft.goal(str(told.get("goal")))
    if goal is None or goal.over:
        return []
    settle = SETTLED.get(str(told.get("state")))
    if settle is not None:
        return settle(draft, library, goal, str(told.get("reason") or f"{told.get('by')} said so"))
    priority = told.get("priority")
    return word(draft, library, goal, None if priority is None else float(priority))


def word(draft: Draft, library: PlanLibrary, goal: Goal, priority: float | None) -> list[Percept]:
    """Give a goal the priority that the manager says, or, with None, the computed one again."""
    judging = Judging(draft, library)
    row = judging.row(goal.id)
    if row is not None:
        judging.put_judged(replace(row, word=priority))
        judging.unsettled[row.id] = "the manager wants it first"
        judging.settle(strict=True)
        judging.stirred[row.id] = None
    return judging.finish()


SETTLED: Mapping[str, Callable[[Draft, PlanLibrary, Goal, str], list[Percept]]] = {
    "suspended": suspend,
    "active": resume,
    "achieved": achieve,
    "dropped": drop,
}
"""What is done for a goal to be in a state that somebody says."""
