"""What memory was told while its employee does not work, carried out by a command that is killed again and again."""

from contextlib import closing
from pathlib import Path

import pytest

from empla import faults
from empla.clock import SystemClock
from empla.config import Home
from empla.engine import inbox
from empla.memory.commands import MEMORY
from empla.memory.forgetting import task
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.minds import open_mind_inbox
from runtime.memory import carry_out
from tests.runtime.cli.conftest import Cli
from tests.store.conftest import RunInChild, in_child

__all__ = ["in_child"]

SLUG = "clara.diaz"
FORGET = {"do": "forget", "by": "ada.lovelace@office.example", "salt": "5" * 32, "run": "r", "topic": "zed quill"}


@pytest.fixture
def home(company: Cli, tmp_path: Path) -> Home:
    """A home with an employee who has never worked, was taught something, and is to forget half of it."""
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    paper = tmp_path / "people.md"
    paper.write_text("# People\n\nZed Quill prefers the morning.\n\n# Tea\n\nTea is at four.\n")
    company.ok("teach", "Clara", str(paper))
    made = Home(company.home)
    with closing(open_mind_inbox(made, SLUG)) as store:
        percept = Percept(key="forget:zed", kind=MEMORY, fields=FORGET, origin=OWN)
        inbox.send(store, percept, SystemClock(made.clock).now())
    return made


def holders(home: Home, words: bytes) -> list[Path]:
    return [file for file in home.root.rglob("*") if file.is_file() and words in file.read_bytes()]


def test_each_that_comes_after_goes_on_where_the_one_before_died(
    home: Home, tmp_path: Path, in_child: RunInChild
) -> None:
    passed: list[str] = []
    for die_at in (3, 4, 9, 26):
        assert in_child(lambda: carry_out(home, SLUG), die_at=die_at)
        passed += faults.passed(tmp_path / "faults")
    assert holders(home, b"Zed Quill"), "not all is done yet"
    assert not in_child(lambda: carry_out(home, SLUG))
    assert {"commit:memory:before", "commit:memory:after", "commit:forget:before", "commit:forget:after"} <= {*passed}
    with closing(open_mind_inbox(home, SLUG)) as store:
        assert task.under_way(store) is None
        assert store.find("percept", {"key": "forget:zed"}, ("state",))[0].state == "handled"
    assert holders(home, b"Zed Quill") == []
    assert holders(home, b"Tea is at four")
