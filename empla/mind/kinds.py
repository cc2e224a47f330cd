"""Kinds of belief: what is declared of a functor, and what that makes of a belief when it comes to be held.

What a kind says is put into the belief itself: until when it counts, how it fades, whether it is overruled. So what is
held needs no declaration to be asked, and what is kept means the same when the declaration changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log2
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import Belief
from empla.mind.propositions import order_of
from empla.mind.values import Source


class Category(StrEnum):
    """What beliefs of a kind are about."""

    WORLD = "world"
    SELF = "self"  # the employee's abilities, load and limits
    COLLEAGUES = "colleagues"
    DOMAIN = "domain"
    TIME = "time"


class Preference(StrEnum):
    """By what one of two beliefs that contradict each other is preferred."""

    AUTHORITY = "authority"  # the more trusted source, in the order of `Source`
    RECENCY = "recency"  # what was observed later
    CONFIDENCE = "confidence"  # what is surer by now


POLICY = (Preference.AUTHORITY, Preference.RECENCY, Preference.CONFIDENCE)
"""The order of preferences that holds where a kind states none."""
SAID_LAST = (Preference.RECENCY,)
"""What was said last counts, whoever said it: for what the employee notes of its own work."""
_TRUST = {source: place for place, source in enumerate(Source)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefKind:
    """What is declared of all beliefs of one functor.

    `key`: of the beliefs that agree in these places one is current; () if there is only one at all, None (the default)
    if they do not contradict each other. `policy` says which, the first preference first. With a `half_life` confidence
    fades, and below `floor` (0..1) the belief goes. `lasts` is for how long one counts that does not say so itself.
    `says` is, for people, what such a belief means.
    """

    functor: str
    category: Category = Category.WORLD
    key: tuple[int, ...] | None = None
    policy: tuple[Preference, ...] = POLICY
    half_life: timedelta | None = None
    floor: float = 0.1
    lasts: timedelta | None = None
    says: str = ""

    def __post_init__(self) -> None:
        if not self.functor:
            raise ValidationError("a kind of belief needs a functor")
        if self.key is not None and (any(place < 0 for place in self.key) or len(set(self.key)) != len(self.key)):
            raise ValidationError(f"the key of {self.functor!r} must name places, each once, from 0 on")
        if len(set(self.policy)) != len(self.policy) or not all(isinstance(p, Preference) for p in self.policy):
            raise ValidationError(f"the policy of {self.functor!r} must name preferences, each once")
        if self.half_life is not None and (self.half_life <= timedelta(0) or not 0 < self.floor < 1):
            raise ValidationError(f"{self.functor!r} needs a half-life above 0 and a floor between 0 and 1")
        if self.lasts is not None and self.lasts <= timedelta(0):
            raise ValidationError(f"{self.functor!r} must last longer than no time")


def as_declared(belief: Belief, kind: BeliefKind, at: datetime) -> Belief:
    """Return a belief as its kind has it held from `at` on: until when, and fading how fast."""
    if kind.half_life is None and (kind.lasts is None or belief.valid_until is not None):
        return belief
    since = belief.observed_at or at
    ends = belief.valid_until
    if ends is None and kind.lasts is not None:
        ends = since + kind.lasts
    half_life = belief.half_life or kind.half_life
    if half_life is not None:
        halvings = log2(belief.confidence / kind.floor) if belief.confidence > 0 else 0.0
        # To the second, so that no machine's last digit of a logarithm is kept.
        faded = since + timedelta(seconds=round(half_life.total_seconds() * max(halvings, 0.0)))
        ends = faded if ends is None else min(ends, faded)
    return Belief(
        functor=belief.functor,
        arguments=belief.arguments,
        origin=belief.origin,
        confidence=belief.confidence,
        observed_at=since,
        valid_until=ends,
        supporters=belief.supporters,
        half_life=half_life,
        overruled=belief.overruled,
    )


def confidence_at(belief: Belief, at: datetime) -> float:
    """Return how sure a belief is at `at`: half as sure after each half-life since it was observed."""
    if belief.half_life is None or belief.observed_at is None or at <= belief.observed_at:
        return belief.confidence
    return float(belief.confidence * 0.5 ** ((at - belief.observed_at) / belief.half_life))


def standing(belief: Belief, policy: tuple[Preference, ...], at: datetime) -> tuple[Any, ...]:
    """Return a sort key by which the belief that a policy prefers comes first, whatever the order they came in."""
    return (*(_LIKED[preference](belief, at) for preference in policy), order_of(belief.arguments))


def _trust(belief: Belief, _at: datetime) -> float:
    return _TRUST[belief.origin.source]


def _age(belief: Belief, _at: datetime) -> float:
    return -belief.observed_at.timestamp() if belief.observed_at is not None else 0.0


def _doubt(belief: Belief, at: datetime) -> float:
    return -confidence_at(belief, at)


_LIKED = {Preference.AUTHORITY: _trust, Preference.RECENCY: _age, Preference.CONFIDENCE: _doubt}
