"""The bus by a real broker: rights, presence, last wills, a broker that goes and comes, and an old one."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from empla.config import Home, Settings
from empla.errors import InputError
from runtime.bus import acl
from runtime.bus.acl import BrokerKind
from runtime.bus.broker import PASSWORD, Broker, broker, keep_password
from runtime.bus.messages import GAP, Kind, pattern, topic
from runtime.bus.mqtt import MqttBus
from runtime.bus.subscription import Subscription
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.skipif(mosquitto.PROGRAM is None, reason="mosquitto is not installed")

SLUGS = ("ben", "clara.diaz")
CLARA = {kind: topic("main", "clara.diaz", kind) for kind in Kind}
BEN = {kind: topic("main", "ben", kind) for kind in Kind}
HERE, GONE = {"is": "here", "epoch": 1}, {"is": "gone", "epoch": 1}

EMPLOYEE = """
import asyncio, json, sys
from pydantic import SecretStr
from runtime.bus.broker import Broker
from runtime.bus.mqtt import MqttBus

async def main():
    bus = MqttBus(Broker(**{**json.loads(sys.argv[1]), "password": SecretStr(sys.stdin.readline().strip())}), "clara")
    presence = "empla/main/clara.diaz/presence"
    bus.appear(presence, {"is": "here", "epoch": 2}, {"is": "gone", "epoch": 2})
    bus.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def supervisor(port: int, ca: Path) -> Broker:
    return Broker(
        host="127.0.0.1", port=port, tls=True, ca=str(ca), user="empla", password=SecretStr("the supervisor's own")
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    who = supervisor(0, Path())
    users, rights = (made(BrokerKind.MOSQUITTO, who, SLUGS) for made in (acl.users, acl.acl))
    with mosquitto.running(tmp_path_factory.mktemp("broker"), users=users, acl=rights) as running:
        yield running


@pytest.fixture
def known(server: Mosquitto) -> Broker:
    if server.process is None:
        server.start()
    return supervisor(server.port, server.ca)


def played(play: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(60):
            await play()

    asyncio.run(within())


async def until_said(subscription: Subscription, what: object) -> list[object]:
    """Return what came before the first message whose body is this."""
    before: list[object] = []
    async for message in subscription:
        if message.body == what:
            break
        before.append(message.body)
    return before


def test_an_employee_is_woken_and_heard_by_the_supervisor(known: Broker) -> None:
    async def play() -> None:
        up, clara = MqttBus(known, "up-1"), MqttBus(known.as_employee("clara.diaz"), "clara-1")
        news = up.subscribe(pattern("main"))
        woken = clara.subscribe(CLARA[Kind.WAKE])
        up.start()
        assert await anext(news) == GAP
        clara.appear(CLARA[Kind.PRESENCE], HERE, GONE)
        clara.start()
        assert await anext(woken) == GAP
        await until_said(news, HERE)
        up.publish(CLARA[Kind.WAKE], {"up_to": 3})
        assert (await anext(woken)).body == {"up_to": 3}
        clara.publish(CLARA[Kind.TELEMETRY], {"cycles": 1})
        await until_said(news, {"cycles": 1})
        clara.publish(CLARA[Kind.PRESENCE], {"is": "left", "epoch": 1})
        await clara.close()
        await until_said(news, {"is": "left", "epoch": 1})
        await up.close()

    played(play)


def test_an_employee_can_neither_read_nor_write_what_is_a_colleague_s(known: Broker, server: Mosquitto) -> None:
    async def play() -> None:
        up, ben, clara = (
            MqttBus(known, "up-2"),
            MqttBus(known.as_employee("ben"), "ben-2"),
            MqttBus(known.as_employee("clara.diaz"), "clara-2"),
        )
        seen, overheard, own = (
            up.subscribe(pattern("main")),
            ben.subscribe(pattern("main")),
            clara.subscribe(CLARA[Kind.WAKE]),
        )
        for bus in (up, ben, clara):
            bus.start()
            await bus.connected.wait()
        await anext(own)
        # Ben tries to speak for Clara, to wake her, and to listen to all of hers.
        for kind in Kind:
            ben.publish(CLARA[kind], {"forged": kind})
        clara.publish(CLARA[Kind.TELEMETRY], {"secret": 1})
        clara.publish(CLARA[Kind.EVENTS], {"journal": 1})
        up.publish(CLARA[Kind.WAKE], {"up_to": 9})
        assert (await anext(own)).body == {"up_to": 9}
        # What follows on the same connections is the sign that the rest has been dealt with.
        ben.publish(BEN[Kind.EVENTS], {"journal": 5})
        said = await until_said(seen, {"journal": 5})
        assert not any("forged" in body for body in said), said
        clara.publish(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 1})
        heard = await until_said(overheard, {"is": "here", "epoch": 1})
        assert not any({"secret", "journal", "up_to"} & set(body) for body in heard), heard
        for bus in (up, ben, clara):
            await bus.close()

    played(play)


def test_a_wrong_password_and_a_stranger_are_refused(known: Broker, server: Mosquitto) -> None:
    async def play() -> None:
        wrong = Broker(
            host=known.host, port=known.port, tls=True, ca=known.ca, user="empla", password=SecretStr("guessed")
        )
        stranger = Broker(
            host=known.host, port=known.port, tls=True, ca="", user=known.user, password=known.password
        )  # does not know the authority
        for one in (wrong, stranger):
            bus = MqttBus(one, "wrong", first_s=0.05)
            heard = bus.subscribe(pattern("main"))
            bus.start()
            for _ in range(2):
                assert await anext(heard) == GAP  # an attempt in vain
            assert not bus.connected.is_set()
            await bus.close()

    played(play)


def test_the_last_will_of_a_killed_process_is_heard_by_supervisor_and_colleagues(known: Broker) -> None:
    async def play() -> None:
        up, ben = MqttBus(known, "up-3"), MqttBus(known.as_employee("ben"), "ben-3")
        heard = [bus.subscribe(pattern("main", kind=Kind.PRESENCE)) for bus in (up, ben)]
        for bus in (up, ben):
            bus.start()
            await bus.connected.wait()
        clara = known.as_employee("clara.diaz")
        words = f'{{"host":"127.0.0.1","port":{clara.port},"tls":true,"ca":"{clara.ca}","user":"{clara.user}"}}'
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", EMPLOYEE, words), env={**os.environ, "PYTHONPATH": "."}, stdin=subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(clara.password.get_secret_value().encode() + b"\n")
        for one in heard:
            await until_said(one, {"is": "here", "epoch": 2})
        process.send_signal(signal.SIGKILL)
        for one in heard:
            await until_said(one, {"is": "gone", "epoch": 2})
        await process.wait()
        for bus in (up, ben):
            await bus.close()

    played(play)


def test_who_is_here_corrects_the_late_last_will_of_an_older_process(known: Broker) -> None:
    async def play() -> None:
        up = MqttBus(known, "up-4")
        heard = up.subscribe(CLARA[Kind.PRESENCE])
        up.start()
        await up.connected.wait()
        clara = MqttBus(known.as_employee("clara.diaz"), "clara-8")
        clara.appear(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 8}, {"is": "gone", "epoch": 8})
        clara.start()
        await until_said(heard, {"is": "here", "epoch": 8})
        old = MqttBus(known.as_employee("clara.diaz"), "clara-7")
        old.start()
        await old.connected.wait()
        old.publish(CLARA[Kind.PRESENCE], {"is": "gone", "epoch": 7})
        await until_said(heard, {"is": "here", "epoch": 8})
        for bus in (old, clara, up):
            await bus.close()

    played(play)


def test_a_broker_that_goes_and_comes_is_found_again_and_everybody_looks(known: Broker, server: Mosquitto) -> None:
    async def play() -> None:
        up = MqttBus(known, "up-5", first_s=0.05)
        clara = MqttBus(known.as_employee("clara.diaz"), "clara-5", first_s=0.05)
        clara.appear(CLARA[Kind.PRESENCE], HERE, GONE)
        woken, seen = clara.subscribe(CLARA[Kind.WAKE]), up.subscribe(pattern("main", "clara.diaz"))
        for bus in (up, clara):
            bus.start()
        for life in range(1, 4):
            await until_said(seen, HERE)
            await clara.connected.wait()
            up.publish(CLARA[Kind.WAKE], {"up_to": life})
            await until_said(woken, {"up_to": life})
            server.stop()
            assert await anext(woken) == GAP
            up.publish(CLARA[Kind.WAKE], {"up_to": 100 + life})
            await asyncio.to_thread(server.start)
            # It waited, and is sent when the broker is back; or it is lost, and the gap says to look all the same.
            assert await anext(woken) == GAP
        for bus in (up, clara):
            await bus.close()

    played(play)


def test_a_broker_that_speaks_only_3_1_1_is_spoken_to_in_it() -> None:
    """An old broker refuses version 5 by a number, and takes version 4."""
    versions: list[int] = []

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listening.accept()
            with connection:
                packet = connection.recv(1024)
                versions.append(packet[8])
                connection.sendall(b"\x20\x02\x00\x00" if packet[8] == 4 else b"\x20\x02\x00\x01")
                if packet[8] == 4:
                    connection.recv(1024)

    async def play(port: int) -> None:
        old = Broker(host="127.0.0.1", port=port, tls=False, ca="", user="", password=SecretStr(""))
        bus = MqttBus(old, "clara", first_s=0.01)
        bus.start()
        await bus.connected.wait()
        await bus.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve, args=(listening,))
        serving.start()
        played(lambda: play(listening.getsockname()[1]))
        serving.join()
    assert versions == [5, 4]


def test_the_password_is_given_once_and_kept_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    settings = Settings(bus="mqtts://empla@broker.example")
    with pytest.raises(InputError, match="password"):
        broker(home, settings)
    monkeypatch.setenv(PASSWORD, "tell nobody")
    keep_password(home)
    assert PASSWORD not in os.environ, "no child inherits it"
    found = broker(home, settings)
    assert found is not None
    assert (found.host, found.port, found.user) == ("broker.example", 8883, "empla")
    assert found.password.get_secret_value() == "tell nobody"
    assert b"tell nobody" not in home.bus_secret.read_bytes()
    assert home.bus_secret.stat().st_mode & 0o077 == 0
    assert "tell nobody" not in repr(found)
    clara, ben = (found.as_employee(slug) for slug in ("clara", "ben"))
    assert clara.user == "empla.clara"
    assert len({one.password.get_secret_value() for one in (found, clara, ben)}) == 3


@pytest.mark.parametrize(
    "wrong", ["mqtt://broker.example", "http://127.0.0.1", "mqtts://u:p@broker.example", "mqtts://", "mqtts://h/path"]
)
def test_what_is_no_safe_broker_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="give"):
        Settings(bus=wrong)


def test_rights_and_users_for_emqx() -> None:
    who = supervisor(0, Path())
    rights = acl.acl(BrokerKind.EMQX, who, ["ben"])
    assert rights.splitlines() == [
        '{allow, {username, "empla"}, subscribe, ["empla/main/#"]}.',
        '{allow, {username, "empla"}, publish, ["empla/main/+/wake"]}.',
        '{allow, {username, "empla.ben"}, subscribe, ["empla/main/ben/wake", "empla/main/+/presence"]}.',
        '{allow, {username, "empla.ben"}, publish, ["empla/main/ben/presence", "empla/main/ben/telemetry", '
        '"empla/main/ben/events"]}.',
        "{deny, all}.",
    ]
    users = acl.users(BrokerKind.EMQX, who, ["ben"])
    assert users.startswith("user_id,password_hash,salt,is_superuser\nempla,")
    assert "the supervisor" not in users
