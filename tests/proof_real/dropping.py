"""A way to the office on which connections break in the middle of a command, in either direction, as the seed says.

It listens at three ports of its own and passes on what comes to the office's. `office/ports.json`, where employees look
when they begin, is made to name these; people's clients keep to the office's own.
"""

import asyncio
import contextlib
import json
import threading
from dataclasses import replace
from typing import Final, Self

from empla.config import Home
from runtime.office.process import OfficePorts, ports_file
from runtime.simulation.chance import Chance

SHARES: Final = {"imap": 0.25, "smtp": 0.06, "caldav": 0.03}
"""The share of connections that break, by server: those of IMAP are few and long."""
_FARTHEST: Final = {"imap": 20_000, "smtp": 2000, "caldav": 1500}
"""The most bytes that pass one way before that; a connection that ends earlier does not break."""
_LOOK_S: Final = 0.02


class Dropping:
    """The way, in a thread of its own; leaving the block ends it. `broken` counts by server."""

    def __init__(self, home: Home, office: OfficePorts, seed: int) -> None:
        self.broken = dict.fromkeys(SHARES, 0)
        self.passed = dict.fromkeys(SHARES, 0)
        self.breaks = True
        self._home = home
        self._office = office
        self._ports = office
        self._chance = Chance(seed, "connections")
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._loop.run_until_complete(self._listen())
        watching = self._loop.create_task(self._keep_named())
        self._ready.set()
        self._loop.run_forever()
        watching.cancel()

    async def _listen(self) -> None:
        found = {}
        for name in SHARES:
            server = await asyncio.start_server(self._passing(name), "127.0.0.1", 0)
            found[name] = server.sockets[0].getsockname()[1]
        self._ports = replace(self._office, **found)

    async def _keep_named(self) -> None:
        """Name these ports again whenever the office has written its own."""
        path, ours = ports_file(self._home), {"host": self._office.host}
        ours |= {name: getattr(self._ports, name) for name in SHARES}
        while True:
            with contextlib.suppress(OSError, ValueError):
                if json.loads(path.read_text()) != ours:
                    fresh = path.with_suffix(".ours")
                    fresh.write_text(json.dumps(ours))
                    fresh.replace(path)
            await asyncio.sleep(_LOOK_S)

    def _passing(self, name: str):
        async def passing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            number = self.passed[name] = self.passed[name] + 1
            breaks = self.breaks and self._chance.happens(SHARES[name], name, number)
            limit = self._chance.number(name, number, "after") % _FARTHEST[name] if breaks else -1
            upwards = self._chance.happens(0.5, name, number, "upwards")
            try:
                there, away = await asyncio.open_connection(self._office.host, getattr(self._office, name))
            except OSError:
                writer.close()
                return
            ways = (
                asyncio.create_task(self._pump(reader, away, limit if upwards else -1)),
                asyncio.create_task(self._pump(there, writer, -1 if upwards else limit)),
            )
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if any(way.result() for way in done if not way.cancelled() and way.exception() is None):
                self.broken[name] += 1
                for each in (writer, away):
                    each.transport.abort()
            for way in ways:
                way.cancel()
            for each in (writer, away):
                each.close()

        return passing

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, limit: int) -> bool:
        """Pass bytes on until the end; True if so many have passed that the connection is to break."""
        passed = 0
        try:
            while data := await source.read(65536):
                if 0 <= limit < passed + len(data):
                    sink.write(data[: limit - passed])
                    await sink.drain()
                    return True
                passed += len(data)
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            return False
        return False
