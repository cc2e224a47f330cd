"""What an employee has learned of its plans: how often each worked, in which context, and how it failed.

Every outcome of a plan that has alternatives, or that declares what it expects or where it is alike, updates one
`Approach`, held as the belief `approach(plan, context, Approach)`. `empla.mind.choosing` reads it, so the next choice
differs. What is learned counts less the older it is, for the world changes: the last `RECENT` outcomes count, each a
little less than the one after it, and all of them halve with every `HALF_LIFE` without a try.

A plan that comes to nothing the same way again and again is a failure pattern; a goal for which there is no plan that
works is a skill gap. Both are data for people and for plans that listen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.codec import registered
from empla.mind.draft import Draft
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.persona import Persona, persona_of, trust_in_words
from empla.mind.plans import Plan, anywhere
from empla.mind.values import OWN, Origin, Source

APPROACH = "approach"
"""Functor of what was learned of plans: (plan, context, Approach)."""
GAP = "gap"
"""Functor of what the employee cannot do: (kind, Gap)."""

EXPECTATION_MISSED = "expectation-missed"
"""Kind of the event that a plan ended otherwise than was expected; fields `plan`, `context`, `expected`, `observed`."""
FAILURE_PATTERN = "failure-pattern"
"""Kind of the event that a plan failed the same way for the third time; fields `plan`, `context`, `code`, `count`."""
SKILL_GAP = "skill-gap"
"""Kind of the event that a goal came to nothing for the third time; fields `kind`, `reason`, `count`."""

RECENT = 50
"""How many outcomes are kept in order."""
FADING = 0.98
"""What an outcome counts of the one after it."""
HALF_LIFE = timedelta(days=90)
CONTEXTS_PER_PLAN = 50
CODES_PER_APPROACH = 16
GAPS = 100
SURPRISE = 0.75
"""How far (0..1) an outcome must be from what was expected to be told."""
PATTERN = 3
"""After how many failures of one kind they are a pattern, and a gap is told."""

EVIDENCE = {Status.DONE: True, Status.FAILED: False, Status.REFUSED: False}
"""Outcomes from which something is learned. What is unknown, or was called off, says nothing of the plan."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """How one plan did in one context.

    `recent` has a "1" for each success and a "0" for each failure, the newest last. `codes` counts the failures by
    their code, sorted. `took_s` is the mean time in seconds that successes took, `cost` what tries cost on average, in
    minor units, if it is known. `expected` is the mean probability of success that was expected, `brier` the mean
    square of how far it was off (Brier 1950): 0 is perfect, 0.25 what "one half" always gets.
    """

    plan: str
    context: str = ""
    tries: int = 0
    done: int = 0
    failed: int = 0
    codes: tuple[tuple[str, int], ...] = ()
    recent: str = ""
    took_s: float | None = None
    cost: float | None = None
    expected: float = 0.0
    brier: float = 0.0
    last_at: datetime | None = None

    @property
    def bias(self) -> float:
        """Return how much more success was expected than came: from -1 to 1, 0 if what was expected came."""
        return self.expected - self.done / self.tries if self.tries else 0.0


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A kind of goal or event that came to nothing: how often, since when, and why the last time."""

    kind: str
    count: int
    reason: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The same failure of the same plan in the same context, at least `PATTERN` times."""

    plan: str
    context: str
    code: str
    count: int


# what is known ---------------------------------------------------------------------------------------------------


def record_of(beliefs: BeliefBase, plan: str, context: str) -> Approach | None:
    """Return what was learned of a plan in a context; None if it was never tried there."""
    held = beliefs.matching(APPROACH, plan, context)
    return held[-1].arguments[2] if held else None


def evidence(approach: Approach | None, at: datetime) -> tuple[float, float]:
    """Return how many tries and how many successes the record is worth at `at`."""
    if approach is None or approach.last_at is None:
        return 0.0, 0.0
    weight = float(0.5 ** (max(at - approach.last_at, timedelta()) / HALF_LIFE))
    tries = done = 0.0
    for came in reversed(approach.recent):
        tries += weight
        if came == "1":
            done += weight
        weight *= FADING
    return tries, done


def expectation(plan: Plan, approach: Approach | None, persona: Persona, at: datetime) -> float:
    """Return the probability of success that is to be expected of a plan: the mean of a Beta distribution.

    It begins with what the plan declares (one half if nothing), which is worth `trust_in_words` tries.
    """
    return mean_success(declared(plan), evidence(approach, at), trust_in_words(persona))


def declared(plan: Plan) -> float:
    """Return the probability of success that a plan states, one half if it states none."""
    return plan.expects.probability if plan.expects is not None else 0.5


def mean_success(stated: float, worth: tuple[float, float], words: float) -> float:
    """Return the mean of the Beta distribution that begins with what is stated, worth `words` tries."""
    tries, done = worth
    return (words * stated + done) / (words + tries)


def learns(plan: Plan, others: int) -> bool:
    """Return whether a plan's outcome is remembered, chosen where `others` more plans were applicable or had failed.

    Where there is no choice and nothing was declared there is nothing to learn, and nothing is written.
    """
    return others > 0 or plan.expects is not None or plan.like is not anywhere


def patterns(beliefs: BeliefBase) -> list[Pattern]:
    """Return the failure patterns, the most frequent first."""
    found = [
        Pattern(plan=a.plan, context=a.context, code=code, count=count)
        for belief in beliefs.matching(APPROACH)
        for a in (belief.arguments[2],)
        for code, count in a.codes
        if count >= PATTERN
    ]
    return sorted(found, key=lambda p: (-p.count, p.plan, p.context, p.code))


def gaps(beliefs: BeliefBase) -> list[Gap]:
    """Return what the employee could not do, the most frequent first."""
    return sorted((b.arguments[1] for b in beliefs.matching(GAP)), key=lambda g: (-g.count, g.kind))


# what came ---------------------------------------------------------------------------------------------------------


def note_outcome(
    draft: Draft,
    plan: Plan,
    context: str,
    outcome: Outcome,
    listens: Callable[[str], bool],
    *,
    by: Origin = OWN,
    took: timedelta | None = None,
    cost: int | None = None,
) -> list[Percept]:
    """Take what came of a plan into its record, and return the events that this is.

    `by` is on whose word the intention acted, which is the word that the events have. `took` is how long it lasted,
    `cost` what it cost, in minor units of the company's currency.
    """
    succeeded = EVIDENCE.get(outcome.status)
    if succeeded is None:
        return []
    held = draft.beliefs.matching(APPROACH, plan.name, context)
    known: Approach | None = held[-1].arguments[2] if held else None
    expected = expectation(plan, known, persona_of(draft.beliefs), draft.at)
    before = known or Approach(plan=plan.name, context=context)
    learned = updated(before, succeeded, outcome.code, expected, draft.at)
    learned = _measured(learned, succeeded, took, cost)
    if known is None:
        _make_room(draft, plan.name)
    _replace(draft, held, APPROACH, (plan.name, context, learned), by)
    events = []
    fields: dict[str, Any] = {"plan": plan.name, "context": context}
    if abs(expected - succeeded) > SURPRISE and listens(EXPECTATION_MISSED):
        missed = {**fields, "expected": round(expected, 4), "observed": float(succeeded)}
        events.append(_event(EXPECTATION_MISSED, missed, by))
    if not succeeded and dict(learned.codes).get(_code(outcome.code)) == PATTERN and listens(FAILURE_PATTERN):
        again = {**fields, "code": _code(outcome.code), "count": PATTERN}
        events.append(_event(FAILURE_PATTERN, again, by))
    return events


def note_gap(
    draft: Draft, kind: str, reason: str, listens: Callable[[str], bool], *, by: Origin = OWN
) -> list[Percept]:
    """Note that a goal or event of this kind came to nothing, and return the events that this is.

    `reason` is "no-plan" if none was applicable, else the code of the last failure.
    """
    held = draft.beliefs.matching(GAP, kind)
    if held:
        known: Gap = held[-1].arguments[1]
        gap = replace(known, count=known.count + 1, reason=reason, last_at=draft.at)
    else:
        gap = Gap(kind=kind, count=1, reason=reason, first_at=draft.at, last_at=draft.at)
        _forget_oldest(draft, draft.beliefs.matching(GAP), GAPS)
    _replace(draft, held, GAP, (kind, gap), by)
    if gap.count != PATTERN or not listens(SKILL_GAP):
        return []
    return [_event(SKILL_GAP, {"kind": kind, "reason": reason, "count": gap.count}, by)]


def updated(known: Approach, succeeded: bool, code: str, expected: float, at: datetime) -> Approach:
    """Return the record with one more outcome, where `expected` was the probability of success."""
    tries = known.tries + 1
    return replace(
        known,
        tries=tries,
        done=known.done + succeeded,
        failed=known.failed + (not succeeded),
        codes=known.codes if succeeded else _counted(known.codes, _code(code)),
        recent=(known.recent + ("1" if succeeded else "0"))[-RECENT:],
        expected=_mean(known.expected, expected, tries),
        brier=_mean(known.brier, (expected - succeeded) ** 2, tries),
        last_at=at,
    )


def _measured(learned: Approach, succeeded: bool, took: timedelta | None, cost: int | None) -> Approach:
    """Return the record with the time a success took and what the try cost, where they are known."""
    if took is not None and succeeded:
        learned = replace(learned, took_s=_mean(learned.took_s, took.total_seconds(), min(learned.done, RECENT)))
    if cost is not None:
        learned = replace(learned, cost=_mean(learned.cost, float(cost), min(learned.tries, RECENT)))
    return learned


def _mean(mean: float | None, value: float, count: int) -> float:
    """Return the mean of `count` values of which `value` is the newest; rounded, so that it is kept in few digits."""
    return round(value if mean is None else mean + (value - mean) / count, 6)


def _code(code: str) -> str:
    return code or "failed"


def _counted(codes: tuple[tuple[str, int], ...], code: str) -> tuple[tuple[str, int], ...]:
    counts = dict(codes)
    counts[code] = counts.get(code, 0) + 1
    if len(counts) > CODES_PER_APPROACH:
        rarest = min((c for c in counts if c != code), key=lambda c: (counts[c], c))
        del counts[rarest]
    return tuple(sorted(counts.items()))


def _make_room(draft: Draft, plan: str) -> None:
    _forget_oldest(draft, draft.beliefs.matching(APPROACH, plan), CONTEXTS_PER_PLAN)


def _forget_oldest(draft: Draft, held: list[Belief], most: int) -> None:
    """Let go of the oldest beliefs, so that one more makes `most`; `held` is in the order of their age."""
    for belief in held[: max(0, len(held) - most + 1)]:
        draft.forget(belief, "others are more recent")


def _replace(draft: Draft, held: list[Belief], functor: str, arguments: tuple[Any, ...], by: Origin) -> None:
    for old in held:
        draft.forget(old, "more is known")
    origin = Origin(Source.OWN, by.ref)
    draft.believe(Belief(functor=functor, arguments=arguments, origin=origin, observed_at=draft.at))


def _event(kind: str, fields: dict[str, Any], by: Origin) -> Percept:
    return Percept(key=by.ref, kind=kind, fields=fields, origin=by)
