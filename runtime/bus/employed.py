"""An employee's end of the bus: it is here, it is woken, and it says when it leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from empla.config import load_settings
from empla.store.company import TENANT
from runtime.bus.broker import broker
from runtime.bus.client import SocketBus
from runtime.bus.linked import LinkedBus
from runtime.bus.messages import Kind, Standing, topic
from runtime.bus.mqtt import MqttBus
from runtime.bus.subscription import Subscription
from runtime.seat import Seat


@asynccontextmanager
async def on_the_bus(seat: Seat, bus: LinkedBus, look: Callable[[], None]) -> AsyncIterator[None]:
    """Be on the bus while inside; `look` is called whenever somebody put something into the inbox, or may have.

    Who leaves by an error is gone, not one who left.
    """
    presence = topic(TENANT, seat.slug, Kind.PRESENCE)

    def says(standing: Standing) -> dict[str, Any]:
        return {"is": standing, "epoch": seat.epoch, "at": seat.clock.now().isoformat(timespec="seconds")}

    bus.appear(presence, says(Standing.HERE), {"is": Standing.GONE, "epoch": seat.epoch})
    woken = bus.subscribe(topic(TENANT, seat.slug, Kind.WAKE))
    listening = asyncio.create_task(_listen(woken, look), name="woken by the bus")
    bus.start()
    end = Standing.GONE
    try:
        yield
        end = Standing.LEFT
    finally:
        bus.publish(presence, says(end))
        await bus.close()
        await listening


def own_end(seat: Seat) -> LinkedBus:
    """Return its end, not begun yet: at the broker, if there is one, else at the supervisor's socket."""
    name = f"empla-{seat.slug}-{seat.epoch}"
    known = broker(seat.home, load_settings(seat.home))
    return SocketBus(seat.home.bus, name) if known is None else MqttBus(known.as_employee(seat.slug), name)


async def _listen(woken: Subscription, look: Callable[[], None]) -> None:
    """Look when there is something new; a number that was looked for already needs no second look."""
    seen = 0
    async for message in woken:
        up_to = int(message.body.get("up_to", 0))
        if up_to == 0 or up_to > seen:
            seen = max(seen, up_to)
            look()


def of(slug: str, kind: Kind) -> str:
    """Return the topic of one kind of an employee of this home."""
    return topic(TENANT, slug, kind)
