"""Traces: one for each correlation id, from a percept to the acts it led to, by OpenTelemetry.

The trace's id follows from the correlation id (SHA-256), and so does the id of its root, the span `percept`: whatever
process goes on with it after a crash goes on with the same trace. Below the root stand `cycle` spans (a percept that
was handled: its kind, when it was noticed, when it was handled) and `action` spans (an operation: from when it was
asked for until it ended, and how). Attributes are kinds, names, states and numbers; never an address, a subject or a
text.

Spans are made when what they tell of is committed, and sent in batches by a thread; a collector that is away loses them
and keeps nobody waiting. The libraries are imported on first use.
"""

import hashlib
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from empla import __version__
from empla.clock import Clock
from empla.engine import inbox
from empla.engine.telemetry import Telemetry
from empla.errors import InputError
from empla.store.store import Store

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanContext

_END_S: Final = 1.5


class Traces(Telemetry):
    """Makes the spans of one employee's work, and sends them to a collector at `url`."""

    def __init__(self, store: Store, clock: Clock, url: str, *, employee: str, epoch: int) -> None:
        """Begin; InputError if the libraries are not installed."""
        sdk = _Sdk()
        self._store = store
        self._clock = clock
        self._sdk = sdk
        self._resource = sdk.resource.Resource.create(
            {"service.name": "empla", "service.version": __version__, "empla.employee": employee, "empla.epoch": epoch}
        )
        exporter = sdk.exporter.OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=5)
        self._processor: BatchSpanProcessor = sdk.export.BatchSpanProcessor(exporter)

    def thought(self, rows: Sequence[Any], took_s: float) -> None:
        """Make a span for each cycle, and the root for what began something."""
        now = self._clock.now()
        for row in rows:
            noticed = datetime.fromisoformat(row.at)
            if row.correlation == inbox.correlation(row.key):
                self._end("percept", row.correlation, noticed, now, {"empla.kind": row.kind}, root=True)
            self._end(
                "cycle", row.correlation, noticed, now, {"empla.kind": row.kind, "empla.took_s": took_s / len(rows)},
                key=row.key,
            )  # fmt: skip

    def acted(self, action: str, state: str, how: str) -> None:
        """Make a span for an action."""
        columns = ("operation", "effect", "percept", "asked_at", "attempt")
        rows = self._store.find("action", {"id": action}, columns)
        if not rows:
            return
        row = rows[0]
        attributes = {
            "empla.action": action,
            "empla.operation": row.operation,
            "empla.effect": row.effect,
            "empla.attempt": row.attempt,
            "empla.state": state,
            "empla.known_by": how,
        }
        begun = datetime.fromisoformat(row.asked_at)
        self._end("action", inbox.correlation(row.percept), begun, self._clock.now(), attributes, key=f"act:{action}")

    def close(self) -> None:
        """Send what waits, for a moment: a collector that is away must not keep a process from ending."""
        ending = threading.Thread(target=self._processor.shutdown, name="traces end", daemon=True)
        ending.start()
        ending.join(_END_S)

    def _end(
        self,
        name: str,
        correlation: str,
        begun: datetime,
        ended: datetime,
        attributes: dict[str, Any],
        *,
        root: bool = False,
        key: str = "",
    ) -> None:
        parent = self._sdk.context(correlation, "")
        span: ReadableSpan = self._sdk.trace.ReadableSpan(
            name=name,
            context=parent if root else self._sdk.context(correlation, key),
            parent=None if root else parent,
            resource=self._resource,
            attributes={**attributes, "empla.correlation": correlation},
            start_time=_nanoseconds(begun),
            end_time=_nanoseconds(max(begun, ended)),
            status=self._sdk.status(attributes.get("empla.state") in ("failed", "unknown")),
        )
        self._processor.on_end(span)


class _Sdk:
    """The libraries, imported on first use."""

    def __init__(self) -> None:
        try:
            from opentelemetry import trace as api
            from opentelemetry.exporter.otlp.proto.http import trace_exporter
            from opentelemetry.sdk import resources, trace
            from opentelemetry.sdk.trace import export
        except ModuleNotFoundError as error:
            raise InputError("traces need libraries", next_step="pip install 'empla[otel]'") from error
        self._api = api
        self.trace, self.export, self.resource, self.exporter = trace, export, resources, trace_exporter

    def context(self, correlation: str, key: str) -> "SpanContext":
        """Return the context of the span that `key` names in a correlation's trace; empty: of its root."""
        drawn = hashlib.sha256(correlation.encode()).digest()
        span = hashlib.sha256(f"{correlation} {key}".encode()).digest()
        return self._api.SpanContext(
            trace_id=int.from_bytes(drawn[:16]),
            span_id=int.from_bytes(span[:8]),
            is_remote=False,
            trace_flags=self._api.TraceFlags(self._api.TraceFlags.SAMPLED),
        )

    def status(self, failed: bool) -> Any:
        """Return a span's status."""
        return self._api.Status(self._api.StatusCode.ERROR if failed else self._api.StatusCode.UNSET)


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
