"""What an employee may use: the rules, the kernel's control groups, and real processes that eat all they can."""

import os
from pathlib import Path

import pytest

from runtime import progress
from runtime.supervisor import usage
from runtime.supervisor.groups import Groups
from runtime.supervisor.limits import Limits, ProcessorWatch

from .conftest import Company, until

MIB = 1024


def test_memory_is_too_much_above_the_limit_and_never_without_one():
    assert Limits(memory_mib=512).too_much_memory(512 * MIB) == ""
    assert Limits(memory_mib=512).too_much_memory(600 * MIB) == "used 600 MiB of memory, more than the 512 MiB it may"
    assert Limits(memory_mib=0).too_much_memory(1 << 30) == ""


@pytest.mark.parametrize(
    ("used", "marks", "share", "wrong"),
    [
        (0.2, 5, 0.0, ""),
        (59.0, 5, 0.98, ""),  # much, but its loop came round: work
        (59.0, 1, 0.98, "used 98% of a core for 60 s and did nothing by it"),
    ],
)
def test_much_processor_time_is_wrong_only_if_nothing_came_of_it(used: float, marks: int, share: float, wrong: str):
    watch = ProcessorWatch(Limits(cpu=1.0))
    assert watch.due(100.0)
    assert watch.look(100.0, 7.0, 1) == (0.0, "")  # the first look only begins a window
    assert not watch.due(130.0)
    found, said = watch.look(160.0, 7.0 + used, marks)
    assert (round(found, 2), said) == (share, wrong)


def test_a_window_in_which_the_machine_slept_says_nothing():
    watch = ProcessorWatch(Limits(cpu=1.0))
    watch.look(100.0, 0.0, 1)
    assert watch.look(8 * 3600.0, 8 * 3600.0, 1) == (0.0, "")


def test_what_a_process_uses_is_read_from_the_kernel():
    before = usage.processor_s(os.getpid())
    held = bytearray(os.urandom(64 << 20))
    assert usage.anonymous_kib(os.getpid()) > len(held) // 1024
    assert usage.mapped_mib() > 64
    while usage.processor_s(os.getpid()) == before:
        held.count(b"x")
    assert usage.processor_s(1 << 22) == usage.anonymous_kib(1 << 22) == 0  # there is no such process


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files as the kernel shows them in a subtree that was delegated to this process."""
    root = tmp_path / "cgroup" / "system.slice" / "empla.service"
    root.mkdir(parents=True)
    (root / "cgroup.type").write_text("domain\n")
    (root / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (root / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (tmp_path / "self").write_text("0::/system.slice/empla.service\n")
    return root


def delegated(tmp_path: Path) -> Groups | None:
    return Groups.delegated(tmp_path / "cgroup", tmp_path / "self")


def test_in_a_delegated_subtree_each_employee_has_a_group_of_its_own(tree: Path, tmp_path: Path):
    groups = delegated(tmp_path)
    assert groups is not None
    assert (tree / "supervisor" / "cgroup.procs").read_text() == str(os.getpid())
    assert (tree / "cgroup.subtree_control").read_text() == "+memory +cpu"
    groups.hold("ada", 4711, Limits(memory_mib=256, cpu=0.5))
    group = tree / "employee-ada"
    assert (group / "memory.max").read_text() == str(512 << 20), "the wall, twice the limit"
    assert (group / "cpu.max").read_text() == "50000 100000"
    assert (group / "cgroup.procs").read_text() == "4711"
    assert not groups.out_of_memory("ada")
    (group / "memory.events").write_text("low 0\nmax 40\noom 1\noom_kill 1\n")
    assert groups.out_of_memory("ada")
    groups.limit("ada", Limits(memory_mib=0, cpu=0))
    assert ((group / "memory.max").read_text(), (group / "cpu.max").read_text()) == ("max", "max 100000")


@pytest.mark.parametrize(
    ("file", "says"),
    [("cgroup.controllers", "cpu pids"), ("cgroup.procs", "1\n2\n"), ("../../../self", "4:memory:/elsewhere\n")],
)
def test_where_a_group_is_not_ours_alone_none_is_made(tree: Path, tmp_path: Path, file: str, says: str):
    (tree / file).write_text(says)
    assert delegated(tmp_path) is None
    assert not (tree / "supervisor").exists()


def test_the_machines_own_root_is_left_alone(tree: Path, tmp_path: Path):
    (tree / "cgroup.type").unlink()
    assert delegated(tmp_path) is None


def works_on(company: Company, slug: str) -> int:
    """Return how far an employee that counts has come."""
    page = progress.read(company.home.employee(slug) / "progress")
    assert page is not None
    return page.cycle


def test_one_that_eats_memory_is_ended_in_order_with_its_reason_and_its_neighbour_works_on(company: Company):
    company.settings |= {"limits": {"memory_mib": 96}, "hang_s": 4.0}
    company.employ("ada", "grows")
    company.employ("bob", "counts")
    company.up()
    bob, first = company.employee("bob")["pid"], company.employee("ada")["pid"]
    company.behave("ada", "works")
    until(lambda: company.employee("ada")["pid"] not in (None, first), what="a fresh process")
    ada = company.employee("ada")
    assert "MiB of memory, more than the 96 MiB it may, and was ended" in ada["last_end"]
    assert ada["restarts"] == 1
    assert (company.home.employee("ada") / "finished").exists(), "it was let finish"
    assert (company.employee("bob")["pid"], company.employee("bob")["restarts"]) == (bob, 0)
    before = works_on(company, "bob")
    until(lambda: works_on(company, "bob") > before)


def test_one_that_takes_memory_at_a_leap_meets_the_kernels_wall(company: Company):
    company.settings |= {"limits": {"memory_mib": 128}, "rule": {"limit": 2, "first_s": 0.05}}
    company.employ("ada", "leaps")
    company.employ("bob", "counts")
    company.up()
    until(lambda: company.employee("ada")["state"] == "quarantined")
    assert "MemoryError" in (company.home.logs / "ada.jsonl").read_text()
    assert company.employee("bob")["restarts"] == 0


def test_one_that_eats_the_processor_for_nothing_lets_others_go_first_and_is_ended(company: Company):
    company.settings |= {"limits": {"cpu": 0.2, "window_s": 1.0}}
    company.employ("ada", "hogs")
    company.employ("bob", "counts")
    company.up()
    first = company.employee("ada")["pid"]
    company.behave("ada", "works")
    until(lambda: company.employee("ada")["pid"] not in (None, first), what="a fresh process")
    assert "of a core for" in company.employee("ada")["last_end"]
    assert "did nothing by it" in company.employee("ada")["last_end"]
    assert "employee uses the processor to its limit" in (company.home.logs / "up.jsonl").read_text()
    before = works_on(company, "bob")
    until(lambda: works_on(company, "bob") > before)
    assert company.employee("bob")["restarts"] == 0
