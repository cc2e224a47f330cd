"""All figures of a company at one moment: employees' snapshots, what the supervisor knows, what the tables say."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from empla.clock import Clock
from empla.config import Home
from empla.store.company import TENANT
from runtime.bus.local import Exchange
from runtime.bus.messages import Kind, Message, parts, pattern
from runtime.metrics.tables import Queues, age_s, queues
from runtime.supervisor import memory

KINDS: Final = ("counter", "gauge", "histogram")
"""What an employee's snapshot may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the supervisor knows of one employee: its slug, state, process, and how often it was restarted."""

    slug: str
    state: str
    pid: int | None
    restarts: int


class Gatherer:
    """Keeps the newest snapshot of each employee, and answers with everything there is; `staff` is asked each time."""

    def __init__(self, home: Home, clock: Clock, exchange: Exchange, staff: Callable[[], Sequence[Seen]]) -> None:
        self._home = home
        self._clock = clock
        self._staff = staff
        self._heard = exchange.subscribe(pattern(TENANT, kind=Kind.TELEMETRY))
        self._newest: dict[str, Message] = {}
        self._listening = asyncio.create_task(self._listen(), name="metrics")

    async def close(self) -> None:
        """Listen no more."""
        self._heard.close()
        await self._listening

    async def shown(self, accept: str) -> tuple[bytes, str]:
        """Return the figures as whoever asks wants them (Prometheus' text, or OpenMetrics), and their content type."""
        staff = self._staff()
        looked = await asyncio.to_thread(self._look, staff)
        registry = CollectorRegistry()
        registry.register(_Families([*self._counted(staff), *looked]))
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    async def _listen(self) -> None:
        async for message in self._heard:
            if not message.gap:
                self._newest[parts(message.topic)[1]] = message

    def _counted(self, staff: Sequence[Seen]) -> Iterable[Metric]:
        """Return what the employees counted, family by family."""
        families: dict[str, Metric] = {}
        for seen in staff:
            message = self._newest.get(seen.slug)
            told = message.body.get("families") if message is not None else None
            for family in told if isinstance(told, list) else ():
                _merge(families, family, seen.slug)
        return families.values()

    def _look(self, staff: Sequence[Seen]) -> list[Metric]:
        """Look at processes and tables, in a thread."""
        now = self._clock.now()
        return [
            *_of_processes(staff, self._heard.dropped),
            *_of_tables([(seen.slug, found) for seen in staff if (found := queues(self._home, seen.slug))], now),
        ]


class _Families(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _merge(families: dict[str, Metric], family: Any, slug: str) -> None:
    """Add what one employee says of a family; nonsense is left out: anybody with rights at a broker may send any."""
    try:
        name, kind, told = str(family["name"]), str(family["type"]), str(family["help"])
        samples = [
            (str(sample), {**{str(k): str(v) for k, v in labels.items()}, "employee": slug}, float(value))
            for sample, labels, value in family["samples"]
        ]
        known = families.get(name) or Metric(name, told, kind)
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    if kind not in KINDS or not name.startswith("empla_"):
        return
    families[name] = known
    for sample, labels, value in samples:
        known.add_sample(sample, labels, value)


def _of_processes(staff: Sequence[Seen], dropped: int) -> list[Metric]:
    states = GaugeMetricFamily("empla_employee_state", "1 for the state of an employee.", labels=["employee", "state"])
    restarts = CounterMetricFamily("empla_restarts", "Restarts of an employee's process.", labels=["employee"])
    private = GaugeMetricFamily(
        "empla_process_private_memory_bytes", "Memory that ends with the process.", labels=["employee"]
    )
    shared = GaugeMetricFamily(
        "empla_process_proportional_memory_bytes", "Memory, with its part of what is shared.", labels=["employee"]
    )
    lost = CounterMetricFamily("empla_telemetry_dropped", "Snapshots that came too fast.", value=dropped)
    for seen in staff:
        states.add_metric([seen.slug, seen.state], 1)
        restarts.add_metric([seen.slug], seen.restarts)
        cost = memory.of(seen.pid) if seen.pid is not None else None
        if cost is not None:
            private.add_metric([seen.slug], cost.private * 1024)
            shared.add_metric([seen.slug], cost.proportional * 1024)
    return [states, restarts, private, shared, lost]


def _of_tables(found: Sequence[tuple[str, Queues]], now: datetime) -> list[Metric]:
    waiting = GaugeMetricFamily("empla_inbox_percepts", "Percepts that wait to be handled.", labels=["employee"])
    inbox_age = GaugeMetricFamily("empla_inbox_oldest_seconds", "Age of the oldest of them.", labels=["employee"])
    outbox = GaugeMetricFamily("empla_outbox_actions", "Actions by state.", labels=["employee", "state"])
    outbox_age = GaugeMetricFamily("empla_outbox_oldest_seconds", "Age of the oldest open action.", labels=["employee"])
    intentions = GaugeMetricFamily("empla_intentions", "Intentions that are not over.", labels=["employee", "state"])
    aside = GaugeMetricFamily("empla_percepts_set_aside", "Percepts that wait for a person.", labels=["employee"])
    for slug, queue in found:
        waiting.add_metric([slug], queue.inbox)
        inbox_age.add_metric([slug], age_s(queue.inbox_since, now))
        outbox_age.add_metric([slug], age_s(queue.outbox_since, now))
        aside.add_metric([slug], queue.set_aside)
        for state, count in queue.actions.items():
            outbox.add_metric([slug, state], count)
        for stage, count in queue.intentions.items():
            intentions.add_metric([slug, stage], count)
    return [waiting, inbox_age, outbox, outbox_age, intentions, aside]
