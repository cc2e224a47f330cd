"""The bus as `empla up` runs it: the exchange and its socket, who is here, and waking somebody."""

from dataclasses import dataclass

from empla.clock import Clock
from empla.config import Home
from empla.store.company import TENANT
from runtime.bus.hub import Hub
from runtime.bus.local import Exchange
from runtime.bus.messages import Body, Kind, Standing, topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of an employee's presence: where it stands, since when (ISO 8601), and of which epoch."""

    standing: Standing
    since: str
    epoch: int


class BusService:
    """The supervisor's bus, for one home. The caller holds the home's lock."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self.exchange = Exchange(now=lambda: clock.now().isoformat(timespec="seconds"))
        self._hub = Hub(self.exchange, home.bus)

    async def start(self) -> None:
        """Listen; before the first employee is started."""
        await self._hub.start()

    async def stop(self) -> None:
        """End; after the last employee has ended."""
        await self._hub.stop()

    def wake(self, slug: str, up_to: int) -> bool:
        """Have an employee look into its inbox; False if the bus cannot reach it now."""
        here = self.presence(slug)
        self.exchange.publish(topic(TENANT, slug, Kind.WAKE), {"up_to": up_to})
        return here is not None and here.standing is Standing.HERE

    def presence(self, slug: str) -> Presence | None:
        """Return what is known of an employee's presence, None if it was never here."""
        kept = self.exchange.kept(topic(TENANT, slug, Kind.PRESENCE))
        return _presence(kept[0].body) if kept else None


def _presence(body: Body) -> Presence:
    return Presence(standing=Standing(body["is"]), since=str(body.get("at", "")), epoch=int(body.get("epoch", 0)))
