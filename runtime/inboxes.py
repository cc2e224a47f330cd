"""Putting a percept into an employee's inbox from outside its process: for HR and for people's commands."""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.engine import inbox
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.minds import open_mind_inbox


def sender(home: Home) -> Callable[[str, str, str, Mapping[str, Any]], None]:
    """Return a function (slug, key, kind, fields) that inserts a percept of the company's own, once for each key."""
    clock = SystemClock(home.clock)

    def send_percept(slug: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
        with closing(open_mind_inbox(home, slug)) as store:
            inbox.send(store, Percept(key=key, kind=kind, fields=fields, origin=OWN), clock.now())

    return send_percept
