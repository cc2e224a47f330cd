"""Publishing what may be shared, while nothing else is to do, and at once where something was forgotten."""

from datetime import datetime

import structlog

from empla.engine import failing
from empla.errors import EmplaError
from empla.memory.sharing.pools import Pools
from empla.memory.sharing.publishing import publish_some
from empla.memory.sharing.shared import wipe
from empla.store.store import Store

log = structlog.get_logger()


class Sharing:
    """Publishes what one employee shares. Without `pools` there is nobody to share with; it costs nothing then."""

    def __init__(self, store: Store, pools: Pools | None) -> None:
        self._store = store
        self._pools = pools
        self._news = True  # whether anything may have come since there was nothing to publish

    def happened(self) -> None:
        """Note that something was done or told."""
        self._news = True

    def piece(self, at: datetime) -> bool:
        """Publish the next memories; return whether there may be more. A pool that cannot be used stops nobody."""
        if self._pools is None or not self._news:
            return False
        try:
            self._news = self._publish(at)
        except failing.WAITS_IN_CYCLE:
            raise
        except EmplaError as error:
            self._news = False
            log.warning("nothing can be shared", why=error.sentence, next_step=error.next_step)
        return self._news

    def all(self, at: datetime) -> None:
        """Publish everything that is to be, withdrawn words too."""
        while self._publish(at):
            continue

    def _publish(self, at: datetime) -> bool:
        pools = self._pools
        return pools is not None and publish_some(self._store, pools, at, wiped=lambda pool: wipe(pools, pool))
