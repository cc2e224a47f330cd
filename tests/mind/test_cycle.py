"""One cycle: what is chosen, what waits, what wakes, and how a long one goes on."""

from datetime import timedelta
from typing import Any

from empla.mind import cycle as cycle_module
from empla.mind.intentions import HeldSpan, Intention, Stage
from empla.mind.percepts import CONTINUE
from empla.mind.plans import Plan, Trigger, always, believed, goal, on
from empla.mind.state import Asked, Continued, Due, Noted, Withdrawn
from empla.mind.steps import Achieve, Believe, Do, Forget, Hold, Now, Raise, Together, Wait, query
from tests.mind.minds import BOB, MARIA, START, Mind


def do(**arguments: Any) -> Do:
    return Do(operation="test.do", arguments=arguments)


# choosing ------------------------------------------------------------------------------------------------------------


def test_of_the_applicable_plans_the_highest_rank_then_the_lowest_cost_then_the_name(mind: Mind) -> None:
    def body(event: Trigger) -> Any:
        yield Now()

    for name, rank, cost, when in (
        ("c", 1, 1.0, lambda beliefs, event: False),
        ("b", 0, 2.0, always),
        ("d", 0, 1.0, always),
        ("a", 0, 1.0, always),
    ):
        mind.library.add(Plan(name=name, trigger=on("go"), body=body, when=when, rank=rank, cost=cost))
    mind.tell("go")
    chosen = mind.changes(Intention)[0]
    assert chosen.plan == "a"
    assert chosen.passed_over == ("c: its condition does not hold", "d: ranked after a", "b: ranked after a")


def test_a_condition_that_raises_does_not_hold_and_is_noted(mind: Mind) -> None:
    @mind.library.plan(on("go"), when=lambda beliefs, event: event.nothing)
    def never(event: Trigger) -> Any:
        yield Now()

    delta = mind.tell("go")
    notes = [c.text for c in delta.changes if isinstance(c, Noted)]
    assert notes[0].startswith("the condition of plan never raised AttributeError")
    assert notes[1] == "no plan for go"


def test_a_condition_looks_at_beliefs_and_at_the_event(mind: Mind) -> None:
    @mind.library.plan(on("go", speed={"fast", "quick"}), when=lambda beliefs, event: bool(beliefs.matching("ready")))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=(event.speed,))

    @mind.library.plan(on("start"))
    def start(event: Trigger) -> Any:
        yield Believe(functor="ready", arguments=())

    mind.tell("go", speed="fast")
    mind.tell("start")
    mind.tell("go", speed="slow")
    mind.tell("go", speed="quick")
    assert mind.believes("went") == [("quick",)]


def test_of_intentions_that_wake_at_once_the_urgent_goes_first_and_among_equals_the_eldest(mind: Mind) -> None:
    for name, priority in (("slow", 0), ("urgent", 5), ("also-slow", 0)):
        mind.library.add(Plan(name=name, trigger=on(name), body=_woken, when=always, priority=priority))
        mind.tell(name, name=name)
    mind.tell("bell")
    assert [a.arguments["name"] for a in mind.changes(Asked)] == ["urgent", "slow", "also-slow"]


def _woken(event: Trigger) -> Any:
    yield Wait(kind="bell")
    yield do(name=event.name)


# waiting -------------------------------------------------------------------------------------------------------------


def test_a_wait_ends_with_the_event_or_with_the_time_whichever_comes_first(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        rung = yield Wait(kind="bell", fields={"tower": [1, 2]}, until=START + timedelta(hours=1))
        yield Believe(functor="woken", arguments=(event.name, rung.get("by") if rung else None))

    mind.tell("go", name="first")
    mind.tell("bell", tower=(2, 1), by="nobody")
    mind.tell("bell", tower=(1, 2), by="the wind")
    mind.tell("go", name="second")
    mind.time_for("i2.0")
    assert mind.believes("woken") == [("first", "the wind"), ("second", None)]
    assert [d.step for d in mind.changes(Due)] == ["i1.0", "i2.0"]


def test_an_event_that_somebody_waited_for_starts_nothing_else(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Wait(kind="bell")

    @mind.library.plan(on("bell"))
    def other(event: Trigger) -> Any:
        yield do()

    mind.tell("go")
    mind.tell("bell")
    assert mind.asked == []
    mind.tell("bell")
    assert mind.asked == ["i2.0"]


def test_what_is_told_twice_or_too_late_changes_nothing(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield do()
        yield do()

    mind.tell("go")
    mind.done("i1.0", 1)
    assert mind.done("i1.0", 2).changes == ()
    mind.done("i1.1")
    for told in (mind.done("i1.1"), mind.time_for("i1.0"), mind.done("i9.9"), mind.failed("i1.0")):
        assert told.changes == ()


def test_steps_done_together_give_their_values_in_order(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        found = yield Together(steps=(do(), Now(), Achieve(goal="sub"), Together(steps=()), Wait(kind="bell")))
        yield Believe(functor="found", arguments=(found[0], found[2], found[3], found[4].kind))

    @mind.library.plan(goal("sub"))
    def sub(event: Trigger) -> Any:
        return (yield do())

    mind.tell("go")
    mind.tell("bell")
    mind.done("i2.0", "of the sub-goal")
    assert mind.believes("found") == []
    mind.done("i1.0.0", "of the action")
    assert mind.believes("found") == [("of the action", "of the sub-goal", (), "bell")]


def test_what_a_body_does_to_a_value_it_got_changes_no_record(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        for _ in range(3):
            got = yield do()
            assert got == {"list": ()}
            got["seen"] = True

    mind.tell("go")
    for number in range(3):
        mind.done(f"i1.{number}", {"list": ()})
    assert mind.ends() == [("go", "done", "")]


def test_what_is_over_withdraws_its_actions(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Wait(kind="bell")

    mind.tell("go")
    delta = mind.tell("bell")
    assert Withdrawn(intention="i1") in delta.changes


# beliefs and holds ---------------------------------------------------------------------------------------------------


def test_beliefs_come_in_order_of_time_and_fade(mind: Mind) -> None:
    @mind.library.plan(on("note"))
    def note(event: Trigger) -> Any:
        now = yield Now()
        yield Believe(functor="noted", arguments=(event.what,), until=now + timedelta(hours=1))

    @mind.library.plan(on("forget"))
    def forget(event: Trigger) -> Any:
        yield Forget(functor="noted", pattern=(event.what,))

    @mind.library.plan(on("look"))
    def look(event: Trigger) -> Any:
        found = yield query("noted")
        yield do(found=[f[0] for f in found])

    for what in ("b", "a", "c"):
        mind.tell("note", what=what)
    mind.tell("forget", what="b")
    mind.tell("note", what="b")
    mind.tell("note", what="a")
    mind.tell("look")
    mind.at += timedelta(hours=2)
    mind.tell("look")
    assert [a.arguments["found"] for a in mind.changes(Asked)] == [("c", "b", "a"), ()]
    assert mind.state.beliefs.matching("noted") == [], "what counts for nothing is not kept in memory"


def test_a_cycle_sees_what_it_believed_itself(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="new", arguments=(1,))
        before = yield query("new")
        yield Forget(functor="new")
        yield do(before=before, after=(yield query("new")))

    mind.tell("go")
    assert mind.changes(Asked)[0].arguments == {"before": ((1,),), "after": ()}
    assert mind.believes("new") == []


def test_a_new_belief_is_an_event_for_those_who_listen(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="hot", arguments=(event.what,))

    @mind.library.plan(believed("hot"))
    def notice(event: Trigger) -> Any:
        yield do(noticed=event.arguments)

    mind.tell("go", what="iron")
    mind.tell("go", what="iron")
    assert [a.arguments["noticed"] for a in mind.changes(Asked)] == [("iron",)]


def test_a_profile_replaces_what_it_names(mind: Mind) -> None:
    mind.tell("profile", manager=BOB)
    assert sorted(mind.believes("profile"), key=str) == [("manager", BOB), ("name", "Ada")]
    assert MARIA not in [value for _, value in mind.believes("profile")]


def test_a_hold_takes_the_place_of_the_one_before_and_ends_with_its_intention(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        hour = timedelta(hours=1)
        for number in range(2):
            at = START + number * hour
            yield Hold(spans=((at, at + hour), (at + hour, at + 2 * hour)), until=START + timedelta(days=1))
            yield Wait(kind="bell")

    mind.tell("go")
    mind.tell("bell")
    assert {h.id for h in mind.changes(HeldSpan)} == {"i1.0.0", "i1.0.1", "i1.2.0", "i1.2.1"}
    assert [h.id for h in mind.state.live_holds(mind.at)] == ["i1.2.0", "i1.2.1"]
    mind.tell("bell")
    assert mind.state.holds == {}


# long cycles ---------------------------------------------------------------------------------------------------------


def test_a_cycle_handles_a_thousand_events_and_the_rest_goes_on_in_a_percept_of_its_own(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        for number in range(900):
            yield Raise(kind="number", fields={"number": number})

    @mind.library.plan(on("number"))
    def count(event: Trigger) -> Any:
        yield Believe(functor="counted", arguments=(event.number,))

    delta = mind.tell("go", key="the-percept")
    (rest,) = (c.percept for c in delta.changes if isinstance(c, Continued))
    assert (rest.kind, rest.key) == (CONTINUE, "continue:the-percept")
    handled = len(mind.believes("counted"))
    assert handled == cycle_module.EVENTS_PER_CYCLE - 902  # all are routed before the first goes on
    delta = mind.hear(rest)
    assert not any(isinstance(c, Continued) for c in delta.changes)
    assert {n for (n,) in mind.believes("counted")} == set(range(900))
    assert {i.stage for i in mind.changes(Intention) if i.ended_at} == {Stage.DONE}


def test_plans_that_set_each_other_off_for_ever_do_not_hold_up_anybody(mind: Mind) -> None:
    @mind.library.plan(on("ping"))
    def ping(event: Trigger) -> Any:
        yield Raise(kind="pong")

    @mind.library.plan(on("pong"))
    def pong(event: Trigger) -> Any:
        yield Raise(kind="ping")

    delta = mind.tell("ping", key="p")
    for number in range(1, 4):
        (rest,) = (c.percept for c in delta.changes if isinstance(c, Continued))
        assert rest.key == "continue:" * number + "p"
        delta = mind.hear(rest)
