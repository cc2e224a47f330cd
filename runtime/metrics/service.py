"""Metrics and health as `empla up` runs them: nothing at all unless a port is set."""

from typing import TYPE_CHECKING

from empla.clock import Clock
from empla.config import Home, Settings
from runtime.bus.local import Exchange
from runtime.metrics.health import health
from runtime.supervisor.supervisor import Supervisor

if TYPE_CHECKING:
    from runtime.metrics.gathering import Seen
    from runtime.metrics.serving import MetricsServer


class MetricsService:
    """Shows the figures of one supervisor's company, if the settings name a port."""

    def __init__(
        self, home: Home, settings: Settings, clock: Clock, exchange: Exchange, supervisor: Supervisor
    ) -> None:
        self._home = home
        self._settings = settings
        self._clock = clock
        self._exchange = exchange
        self._supervisor = supervisor
        self._server: MetricsServer | None = None

    async def start(self) -> None:
        """Begin; ResourceError if the port is taken."""
        if not self._settings.metrics_port:
            return
        from runtime.metrics.gathering import Gatherer
        from runtime.metrics.serving import MetricsServer

        gatherer = Gatherer(self._home, self._clock, self._exchange, self._staff)
        self._server = MetricsServer(self._home, self._settings, gatherer, lambda: health(self._supervisor, self._home))
        self._server.start()

    async def stop(self) -> None:
        """End."""
        if self._server is not None:
            await self._server.stop()

    def _staff(self) -> "list[Seen]":
        from runtime.metrics.gathering import Seen

        return [
            Seen(slug=keeper.entry.slug, state=keeper.state.value, pid=keeper.pid, restarts=keeper.restarts)
            for keeper in self._supervisor.keepers
        ]
