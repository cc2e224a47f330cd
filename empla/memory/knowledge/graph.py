"""The knowledge graph: entities, and the facts between them, asked for ways and neighbourhoods.

The truth is in the tables. `EmbeddedGraph` walks them with recursive SQL; `Neo4jGraph` has a copy, which it brings up
to date from the truth by a cursor. Both answer the same, and hold every statement to what the viewer may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from empla.memory.model import EVERYTHING, Viewer

DEEPEST: Final = 6
"""Steps that a neighbourhood or a way may have."""
WIDEST: Final = 5_000
"""Entities that a neighbourhood may have; the nearest count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One fact between two entities: `fact` is its number, the others the numbers of what stands for both ends."""

    fact: int
    subject: int
    predicate: str
    object: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An entity, and in how many steps it is reached."""

    entity: int
    steps: int


class KnowledgeGraph(Protocol):
    """What a graph answers. Entities are given and returned by number; of merged ones the one that stands for them.

    `at` is a time in the world, None for what has no end yet. All answers are in a stated order: by steps, then number.
    """

    def neighbourhood(
        self,
        entity: int,
        depth: int = 1,
        *,
        predicates: Sequence[str] = (),
        viewer: Viewer = EVERYTHING,
        at: datetime | None = None,
    ) -> Sequence[Neighbour]:
        """Return what is reached in at most `depth` steps, in either direction, by these predicates (all if none)."""

    def edges(
        self,
        entity: int,
        *,
        predicates: Sequence[str] = (),
        viewer: Viewer = EVERYTHING,
        at: datetime | None = None,
    ) -> Sequence[Edge]:
        """Return the facts that join an entity to others, in order of their numbers."""

    def path(self, one: int, other: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[Edge]:
        """Return a shortest way between two entities; none if there is none of at most `DEEPEST` steps."""

    def who_knows(self, topic: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[int]:
        """Return who knows about a topic, in order of how many facts say so."""

    def reports(
        self, person: int, *, all_below: bool = False, viewer: Viewer = EVERYTHING, at: datetime | None = None
    ) -> Sequence[int]:
        """Return who reports to somebody, directly or at any depth."""

    def colleagues(self, person: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[int]:
        """Return who works for the same company, or was said to be a colleague."""

    def colleagueships(
        self, person: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None
    ) -> Mapping[int, Sequence[Edge]]:
        """Return who is a colleague of somebody, each with the facts that make them so.

        That is worked out when it is asked: facts for every pair of a big company would be millions.
        """

    def catch_up(self) -> int:
        """Take over what changed in the truth; return how many entities and facts that were."""

    def rebuild(self) -> None:
        """Make everything anew from the truth."""

    def close(self) -> None:
        """Let go of connections."""


def bounded(depth: int) -> int:
    """Return a number of steps within bounds."""
    return max(1, min(depth, DEEPEST))
