"""`empla demo`, from outside: what it prints, what it reports, how it ends, and what it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

import runtime.cli.demo
from empla.errors import TimedOut
from runtime.cli.demo.morning import play_morning
from runtime.cli.demo.morning_checks import morning_checks
from runtime.cli.demo.playing import Played as Writings
from runtime.cli.demo.stage import Stage
from runtime.cli.main import app, main

DEMO = [sys.executable, "-P", "-m", "runtime.cli", "demo"]
PROMISED_S = 90
"""Within this the demo is over, after the install, on a machine that has nothing else to do."""


def patience_s() -> float:
    """Return how long the demo may take on this machine now: other tests may take their share of it."""
    return PROMISED_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass(frozen=True)
class Played:
    code: int
    out: str
    report: Mapping[str, Any]
    home: Path


def environment(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has never used empla, at a terminal of 80 columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMPLA_")}
    return {**kept, "HOME": str(home), "COLUMNS": "80", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    home = tmp_path_factory.mktemp("home")
    report = home / "reports" / "demo.json"
    done = subprocess.run(
        [*DEMO, "--seed", "4711", "--report", str(report)],
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=patience_s(),
    )
    assert report.exists(), done.stderr
    return Played(done.returncode, done.stdout, json.loads(report.read_text()), home)


def test_the_demo_holds_what_it_promises(played: Played) -> None:
    failed = [check for check in played.report["checks"] if not check["ok"]]
    assert failed == []
    assert played.code == 0
    assert len(played.report["checks"]) >= 30


def test_its_report_names_each_check_and_its_evidence(played: Played) -> None:
    for check in played.report["checks"]:
        assert set(check) == {"name", "ok", "evidence"}
        assert check["name"]
        assert check["evidence"]
        assert isinstance(check["ok"], bool)
    names = [check["name"] for check in played.report["checks"]]
    assert len(set(names)) == len(names)


def test_it_kills_at_least_twelve_times_and_everything_once(played: Played) -> None:
    assert played.out.count("✗ kill -9 the assistant's process") >= 12
    assert played.out.count("✗ kill -9 `empla up` itself") == 1


def test_it_says_how_the_same_kills_are_had_again(played: Played) -> None:
    assert played.report["seed"] == 4711
    assert re.search(r"Seed 4711; the same kills again: /\S+/empla demo --seed 4711\n", played.out)


def test_it_ends_with_three_commands_to_try_by_their_full_path(played: Played) -> None:
    lines = played.out.rstrip().splitlines()[-3:]
    for line in lines:
        program, command = line.split()[:2]
        assert Path(program).is_absolute()
        assert os.access(program, os.X_OK)
        assert command in {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}


def test_every_line_but_paths_fits_into_80_columns(played: Played) -> None:
    too_long = [line for line in played.out.splitlines() if len(line) > 80 and "/empla " not in line]
    assert [line for line in too_long if not line.startswith("$ empla")] == []


def test_it_leaves_nothing_in_the_home_of_whoever_runs_it_and_no_process(played: Played) -> None:
    assert {path.name for path in played.home.iterdir()} == {"reports"}
    assert psutil.wait_procs(processes_of(played.home), timeout=60)[1] == []


def test_interrupted_it_stops_everything_it_began(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*DEMO, "--seed", "1"], stdout=subprocess.PIPE, text=True, env=environment(tmp_path), start_new_session=True
    )
    with demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if "What stands in the calendars" in line)
        begun = processes_of(tmp_path)
        os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(patience_s()) == 130
    assert len(begun) >= 5  # the demo itself, up, the office, its calendar server, the zygote
    assert psutil.wait_procs(processes_of(tmp_path), timeout=60)[1] == []


def processes_of(home: Path) -> list[psutil.Process]:
    """Return the processes whose environment says that this is the home folder of whoever runs them."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(home):
                found.append(process)
        except psutil.Error:
            continue
    return found


# what fails -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path / "report.json"


def test_a_morning_with_a_doubled_mail_fails(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def doubled(stage: Stage, writings: Writings) -> None:
        play_morning(stage, writings)
        twice = writings.answers["free"].message.as_bytes()
        with stage.manager._imap() as imap:
            imap.append("INBOX", "", "", twice)

    monkeypatch.setattr(runtime.cli.demo, "PARTS", ((doubled, morning_checks),))
    assert main(["demo", "--report", str(report)]) == 1
    failed = {check["name"] for check in json.loads(report.read_text())["checks"] if not check["ok"]}
    assert failed == {
        "every mail answered exactly once",
        "no mail of the assistant arrived twice",
        "all this through kill -9",  # so many kills take the whole day
    }
    assert "✗  no mail of the assistant arrived twice" in capsys.readouterr().out


def test_a_day_that_cannot_be_played_to_its_end_fails(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(stage: Stage, writings: Writings) -> None:
        raise TimedOut("no such mail came within 40 s")

    monkeypatch.setattr(runtime.cli.demo, "PARTS", ((silent, morning_checks),))
    assert main(["demo", "--report", str(report)]) == 1
    (check,) = json.loads(report.read_text())["checks"]
    assert check == {
        "name": "the day is played to its end",
        "ok": False,
        "evidence": "no such mail came within 40 s",
    }
