"""Random programs on a real store: however often the process dies, and wherever, a life comes to the same."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mind import durable
from tests.mind.durable import Life, live

# A process that dies right after a claim leaves what it had prepared.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'Performer.*was never awaited:RuntimeWarning")

ENDING = (1, 4, 6, 8, 9, 11, 12, 15, 20)
"""Seeds of lives that end, and in which something happens."""


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Life]]:
    """Lives without a death, by their seeds; each is played when it is first asked for."""
    yield _Lives(tmp_path_factory.mktemp("lives"))


class _Lives(dict[int, Life]):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.played = 0

    def __repr__(self) -> str:
        return f"lives {sorted(self)}"

    def __missing__(self, seed: int) -> Life:
        self[seed] = self.play(seed)
        return self[seed]

    def play(self, seed: int, die_at: frozenset[int] = frozenset(), always_replay: bool = False) -> Life:
        self.played += 1
        life = live(self.folder / str(self.played), seed, die_at=die_at, always_replay=always_replay)
        assert life is not None, f"life {seed} ends"
        return life


@given(st.sampled_from(ENDING), st.lists(st.integers(0, 999), min_size=1, max_size=3))
@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_life_with_deaths_comes_to_what_it_would_have_without(lives: _Lives, seed: int, when: list[int]) -> None:
    whole = lives[seed]
    died = lives.play(seed, frozenset(1 + number * whole.points // 1000 for number in when))
    assert died.acts == whole.acts
    assert died.beliefs == whole.beliefs
    assert died.goals == whole.goals
    assert died.intentions == whole.intentions
    assert died.steps == whole.steps


@pytest.mark.parametrize("seed", ENDING[:4])
def test_bodies_that_are_replayed_at_every_step_leave_the_same_journal(lives: _Lives, seed: int) -> None:
    assert lives.play(seed, always_replay=True) == lives[seed]


def test_these_lives_are_worth_playing(lives: _Lives) -> None:
    played = [lives[seed] for seed in ENDING[:6]]
    assert sum(len(life.acts) for life in played) > 10
    assert sum(len(life.intentions) for life in played) > 50


def test_every_process_writes_the_same_journal_on_every_hash_seed() -> None:
    found = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, durable.__file__, "8", "11"]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.add(ran.stdout.strip().splitlines()[-1])
    assert len(found) == 1
    assert len(found.pop().split()) == 3
