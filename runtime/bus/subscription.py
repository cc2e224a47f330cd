"""What one subscriber hears, and what waits for it meanwhile: bounded as `messages` says for each kind of topic."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from runtime.bus.messages import GAP, TELEMETRY_KEPT, Kind, Message, parts


def _nothing(_subscription: "Subscription") -> None:
    return


def _nobody(_receipt: int) -> None:
    return


class Subscription:
    """Messages as they come, until it is closed: an async iterator, and a context manager that closes it.

    After a connection was away it gives `GAP`, and another for each attempt in vain to have it back. `dropped` counts
    messages that were too much for it. `closed` and `done` are told to whoever made it.
    """

    def __init__(
        self,
        pattern: str,
        *,
        group: str = "",
        closed: Callable[["Subscription"], None] = _nothing,
        done: Callable[[int], None] = _nobody,
        telemetry_kept: int = TELEMETRY_KEPT,
    ) -> None:
        self.pattern = pattern
        self.group = group
        self.dropped = 0
        self._newest: dict[str, Message] = {}  # by topic, in the order in which the first of each began to wait
        self._telemetry: deque[Message] = deque()
        self._handed: deque[Message] = deque()  # to a member of a group, which gets few at a time
        self._gap = False
        self._telemetry_kept = telemetry_kept
        self._news = asyncio.Event()
        self._open = True
        self._tell_closed = closed
        self._tell_done = done

    def put(self, message: Message) -> None:
        """Have a message wait here; never waits itself."""
        if message.gap:
            self._gap = True
        elif message.receipt:
            self._handed.append(message)
        elif parts(message.topic)[2] is Kind.TELEMETRY:
            if len(self._telemetry) >= self._telemetry_kept:
                self._telemetry.popleft()
                self.dropped += 1
            self._telemetry.append(message)
        else:
            self._newest[message.topic] = message
        self._news.set()

    def done(self, receipt: int) -> None:
        """Say, as a member of a group, that the message with this receipt need not be handed to anybody again."""
        self._tell_done(receipt)

    def close(self) -> None:
        """Hear no more. What a member of a group has not said to be done goes to another."""
        if self._open:
            self._open = False
            self._news.set()
            self._tell_closed(self)

    async def __anext__(self) -> Message:
        while self._open:
            if (found := self._next()) is not None:
                return found
            self._news.clear()
            await self._news.wait()
        raise StopAsyncIteration

    def _next(self) -> Message | None:
        if self._gap:
            self._gap = False
            return GAP
        if self._newest:
            return self._newest.pop(next(iter(self._newest)))
        if self._handed:
            return self._handed.popleft()
        return self._telemetry.popleft() if self._telemetry else None

    def __aiter__(self) -> Self:
        return self

    def __len__(self) -> int:
        """Return how many messages wait."""
        return len(self._newest) + len(self._handed) + len(self._telemetry) + self._gap

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
