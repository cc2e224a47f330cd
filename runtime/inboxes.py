"""Putting a percept into an employee's inbox from outside its process: for HR and for people's commands."""

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.engine import inbox
from empla.errors import EmplaError
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.minds import open_mind_inbox
from runtime import control


def wake(home: Home, slug: str, up_to: int = 0) -> bool:
    """Have an employee look into its inbox, up to a number (0: all of it), where `up` runs; return whether it works.

    Nothing depends on it: one that is not told now looks when it begins, or when it is back on the bus.
    """
    with suppress(EmplaError):
        control.call(home, "wake", {"name": slug, "up_to": up_to})
        return True
    return False


def sender(home: Home) -> Callable[[str, str, str, Mapping[str, Any]], None]:
    """Return a function (slug, key, kind, fields) that inserts a percept of the company's own, once for each key.

    Who works is woken.
    """
    clock = SystemClock(home.clock)

    def send_percept(slug: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
        with closing(open_mind_inbox(home, slug)) as store:
            inbox.send(store, Percept(key=key, kind=kind, fields=fields, origin=OWN), clock.now())
            newest = store.find("percept", (), ("seq",), limit=1, newest=True)
        wake(home, slug, newest[0].seq)

    return send_percept
