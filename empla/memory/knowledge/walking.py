"""What a graph answers a step at a time, whoever keeps it: ways, who knows, who reports, colleagues."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from empla.memory.knowledge.graph import DEEPEST, Edge
from empla.memory.knowledge.predicates import COLLEAGUES
from empla.memory.model import EVERYTHING, Viewer

_MANY: Final = 500
"""Entities from which one statement goes on."""


class WalkedGraph(ABC):
    """Answers by the facts between entities, which who inherits looks up; what a viewer may see is held there."""

    @abstractmethod
    def _root(self, entity: int) -> int:
        """Return what stands for an entity."""

    @abstractmethod
    def _between(
        self, entities: Sequence[int], predicates: Sequence[str], viewer: Viewer, at: datetime | None
    ) -> list[Edge]:
        """Return the facts that join some entities, or what is one with them, to others, in order."""

    def _joining(
        self, entities: Sequence[int], predicates: Sequence[str], viewer: Viewer, at: datetime | None
    ) -> list[Edge]:
        found: dict[int, Edge] = {}
        for start in range(0, len(entities), _MANY):
            some = self._between(entities[start : start + _MANY], predicates, viewer, at)
            found |= {edge.fact: edge for edge in some}
        return [found[number] for number in sorted(found)]

    def edges(
        self,
        entity: int,
        *,
        predicates: Sequence[str] = (),
        viewer: Viewer = EVERYTHING,
        at: datetime | None = None,
    ) -> Sequence[Edge]:
        """Return the facts that join an entity to others, in order of their numbers."""
        return self._joining([entity], predicates, viewer, at)

    def path(self, one: int, other: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[Edge]:
        """Return a shortest way between two entities; none if there is none of at most `DEEPEST` steps.

        It is looked for from both ends, a step at a time from the one that has reached fewer. Of several that are as
        short, that of the smallest numbers.
        """
        start, goal = self._root(one), self._root(other)
        sides: tuple[dict[int, Edge | None], dict[int, Edge | None]] = ({start: None}, {goal: None})
        edges = [[start], [goal]]
        for _ in range(DEEPEST):
            met = sorted(sides[0].keys() & sides[1].keys())
            if met or not all(edges):
                break
            side = 0 if len(edges[0]) <= len(edges[1]) else 1
            edges[side] = self._further(sides[side], edges[side], viewer, at)
        met = sorted(sides[0].keys() & sides[1].keys())
        if not met:
            return []
        ways = [_way(middle, sides) for middle in met]
        return min(ways, key=lambda way: (len(way), [edge.fact for edge in way]))

    def _further(
        self, reached: dict[int, Edge | None], here: Sequence[int], viewer: Viewer, at: datetime | None
    ) -> list[int]:
        """Go one step on from where one side has come to; return what is new."""
        before, fresh = set(reached), set()
        for edge in self._joining(here, (), viewer, at):
            for begin, end in ((edge.subject, edge.object), (edge.object, edge.subject)):
                if begin in before and end not in before and end not in fresh:
                    reached[end] = edge
                    fresh.add(end)
        return sorted(fresh)

    def who_knows(self, topic: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[int]:
        """Return who knows about a topic, in order of how many facts say so."""
        edges = self._joining([topic], ("knows_about",), viewer, at)
        told = Counter(edge.subject for edge in edges if edge.object == self._root(topic))
        return sorted(told, key=lambda who: (-told[who], who))

    def reports(
        self, person: int, *, all_below: bool = False, viewer: Viewer = EVERYTHING, at: datetime | None = None
    ) -> Sequence[int]:
        """Return who reports to somebody, directly or at any depth."""
        top = self._root(person)
        found: set[int] = set()
        here = [top]
        while here:
            edges = self._joining(here, ("reports_to",), viewer, at)
            here = sorted({e.subject for e in edges if e.object in here} - found - {top})
            found.update(here)
            if not all_below:
                break
        return sorted(found)

    def colleagues(self, person: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None) -> Sequence[int]:
        """Return who works for the same company, or was said to be a colleague."""
        return sorted(self.colleagueships(person, viewer=viewer, at=at))

    def colleagueships(
        self, person: int, *, viewer: Viewer = EVERYTHING, at: datetime | None = None
    ) -> Mapping[int, Sequence[Edge]]:
        """Return who is a colleague of somebody, each with the facts that make them so."""
        own = self._root(person)
        here = self._joining([own], ("works_for", COLLEAGUES), viewer, at)
        found: dict[int, Sequence[Edge]] = {
            edge.object if edge.subject == own else edge.subject: (edge,)
            for edge in here
            if edge.predicate == COLLEAGUES
        }
        firms = {edge.object: edge for edge in here if edge.predicate == "works_for" and edge.subject == own}
        for edge in self._joining(sorted(firms), ("works_for",), viewer, at) if firms else ():
            if edge.object in firms and edge.subject != own:
                found.setdefault(edge.subject, (edge, firms[edge.object]))
        return {who: found[who] for who in sorted(found)}


def _way(middle: int, sides: Sequence[Mapping[int, Edge | None]]) -> list[Edge]:
    """Return the way from one end to the other by where both sides have met."""
    halves: list[list[Edge]] = []
    for reached in sides:
        half, here = [], middle
        while (edge := reached[here]) is not None:
            half.append(edge)
            here = edge.subject if edge.object == here else edge.object
        halves.append(half)
    return [*reversed(halves[0]), *halves[1]]
