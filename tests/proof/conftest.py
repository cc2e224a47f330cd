"""A small office for tests of the simulation itself: one employee, two people, little traffic."""

from pathlib import Path

import pytest

from runtime.simulation.reading import parse
from runtime.simulation.scenario import Scenario

SMALL = """
[company]
first_day = 2026-03-16

[[employees]]
name = "Ada Lane"
manager = "Anna Berg"

[[people]]
name = "Anna Berg"
answers_after = ["2m", "1h"]

[[people]]
name = "Ben Stone"

[[mails]]
at = "day 1 09:30"
from = "Anna Berg"
to = "Ada Lane"
text = "Please book half an hour with Ben tomorrow afternoon, about the {nonce} budget."
expect = { mails = { "Anna Berg" = "1+", "Ben Stone" = "1+" }, events = { "Anna Berg" = "0-1" } }

[[mails]]
at = "day 1 10:00"
from = "offers@elsewhere.example"
to = "Ada Lane"
text = "Fifty percent off!"
headers = { "List-Unsubscribe" = "<mailto:out@elsewhere.example>" }
expect = "nothing"

[traffic]
question = 1
errand = 1
"""


@pytest.fixture
def small() -> Scenario:
    """A day or two of one assistant."""
    return parse(SMALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for one run."""
    return tmp_path / "home"
