"""How many intentions that nobody has asked for are at work at once; what others ask for is never held back by them."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from empla.mind.goals import GOAL_WORD, Aim
from empla.mind.intentions import OVER, Intention, Stage
from empla.mind.limits import LOOK_AHEAD
from empla.mind.plans import PlanLibrary, goal, on
from empla.mind.state import Delta
from empla.mind.steps import Achieve, ActionFailed, Do
from empla.mind.terms import lit, query
from empla.testing.mind import Mind

AT_ONCE = 3


def busy() -> Mind:
    """Return a mind that may do three things at once unasked, each until its action is done; and what it is asked."""
    library = PlanLibrary(initiatives_at_once=AT_ONCE)

    @library.plan(on("idea"), initiative=True)
    def follow(event: Any) -> Any:
        try:
            yield Do(operation="own.work", arguments={"name": event.name})
        except ActionFailed:
            yield Do(operation="own.mend", arguments={"name": event.name})

    @library.plan(on("urgent-idea"), initiative=True, priority=2)
    def hurry(event: Any) -> Any:
        yield Do(operation="own.work", arguments={"name": event.name})

    @library.plan(on("mail"))
    def answer(event: Any) -> Any:
        yield Do(operation="email.send", arguments={"name": event.name})

    @library.plan(on("big-idea"), initiative=True)
    def divide(event: Any) -> Any:
        yield Achieve(goal="part", bindings={"name": event.name})

    @library.plan(on("goal:part"), initiative=True)
    def part(event: Any) -> Any:
        yield Do(operation="own.work", arguments={"name": event.name})

    return Mind(library)


def at_work(mind: Mind) -> list[Intention]:
    """Return the intentions of its own initiative that are at work, eldest first."""
    return [i for i in mind.state.intentions.values() if i.initiative and not i.held_back and i.stage is Stage.ACTIVE]


def begun(mind: Mind) -> list[str]:
    return [a.arguments["name"] for delta in mind.deltas for a in _asked(delta)]


def _asked(delta: Delta) -> list[Any]:
    return [c for c in delta.changes if type(c).__name__ == "Asked" and c.operation == "own.work"]


def test_only_so_many_are_at_work_and_the_next_begins_when_one_is_over() -> None:
    mind = busy()
    for name in "abcde":
        mind.when("idea", name=name)
    assert begun(mind) == ["a", "b", "c"]
    mind.done("own.work")
    assert begun(mind) == ["a", "b", "c", "d"]
    mind.failed("own.work")
    assert begun(mind) == ["a", "b", "c", "d"], "what fails and is mended goes on being at work"
    mind.done("own.mend")
    assert begun(mind) == ["a", "b", "c", "d", "e"]


def test_what_others_ask_for_is_begun_at_once_however_busy_it_is() -> None:
    mind = busy()
    for number in range(20):
        mind.when("idea", name=str(number))
    mind.when("mail", name="a request")
    mind.then.asked("email.send", name="a request")


def test_what_is_more_urgent_goes_before_so_many_that_came_earlier_and_no_more() -> None:
    mind = busy()
    for number in range(AT_ONCE + 30):
        mind.when("idea", name=str(number))
    for number in range(30):
        mind.when("urgent-idea", name=f"urgent {number}")
    for _ in range(60):
        mind.done("own.work")
    order = begun(mind)
    assert order.index("urgent 0") < order.index("25")
    assert order.index("20") < order.index("urgent 29"), "those that wait long enough are not overtaken any more"


def test_a_part_of_what_is_at_work_needs_no_place_of_its_own() -> None:
    mind = busy()
    for name in "abc":
        mind.when("big-idea", name=name)
    assert begun(mind) == ["a", "b", "c"]


def test_what_rests_makes_room_and_waits_for_its_turn_again() -> None:
    library = PlanLibrary(initiatives_at_once=1)
    library.want(Aim(name=LOOK_AHEAD, kind="maintain", holds=query(lit("never-mind"))))
    library.want(Aim(name="first", kind="perform", parent=LOOK_AHEAD))
    library.want(Aim(name="second", kind="perform", parent=LOOK_AHEAD))
    for name in ("first", "second"):

        @library.plan(goal(name), name=f"do-{name}")
        def do(event: Any) -> Any:
            yield Do(operation="own.work", arguments={"name": event.goal})

    mind = Mind(library)
    mind.tell("began", version="1")
    goals = {g.name: g.id for g in mind.state.goals.values()}
    assert begun(mind) == [goals["first"]]
    mind.tell(GOAL_WORD, goal=goals["first"], state="suspended", by="maria")
    assert begun(mind) == [goals["first"], goals["second"]]
    mind.tell(GOAL_WORD, goal=goals["first"], state="active", by="maria")
    assert [i.plan for i in at_work(mind)] == ["do-second"]
    mind.done(mind.asked[-1])
    assert [i.plan for i in at_work(mind)] == ["do-first"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["idea", "urgent-idea", "big-idea", "mail", "pass"]),
            st.tuples(st.sampled_from(["done", "failed"]), st.integers(0, 9)),
        ),
        max_size=40,
    )
)
def test_whatever_comes_no_more_are_at_work_everybody_gets_a_turn_and_requests_never_wait(events: list[Any]) -> None:
    mind = busy()
    for number, event in enumerate(events):
        if event == "pass":
            mind.let_pass(timedelta(hours=1))
        elif isinstance(event, str):
            mind.when(event, name=f"{event} {number}")
            if event == "mail":
                mind.then.asked("email.send", name=f"{event} {number}")
        elif waiting := [a for a in mind.asked if mind._waits(a)]:
            how, which = event
            getattr(mind, how)(waiting[which % len(waiting)])
        own = at_work(mind)
        assert len(own) <= AT_ONCE
        held = [i for i in mind.state.intentions.values() if i.held_back]
        assert not held or len(own) == AT_ONCE, "nobody waits while there is room"
    for _ in range(200):
        waiting = [a for a in mind.asked if mind._waits(a)]
        if not waiting:
            break
        mind.done(waiting[0])
    assert all(i.stage in OVER for i in mind.state.intentions.values()) and mind.state.intentions == {}


def test_it_waits_on_after_a_restart() -> None:
    mind = busy()
    for name in "abcd":
        mind.when("idea", name=name)
    held = [i.bindings["name"] for i in mind.state.intentions.values() if i.held_back]
    assert held == ["d"]
    mind.let_pass(timedelta(days=1))
    mind.when("anything", key="later")
    assert begun(mind) == ["a", "b", "c"]


def test_another_library_says_how_many() -> None:
    own, other = PlanLibrary(), PlanLibrary(initiatives_at_once=2)
    own.include(other)
    assert own.initiatives_at_once == 2
