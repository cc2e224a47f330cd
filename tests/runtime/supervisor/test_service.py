"""`empla up` as a service of systemd: what it tells a notify socket, its watchdog, reload, lines for the journal."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime import journal
from runtime.supervisor.notify import Notifier

from .conftest import HERE, Company, until


class Manager:
    """The side of systemd: hears what a service says."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)
        self.said: list[dict[str, str]] = []

    def hear(self) -> list[dict[str, str]]:
        with contextlib.suppress(BlockingIOError):
            while True:
                message = self.socket.recv(4096).decode()
                self.said.append(dict(line.split("=", 1) for line in message.splitlines()))
        return self.said

    def heard(self, name: str) -> list[str]:
        return [said[name] for said in self.hear() if name in said]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    found = Manager(str(tmp_path / "notify"))
    yield found
    found.socket.close()


def start(company: Company, **environment: str) -> subprocess.Popen[str]:
    """Start `up` as a service is started."""
    company.write()
    up = subprocess.Popen(
        [sys.executable, str(HERE / "standins.py"), "up", str(company.home.root)],
        env={**os.environ, "PYTHONPATH": str(HERE), **environment},
        stderr=(company.home.logs / "up.err").open("w"),
        text=True,
    )
    company.ups.append(up)
    return up


def as_service(company: Company, manager: Manager, watchdog_s: float = 0.0) -> subprocess.Popen[str]:
    path = manager.socket.getsockname()
    extra = {"WATCHDOG_USEC": str(int(watchdog_s * 1e6))} if watchdog_s else {}
    up = start(company, NOTIFY_SOCKET=path, INVOCATION_ID="1", **extra)
    until(lambda: manager.heard("READY") or up.poll() is not None)
    assert up.poll() is None, (company.home.logs / "up.err").read_text()
    company.look()
    return up


def test_it_says_when_it_is_ready_how_things_are_and_when_it_ends(company: Company, manager: Manager):
    company.settings["rule"] = {"limit": 2, "first_s": 0.05}
    company.employ("ada")
    company.employ("bob", "fails at once")
    up = as_service(company, manager)
    assert manager.heard("READY") == ["1"]
    assert "MAINPID" not in manager.said[-1], "it is the process that was started"
    until(lambda: any("1 stopped, 1 working; Bob: it died 2 times" in text for text in manager.heard("STATUS")))
    environ = Path(f"/proc/{company.employee('ada')['pid']}/environ").read_bytes()
    assert b"NOTIFY_SOCKET" not in environ, "nobody else speaks for the service"
    up.terminate()
    assert up.wait(25) == 0
    assert manager.heard("STOPPING") == ["1"]


def test_the_watchdog_hears_of_the_loop_that_watches_everybody_and_of_nothing_else(company: Company, manager: Manager):
    company.employ("ada")
    up = as_service(company, manager, watchdog_s=1.5)
    until(lambda: len(manager.heard("WATCHDOG")) > 3)
    os.kill(up.pid, signal.SIGSTOP)
    until(lambda: psutil.Process(up.pid).status() == psutil.STATUS_STOPPED)
    stopped = len(manager.heard("WATCHDOG"))
    time.sleep(1.0)
    assert len(manager.heard("WATCHDOG")) == stopped
    os.kill(up.pid, signal.SIGCONT)
    until(lambda: len(manager.heard("WATCHDOG")) > stopped)


def test_no_ping_while_the_zygote_hangs(company: Company, manager: Manager):
    company.settings["hang_s"] = 2.0
    company.employ("ada")
    as_service(company, manager, watchdog_s=0.6)
    zygote = company.processes()["zygote"]["pid"]
    os.kill(zygote, signal.SIGSTOP)
    until(lambda: "servant hangs" in (company.home.logs / "up.jsonl").read_text())
    until(lambda: company.processes().get("zygote", {"pid": zygote})["pid"] != zygote)
    pings = len(manager.heard("WATCHDOG"))
    until(lambda: len(manager.heard("WATCHDOG")) > pings)


def test_hangup_has_a_service_read_settings_and_roster_again(company: Company, manager: Manager):
    company.employ("ada")
    up = as_service(company, manager)
    company.employ("bob")
    (company.home.root / "empla.toml").write_text("memory_limit_mib = 300\n")
    up.send_signal(signal.SIGHUP)
    until(lambda: len(manager.heard("READY")) == 2)
    reloading = next(said for said in manager.said if "RELOADING" in said)
    assert 0 < int(reloading["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    until(lambda: company.status()["ready"])
    shown = company.status()
    assert [e["name"] for e in shown["employees"]] == ["Ada", "Bob"]
    assert shown["limits"]["memory_mib"] == 300
    (company.home.root / "empla.toml").write_text("memory_limit_mib = 'much'\n")
    up.send_signal(signal.SIGHUP)
    until(lambda: len(manager.heard("READY")) == 3)
    assert company.status()["limits"]["memory_mib"] == 300, "what is wrong changes nothing"
    assert up.poll() is None


def test_a_closed_terminal_ends_what_runs_in_it(company: Company):
    company.employ("ada")
    company.write()
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {**os.environ, "PYTHONPATH": str(HERE), "INVOCATION_ID": "of the terminal's own service"}
        words = [sys.executable, str(HERE / "standins.py"), "up", str(company.home.root)]
        os.execve(words[0], words, environment)
    until(lambda: company.status()["ready"])
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (company.home.employee("ada") / "finished").exists()


def test_a_watchdog_of_another_process_is_not_ours_and_nothing_is_left_to_children():
    environment = {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1", "HOME": "/"}
    assert Notifier.taken_from(environment).watchdog_s == 0.0
    assert environment == {"HOME": "/"}
    assert Notifier.taken_from({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "3000000"}).watchdog_s == 1.0
    assert not Notifier.taken_from({}).heard


def test_an_abstract_socket_and_one_that_is_gone(tmp_path: Path):
    manager = Manager(f"@empla-{os.getpid()}")
    Notifier(f"@empla-{os.getpid()}").ready(detached=True)
    assert manager.hear() == [{"READY": "1", "MAINPID": str(os.getpid())}]
    manager.socket.close()
    Notifier(str(tmp_path / "nobody")).stopping()  # no reason to fail


def test_lines_for_the_journal_say_how_bad_they_are(company: Company):
    assert journal.prefixed("a\nb", "error") == "<3>a\n<3>b"
    company.employ("ada")
    reading, writing = os.pipe()
    status = os.fstat(writing)
    company.write()
    up = subprocess.Popen(
        [sys.executable, str(HERE / "standins.py"), "up", str(company.home.root)],
        env={**os.environ, "PYTHONPATH": str(HERE), "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"},
        stderr=writing,
    )
    company.ups.append(up)
    os.close(writing)
    until(lambda: company.status()["ready"])
    up.terminate()
    up.wait()
    with os.fdopen(reading) as said:
        lines = said.read().splitlines()
    assert all(line.startswith("<6>") for line in lines), lines
    whole = [json.loads(line) for line in (company.home.logs / "up.jsonl").read_text().splitlines()]
    assert len(lines) == len(whole)
