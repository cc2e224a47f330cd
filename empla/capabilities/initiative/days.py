"""The four standing triggers: each day, each week, each month."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.initiative.remarking import PRIORITIES, WEEK, Steps, counted, listed, remark
from empla.mind.codec import registered
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment
from empla.mind.noticing_findings import FINDING
from empla.mind.planning import PLAN_STRATEGY
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.reviewing import GoalStands, Reweigh, Standings
from empla.mind.steps import Believe, Now, Raise, Step, query
from empla.mind.strategy import RATIONALE
from empla.mind.tasks import TASK, Task
from empla.mind.triggers import DAILY_PRIORITIES, WEEKLY_PLANNING

library = PlanLibrary()

MOST = 12
"""How many of a kind are kept of a week or a day."""
_TWO_DAYS, _A_WEEK = timedelta(days=2), timedelta(days=7)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPlan:
    """What a week holds: what falls due in it, own promises, those of others and tasks; goals, and what was found."""

    week: date
    promised: tuple[tuple[str, datetime], ...] = ()
    awaited: tuple[tuple[str, datetime], ...] = ()
    tasks: tuple[tuple[str, datetime], ...] = ()
    goals: tuple[tuple[str, float], ...] = ()
    at_risk: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the week holds nothing."""
        return self == WeekPlan(week=self.week)


@library.plan(occurred(DAILY_PRIORITIES), name="set-priorities", goal="weigh my goals", quiet=True, initiative=True)
def set_priorities(_event: Trigger) -> Steps:
    """Weigh the goals anew by deadlines, risk and promises, and keep the order."""
    goals: tuple[GoalStands, ...] = yield Reweigh()
    pursued = tuple((g.name, g.priority) for g in goals if g.state == "active")[:MOST]
    if pursued:
        yield Believe(functor=PRIORITIES, arguments=(pursued,), lasts=_TWO_DAYS)


@library.plan(occurred(WEEKLY_PLANNING), name="plan-week", goal="plan my week", quiet=True, initiative=True)
def plan_week(_event: Trigger) -> Steps:
    """Look at what the week holds, and have strategies thought over."""
    now: datetime = yield Now()
    end = now + _A_WEEK
    known = dict((yield query("profile")))
    zone = ZoneInfo(str(known.get("zone", "UTC")))
    goals: tuple[GoalStands, ...] = yield Standings()
    plan = WeekPlan(
        week=now.astimezone(zone).date(),
        promised=(yield from _due(COMMITMENT, end)),
        awaited=(yield from _due(EXPECTATION, end)),
        tasks=(yield from _tasks(end)),
        goals=tuple((g.name, g.priority) for g in goals if g.state == "active")[:MOST],
        at_risk=tuple(g.name for g in goals if g.alarm)[:MOST],
        findings=tuple(name for _, name, *_ in (yield query(FINDING)))[:MOST],
    )
    for name, _ in (yield query(RATIONALE)):
        yield Raise(kind=PLAN_STRATEGY, fields={"name": name})
    if not plan.empty:
        yield Believe(functor=WEEK, arguments=(plan,), lasts=_A_WEEK + timedelta(days=1))
        said = in_words(plan, zone)
        if said:
            yield from remark("week", said)


def in_words(plan: WeekPlan, zone: ZoneInfo) -> str:
    """Return what falls due in a week, in one sentence; nothing if nothing does and no goal is at risk."""
    parts = [
        _with_first(plan.promised, "promise of mine", "promises of mine", zone),
        _with_first(plan.awaited, "thing that others owe", "things that others owe", zone),
        _with_first(plan.tasks, "task", "tasks", zone),
    ]
    due = f"due within a week: {listed(parts)}" if any(parts) else ""
    risk = f"goals at risk: {listed(list(plan.at_risk))}" if plan.at_risk else ""
    return "; ".join(part for part in (due, risk) if part)


def _with_first(found: tuple[tuple[str, datetime], ...], one: str, many: str, zone: ZoneInfo) -> str:
    if not found:
        return ""
    first = min(at for _, at in found).astimezone(zone)
    which = "" if len(found) == 1 else "the first "
    return f"{counted(len(found), one, many)} ({which}on {first:%A, %H:%M})"


def _due(functor: str, end: datetime) -> Generator[Step, Any, tuple[tuple[str, datetime], ...]]:
    """Return what is promised and due before a time: its content and when, the nearest first."""
    made: Iterable[tuple[str, Commitment]] = yield query(functor)
    return _nearest((m.content, m.due) for _, m in made if m.open and m.due is not None and m.due < end)


def _tasks(end: datetime) -> Generator[Step, Any, tuple[tuple[str, datetime], ...]]:
    tasks: Iterable[tuple[str, Task]] = yield query(TASK)
    return _nearest((t.text, t.due) for _, t in tasks if not t.over and t.due is not None and t.due < end)


def _nearest(found: Iterable[tuple[str, datetime]]) -> tuple[tuple[str, datetime], ...]:
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))[:MOST]
