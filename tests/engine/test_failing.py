"""What each kind of failure leads to, row for row of the table, with a real engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from empla import errors
from empla.capabilities.contract import OutcomeUnknown
from empla.capabilities.email.mailbox import RecipientsDelayed, SubmissionDelayed, SubmissionRefused, SubmissionUnknown
from empla.engine import circuits, failing
from empla.engine.failing import EFFECT_FOR, JITTER, TABLE, InCycle, Kind, NotInstalled, Signal, kind_of
from empla.engine.performing import PATIENCE
from empla.errors import EmplaError, ExternalError, RateLimited, ResourceError, SignedOut
from empla.mind.health import HEALTH, Health
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do
from empla.testing.employee import Employee
from empla.testing.mailbox import Server
from empla.workplace.http import NoAnswer, NotSent
from empla.workplace.imap import Refused
from empla.workplace.imap_wire import ConnectionLost
from tests.engine.conftest import Bench
from tests.engine.test_acting import believes, look, outcomes, send, states, write


class AwayToday(errors.TimedOut):
    """What a plug-in makes of a class of ours."""


class Closed(SignedOut):
    """Another."""


KINDS: dict[type[BaseException], Kind] = {
    errors.InputError: Kind.INPUT,
    errors.PermissionDenied: Kind.PERMISSION,
    errors.SignedOut: Kind.SIGNED_OUT,
    errors.ResourceError: Kind.RESOURCE,
    errors.NotKept: Kind.RESOURCE,
    errors.ValidationError: Kind.VALIDATION,
    errors.ExternalError: Kind.EXTERNAL,
    errors.TimedOut: Kind.TIMEOUT,
    errors.RateLimited: Kind.RATE_LIMIT,
    errors.Declined: Kind.DECLINED,
    errors.Delayed: Kind.DELAYED,
    errors.PutOff: Kind.PUT_OFF,
    errors.NotRunning: Kind.EXTERNAL,
    errors.InternalError: Kind.INTERNAL,
    errors.EmplaError: Kind.INTERNAL,
    OutcomeUnknown: Kind.UNKNOWN,
    NotInstalled: Kind.MISSING,
    # of adapters
    SubmissionRefused: Kind.DECLINED,
    SubmissionDelayed: Kind.DELAYED,
    RecipientsDelayed: Kind.PUT_OFF,
    SubmissionUnknown: Kind.EXTERNAL,
    NotSent: Kind.DELAYED,
    NoAnswer: Kind.EXTERNAL,
    Refused: Kind.EXTERNAL,
    ConnectionLost: Kind.EXTERNAL,
    # of plug-ins, and what is nobody's
    AwayToday: Kind.TIMEOUT,
    Closed: Kind.SIGNED_OUT,
    TimeoutError: Kind.TIMEOUT,
    KeyError: Kind.INTERNAL,
}


@pytest.mark.parametrize(("cls", "kind"), KINDS.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_every_class_of_error_is_of_a_kind_and_so_is_what_a_plug_in_makes_of_it(
    cls: type[BaseException], kind: Kind
) -> None:
    assert kind_of(cls("away")) is kind


def test_no_class_of_ours_and_no_row_is_forgotten() -> None:
    ours = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, EmplaError)}
    assert ours <= set(KINDS)
    assert set(TABLE) == set(Kind) == set(KINDS.values())


def raised(kind: Kind) -> BaseException:
    return next(cls for cls, k in KINDS.items() if k is kind)("it failed")


@pytest.fixture
def ada_at(ada: Employee, plans: PlanLibrary, bench: Bench) -> Iterator[Employee]:
    outcomes(plans, look("it"))
    yield ada


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.MISSING])
def test_what_the_table_says_is_what_becomes_of_an_act(ada_at: Employee, bench: Bench, kind: Kind) -> None:
    """Tried again after about the first pause, or failed at once; and the integration stands as it says.

    It is a read: where the pause is longer than anybody waits for one, it fails at once, too.
    """
    row, error = TABLE[kind], raised(kind)
    bench.script = [error]
    ada_at.tell("go")
    ada_at.work()
    (state,) = states(ada_at)
    if not row.again or row.first_s > failing.READ_FOR.total_seconds():
        assert state == "failed" and len(believes(ada_at, "failed")) == 1 and len(bench.done) == 1
    else:
        ada_at.let_pass(timedelta(seconds=row.first_s * (1 + JITTER) + 1))
        assert believes(ada_at, "done") == [(0, "it")] and len(bench.done) == 2
        pause = (bench.done[1][0] - bench.done[0][0]).total_seconds()
        assert kind is Kind.UNKNOWN or pause == pytest.approx(row.first_s, rel=JITTER)
    told = {name: state for name, state, _, _ in believes(ada_at, HEALTH)}
    assert ("test" in told) == row.asks, "one failure is not worth a word, unless a person has to know"


@pytest.mark.parametrize("kind", list(Kind))
def test_an_error_that_proves_it_did_not_happen_needs_no_evidence(
    ada: Employee, plans: PlanLibrary, bench: Bench, kind: Kind
) -> None:
    outcomes(plans, write("it"))
    bench.goes_on_wire = True
    bench.script = [raised(kind)]
    looked: list[str] = []
    settle = bench._settle

    async def counted(permit: Any, place: Any) -> Any:
        looked.append(permit.action)
        return await settle(permit, place)

    known = ada.mindset.operations["test.write"]
    object.__setattr__(known, "settle", counted)
    ada.tell("go")
    ada.work()
    assert bool(looked) == (not TABLE[kind].proven), "on the wire, whatever proves nothing is looked for"


@pytest.mark.parametrize("kind", [k for k in Kind if TABLE[k].again and TABLE[k].signal is not Signal.SIGNED_OUT])
def test_how_often_a_failure_may_come_before_the_integration_is_left_alone(
    ada: Employee, plans: PlanLibrary, bench: Bench, kind: Kind
) -> None:
    @plans.plan(on("look"))
    def looks(event: Trigger) -> Any:
        yield look(event.value)

    bench.script = [raised(kind)] * 20
    for number in range(8):
        ada.tell("look", key=f"look{number}", value=number)
    ada.work()
    state = ada.engine._circuits.states().get("test", Health.WORKING)
    match TABLE[kind].signal:
        case Signal.FAILS | Signal.PAUSES | Signal.GONE:
            assert state is Health.DOWN and ada.engine._circuits.left_s("test") > 0
        case _:
            assert state is Health.WORKING and ada.engine._circuits.left_s("test") == 0


@pytest.mark.parametrize("error", [errors.ResourceError("full"), ExternalError("gone"), errors.ValidationError("odd")])
def test_what_ends_a_cycle_is_waited_for_or_set_aside(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch, error: EmplaError
) -> None:
    from empla.engine import employee as module

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=())

    ada.work()
    real, raises = module.record, [error]

    def record(*arguments: Any) -> bytes:
        if raises:
            raise raises.pop()
        return real(*arguments)

    monkeypatch.setattr(module, "record", record)
    ada.tell("go", key="k")
    if failing.behaviour(error).in_cycle is InCycle.WAIT:
        with pytest.raises(type(error)):
            ada.work()
        assert ada.rows("percept", "state", key="k") == ["new"]
    else:
        ada.work()
        assert ada.rows("percept", "state", key="k") == ["quarantined"]


# integrations --------------------------------------------------------------------------------------------------------


@pytest.fixture
def looking(plans: PlanLibrary) -> None:
    @plans.plan(on("look"))
    def looks(event: Trigger) -> Any:
        try:
            yield Do(operation=f"test.{event.by}", arguments={"value": event.value})
        except ActionFailed as failure:
            yield Believe(functor="gave-up", arguments=(event.value, failure.code, str(failure)))


def ask(ada: Employee, *values: Any, by: str = "look") -> None:
    for value in values:
        ada.tell("look", key=f"look{value}", value=value, by=by)
    ada.work()


def health(ada: Employee) -> list[tuple[Any, ...]]:
    return [(name, state) for name, state, _, _ in believes(ada, HEALTH)]


def test_an_integration_is_left_alone_as_a_whole_told_once_and_one_tries_again(
    ada: Employee, bench: Bench, looking: None
) -> None:
    bench.script = [ExternalError("the calendar is away")] * circuits.OPENS_AT
    began = ada.clock.now()
    ask(ada, *range(circuits.OPENS_AT), by="write")
    ((name, state, since, why),) = believes(ada, HEALTH)
    assert (name, state, since, why) == ("test", "down", began, "the calendar is away")
    ask(ada, "writes", by="write")
    assert len(bench.done) == circuits.OPENS_AT, "another operation of the same integration waits, too"
    at_once: list[int] = []
    acting = ada.engine._acting
    start = acting._start

    def counted(row: Any) -> None:
        start(row)
        at_once.append(len(acting.running))

    acting._start = counted
    bench.script = [ExternalError("still away")]
    ada.let_pass(timedelta(seconds=circuits.FIRST_S * (1 + JITTER)))
    assert len(bench.done) == circuits.OPENS_AT + 1, "one tries, and the others wait for what comes of it"
    assert max(at_once) == 1
    ada.let_pass(timedelta(minutes=10))
    assert health(ada) == [("test", "working")]
    assert len(believes(ada, "gave-up")) == 0 and set(states(ada)) == {"done"}
    told = ada.rows("percept", "body", kind="integration")
    assert len(told) == 2, "once down, once back, however often it failed"


def test_retry_after_is_kept_exactly_by_everybody(ada: Employee, bench: Bench, looking: None) -> None:
    bench.script = [RateLimited("slower", retry_after_s=137.5)]
    ask(ada, "a", by="write")
    ask(ada, "b", by="write")
    ada.let_pass(timedelta(minutes=5))
    first, *later = [at for at, _ in bench.done]
    assert [(at - first).total_seconds() for at in later] == [pytest.approx(137.5, abs=0.01)] * 2
    assert health(ada) == [("test", "working")]


def test_a_store_that_is_busy_is_no_fault_of_the_other_side(
    ada: Employee, bench: Bench, looking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [errors.TimedOut("another writer does not let go")] * circuits.TROUBLED_AT
    on_wire = ada.engine._outbox.on_wire

    def notes(*arguments: Any) -> None:
        if busy:
            raise busy.pop()
        on_wire(*arguments)

    monkeypatch.setattr(ada.engine._outbox, "on_wire", notes)
    bench.goes_on_wire = True
    ask(ada, "a", by="write")
    ada.let_pass(timedelta(minutes=5))
    assert states(ada) == ["done"] and len(bench.done) == 1
    assert health(ada) == []


def test_one_that_was_to_try_and_could_not_be_claimed_bars_nobody(
    ada: Employee, bench: Bench, looking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.script = [ExternalError("the calendar is away")] * circuits.OPENS_AT
    ask(ada, *range(circuits.OPENS_AT), by="write")
    full = [ResourceError("the disk is full")]
    claim = ada.engine._outbox.claim

    def claims(*arguments: Any, **more: Any) -> Any:
        if full and not more["circuit"]:
            raise full.pop()
        return claim(*arguments, **more)

    monkeypatch.setattr(ada.engine._outbox, "claim", claims)
    with pytest.raises(ResourceError):
        ada.let_pass(timedelta(minutes=1))
    assert not full
    first = ada.rows("action", "id", state="deferred")[0]
    with ada.store.transaction("test"):
        ada.engine._outbox.withdraw(first.partition(".")[0])
    ada.let_pass(timedelta(minutes=10))
    assert states(ada) == ["cancelled", *["done"] * (circuits.OPENS_AT - 1)]


def test_a_pause_of_no_time_is_none_and_pauses_grow_as_ever(ada: Employee, bench: Bench, looking: None) -> None:
    bench.script = [RateLimited("slower", retry_after_s=0.0)] * 200
    ask(ada, "a", by="write")
    ada.let_pass(timedelta(minutes=10))
    assert len(bench.done) < 20, "a server that names no time is not asked without end"
    assert health(ada) == [("test", "down")]


def test_an_account_that_is_not_let_in_is_told_once_and_tried_once_an_hour(
    ada: Employee, bench: Bench, looking: None
) -> None:
    bench.script = [SignedOut("no such password")] * 3
    ask(ada, "a", by="write")
    ask(ada, "b", by="write")
    ada.let_pass(timedelta(hours=2, minutes=30))
    assert len(bench.done) == 3
    assert health(ada) == [("test", "signed-out")]
    assert len(ada.rows("percept", "key", kind="integration")) == 1
    ada.let_pass(timedelta(hours=1))
    assert health(ada) == [("test", "working")] and set(states(ada)) == {"done"}


def test_how_it_stands_outlives_the_process_and_the_first_success_tells_the_end(
    ada: Employee, bench: Bench, looking: None
) -> None:
    bench.script = [ExternalError("away")] * circuits.OPENS_AT
    ask(ada, *range(circuits.OPENS_AT))
    ada.restart()
    assert ada.engine._circuits.left_s("test") == 0, "a new process tries at once"
    bench.script = [ExternalError("away")]
    ask(ada, "x")
    assert health(ada) == [("test", "down")]
    ada.let_pass(timedelta(minutes=1))
    assert health(ada) == [("test", "working")]


def test_what_waits_for_an_integration_is_reported_after_four_hours_and_reads_sooner(
    ada: Employee, bench: Bench, looking: None
) -> None:
    bench.script = [ExternalError("away")] * 1000
    ask(ada, *(f"r{n}" for n in range(6)))
    ask(ada, *(f"w{n}" for n in range(3)), by="write")
    ada.let_pass(failing.READ_FOR + timedelta(minutes=1))
    assert sorted(value for value, *_ in believes(ada, "gave-up")) == [f"r{n}" for n in range(6)]
    ada.let_pass(EFFECT_FOR)
    assert len(believes(ada, "gave-up")) == 9
    assert all("away" in why for *_, why in believes(ada, "gave-up"))


def test_who_only_thinks_is_held_up_by_nobody_and_closes_no_breaker(ada: Employee) -> None:
    performer = ada.engine._performer
    assert performer.integration("email.read") == "" == performer.integration("email.look_again")
    assert performer.integration("email.send") == "submission"
    assert performer.integration("rooms.reserve") == "rooms", "of what is not installed, the plug-in's own"


def test_a_5xx_is_reported_at_once_and_says_that_the_server_works(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.script = [Server.REFUSES]
    ada.tell("go")
    ada.work()
    assert states(ada) == ["failed"] and ada.engine._circuits.states() == {}


# what is not installed any more --------------------------------------------------------------------------------------


def test_a_plug_in_that_raises_when_it_looks_for_evidence_stops_nobody(
    ada: Employee, bench: Bench, looking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def raises(_permit: Any, _place: Any) -> Any:
        raise KeyError("uid")

    monkeypatch.setitem(
        ada.mindset.operations, "test.write", replace(ada.mindset.operations["test.write"], settle=raises)
    )
    bench.script = [OutcomeUnknown("the connection was lost")]
    ask(ada, "a", by="write")
    assert states(ada) == ["on_wire"]
    ada.let_pass(PATIENCE)
    assert states(ada) == ["unknown"]


def test_an_act_whose_plug_in_is_gone_waits_for_it_and_fails_in_plain_words(
    hire: Callable[..., Employee], plans: PlanLibrary, bench: Bench, looking: None
) -> None:
    ada = hire()
    ada.engine.paused = True
    ask(ada, "a", by="write")
    installed = ada.mindset.operations
    without = {name: op for name, op in installed.items() if not name.startswith("test.")}
    object.__setattr__(ada.mindset, "operations", without)
    ada.restart()
    ada.let_pass(timedelta(minutes=30))
    assert states(ada) in (["ready"], ["deferred"]) and health(ada) == [("test", "down")]
    object.__setattr__(ada.mindset, "operations", installed)
    ada.restart()
    ada.let_pass(timedelta(minutes=10))
    assert states(ada) == ["done"] and health(ada) == [("test", "working")]

    ada.engine.paused = True
    ask(ada, "b", by="write")
    object.__setattr__(ada.mindset, "operations", without)
    ada.restart()
    ada.let_pass(EFFECT_FOR + timedelta(minutes=10))
    assert states(ada)[1] == "failed"
    assert believes(ada, "gave-up")[0][2] == "the plug-in that can do test.write is not installed"


def test_what_it_left_on_the_wire_ends_unknown(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    outcomes(plans, write("it"))
    ada.engine.paused = True
    ada.tell("go")
    ada.work()
    with ada.store.transaction():
        ada.engine._outbox.on_wire("i1.0", {})
    without = {name: op for name, op in ada.mindset.operations.items() if not name.startswith("test.")}
    object.__setattr__(ada.mindset, "operations", without)
    ada.restart()
    ada.let_pass(timedelta(hours=5))
    assert states(ada) == ["unknown"]
