"""Ten seeds of the proof, of shorter months: each with its own deaths, absences, outages and clock jumps.

`make proof` plays two hundred whole months. A seed that fails here is named with the command that repeats it.
"""

import pytest

from runtime.simulation.play import a_home
from tests.proof.prove import Month, command, month, seeds_of, table

DAYS = 2


@pytest.mark.parametrize("seed", range(1, 11))
def test_nothing_is_lost_doubled_or_stranded(seed: int) -> None:
    found = month(seed, DAYS)
    assert not found.faults, "\n".join([f"repeat it: {command(seed, DAYS)}", *found.faults])
    assert found.mails > 10
    assert found.cycles > 100
    assert found.model_calls == 0


def test_a_failing_seed_is_printed_with_the_command_that_repeats_it() -> None:
    broken = Month(seed=17, faults=["lost percept: one"], kinds={"lost percept": 1})
    lines = table([Month(seed=16), broken], 30, 1.0)
    said = "empla simulate --scenario tests/proof/autumn.toml --days 30 --seed 17 --crashes many"
    assert f"    {said}" in lines
    assert "| lost percept | 1 |" in lines
    assert not any("--seed 16" in line for line in lines)


def test_seeds_are_named_by_number_and_range() -> None:
    assert seeds_of("3,7-9") == [3, 7, 8, 9]


def test_a_home_in_memory_is_gone_afterwards() -> None:
    with a_home() as home:
        assert home.is_dir()
    assert not home.exists()
