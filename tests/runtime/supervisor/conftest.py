"""A home with stand-in employees, and `up` over it as a process of its own."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import structlog

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import NotRunning
from runtime import control, logs
from runtime.supervisor import homelock
from runtime.supervisor.up import status

HERE = Path(__file__).parent


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    made.create()
    before = logging.getLogger().handlers[:]
    logs.configure(made, "test", clock=SystemClock())
    yield made
    logging.getLogger().handlers[:] = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


@dataclass
class Company:
    """One home under test. `settings` are the stand-in's: hang_s, rule, ports."""

    home: Home
    roster: dict[str, bool] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    ups: list[subprocess.Popen[str]] = field(default_factory=list)
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def employ(self, slug: str, behaviour: str = "works", *, paused: bool = False) -> None:
        self.home.employee(slug).mkdir(exist_ok=True)
        self.behave(slug, behaviour)
        self.roster[slug] = paused
        self.write()

    def behave(self, slug: str, behaviour: str) -> None:
        (self.home.employee(slug) / "behaviour").write_text(behaviour)

    def write(self) -> None:
        (self.home.root / "roster.json").write_text(json.dumps(self.roster))
        (self.home.root / "standin.json").write_text(json.dumps(self.settings))

    def start(self) -> subprocess.Popen[str]:
        """Start `up` without waiting for it."""
        self.write()
        up = subprocess.Popen(
            [sys.executable, str(HERE / "standins.py"), "up", str(self.home.root)],
            env={**os.environ, "PYTHONPATH": str(HERE)},
            stderr=(self.home.logs / "up.err").open("w"),
            text=True,
        )
        self.ups.append(up)
        return up

    def start_real(self, home: Home, *, hang_s: float = 30.0) -> subprocess.Popen[str]:
        """Start `up` over a real home, with its real office and employees, without waiting for it."""
        up = subprocess.Popen(
            [sys.executable, str(HERE / "standins.py"), "real", str(home.root), str(hang_s)],
            stderr=(home.logs / "up.err").open("w"),
            text=True,
        )
        self.ups.append(up)
        return up

    def up(self) -> subprocess.Popen[str]:
        """Start `up` and wait until it is ready."""
        up = self.start()
        until(lambda: self.status()["ready"] or up.poll() is not None, what="ready")
        assert up.poll() is None, (self.home.logs / "up.err").read_text()
        self.look()
        return up

    def status(self) -> dict:
        try:
            return status(self.home)
        except NotRunning:
            return {"ready": False, "office": {}, "employees": []}

    def employee(self, slug: str) -> dict:
        return next(e for e in self.status()["employees"] if e["address"].startswith(slug))

    def processes(self) -> dict[str, dict]:
        return {process["name"]: process for process in control.call(self.home, "processes")}

    def lives(self, slug: str) -> list[list[str]]:
        """One [epoch, pid, what the former life was busy with] for each life of the employee."""
        return [line.split(" ") for line in (self.home.employee(slug) / "lives").read_text().splitlines()]

    def look(self) -> None:
        """Remember every process that runs now, to see later that none is left."""
        for up in self.ups:
            with contextlib.suppress(psutil.NoSuchProcess):
                root = psutil.Process(up.pid)
                self.seen.update({process.pid: process for process in (root, *root.children(recursive=True))})

    def left(self) -> list[psutil.Process]:
        """Processes that were ever seen and still run."""
        return [process for process in self.seen.values() if runs(process)]


@pytest.fixture
def company(home: Home) -> Iterator[Company]:
    made = Company(home)
    yield made
    made.look()
    for up in made.ups:
        up.kill()
        up.wait()
    for process in made.left():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    until(lambda: not made.left())
    assert homelock.holder(home) is None


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(true: Callable[[], object], *, within_s: float = 60.0, what: str = "it") -> float:
    """Wait until something is so; return after how many seconds it was."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"{what} did not happen within {within_s} s"
        time.sleep(0.01)
    return time.monotonic() - began
