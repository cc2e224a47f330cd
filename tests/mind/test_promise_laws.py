"""Whatever plans do and however the world answers: no promise disappears without a record."""

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.state import Believed, Delta, MindState
from tests.mind import programs
from tests.mind.programs import play
from tests.mind.test_programs import _all

Known = dict[tuple[str, str], Commitment]


def promises(state: MindState) -> Iterator[tuple[str, str, Commitment]]:
    for functor in (COMMITMENT, EXPECTATION):
        for belief in state.beliefs.matching(functor):
            yield (functor, *belief.arguments)


class PromiseLaws:
    """Looks at every Delta of one play; `closed` counts how promises ended, to see that all of it was played."""

    def __init__(self) -> None:
        self.closed: dict[Standing, int] = dict.fromkeys(Standing, 0)

    def check(self, keeping: MindState, _forgetting: MindState, delta: Delta) -> None:
        before: Known = {(functor, name): made for functor, name, made in promises(keeping)}
        after = MindState()
        after.apply(Believed(belief=belief) for belief in keeping.beliefs)
        after.apply(_all(keeping))
        after.apply(delta.changes)
        found = list(promises(after))
        held: Known = {(functor, name): made for functor, name, made in found}
        assert len(held) == len(found), "a promise is held twice"
        assert {key for key, made in before.items() if made.open} <= set(held), "a promise disappeared"
        for key, made in held.items():
            known = before.get(key)
            if made.open:
                self._is_carried(key, made, after)
            elif known is None or known.open:
                self.closed[made.standing] += 1
                self._has_a_record(made)
        for intention in after.intentions.values():
            for key in intention.carries:
                functor, _, name = key.partition(":")
                assert held[functor, name].carrier == intention.id, "an intention carries what another does"

    def _is_carried(self, key: tuple[str, str], made: Commitment, after: MindState) -> None:
        if made.carrier:
            carrier = after.intentions.get(made.carrier)
            assert carrier is not None, "nobody carries it"
            assert ":".join(key) in carrier.carries, "its carrier does not know of it"
        else:
            assert key[0] == EXPECTATION and made.clock and made.due is not None, "nobody would ever hear of it"

    def _has_a_record(self, made: Commitment) -> None:
        believed = made.content == "promise 0"  # the one that plain beliefs may end, too
        assert made.ended or believed, "nobody knows how it ended"
        assert made.standing is not Standing.KEPT or made.evidence or believed, "it counts as kept without evidence"


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_promise_disappears_without_a_record(data: st.DataObject) -> None:
    def choose(below: int) -> int:
        return data.draw(st.integers(0, below - 1))

    play(choose, 12, PromiseLaws().check)


def test_in_long_plays_promises_end_in_every_way_and_none_is_lost() -> None:
    laws = PromiseLaws()
    for seed in range(12):
        play(programs.seeded(seed), 50, laws.check)
    del laws.closed[Standing.OPEN]
    assert all(laws.closed.values()), f"not every way was played: {laws.closed}"
