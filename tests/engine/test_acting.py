"""The outbox: what is decided, held back, tried again, looked for, and told (contracts 1 and 8)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from empla.capabilities.contract import OutcomeUnknown, Settled
from empla.capabilities.email.mailbox import Evidence
from empla.capabilities.email.steps import reply
from empla.engine import circuits
from empla.engine.failing import EFFECT_FOR, JITTER, READ_ATTEMPTS, pause_s
from empla.engine.performing import PATIENCE
from empla.errors import ExternalError, PermissionDenied, RateLimited, ValidationError
from empla.governance.manners import NOTICES_PER_DAY
from empla.mind.percepts import APPROVAL_NEEDED
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail, Reading
from empla.mind.steps import ActionFailed, Ask, Believe, Decide, Do, Scope, Together, Wait
from empla.mind.values import OUTSIDE, Address, Origin, Source
from empla.testing.employee import MARIA, Employee
from empla.testing.mailbox import Server
from tests.engine.conftest import Bench

BOB = "bob@office.example"
MANAGER = Address(MARIA, Origin(Source.POLICY))
COLLEAGUE = Address(BOB, Origin(Source.DIRECTORY))


def send(to: Address = MANAGER, text: str = "Hello", **more: Any) -> Do:
    return Do(operation="email.send", arguments={"to": (to,), "subject": "News", "text": text, **more})


def look(value: Any = None) -> Do:
    return Do(operation="test.look", arguments={"value": value})


def write(value: Any = None) -> Do:
    return Do(operation="test.write", arguments={"value": value})


def mail(sender: str = MARIA, key: str = "m1") -> Mail:
    address = Address(sender, Origin(Source.PERCEPT, key, "from"))
    return Mail(
        key=key,
        message_id=f"<{key}@x>",
        blob="",
        subject="A mail",
        sender=address,
        authenticated=address,
        thread="<t@x>",
    )


def outcomes(plans: PlanLibrary, *steps: Any) -> None:
    """A plan for "go" that does the steps, and believes what came of each."""

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        for number, step in enumerate(steps):
            try:
                value = yield step
            except ActionFailed as failure:
                yield Believe(functor="failed", arguments=(number, failure.code, str(failure)))
            else:
                yield Believe(functor="done", arguments=(number, value))


def believes(ada: Employee, functor: str) -> list[tuple[Any, ...]]:
    return [b.arguments for b in ada.engine.state.beliefs.matching(functor)]


def states(ada: Employee) -> list[str]:
    return ada.rows("action", "state")


def ledger(ada: Employee) -> list[str]:
    return ada.rows("ledger", "event")


# trying again --------------------------------------------------------------------------------------------------------


def test_what_fails_for_now_is_tried_again_with_growing_pauses(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    outcomes(plans, look("it"))
    bench.script = [RateLimited("slower"), ExternalError("down"), ExternalError("down")]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=1))
    tried = [at for at, _ in bench.done]
    pauses = [(b - a).total_seconds() for a, b in pairwise(tried)]
    assert pauses == pytest.approx([1, 2, 4], rel=JITTER) and pauses != [1, 2, 4]
    assert believes(ada, "done") == [(0, "it")]


def test_pauses_grow_to_five_minutes_and_nobody_waits_as_long_as_another() -> None:
    down = ExternalError("down")
    pauses = [pause_s(down, n, "ada", "i1.0") for n in (1, 2, 3, 8, 9, 10, 100)]
    assert pauses == pytest.approx([1, 2, 4, 128, 256, 300, 300], rel=JITTER) and max(pauses) <= 300
    assert pauses == [pause_s(down, n, "ada", "i1.0") for n in (1, 2, 3, 8, 9, 10, 100)], "derived, never drawn"
    assert len({pause_s(down, 5, "ada", f"i{n}.0") for n in range(100)}) == 100


def test_what_only_reads_is_tried_a_few_times(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    outcomes(plans, look())
    bench.script = [ExternalError("the calendar is away")] * 50
    ada.tell("go")
    ada.let_pass(timedelta(hours=1))
    assert len(bench.done) == READ_ATTEMPTS
    assert believes(ada, "failed") == [(0, "external", "the calendar is away")]


def test_what_has_an_effect_is_tried_for_hours(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.script = [Server.DELAYS] * 500
    ada.tell("go")
    ada.let_pass(EFFECT_FOR - timedelta(minutes=10))
    assert states(ada)[0] in ("ready", "deferred")
    ada.let_pass(timedelta(minutes=10))
    assert states(ada) == ["failed"] and 400 < len(ada.mailbox.script) < 460
    assert believes(ada, "failed")[0][1] == "submission_delayed"


def test_a_recipient_with_whom_the_server_waits_holds_up_no_other_mail(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send(text="1"))
    ada.mailbox.script = [Server.GREYLISTS] * (circuits.OPENS_AT + 1)
    ada.tell("go")
    while ada.mailbox.script:
        ada.let_pass(timedelta(seconds=1))
    assert ada.mailbox.taken == []

    ada.tell("go", key="another")
    ada.work()
    assert len(ada.mailbox.taken) == 1, "no breaker is open"
    ada.let_pass(timedelta(minutes=1))
    assert states(ada) == ["done", "done"]


def test_a_server_may_take_as_long_over_a_mail_as_the_account_says(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    hasty = replace(ada.mindset.operations["email.send"], timeout_s=0.05)
    ada.mindset = replace(ada.mindset, operations={**ada.mindset.operations, "email.send": hasty})
    ada.restart()
    ada.mailbox.taking_s, ada.mailbox.takes_s = 5.0, 0.3
    ada.tell("go")
    ada.work()
    assert states(ada) == ["done"] and ada.mailbox.looks == 0

    ada.mailbox.taking_s = 0.05
    ada.tell("go", key="again")
    ada.let_pass(timedelta(minutes=1))
    assert ada.mailbox.looks > 0, "no answer came in time, so it was looked for"


def test_where_a_copy_to_oneself_is_the_evidence_every_mail_names_it(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.tell("profile", key="profile:2", copy_to_self=True)
    ada.tell("go")
    ada.work()
    (target,) = ada.rows("action", "target")
    assert json.loads(target)["copy_to"] == "ada@office.example"
    assert json.loads(target)["recipients"] == [MARIA]


def test_what_is_refused_is_told_and_not_tried_again(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.script = [Server.REFUSES]
    ada.tell("go")
    ada.let_pass(timedelta(hours=1))
    assert believes(ada, "failed") == [(0, "submission_refused", "550 no such user")]
    assert ledger(ada) == ["decided", "failed"]


def test_a_no_after_the_message_is_proof_that_it_was_not_taken(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.evidence = Evidence.NONE
    ada.mailbox.script = [Server.DELAYS_LATE]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=5))
    assert states(ada) == ["done"] and len(ada.mailbox.taken) == 1
    assert believes(ada, "failed") == []


def test_a_plug_in_that_raises_costs_its_action_and_nothing_else(
    ada: Employee, plans: PlanLibrary, bench: Bench
) -> None:
    outcomes(plans, look(), look("fine"))
    bench.script = [KeyError("a bug")]
    ada.tell("go")
    ada.work()
    assert believes(ada, "failed") == [(0, "internal", "test.look raised KeyError")]
    assert believes(ada, "done") == [(1, "fine")]


@pytest.mark.parametrize("error", [ValidationError("that is no day"), KeyError("a bug")], ids=repr)
def test_what_cannot_be_prepared_is_refused(ada: Employee, plans: PlanLibrary, bench: Bench, error: Exception) -> None:
    outcomes(plans, look())
    bench.prepare_raises = error
    ada.tell("go")
    ada.work()
    ((_, code, sentence),) = believes(ada, "failed")
    assert code == "operation:schema" and ("no day" in sentence or "a bug" in sentence)


def test_unknown_operations_and_plain_strings_for_addresses_are_refused(ada: Employee, plans: PlanLibrary) -> None:
    plain = Do(operation="email.send", arguments={"to": (MARIA,), "subject": "", "text": ""})
    outcomes(plans, Do(operation="email.shout", arguments={}), plain)
    ada.tell("go")
    ada.work()
    assert [code for _, code, _ in believes(ada, "failed")] == ["operation:unknown", "operation:schema"]
    assert ada.mailbox.taken == [] and states(ada) == ["refused", "refused"]


# evidence ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "how", "sent", "events"),
    [
        (Evidence.AUTHORITATIVE, Server.TAKES_UNSEEN, 1, ["decided", "done"]),
        (Evidence.AUTHORITATIVE, Server.LOSES, 1, ["decided", "absent", "done"]),
        (Evidence.LOOKUP, Server.TAKES_UNSEEN, 1, ["decided", "done"]),
        (Evidence.LOOKUP, Server.LOSES, 0, ["decided", "unknown"]),
        (Evidence.NONE, Server.TAKES_UNSEEN, 1, ["decided", "unknown"]),
        (Evidence.NONE, Server.LOSES, 0, ["decided", "unknown"]),
    ],
)
def test_after_a_lost_connection_evidence_decides(
    ada: Employee, plans: PlanLibrary, evidence: Evidence, how: Server, sent: int, events: list[str]
) -> None:
    outcomes(plans, send())
    ada.mailbox.evidence, ada.mailbox.script = evidence, [how]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=10))
    assert len(ada.mailbox.taken) == sent
    assert ledger(ada) == events
    assert (states(ada) == ["unknown"]) == ("unknown" in events)


def test_evidence_is_looked_for_a_few_times_until_the_settle_time_is_over(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.evidence, ada.mailbox.script = Evidence.LOOKUP, [Server.LOSES]
    ada.tell("go")
    ada.let_pass(timedelta(seconds=119))
    assert states(ada) == ["on_wire"]
    ada.let_pass(timedelta(seconds=1))
    assert states(ada) == ["unknown"]
    assert 5 <= ada.mailbox.looks <= 12


def test_a_copy_that_appears_late_is_found(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.mailbox.evidence, ada.mailbox.script = Evidence.LOOKUP, [Server.TAKES_UNSEEN]
    visible = ada.clock.now() + timedelta(minutes=1)

    async def find_sent(message_id: str) -> bool:
        return ada.clock.now() >= visible

    ada.mailbox.find_sent = find_sent
    ada.tell("go")
    ada.let_pass(timedelta(seconds=59))
    assert states(ada) == ["on_wire"] and len(ada.mailbox.taken) == 1
    ada.let_pass(timedelta(seconds=61))
    assert states(ada) == ["done"]


def test_plans_hear_of_what_is_unknown_each_time(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())

    @plans.plan(on("action-unknown"))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="unknown", arguments=(event.action, event.summary, event.operation))

    ada.mailbox.evidence, ada.mailbox.script = Evidence.NONE, [Server.LOSES, Server.LOSES]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=5))
    assert believes(ada, "unknown") == [("i1.0", f"email.send to {MARIA}: News", "email.send")]
    settle(ada, happened=False)
    ada.let_pass(timedelta(minutes=5))
    assert states(ada) == ["unknown"]
    assert len(ada.rows("percept", "key", kind="action-unknown")) == 2


def settle(ada: Employee, happened: bool) -> None:
    number = len(ada.rows("percept", "key"))
    ada.tell("command:settle", key=f"settle:{number}", action="i1.0", happened=happened, by=MARIA)


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_settles_what_is_unknown(ada: Employee, plans: PlanLibrary, happened: bool) -> None:
    outcomes(plans, send())
    how = Server.TAKES_UNSEEN if happened else Server.LOSES
    ada.mailbox.evidence, ada.mailbox.script = Evidence.NONE, [how]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=5))
    assert states(ada) == ["unknown"] and believes(ada, "done") == []
    settle(ada, happened)
    ada.let_pass(timedelta(minutes=5))
    assert len(ada.mailbox.taken) == 1 and len(believes(ada, "done")) == 1
    end = ["settled", "reconciled"] if happened else ["settled", "done"]
    assert ledger(ada) == ["decided", "unknown", *end]
    settle(ada, happened)
    ada.let_pass(timedelta(minutes=5))
    assert len(ada.mailbox.taken) == 1, "said twice, done once"


def test_a_conditional_write_that_may_have_happened_is_looked_for(
    ada: Employee, plans: PlanLibrary, bench: Bench
) -> None:
    outcomes(plans, write("a"), write("b"), write("c"))
    bench.script = [(ExternalError("lost"),), ExternalError("lost"), (OutcomeUnknown("lost"),)]
    ada.tell("go")
    ada.let_pass(timedelta(minutes=1))
    assert sorted(believes(ada, "done")) == [(0, "a"), (1, "b"), (2, "c")]
    assert [value for _, value in bench.done] == ["a", "b", "b", "c"]


def test_a_write_whose_evidence_stays_unclear_is_unknown_in_the_end(
    ada: Employee, plans: PlanLibrary, bench: Bench
) -> None:
    outcomes(plans, write("a"))
    bench.script, bench.evidence = [OutcomeUnknown("lost")], [Settled.UNCLEAR] * 1000
    ada.tell("go")
    ada.let_pass(PATIENCE - timedelta(minutes=1))
    assert states(ada) == ["on_wire"]
    ada.let_pass(timedelta(minutes=1))
    assert states(ada) == ["unknown"] and len(bench.done) == 1


# holding back --------------------------------------------------------------------------------------------------------

NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def test_what_nobody_waits_for_goes_in_the_morning(hire: Callable[..., Employee], plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send()

    ada = hire(at=NIGHT)
    ada.tell("go", origin=OUTSIDE)
    ada.let_pass(timedelta(hours=8))
    ada.restart()
    ada.work()
    assert states(ada) == ["deferred"] and ada.mailbox.taken == []
    ada.let_pass(timedelta(minutes=30))
    assert ada.mailbox.taken[0]["To"] == MARIA
    assert ada.rows("action", "rule") == ["manners:quiet-hours"]


def test_what_could_not_go_by_day_does_not_go_at_night(hire: Callable[..., Employee], plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield send()

    ada = hire(at=NIGHT - timedelta(hours=1, seconds=2))
    ada.mailbox.script = [Server.DELAYS] * 3
    ada.tell("go", origin=OUTSIDE)
    ada.let_pass(timedelta(hours=9))
    assert states(ada) == ["deferred"] and ada.mailbox.taken == []
    ada.let_pass(timedelta(hours=1))
    assert states(ada) == ["done"]


@pytest.fixture
def approving(plans: PlanLibrary) -> None:
    """Plans that want to write to Bob on nobody's word, and ask the manager whether they may."""

    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield send(COLLEAGUE)
        except ActionFailed as failure:
            yield Believe(functor="refused", arguments=(failure.code, str(failure)))

    @plans.plan(on(APPROVAL_NEEDED))
    def ask(event: Trigger) -> Any:
        answer = yield Ask(who=MANAGER, by=send(text=f"{event.summary}? {event.why}"), patience=timedelta(days=2))
        yield Decide(action=event.action, approved=answer is not None, by=MANAGER)


def test_what_the_gate_asks_about_goes_when_the_manager_says_so(ada: Employee, approving: None) -> None:
    ada.tell("go", origin=OUTSIDE)
    ada.work()
    assert states(ada) == ["awaiting_approval", "done"]
    question = ada.mailbox.taken[0]
    assert f"email.send to {BOB}: News? no request of the manager covers this" in question.get_content()
    said = Reading(reader="test", version=1, intent="yes", confidence=1.0)
    ada.tell("mail", mail=replace(mail(), in_reply_to=(question["Message-ID"],), reading=said))
    ada.work()
    assert [m["To"] for m in ada.mailbox.taken] == [MARIA, BOB]
    assert ada.rows("action", "rule", id="i1.0") == [f"approved:{MARIA}"]
    assert [e for e, a in ada.rows("ledger", "event", "action") if a == "i1.0"] == ["decided", "approved", "done"]


def test_what_nobody_approves_is_refused(ada: Employee, approving: None) -> None:
    ada.tell("go", origin=OUTSIDE)
    ada.let_pass(timedelta(days=3))
    assert [m["To"] for m in ada.mailbox.taken] == [MARIA]
    assert states(ada)[0] == "refused"
    assert believes(ada, "refused") == [("rejected", f"{MARIA} said no")]


def test_approval_of_what_is_over_does_nothing(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(steps=(send(COLLEAGUE), Wait(kind="bell")))

    @plans.plan(on("stop"))
    def stop(event: Trigger) -> Any:
        yield Decide(action="i1.0.0", approved=False, by=MANAGER)
        yield Decide(action="i1.0.0", approved=True, by=MANAGER)

    ada.tell("go", origin=OUTSIDE)
    ada.work()
    ada.tell("stop")
    ada.tell("bell")
    ada.work()
    assert states(ada) == ["refused"] and ada.mailbox.taken == []


def test_paused_means_that_nothing_goes_and_nothing_spins(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, send())
    ada.engine.paused = True
    ada.tell("go")
    ada.work()
    assert states(ada) == ["ready"] and ada.mailbox.taken == []
    assert ada.engine.next_due(ada.clock.now()) is None
    ada.engine.paused = False
    ada.work()
    assert states(ada) == ["done"]


def test_rows_of_one_lane_go_in_order_and_others_pass_them(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(
            steps=(send(text="1", answering=mail()), send(text="2", answering=mail(key="m2")), send(text="3"))
        )

    ada.mailbox.script = [Server.DELAYS, Server.TAKES, Server.DELAYS]
    ada.tell("go")
    ada.work()
    assert [m.get_content()[0] for m in ada.mailbox.taken] == ["3"], "the first of the lane was delayed"
    assert ada.engine.next_due(ada.clock.now()) <= ada.clock.now() + timedelta(seconds=1 + JITTER)
    ada.let_pass(timedelta(minutes=1))
    assert [m.get_content()[0] for m in ada.mailbox.taken] == ["3", "1", "2"]


# manners -------------------------------------------------------------------------------------------------------------


def test_a_message_is_answered_once(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, reply(mail(), "First."), reply(mail(), "Second."))
    ada.tell("go")
    ada.work()
    assert [m.get_content()[:6] for m in ada.mailbox.taken] == ["First."]
    assert believes(ada, "failed")[0][1] == "manners:one-answer"


def test_an_answer_that_was_not_sent_is_no_answer(ada: Employee, plans: PlanLibrary) -> None:
    """Refused by the server, or withdrawn before it went: the message may still be answered."""

    @plans.plan(on("other"), rank=1)
    def breaks_off(event: Trigger) -> Any:
        yield Together(steps=(reply(mail(key="m2"), "Too early."), look()))
        raise ValueError("over")

    @plans.plan(on("other"))
    def goes_on(event: Trigger) -> Any:
        yield reply(mail(key="m2"), "In time.")

    outcomes(plans, reply(mail(), "First."), reply(mail(), "Second."))
    ada.mailbox.script = [Server.REFUSES]
    ada.tell("go")
    ada.work()
    assert [m.get_content()[:7] for m in ada.mailbox.taken] == ["Second."]
    ada.engine.paused = True
    ada.tell("other")
    ada.work()
    assert states(ada)[2:] == ["ready", "ready"]


def test_what_is_withdrawn_is_cancelled_and_uses_up_nothing(hire: Callable[..., Employee], plans: PlanLibrary) -> None:
    @plans.plan(on("go"), rank=1)
    def breaks_off(event: Trigger) -> Any:
        try:
            yield Together(steps=(reply(mail(), "Wait for the morning."), send(), Wait(kind="bell")))
        finally:
            pass

    @plans.plan(on("stop"))
    def stop(event: Trigger) -> Any:
        yield reply(mail(), "At last.")

    ada = hire(at=NIGHT)
    ada.engine.paused = True
    ada.tell("go", origin=OUTSIDE)
    ada.work()
    assert states(ada) == ["ready", "deferred"]
    plans.plans.pop(("breaks-off", 1))
    ada.tell("bell")
    with ada.store.transaction():
        ada.engine._outbox.withdraw("i1")
    assert states(ada) == ["cancelled", "cancelled"]
    ada.engine.paused = False
    ada.tell("stop")
    ada.work()
    assert [m.get_content()[:8] for m in ada.mailbox.taken] == ["At last."]
    assert ledger(ada) == ["decided", "decided", "cancelled", "cancelled", "decided", "done"]


def test_a_plan_that_runs_away_is_stopped_by_the_budget(ada: Employee, plans: PlanLibrary) -> None:
    outcomes(plans, *(send(text=str(number)) for number in range(NOTICES_PER_DAY + 5)))
    ada.tell("go")
    ada.work()
    assert [code for _, code, _ in believes(ada, "failed")] == ["limits:notices"] * 5
    assert len(ada.mailbox.taken) == NOTICES_PER_DAY


def test_what_awaits_approval_is_already_counted(ada: Employee, plans: PlanLibrary) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Scope(people=())
        yield reply(mail(BOB, key=event.about), "Answer.")

    ada.tell("go", key="1", origin=OUTSIDE, about="m1")
    ada.tell("go", key="2", origin=OUTSIDE, about="m1")
    ada.work()
    assert ada.rows("action", "state", "rule") == [
        ("awaiting_approval", "origin:percept"),
        ("refused", "manners:one-answer"),
    ]


def test_a_server_that_fails_again_and_again_is_left_alone_for_a_while(
    ada: Employee, bench: Bench, plans: PlanLibrary
) -> None:
    @plans.plan(on("look"))
    def look(event: Trigger) -> Any:
        yield Do(operation="test.look", arguments={"value": event.value})

    bench.script = [ExternalError("down")] * circuits.OPENS_AT
    for number in range(circuits.OPENS_AT):
        ada.tell("look", key=f"look{number}", value=number)
    ada.work()
    tried = len(bench.done)
    assert tried == circuits.OPENS_AT
    ada.tell("look", key="later", value="later")
    ada.work()
    assert len(bench.done) == tried, "the breaker is open: nobody asks the server"
    ada.let_pass(timedelta(seconds=circuits.FIRST_S + 60))
    assert "later" in [value for _, value in bench.done], "it is tried again by itself"
    assert {row[1] for row in ada.rows("action", "id", "state")} == {"done"}


def test_a_servers_forbidden_is_a_definite_no_however_far_the_act_got(
    ada: Employee, bench: Bench, plans: PlanLibrary
) -> None:
    @plans.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield Do(operation="test.write", arguments={"value": 1})
        except ActionFailed as failure:
            yield Believe(functor="refused", arguments=(failure.code,))

    bench.goes_on_wire = True
    bench.script = [PermissionDenied("forbidden")]
    ada.tell("go")
    ada.work()
    assert ada.rows("action", "state", "attempt") == [("failed", 1)]
    assert len(bench.done) == 1
    assert [b.arguments for b in ada.engine.state.beliefs.matching("refused")] == [("permission",)]
