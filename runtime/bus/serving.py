"""The bus as `empla up` runs it: the exchange and its socket, who is here, and waking somebody.

With a broker, employees are reached by it, and what they say there is handed on here, so that whoever watches at the
socket sees the same; groups of readers are kept here in both cases, beside the tables.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from empla.clock import Clock
from empla.config import TENANT, Home, Settings
from runtime.bus.broker import broker, keep_password
from runtime.bus.groups import Groups, Place
from runtime.bus.hub import Hub
from runtime.bus.local import Exchange
from runtime.bus.messages import Body, Kind, Standing, parts, pattern, topic
from runtime.bus.mqtt import MqttBus
from runtime.bus.subscription import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of an employee's presence: where it stands, and since when (ISO 8601)."""

    standing: Standing
    since: str


class BusService:
    """The supervisor's bus, for one home. The caller holds the home's lock."""

    def __init__(self, home: Home, settings: Settings, clock: Clock) -> None:
        self._home = home
        self._settings = settings
        self._groups = Groups(self._read_upto, self._note_read)
        self.exchange = Exchange(self._groups, now=lambda: clock.now().isoformat(timespec="seconds"))
        self._hub = Hub(self.exchange, home.bus)
        self._broker: MqttBus | None = None
        self._handing_on: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen; before the first employee is started. InputError if the broker's password is not known."""
        keep_password(self._home)
        known = broker(self._home, self._settings)
        if known is not None:
            self._broker = MqttBus(known, f"empla-up-{os.uname().nodename}-{os.getpid()}")
            for kind in (Kind.PRESENCE, Kind.TELEMETRY, Kind.EVENTS):
                heard = self._broker.subscribe(pattern(TENANT, kind=kind))
                self._handing_on.append(asyncio.create_task(self._hand_on(heard), name=f"bus {kind}"))
            self._broker.start()
        await self._hub.start()

    async def stop(self) -> None:
        """End; after the last employee has ended."""
        if self._broker is not None:
            await self._broker.close()
        await asyncio.gather(*self._handing_on)
        await self._hub.stop()
        await self._groups.close()

    async def _hand_on(self, heard: Subscription) -> None:
        async for message in heard:
            if message.gap:
                continue
            body = message.body
            if parts(message.topic)[2] is Kind.PRESENCE and "at" not in body:
                body = {**body, "at": self.exchange.now()}  # a last will is written before it is known when
            self.exchange.publish(message.topic, body)

    def _read_upto(self, reader: str) -> Mapping[Place, int]:
        from empla.store.company import CompanyStore  # the supervisor begins before it has a database

        with CompanyStore(self._home.company_db) as store, store.reading() as company:
            return company.read_upto(reader)

    def _note_read(self, reader: str, upto: Mapping[Place, int]) -> None:
        from empla.store.company import CompanyStore

        with CompanyStore(self._home.company_db) as store, store.writing() as company:
            company.note_read(reader, upto)

    def wake(self, slug: str, up_to: int) -> bool:
        """Have an employee look into its inbox; False if the bus cannot reach it now."""
        where, body = topic(TENANT, slug, Kind.WAKE), {"up_to": up_to}
        self.exchange.publish(where, body)
        here = self.presence(slug)
        told = self._broker is None or self._broker.publish(where, body)
        return told and here is not None and here.standing is Standing.HERE

    def presence(self, slug: str) -> Presence | None:
        """Return what is known of an employee's presence, None if it was never here."""
        kept = self.exchange.kept(topic(TENANT, slug, Kind.PRESENCE))
        return _presence(kept[0].body) if kept else None


def _presence(body: Body) -> Presence | None:
    """Return what a message says, None if that is nonsense: anybody with rights at a broker may send any."""
    if body.get("is") not in set(Standing):
        return None
    return Presence(standing=Standing(body["is"]), since=str(body.get("at", "")))
