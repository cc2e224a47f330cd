"""Which triggers and detectors a change concerns: found by functor, so that nothing is asked of what is not read."""

from collections.abc import Iterable
from dataclasses import dataclass

from empla.mind.logic import Rules
from empla.mind.noticing_detectors import Detector
from empla.mind.noticing_triggers import Answer, OfGoals, Sensed
from empla.mind.triggers import Declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticing:
    """What a library notices: triggers by the functor they read, those of mails and of goals, and what lies ahead.

    `ahead` are the functors that detectors read, `ahead_of_goals` says that one of them looks at goals. `beliefs` says
    whether a change of any belief may concern anything, `goals` the same of goals. `edition` is that of the rules it
    was made by.
    """

    by_functor: dict[str, tuple[Sensed, ...]]
    answers: tuple[Answer, ...]
    of_goals: tuple[OfGoals, ...]
    ahead: frozenset[str]
    ahead_of_goals: bool
    beliefs: bool
    goals: bool
    edition: object


def noticing_of(triggers: Iterable[Declared], detectors: Iterable[Detector], rules: Rules) -> Noticing:
    """Return the index of these triggers and detectors."""
    by_functor: dict[str, tuple[Sensed, ...]] = {}
    sensed = [trigger for trigger in triggers if isinstance(trigger, Sensed)]
    for trigger in sensed:
        for functor in sorted(trigger.reads(rules)):
            by_functor[functor] = (*by_functor.get(functor, ()), trigger)
    looking = list(detectors)
    of_goals = tuple(trigger for trigger in sensed if isinstance(trigger, OfGoals))
    ahead = frozenset(functor for detector in looking for functor in detector.functors(rules))
    ahead_of_goals = any(detector.goals for detector in looking)
    return Noticing(
        by_functor=by_functor,
        answers=tuple(trigger for trigger in sensed if isinstance(trigger, Answer)),
        of_goals=of_goals,
        ahead=ahead,
        ahead_of_goals=ahead_of_goals,
        beliefs=bool(by_functor or ahead),
        goals=bool(of_goals or ahead_of_goals),
        edition=rules.edition,
    )
