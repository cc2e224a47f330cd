"""Who an employee is, as numbers that enter its decisions.

Thirteen traits from 0 to 1, 0.5 is neutral: the Big Five (the five-factor model, Goldberg 1990), how it decides (risk,
speed, data against intuition, collaboration) and how it works (proactivity, persistence, adaptability, detail). What is
not said of the last eight follows from the Big Five by `FOLLOWS`. Those links, and every formula here, are this
program's own convention: they make one number have one stated effect, and say nothing about people.

A neutral persona changes nothing: no limit of risk, no second try, every span as it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import registered

PERSONA = "persona"
"""Name of the profile belief that holds the role's persona: `profile("persona", Persona)`."""
TRAITS = "traits"
"""Name of the profile belief that holds what was set for this employee alone: `profile("traits", {name: number})`."""
MAY_RISK = "may-risk"
"""Functor of the plans that may be chosen whatever their risk: (plan). Only the manager or the company may hold it."""

FOLLOWS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "risk": (("openness", 0.2), ("conscientiousness", -0.2), ("extraversion", 0.3), ("neuroticism", -0.4)),
    "speed": (("conscientiousness", -0.3), ("extraversion", 0.4)),
    "data": (("conscientiousness", 0.5),),
    "collaboration": (("extraversion", 0.3), ("agreeableness", 0.5)),
    "proactivity": (("openness", 0.2), ("conscientiousness", 0.3), ("extraversion", 0.3)),
    "persistence": (("conscientiousness", 0.7), ("neuroticism", -0.3)),
    "adaptability": (("openness", 0.6), ("neuroticism", -0.3)),
    "detail": (("conscientiousness", 0.8),),
}
"""How a trait that is not given follows from the Big Five: 0.5 + the sum of weight x (trait - 0.5), kept in 0..1."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """The traits of one employee, each from 0 to 1; None where it follows from the Big Five.

    | trait | what it changes |
    |---|---|
    | openness | `exploration`: how often a plan that is less known is tried |
    | conscientiousness | how much urgency moves the priority of a goal, and what follows |
    | extraversion, agreeableness | what follows from them |
    | neuroticism | `patience`, and what follows |
    | risk | `risk_limit`, how much risk counts against a plan, and from when on a goal is at risk |
    | speed | how much a long time counts against a plan or a strategy |
    | data | `trust_in_words`: when experience outweighs the author's estimate |
    | collaboration | `tries_alone`: how many plans fail before it turns to a person |
    | proactivity | `lead`: how early it acts unasked, `worth_telling`, and from when on a goal is at risk |
    | persistence | `second_tries` of what failed for the moment, and how many failures block a goal |
    | adaptability | `switching_margin`: how much better another strategy must be |
    | detail | `weight_of_cost`: what a surer way may cost |
    """

    openness: float = 0.5
    conscientiousness: float = 0.5
    extraversion: float = 0.5
    agreeableness: float = 0.5
    neuroticism: float = 0.5
    risk: float | None = None
    speed: float | None = None
    data: float | None = None
    collaboration: float | None = None
    proactivity: float | None = None
    persistence: float | None = None
    adaptability: float | None = None
    detail: float | None = None

    def __post_init__(self) -> None:
        for name in NAMES:
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValidationError(f"the trait {name} is {value}; it must be from 0 to 1")

    def trait(self, name: str) -> float:
        """Return a trait as it is given or follows; ValidationError if there is none of that name."""
        if name not in NAMES:
            raise ValidationError(f"there is no trait {name!r}", next_step=f"the traits are {', '.join(NAMES)}")
        value: float | None = getattr(self, name)
        if value is not None:
            return value
        followed: float = 0.5 + sum(weight * (getattr(self, of) - 0.5) for of, weight in FOLLOWS[name])
        return min(1.0, max(0.0, followed))


NAMES = tuple(f.name for f in fields(Persona))
"""The names of all traits."""
NEUTRAL = Persona()


def persona_of(beliefs: BeliefBase) -> Persona:
    """Return the persona that an employee knows of itself: its role's, with what was set for it; else neutral."""
    told = beliefs.matching("profile", PERSONA)
    besides = beliefs.matching("profile", TRAITS)
    return composed(told[-1].arguments[1] if told else None, besides[-1].arguments[1] if besides else {})


def composed(told: object, traits: Mapping[str, float]) -> Persona:
    """Return the persona that was told, neutral if none was, with what was set besides."""
    # A release before 0.3 told bare numbers, by which nothing was decided.
    return with_traits(told if isinstance(told, Persona) else NEUTRAL, traits)


def with_traits(persona: Persona, traits: Mapping[str, float]) -> Persona:
    """Return the persona with these traits; names that are no trait (any more) are left out."""
    known: dict[str, Any] = {name: value for name, value in traits.items() if name in NAMES}
    return replace(persona, **known) if known else persona


# what the traits come to ---------------------------------------------------------------------------------------------


def risk_limit(persona: Persona) -> float:
    """Return the highest `risk` of a plan that is chosen without being told so: 2 x risk, at most 1 (no limit)."""
    return min(1.0, 2.0 * persona.trait("risk"))


def weight_of_risk(persona: Persona) -> float:
    """Return how much of a plan's `risk` (0..1) is taken off its expected success: 1 - risk; neutral 0.5."""
    return 1.0 - persona.trait("risk")


def weight_of_cost(persona: Persona) -> float:
    """Return what the dearest of some plans loses of its expected success: 0.2 x (1.5 - detail); neutral 0.2."""
    return 0.2 * (1.5 - persona.trait("detail"))


def weight_of_time(persona: Persona) -> float:
    """Return what the slowest of some plans loses of its expected success: 0.4 x (speed - 0.5), never below 0."""
    return 0.4 * max(0.0, persona.trait("speed") - 0.5)


def exploration(persona: Persona) -> float:
    """Return the weight of what is not known yet in a plan's favour: openness x 0.6; neutral 0.3, none at 0."""
    return 0.6 * persona.openness


def trust_in_words(persona: Persona) -> float:
    """Return how many tries the author's estimate of a plan is worth: 0.5 + 3 x (1 - data); neutral 2."""
    return 0.5 + 3.0 * (1.0 - persona.trait("data"))


def second_tries(persona: Persona) -> int:
    """Return how often a plan is tried again that failed for the moment: 4 x (persistence - 0.5), whole, 0 to 2."""
    return max(0, int(4.0 * (persona.trait("persistence") - 0.5)))


def tries_alone(persona: Persona) -> int | None:
    """Return after how many failed plans it turns to a person; None (neutral and below): when none is left.

    Above a collaboration of 0.5: 1 + 8 x (1 - collaboration), rounded; so 5 just above the middle and 1 at 1.
    """
    collaboration = persona.trait("collaboration")
    return None if collaboration <= 0.5 else round(1 + 8 * (1.0 - collaboration))


def lead(persona: Persona, span: timedelta) -> timedelta:
    """Return how long before a deadline it acts unasked, where a neutral one does `span` before.

    It is span x (0.5 + proactivity): from half of it to one and a half.
    """
    return span * (0.5 + persona.trait("proactivity"))


def worth_telling(persona: Persona) -> float:
    """Return from which weight (0..1) on it tells of what it has found: 0.75 - 0.5 x proactivity; neutral 0.5."""
    return 0.75 - 0.5 * persona.trait("proactivity")


def worth_acting(persona: Persona) -> float:
    """Return from which weight (0..1) on it sees to what it has found: 0.2 above what is worth telling."""
    return worth_telling(persona) + 0.2


def patience(persona: Persona, span: timedelta) -> timedelta:
    """Return how long it lets a thing run before it looks again, where a neutral one waits `span`.

    It is span x (1.5 - neuroticism): from half of it to one and a half.
    """
    return span * (1.5 - persona.neuroticism)


def switching_margin(persona: Persona) -> float:
    """Return how much higher (0..1) a strategy must score than the one it is to replace.

    It is 0.1 x (1.5 - adaptability): neutral 0.1, from 0.05 to 0.15.
    """
    return 0.1 * (1.5 - persona.trait("adaptability"))
