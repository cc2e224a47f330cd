"""The past lived again: the same digests without a change, and what would have been without some percepts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.engine import journal, replay
from empla.engine.imagining import IMAGINED, Imagined, imagine
from empla.errors import InputError
from empla.mind.plans import Plan, PlanLibrary, Trigger, on
from empla.mind.state import Believed, number
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Query, Raise, Unless, Wait
from empla.testing.employee import Employee
from tests.engine.conftest import Bench


def look(value: Any) -> Do:
    return Do(operation="test.look", arguments={"value": value})


def write(value: Any) -> Do:
    return Do(operation="test.write", arguments={"value": value})


def asking(*values: Any) -> Any:
    """Return a plan's body that asks for these values, one after the other."""

    def body(event: Trigger) -> Any:
        for value in values:
            yield look(value)
        yield Believe(functor="done", arguments=(event.number,))

    return body


def told(ada: Employee, *kinds: str) -> None:
    """Let an employee perceive one thing after the other; each has its kind as its key, and its place as a field."""
    for place, kind in enumerate(kinds):
        ada.tell(kind, key=kind, number=place)
        ada.work()


def acts(found: Imagined) -> list[tuple[str, str]]:
    """Return the acts that would have been others: what is otherwise, and its value."""
    return [(act.what, (act.was or act.now).arguments["value"]) for act in found.acts()]


def beliefs(found: Imagined) -> list[tuple[Any, Any]]:
    """Return the beliefs that would be others at the end, as held and as they would be."""
    return [tuple(t.arguments if t is not None else None for t in (b.was, b.now)) for b in found.beliefs()]


# as it was ------------------------------------------------------------------------------------------------------------


def test_the_first_cycle_that_a_changed_plan_makes_differ_is_named_and_the_rest_is_still_compared(
    ada: Employee, plans: PlanLibrary
) -> None:
    for kind in ("north", "south"):
        plans.add(Plan(name=kind, trigger=on(kind), body=asking(kind)))
    told(ada, "north", "south")
    assert replay.replay(ada.store, plans).first is None

    plans.add(Plan(name="north", trigger=on("north"), body=asking("elsewhere")))
    found = replay.replay(ada.store, plans)
    assert found.first is not None
    assert found.first.recorded.key == "north"
    assert found.differs_at == found.first.recorded.cycle
    cycles = len(ada.rows("journal", "seq"))
    assert (found.cycles, found.own.otherwise) == (cycles, 1), "what follows is compared with what was recorded"


def test_what_another_version_ran_is_counted_apart_and_is_no_fault(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans.add(Plan(name="go", trigger=on("go"), body=asking("then")))
    monkeypatch.setattr(journal, "__version__", "0.0.1")
    told(ada, "go")
    monkeypatch.undo()
    plans.add(Plan(name="go", trigger=on("go"), body=asking("now")))
    told(ada, "stop")
    found = replay.replay(ada.store, plans)
    assert found.first is None
    assert (found.own.cycles, found.own.otherwise) == (1, 0)
    assert {v: (c.cycles, c.otherwise) for v, c in found.others.items()} == {"0.0.1": (found.cycles - 1, 1)}


def test_a_journal_that_somebody_changed_is_told_from_code_that_changed(ada: Employee, plans: PlanLibrary) -> None:
    plans.add(Plan(name="go", trigger=on("go"), body=asking("it")))
    told(ada, "go")
    with ada.store.transaction():
        ada.store.change("journal", {"percept": "go"}, {"delta": journal.packed(b"[]")})
    found = replay.replay(ada.store, plans)
    assert found.first is not None
    assert (found.first.recorded.key, "own digest" in found.first.why) == ("go", True)


def test_it_stops_where_it_is_told_to_and_goes_on_over_what_was_erased(ada: Employee, plans: PlanLibrary) -> None:
    plans.add(Plan(name="go", trigger=on("go"), body=asking("it")))
    ada.tell("go", key="go", number=1)
    ada.work()
    before = ada.clock.now()
    ada.clock.move_to(before + timedelta(days=1))
    told(ada, "stop")
    cycles = len(ada.rows("journal", "seq"))
    assert replay.replay(ada.store, plans, until=before).last == cycles - 1
    assert replay.replay(ada.store, plans, until=2).last == 2
    seen: list[int] = []
    with ada.store.transaction():
        ada.store.change("percept", {"key": "stop"}, {"key": "erased:stop"})
    found = replay.replay(ada.store, plans, told=seen.append)
    assert (found.erased, found.differs_at, seen[-1]) == (1, 0, cycles)


# as it would have been ------------------------------------------------------------------------------------------------


@pytest.fixture
def house(plans: PlanLibrary) -> None:
    """Plans that look, write what they have come to believe, wait and count."""

    @plans.plan(on("rule"))
    def rule(event: Trigger) -> Any:
        yield Believe(functor="rule", arguments=("red",))

    @plans.plan(on("order"))
    def order(event: Trigger) -> Any:
        found = yield Query(functor="rule")
        colour = yield look(found[0][0] if found else "any")
        yield write(f"{colour} paint")
        yield Believe(functor="ordered", arguments=(colour,))

    @plans.plan(on("other"))
    def other(event: Trigger) -> Any:
        yield write("other")
        yield Believe(functor="others", arguments=(event.number,))


@pytest.fixture
def ordered(ada: Employee, house: None) -> Employee:
    told(ada, "rule", "order", "other")
    return ada


def test_without_a_percept_what_came_of_it_is_gone_and_all_else_is_as_it_was(
    ordered: Employee, plans: PlanLibrary
) -> None:
    found = imagine(ordered.store, plans, ["order"])
    assert acts(found) == [("not asked", "red"), ("not asked", "red paint")]
    assert beliefs(found) == [(("red",), None)]
    assert [(i.was.plan, i.now) for i in found.intentions()] == [("order", None)]
    assert found.unheard == ["outcome:i2.1", "outcome:i2.2"]
    assert found.first is None, "nothing else was thought otherwise: the third intention has its own id"


def test_what_would_be_asked_otherwise_stays_open_for_nobody_knows_what_comes_of_it(
    ordered: Employee, plans: PlanLibrary
) -> None:
    found = imagine(ordered.store, plans, ["rule"])
    assert acts(found) == [("asked otherwise", "red"), ("not asked", "red paint")]
    assert [(i.was.plan, i.now and i.now.stage) for i in found.intentions()] == [("rule", None), ("order", "active")]
    assert found.first is not None
    assert found.first.recorded.key == "order"
    assert any(isinstance(c, Believed) for c in found.was.state.beliefs) is False
    assert imagine(ordered.store, plans, ["rule"]).acts() == found.acts(), "told twice, it is the same"


def test_what_is_imagined_is_what_another_came_to_who_never_heard_of_it(
    hire: Callable[..., Employee], house: None, plans: PlanLibrary
) -> None:
    here, there = hire(), hire()
    told(here, "rule", "order", "other")
    told(there, "rule", "other")
    found = imagine(here.store, plans, ["order"])
    imagined = {(b.functor, str(b.arguments)) for b in found.now.state.beliefs}
    came_to = {(b.functor, str(b.arguments)) for b in there.engine.state.beliefs}
    counted = {("others", "(2,)"), ("others", "(1,)")}  # how manieth percept it was
    assert imagined - counted == came_to - counted


def test_several_may_be_left_out(ordered: Employee, plans: PlanLibrary) -> None:
    found = imagine(ordered.store, plans, ["order", "other"])
    assert [value for _, value in acts(found)] == ["red", "red paint", "other"]


def test_leaving_out_begins_at_the_last_snapshot_before_it(
    ada: Employee, house: None, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CYCLES_PER_SNAPSHOT", 3)
    told(ada, "rule", "order", "other")
    found = imagine(ada.store, plans, ["other"])
    assert found.since == 3
    assert acts(found) == [("not asked", "other")]
    assert acts(imagine(ada.store, plans, ["other"], since=0)) == acts(found)
    with pytest.raises(InputError, match="not among those"):
        imagine(ada.store, plans, ["rule"], since=3)
    with pytest.raises(InputError, match="nothing that was perceived"):
        imagine(ada.store, plans, ["never"])


def test_a_wait_that_nothing_ended_ends_at_its_time_and_its_acts_are_only_imagined(
    ada: Employee, plans: PlanLibrary
) -> None:
    @plans.plan(on("begin"))
    def begin(event: Trigger) -> Any:
        came = yield Wait(kind="answer", until=(yield Now()) + timedelta(hours=1))
        if came is None:
            yield Raise(kind="late")
        else:
            yield Wait(until=(yield Now()) + timedelta(hours=3))

    @plans.plan(on("late"))
    def late(event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + timedelta(minutes=20))
        yield write("a reminder")

    told(ada, "begin", "answer")
    ada.let_pass(timedelta(hours=2))
    told(ada, "end")
    found = imagine(ada.store, plans, ["answer"])
    assert acts(found) == [("asked anew", "a reminder")]
    (new,) = [t.now for t in found.intentions() if t.was is None]
    assert number(new.id) > IMAGINED
    assert found.timers == 2, "the answer ended the first wait before its time, so both ends are only imagined"


def test_an_act_that_would_not_have_been_called_off_stays_open(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    @plans.plan(on("begin"))
    def begin(event: Trigger) -> Any:
        try:
            yield Unless(by=write("a follow-up"), kind="answer")
        except ActionFailed:
            yield Forget(functor="waiting")

    ada.tell("begin", key="begin")
    ada.tell("answer", key="answer")
    ada.work()
    assert bench.done == []
    found = imagine(ada.store, plans, ["answer"])
    assert acts(found) == [("decided otherwise", "a follow-up")]
    assert [(t.was.stage.value, t.now.stage.value) for t in found.intentions()] == [("done", "active")]


def test_a_cycle_that_would_go_on_in_another_does_so(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("many"))
    def many(event: Trigger) -> Any:
        rounds = 900 if (yield Query(functor="much")) else 3
        for place in range(rounds):
            yield Raise(kind="one", fields={"place": place})

    @plans.plan(on("much"))
    def much(event: Trigger) -> Any:
        yield Believe(functor="much", arguments=(True,))

    @plans.plan(on("one"))
    def one(event: Trigger) -> Any:
        yield Forget(functor="last")
        yield Believe(functor="last", arguments=(event.place,))

    told(ada, "much", "many", "other")
    found = imagine(ada.store, plans, ["much"])
    assert beliefs(found) == [((True,), None), ((899,), None), (None, (2,))]
    assert "continue:many" in found.unheard
    other_way = imagine(ada.store, plans, ["other"])
    assert (other_way.acts(), other_way.beliefs()) == ([], [])


def test_the_store_is_only_read(ordered: Employee, plans: PlanLibrary, hire: Callable[..., Employee]) -> None:
    tables = ("percept", "belief", "goal", "intention", "step", "action", "journal", "snapshot")
    before = [ordered.rows(table, "seq") for table in tables]
    imagine(ordered.store, plans, ["rule"])
    replay.replay(ordered.store, plans)
    assert [ordered.rows(table, "seq") for table in tables] == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from(["other", "wait", "answer", "noise"]), min_size=2, max_size=7),
    left_out=st.sets(st.integers(0, 6), min_size=1, max_size=3),
)
def test_whatever_is_left_out_it_comes_to_what_one_believes_who_never_heard_it(
    hire: Callable[..., Employee], house: None, plans: PlanLibrary, kinds: list[str], left_out: set[int]
) -> None:
    if "wait" not in {name for name, _ in plans.plans}:

        @plans.plan(on("wait"))
        def wait(event: Trigger) -> Any:
            came = yield Wait(kind="answer", until=(yield Now()) + timedelta(minutes=90))
            yield Believe(functor="waited", arguments=(event.number, None if came is None else came.get("number")))

    left_out = {place for place in left_out if place < len(kinds)}
    here, there = hire(), hire()
    for place, kind in enumerate(kinds):
        for ada in (here, there) if place not in left_out else (here,):
            ada.tell(kind, key=f"{kind}:{place}", number=place)
        for ada in (here, there):
            ada.let_pass(timedelta(hours=1))
    without = [f"{kinds[place]}:{place}" for place in sorted(left_out)]
    if not without:
        return
    found = imagine(here.store, plans, without)
    assert replay.replay(here.store, plans).first is None
    # Its past ends with what it last perceived: what was due later is not imagined.
    last = datetime.fromisoformat(here.rows("journal", "at")[-1])
    came_to = {b.id for b in there.engine.state.beliefs if b.observed_at is None or b.observed_at <= last}
    assert {b.id for b in found.now.state.beliefs} == came_to
