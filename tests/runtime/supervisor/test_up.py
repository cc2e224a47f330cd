"""A home with real processes: what is killed comes back, what hangs is found, and nothing is ever left behind."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys

import psutil
import pytest

from empla.errors import InputError, NotRunning
from runtime import control, progress
from runtime.supervisor import homelock, lease
from runtime.supervisor.up import detach, down, status

from .conftest import HERE, Company, runs, until


def test_everything_starts_and_the_status_has_the_shape_that_scripts_rely_on(company: Company):
    company.employ("ada")
    company.up()
    shown = status(company.home)
    assert shown.keys() == {"ready", "office", "limits", "employees"}
    assert shown["limits"].keys() == {"memory_mib", "cpu", "by"}
    assert shown["ready"] is True
    assert shown["office"]["imap"].keys() == shown["office"]["smtp"].keys() == {"host", "port"}
    assert shown["office"]["caldav"]["url"].startswith("http://127.0.0.1:")
    pid = shown["employees"][0].pop("pid")
    assert psutil.pid_exists(pid)
    shown["employees"][0].pop("seen", None)  # when the bus last heard of it
    assert shown["employees"] == [
        {
            "name": "Ada",
            "address": "ada@office.example",
            "role": "assistant",
            "manager": "boss@office.example",
            "state": "working",
            "restarts": 0,
        }
    ]


def test_a_killed_employee_is_back_at_once_with_a_higher_epoch_and_nobody_else_notices(company: Company):
    company.employ("ada", "cannot finish")
    company.employ("bob")
    company.up()
    bob = company.employee("bob")["pid"]
    for life in range(2, 9):  # more often than a crash loop's limit: somebody's hand is not the employee's fault
        os.kill(company.employee("ada")["pid"], signal.SIGKILL)
        until(lambda life=life: len(company.lives("ada")) == life)
        until(lambda: company.employee("ada")["state"] == "working")
    epochs = [int(epoch) for epoch, _, _ in company.lives("ada")]
    assert epochs == list(range(1, 9))
    assert all(busy_with == "mail-7" for _, _, busy_with in company.lives("ada")[1:])
    assert company.employee("bob")["pid"] == bob
    assert len(company.lives("bob")) == 1


def test_a_crash_loop_is_stopped_with_its_reason_and_a_restart_gives_another_chance(company: Company):
    company.settings["rule"] = {"limit": 4, "first_s": 0.05}
    company.employ("ada", "fails at once")
    company.employ("bob")
    company.up()
    ada = company.employee("ada")
    assert (ada["state"], ada["pid"]) == ("stopped", None)
    assert ada["reason"] == "it died 4 times within 60 s; the last time it failed with exit code 1"
    assert company.employee("bob")["state"] == "working"
    assert "nothing works today" in (company.home.logs / "ada.jsonl").read_text()
    company.behave("ada", "works")
    control.call(company.home, "restart", {"name": "Ada"})
    until(lambda: company.employee("ada")["state"] == "working")
    assert "reason" not in company.employee("ada")


def test_who_cannot_take_up_his_work_five_times_in_a_row_is_given_up_whatever_the_pauses(company: Company):
    company.settings["rule"] = {"limit": 0, "first_s": 0.02, "longest_s": 0.05}
    company.employ("ada", "fails at once")
    company.up()
    until(lambda: company.employee("ada")["state"] == "stopped")
    assert company.employee("ada")["reason"] == (
        "it could not take up its work 5 times in a row; the last time it failed with exit code 1"
    )


def test_a_new_process_knows_how_the_one_before_ended(company: Company):
    company.employ("ada", "chokes")
    company.employ("bob")
    company.start()
    until(lambda: company.status()["employees"] and company.employee("bob")["state"] == "working")
    os.kill(company.employee("bob")["pid"], signal.SIGKILL)
    for slug, told in {"ada": "failed with exit code 3 True", "bob": "killed by SIGKILL False"}.items():
        deaths = company.home.employee(slug) / "deaths"
        until(lambda deaths=deaths: deaths.exists() and deaths.read_text().endswith("\n"))
        assert deaths.read_text().splitlines()[0] == told


def test_who_dies_over_the_same_percept_each_time_is_quarantined(company: Company):
    company.settings["rule"] = {"limit": 3, "first_s": 0.05}
    company.employ("ada", "chokes")
    company.up()
    until(lambda: company.employee("ada")["state"] == "quarantined")
    assert company.employee("ada")["reason"] == "it died 3 times over mail-13; the last time it failed with exit code 3"


def test_who_finds_no_room_when_it_begins_is_tried_again_until_there_is_room_and_has_not_died(company: Company):
    company.settings["rule"] = {"limit": 3, "first_s": 0.02, "longest_s": 0.05}
    company.employ("ada", "finds no room")
    company.start()
    until(lambda: company.home.employee("ada").joinpath("lives").exists() and len(company.lives("ada")) > 8)
    until(lambda: "there is no room on the disk" in company.employee("ada").get("reason", ""))
    assert company.employee("ada")["state"] == "starting"
    company.behave("ada", "works")
    until(lambda: company.employee("ada")["state"] == "working")
    assert company.employee("ada")["restarts"] == 0
    assert "last_end" not in company.employee("ada")
    assert (company.home.logs / "up.jsonl").read_text().count("employee could not be started") == 1, "told once"


@pytest.mark.parametrize("how", ["spins", "is stopped"])
def test_a_process_that_lives_but_does_not_advance_is_killed_and_started_again(company: Company, how: str):
    company.settings["hang_s"] = 1.0 if how == "spins" else 3.0
    company.employ("ada", "spins" if how == "spins" else "works")
    company.up()
    first = company.employee("ada")["pid"]
    company.behave("ada", "works")
    if how == "is stopped":
        os.kill(first, signal.SIGSTOP)
    until(lambda: len(company.lives("ada")) == 2)
    assert not psutil.pid_exists(first)
    if how == "spins":
        assert 'standins.py", line' in (company.home.logs / "up.err").read_text(), "its stacks say where it hung"


def test_after_kill_9_of_up_nothing_is_left_and_the_home_can_be_run_again_at_once(company: Company):
    company.employ("ada", "cannot finish")
    company.employ("bob")
    company.employ("cid", "spins")
    up = company.up()
    os.kill(company.employee("bob")["pid"], signal.SIGSTOP)  # the worst of them: it cannot hear anything
    port = company.status()["office"]["imap"]["port"]
    up.kill()
    up.wait()
    until(lambda: not company.left())
    for slug in ("ada", "bob", "cid"):
        lease.take(company.home.employee(slug) / lease.LOCK).close()
    homelock.take(company.home, "test").close()
    socket.create_server(("127.0.0.1", port)).close()
    with pytest.raises(NotRunning):
        status(company.home)
    company.behave("cid", "works")
    company.up()
    assert company.status()["office"]["imap"]["port"] == port, "clients have been told that port"
    assert [int(epoch) for epoch, _, _ in company.lives("ada")] == [1, 2]


def test_up_again_right_after_kill_9_waits_for_the_former_processes_to_end(company: Company):
    company.employ("ada", "cannot finish")
    up = company.up()
    up.kill()
    up.wait()
    first = company.seen[int(company.lives("ada")[0][1])]
    assert runs(first)
    company.up()
    assert not runs(first)
    until(lambda: len(company.lives("ada")) == 2)
    first, second = company.lives("ada")
    assert (first[0], second[0]) == ("1", "2")


def test_sigterm_lets_everybody_finish(company: Company):
    company.employ("ada")
    up = company.up()
    up.send_signal(signal.SIGTERM)
    assert up.wait() == 0
    assert not company.left()
    assert (company.home.employee("ada") / "finished").exists()
    last = progress.read(company.home.employee("ada") / "progress")
    assert last is not None
    assert last.phase == progress.ENDED
    assert not company.home.socket.exists()


def test_sigterm_is_bounded_also_for_who_cannot_finish(company: Company):
    company.employ("ada", "cannot finish")
    company.employ("bob", "spins")
    up = company.up()
    up.send_signal(signal.SIGTERM)
    until(lambda: up.poll() is not None)
    assert not company.left()


def test_two_ups_on_one_home_the_second_is_refused_and_the_first_goes_on(company: Company):
    company.employ("ada")
    first = company.up()
    second = company.start()
    assert second.wait() != 0
    assert (
        f"empla already runs on {company.home.root} (process {first.pid})" in (company.home.logs / "up.err").read_text()
    )
    assert company.status()["ready"]


def test_office_and_zygote_come_back_and_employees_stay(company: Company):
    company.employ("ada")
    company.up()
    before, ada = company.processes(), company.employee("ada")["pid"]
    address = company.status()["office"]
    os.kill(before["office"]["pid"], signal.SIGKILL)
    os.kill(before["zygote"]["pid"], signal.SIGKILL)

    def both_are_new() -> bool:
        now = company.processes()
        return all(name in now and now[name]["pid"] != before[name]["pid"] for name in ("office", "zygote"))

    until(both_are_new)
    until(lambda: company.status()["ready"])
    company.look()
    assert company.status()["office"] == address
    assert company.employee("ada")["pid"] == ada
    os.kill(ada, signal.SIGKILL)  # an orphan of the first zygote; the second one forks its successor
    until(lambda: len(company.lives("ada")) == 2)


def test_who_is_new_on_the_roster_starts_and_who_is_gone_ends(company: Company):
    company.employ("ada")
    company.up()
    company.employ("bob")
    del company.roster["ada"]
    company.write()
    assert [e["name"] for e in control.call(company.home, "reload")["employees"]] == ["Bob"]
    until(lambda: company.status()["ready"])
    until(lambda: (company.home.employee("ada") / "finished").exists())
    company.employ("cid")
    assert control.call(company.home, "slow", {"steps": 1}) == "done"
    assert [e["name"] for e in company.status()["employees"]] == ["Bob", "Cid"], "every command looks at the roster"


def test_pause_ends_the_process_in_good_order_and_resume_starts_it(company: Company):
    company.employ("ada")
    company.employ("bob", paused=True)
    company.up()
    assert company.employee("bob")["state"] == "paused"
    with pytest.raises(InputError, match="Bob rests"):
        control.call(company.home, "restart", {"name": "bob"})
    control.call(company.home, "pause", {"name": "ada@office.example"})
    until(lambda: company.employee("ada")["state"] == "paused")
    assert company.employee("ada")["pid"] is None
    assert (company.home.employee("ada") / "finished").exists()
    control.call(company.home, "resume", {"name": "ada"})
    until(lambda: company.employee("ada")["state"] == "working")
    with pytest.raises(InputError, match="nobody here is called 'zoe'"):
        control.call(company.home, "pause", {"name": "zoe"})


def test_moving_the_clock_wakes_a_sleeper(company: Company):
    company.employ("ada", "sleeps a day")
    company.up()
    now = control.call(company.home, "clock", {"offset_s": 2 * 86400})
    until(lambda: (company.home.employee("ada") / "awake").exists())
    until(lambda: (company.home.office / "woken").exists())
    assert control.call(company.home, "clock", {"now": "2026-03-02T08:00+00:00"})["now"].startswith("2026-03-02T08:00")
    assert now["now"] > "2026"
    with pytest.raises(InputError, match="zone"):
        control.call(company.home, "clock", {"now": "2026-03-02T08:00"})


def test_a_child_of_the_zygote_costs_little_memory_of_its_own(company: Company, record_property):
    company.employ("ada")
    company.up()
    cost = company.processes()["ada"]
    record_property("private_kib", cost["private_kib"])
    assert cost["private_kib"] < 14 * 1024


def test_detached_it_is_ready_when_the_command_returns_and_gone_when_down_does(company: Company, monkeypatch):
    company.employ("ada")
    company.write()
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    command = [sys.executable, str(HERE / "standins.py"), "up", str(company.home.root)]
    shown = detach(company.home, command)
    assert (shown["ready"], shown["employees"][0]["state"]) == (True, "working")
    assert stat.S_IMODE(company.home.socket.stat().st_mode) == 0o600
    running = homelock.holder(company.home)
    assert running is not None
    daemon = psutil.Process(running.pid)
    assert daemon.ppid() != os.getpid()
    company.seen.update({p.pid: p for p in (daemon, *daemon.children(recursive=True))})
    with pytest.raises(homelock.HomeInUse, match="already runs"):
        detach(company.home, command)
    down(company.home)
    assert homelock.holder(company.home) is None
    until(lambda: not company.left())


def test_an_office_that_cannot_start_is_the_reason_that_up_gives(company: Company, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        company.settings["ports"] = taken.getsockname()[1]
        company.employ("ada")
        company.write()
        monkeypatch.setenv("PYTHONPATH", str(HERE))
        with pytest.raises(Exception, match="cannot listen"):
            detach(company.home, [sys.executable, str(HERE / "standins.py"), "up", str(company.home.root)])
    assert homelock.holder(company.home) is None


def test_the_supervisor_imports_little():
    heavy = "sqlalchemy", "icalendar", "dateparser", "pymap", "typer"
    program = f"import json, sys, runtime.supervisor.up; print(json.dumps([m for m in {heavy!r} if m in sys.modules]))"
    assert json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout) == []
