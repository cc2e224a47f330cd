"""Watching the bus from the command line."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empla.config import Home
from empla.errors import InputError, NotRunning
from empla.store.company import TENANT
from empla.store.minds import known_mind
from runtime.bus import events
from runtime.bus.client import SocketBus
from runtime.bus.employed import of
from runtime.bus.messages import ANY, Kind, Message, parts, pattern
from runtime.cli import printing


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is watched: employees (by slug), one kind or all, as a member of a group, from the beginning or from now."""

    slugs: Sequence[str]
    everybody: bool
    kind: str | None = None
    group: str = ""
    replay: bool = False

    @property
    def pattern(self) -> str:
        """The pattern of it on the bus."""
        kind = Kind.EVENTS if self.group else self.kind or ANY
        return pattern(TENANT, ANY if self.everybody else self.slugs[0], kind)


async def watch(home: Home, watched: Watched, *, as_json: bool) -> None:
    """Print what passes until interrupted; NotRunning if `up` does not run, or ends."""
    if watched.kind is not None and watched.kind not in set(Kind):
        raise InputError(f"there is no kind {watched.kind!r} of message", next_step=f"name one of {', '.join(Kind)}")
    if watched.group and (watched.replay or watched.kind not in (None, Kind.EVENTS)):
        raise InputError("a group reads events, from where it stopped", next_step="leave --kind and --replay out")
    shown = _Shown(home, as_json=as_json)
    if watched.replay and watched.kind in (None, Kind.EVENTS):
        for slug in watched.slugs:
            shown.replay(slug, {}, _offsets(home, slug))
    bus = SocketBus(home.bus, f"tail-{os.getpid()}")
    heard = bus.subscribe(watched.pattern, group=watched.group)
    if watched.group:
        for slug in watched.slugs:  # also of those who do not work now, and so do not say it themselves
            bus.publish(of(slug, Kind.EVENTS), _offsets(home, slug))
    bus.start()
    async for message in heard:
        if message.gap:
            if not bus.connected.is_set():
                raise NotRunning("empla is not running", next_step="start it with `empla up`")
        elif message.receipt:
            shown.one(message)
            heard.done(message.receipt)
        else:
            shown.message(message)


class _Shown:
    """What was printed so far: how far in each employee's tables."""

    def __init__(self, home: Home, *, as_json: bool) -> None:
        self._home = home
        self._as_json = as_json
        self._upto: dict[str, events.Offsets] = {}

    def message(self, message: Message) -> None:
        """Print one message; of events what is new since the last."""
        _, employee, kind = parts(message.topic)
        if kind is not Kind.EVENTS:
            self._print({"kind": kind, "employee": employee, **message.body})
        elif employee in self._upto:
            self.replay(employee, self._upto[employee], message.body)
        else:
            self._upto[employee] = message.body  # watched from here on

    def replay(self, employee: str, after: events.Offsets, upto: events.Offsets) -> None:
        """Print the events after some offsets, up to others."""
        with known_mind(self._home, employee) as store:
            for event in events.replay(store, after, upto) if store is not None else ():
                self._print({"kind": Kind.EVENTS, **event.as_data()})
        self._upto[employee] = upto

    def one(self, message: Message) -> None:
        """Print the one event that was handed to this reader."""
        employee = parts(message.topic)[1]
        event = events.one(self._home, employee, str(message.body["table"]), int(message.body["offset"]))
        if event is not None:
            self._print({"kind": Kind.EVENTS, **event.as_data()})

    def _print(self, said: Mapping[str, Any]) -> None:
        if self._as_json:
            print(json.dumps(said, ensure_ascii=False, default=str), flush=True)
            return
        rest = {key: value for key, value in said.items() if key not in ("kind", "employee", "at")}
        pairs = "  ".join(f"{key}={value}" for key, value in rest.items())
        printing.line(f"{str(said.get('at', ''))[11:19]:8} {said['employee']}: {said['kind']}  {pairs}")


def _offsets(home: Home, slug: str) -> events.Offsets:
    with known_mind(home, slug) as store:
        return events.offsets(store) if store is not None else {}
