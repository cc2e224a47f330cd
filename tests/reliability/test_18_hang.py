"""Fault 18: a process that lives and does not advance: stopped, asleep in its loop, waiting for a lock for ever.

Asked: killed within twice the watchdog's time (30 s without a beat, the pauses of beat and look come on top: 34 s); the
beat is given by the employee's own loop, not by a thread beside it. The same for the office, its calendar server, and
the zygote. Here the watchdog's time is shorter.
"""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from empla.config import Home
from runtime.office import caldav
from tests.runtime.supervisor.conftest import Company, runs, until
from tests.scenarios.conftest import Company as Office

from .running import Running

STANDING = {"ada": "sleeps in its loop", "bea": "waits for a lock", "cid": "spins", "dan": "stands", "eve": "works"}
"""Of the last one the process is stopped from outside."""


def test_employees_whose_loop_stands_are_killed_and_started_again_and_no_other(crew: Company):
    crew.settings["hang_s"] = 5.0
    for slug, behaviour in {**STANDING, "fay": "counts"}.items():
        crew.employ(slug, behaviour)
    crew.start()
    lives = {slug: crew.home.employee(slug) / "lives" for slug in STANDING}
    for slug, file in lives.items():
        until(lambda file=file: file.exists() and file.read_text())
        crew.behave(slug, "works")
    first = {slug: int(crew.lives(slug)[0][1]) for slug in STANDING}
    os.kill(first["eve"], signal.SIGSTOP)
    for slug, pid in first.items():
        until(lambda slug=slug: len(crew.lives(slug)) == 2, what=f"a second life of {slug}")
        assert not psutil.pid_exists(pid)
        assert crew.employee(slug)["last_end"] == "hung, and was killed"
    assert crew.employee("fay")["restarts"] == 0
    stacks = (crew.home.logs / "up.err").read_text()
    assert "in deadlock" in stacks, "they say where each hung"
    assert "in spin" in stacks


def test_one_that_never_reaches_its_work_is_given_four_times_as_long_and_no_more(crew: Company):
    crew.settings["hang_s"] = 1.0
    crew.employ("ada", "is slow to start")
    crew.start()
    until(lambda: crew.status()["employees"] and crew.employee("ada")["pid"])
    crew.look()
    first = crew.employee("ada")["pid"]
    os.kill(first, signal.SIGSTOP)
    crew.behave("ada", "works")
    until(lambda: crew.employee("ada")["state"] == "working")
    assert crew.employee("ada")["pid"] != first


def test_a_stopped_zygote_is_replaced_and_employees_stay(crew: Company):
    crew.settings["hang_s"] = 2.0
    crew.employ("ada")
    crew.up()
    before, ada = crew.processes()["zygote"]["pid"], crew.employee("ada")["pid"]
    os.kill(before, signal.SIGSTOP)
    until(lambda: crew.processes().get("zygote", {"pid": before})["pid"] != before)
    crew.look()
    assert crew.employee("ada")["pid"] == ada
    os.kill(ada, signal.SIGKILL)
    until(lambda: len(crew.lives("ada")) == 2)


@pytest.fixture
def running(crew: Company, company: Office, tmp_path: Path) -> Running:
    found = Running(crew, company, tmp_path)
    found.start(hang_s=3.0)
    found.is_ready()
    return found


def test_a_stopped_office_is_replaced_where_it_was_and_the_assistant_stays(running: Running):
    before, where = running.pid("office"), running.state()["office"]
    assistant = running.state()["employees"][0]["pid"]
    os.kill(before, signal.SIGSTOP)
    until(lambda: running.state()["ready"] and running.pid("office") not in (None, before))
    assert not runs_still(before)
    assert running.state()["office"] == where
    assert running.state()["employees"][0]["pid"] == assistant


def test_a_stopped_calendar_server_is_replaced_by_the_office(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caldav, "LOOK_S", 0.5)

    async def play() -> None:
        server = caldav.CalDav(home, "127.0.0.1", 0)
        await server.start()
        watching = asyncio.create_task(server.watch())
        try:
            first, port = server.pid, server.port
            os.kill(first, signal.SIGSTOP)
            async with asyncio.timeout(60):
                while server.pid in (None, first) or not await server.answers():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert server.port == port
            assert not runs_still(first)
        finally:
            watching.cancel()
            await server.stop()

    asyncio.run(play())


def runs_still(pid: int) -> bool:
    return psutil.pid_exists(pid) and runs(psutil.Process(pid))
