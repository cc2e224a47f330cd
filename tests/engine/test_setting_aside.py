"""What stops the process again and again is set aside with its evidence; a person says what becomes of it (law 8)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from empla.capabilities.email.mailbox import Evidence
from empla.engine.crashes import Crashes, LastProcess
from empla.engine.replay import replay
from empla.mind.goals import Aim
from empla.mind.percepts import INTENTION_FAILED, INTENTION_SET_ASIDE, PERCEPT_SET_ASIDE, Outcome, Status
from empla.mind.plans import Limits, PlanLibrary, Trigger, on
from empla.mind.steps import Achieve, ActionFailed, Believe, Now, Pursue, Together, Wait
from empla.mind.terms import lit, query
from empla.testing.employee import Employee
from empla.testing.mailbox import Server
from tests.engine.conftest import Bench
from tests.engine.test_acting import believes, ledger, look, send, states


def die(ada: Employee, *, how: str = "killed by SIGSEGV", counts: bool = True, **in_hand: Any) -> None:
    """End the process with something in hand, and begin another that hears of it."""
    last = LastProcess(at=ada.clock.now(), epoch=ada.epoch, phase="cycle", how=how, counts=counts, **in_hand)
    ada.restart()
    ada.engine.succeeds(last)
    ada.engine.recover()


def unseen(ada: Employee, **in_hand: Any) -> None:
    """End it as a power cut does: nobody saw how."""
    die(ada, how="", counts=False, **in_hand)


def say(ada: Employee, *, again: bool, **what: str) -> None:
    """Give a person's word on something that was set aside."""
    number = len(ada.rows("percept", "key"))
    ada.tell("command:quarantine", key=f"word:{number}", again=again, by="maria", **what)
    ada.work()


def stage(ada: Employee, intention: str = "i1") -> str:
    return str(ada.rows("intention", "stage", id=intention)[0])


@pytest.fixture
def told(plans: PlanLibrary) -> None:
    """Plans that note what was set aside."""

    @plans.plan(on(PERCEPT_SET_ASIDE))
    def percept(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.percept, event.reason))

    @plans.plan(on(INTENTION_SET_ASIDE))
    def intention(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.intention, event.plan, event.goal, event.reason))


# percepts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def going(plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=())


def test_a_percept_in_hand_at_two_deaths_is_set_aside_and_plans_hear_of_it(
    ada: Employee, told: None, going: None
) -> None:
    ada.work()
    ada.tell("go", key="poison")
    die(ada, percept="poison")
    assert ada.rows("percept", "state", key="poison") == ["new"]
    die(ada, percept="poison")
    ada.work()
    assert ada.rows("percept", "state", key="poison") == ["quarantined"]
    reason = "the process died 2 times while handling it (the last time: killed by SIGSEGV)"
    assert believes(ada, "told") == [("poison", reason)] and not believes(ada, "went")
    assert ada.rows("crash", "percept", "how", "counts") == [("poison", "killed by SIGSEGV", 1)] * 2


def test_kills_from_outside_never_set_healthy_work_aside(ada: Employee, told: None, going: None) -> None:
    ada.work()
    ada.tell("go", key="healthy")
    for _ in range(20):
        die(ada, how="killed by SIGKILL", counts=False, percept="healthy")
    ada.work()
    assert believes(ada, "went") == [()] and not believes(ada, "told")
    assert ada.rows("crash", "counts") == [0] * 20, "each is on record all the same"


def test_deaths_that_nobody_saw_count_when_they_come_over_the_same_in_a_row(
    ada: Employee, told: None, going: None
) -> None:
    ada.work()
    ada.tell("go", key="a")
    ada.tell("go", key="b")
    for key in "abab":
        unseen(ada, percept=key)
    assert ada.rows("crash", "counts") == [0] * 4, "a machine that fails at random"
    for _ in range(2):
        unseen(ada, percept="b")
    ada.work()
    assert ada.rows("percept", "state", key="b") == ["quarantined"]
    assert ada.rows("percept", "state", key="a") == ["handled"]


def test_a_percept_that_was_handled_before_the_death_is_not_to_blame(ada: Employee, going: None) -> None:
    ada.tell("go", key="done")
    ada.work()
    for _ in range(3):
        die(ada, percept="done")
    assert ada.rows("crash", "seq") == [], "there was nothing in hand"
    assert ada.rows("percept", "state", key="done") == ["handled"]


def test_a_person_has_a_percept_handled_again_with_its_crashes_forgiven(ada: Employee, told: None, going: None) -> None:
    ada.work()
    ada.tell("go", key="poison")
    for _ in range(2):
        die(ada, percept="poison")
    ada.work()
    ada.engine.paused = True
    say(ada, again=True, percept="poison")
    assert believes(ada, "went") == [()]
    assert ada.rows("crash", "counts") == [0, 0]


def test_a_percept_that_is_set_aside_once_more_is_told_once_more(ada: Employee, told: None, going: None) -> None:
    ada.work()
    ada.tell("go", key="poison")
    for word in ("first", "second"):
        die(ada, percept="poison")
        die(ada, percept="poison")
        ada.work()
        assert ada.rows("percept", "state", key="poison") == ["quarantined"]
        ada.tell("command:quarantine", key=word, again=True, by="maria", percept="poison")
        ada.engine.think()
        assert ada.rows("percept", "state", key="poison") == ["new"]
    assert ada.rows("percept", "state", kind=PERCEPT_SET_ASIDE) == ["handled", "handled"]


def test_a_person_drops_a_percept(ada: Employee, told: None, going: None) -> None:
    ada.work()
    ada.tell("go", key="poison")
    for _ in range(2):
        die(ada, percept="poison")
    ada.work()
    say(ada, again=False, percept="poison")
    say(ada, again=True, percept="poison")
    assert ada.rows("percept", "state", "reason", key="poison") == [("dropped", "dropped by maria")]


# intentions ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ringing(plans: PlanLibrary) -> None:
    """A plan that waits for a bell, with an act on the way."""

    @plans.plan(on("go"), goal="ring back")
    def go(event: Trigger) -> Any:
        yield Wait(kind="bell")
        yield Believe(functor="rang", arguments=())
        yield Wait(kind="bell")
        yield Believe(functor="rang-again", arguments=())

    @plans.plan(on("other"))
    def other(event: Trigger) -> Any:
        yield Believe(functor="other", arguments=())


def test_an_intention_in_hand_at_two_deaths_rests_and_the_rest_works_on(
    ada: Employee, told: None, ringing: None
) -> None:
    ada.tell("go")
    ada.work()
    ada.tell("bell", key="1")
    die(ada, percept="1", intention="i1")
    ada.tell("other")
    die(ada, percept="2", intention="i1")
    assert stage(ada) == "quarantined"
    ada.work()
    assert ada.rows("percept", "state", key="1") == ["handled"], "the percept is innocent"
    assert not believes(ada, "rang") and believes(ada, "other")
    why = "the process died 2 times while its plan ran (the last time: killed by SIGSEGV)"
    assert believes(ada, "told") == [("i1", "go", "ring back", why)]
    (goal,) = [g for g in ada.engine.state.goals.values() if g.name == "ring back"]
    assert [b.reason for b in goal.blocked_by] == [f"go was set aside: {why}"]


@pytest.mark.parametrize("restarted", [False, True])
def test_what_comes_for_it_meanwhile_is_kept_until_a_person_lets_it_go_on(
    ada: Employee, ringing: None, restarted: bool
) -> None:
    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    ada.tell("bell", key="1")
    ada.work()
    assert stage(ada) == "quarantined" and not believes(ada, "rang")
    if restarted:
        ada.restart()
    say(ada, again=True, intention="i1")
    assert believes(ada, "rang") == [()] and stage(ada) == "active"
    (goal,) = [g for g in ada.engine.state.goals.values() if g.name == "ring back"]
    assert goal.blocked_by == ()
    ada.tell("bell", key="2")
    ada.work()
    assert stage(ada) == "done"
    die(ada, intention="i1")
    assert stage(ada) == "done", "what is over is not to blame"


def test_after_a_word_it_takes_two_more_deaths(ada: Employee, ringing: None) -> None:
    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    say(ada, again=True, intention="i1")
    die(ada, intention="i1")
    assert stage(ada) == "active"
    die(ada, intention="i1")
    assert stage(ada) == "quarantined"


def test_dropped_it_fails_in_good_order(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"), recovery=recovered)
    def go(event: Trigger) -> Any:
        yield Wait(kind="bell")

    @plans.plan(on(INTENTION_FAILED))
    def failed(event: Trigger) -> Any:
        yield Believe(functor="failed", arguments=(event.plan, event.outcome.code, event.outcome.sentence))

    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    say(ada, again=False, intention="i1")
    assert stage(ada) == "failed"
    assert believes(ada, "recovered") == [("set-aside",)]
    assert not believes(ada, "failed"), "its recovery saw to it"
    assert ada.engine.state.intentions == {}


def recovered(event: Trigger) -> Any:
    yield Believe(functor="recovered", arguments=(event.failure.code,))


def test_dropped_without_a_recovery_it_is_told_like_any_failure(
    ada: Employee, plans: PlanLibrary, ringing: None
) -> None:
    @plans.plan(on(INTENTION_FAILED))
    def failed(event: Trigger) -> Any:
        yield Believe(functor="failed", arguments=(event.plan, event.outcome.sentence))

    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    say(ada, again=False, intention="i1")
    ((plan, why),) = believes(ada, "failed")
    assert plan == "go" and why.endswith("and maria gave it up")


def test_its_time_limit_counts_when_it_goes_on_not_while_it_rests(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"), limits=Limits(time=timedelta(hours=1)))
    def go(event: Trigger) -> Any:
        yield Wait(kind="bell")

    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    ada.let_pass(timedelta(hours=2))
    assert stage(ada) == "quarantined"
    say(ada, again=True, intention="i1")
    assert stage(ada) == "failed"
    assert ada.rows("intention", "body")[0].count("it took more time than its plan allows") == 1


def test_whoever_waits_for_it_waits_on(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Achieve(goal="rung")
        yield Believe(functor="achieved", arguments=())

    @plans.plan(on("goal:rung"))
    def ring(event: Trigger) -> Any:
        yield Wait(kind="bell")

    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i2")
    ada.tell("bell")
    ada.work()
    assert [stage(ada, i) for i in ("i1", "i2")] == ["active", "quarantined"]
    say(ada, again=True, intention="i2")
    assert believes(ada, "achieved") == [()]


def test_a_goal_that_rests_meanwhile_keeps_it_resting(ada: Employee, plans: PlanLibrary) -> None:
    wanted = Aim(name="rung", holds=query(lit("rang")))

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Pursue(aim=wanted)

    @plans.plan(on("goal:rung"))
    def ring(event: Trigger) -> Any:
        yield Wait(kind="bell")
        yield Believe(functor="rang", arguments=())

    ada.tell("go")
    ada.work()
    (ringing,) = [i.id for i in ada.engine.state.intentions.values() if i.plan == "ring"]
    (goal,) = [g.id for g in ada.engine.state.goals.values() if g.name == "rung"]
    for _ in range(2):
        die(ada, intention=ringing)
    ada.tell("goal-word", key="rest", goal=goal, by="maria", state="suspended", reason="not now")
    ada.tell("bell")
    ada.work()
    say(ada, again=True, intention=ringing)
    assert stage(ada, ringing) == "suspended" and not believes(ada, "rang")
    ada.tell("goal-word", key="on", goal=goal, by="maria", state="active", reason="now")
    ada.work()
    assert believes(ada, "rang") == [()]


def test_telling_of_it_is_told_of_by_nobody(ada: Employee, plans: PlanLibrary, ringing: None) -> None:
    """A plan that tells of what is set aside, and kills the process by that, would be told of by itself for ever."""

    @plans.plan(on(INTENTION_SET_ASIDE))
    def tell(event: Trigger) -> Any:
        yield Wait(kind="bell")

    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    (telling,) = [i.id for i in ada.engine.state.intentions.values() if i.plan == "tell"]
    for _ in range(2):
        die(ada, intention=telling)
    assert stage(ada, telling) == "quarantined"
    assert len([i for i in ada.engine.state.intentions.values() if i.plan == "tell"]) == 1


def test_if_to_tell_of_it_kills_the_process_at_once_the_intention_rests_all_the_same(
    ada: Employee, told: None, ringing: None
) -> None:
    ada.tell("go")
    ada.work()
    for _ in range(2):
        last = LastProcess(at=ada.clock.now(), epoch=ada.epoch, phase="body", how="x", counts=True, intention="i1")
        ada.restart()
        with ada.store.transaction():
            Crashes(ada.store).note(last)
    with ada.store.transaction():
        telling = ada.engine._aside.intention("i1", "it died")
    for _ in range(2):
        die(ada, percept=telling)
    ada.work()
    assert stage(ada) == "quarantined"
    assert ada.rows("percept", "state", key=telling) == ["quarantined"]
    assert not believes(ada, "told"), "nobody tells, but it is listed"


# actions -------------------------------------------------------------------------------------------------------------


def claim_all(ada: Employee) -> None:
    """Have what is due claimed, as a process does that then dies."""
    for row in ada.engine._outbox.open_rows():
        with ada.store.transaction():
            ada.engine._outbox.claim(row, paused=False)


def test_of_actions_under_way_at_a_death_the_guilty_one_is_found(
    ada: Employee, plans: PlanLibrary, told: None, bench: Bench
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield look(event.value)

    for value in "abc":
        ada.tell("go", key=value, value=value)
    ada.engine.paused = True
    ada.work()
    claim_all(ada)
    die(ada)
    assert ada.rows("crash", "action", "phase") == [("i1.0 i2.0 i3.0", "cycle")]
    assert ada.engine._acting._suspects == {"i1.0", "i2.0", "i3.0"}
    at_once: list[int] = []
    start = ada.engine._acting._start

    def counted(row: Any) -> None:
        start(row)
        at_once.append(len(ada.engine._acting.running))

    ada.engine._acting._start = counted
    ada.work()
    assert at_once == [1, 1, 1], "they go one by one"
    assert [value for _, value in bench.done] == ["a", "b", "c"]


def test_an_action_under_way_alone_at_two_deaths_has_its_intention_set_aside(
    ada: Employee, plans: PlanLibrary, told: None, bench: Bench
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(steps=(look("a"), Wait(kind="bell")))

    ada.tell("go")
    ada.engine.paused = True
    ada.work()
    for _ in range(2):
        claim_all(ada)
        die(ada)
    ada.let_pass(timedelta(hours=1))
    assert stage(ada) == "quarantined" and states(ada) == ["ready"] and bench.done == []
    assert ada.engine.next_due(ada.clock.now()) is None, "nobody waits for a row that rests"
    assert "the action i1.0.0 was under way" in believes(ada, "told")[0][3]
    say(ada, again=True, intention="i1")
    assert states(ada) == ["done"]


def test_a_percept_in_hand_goes_before_the_actions_that_were_under_way(
    ada: Employee, plans: PlanLibrary, going: None
) -> None:
    @plans.plan(on("look"))
    def looks(event: Trigger) -> Any:
        yield look("a")

    ada.tell("look")
    ada.engine.paused = True
    ada.work()
    for number in range(3):
        ada.tell("go", key=f"p{number}")
        claim_all(ada)
        die(ada, percept=f"p{number}")
    ada.work()
    assert stage(ada) == "done", "what was under way beside a percept is not to blame"


def test_an_action_of_what_is_over_ends_itself(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(steps=(send(text="1"), Wait(kind="bell")))

    ada.mailbox.evidence = Evidence.NONE
    ada.tell("go")
    ada.engine.paused = True
    ada.work()
    claim_all(ada)
    with ada.store.transaction():
        ada.engine._outbox.on_wire("i1.0.0", {})
        ada.store.change("intention", {"id": "i1"}, {"stage": "dropped"})
    for _ in range(2):
        die(ada)
    assert states(ada) == ["unknown"]


# what was waited for -------------------------------------------------------------------------------------------------


def test_an_outcome_set_aside_takes_its_intention_with_it_and_brings_it_back(
    ada: Employee, plans: PlanLibrary, told: None
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        value = yield look("it")
        yield Believe(functor="seen", arguments=(value,))

    ada.tell("go")
    while ada.engine.think():
        pass
    with ada.store.transaction():
        ada.engine._outbox.end("i1.0", "done", Outcome(status=Status.DONE, value="it"))
    for _ in range(2):
        die(ada, percept="outcome:i1.0")
    ada.work()
    assert stage(ada) == "quarantined"
    (said,) = believes(ada, "told")
    assert said[0] == "i1" and "what it waited for was set aside: the process died 2 times" in said[3]
    say(ada, again=True, percept="outcome:i1.0")
    assert believes(ada, "seen") == [("it",)] and stage(ada) == "done"


@pytest.mark.parametrize("by", ["percept", "intention"])
def test_a_timer_set_aside_strands_nobody_and_is_dropped_with_its_intention(
    ada: Employee, plans: PlanLibrary, by: str
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + timedelta(hours=1))

    ada.tell("go")
    ada.work()
    ada.clock.advance(timedelta(hours=1))
    ada.engine._timers.look(ada.clock.now())
    (timer,) = ada.rows("percept", "key", kind="timer")
    for _ in range(2):
        die(ada, percept=timer)
    ada.work()
    assert stage(ada) == "quarantined"
    say(ada, again=False, **{by: timer if by == "percept" else "i1"})
    assert stage(ada) == "failed"
    assert ada.rows("percept", "state", key=timer) == ["dropped"]


def test_an_outcome_that_cannot_be_read_sets_its_intention_aside(ada: Employee, plans: PlanLibrary, told: None) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield look("it")

    ada.tell("go")
    while ada.engine.think():
        pass
    with ada.store.transaction():
        row = {"key": "outcome:i1.0", "kind": "outcome", "at": "", "correlation": ""}
        ada.store.add("percept", {**row, "body": '{"fields":{"x":{"$":"Unheard"}},"origin":null}'})
    ada.work()
    assert stage(ada) == "quarantined"


# letters that nobody takes -------------------------------------------------------------------------------------------


def test_what_failed_for_good_is_tried_again_on_a_persons_word_with_the_very_same_bytes(
    ada: Employee, plans: PlanLibrary
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield send(text="Hello")
        except ActionFailed:
            yield Believe(functor="failed", arguments=())

    ada.mailbox.script = [Server.REFUSES]
    ada.tell("go")
    ada.work()
    assert states(ada) == ["failed"]
    (payload,) = ada.rows("action", "payload_hash")
    say(ada, again=True, action="i1.0")
    assert states(ada) == ["done"] and ada.rows("action", "payload_hash") == [payload]
    assert len(ada.mailbox.taken) == 1
    assert ledger(ada) == ["decided", "failed", "retried", "done"]
    say(ada, again=True, action="i1.0")
    assert len(ada.mailbox.taken) == 1, "once settled, nothing happens"


def test_what_failed_for_good_is_left_on_a_persons_word(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send(text="Hello")

    ada.mailbox.script = [Server.REFUSES]
    ada.tell("go")
    ada.work()
    say(ada, again=False, action="i1.0")
    say(ada, again=True, action="i1.0")
    assert states(ada) == ["cancelled"] and ledger(ada) == ["decided", "failed", "dropped"]


def test_setting_aside_and_taking_back_are_replayed(
    hire: Callable[..., Employee], plans: PlanLibrary, told: None, ringing: None
) -> None:
    ada = hire()
    ada.tell("go")
    ada.work()
    for _ in range(2):
        die(ada, intention="i1")
    ada.tell("bell", key="1")
    ada.work()
    say(ada, again=True, intention="i1")
    found = replay(ada.store, plans)
    assert found.cycles and not found.differs_at
