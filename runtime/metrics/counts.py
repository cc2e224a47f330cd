"""What one employee counts of its own work."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from empla.capabilities.contract import Effect
from empla.clock import Clock
from empla.engine import inbox
from empla.engine.telemetry import Telemetry
from empla.mind import codec
from empla.store.store import Store

EVERY_S: Final = 5.0
"""Seconds between two snapshots, at least."""

OTHER: Final = "other"
"""What stands for values of a label beyond the first `VALUES`: a plug-in may bring any number of kinds."""
VALUES: Final = 60

AGES: Final = (0.05, 0.2, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 86400.0)
TIMES: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 1.0)
_OUTWARD: Final = frozenset({Effect.ACT.value, Effect.TELL.value})

Snapshot = list[dict[str, Any]]
"""Families as JSON can say them: name, kind, help, and samples of (name, labels, value)."""


class Counts(Telemetry):
    """Counts one employee's work, and publishes snapshots of it while there is something new."""

    def __init__(self, store: Store, clock: Clock, publish: Callable[[Snapshot], object]) -> None:
        self._store = store
        self._clock = clock
        self._publish = publish
        self._changed = False
        self._timer: asyncio.TimerHandle | None = None
        self._published = float("-inf")
        self._known: dict[str, set[str]] = {}
        self._states: dict[str, str] = {}
        self._registry = made = CollectorRegistry()
        self._cycles = Counter("empla_cycles", "Cycles of thought.", registry=made)
        self._cycle_time = Histogram(
            "empla_cycle_seconds", "Real time of a cycle, its share of the commit too.", registry=made, buckets=TIMES
        )
        self._percepts = Counter("empla_percepts", "Percepts that were handled.", ["kind"], registry=made)
        self._ages = Histogram(
            "empla_percept_age_seconds",
            "Time from when a percept was noticed until it was handled.",
            ["kind"],
            registry=made,
            buckets=AGES,
        )
        self._intentions = Counter("empla_intentions_ended", "Intentions that ended.", ["state"], registry=made)
        self._actions = Counter("empla_actions", "Actions that ended.", ["operation", "outcome"], registry=made)
        self._retries = Counter("empla_retries", "Attempts to be made again.", ["operation", "code"], registry=made)
        self._latency = Histogram(
            "empla_event_to_act_seconds",
            "Time from when the first percept was noticed until the act it led to was done.",
            ["operation"],
            registry=made,
            buckets=AGES,
        )
        self._integrations = Gauge(
            "empla_integration_state", "1 for the state in which an integration is.", ["integration", "state"],
            registry=made,
        )  # fmt: skip
        Counter("empla_llm_tokens", "Tokens of language models.", registry=made)
        Counter("empla_cost_eur", "What was spent on language models.", registry=made)
        for row in store.find("belief", {"functor": "health", "held": 1}, ("body",)):
            name, state = codec.loads(row.body).arguments[:2]
            self._stands(str(name), str(state))

    # what the engine tells ------------------------------------------------------------------------------------

    def turned(self, cycle: int) -> None:
        """Have what is new published, now or as soon as that may be."""
        if not self._changed or self._timer is not None:
            return
        wait_s = self._published + EVERY_S - self._clock.monotonic()
        if wait_s <= 0:
            self.send()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.send)

    def thought(self, rows: Sequence[Any], took_s: float) -> None:
        """Count percepts and cycles."""
        self._changed = True
        now = self._clock.now()
        self._cycles.inc(len(rows))
        for row in rows:
            kind = self._bounded("kind", row.kind)
            self._percepts.labels(kind).inc()
            self._ages.labels(kind).observe(_seconds(row.at, now))
            self._cycle_time.observe(took_s / len(rows))
            if row.kind == "integration":
                fields = inbox.read(row).fields
                self._stands(str(fields["name"]), str(fields["state"]))

    def ended(self, plan: str, stage: str) -> None:
        """Count an intention."""
        self._changed = True
        self._intentions.labels(stage).inc()

    def acted(self, action: str, state: str, how: str) -> None:
        """Count an action; of one that reached the world, how long it was since what led to it."""
        rows = self._store.find("action", {"id": action}, ("operation", "effect", "percept"))
        if not rows:
            return
        self._changed = True
        operation = self._bounded("operation", rows[0].operation)
        self._actions.labels(operation, state).inc()
        if state == "done" and rows[0].effect in _OUTWARD:
            first = self._store.find("percept", {"key": rows[0].percept}, ("at",))
            if first:
                self._latency.labels(operation).observe(_seconds(first[0].at, self._clock.now()))

    def retried(self, operation: str, code: str) -> None:
        """Count an attempt to be made again."""
        self._changed = True
        self._retries.labels(self._bounded("operation", operation), code).inc()

    def close(self) -> None:
        """Publish what is not published yet."""
        if self._timer is not None:
            self._timer.cancel()
        if self._changed:
            self.send()

    # snapshots ------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """Publish a snapshot."""
        self._timer = None
        self._changed = False
        self._published = self._clock.monotonic()
        self._publish(self.snapshot())

    def snapshot(self) -> Snapshot:
        """Return everything counted so far."""
        return [
            {
                "name": family.name,
                "type": family.type,
                "help": family.documentation,
                "samples": [[s.name, s.labels, s.value] for s in family.samples if not s.name.endswith("_created")],
            }
            for family in self._registry.collect()
        ]

    def _stands(self, integration: str, state: str) -> None:
        name = self._bounded("integration", integration)
        if name in self._states:
            self._integrations.labels(name, self._states[name]).set(0)
        self._states[name] = state
        self._integrations.labels(name, state).set(1)

    def _bounded(self, label: str, value: str) -> str:
        known = self._known.setdefault(label, set())
        if value in known or len(known) < VALUES:
            known.add(value)
            return value
        return OTHER


def _seconds(since: str, now: datetime) -> float:
    return max(0.0, (now - datetime.fromisoformat(since)).total_seconds())
