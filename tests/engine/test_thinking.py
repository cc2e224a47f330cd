"""The durable cycle: what is committed is true, what is not never was."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.engine import employee as employee_module
from empla.engine import journal as journal_module
from empla.engine.employee import EmployeeEngine
from empla.engine.journal import snapshot
from empla.engine.loading import load
from empla.engine.replay import replay
from empla.engine.telemetry import Telemetry
from empla.errors import ResourceError, ValidationError
from empla.governance.ledger import Entry, first_break
from empla.mind import codec
from empla.mind.percepts import PERCEPT_SET_ASIDE
from empla.mind.plans import Plan, PlanLibrary, Trigger, always, goal, on
from empla.mind.steps import Achieve, Ask, Believe, Do, Forget, Hold, Now, Together, Wait
from empla.mind.values import Address, Origin, Source
from empla.store import store as store_module
from empla.store.opening import open_inbox
from empla.store.store import LeaseLost
from empla.testing.employee import MARIA, PROFILE, Employee

MANAGER = Address(MARIA, Origin(Source.POLICY))


def look(value: Any = None) -> Do:
    return Do(operation="test.look", arguments={"value": value})


def send(text: str = "Hello") -> Do:
    return Do(operation="email.send", arguments={"to": (MANAGER,), "subject": "News", "text": text})


@pytest.fixture
def everything(plans: PlanLibrary) -> None:
    """Plans that use every kind of row."""

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        number = event.number
        yield Believe(functor="going", arguments=(number, (yield Now())))
        at = datetime(2026, 11, 25, 9, tzinfo=UTC)
        yield Hold(spans=((at, at + timedelta(hours=1)),), until=at)
        yield Together(steps=(look(number), look([number, {"a": 1}]), Achieve(goal="sub", bindings={"n": number})))
        yield Forget(functor="going", pattern=(number,))
        yield Believe(functor="going", arguments=(number,))
        yield Ask(who=MANAGER, by=send(f"Question {number}"), patience=timedelta(hours=number + 1))
        yield Wait(until=datetime(2026, 11, 24, 9, tzinfo=UTC), kind="bell", fields={"number": number})

    @plans.plan(goal("sub"))
    def sub(event: Trigger) -> Any:
        return (yield look(("sub", event.n)))


def whole(ada: Employee) -> str:
    """Return everything the mind holds, as canonical text."""
    return codec.dumps(snapshot(ada.engine.state))


def as_the_tables_are(ada: Employee) -> bool:
    return whole(ada) == codec.dumps(snapshot(load(ada.store)))


# memory and tables ---------------------------------------------------------------------------------------------------


def test_the_mind_in_memory_is_what_the_tables_hold(ada: Employee, everything: None) -> None:
    for number in range(3):
        ada.tell("go", key=f"go{number}", number=number)
        ada.work()
        assert as_the_tables_are(ada)
        ada.let_pass(timedelta(hours=1, minutes=30))
        assert as_the_tables_are(ada)
    assert ada.engine.state.holds and ada.engine.state.intentions


def test_a_process_that_restarts_at_every_step_comes_to_the_same(
    hire: Callable[..., Employee], everything: None
) -> None:
    kept, replaying, restarting = hire(), hire(always_replay=True), hire()
    for ada in (kept, replaying, restarting):
        for number in range(3):
            ada.tell("go", key=f"go{number}", number=number)
            ada.work()
            if ada is restarting:
                ada.restart()
            ada.let_pass(timedelta(hours=1))
        ada.let_pass(timedelta(days=2))
    assert whole(kept) == whole(replaying) == whole(restarting)
    journals = [ada.rows("journal", "percept", "digest") for ada in (kept, replaying, restarting)]
    assert journals[0] == journals[1] == journals[2]


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, times: int = 1) -> None:
    """Have the commit of this name fail, right before it is made."""
    left = [times]

    def point(passed: str) -> None:
        if passed == name and left[0]:
            left[0] -= 1
            raise error

    monkeypatch.setattr(store_module, "point", point)


def test_a_cycle_whose_commit_fails_never_was(ada: Employee, everything: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.work()
    ada.tell("go", number=1)
    before = whole(ada)
    fail_at(monkeypatch, "commit:cycle:before", ResourceError("the disk is full"))
    with pytest.raises(ResourceError):
        ada.engine.think()
    assert whole(ada) == before and as_the_tables_are(ada)
    assert ada.rows("percept", "key", state="new") == ["test:go"]
    assert ada.rows("action", "id") == []
    ada.work()
    assert as_the_tables_are(ada) and ada.rows("action", "id")[:3] == ["i1.3.0", "i1.3.1", "i2.0"]
    assert ada.rows("journal", "seq") == list(range(1, len(ada.rows("journal", "seq")) + 1))


def test_a_generator_that_an_uncommitted_cycle_moved_is_dropped(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        for number in range(3):
            rung = yield Wait(kind="bell")
            yield Believe(functor="heard", arguments=(number, rung.key))

    ada.tell("go")
    ada.work()
    for number in range(3):
        ada.tell("bell", key=f"bell{number}")
        fail_at(monkeypatch, "commit:cycle:before", OSError("no"))
        with pytest.raises(OSError, match="no"):
            ada.work()
        ada.work()
    heard = sorted(b.arguments for b in ada.engine.state.beliefs.matching("heard"))
    assert heard == [(0, "bell0"), (1, "bell1"), (2, "bell2")]


def test_a_process_that_lost_its_lease_writes_nothing_more(ada: Employee, everything: None) -> None:
    ada.work()
    ada.tell("go", number=1)
    rival = open_inbox(ada.where, "ada")
    rival.take_lease(ada.epoch + 1, "the rival")
    before = whole(ada)
    with pytest.raises(LeaseLost):
        ada.engine.think()
    assert whole(ada) == before
    assert ada.rows("action", "id") == [] and ada.rows("percept", "key", state="new") == ["test:go"]
    rival.close()


def test_a_lease_lost_in_the_middle_of_a_mail_sends_nothing(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send()

    ada.work()
    ada.tell("go")
    taken, submit = [], ada.mailbox.submit

    async def too_late(permit: Any, on_wire: Any) -> Any:
        rival = open_inbox(ada.where, "ada")
        rival.take_lease(ada.epoch + 1, "the rival")
        rival.close()
        taken.append(permit.action)
        return await submit(permit, on_wire)

    ada.mailbox.submit = too_late  # type: ignore[method-assign]
    with pytest.raises(LeaseLost):
        ada.work()
    assert taken == ["i1.0"] and ada.mailbox.taken == []
    assert ada.rows("action", "state") == ["claimed"]


# several cycles in one commit ----------------------------------------------------------------------------------------


def test_one_failing_cycle_is_set_aside_and_the_others_of_its_commit_stay(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=(event.number,))
        yield look(event.number)

    real, commits = employee_module.record, []

    def record(store: Any, outbox: Any, state: Any, delta: Any, at: str) -> bytes:
        body: bytes = real(store, outbox, state, delta, at)
        if any(getattr(c, "bindings", {}).get("number") == 2 for c in delta.changes):
            raise ValidationError("a row does not fit")
        return body

    monkeypatch.setattr(employee_module, "record", record)
    monkeypatch.setattr(store_module, "point", commits.append)
    for number in (1, 2, 3):
        ada.tell("go", key=f"go{number}", number=number)
    commits.clear()
    assert ada.engine.think() == 4  # the profile is the first
    assert commits == ["commit:cycle:before", "commit:cycle:after"]
    assert [b.arguments for b in ada.engine.state.beliefs.matching("went")] == [(1,), (3,)]
    assert as_the_tables_are(ada)
    assert ada.rows("percept", "key", "reason", state="quarantined") == [("go2", "a row does not fit")]
    assert ada.rows("percept", "kind", state="new") == [PERCEPT_SET_ASIDE]
    assert ada.rows("action", "intention") == ["i1", "i2"]
    assert ada.rows("journal", "seq") == [1, 2, 3]


def test_whoever_counts_hears_of_what_was_committed_only(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(Telemetry):
        def ended(self, plan: str, stage: str) -> None:
            over.append((plan, stage))

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=())

    ada.work()
    over: list[tuple[str, str]] = []
    ada.engine = EmployeeEngine(ada.store, ada.place, ada.mindset, telemetry=Counting())
    ada.tell("go")
    with monkeypatch.context() as patch, pytest.raises(ResourceError):
        patch.setattr(ada.store._driver, "commit", failing_commit)
        ada.engine.think()
    assert over == []
    ada.engine.think()
    assert over == [("go", "done")]


def failing_commit() -> None:
    raise ResourceError("the disk is full")


def test_a_row_refused_when_a_group_is_written_costs_one_cycle_only(
    ada: Employee, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of many cycles are written together; what the database refuses then is found by doing them one by one."""

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="went", arguments=(event.number,))
        yield look(event.number)

    real = employee_module.record

    def record(store: Any, outbox: Any, state: Any, delta: Any, at: str) -> bytes:
        body: bytes = real(store, outbox, state, delta, at)
        if any(getattr(c, "bindings", {}).get("number") == 2 for c in delta.changes):
            store.add("salt", {"action": "same", "salt": "x"})
        return body

    ada.work()
    with ada.store.transaction():
        ada.store.add("salt", {"action": "same", "salt": "x"})
    monkeypatch.setattr(employee_module, "record", record)
    for number in (1, 2, 3):
        ada.tell("go", key=f"go{number}", number=number)
    assert ada.engine.think() == 3
    assert [b.arguments for b in ada.engine.state.beliefs.matching("went")] == [(1,), (3,)]
    assert as_the_tables_are(ada)
    assert ada.rows("percept", "key", state="quarantined") == ["go2"]
    assert ada.rows("percept", "kind", state="new") == [PERCEPT_SET_ASIDE]
    assert ada.rows("action", "intention") == ["i1", "i2"]
    assert ada.rows("salt", "action") == ["same"]
    for table in ("journal", "belief", "intention", "step", "action", "percept"):
        seqs = ada.rows(table, "seq")
        assert seqs == list(range(1, len(seqs) + 1)), table


def test_a_percept_that_cannot_be_decoded_is_set_aside_at_once(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("percept-set-aside"))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.percept, event.reason))

    ada.work()
    with ada.store.transaction():
        row = {"key": "odd", "kind": "go", "at": "", "correlation": ""}
        ada.store.add("percept", {**row, "body": '{"fields":{"x":{"$":"Unheard"}},"origin":null}'})
    ada.work()
    (told,) = (b.arguments for b in ada.engine.state.beliefs.matching("told"))
    assert told == ("odd", "unknown kept type 'Unheard'")


def test_a_percept_that_comes_twice_is_handled_once(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield look()

    for _ in range(3):
        ada.tell("go", key="the same")
        ada.work()
    assert ada.rows("action", "id") == ["i1.0"]


# time ----------------------------------------------------------------------------------------------------------------


def test_a_timer_fires_once_whatever_happens_meanwhile(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        now = yield Now()
        yield Wait(until=now + timedelta(hours=1))
        yield Believe(functor="woken", arguments=((yield Now()),))

    began = ada.clock.now()
    ada.tell("go")
    ada.work()
    assert ada.engine.next_due(began) == began + timedelta(hours=1)
    ada.let_pass(timedelta(minutes=59))
    ada.restart()
    ada.work()
    assert not ada.engine.state.beliefs.matching("woken")
    ada.restart()
    ada.let_pass(timedelta(hours=5))
    ada.restart()
    ada.work()
    assert [b.arguments for b in ada.engine.state.beliefs.matching("woken")] == [(began + timedelta(hours=1),)]
    assert ada.rows("occurrence", "state") == ["fired"]
    assert len(ada.rows("percept", "key", kind="timer")) == 1


def test_what_was_due_while_nobody_was_there_is_done_at_the_start(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + timedelta(hours=1))
        yield look()

    ada.tell("go")
    ada.work()
    ada.clock.advance(timedelta(days=3))
    ada.restart()
    ada.work()
    assert ada.rows("action", "state") == ["done"]


def test_the_minds_time_never_goes_back(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="at", arguments=(event.number, (yield Now())))

    ada.tell("go", key="1", number=1)
    ada.work()
    late = ada.clock.now()
    ada.clock._at -= timedelta(hours=1)
    ada.tell("go", key="2", number=2)
    ada.work()
    assert [b.arguments[1] for b in ada.engine.state.beliefs.matching("at")] == [late, late]


# what the employee knows of itself -----------------------------------------------------------------------------------


def test_the_cycle_that_brings_the_profile_may_already_act_on_it(
    hire: Callable[..., Employee], plans: PlanLibrary
) -> None:
    @plans.plan(on("profile"))
    def introduce(event: Trigger) -> Any:
        yield send(f"I am {event.name}.")

    ada = hire()
    ada.work()
    assert "I am Ada Lovelace." in ada.mailbox.taken[0].get_content()


def test_who_does_not_know_itself_yet_is_refused_and_goes_on(hire: Callable[..., Employee], plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send()

    ada = hire(profile=None)
    ada.tell("go")
    ada.work()
    assert ada.rows("action", "state", "rule") == [("refused", "operation:schema")]
    ada.tell("profile", **PROFILE)
    ada.tell("go", key="again")
    ada.work()
    assert len(ada.mailbox.taken) == 1


# replay and ledger ---------------------------------------------------------------------------------------------------


def test_the_journal_replays_to_the_same_digests(
    ada: Employee, everything: None, plans: PlanLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "CYCLES_PER_SNAPSHOT", 4)
    for number in range(3):
        ada.tell("go", key=f"go{number}", number=number)
        ada.let_pass(timedelta(hours=9))
    cycles = len(ada.rows("journal", "seq"))
    replayed = replay(ada.store, plans)
    assert (replayed.cycles, replayed.differs_at) == (cycles, 0)
    assert ada.rows("snapshot", "cycle") == list(range(4, cycles + 1, 4))


def test_replay_says_where_other_plans_would_have_done_something_else(ada: Employee, plans: PlanLibrary) -> None:
    def asking(value: int) -> Any:
        def go(event: Trigger) -> Any:
            yield look(value)

        return go

    plans.add(Plan(name="go", trigger=on("go"), body=asking(1), when=always))
    ada.tell("go")
    ada.work()
    assert replay(ada.store, plans).differs_at == 0
    plans.add(Plan(name="go", trigger=on("go"), body=asking(2), when=always))
    assert replay(ada.store, plans).differs_at == 2


def chain(ada: Employee) -> list[Entry]:
    return [Entry(*row) for row in ada.rows("ledger", "prev", "hash", "record")]


def test_the_ledger_is_one_chain_and_a_changed_byte_is_found(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send(f"Mail {event.number}")

    for number in range(3):
        ada.tell("go", key=f"go{number}", number=number)
        ada.work()
    entries = chain(ada)
    assert first_break(entries) is None
    assert [codec.loads(e.record.decode())["event"] for e in entries] == ["decided", "done"] * 3
    assert all(b"Mail" not in e.record and MARIA.encode() not in e.record for e in entries)
    with sqlite3.connect(ada.where) as outside:
        outside.execute("UPDATE ledger SET record = CAST(replace(record, 'allow', 'ALLOW') AS BLOB) WHERE seq = 3")
    outside.close()
    assert first_break(chain(ada)) == 2
