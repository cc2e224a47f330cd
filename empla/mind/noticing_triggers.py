"""Triggers that the mind sees by itself, in what it believes and in its goals. Data only; see `empla.mind.noticing`.

    Threshold   a number has come to be above or below a bound
    Anomaly     the newest of a number's values is unlike those before it
    Trend       a number rises or falls faster than it should
    Answer      a mail is to be answered within a time: that is at risk, and slipped
    Silence     somebody has not answered for a time
    Milestone   a goal has come so far, or is reached
    AtRisk      a goal is at risk, or late
    Appears     a belief that fits has come to be held: a mention, a customer's event, an opportunity

They stand beside those that the clock makes due in `PlanLibrary.triggers`, and fire as the same event: besides the
fields of `empla.mind.triggers` it has `subject` (what it is about), `phase` (which of several things happened to that),
`value`, `expected`, and `seen`, the origin of the least trusted belief that it was seen in. Each fires when what it
watches for comes about, and again only after it was over meanwhile.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from empla.errors import ValidationError
from empla.mind.commitments import EXPECTATION, Commitment
from empla.mind.logic import Inquiry, Rules, functors_read
from empla.mind.readings import Mail
from empla.mind.triggers import Declared

OWED = "owed"
"""Functor of the answers that are owed: (trigger, key of the mail, Owed)."""
ABOVE, BELOW, RISES, FALLS = "above", "below", "rises", "falls"
AT_RISK, SLIPPED, LATE, REACHED = "at-risk", "slipped", "late", "reached"
"""Phases: what happened to the subject."""

How = Literal["slope", "change"]


def every_mail(_mail: Mail) -> bool:
    """Return True: every mail is to be answered."""
    return True


def every_promise(_made: Commitment) -> bool:
    """Return True: whatever was asked is to be answered."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed(Declared, ABC):
    """A trigger that is looked at when a belief of a functor that it reads has changed, or at an instant it names."""

    @abstractmethod
    def reads(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Sensed):
    """A trigger over a number.

    `of` is a functor, of whose newest belief the last argument counts, or a query, in whose answers the variable
    `variable` does. With `subject`, the name of another variable, each of its values has a number of its own.
    """

    of: str | Inquiry
    variable: str = "N"
    subject: str = ""

    def __post_init__(self) -> None:
        Declared.__post_init__(self)
        if self.subject and isinstance(self.of, str):
            raise ValidationError(f"the trigger {self.name!r} needs a query to tell its subjects apart")

    def reads(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is seen."""
        return frozenset({self.of}) if isinstance(self.of, str) else functors_read(self.of, rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Measured):
    """A number is above or below a bound; once noticed, again only after it was back by more than `calm`."""

    above: float | None = None
    below: float | None = None
    calm: float = 0.0

    def __post_init__(self) -> None:
        Measured.__post_init__(self)
        if self.above is None and self.below is None:
            raise ValidationError(f"the trigger {self.name!r} has no bound")
        if self.above is not None and self.below is not None and self.above <= self.below:
            raise ValidationError(f"the trigger {self.name!r} would hold of every number")
        _not_below_zero(self.name, calm=self.calm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly(Measured):
    """The newest value lies `z` standard deviations or more from the mean of those before it.

    At least `samples` values must stand before it, none older than `window` if that is given; at most `most` are kept.
    Of values that were all alike each other one is an anomaly. A value that is off by no more than `least` never is.
    Once noticed, again only after one that lay within `z - calm`.
    """

    z: float = 3.0
    samples: int = 8
    most: int = 50
    window: timedelta | None = None
    least: float = 0.0
    calm: float = 1.0

    def __post_init__(self) -> None:
        Measured.__post_init__(self)
        _enough(self.name, self.samples, self.most)
        _not_below_zero(self.name, least=self.least, calm=self.calm)
        if self.z <= self.calm:
            raise ValidationError(f"the trigger {self.name!r} would never be calm again: z must be above {self.calm}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Measured):
    """A number rises (`bound` above 0) or falls (below 0) by so much within `window`, or faster.

    `slope`: a day, by the least-squares line through its values; `change`: from the oldest of them to the newest.
    """

    bound: float
    how: How = "slope"
    window: timedelta = timedelta(days=7)
    samples: int = 3
    most: int = 50
    calm: float = 0.0

    def __post_init__(self) -> None:
        Measured.__post_init__(self)
        _enough(self.name, self.samples, self.most)
        _not_below_zero(self.name, calm=self.calm)
        if self.how not in get_args(How) or self.bound == 0 or self.calm >= abs(self.bound):
            raise ValidationError(f"the trigger {self.name!r} needs a bound that is farther from 0 than its calm")
        if self.window <= timedelta(0):
            raise ValidationError(f"the trigger {self.name!r} looks at no time at all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Sensed):
    """Each mail that `expects` an answer is to have one `within` a time; `lead` before that it is at risk.

    The answer is owed (`owed(trigger, key, Owed)`) until a mail to its sender has gone into its thread. With `hours`
    ("09:00-17:00") only those count, from Monday to Friday in the employee's zone. `lead` is a quarter of `within`,
    unless given.
    """

    within: timedelta
    expects: Callable[[Mail], bool] = every_mail
    lead: timedelta | None = None
    hours: str = ""

    def __post_init__(self) -> None:
        Declared.__post_init__(self)
        if self.within <= timedelta(0) or not timedelta(0) <= self.notice <= self.within:
            raise ValidationError(
                f"the trigger {self.name!r} needs a time to answer in, and notice no longer than that"
            )
        if self.hours and not _are_hours(self.hours):
            raise ValidationError(f"{self.hours!r} of the trigger {self.name!r} are no hours of a day, as 09:00-17:00")

    @property
    def notice(self) -> timedelta:
        """Return how long before it is due an answer is at risk."""
        return self.within / 4 if self.lead is None else self.lead

    def reads(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is seen."""
        return frozenset({OWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Sensed):
    """What somebody was asked for is open, and was asked for longer ago than `after`. The subject is its id."""

    after: timedelta
    about: Callable[[Commitment], bool] = every_promise

    def __post_init__(self) -> None:
        Declared.__post_init__(self)
        if self.after <= timedelta(0):
            raise ValidationError(f"the trigger {self.name!r} gives nobody time to answer")

    def reads(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is seen."""
        return frozenset({EXPECTATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfGoals(Sensed):
    """A trigger over goals: those of the name `goal`, or all. The subject is the goal's id."""

    goal: str = ""

    def reads(self, rules: Rules) -> frozenset[str]:
        """Return no functor: goals are looked at when one has changed."""
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(OfGoals):
    """A goal has made this `share` of its way (0 to 1); the whole of it also when it is reached without a number."""

    share: float = 1.0

    def __post_init__(self) -> None:
        Declared.__post_init__(self)
        if not 0 < self.share <= 1:
            raise ValidationError(f"the trigger {self.name!r} must be about a share above 0, 1 at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk(OfGoals):
    """A goal is at risk, or late, as the persona sees it (`empla.mind.metrics.threshold`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appears(Sensed):
    """A belief of a functor, with these first arguments, has come to be held; `ANY` leaves a place open.

    Each fires as it comes. The subject is its id, the value its arguments.
    """

    functor: str
    pattern: tuple[Any, ...] = ()

    def reads(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is seen."""
        return frozenset({self.functor})


def _enough(name: str, samples: int, most: int) -> None:
    if not 2 <= samples <= most:
        raise ValidationError(f"the trigger {name!r} needs two samples or more, and must keep as many")


def _are_hours(text: str) -> bool:
    opens, _, closes = text.partition("-")
    return all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at) for at in (opens, closes)) and opens < closes


def _not_below_zero(name: str, **values: float) -> None:
    for what, value in values.items():
        if value < 0:
            raise ValidationError(f"`{what}` of the trigger {name!r} must not be below 0")
