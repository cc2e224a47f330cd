"""Strategies: the ways a role knows to reach a goal of weeks or months, and how one of them is chosen.

An `Outlook` is what a role says of one goal: what to look at (situation), what may be in the way (causes), and the
strategies that may be followed. `decide` weighs them:

    score = 0.3 success + 0.3 impact + 0.2 x 1/(1 + cost/budget) + 0.2 x 1/(1 + time to value/patience)

each term from 0 to 1, the weights as the outlook has them, shifted by the persona by at most `SHIFT` each. Success is
what the strategy declares, blended with what came of it before. The strategy that is followed is kept to unless
another is better by a margin. What was looked at, weighed and chosen, and why, is kept as a `Rationale`.

It is all pure; `empla.mind.planning` is the plan that runs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.goals import Aim, Measure, Metric
from empla.mind.metrics import progress
from empla.mind.persona import Persona, switching_margin
from empla.mind.terms import Inquiry

RATIONALE = "rationale"
"""Functor of why a strategy is followed: (goal, Rationale)."""
SHIFT = 0.1
"""How much a weight moves at most by the persona, before all are made to add up to 1 again."""
MOST_ANSWERS = 10
"""How many answers to a question about the situation are kept."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What counts how much when strategies are compared; they add up to 1."""

    success: float = 0.3
    impact: float = 0.3
    cost: float = 0.2
    time: float = 0.2

    def __post_init__(self) -> None:
        values = (self.success, self.impact, self.cost, self.time)
        if min(values) < 0 or abs(sum(values) - 1.0) > 1e-6:
            raise ValidationError(f"the weights are {values}; they must add up to 1, none below 0")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What may keep a goal from being reached; it does where its query has an answer."""

    name: str
    holds: Inquiry


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way to reach a goal: the aims to pursue, and what its author says of it.

    `success` is the probability that it works, `impact` the share of what is missing that it then brings (both 0..1),
    `cost` in units of the author's choice, `time_to_value` until it shows. `against` names the causes that it works
    against: it is a candidate only if one of them was found; without any, always. `when` must have an answer.
    """

    name: str
    pursue: tuple[Aim, ...]
    success: float = 0.5
    impact: float = 0.5
    cost: float = 1.0
    time_to_value: timedelta = timedelta(days=30)
    when: Inquiry | None = None
    against: tuple[str, ...] = ()
    author: str = "role"

    def __post_init__(self) -> None:
        if not self.pursue:
            raise ValidationError(f"the strategy {self.name!r} pursues nothing")
        if not (0.0 <= self.success <= 1.0 and 0.0 <= self.impact <= 1.0):
            raise ValidationError(f"success and impact of the strategy {self.name!r} must be from 0 to 1")
        if self.cost < 0 or self.time_to_value < timedelta():
            raise ValidationError(f"cost and time to value of the strategy {self.name!r} must not be below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a role looks at when it plans for one strategic or tactical goal.

    `situation` are queries by name. `budget` is the cost, `patience` the time to value, at which half of what they
    count is lost. It is not planned anew more often than `every`, as patient as the persona is.
    """

    aim: Aim
    strategies: tuple[Strategy, ...]
    situation: Mapping[str, Inquiry] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    weights: Weights = Weights()
    budget: float = 1.0
    patience: timedelta = timedelta(days=30)
    every: timedelta = timedelta(days=7)
    version: int = 1

    def __post_init__(self) -> None:
        name = self.aim.name
        if self.aim.horizon == "immediate":
            raise ValidationError(f"the aim {name!r} is an immediate one: plans are enough for it")
        if not self.strategies or self.budget <= 0 or self.patience <= timedelta() or self.every < timedelta():
            raise ValidationError(f"planning for {name!r} needs a strategy, and a budget and patience above 0")
        for kind, names in (("strategies", self.strategies), ("causes", self.causes)):
            if len({one.name for one in names}) < len(names):
                raise ValidationError(f"two {kind} of {name!r} have one name")
        known = {cause.name for cause in self.causes}
        for strategy in self.strategies:
            if unknown := [cause for cause in strategy.against if cause not in known]:
                raise ValidationError(f"the strategy {strategy.name!r} is against {unknown[0]!r}, which is no cause")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How far a goal is from its target: the metric now, where it should get to, and the share that is missing."""

    current: float
    target: float
    missing: float


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A strategy as it was weighed: its score, what that is made of, and why it was not chosen (empty if it was)."""

    strategy: str
    score: float = 0.0
    success: float = 0.0
    parts: tuple[tuple[str, float], ...] = ()
    why_not: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Rationale:
    """What was looked at and weighed when a strategy was chosen for a goal, and why that one.

    `chosen` is empty if there is none that can be followed. `since` is when it was taken up; it was kept if that is
    before `at`. `pursued` are the ids of the goals that it set. `reason` is a sentence for people.
    """

    goal: str
    at: datetime
    since: datetime
    situation: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    shortfall: Shortfall | None = None
    causes: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    chosen: str = ""
    reason: str = ""
    pursued: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the strategy was followed before."""
        return self.since < self.at

    def candidate(self, strategy: str) -> Candidate | None:
        """Return how a strategy was weighed."""
        return next((c for c in self.candidates if c.strategy == strategy), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is known when it is decided: the answers, what is missing, the causes found, which conditions hold.

    `success` is the probability of success of each strategy, by name, as it was learned.
    """

    at: datetime
    situation: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    shortfall: Shortfall | None = None
    causes: tuple[str, ...] = ()
    possible: frozenset[str] = frozenset()
    success: Mapping[str, float] = field(default_factory=dict)


def shortfall(metric: Metric | None, current: float | None) -> Shortfall | None:
    """Return how far a metric is from its target; None where it cannot be told."""
    if metric is None or current is None:
        return None
    baseline = metric.baseline if metric.baseline is not None else current
    done = progress(metric, Measure(baseline=baseline, current=current))
    return Shortfall(current=current, target=metric.target, missing=round(1.0 - (done or 0.0), 6))


def weights_of(weights: Weights, persona: Persona) -> Weights:
    """Return the weights as a persona has them.

    One that fears risk looks more at success and less at impact, by SHIFT x (1 - 2 x risk); a fast one more at time to
    value, by SHIFT x (2 x speed - 1); one that minds detail less at cost, by SHIFT x (2 x detail - 1). None goes below
    0, and they add up to 1 again. A neutral persona leaves them as they are.
    """
    careful = SHIFT * (1.0 - 2.0 * persona.trait("risk"))
    fast = SHIFT * (2.0 * persona.trait("speed") - 1.0)
    thorough = SHIFT * (2.0 * persona.trait("detail") - 1.0)
    if not (careful or fast or thorough):
        return weights
    moved = (
        max(0.0, weights.success + careful),
        max(0.0, weights.impact - careful),
        max(0.0, weights.cost - thorough),
        max(0.0, weights.time + fast),
    )
    success, impact, cost, time = (value / sum(moved) for value in moved)
    return Weights(success=success, impact=impact, cost=cost, time=time)


def decide(outlook: Outlook, findings: Findings, persona: Persona, former: Rationale | None = None) -> Rationale:
    """Return which strategy is to be followed, and why. `former` is the rationale that it was decided by last time."""
    weights = weights_of(outlook.weights, persona)
    weighed = [_weighed(strategy, outlook, findings, weights) for strategy in outlook.strategies]
    possible = sorted((c for c in weighed if not c.why_not), key=lambda c: (-c.score, c.strategy))
    current = next((c for c in possible if former is not None and c.strategy == former.chosen), None)
    chosen, reason = _chosen(possible, current, switching_margin(persona))
    others = [replace(c, why_not=_why_not(c, chosen, current)) for c in possible if c is not chosen]
    refused = [c for c in weighed if c.why_not]
    kept = former is not None and current is not None and chosen is current
    return Rationale(
        goal=outlook.aim.name,
        at=findings.at,
        since=former.since if kept and former is not None else findings.at,
        situation=findings.situation,
        shortfall=findings.shortfall,
        causes=findings.causes,
        candidates=(*([chosen] if chosen is not None else []), *others, *refused),
        chosen=chosen.strategy if chosen is not None else "",
        reason=reason,
        pursued=former.pursued if kept and former is not None else (),
    )


def _weighed(strategy: Strategy, outlook: Outlook, findings: Findings, weights: Weights) -> Candidate:
    if strategy.name not in findings.possible:
        return Candidate(strategy=strategy.name, why_not="its condition does not hold")
    if strategy.against and not set(strategy.against) & set(findings.causes):
        missing = ", ".join(strategy.against)
        return Candidate(strategy=strategy.name, why_not=f"what it works against was not found: {missing}")
    success = findings.success.get(strategy.name, strategy.success)
    parts = (
        ("success", weights.success * success),
        ("impact", weights.impact * strategy.impact),
        ("cost", weights.cost / (1.0 + strategy.cost / outlook.budget)),
        ("time", weights.time / (1.0 + strategy.time_to_value / outlook.patience)),
    )
    return Candidate(
        strategy=strategy.name,
        score=round(sum(value for _, value in parts), 6),
        success=round(success, 6),
        parts=tuple((name, round(value, 6)) for name, value in parts),
    )


def _chosen(possible: Sequence[Candidate], current: Candidate | None, margin: float) -> tuple[Candidate | None, str]:
    if not possible:
        return None, "no strategy can be followed"
    best = possible[0]
    if current is None:
        return best, f"{best.strategy} scored highest: {best.score:.2f}"
    if best is current:
        return current, f"{current.strategy} is kept: it still scores highest, {current.score:.2f}"
    if best.score - current.score < margin:
        ahead = f"{best.strategy} ({best.score:.2f}) is not {margin:.2f} better"
        return current, f"{current.strategy} ({current.score:.2f}) is kept: {ahead}"
    return best, f"{best.strategy} ({best.score:.2f}) replaces {current.strategy} ({current.score:.2f})"


def _why_not(candidate: Candidate, chosen: Candidate | None, current: Candidate | None) -> str:
    assert chosen is not None, "where one is possible, one is chosen"
    if chosen is current and candidate.score > chosen.score:
        return f"scored {candidate.score:.2f}, not enough above {chosen.strategy} ({chosen.score:.2f}), which is kept"
    return f"scored {candidate.score:.2f}, {chosen.strategy} {chosen.score:.2f}"
