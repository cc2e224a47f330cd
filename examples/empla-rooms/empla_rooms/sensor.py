"""Notices that somebody else has changed a reservation.

It asks once and the service answers when there is something: an idle employee costs nothing. Each change has a number,
so the percept's key is the same if it is noticed twice, and the number of the last is the cursor, which is committed
together with the percepts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from empla.capabilities.contract import Noticed, Place
from empla_rooms import site

CHANGED: Final = "room-changed"
"""Kind of the percept; fields `number` (of the reservation), `room`, `was`."""
_WAIT_S: Final = 25.0


class ChangesSensor:
    """Watches the service's list of changes."""

    name = "rooms.changes"

    async def watch(
        self,
        place: Place,
        cursor: Mapping[str, Any] | None,
        deliver: Callable[[Sequence[Noticed]], Awaitable[None]],
    ) -> None:
        """Run until cancelled. Whatever is raised is the engine's to handle: it starts this again, after a pause."""
        if not site.configured():
            await asyncio.Event().wait()
        seen: int = cursor["last"] if cursor else 0
        while True:
            found = await site.changes(seen, _WAIT_S)
            await deliver([_noticed(change) for change in found["changes"]])  # committed when this returns
            seen = found["last"]


def _noticed(change: Mapping[str, Any]) -> Noticed:
    fields = {name: change[name] for name in ("number", "room", "was")}
    return Noticed(key=f"{CHANGED}:{change['change']}", kind=CHANGED, fields=fields, cursor={"last": change["change"]})
