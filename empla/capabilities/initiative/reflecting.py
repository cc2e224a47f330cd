"""Looking back on the week: what came of promises is learned, what went badly is noted.

How reliably the employee keeps its promises, and each person theirs, is an `Approach` like that of a plan
(`empla.mind.learning`), so it fades and is weighed in the same way. A promise counts in the week in which it was due.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.initiative.remarking import LESSON, REFLECTED, Steps, remark
from empla.capabilities.tasks.telling import short
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.learning import (
    APPROACH,
    CONTEXTS_PER_PLAN,
    GAP,
    PATTERN,
    Approach,
    Gap,
    evidence,
    mean_success,
    updated,
)
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.steps import Believe, Forget, Now, Step, query
from empla.mind.triggers import WEEKLY_REFLECTION

library = PlanLibrary()

KEEPING = {COMMITMENT: "keep-promises", EXPECTATION: "promises-of-others"}
"""Names under which it is remembered how promises are kept, own and others'; of those the context is who."""
EXPECTED = 0.8
"""The share of promises that are taken to be kept before anything is known."""
_WORDS = 2.0
"""How many promises that is worth."""
MOST_NEWS = 8
_A_WEEK = timedelta(days=7)


@library.plan(
    occurred(WEEKLY_REFLECTION), name="reflect-on-week", goal="learn from my week", quiet=True, initiative=True
)
def reflect_on_week(_event: Trigger) -> Steps:
    """Learn what came of the week's promises, and note what went badly."""
    now: datetime = yield Now()
    before = yield query(REFLECTED)
    since = before[-1][0] if before else now - _A_WEEK
    lessons: dict[str, str] = {}
    for functor in KEEPING:
        lessons |= yield from _learned(functor, since, now)
    lessons |= yield from _failures()
    known = {name for name, _ in (yield query(LESSON))}
    news = [name for name in lessons if name not in known][:MOST_NEWS]
    for name in news:
        yield Believe(functor=LESSON, arguments=(name, lessons[name]))
    if news:
        yield from remark("week-went", f"looking back on the week: {'; '.join(lessons[name] for name in news)}")
    yield Believe(functor=REFLECTED, arguments=(now,), lasts=timedelta(days=30))


def _learned(functor: str, since: datetime, now: datetime) -> Generator[Step, Any, dict[str, str]]:
    """Take what came of the promises that were due since `since` into their records; return what went badly."""
    badly: dict[str, str] = {}
    promises: tuple[tuple[str, Commitment], ...] = yield query(functor)
    for name, made in promises:
        due = made.due or made.made_at
        if not since <= due < now or made.standing is Standing.RELEASED or (made.open and made.due is None):
            continue
        kept = made.standing is Standing.KEPT
        who = "" if functor == COMMITMENT else made.debtor.value
        yield from _note(KEEPING[functor], who, kept, "late" if made.open else "broken", now)
        if not kept:
            whose = "I have" if functor == COMMITMENT else f"{made.debtor.value} has"
            badly[f"{functor}:{name}"] = f"{whose} not kept this: {short(made.content, 80)}"
    return badly


def _note(name: str, context: str, kept: bool, code: str, now: datetime) -> Generator[Step, Any, None]:
    held = yield query(APPROACH, name, context)
    if not held and len((yield query(APPROACH, name))) >= CONTEXTS_PER_PLAN:
        return
    known: Approach | None = held[-1][2] if held else None
    expected = mean_success(EXPECTED, evidence(known, now), _WORDS)
    learned = updated(known or Approach(plan=name, context=context), kept, code, expected, now)
    yield Forget(functor=APPROACH, pattern=(name, context))
    yield Believe(functor=APPROACH, arguments=(name, context, learned))


def _failures() -> Generator[Step, Any, dict[str, str]]:
    """Return what fails in the same way again and again, and what is asked for and cannot be done."""
    badly: dict[str, str] = {}
    approaches: tuple[tuple[str, str, Approach], ...] = yield query(APPROACH)
    for plan, context, approach in approaches:
        for code, count in approach.codes:
            if count >= PATTERN and plan not in KEEPING.values():
                badly[f"fails:{plan}:{context}:{code}"] = f"{plan} has failed {count} times ({code})"
    gaps: tuple[tuple[str, Gap], ...] = yield query(GAP)
    for kind, gap in gaps:
        if gap.count >= PATTERN:
            badly[f"cannot:{kind}"] = (
                f"I was asked {gap.count} times for what I cannot do: {kind.removeprefix('goal:')}"
            )
    return badly
