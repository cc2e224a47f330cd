"""Whatever is wanted, and whatever happens: the laws of goals hold."""

import os
import subprocess
import sys
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import desiring
from empla.mind.goal_graph import find_cycle
from empla.mind.goals import Goal
from empla.mind.state import MindState
from tests.mind.goals import wishes
from tests.mind.goals.wanting import Wanting
from tests.mind.goals.wishes import begun, do, live, random_aim, seeded

TOLD = {
    "waiting": "goal-blocked",
    "suspended": "goal-suspended",
    "achieved": "goal-achieved",
    "dropped": "goal-dropped",
}
BY_WORD = "somebody said so"


def check(mind: Wanting) -> None:
    """Check the laws that hold after every step."""
    rows = mind.state.goals
    for goal in rows.values():
        ties = goal.ties
        rivals = [rows[g] for g in ties.conflicts_with if g in rows]
        if goal.state == "active":
            assert all(rival.state != "active" for rival in rivals), "two in conflict are active"
            assert not ties.awaited, "a goal is pursued before what it depends on"
            above = [rows[g] for g in ties.serves if g in rows]
            assert not above or any(a.state == "active" for a in above), "a part is pursued, but nothing that it serves"
        if goal.state == "waiting":
            assert ties.awaited
            assert goal.blocked_by, "it is not told what it waits for"
        if goal.state == "suspended" and ties.yields_to:
            other = rows[ties.yields_to]
            active = other.id in ties.conflicts_with
            assert (other.state == "active") == active, "what it was suspended for is gone"
            if active and not ties.serves and not other.ties.serves:
                assert goal.priority <= other.priority + 0.51, "the less important of two is pursued"
        assert goal.state == goal.transitions[-1].state
        assert all(t.reason for t in goal.transitions)
        assert goal.id in [g for f in goal.watches for g in mind.state.watched[f]] or not goal.watches
    assert not find_cycle(rows, lambda g: (*rows[g].ties.parts, *rows[g].ties.depends_on) if g in rows else ())
    for goal in mind.over.values():
        if goal.state == "achieved" and goal.reason != BY_WORD:
            assert set(goal.ties.all_of) <= set(goal.ties.met), "a whole was reached without a part"
            assert not goal.ties.any_of or set(goal.ties.any_of) & set(goal.ties.met)


def check_all_was_told(mind: Wanting) -> None:
    """Check that every transition was raised as an event, with the reason that stands in the row."""
    said = Counter((e.kind, e.fields["goal"], e.fields["reason"]) for e in mind.events if e.kind.startswith("goal-"))
    for goal in (*mind.over.values(), *mind.state.goals.values()):
        assert len(goal.transitions) < 50
        for place, transition in enumerate(goal.transitions):
            kind = TOLD.get(transition.state) or ("goal-resumed" if place else "goal-adopted")
            assert said[kind, goal.id, transition.reason] > 0, f"{goal.name} became {transition.state} unheard"
        assert sum(n for (kind, g, _), n in said.items() if g == goal.id and kind == "goal-adopted") == 1


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_laws_hold_at_every_step(data: st.DataObject) -> None:
    def choose(below: int) -> int:
        return data.draw(st.integers(0, below - 1))

    mind = begun(choose)
    check(mind)
    for _ in range(12):
        do(mind, choose)
        check(mind)
    check_all_was_told(mind)


def test_the_laws_hold_over_long_times() -> None:
    for seed in range(120):
        choose = seeded(seed)
        mind = begun(choose)
        for _ in range(40):
            do(mind, choose)
            check(mind)
        check_all_was_told(mind)


def test_a_suspended_goal_can_always_be_resumed() -> None:
    """Once what it makes room for and what it depends on is over, and what it serves goes on."""
    for mind in wishes.days(range(60), 20):
        for goal in [g for g in live(mind) if g.state == "suspended"]:
            _clear_the_way(mind, goal)
            row = mind.state.goals.get(goal.id)
            assert row is None or row.state == "active"
            check(mind)


def _clear_the_way(mind: Wanting, goal: Goal) -> None:
    row = mind.state.goals.get(goal.id)
    if row is None or row.state == "active":
        return
    for awaited in [mind.state.goals[g] for g in row.ties.awaited if g in mind.state.goals]:
        mind.step(lambda d, w=awaited: desiring.achieve(d, mind.library, w, BY_WORD))
    for rival in [mind.state.goals[g] for g in row.ties.conflicts_with if g in mind.state.goals]:
        mind.step(lambda d, r=rival: desiring.drop(d, mind.library, r, BY_WORD))
    for above in [mind.state.goals[g] for g in row.ties.serves if g in mind.state.goals]:
        _clear_the_way(mind, above)
    row = mind.state.goals.get(goal.id)
    if row is not None and row.state != "active":
        mind.step(lambda d: desiring.resume(d, mind.library, row, BY_WORD))


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_circle_is_ever_accepted(data: st.DataObject) -> None:
    def choose(below: int) -> int:
        return data.draw(st.integers(0, below - 1))

    mind = begun(choose)
    for number in range(6):
        before = dict(mind.state.goals)
        try:
            mind.pursue(random_aim(choose, f"x{number}"))
        except ValidationError:
            assert mind.state.goals == before, "a goal that was refused left something behind"
        check(mind)


def test_what_is_kept_is_all_there_is() -> None:
    for mind in wishes.days(range(20), 15):
        again = MindState()
        again.apply([*mind.over.values(), *reversed(live(mind))])
        assert again.goals == mind.state.goals
        assert {f: set(g) for f, g in again.watched.items()} == {f: set(g) for f, g in mind.state.watched.items()}
        assert again.adopted == mind.state.adopted


def test_every_process_wants_the_same_on_every_hash_seed() -> None:
    found = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(
            [sys.executable, wishes.__file__], env=environment, capture_output=True, text=True, check=True
        )
        found.add(ran.stdout.strip())
    assert len(found) == 1
    assert len(found.pop()) == 64
