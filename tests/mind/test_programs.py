"""Whatever plans do and however the world answers: the laws of the mind hold."""

import os
import subprocess
import sys
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.mind.intentions import OVER
from empla.mind.state import Delta, MindState
from tests.mind import programs
from tests.mind.programs import ended, play


class Laws:
    """Looks at every Delta of one play."""

    def __init__(self) -> None:
        self.over: Counter[str] = Counter()

    def check(self, keeping: MindState, _forgetting: MindState, delta: Delta) -> None:
        before = set(keeping.intentions)
        self.over.update(ended(delta))
        after = MindState()
        after.apply(change for change in _all(keeping))
        after.apply(delta.changes)
        gone = before - set(after.intentions)
        assert gone <= set(ended(delta)), "an intention disappeared without a word"
        assert not set(self.over) & set(after.intentions), "an intention is over and active"
        assert all(count == 1 for count in self.over.values()), "an intention ended twice"
        assert all(i.stage not in OVER for i in after.intentions.values())
        assert {q.id.partition(".")[0] for q in after.questions.values()} <= set(after.intentions)
        assert {h.intention for h in after.holds.values()} <= set(after.intentions)
        assert {i.goal for i in after.intentions.values() if i.goal} <= set(after.goals)
        assert set(after.histories) <= set(after.intentions)


def _all(state: MindState):  # type: ignore[no-untyped-def]
    yield from state.goals.values()
    yield from state.intentions.values()
    for history in state.histories.values():
        yield from history.values()
    yield from state.questions.values()
    yield from state.holds.values()


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_dropping_every_generator_at_every_step_changes_nothing(data: st.DataObject) -> None:
    def choose(below: int) -> int:
        return data.draw(st.integers(0, below - 1))

    play(choose, 10, Laws().check)


def test_long_plays_keep_the_laws() -> None:
    for seed in range(12):
        play(programs.seeded(seed), 40, Laws().check)


def test_every_process_makes_the_same_deltas_on_every_hash_seed() -> None:
    found = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(
            [sys.executable, programs.__file__], env=environment, capture_output=True, text=True, check=True
        )
        found.add(ran.stdout.strip())
    assert len(found) == 1
    assert len(found.pop()) == 64
