"""What every bus does."""

from typing import Protocol

from runtime.bus.messages import Body
from runtime.bus.subscription import Subscription


class Bus(Protocol):
    """A bus, in one process, over a socket or by a broker. None of its methods waits."""

    def publish(self, topic: str, body: Body) -> bool:
        """Send a message; False if there is no connection now. It may be lost all the same: it is never the only copy.

        InputError for a topic that is none.
        """
        ...

    def subscribe(self, pattern: str, *, group: str = "") -> Subscription:
        """Hear what is published under a pattern, and at once the newest of the kinds in `KEPT`.

        With a `group` (of events only): each event, by its table and offset, from where the group stopped, each to one
        of its members; one whose member closes, or dies, before it said `done` goes to another (at least once).
        InputError for a pattern that is none, or where the bus has no groups.
        """
        ...

    def appear(self, topic: str, here: Body, will: Body) -> None:
        """Publish `here` on a topic of presence, now and after every reconnection; when the connection breaks without
        `close`, others hear `will`.
        """
        ...

    async def close(self) -> None:
        """End the connection in good order: there is no last will."""
        ...
