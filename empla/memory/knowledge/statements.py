"""What is given to be recorded as a fact."""

from dataclasses import dataclass
from datetime import datetime

from empla.memory.model import Basis, Visibility
from empla.mind.values import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """That something is, or was, so.

    `key` is unique and follows from what it was made of (`"e12:works_for"`): recorded again it changes nothing.
    `subject` is an entity. `object` is a text; if it is an entity, `object_entity` is its number, and where the
    predicate's objects are entities and none is given, the one of that name and kind is taken or made. It holds in the
    world from `valid_from` until `valid_to`; None is *not known* and *still*. `rests_on` are the ids of episodes and
    facts that together support it; one that rests on nothing is so because somebody said it.
    """

    key: str
    subject: int
    predicate: str
    object: str = ""
    object_entity: int = 0
    basis: Basis = Basis.OBSERVED
    confidence: float = 0.8
    said_by: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    rests_on: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PRIVATE
    source: Source = Source.PERCEPT
    replaces: int = 0
