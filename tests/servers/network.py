"""A network between a client and a server that can be made to fail."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from empla.workplace.accounts import Endpoint


@dataclass
class Network:
    """A network between a client and a server that can be made to fail. It counts the connections made through it."""

    host: str
    port: int
    connections: int = 0
    upstream: Callable[[bytes], bytes] = bytes  # rewrites what the client sends
    downstream: Callable[[bytes], bytes] = bytes  # rewrites what the server sends
    cut_after: int | None = None  # bytes of the server's that still pass, once
    stalled: bool = False  # nothing passes, and nobody is told
    refusing: bool = False  # new connections are closed at once
    waiting: asyncio.Event = field(default_factory=asyncio.Event)  # the server has begun to wait with the client
    endpoint: Endpoint = field(default_factory=lambda: Endpoint(host="127.0.0.1", port=1))
    within: Callable[[Callable[[], None]], object] = lambda act: act()  # calls in the thread that carries
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """End every connection."""
        for writer in self._open:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.refusing:
            writer.close()
            return
        server_reader, server_writer = await asyncio.open_connection(self.host, self.port)
        self._open |= {writer, server_writer}
        with contextlib.suppress(OSError):
            await asyncio.gather(
                self._pump(reader, server_writer, up=True), self._pump(server_reader, writer, up=False)
            )

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        while data := await reader.read(1 << 16):
            if self.stalled:
                continue
            data = (self.upstream if up else self.downstream)(data)
            if not up and data.lower().startswith(b"+ idl"):
                self.waiting.set()
            if not up and self.cut_after is not None:
                self.cut_after -= len(data)
                if self.cut_after < 0:
                    writer.write(data[: self.cut_after])
                    self.cut_after = None
                    await writer.drain()
                    self.cut()
                    return
            writer.write(data)
        writer.close()


@contextlib.contextmanager
def between(end: Endpoint) -> Iterator[Network]:
    """Put a network in front of a server, run in a thread of its own: for clients in other threads and processes.

    Its attributes may be set from anywhere; what acts on connections goes by `within`.
    """
    network = Network(end.host, end.port)
    started, loop = threading.Event(), asyncio.new_event_loop()
    ending = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
        network.endpoint = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        started.set()
        async with server:
            await ending.wait()
            network.cut()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(10)
        network.within = lambda act: loop.call_soon_threadsafe(act)
        yield network
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(10)
        loop.close()
