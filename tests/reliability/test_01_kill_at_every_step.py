"""Fault 1: kill -9 at every persisted step. Asked: 0 lost, 0 doubled after dedupe, every commit site hit.

Each path is killed at each of its points by a test of its own, listed below; which points there are is found by
counting, never by a list. What this module adds: no commit of the program stands outside. Where days of a company are
simulated and employees die, every kind of commit is passed; a kind that is not has its own test, named here.
"""

import re
from pathlib import Path

import pytest

from runtime.simulation import lives
from runtime.simulation.play import play
from runtime.simulation.reading import read

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "tests" / "proof" / "spring.toml"

KILLED_IN = {
    "mail to reply": "tests/crash/test_one_answer.py",
    "mail to meeting, over real servers": "tests/crash/test_at_the_office.py",
    "question, answer, act": "tests/crash/test_errand.py",
    "a stranger's request, approval, invitation": "tests/crash/test_on_behalf.py",
    "a task, a yes, an act, a report": "tests/crash/test_assigned.py",
    "cron to mail": "tests/crash/test_schedule.py",
    "hire, leave, grant": "tests/hr/test_killed.py",
    "deliver": "tests/runtime/office/test_delivery.py",
    "relay": "tests/runtime/office/relay/test_crashes.py",
    "migrate": "tests/store/test_migrations.py",
}
ELSEWHERE = {
    "send": "tests/hr/test_killed.py",  # a percept put in by others
    "compact": "tests/engine/test_compacting.py",  # what is a month old
    "blob": "tests/reliability/test_04_power_cut.py",
    "retell": "tests/memory/episodes/test_before.py",  # what was lived before there was a memory
    "memory": "tests/runtime/cli/test_memory_killed.py",  # what was told while its employee does not work
    "forget": "tests/runtime/cli/test_memory_killed.py",
    "take-over": "tests/reliability/test_20_started_twice.py",
    "renew": "tests/reliability/test_20_started_twice.py",
    "hand-back": "tests/store/test_lease_between_hosts.py",
    "leave": "tests/store/test_lease_between_hosts.py",
    "sign": "tests/store/test_lease_between_hosts.py",
    "died": "tests/crash/test_poison.py",
    "unclear": "tests/crash/test_one_answer.py",  # a server that shows late what it took, or never
}
"""Commits that simulated days do not have, by the test in which they are."""


def sites() -> set[str]:
    """Return the name of each commit of an employee's process, as the code says it."""
    files = [*(ROOT / "empla").rglob("*.py"), *(ROOT / "runtime").glob("*.py")]
    return {name for path in files for name in re.findall(r'\.transaction\("([a-z-]+)"', path.read_text())}


def test_every_path_has_a_test_that_kills_it_at_each_point() -> None:
    assert [name for name, path in KILLED_IN.items() if not (ROOT / path).exists()] == []


def test_no_commit_stands_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: set[str] = set()
    die = lives.passes

    def noted(name: str) -> None:
        passed.add(name)
        die(name)

    monkeypatch.setattr(lives, "passes", noted)
    outcome = play(read(SCENARIO), seed=4, days=4, crashes="many", home=tmp_path / "home")
    assert outcome.faults == []
    assert sum(len(employee.deaths) for employee in outcome.employees) > 0
    commits = {name.split(":")[1] for name in passed if name.startswith("commit:")}
    assert sites() - commits - ELSEWHERE.keys() == set(), "a commit at which nothing is ever killed"
    assert [path for path in ELSEWHERE.values() if not (ROOT / path).exists()] == []
    assert {f"commit:{site}:{side}" for site in commits for side in ("before", "after")} <= passed
