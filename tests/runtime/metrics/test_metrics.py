"""Figures: what an employee counts, when it tells, and who may see it."""

import asyncio
import stat
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from empla.config import Home, Settings
from empla.engine.employee import EmployeeEngine
from empla.engine.telemetry import SILENT, Several
from empla.errors import ExternalError, ResourceError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Do
from empla.testing.clock import VirtualClock
from empla.testing.employee import Employee, employee
from runtime.bus.local import Exchange
from runtime.bus.messages import Kind, topic
from runtime.metrics import tables
from runtime.metrics.counts import OTHER, VALUES, Counts, Snapshot
from runtime.metrics.gathering import Gatherer, Seen
from runtime.metrics.serving import MetricsServer
from tests.engine.conftest import Bench
from tests.ports import own_ports


def values(snapshot: Snapshot, name: str) -> dict[tuple[str, ...], float]:
    """The samples of one name, by their labels."""
    return {
        tuple(labels.values()): value
        for family in snapshot
        for sample, labels, value in family["samples"]
        if sample == name
    }


def counted(ada: Employee) -> Counts:
    counts = Counts(ada.store, ada.clock, lambda _snapshot: None)
    ada.engine = EmployeeEngine(ada.store, ada.place, ada.mindset, telemetry=Several(SILENT, counts))
    return counts


def test_percepts_actions_and_the_time_between_them_are_counted(tmp_path: Path) -> None:
    plans, bench = PlanLibrary(), Bench(script=[ExternalError("not now"), None])

    @plans.plan(on("number"))
    def look(event: Trigger) -> Any:
        yield Do(operation="test.look", arguments={"value": event.number})

    with employee(tmp_path, plans, bench.operations()) as ada:
        ada.work()
        counts = counted(ada)
        ada.tell("number", key="number:1", number=1)
        ada.clock.move_to(ada.clock.now() + timedelta(seconds=2))
        ada.let_pass(timedelta(minutes=5))
        found = counts.snapshot()
        assert values(found, "empla_cycles_total")[()] >= 2
        assert values(found, "empla_percepts_total")[("number",)] == 1
        assert values(found, "empla_percept_age_seconds_sum")[("number",)] == 2
        assert values(found, "empla_actions_total") == {("test.look", "done"): 1}
        assert values(found, "empla_retries_total") == {("test.look", "external"): 1}
        assert values(found, "empla_intentions_ended_total")[("done",)] >= 1
        assert values(found, "empla_llm_tokens_total") == {(): 0}


def test_who_is_idle_sends_nothing_and_who_is_busy_sends_now_and_then(tmp_path: Path) -> None:
    sent: list[Snapshot] = []

    async def play(ada: Employee) -> None:
        counts = Counts(ada.store, ada.clock, sent.append)
        for _ in range(100):
            counts.turned(0)
        assert sent == []
        for _ in range(100):
            counts.retried("test.look", "external")
            counts.turned(0)
        assert len(sent) == 1, "the others wait for their time"
        counts.close()
        assert len(sent) == 2
        assert values(sent[-1], "empla_retries_total") == {("test.look", "external"): 100}

    with employee(tmp_path, PlanLibrary(), []) as ada:
        asyncio.run(play(ada))


def test_a_plug_in_with_ever_new_operations_does_not_fill_the_figures(tmp_path: Path) -> None:
    with employee(tmp_path, PlanLibrary(), []) as ada:
        counts = Counts(ada.store, ada.clock, lambda _snapshot: None)
        for number in range(VALUES + 40):
            counts.retried(f"test.number{number}", "external")
        found = values(counts.snapshot(), "empla_retries_total")
        assert len(found) == VALUES + 1
        assert found[(OTHER, "external")] == 40


def test_the_tables_say_how_long_what_waits_has_waited(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.employee("ada").mkdir(parents=True)
    with employee(home.mind_file("ada"), PlanLibrary(), []) as ada:
        ada.work()
        assert tables.queues(home, "nobody") is None
        ada.tell("number", key="number:1", number=1)
        found = tables.queues(home, "ada")
        assert found is not None
        assert (found.inbox, found.set_aside) == (1, 0)
        assert tables.age_s(found.inbox_since, ada.clock.now() + timedelta(hours=1)) == 3600


def asked(url: str, token: str = "", accept: str = "") -> tuple[int, str, str]:
    """Ask; return status, content type and text."""
    headers = {"Authorization": token} if token else {}
    request = urllib.request.Request(url, headers=headers | ({"Accept": accept} if accept else {}))
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def served(
    home: Home, play: Callable[[str, Exchange], Awaitable[None]], health: Callable[[], Awaitable[dict[str, Any]]]
) -> None:
    async def within() -> None:
        port = own_ports()
        exchange = Exchange()
        staff = [Seen(slug=slug, state="working", pid=None, restarts=3) for slug in ("ada", "ben", "carl")]
        gatherer = Gatherer(home, VirtualClock(), exchange, lambda: staff)
        server = MetricsServer(home, Settings(metrics_port=port), gatherer, health)
        server.start()
        try:
            async with asyncio.timeout(60):
                await play(f"http://127.0.0.1:{port}", exchange)
        finally:
            await server.stop()

    asyncio.run(within())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


async def well() -> dict[str, Any]:
    return {"live": True, "ready": True, "against": []}


async def starting() -> dict[str, Any]:
    return {"live": True, "ready": False, "against": ["Ada is starting"]}


def test_nothing_is_shown_without_the_token(home: Home) -> None:
    async def play(url: str, _exchange: Exchange) -> None:
        token = home.metrics_token.read_text()
        for path in ("/metrics", "/health/live", "/health/ready", "/", "/docs"):
            for wrong in ("", "Bearer ", "Bearer x", f"Basic {token}", token, f"Bearer {token}x", "Bearer ümlaut"):
                status, _, text = await asyncio.to_thread(asked, url + path, wrong.encode().decode("latin-1"))
                assert status == 401, (path, wrong)
                assert token not in text
        assert (await asyncio.to_thread(asked, f"{url}/health/live", f"Bearer {token}"))[0] == 200
        assert (await asyncio.to_thread(asked, f"{url}/elsewhere", f"Bearer {token}"))[0] == 404

    served(home, play, well)
    assert stat.S_IMODE(home.metrics_token.stat().st_mode) == 0o600


def test_a_token_whose_writing_was_cut_short_opens_nothing(home: Home) -> None:
    home.metrics_token.touch()

    async def play(url: str, _exchange: Exchange) -> None:
        for empty in ("Bearer ", "Bearer", ""):
            assert (await asyncio.to_thread(asked, f"{url}/health/live", empty))[0] == 401
        token = home.metrics_token.read_text()
        assert len(token) > 30
        assert (await asyncio.to_thread(asked, f"{url}/health/live", f"Bearer {token}"))[0] == 200

    served(home, play, well)


def test_health_says_what_is_against_it(home: Home) -> None:
    async def play(url: str, _exchange: Exchange) -> None:
        token = f"Bearer {home.metrics_token.read_text()}"
        status, _, text = await asyncio.to_thread(asked, f"{url}/health/ready", token)
        assert (status, text) == (503, '{"ready":false,"against":["Ada is starting"]}')
        assert (await asyncio.to_thread(asked, f"{url}/health/live", token))[0] == 200

    served(home, play, starting)


def test_what_employees_count_is_shown_for_each_and_nonsense_is_left_out(home: Home) -> None:
    def family(value: object) -> dict[str, Any]:
        samples = [["empla_actions_total", {"operation": "email.send", "outcome": "done"}, value]]
        return {"name": "empla_actions", "type": "counter", "help": "Actions that ended.", "samples": samples}

    async def play(url: str, exchange: Exchange) -> None:
        token = f"Bearer {home.metrics_token.read_text()}"
        for slug, count in (("ada", 3), ("ben", 5)):
            exchange.publish(topic("main", slug, Kind.TELEMETRY), {"families": [family(1.0)]})
            told = [family(count), family("nonsense"), {"name": "other_metric", "type": "gauge"}, 7]
            told.append({"name": "empla_a b", "type": "gauge", "help": "A name that is none.", "samples": []})
            exchange.publish(topic("main", slug, Kind.TELEMETRY), {"families": told})
        exchange.publish(topic("main", "carl", Kind.TELEMETRY), {"families": 7})
        exchange.publish(topic("main", "stranger", Kind.TELEMETRY), {"families": [family(99)]})
        _, kind, text = await asyncio.to_thread(asked, f"{url}/metrics", token)
        assert kind.startswith("text/plain")
        found = {f.name: f for f in text_string_to_metric_families(text)}
        assert all(f.documentation for f in found.values())
        counted_ = {s.labels["employee"]: s.value for s in found["empla_actions"].samples}
        assert counted_ == {"ada": 3, "ben": 5}
        assert {s.labels["employee"]: s.value for s in found["empla_restarts"].samples} == dict.fromkeys(
            ("ada", "ben", "carl"), 3
        )
        _, kind, text = await asyncio.to_thread(asked, f"{url}/metrics", token, "application/openmetrics-text")
        assert kind.startswith("application/openmetrics-text")
        assert "empla_actions" in {f.name for f in openmetrics.text_string_to_metric_families(text)}

    served(home, play, well)


def test_a_port_that_is_taken_is_said(home: Home) -> None:
    async def play(url: str, exchange: Exchange) -> None:
        port = int(url.rpartition(":")[2])
        gatherer = Gatherer(home, VirtualClock(), exchange, list)
        with pytest.raises(ResourceError, match=f"port {port}"):
            MetricsServer(home, Settings(metrics_port=port), gatherer, well)
        await gatherer.close()

    served(home, play, well)
