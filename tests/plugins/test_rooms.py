"""The example of a plug-in, installed from its own folder: an employee's process finds it, and works with it.

Nothing is lost and nothing done twice when the process is killed at any point on the way of its operation, and what its
sensor notices is in the inbox.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from runtime.cli.minds import load_kept_types
from tests.crash.harness import Mind
from tests.plugins.conftest import EXAMPLE, environment

ASKED = "Please reserve a room for six people tomorrow from 14:00 to 15:00."
HERE = Path(__file__).parent


def service() -> Any:
    """Return the module of the example's own service, which needs no plug-in."""
    spec = util.spec_from_file_location("rooms_service", EXAMPLE / "empla_rooms" / "service.py")
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Trials:
    """A process that forks the employee's, and the rooms that it works with."""

    process: "subprocess.Popen[str]"
    rooms: Any
    module: Any
    server: ThreadingHTTPServer
    folder: Path

    def begin(self, name: str) -> Path:
        """Give an empty home, and rooms that nobody has reserved."""
        home = self.folder / name
        home.mkdir()
        self.rooms.reservations.clear()
        self.rooms.changes.clear()
        return home

    def run(self, home: Path, die_at: int = 0, until: str = "") -> tuple[int, list[str]]:
        """Start the employee once; return how it ended, and the fault points it passed."""
        assert self.process.stdin is not None and self.process.stdout is not None
        order = {"home": str(home), "mail": ASKED, "die_at": die_at, "until": until}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        said = [(home / name).read_text()[-3000:] for name in ("error", "log") if (home / name).exists()]
        assert answer["code"] == (-9 if die_at else 0), "\n".join(said)
        return answer["code"], answer["passed"]


@pytest.fixture(scope="module")
def trials(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    load_kept_types()
    folder = tmp_path_factory.mktemp("trials")
    module = service()
    rooms = module.Rooms(folder / "rooms.json")
    server = module.serve(rooms)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    here = environment(installed, EMPLA_ROOMS=f"http://127.0.0.1:{server.server_port}")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "workload.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=here
    )
    yield Trials(process, rooms, module, server, folder)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=60)
    server.shutdown()
    server.server_close()


def test_the_examples_own_tests_pass_where_it_is_installed(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE), EXAMPLE / "tests"],
        env=environment(installed),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_it_is_found_by_its_entry_points_and_doctor_names_it(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "--home", str(tmp_path), "doctor", "--json"],
        env=environment(installed),
        capture_output=True,
        text=True,
    )
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["plug-ins"]["ok"]
    for part in ("rooms of empla-rooms 1.0.0 (capability)", "(plans for executive-assistant)"):
        assert part in checks["plug-ins"]["evidence"]


def test_a_room_is_reserved_once_wherever_the_process_is_killed(trials: Trials) -> None:
    home = trials.begin("undisturbed")
    _, points = trials.run(home)
    reserved = Mind(home).rows("SELECT state, rule FROM action WHERE operation = 'rooms.reserve'")
    assert reserved == [("done", "assisted:within-request")]
    left = Mind(home).left().without_ids()
    first = points.index("perform:rooms.find:after")
    last = points.index("perform:rooms.reserve:after") + 4
    on_the_way = points[first:last]
    assert {"perform:rooms.reserve:before", "rooms.put.before", "rooms.put.after"} <= set(on_the_way)
    for n in range(first + 1, last + 1):
        home = trials.begin(f"killed at {n}")
        trials.run(home, die_at=n)
        trials.run(home)
        (held,) = trials.rooms.reservations.values()
        assert held["room"] == "Turing", points[n - 1]
        assert Mind(home).left().without_ids() == left, points[n - 1]
        assert Mind(home).unknown() == []
        told = [json.loads(line) for line in (home / "taken").read_text().splitlines()]
        assert sum("I have reserved Turing" in mail for mail in told) == 1, points[n - 1]


def test_what_its_sensor_notices_is_in_the_inbox_and_the_manager_hears_of_it(trials: Trials) -> None:
    home = trials.begin("changed")
    trials.run(home)
    (number,) = trials.rooms.reservations
    trials.rooms.move(number, "Lovelace")
    trials.run(home, until="room-changed")
    assert Mind(home).rows("SELECT key, kind, state FROM percept WHERE kind = 'room-changed'") == [
        ("room-changed:1", "room-changed", "handled")
    ]
    told = (home / "taken").read_text()
    assert "is now Lovelace instead of Turing" in told
    assert told.count("instead of") == 1
