"""The supervisor's end of the bus: the exchange, and the socket by which employees and commands reach it.

The socket lies in the home, for its owner only (0600), and the other side's user is checked besides: whoever may use it
could also read the home, so there are no rights within it (a broker has them: `acl`). The end of a connection that did
not take leave is that user's last will, so everybody hears within a moment that a process was killed.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from empla.errors import EmplaError, InputError
from runtime import logs, peers
from runtime.bus.local import Exchange, LocalBus
from runtime.bus.subscription import Subscription
from runtime.bus.wire import LONGEST_LINE, line

log = logs.get(__name__)


class Hub:
    """Serves an exchange at a socket."""

    def __init__(self, exchange: Exchange, path: Path) -> None:
        self.exchange = exchange
        self._path = path
        self._server: asyncio.Server | None = None
        self._connected: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(
            self._serve, sock=peers.listening(self._path), limit=LONGEST_LINE
        )

    async def stop(self) -> None:
        """Listen no more, and end every connection."""
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        for writer in list(self._connected):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not peers.is_owner(writer.get_extra_info("socket")):
            writer.close()
            return
        self._connected.add(writer)
        end = _End(self.exchange.connect(), writer)
        try:
            while heard := await reader.readline():
                end.hear(json.loads(heard))
        except (ConnectionError, ValueError, KeyError, TypeError, EmplaError) as error:
            log.warning("a connection to the bus is ended", why=f"{type(error).__name__}: {error}")
        finally:
            end.lose()
            writer.close()
            self._connected.discard(writer)


class _End:
    """One connection: what it publishes and hears."""

    def __init__(self, bus: LocalBus, writer: asyncio.StreamWriter) -> None:
        self._bus = bus
        self._writer = writer
        self._subscriptions: dict[int, Subscription] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def hear(self, said: Mapping[str, Any]) -> None:
        """Do what one line says."""
        if "publish" in said:
            self._bus.publish(said["publish"], said["body"])
        elif "appear" in said:
            self._bus.appear(said["appear"], said["here"], said["will"])
        elif "subscribe" in said:
            self._subscribe(int(said["subscribe"]), said["pattern"], said["group"])
        elif "done" in said:
            self._subscriptions[int(said["done"])].done(int(said["receipt"]))
        elif "close" in said:
            self._subscriptions.pop(int(said["close"])).close()
        elif "bye" in said:
            self._bus.take_leave()
        else:
            raise InputError("a line says one of publish, appear, subscribe, done, close, bye")

    def lose(self) -> None:
        """Note the end of the connection."""
        for task in self._sending:
            task.cancel()
        self._bus.lose()

    def _subscribe(self, number: int, pattern: str, group: str) -> None:
        self._writer.write(line({"to": number}))
        found = self._subscriptions[number] = self._bus.subscribe(pattern, group=group)
        task = asyncio.create_task(self._send(number, found))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, number: int, subscription: Subscription) -> None:
        with contextlib.suppress(ConnectionError):  # noticed by reading
            async for message in subscription:
                said = {"to": number, "topic": message.topic, "body": message.body}
                self._writer.write(line(said | ({"receipt": message.receipt} if message.receipt else {})))
                await self._writer.drain()
