"""Traces: one for each correlation, whole also when the process that began it died; sent to a collector by OTLP."""

import gzip
import json
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from empla.config import Home, Settings, save_settings
from empla.engine import inbox
from empla.engine.employee import EmployeeEngine
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Do
from empla.testing.employee import Employee, employee
from runtime import logs
from runtime.bus.local import Exchange
from runtime.employee import _telemetry
from runtime.metrics.traces import Traces
from tests.engine.conftest import Bench


@dataclass
class Collector:
    """Takes what is sent to it by OTLP over HTTP, and decodes it."""

    spans: list[Span] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    raw: bytes = b""
    url: str = ""


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            made.raw += body
            for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                made.resources.append({a.key: a.value.string_value for a in of_resource.resource.attributes})
                made.spans += [span for scope in of_resource.scope_spans for span in scope.spans]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def follows(employee_: Employee, collector: Collector) -> Traces:
    """Have this employee's engine tell of its work, as that of a new process."""
    traces = Traces(employee_.store, employee_.clock, collector.url, employee="ada", epoch=employee_.epoch)
    employee_.engine = EmployeeEngine(employee_.store, employee_.place, employee_.mindset, telemetry=traces)
    return traces


def attributes(span: Span) -> dict[str, str]:
    return {a.key: a.value.string_value for a in span.attributes}


def test_a_trace_leads_from_the_percept_to_the_act_also_over_a_crash(tmp_path: Path, collector: Collector) -> None:
    plans, bench = PlanLibrary(), Bench()

    @plans.plan(on("number"))
    def look_twice(event: Trigger):
        yield Do(operation="test.look", arguments={"value": f"CANARY {event.number}"})
        yield Do(operation="test.look", arguments={"value": "CANARY again"})

    with employee(tmp_path, plans, bench.operations()) as ada:
        ada.work()
        ada.tell("number", key="number:1", number=1)
        first = follows(ada, collector)
        ada.engine.recover()
        ada.engine.think()  # handled, and the first act is asked for; then the process dies
        first.close()
        ada.restart()
        second = follows(ada, collector)
        ada.work()
        second.close()

    correlation = inbox.correlation("number:1")
    spans = [span for span in collector.spans if attributes(span)["empla.correlation"] == correlation]
    assert len({span.trace_id for span in spans}) == 1
    assert {resource["empla.employee"] for resource in collector.resources} == {"ada"}
    root = [span for span in spans if span.name == "percept"]
    assert [attributes(span)["empla.kind"] for span in root] == ["number"]
    below = [span for span in spans if span.name != "percept"]
    assert {span.parent_span_id for span in below} == {root[0].span_id}
    assert [attributes(s)["empla.operation"] for s in below if s.name == "action"] == ["test.look", "test.look"]
    assert [attributes(s)["empla.state"] for s in below if s.name == "action"] == ["done", "done"]
    assert sorted(attributes(s)["empla.kind"] for s in below if s.name == "cycle") == ["number", "outcome", "outcome"]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)
    assert len({span.span_id for span in spans}) == len(spans)
    assert b"CANARY" not in collector.raw, "contents stay at home"


def test_one_correlation_id_stands_in_the_logs_of_every_life(tmp_path: Path) -> None:
    plans, bench, home = PlanLibrary(), Bench(), Home(tmp_path / "home")

    @plans.plan(on("number"))
    def look(event: Trigger):
        yield Do(operation="test.look", arguments={"value": event.number})

    before = logging.getLogger().handlers[:]
    with employee(tmp_path, plans, bench.operations()) as ada:
        ada.work()
        logs.configure(home, "ada", clock=ada.clock, epoch=1)
        ada.tell("number", key="number:1", number=1)
        ada.engine.recover()
        ada.engine.think()  # decided; then the process dies
        logs.configure(home, "ada", clock=ada.clock, epoch=2)
        ada.restart()
        ada.work()
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()

    lines = [json.loads(line) for line in (home.logs / "ada.jsonl").read_text().splitlines()]
    found = {(line["event"], line["epoch"], line.get("correlation")) for line in lines}
    correlation = inbox.correlation("number:1")
    assert found >= {("decided", 1, correlation), ("action ended", 2, correlation), ("intention over", 2, correlation)}


def test_a_collector_that_is_away_keeps_nobody_from_ending(tmp_path: Path) -> None:
    nobody = Collector(url="http://127.0.0.1:9")
    with employee(tmp_path, PlanLibrary(), []) as ada:
        ada.tell("number", key="number:1", number=1)
        traces = follows(ada, nobody)
        ada.work()
        traces.close()
        assert ada.rows("percept", "state", key="number:1") == ["handled"]


def test_whoever_has_not_the_libraries_works_without_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    home.create()
    save_settings(home, Settings(otlp="http://127.0.0.1:1"))
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with employee(tmp_path, PlanLibrary(), Bench().operations()) as ada, structlog.testing.capture_logs() as said:
        seat = SimpleNamespace(home=home, slug=ada.slug, clock=ada.clock, epoch=1)
        _telemetry(seat, ada.store, Exchange().connect()).close()
    (told,) = [line for line in said if line["event"] == "traces are not sent"]
    assert "empla[otel]" in told["next_step"]
