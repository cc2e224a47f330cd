"""A real home under a time server: time moves when everybody rests, and stands while anything is in hand."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from empla.clock import SystemClock
from empla.config import Home, Settings, save_settings
from empla.errors import InputError, TimedOut
from empla.shared_time import SharedTime
from runtime import control
from runtime.client import Client, Letter
from runtime.office.process import OfficePorts, read_ports
from runtime.supervisor import homelock
from runtime.timeserver import TimeServer
from tests.runtime.office.waiting import eventually

MONDAY = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)


@dataclass
class RunningHome:
    home: Home
    anna: Client
    ada: str
    time: TimeServer

    def empla(self, *words: str) -> str:
        return empla(self.home, *words)

    def pid(self) -> int:
        (employee,) = control.call(self.home, "status")["employees"]
        return int(employee["pid"])

    def ports(self) -> OfficePorts:
        found = read_ports(self.home)
        assert found is not None
        return found


def empla(home: Home, *words: str) -> str:
    argv = [sys.executable, "-P", "-m", "runtime.cli", "--home", str(home.root), *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=90).stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    home = Home(tmp_path_factory.mktemp("time") / "home")
    home.create()
    save_settings(home, Settings(clock="server"))
    SystemClock.set_to(home.clock, MONDAY)
    anna = json.loads(empla(home, "people", "add", "Anna Berg", "--zone", "Europe/Berlin", "--json"))
    hired = empla(home, "hire", "executive-assistant", "--name", "Ada Lane", "--manager", "Anna Berg", "--json")
    empla(home, "up", "--detach", "--ports", "0")
    ports = read_ports(home)
    assert ports is not None
    now = SystemClock(home.clock).now
    client = Client(ports, anna["address"], "Anna Berg", SecretStr(anna["password"]), now)
    try:
        with TimeServer(home, patience_s=30) as server:
            server.settle()
            yield RunningHome(home, client, json.loads(hired)["address"], server)
    finally:
        empla(home, "down")


def test_time_moves_to_an_instant_only_after_everything_due_before_it_is_done(running: RunningHome) -> None:
    began = running.time.now()
    asked = running.anna.send(running.ada, "A reminder", "Remind me tomorrow at 15:00 to call the bank.")
    running.time.settle()

    running.time.advance(began + timedelta(days=2))

    assert running.time.now() == began + timedelta(days=2)
    assert running.anna.answer_to(asked, 0)
    reminded = datetime(2026, 9, 8, 13, 0, tzinfo=UTC)
    assert "bank" in next(letter.new for letter in running.anna.inbox() if sent_at(letter) == reminded)


def sent_at(letter: Letter) -> datetime:
    return parsedate_to_datetime(str(letter.message["Date"]))


def test_a_mail_is_taken_in_before_time_moves(running: RunningHome) -> None:
    asked = running.anna.send(running.ada, "Tomorrow", "Am I free tomorrow?")

    running.time.advance(running.time.now() + timedelta(days=1))

    sent = next(letter for letter in running.anna.inbox("Sent") if letter.message_id == asked)
    assert sent_at(running.anna.answer_to(asked, 0)) == sent_at(sent)


def test_time_stands_while_one_is_stopped_in_its_work(running: RunningHome) -> None:
    began = running.time.now()
    pid = running.pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = running.anna.send(running.ada, "Tomorrow", "Am I free tomorrow?")
        with TimeServer(running.home, patience_s=0.5) as impatient, pytest.raises(TimedOut, match="newest mail"):
            impatient.advance(began + timedelta(days=1))
        assert running.time.now() == began
    finally:
        os.kill(pid, signal.SIGCONT)

    running.time.advance(began + timedelta(minutes=1))
    assert running.anna.answer_to(asked, 0)


def test_time_stands_from_a_kill_until_the_successor_rests(running: RunningHome) -> None:
    began = running.time.now()
    killed = running.pid()
    asked = running.anna.send(running.ada, "Tomorrow", "Am I free tomorrow?")
    os.kill(killed, signal.SIGKILL)

    running.time.advance(began + timedelta(hours=1))

    assert running.pid() != killed
    assert running.anna.answer_to(asked, 0)


def test_time_stands_while_nobody_runs_the_home(running: RunningHome) -> None:
    began = running.time.now()
    up = homelock.holder(running.home)
    assert up is not None
    os.kill(up.pid, signal.SIGKILL)
    assert eventually(lambda: homelock.holder(running.home) is None)

    with TimeServer(running.home, patience_s=0.2) as impatient, pytest.raises(TimedOut, match="nobody runs the home"):
        impatient.advance(began + timedelta(hours=1))
    again = threading.Thread(target=running.empla, args=("up", "--detach", "--ports", "0"))
    again.start()
    running.time.advance(began + timedelta(hours=1))
    again.join()
    running.anna.ports = running.ports()

    assert {each.name for each in SharedTime.open(running.home.clock).attending()} == {"office", "ada.lane"}


def test_one_who_is_paused_is_not_waited_for(running: RunningHome) -> None:
    began = running.time.now()
    running.empla("pause", "Ada Lane")
    try:
        asked = running.anna.send(running.ada, "Tomorrow", "Am I free tomorrow?")
        running.time.advance(began + timedelta(hours=1))
        assert running.time.now() == began + timedelta(hours=1)
    finally:
        running.empla("resume", "Ada Lane")

    running.time.advance(began + timedelta(hours=2))
    assert running.anna.answer_to(asked, 0)


def test_a_jump_is_made_at_once_and_back_again(running: RunningHome) -> None:
    began = running.time.now()

    running.time.jump(began + timedelta(hours=3))
    assert running.time.now() == began + timedelta(hours=3)
    running.time.jump(began)
    running.time.settle()

    assert running.time.now() == began


def test_a_home_whose_time_is_the_machines_has_no_time_server(tmp_path: Path) -> None:
    SystemClock.set_to(tmp_path / "clock", MONDAY)

    with pytest.raises(InputError, match="the machine's") as refused:
        TimeServer(Home(tmp_path))
    assert "clock = server" in refused.value.next_step
