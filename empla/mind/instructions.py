"""What a recipe is made of besides steps: learning, branches, loops, attempts, ends."""

from dataclasses import dataclass
from typing import Any

from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.conditions import Condition
from empla.mind.references import NAME
from empla.mind.steps import Step


class Instruction:
    """Base of what a recipe has besides steps."""

    __slots__ = ()


Steps = tuple[Step | Instruction, ...]


def _named(name: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValidationError(f"{name!r} is no name: lower-case letters, digits and underscores")


@registered
@dataclass(frozen=True, slots=True)
class Learn(Instruction):
    """Take a step, and keep what came of it: from then on `$name` leads to it."""

    name: str
    step: Step

    def __post_init__(self) -> None:
        _named(self.name)


@registered
@dataclass(frozen=True, slots=True)
class If(Instruction):
    """Go on one way if a condition holds, else the other."""

    condition: Condition
    then: Steps
    otherwise: Steps = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Instruction):
    """Do the same for each value of a collection, which is `$name` meanwhile.

    More than `at_most` values fail the intention: a recipe never goes on for longer than it says.
    """

    name: str
    of: Any
    at_most: int
    steps: Steps

    def __post_init__(self) -> None:
        _named(self.name)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Instruction):
    """Do this, and if a step of it is not done, that; there `$failure` has its `code` and `sentence`."""

    steps: Steps
    on_failure: Steps = ()


@registered
@dataclass(frozen=True, slots=True)
class Return(Instruction):
    """End here; the value is the plan's result."""

    value: Any = None


@registered
@dataclass(frozen=True, slots=True)
class Fail(Instruction):
    """Give up, so that the next applicable plan is tried."""

    sentence: Any
    code: str = "gave-up"
