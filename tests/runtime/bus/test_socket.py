"""The bus over the supervisor's socket, with real sockets and real processes."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from empla.clock import pause
from runtime.bus.client import SocketBus
from runtime.bus.groups import Groups
from runtime.bus.hub import Hub
from runtime.bus.local import Exchange
from runtime.bus.messages import GAP, Kind, pattern, topic
from runtime.bus.subscription import Subscription

WAKE = topic("main", "clara", Kind.WAKE)
PRESENCE = topic("main", "clara", Kind.PRESENCE)
EVENTS = topic("main", "clara", Kind.EVENTS)

EMPLOYEE = """
import asyncio, sys
from pathlib import Path
from runtime.bus.client import SocketBus

async def main():
    bus = SocketBus(Path(sys.argv[1]), "clara")
    bus.appear("empla/main/clara/presence", {"is": "here", "epoch": 1}, {"is": "gone", "epoch": 1})
    bus.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def hub_at(path: Path, groups: Groups | None = None) -> AsyncIterator[Hub]:
    hub = Hub(Exchange(groups, now=lambda: "now"), path)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def until_said(subscription: Subscription, what: object) -> None:
    """Return at the first message whose body is this."""
    async for message in subscription:
        if message.body == what:
            return


def played(play: Callable[[Path], Awaitable[None]], tmp_path: Path) -> None:
    async def within() -> None:
        async with asyncio.timeout(30):
            await play(tmp_path / "bus.sock")

    asyncio.run(within())


def test_only_the_owner_may_use_the_socket(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path):
            modes.append(stat.S_IMODE(path.lstat().st_mode))  # noqa: ASYNC240

    modes: list[int] = []
    played(play, tmp_path)
    assert modes == [0o600]
    assert not (tmp_path / "bus.sock").exists()


def test_a_colleague_hears_of_a_killed_process(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path):
            colleague = SocketBus(path, "ben")
            colleague.start()
            heard = colleague.subscribe(pattern("main", kind=Kind.PRESENCE))
            clara = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", EMPLOYEE, str(path)), env={**os.environ, "PYTHONPATH": "."}
            )
            await until_said(heard, {"is": "here", "epoch": 1})
            clara.send_signal(signal.SIGKILL)
            await until_said(heard, {"is": "gone", "epoch": 1, "at": "now"})
            await clara.wait()
            await colleague.close()

    played(play, tmp_path)


def test_who_takes_leave_leaves_no_will(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path) as hub:
            watcher = hub.exchange.subscribe(PRESENCE)
            clara = SocketBus(path, "clara")
            clara.appear(PRESENCE, {"is": "here"}, {"is": "gone"})
            clara.start()
            await until_said(watcher, {"is": "here"})
            clara.publish(PRESENCE, {"is": "left"})
            await clara.close()
            await until_said(watcher, {"is": "left"})
            ben = SocketBus(path, "ben")
            begun = ben.subscribe(PRESENCE)
            ben.start()
            await anext(begun)  # by now the hub has seen clara's connection end
            await ben.close()
            assert [m.body for m in hub.exchange.kept(PRESENCE)] == [{"is": "left"}]

    played(play, tmp_path)


def test_a_wake_up_reaches_whom_it_is_for_and_a_new_subscription_begins_with_a_gap(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path) as hub:
            clara = SocketBus(path, "clara")
            woken = clara.subscribe(WAKE)
            clara.start()
            assert await anext(woken) == GAP
            hub.exchange.publish(topic("main", "ben", Kind.WAKE), {"up_to": 1})
            hub.exchange.publish(WAKE, {"up_to": 7})
            assert (await anext(woken)).body == {"up_to": 7}
            await clara.close()

    played(play, tmp_path)


def test_when_the_hub_is_away_it_comes_back_says_again_what_is_kept_and_asks_to_look(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        clara = SocketBus(path, "clara", first_s=0.01)
        clara.appear(PRESENCE, {"is": "here"}, {"is": "gone"})
        woken = clara.subscribe(WAKE)
        clara.start()
        for life in range(3):
            async with hub_at(path) as hub:
                seen = hub.exchange.subscribe(pattern("main", "clara"))
                await until_said(seen, {"is": "here"})
                clara.publish(EVENTS, {"journal": life})
                await until_said(seen, {"journal": life})
                hub.exchange.publish(WAKE, {"up_to": life})
                await until_said(woken, {"up_to": life})
            assert await anext(woken) == GAP  # each attempt in vain, and each connection, asks to look
        async with hub_at(path) as hub:
            seen = hub.exchange.subscribe(pattern("main", "clara"))
            await until_said(seen, {"journal": 2})
        await clara.close()

    played(play, tmp_path)


def test_a_slow_reader_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path) as hub:
            with socket.socket(socket.AF_UNIX) as stuck:  # subscribes, and never reads
                stuck.connect(str(path))
                asked = {"subscribe": 1, "pattern": pattern("main", kind=Kind.EVENTS), "group": ""}
                stuck.sendall(json.dumps(asked).encode() + b"\n")
                works = SocketBus(path, "works")
                heard = works.subscribe(EVENTS)
                works.start()
                await anext(heard)
                for number in range(5000):
                    hub.exchange.publish(EVENTS, {"journal": number, "padding": "x" * 500})
                    if number % 100 == 0:
                        await pause(0)
                await until_said(heard, {"journal": 4999, "padding": "x" * 500})
                await works.close()

    played(play, tmp_path)


def test_an_event_in_the_hands_of_a_killed_member_is_handed_to_another(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        groups = Groups(lambda _group: {}, lambda _group, _come: None)
        async with hub_at(path, groups) as hub:
            with socket.socket(socket.AF_UNIX) as dying:
                dying.connect(str(path))
                dying.sendall(json.dumps({"subscribe": 1, "pattern": EVENTS, "group": "audit"}).encode() + b"\n")
                hub.exchange.publish(EVENTS, {"ledger": 2})
                lines = dying.makefile()
                dying.setblocking(True)
                got = await asyncio.to_thread(lambda: [json.loads(lines.readline()) for _ in range(3)])
                assert [line["body"]["offset"] for line in got[1:]] == [1, 2]
                lines.close()
            living = SocketBus(path, "living")
            heard = living.subscribe(EVENTS, group="audit")
            living.start()
            assert await anext(heard) == GAP
            assert sorted([(await anext(heard)).body["offset"] for _ in range(2)]) == [1, 2]
            await living.close()

    played(play, tmp_path)


def test_nonsense_ends_only_the_connection_it_came_by(tmp_path: Path) -> None:
    async def play(path: Path) -> None:
        async with hub_at(path) as hub:
            for nonsense in (b"hello\n", b"[1]\n", b'{"publish":"x","body":{}}\n', b'{"done":4,"receipt":1}\n'):
                with socket.socket(socket.AF_UNIX) as wrong:
                    wrong.connect(str(path))
                    wrong.sendall(nonsense)
                    assert await asyncio.to_thread(wrong.recv, 10) == b""
            clara = SocketBus(path, "clara")
            woken = clara.subscribe(WAKE)
            clara.start()
            await anext(woken)
            hub.exchange.publish(WAKE, {"up_to": 1})
            assert (await anext(woken)).body == {"up_to": 1}
            await clara.close()

    played(play, tmp_path)
