"""What is read out of an episode: claims, each with the words it came from. Who reads is a matter of choice.

The rules of this package are the default reader (`rules.Rules`). One with a model fits in its place: it gets the same
turns, and what it returns goes the same way into knowledge, with the same labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from empla.memory.model import EpisodeKind, Visibility
from empla.mind.values import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One episode as it is read: `id` is cited ("e12"), `people` are all addresses that took part.

    `signature` are the lines below what was written; `zone` is that of the reader, by which days are meant.
    """

    id: str
    kind: EpisodeKind
    at: datetime
    author: str
    people: tuple[str, ...]
    subject: str
    text: str
    thread: str = ""
    signature: tuple[str, ...] = ()
    source: Source = Source.PERCEPT
    visibility: Visibility = Visibility.PRIVATE
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom or what a claim is about: an address, or words; `kind` is the kind of entity."""

    words: str
    kind: str = "person"
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That something is so, as somebody said it, or as it follows from what they did.

    `object` is a text, or names something. It holds from `valid_from` until `valid_to` where that was said; one that
    `ends` says that it holds no more ("Bob has left Acme"). `words` are those it came from.
    """

    subject: Named
    predicate: str
    object: str | Named
    words: str
    confidence: float
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    ends: bool = False


class Extractor(Protocol):
    """Reads claims out of an episode."""

    def extract(self, turn: Turn) -> Sequence[Claim]:
        """Return what an episode says; the same turn always gives the same claims, whoever asks and how often."""
