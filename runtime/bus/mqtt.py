"""The bus by a broker: MQTT 5 where it speaks that, else 3.1.1. aiomqtt is imported on first use.

Presence and events are retained, so who subscribes later hears them; presence is also the last will. The broker tells
a last will of an older process after its successor has come, if that died late: whoever is here hears its own presence
too, and says again that it is here. `wake`, presence and events go with QoS 1, telemetry with 0.
"""

import asyncio
import contextlib
import functools
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final

from empla.errors import EmplaError, InputError
from runtime import logs
from runtime.bus.broker import Broker
from runtime.bus.linked import FIRST_S, LinkedBus, LinkLost, cancelled
from runtime.bus.messages import GAP, KEPT, Kind, Message, fits, parts
from runtime.bus.subscription import Subscription

if TYPE_CHECKING:
    import aiomqtt

LARGEST: Final = 1 << 20
"""Bytes of the largest message that is taken from a broker."""

_KEEPALIVE_S: Final = 30
_ANSWER_S: Final = 5.0
_QOS: Final = {Kind.WAKE: 1, Kind.PRESENCE: 1, Kind.EVENTS: 1, Kind.TELEMETRY: 0}
_UNKNOWN_VERSION: Final = (1, 132)  # of MQTT 3.1.1 and 5

_QUIET: Final = logging.getLogger("empla.mqtt")
_QUIET.setLevel(logging.CRITICAL)  # that a connection is away is said once, by `LinkedBus`

log = logs.get(__name__)


class MqttBus(LinkedBus):
    """One end of the bus at a broker; see `LinkedBus`. `name` is its client id: a broker ends the older of two."""

    def __init__(self, broker: Broker, name: str, *, first_s: float = FIRST_S) -> None:
        """Make one; InputError if aiomqtt is not installed."""
        super().__init__(name, first_s=first_s)
        _library()
        self._broker = broker
        self._client: aiomqtt.Client | None = None
        self._asked: asyncio.Queue[tuple[int, Subscription]] = asyncio.Queue()
        self._version = 5
        self._leaving = False

    async def _link(self) -> None:
        library = _library()
        try:
            async with self._connection() as client:
                await self._greet(client)
                work = [self._send(client), self._hear(client), self._subscribe_asked(client)]
                await _first_to_fail([asyncio.create_task(one) for one in work])
        except library.MqttCodeError as error:
            if _number(error.rc) in _UNKNOWN_VERSION and self._version == 5 and not self.connected.is_set():
                self._version = 4
            raise LinkLost(str(error)) from error
        except (library.MqttError, OSError) as error:
            raise LinkLost(str(error)) from error
        finally:
            self.connected.clear()
            self._client = None

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator["aiomqtt.Client"]:
        library = _library()
        will = None
        if self._presence is not None:
            topic, _, last = self._presence
            will = library.Will(topic, json.dumps(last), qos=1, retain=True)
        five = self._version == 5
        clean: dict[str, Any] = {"clean_start": True} if five else {"clean_session": True}
        client = _client()(
            self._broker.host,
            self._broker.port,
            username=self._broker.user or None,
            password=self._broker.password.get_secret_value() or None,
            identifier=self._name,
            protocol=library.ProtocolVersion.V5 if five else library.ProtocolVersion.V311,
            will=will,
            tls_context=await asyncio.to_thread(ssl.create_default_context, cafile=self._broker.ca or None)
            if self._broker.tls
            else None,
            keepalive=_KEEPALIVE_S,
            timeout=_ANSWER_S,
            logger=_QUIET,
            **clean,
        )
        async with client:
            yield client

    async def _greet(self, client: "aiomqtt.Client") -> None:
        """Say that this one is here, and subscribe: its own presence last, for that is what it then corrects."""
        self._client = client
        while not self._asked.empty():
            self._asked.get_nowait()
        for subscription in list(self._subscriptions.values()):
            await client.subscribe(subscription.pattern, qos=1)
        if self._presence is not None:
            topic, here, _ = self._presence
            await client.publish(topic, json.dumps(here), qos=1, retain=True)
            await client.subscribe(topic, qos=1)
        self._is_up()
        for subscription in self._subscriptions.values():
            subscription.put(GAP)

    async def _send(self, client: "aiomqtt.Client") -> None:
        async for message in self._outgoing:
            await _publish(client, message)

    async def _hear(self, client: "aiomqtt.Client") -> None:
        async for heard in client.messages:
            message = _message(str(heard.topic), heard.payload)
            if message is None:
                continue
            for subscription in list(self._subscriptions.values()):
                if fits(subscription.pattern, message.topic):
                    subscription.put(message)
            self._correct(message)

    def _correct(self, message: Message) -> None:
        """Say again that this one is here, if the last will of an older process says otherwise."""
        if self._presence is None or self._leaving or message.topic != self._presence[0]:
            return
        topic, here, _ = self._presence
        if message.body != here and message.body.get("epoch", 0) <= here.get("epoch", 0):
            self._outgoing.put(Message(topic=topic, body=here))

    async def _subscribe_asked(self, client: "aiomqtt.Client") -> None:
        while True:
            _, subscription = await self._asked.get()
            await client.subscribe(subscription.pattern, qos=1)
            subscription.put(GAP)

    async def _take_leave(self) -> None:
        library = _library()
        self._leaving = True
        if self._client is not None:
            try:
                while len(self._outgoing):
                    await _publish(self._client, await anext(self._outgoing))
            except library.MqttError as error:
                raise LinkLost(str(error)) from error

    def subscribe(self, pattern: str, *, group: str = "") -> Subscription:
        """Hear what is published under a pattern; groups are kept where the tables lie, by `empla up`."""
        if group:
            raise InputError("a broker keeps no groups of ours", next_step="join it at the socket of `empla up`")
        return super().subscribe(pattern)

    def _begin(self, number: int, subscription: Subscription) -> None:
        self._asked.put_nowait((number, subscription))

    def _end(self, number: int) -> None:
        return  # others may hear the same pattern; what nobody here hears is dropped

    def _say_done(self, number: int, receipt: int) -> None:
        return  # without groups nothing waits for it


def _library() -> Any:
    try:
        import aiomqtt
    except ModuleNotFoundError as error:
        raise InputError("a bus by MQTT needs a library", next_step="pip install 'empla[mqtt]'") from error
    return aiomqtt


def _if_open(sock: Any, number: int, begin: Callable[[int], None]) -> None:
    if sock.fileno() == number:
        begin(number)


@functools.cache
def _client() -> "type[aiomqtt.Client]":
    """Return aiomqtt's client, made careful with its sockets.

    It connects in a thread, and has the loop watch the socket a moment later. A broker that dies in that moment leaves
    it watching the number of a closed socket, which is soon another's: a loop that never rests (seen in aiomqtt 2.5).
    Here the loop looks whether the socket is still open first.
    """
    import aiomqtt

    class Careful(aiomqtt.Client):
        async def __aexit__(self, *error: Any) -> None:
            try:
                await super().__aexit__(*error)
            finally:
                if self._disconnected.done() and not self._disconnected.cancelled():
                    self._disconnected.exception()  # seen: whoever used the connection has met it already

        def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:
            def read() -> None:
                while client.loop_read() == 0 and getattr(sock, "pending", int)() > 0:
                    continue

            def begin(number: int) -> None:
                self._loop.add_reader(number, self._carefully, read)
                self._misc_task = self._loop.create_task(self._misc_loop())

            self._loop.call_soon_threadsafe(_if_open, sock, sock.fileno(), begin)

        def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
            def begin(number: int) -> None:
                self._loop.add_writer(number, self._carefully, client.loop_write)

            self._loop.call_soon_threadsafe(_if_open, sock, sock.fileno(), begin)

        def _carefully(self, work: Callable[[], object]) -> None:
            try:
                work()
            except Exception as error:  # the connection broke in the middle of it
                if not self._disconnected.done():
                    self._disconnected.set_exception(error)

    return Careful


async def _publish(client: "aiomqtt.Client", message: Message) -> None:
    kind = parts(message.topic)[2]
    body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"))
    await client.publish(message.topic, body, qos=_QOS[kind], retain=kind in KEPT)


def _message(topic: str, payload: Any) -> Message | None:
    """Return what a broker brought, None if it is no message of ours: anybody with rights there may send anything."""
    try:
        parts(topic)
        body = json.loads(payload) if isinstance(payload, bytes) and len(payload) <= LARGEST else None
    except (EmplaError, ValueError):
        body = None
    if isinstance(body, dict):
        return Message(topic=topic, body=body)
    if payload:  # an empty one takes back what was retained
        log.warning("a message on the bus cannot be read", topic=topic)
    return None


async def _first_to_fail(tasks: list[asyncio.Task[None]]) -> None:
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await cancelled(tasks)


def _number(code: Any) -> int:
    return int(getattr(code, "value", code) or 0)
