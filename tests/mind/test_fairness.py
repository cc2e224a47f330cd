"""Who goes on next: the urgent before the others, and whatever loops before nobody for ever."""

from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from empla.mind import cycle as cycle_module
from empla.mind.plans import Plan, Trigger, on
from empla.mind.state import Asked, Continued
from empla.mind.steps import Again, Do, Now, Raise, Wait
from empla.testing.mind import Mind

EVENTS = 200


def _goes_round(event: Trigger) -> Any:
    yield Now()
    yield Again(bindings={"round": event.get("round", 0) + 1})


def _raises_itself(event: Trigger) -> Any:
    yield Raise(kind="spin", fields={})


def _acts(event: Trigger) -> Any:
    yield Wait(kind="alarm")
    yield Do(operation="test.act", arguments={})


def _sets_off(event: Trigger) -> Any:
    yield Raise(kind="spin", fields={})
    yield Raise(kind="alarm", fields={})


@given(st.sampled_from((_goes_round, _raises_itself)), st.integers(-30, 30), st.integers(-30, 30), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_what_loops_keeps_nobody_waiting_for_long(spins: Any, loud: int, urgent: int, loops: int) -> None:
    """Whichever of them is the more urgent, and however often the cycle goes on in another one."""
    mind = Mind()
    for number in range(loops):
        mind.library.add(Plan(name=f"spin-{number}", trigger=on("spin"), body=spins, priority=loud, rank=-number))
    mind.library.add(Plan(name="act", trigger=on("work"), body=_acts, priority=urgent))
    mind.library.add(Plan(name="go", trigger=on("go"), body=_sets_off, priority=99))
    mind.tell("work")
    with patch.object(cycle_module, "EVENTS_PER_CYCLE", EVENTS):
        delta = mind.tell("go")
        cycles = 1
        while not any(isinstance(c, Asked) for c in delta.changes):
            (rest,) = [c.percept for c in delta.changes if isinstance(c, Continued)]
            delta = mind.hear(rest)
            cycles += 1
            assert cycles <= 4, "it starves"
