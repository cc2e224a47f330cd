"""The bus over the supervisor's socket: an employee's end, or a command's."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime import peers
from runtime.bus.linked import FIRST_S, LinkedBus, LinkLost
from runtime.bus.messages import GAP, Message
from runtime.bus.subscription import Subscription
from runtime.bus.wire import LONGEST_LINE, line


class SocketBus(LinkedBus):
    """One end of the bus at `path`; see `LinkedBus`."""

    def __init__(self, path: Path, name: str, *, first_s: float = FIRST_S) -> None:
        super().__init__(name, first_s=first_s)
        self._path = path
        self._writer: asyncio.StreamWriter | None = None

    async def _link(self) -> None:
        try:
            with peers.short_path(self._path) as path:
                reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
        except OSError as error:
            raise LinkLost(f"{self._path.name}: {error.strerror}") from error
        self._writer = writer
        if self._presence is not None:
            topic, here, will = self._presence
            self._tell({"appear": topic, "here": here, "will": will})
        for number, subscription in self._subscriptions.items():
            self._begin(number, subscription)
        self._is_up()
        sending = asyncio.create_task(self._send(writer))
        try:
            while heard := await reader.readline():
                self._hear(json.loads(heard))
            raise LinkLost("the other end is gone")
        except (ConnectionError, ValueError) as error:
            raise LinkLost(str(error)) from error
        finally:
            self.connected.clear()
            sending.cancel()
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # noticed by reading
            async for message in self._outgoing:
                writer.write(line(_published(message)))
                await writer.drain()

    def _hear(self, said: Mapping[str, Any]) -> None:
        subscription = self._subscriptions.get(int(said["to"]))
        if subscription is None:
            return
        if "topic" not in said:
            subscription.put(GAP)  # it stands: whatever was published before is not heard here
            return
        subscription.put(Message(topic=said["topic"], body=said["body"], receipt=int(said.get("receipt", 0))))

    async def _take_leave(self) -> None:
        assert self._writer is not None
        while len(self._outgoing):
            self._tell(_published(await anext(self._outgoing)))
        self._tell({"bye": True})
        await self._writer.drain()

    def _begin(self, number: int, subscription: Subscription) -> None:
        self._tell({"subscribe": number, "pattern": subscription.pattern, "group": subscription.group})

    def _end(self, number: int) -> None:
        self._tell({"close": number})

    def _say_done(self, number: int, receipt: int) -> None:
        if self.connected.is_set():
            self._tell({"done": number, "receipt": receipt})

    def _tell(self, message: Mapping[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(line(message))


def _published(message: Message) -> dict[str, Any]:
    return {"publish": message.topic, "body": message.body}
