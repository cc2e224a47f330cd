"""What is believed, and what follows, is the same in every process; and it takes little memory."""

import gc
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from empla.mind.beliefs import Belief, BeliefBase
from tests.mind.beliefs import seeds


def test_revision_and_queries_are_the_same_on_every_hash_seed() -> None:
    found = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(
            [sys.executable, seeds.__file__], env=environment, capture_output=True, text=True, check=True
        )
        found.add(ran.stdout.strip())
    assert len(found) == 1
    assert len(found.pop()) == 64


@pytest.mark.parametrize(("supported", "most"), [(False, 0.6), (True, 1.0)])
def test_a_belief_with_its_index_takes_little_memory(supported: bool, most: float) -> None:
    many, start = 8192, datetime(2026, 11, 23, tzinfo=UTC)  # just after the dicts have grown
    tracemalloc.start()
    try:
        base = BeliefBase(
            Belief(
                functor="knows",
                arguments=(f"person{n}", f"subject{n}"),
                observed_at=start + timedelta(seconds=n),
                supporters=(f"mail:{n}",) if supported else (),
            )
            for n in range(many)
        )
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] / many / 1024 < most
    finally:
        tracemalloc.stop()
    assert len(base) == many
