"""An end of a bus whose other end may be away: what the socket's and the broker's clients have in common.

It connects, and connects again when the connection is lost: at most once a second, more and more rarely up to every
`LONGEST_S` seconds, with a jitter that follows from its name, so that a hundred employees do not come back at one
instant. What is published meanwhile waits, bounded, as in every queue here. After each connection it says again what is
kept of it (presence, events) and subscribes anew; every subscription then begins with a gap, for whatever was published
in between is lost. Each attempt in vain is a gap too: who is woken by this bus looks into the tables then.
"""

import abc
import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from typing import Final

from empla.clock import pause
from runtime import logs
from runtime.bus.messages import GAP, KEPT, Body, Message, checked_pattern, parts
from runtime.bus.subscription import Subscription

FIRST_S: Final = 1.0
LONGEST_S: Final = 30.0
LEAVE_S: Final = 1.0
"""Seconds to send what waits before a connection ends in good order."""

_AGAIN_S: Final = 0.1

log = logs.get(__name__)


async def cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and return when they have ended.

    More than once, if need be: `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes together with what
    it waited for.
    """
    while going := [task for task in tasks if not task.done()]:
        for task in going:
            task.cancel()
        await asyncio.wait(going, timeout=_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen: who cancels them knows why already


class LinkLost(Exception):
    """There is no connection (any more); the sentence says why."""


class LinkedBus(abc.ABC):
    """One end of a bus. `name` tells it from others; `start` begins to connect, `close` ends in good order."""

    def __init__(self, name: str, *, first_s: float = FIRST_S) -> None:
        self.connected = asyncio.Event()
        self._failures = 0  # in a row
        self._name = name
        self._first_s = first_s
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = iter(range(1, 1 << 62))
        self._own: dict[str, Body] = {}  # what is kept of this one, and said again after a reconnection
        self._presence: tuple[str, Body, Body] | None = None
        self._outgoing = Subscription("")
        self._linking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect; harmless if it has begun."""
        if self._linking is None:
            self._linking = asyncio.create_task(self._keep_linked(), name="bus")

    def publish(self, topic: str, body: Body) -> bool:
        """Send a message, as soon as there is a connection; False if there is none now."""
        if parts(topic)[2] in KEPT:
            self._own[topic] = body
        self._outgoing.put(Message(topic=topic, body=body))
        return self.connected.is_set()

    def subscribe(self, pattern: str, *, group: str = "") -> Subscription:
        """Hear what is published under a pattern, from the next connection on if there is none now."""
        number = next(self._numbers)
        found = Subscription(
            checked_pattern(pattern),
            group=group,
            closed=lambda _subscription: self._forget(number),
            done=lambda receipt: self._say_done(number, receipt),
        )
        self._subscriptions[number] = found
        if self.connected.is_set():
            self._begin(number, found)
        return found

    def appear(self, topic: str, here: Body, will: Body) -> None:
        """Say that this one is here, and what others hear if its connection breaks.

        Before `start`: a broker takes a last will only with the connection.
        """
        self._presence = (topic, here, will)

    async def close(self) -> None:
        """End the connection in good order."""
        linking, self._linking = self._linking, None
        if linking is not None:
            if self.connected.is_set():
                with contextlib.suppress(LinkLost, OSError, TimeoutError):
                    async with asyncio.timeout(LEAVE_S):
                        await self._take_leave()
            await cancelled([linking])
        for subscription in list(self._subscriptions.values()):
            subscription.close()

    async def _keep_linked(self) -> None:
        while True:
            try:
                await self._link()
            except LinkLost as error:
                if self._failures == 0:
                    log.warning("the bus is away", why=str(error))
            except Exception:  # a library's own fault: it must not end the bus for the life of this process
                log.exception("the bus failed")
            self.connected.clear()
            self._failures += 1
            for subscription in list(self._subscriptions.values()):
                subscription.put(GAP)
            await pause(self._wait_s(self._failures))

    def _wait_s(self, failures: int) -> float:
        drawn = hashlib.sha256(f"{self._name}:{failures}".encode()).digest()[0] / 256
        return float(min(self._first_s * 2 ** min(failures - 1, 10), LONGEST_S) * (1 + drawn / 2))

    def _is_up(self) -> None:
        """Note that the connection stands; what is kept of this one is said again."""
        if self._failures:
            log.info("the bus is back", attempts=self._failures)
        self._failures = 0
        self.connected.set()
        for topic, body in self._own.items():
            self._outgoing.put(Message(topic=topic, body=body))

    def _forget(self, number: int) -> None:
        self._subscriptions.pop(number, None)
        if self.connected.is_set():
            self._end(number)

    @abc.abstractmethod
    async def _link(self) -> None:
        """Connect, call `_is_up`, and stay until the connection ends: LinkLost."""

    @abc.abstractmethod
    async def _take_leave(self) -> None:
        """Send what waits, and tell the other end that this one leaves."""

    @abc.abstractmethod
    def _begin(self, number: int, subscription: Subscription) -> None:
        """Ask the other end for a subscription."""

    @abc.abstractmethod
    def _end(self, number: int) -> None:
        """End a subscription at the other end."""

    @abc.abstractmethod
    def _say_done(self, number: int, receipt: int) -> None:
        """Tell the other end that a member of a group is done with a message."""
