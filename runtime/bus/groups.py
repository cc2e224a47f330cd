"""Groups: readers that share the events of employees between them, and go on where they stopped.

An event has a name of its own: employee, table and offset, for the tables number their rows without gaps. So nothing
is kept here but how far each group has come, and what was handed out is a number, never a copy. Of a group each event
goes to one member, `AT_ONCE` at a time to each (back-pressure: who says nothing to be done gets no more, and the others
go on). What a member had not said to be done when it went goes to another: at least once, in order for a group of one.

How far a group has come in a table is the offset up to which everything was said to be done. It is kept durably soon
after; what is lost with the process in between is handed out once more.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from runtime import logs
from runtime.bus.messages import Body, Message, fits, parts
from runtime.bus.subscription import Subscription

AT_ONCE: Final = 32
"""Events that one member has in hand, at most."""

Place = tuple[str, str]
"""An employee and one of its tables."""

Load = Callable[[str], Mapping[Place, int]]
"""Returns how far a group has come, as it was kept."""

Keep = Callable[[str, Mapping[Place, int]], None]
"""Keeps how far a group has come, durably; runs in a thread."""

log = logs.get(__name__)


@dataclass(slots=True)
class _Stream:
    """How far one group is in one table. `done` is what was said to be done beyond `upto`."""

    topic: str
    upto: int
    next: int
    head: int = 0
    done: set[int] = field(default_factory=set)
    again: list[int] = field(default_factory=list)

    def take(self) -> int | None:
        """Return the next offset to hand out, first what came back; None if there is none."""
        if self.again:
            return heapq.heappop(self.again)
        if self.next > self.head:
            return None
        self.next += 1
        return self.next - 1

    def finish(self, offset: int) -> None:
        """Note that an offset is done."""
        self.done.add(offset)
        while self.upto + 1 in self.done:
            self.upto += 1
            self.done.discard(self.upto)


@dataclass(slots=True)
class _Group:
    pattern: str
    streams: dict[Place, _Stream]
    kept: Mapping[Place, int]
    members: dict[Subscription, dict[int, tuple[Place, int]]] = field(default_factory=dict)


class Groups:
    """All groups of one exchange. `load` and `keep` are where they are kept."""

    def __init__(self, load: Load, keep: Keep) -> None:
        self._load = load
        self._keep = keep
        self._groups: dict[str, _Group] = {}
        self._receipts = itertools.count(1)
        self._changed: set[str] = set()
        self._keeping: asyncio.Task[None] | None = None

    def join(self, pattern: str, name: str) -> Subscription:
        """Return the subscription of a new member; the pattern of its first member is the group's."""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group(pattern=pattern, streams={}, kept=self._load(name))
        member = Subscription(
            group.pattern,
            group=name,
            closed=lambda gone: self._leave(name, gone),
            done=lambda receipt: self._done(name, member, receipt),
        )
        group.members[member] = {}
        return member

    def grown(self, topic: str, upto: Body) -> None:
        """Note how far the tables of an employee have grown, and hand out what is new."""
        employee = parts(topic)[1]
        for name, group in self._groups.items():
            if not fits(group.pattern, topic):
                continue
            for table, offset in upto.items():
                if not isinstance(offset, int):
                    continue
                place = (employee, table)
                if place not in group.streams:
                    come = group.kept.get(place, 0)
                    group.streams[place] = _Stream(topic=topic, upto=come, next=come + 1)
                stream = group.streams[place]
                stream.head = max(stream.head, offset)
            self._hand_out(name)

    def _hand_out(self, name: str) -> None:
        group = self._groups[name]
        for place, stream in group.streams.items():
            while group.members:
                member = min(group.members, key=lambda one: len(group.members[one]))
                in_hand = group.members[member]
                if len(in_hand) >= AT_ONCE or (offset := stream.take()) is None:
                    break
                receipt = next(self._receipts)
                in_hand[receipt] = (place, offset)
                body = {"table": place[1], "offset": offset}
                member.put(Message(topic=stream.topic, body=body, receipt=receipt))

    def _done(self, name: str, member: Subscription, receipt: int) -> None:
        group = self._groups[name]
        found = group.members.get(member, {}).pop(receipt, None)
        if found is None:
            return  # it went to another meanwhile
        place, offset = found
        group.streams[place].finish(offset)
        self._changed.add(name)
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_changed(), name="bus groups")
        self._hand_out(name)

    def _leave(self, name: str, member: Subscription) -> None:
        group = self._groups[name]
        for place, offset in group.members.pop(member, {}).values():
            heapq.heappush(group.streams[place].again, offset)
        self._hand_out(name)

    async def _keep_changed(self) -> None:
        while self._changed:
            name = self._changed.pop()
            come = {place: stream.upto for place, stream in self._groups[name].streams.items()}
            try:
                await asyncio.to_thread(self._keep, name, come)
            except Exception as error:  # kept with the next event instead; until then it would be handed out again
                log.warning("how far a group has come could not be kept", group=name, why=str(error))

    async def close(self) -> None:
        """Return when all that was said to be done is kept."""
        if self._keeping is not None:
            await self._keeping
