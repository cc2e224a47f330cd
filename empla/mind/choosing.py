"""Which of the applicable plans is chosen, and why not the others.

The author's `rank` comes first. Among plans of one rank those go first that do it in a way which the manager prefers,
and last those in a way that is not wanted (`Plan.ways`, `empla.mind.preferences`); then the higher score, then the
lower cost, then the name. The score is in units of probability:

    expected success + what may be learned - risk - cost - time

* Expected success is the mean of a Beta distribution that begins with what the plan declares and is updated by its
  record in this context (`empla.mind.learning`).
* What may be learned is an upper-confidence bonus (UCB1, Auer et al. 2002, without its random tie-break): the less a
  plan was tried beside the others, the higher. Only plans of low risk get it, so experiments are cheap.
* Risk, cost and time count as much as the persona says. A plan above its limit of risk is not chosen at all, unless the
  manager or the company has said so: the belief `may-risk(plan)`.

There is no chance in it: the same beliefs give the same order. A plan alone costs next to nothing.

The cycle calls `choose` before it adopts and keeps the choice's `context` with the intention; when that ends it tells
`empla.mind.learning.note_outcome`. After a failure it asks `may_retry`, then the next plan, and no more than
`tries_alone` of the persona.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log, sqrt

from empla.mind.beliefs import BeliefBase
from empla.mind.intentions import StepRecord
from empla.mind.learning import Approach, declared, evidence, learns, mean_success, record_of
from empla.mind.percepts import Outcome, Status
from empla.mind.persona import (
    MAY_RISK,
    Persona,
    exploration,
    persona_of,
    risk_limit,
    second_tries,
    trust_in_words,
    weight_of_cost,
    weight_of_risk,
    weight_of_time,
)
from empla.mind.plans import Plan, Trigger
from empla.mind.preferences import leaning
from empla.mind.steps import Believe, Do, Either, Forget, Now, Query, Reason, Together, Unless, Wait

LOW_RISK = 0.2
"""The highest `risk` of a plan that is tried to learn from it, or tried again by itself."""
LONGEST_CONTEXT = 100
"""Characters of a context that tell it apart."""
TRANSIENT = frozenset({"external", "timeout", "rate_limit", "resource"})
"""Codes of failures that may be over by themselves (`empla.errors`)."""
HARMLESS = (Query, Reason, Now, Believe, Forget, Wait)
"""Steps that leave no trace outside the mind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A plan as it was weighed.

    `success` is the probability that was expected, `done` of `tries` what came of it before in this context, `reasons`
    what made up the score. `context` is where its outcome is to be remembered, None where nothing is learned. If
    `refusal` says why, it may not be chosen. `leaning` is 1 for a way that is preferred, -1 for one that is not wanted.
    """

    plan: Plan
    score: float = 0.0
    success: float = 0.5
    done: int = 0
    tries: int = 0
    reasons: tuple[str, ...] = ()
    refusal: str = ""
    context: str | None = None
    leaning: int = 0

    @property
    def allowed(self) -> bool:
        """Whether it may be chosen."""
        return not self.refusal


def choose(
    applicable: Sequence[Plan], beliefs: BeliefBase, trigger: Trigger, at: datetime, *, tried: int = 0
) -> list[Choice]:
    """Return the applicable plans in the order in which they are to be tried, those not allowed at the end.

    `tried` is how many others have failed before for the same event.
    """
    if len(applicable) == 1:
        plan = applicable[0]
        if plan.risk == 0.0 and not learns(plan, tried):
            return [Choice(plan=plan)]
    persona = persona_of(beliefs)
    others = len(applicable) - 1 + tried
    contexts = {plan.name: context_of(plan, beliefs, trigger) for plan in applicable if learns(plan, others)}

    def record(plan: Plan) -> Approach | None:
        return record_of(beliefs, plan.name, contexts[plan.name]) if plan.name in contexts else None

    permitted = frozenset(p.name for p in applicable if p.risk > 0.0 and beliefs.matching(MAY_RISK, p.name))
    leanings = {plan.name: leaning(beliefs, plan.ways) for plan in applicable if plan.ways}
    return ordered(applicable, persona, record, at, permitted=permitted, contexts=contexts, leanings=leanings)


def context_of(plan: Plan, beliefs: BeliefBase, trigger: Trigger) -> str:
    """Return the context in which a plan's outcome is remembered; the one of no name if `like` raises."""
    try:
        return str(plan.like(beliefs, trigger))[:LONGEST_CONTEXT]
    except Exception:
        return ""


def ordered(
    applicable: Sequence[Plan],
    persona: Persona,
    record: Callable[[Plan], Approach | None],
    at: datetime,
    *,
    permitted: frozenset[str] = frozenset(),
    contexts: Mapping[str, str] | None = None,
    leanings: Mapping[str, int] | None = None,
) -> list[Choice]:
    """Return the plans in order, given what is known of each; `permitted` may be risked whatever the limit."""
    known = {plan.name: record(plan) for plan in applicable}
    scales = _Scales(applicable, known, persona, at)
    limit = risk_limit(persona)
    choices = []
    for plan in applicable:
        refused = plan.risk > limit and plan.name not in permitted
        refusal = f"its risk {plan.risk:g} is above the limit {limit:g}" if refused else ""
        choice = scales.weigh(plan, known[plan.name], refusal, (contexts or {}).get(plan.name))
        liked = (leanings or {}).get(plan.name, 0)
        choices.append(replace(choice, leaning=liked, reasons=(_LIKED[liked], *choice.reasons)) if liked else choice)
    return sorted(choices, key=lambda c: (not c.allowed, -c.plan.rank, -c.leaning, -c.score, c.plan.cost, c.plan.name))


_LIKED = {1: "a way that is preferred", -1: "a way that is not wanted"}


class _Scales:
    """What plans are weighed with: the persona's weights, and the most that any of the plans costs and takes."""

    def __init__(
        self, plans: Sequence[Plan], known: Mapping[str, Approach | None], persona: Persona, at: datetime
    ) -> None:
        self.words = trust_in_words(persona)
        self.risk, self.cost, self.time = weight_of_risk(persona), weight_of_cost(persona), weight_of_time(persona)
        self.worth = {name: evidence(record, at) for name, record in known.items()}
        tried = sum(tries for tries, _ in self.worth.values())
        self.curiosity = exploration(persona) * sqrt(log(1.0 + tried))
        records = [record for record in known.values() if record is not None]
        spent = [record.cost for record in records if record.cost is not None]
        self.measured = len(spent) == len(plans)  # what is spent counts once all is known, else what the authors say
        self.dearest = max(spent if self.measured else [p.cost for p in plans], default=0.0)
        self.slowest = max((record.took_s for record in records if record.took_s is not None), default=0.0)

    def weigh(self, plan: Plan, known: Approach | None, refusal: str, context: str | None) -> Choice:
        """Return a plan with its score, rounded so that no last digit decides."""
        worth = self.worth[plan.name]
        success = mean_success(declared(plan), worth, self.words)
        parts = (
            ("to learn", self.curiosity / sqrt(self.words + worth[0]) if plan.risk <= LOW_RISK else 0.0),
            ("risk", -self.risk * plan.risk),
            ("cost", -self.cost * self._cost(plan, known)),
            ("time", -self.time * self._time(known)),
        )
        return Choice(
            plan=plan,
            score=round(success + sum(value for _, value in parts), 9),
            success=success,
            done=known.done if known is not None else 0,
            tries=known.tries if known is not None else 0,
            reasons=(f"success {success:.2f}", *(f"{name} {value:+.2f}" for name, value in parts if value)),
            refusal=refusal,
            context=context,
        )

    def _cost(self, plan: Plan, known: Approach | None) -> float:
        cost = known.cost if self.measured and known is not None and known.cost is not None else plan.cost
        return cost / self.dearest if self.dearest > 0 else 0.0

    def _time(self, known: Approach | None) -> float:
        took = known.took_s if known is not None and known.took_s is not None else 0.0
        return took / self.slowest if self.slowest > 0 else 0.0


def passed_over(choices: Sequence[Choice]) -> tuple[str, ...]:
    """Return why each but the first was not chosen, in words for people."""
    if not choices:
        return ()
    best, *others = choices
    if not best.allowed:
        return tuple(f"{c.plan.name}: {c.refusal}" for c in choices)
    return tuple(f"{c.plan.name}: {_why_not(c, best)}" for c in others)


def _why_not(choice: Choice, best: Choice) -> str:
    plan, chosen = choice.plan, best.plan
    if not choice.allowed:
        return choice.refusal
    if plan.rank == chosen.rank and choice.leaning != best.leaning:
        return _LIKED[-1] if choice.leaning < 0 else f"{chosen.name} is {_LIKED[1]}"
    if plan.rank < chosen.rank or choice.score == best.score:
        return f"ranked after {chosen.name}"
    if choice.success > best.success and choice.tries > best.tries:
        return f"{_counted(choice)}, {chosen.name} is tried to learn more of it"
    if choice.tries or best.tries:
        return f"{_counted(choice)}, {chosen.name} {best.done} of {best.tries}"
    if plan.expects or chosen.expects or plan.risk or chosen.risk:
        return f"scored {choice.score:.2f}, {chosen.name} {best.score:.2f}"
    return f"ranked after {chosen.name}"


def _counted(choice: Choice) -> str:
    return f"succeeded {choice.done} of {choice.tries} times here"


# after a failure -----------------------------------------------------------------------------------------------------


def retries(persona: Persona, plan: Plan) -> int:
    """Return how often a plan is tried again that failed for the moment; none if its risk is more than low."""
    return second_tries(persona) if plan.risk <= LOW_RISK else 0


def may_retry(persona: Persona, plan: Plan, outcome: Outcome, history: Mapping[str, StepRecord], retried: int) -> bool:
    """Return whether a failed plan is to be tried again before the next one.

    Its failure must be one that passes, and it must have left no trace: whatever it asked of the world, of people or of
    other plans was certainly not done. So trying again does nothing twice.
    """
    if outcome.status is not Status.FAILED or outcome.code not in TRANSIENT or retried >= retries(persona, plan):
        return False
    return all(_left_no_trace(record) for record in history.values())


def _left_no_trace(record: StepRecord) -> bool:
    step = record.step
    if isinstance(step, HARMLESS):
        return True
    parts = step.steps if isinstance(step, Together | Either) else ()
    if parts:  # each part that was begun has a record of its own
        return True
    certain = record.outcome is not None and record.outcome.status in (Status.FAILED, Status.REFUSED, Status.CANCELLED)
    return certain and isinstance(step, Do | Unless)
