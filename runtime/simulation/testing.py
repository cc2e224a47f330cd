"""A scenario as a test of a role: one line."""

from pathlib import Path
from typing import Final

from runtime.simulation.inside import examine
from runtime.simulation.play import Outcome, a_home, play
from runtime.simulation.reading import read

EXAMPLE: Final = Path(__file__).with_name("example.toml")
"""The scenario that `empla simulate --example` writes."""


def assert_played(path: Path, *, days: int = 7, seed: int = 1, crashes: str = "none") -> Outcome:
    """Play a scenario and return what came of it; AssertionError with all that is wrong, and how to play it again."""
    with a_home() as home:
        outcome = play(read(path), seed=seed, days=days, crashes=crashes, home=home)
        examine(outcome)
    if outcome.faults:
        command = f"empla simulate --scenario {path} --days {days} --seed {seed} --crashes {crashes}"
        raise AssertionError("\n".join([f"play it again: {command}", *map(str, outcome.faults)]))
    return outcome
