"""Promises: made, watched over and ended by the kernel, whatever plans do."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from empla.capabilities.calendar.results import EventCopy, EventWritten
from empla.capabilities.email.results import Sent
from empla.mind.commitments import (
    COMMITMENT,
    EXPECTATION,
    BeliefHeld,
    Close,
    Commitment,
    EventStands,
    Expect,
    MailReceived,
    MailSent,
    Promise,
    Release,
    Standing,
    WordGiven,
)
from empla.mind.logic import parse_query
from empla.mind.percepts import TIMER
from empla.mind.persona import Persona
from empla.mind.plans import Trigger, goal, on
from empla.mind.state import Due
from empla.mind.steps import Achieve, ActionFailed, Again, Ask, Believe, Do, Forget, Now, Raise, Wait, query
from empla.mind.values import OUTSIDE, OWN, Address, EventRef
from tests.mind.minds import BOB, MARIA, START, Mind, mail

ADA = Address("ada@office.example", OWN)
HOUR = timedelta(hours=1)


def made(due: datetime | None = START + 10 * HOUR, **more: Any) -> Commitment:
    """Return what Ada promises Maria."""
    known = {"debtor": ADA, "creditor": MARIA, "content": "send the list", "made_at": START, "due": due}
    return Commitment(**{**known, **more})


def expected(due: datetime | None = START + 10 * HOUR, **more: Any) -> Commitment:
    """Return what Bob owes Maria."""
    return made(due, debtor=BOB, content="the list", **more)


@pytest.fixture
def mind() -> Mind:
    mind = Mind()
    mind.tell("profile", address=ADA, manager=MARIA)
    return mind


def plan(mind: Mind, *steps: Any, on_kind: str = "go", **options: Any) -> None:
    """Let a mind have a plan that takes these steps in order, notes how each failed, and then waits for "end"."""

    def body(event: Trigger) -> Any:
        for step in steps:
            try:
                yield step
            except ActionFailed as failure:
                yield Believe(functor="failed", arguments=(type(step).__name__, failure.code))
        yield Wait(kind="end")

    name = f"plan-{len(mind.library.plans)}"
    mind.library.plan(on(on_kind), name=name, **options)(body)


def hear(mind: Mind, *kinds: str) -> None:
    """Let a mind note these events: kind, id, and how the promise stands."""
    for kind in kinds:
        mind.library.plan(on(kind), name=f"hear-{kind}")(_hearing(kind))


def _hearing(kind: str) -> Any:
    def body(event: Trigger) -> Any:
        yield Believe(functor="heard", arguments=(kind, event.id, event.made.standing.value))

    return body


def promise(mind: Mind, functor: str = COMMITMENT, name: str = "p") -> Commitment:
    """Return the one promise of this name."""
    (found,) = mind.state.beliefs.matching(functor, name)
    return found.arguments[1]


def alarms(mind: Mind, name: str = "c:commitment:p") -> list[timedelta]:
    """Return when the timers of a promise are due, from the start."""
    return [d.at - START for d in mind.changes(Due) if d.step == name]


def let_pass(mind: Mind, span: timedelta, name: str = "c:commitment:p") -> None:
    """Let time pass, and a promise's timer be over."""
    mind.at = START + span
    mind.tell(TIMER, step=name)


# the clock -----------------------------------------------------------------------------------------------------------


def test_a_promise_wakes_itself_before_its_deadline_and_at_it(mind: Mind) -> None:
    hear(mind, "commitment-due-soon", "commitment-late")
    plan(mind, Promise(id="p", made=made()))
    mind.tell("go")
    first, last = alarms(mind)
    assert last == 10 * HOUR
    assert 8.9 * HOUR < first < 9.1 * HOUR, "a tenth of the time, and no less than an hour"
    let_pass(mind, first)
    assert mind.believes("heard") == [("commitment-due-soon", "p", "open")]
    let_pass(mind, last)
    assert mind.believes("heard")[1:] == [("commitment-late", "p", "open")]
    assert promise(mind).late_at == mind.at
    let_pass(mind, last)
    assert len(mind.believes("heard")) == 2, "each is told once"


@pytest.mark.parametrize(("proactivity", "hours"), [(0.0, 9.5), (0.5, 9.0), (1.0, 8.5)])
def test_who_is_more_proactive_gives_notice_earlier(mind: Mind, proactivity: float, hours: float) -> None:
    mind.tell("profile", persona=Persona(proactivity=proactivity))
    plan(mind, Promise(id="p", made=made()))
    mind.tell("go")
    assert abs(alarms(mind)[0] - hours * HOUR) < timedelta(minutes=1)


def test_a_lead_of_its_own_goes_before_and_none_is_given_where_its_plan_sees_to_that(mind: Mind) -> None:
    plan(mind, Promise(id="p", made=made(lead=3 * HOUR)), Promise(id="q", made=made(lead=timedelta())))
    mind.tell("go")
    assert alarms(mind) == [7 * HOUR, 10 * HOUR]
    assert alarms(mind, "c:commitment:q") == [10 * HOUR]


def test_a_deadline_that_is_moved_takes_its_alarms_with_it(mind: Mind) -> None:
    hear(mind, "commitment-due-soon", "commitment-late")
    plan(mind, Promise(id="p", made=made()), Wait(kind="later"), Promise(id="p", made=made(START + 20 * HOUR)))
    mind.tell("go")
    mind.tell("later")
    let_pass(mind, 10 * HOUR)
    assert mind.believes("heard") == [], "the old alarm rings for nothing"
    let_pass(mind, 18 * HOUR)
    let_pass(mind, 20 * HOUR)
    assert [kind for kind, _, _ in mind.believes("heard")] == ["commitment-due-soon", "commitment-late"]


def test_an_expectation_tells_of_its_own_debtor(mind: Mind) -> None:
    hear(mind, "expectation-due-soon")
    plan(mind, Expect(id="p", made=expected()))
    mind.tell("go")
    assert promise(mind, EXPECTATION).debtor == BOB
    let_pass(mind, 9.5 * HOUR, "c:expectation:p")
    assert mind.believes("heard") == [("expectation-due-soon", "p", "open")]


@pytest.mark.parametrize(
    "step",
    [
        Promise(id="p", made=made(START)),
        Promise(id="", made=made()),
        Promise(id="p", made=expected()),
        Expect(id="p", made=made()),
    ],
)
def test_what_is_no_promise_is_not_made(mind: Mind, step: Any) -> None:
    plan(mind, step)
    mind.tell("go")
    assert mind.believes("failed") == [(type(step).__name__, "promise")]
    assert mind.believes(COMMITMENT) == mind.believes(EXPECTATION) == []


def test_a_plan_may_wait_for_the_notice_itself(mind: Mind) -> None:
    hear(mind, "commitment-due-soon")
    soon = Wait(kind="commitment-due-soon", fields={"id": "p"})
    plan(mind, Promise(id="p", made=made()), soon, Believe(functor="saw", arguments=("it",)))
    mind.tell("go")
    let_pass(mind, 9.5 * HOUR)
    assert mind.believes("saw") == [("it",)]
    assert mind.believes("heard") == []


# the end -------------------------------------------------------------------------------------------------------------


def sent(to: Address, message_id: str = "<1@x>", thread: str = "t") -> Sent:
    """Return what a mail server says of a mail, as the e-mail capability keeps it."""
    return Sent(message_id=message_id, thread=thread, recipients=(to.value,))


SEND = Do(operation="email.send", arguments={})
KEPT = Close(id="p", standing=Standing.KEPT, sentence="it is sent", evidence="<1@x>")


@pytest.mark.parametrize(
    ("wants", "value", "standing"),
    [
        (MailSent(to=MARIA), sent(MARIA), Standing.KEPT),
        (MailSent(to=MARIA, thread="t"), sent(MARIA), Standing.KEPT),
        (MailSent(to=MARIA, thread="other"), sent(MARIA), Standing.OPEN),
        (MailSent(to=MARIA), sent(BOB), Standing.OPEN),
        (MailSent(to=MARIA), sent(MARIA, "<2@x>"), Standing.OPEN),
        (MailReceived(of=MARIA), sent(MARIA), Standing.OPEN),
        (MailReceived(of=MARIA), mail(MARIA.value, key="1"), Standing.KEPT),
        (MailReceived(of=MARIA), mail(MARIA.value, False, key="1"), Standing.OPEN),
        (MailReceived(of=MARIA), mail(BOB.value, key="1"), Standing.OPEN),
        (WordGiven(of=MARIA), mail(MARIA.value, key="1", intent="yes"), Standing.KEPT),
        (WordGiven(of=MARIA), mail(MARIA.value, key="1", intent="no"), Standing.OPEN),
        (None, sent(BOB), Standing.KEPT),
        (None, {"said": "<1@x>"}, Standing.KEPT),
        (None, "something else", Standing.OPEN),
    ],
)
def test_a_promise_is_kept_only_with_the_evidence_that_it_wants(
    mind: Mind, wants: Any, value: Any, standing: Standing
) -> None:
    plan(mind, Promise(id="p", made=made(wants=wants)), SEND, KEPT)
    mind.tell("go")
    mind.done(mind.asked[-1], value)
    assert promise(mind).standing is standing
    assert mind.believes("failed") == ([] if standing is Standing.KEPT else [("Close", "evidence")])


def test_what_is_wanted_of_beliefs_closes_itself_when_it_is_believed(mind: Mind) -> None:
    hear(mind, "commitment-closed")
    plan(mind, Promise(id="p", made=made(wants=BeliefHeld(functor="delivered", arguments=("list",)))))
    plan(mind, Believe(functor="delivered", arguments=("list", 3)), on_kind="delivery")
    mind.tell("go")
    mind.tell("delivery")
    let_pass(mind, 9.5 * HOUR)
    assert promise(mind).standing is Standing.KEPT
    assert mind.believes("heard") == [("commitment-closed", "p", "kept")]


def test_it_is_closed_the_moment_that_it_is_believed_also_after_another_plan_took_over(mind: Mind) -> None:
    hear(mind, "commitment-closed")
    wants = BeliefHeld(functor="delivered", arguments=("list",))
    plan(mind, Promise(id="p", made=made()), Promise(id="p", made=made(wants=wants)), SEND, Raise(kind="boom"), rank=1)
    failing(mind, rank=2)
    plan(mind, Believe(functor="delivered", arguments=("list",)), on_kind="delivery")
    mind.tell("go")
    mind.failed(mind.asked[-1])
    mind.tell("delivery")
    assert promise(mind).standing is Standing.KEPT
    assert mind.believes("heard") == [("commitment-closed", "p", "kept")]


@pytest.mark.parametrize(("believed", "standing"), [("list", Standing.RELEASED), ("other", Standing.OPEN)])
def test_what_it_was_made_for_may_fall_away_and_then_its_plan_ends_too(
    mind: Mind, believed: str, standing: Standing
) -> None:
    plan(mind, Promise(id="p", made=made(drop=parse_query("bought(list)"))))
    plan(mind, Believe(functor="bought", arguments=(believed,)), on_kind="purchase")
    mind.tell("go")
    mind.tell("purchase")
    assert promise(mind).standing is standing
    assert [end for end in mind.ends() if end[0] == "plan-0"] == (
        [("plan-0", "dropped", "released")] if standing is Standing.RELEASED else []
    )


def test_a_promise_is_broken_only_when_something_shows_it(mind: Mind) -> None:
    broken = Close(id="p", standing=Standing.BROKEN, sentence="I did not feel like it")
    plan(mind, Promise(id="p", made=made()), broken, Wait(kind="later"), broken)
    mind.tell("go")
    assert promise(mind).open
    assert mind.believes("failed") == [("Close", "evidence")]
    mind.at = START + 11 * HOUR
    mind.tell("later")
    assert promise(mind).standing is Standing.BROKEN


def test_a_failure_shows_that_it_cannot_be_kept(mind: Mind) -> None:
    broken = Close(id="p", standing=Standing.BROKEN, sentence="the server is gone")
    plan(mind, Promise(id="p", made=made()), SEND, broken)
    mind.tell("go")
    mind.failed(mind.asked[-1])
    assert promise(mind).standing is Standing.BROKEN


def test_what_was_broken_may_still_be_kept_and_what_is_kept_stays_so(mind: Mind) -> None:
    broken = Close(id="p", standing=Standing.BROKEN, sentence="late")
    plan(mind, Promise(id="p", made=made()), Wait(kind="later"), broken, SEND, KEPT, broken)
    mind.tell("go")
    mind.at = START + 11 * HOUR
    mind.tell("later")
    assert promise(mind).standing is Standing.BROKEN
    mind.done(mind.asked[-1], sent(MARIA))
    assert promise(mind).standing is Standing.KEPT
    assert mind.believes("failed") == [("Close", "promise")]


@pytest.mark.parametrize(
    ("kind", "fields", "standing"),
    [
        ("mail", {"mail": mail(MARIA.value)}, Standing.RELEASED),  # the creditor, who is the manager too
        ("mail", {"mail": mail(BOB.value)}, Standing.OPEN),
        ("mail", {"mail": mail(MARIA.value, vouched=False)}, Standing.OPEN),
        ("word", {}, Standing.RELEASED),  # the company's own
    ],
)
def test_only_who_may_say_so_releases_the_employee(
    mind: Mind, kind: str, fields: dict[str, Any], standing: Standing
) -> None:
    plan(mind, Promise(id="p", made=made()))
    plan(mind, Release(id="p", sentence="never mind"), on_kind=kind)
    mind.tell("go")
    mind.tell(kind, origin=OWN if kind == "word" else OUTSIDE, **fields)
    assert promise(mind).standing is standing
    over = [(p, stage, code) for p, stage, code in mind.ends() if p == "plan-0"]
    assert over == ([("plan-0", "dropped", "released")] if standing is Standing.RELEASED else [])


def test_a_release_leaves_an_intention_at_work_that_has_promised_something_else(mind: Mind) -> None:
    plan(mind, Promise(id="p", made=made()), Promise(id="q", made=made()))
    plan(mind, Release(id="p", sentence="never mind"), on_kind="word")
    mind.tell("go")
    mind.tell("word")
    assert mind.ends() == []
    assert promise(mind, name="q").open


# carriers ------------------------------------------------------------------------------------------------------------


def test_a_plan_that_ends_without_a_word_about_its_promise_has_broken_it(mind: Mind) -> None:
    hear(mind, "commitment-orphaned")
    plan(mind, Promise(id="p", made=made()))
    mind.tell("go")
    mind.tell("end")
    assert mind.believes("heard") == [("commitment-orphaned", "p", "broken")]
    assert promise(mind).standing is Standing.BROKEN
    assert "without a word" in promise(mind).ended


@pytest.mark.parametrize(("uid", "standing"), [("u1", Standing.KEPT), ("u2", Standing.BROKEN)])
def test_what_is_proven_when_its_plan_ends_counts_as_kept(mind: Mind, uid: str, standing: Standing) -> None:
    written = EventWritten(
        event=EventRef(uid, 0, OWN),
        etag="1",
        copy=EventCopy(owner=MARIA, event=EventRef(uid, 0, OWN), etag="1", ics=""),
    )
    plan(mind, Promise(id="p", made=made(wants=EventStands(uid="u1"))), Do(operation="calendar.book", arguments={}))
    mind.tell("go")
    mind.done(mind.asked[-1], written)
    mind.tell("end")
    assert promise(mind).standing is standing


def test_that_a_mail_was_sent_does_not_show_that_it_was_the_one_that_was_promised(mind: Mind) -> None:
    plan(mind, Promise(id="p", made=made(wants=MailSent(to=MARIA))), SEND)
    mind.tell("go")
    mind.done(mind.asked[-1], sent(MARIA))
    mind.tell("end")
    assert promise(mind).standing is Standing.BROKEN


def test_a_question_that_nobody_answered_shows_that_it_cannot_be_kept(mind: Mind) -> None:
    broken = Close(id="p", standing=Standing.BROKEN, sentence="nobody said yes")
    ask = Ask(who=MARIA, by=SEND, patience=HOUR)
    plan(mind, Promise(id="p", made=made()), ask, broken)
    mind.tell("go")
    mind.time_for("i1.1")
    assert promise(mind).standing is Standing.BROKEN


def test_an_expectation_goes_on_by_its_clock_when_its_plan_has_ended(mind: Mind) -> None:
    hear(mind, "expectation-orphaned", "expectation-late")
    plan(mind, Expect(id="p", made=expected()), Expect(id="q", made=expected(None)))
    mind.tell("go")
    mind.tell("end")
    assert promise(mind, EXPECTATION).open
    assert promise(mind, EXPECTATION, "q").standing is Standing.RELEASED, "nobody would ever hear of it"
    let_pass(mind, 10 * HOUR, "c:expectation:p")
    assert [kind for kind, _, _ in mind.believes("heard")] == ["expectation-orphaned"] * 2 + ["expectation-late"]


def failing(mind: Mind, rank: int = 1, **options: Any) -> None:
    """Let a mind have a plan that goes first, makes the promise, and can be made to fail."""

    @mind.library.plan(on("go"), name="first", rank=rank, **options)
    def first(event: Trigger) -> Any:
        yield Promise(id="p", made=made())
        yield SEND


def test_the_next_applicable_plan_carries_it_on(mind: Mind) -> None:
    hear(mind, "commitment-orphaned")
    failing(mind)
    plan(mind, query(COMMITMENT, "p"))
    mind.tell("go")
    mind.failed(mind.asked[-1])
    assert promise(mind).open
    assert promise(mind).carrier == "i2"
    mind.tell("end")
    assert mind.believes("heard") == [("commitment-orphaned", "p", "broken")]


def test_a_recovery_body_carries_it_on_and_may_end_it(mind: Mind) -> None:
    def recovery(event: Trigger) -> Any:
        yield Close(id="p", standing=Standing.BROKEN, sentence=f"it did not work: {event.failure.sentence}")

    hear(mind, "commitment-orphaned", "commitment-closed")
    failing(mind, recovery=recovery)
    mind.tell("go")
    mind.failed(mind.asked[-1])
    assert mind.believes("heard") == [("commitment-closed", "p", "broken")]


def test_starting_afresh_carries_it_on(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def rounds(event: Trigger) -> Any:
        if not (yield query(COMMITMENT, "p")):
            yield Promise(id="p", made=made())
        yield Wait(kind="end")
        yield Again(bindings={})

    mind.tell("go")
    mind.tell("end")
    mind.tell("end")
    assert promise(mind).open
    assert promise(mind).carrier == "i3"


def test_what_a_sub_goal_has_promised_is_carried_on_by_who_wanted_it(mind: Mind) -> None:
    @mind.library.plan(goal("inner"))
    def inner(event: Trigger) -> Any:
        yield Promise(id="p", made=made())

    plan(mind, Achieve(goal="inner"))
    mind.tell("go")
    assert promise(mind).carrier == "i1"
    assert promise(mind).open


# whatever plans believe ----------------------------------------------------------------------------------------------


def test_a_promise_that_is_forgotten_is_put_back_as_broken_and_told(mind: Mind) -> None:
    hear(mind, "commitment-lost")
    plan(mind, Promise(id="p", made=made()))
    plan(mind, Forget(functor=COMMITMENT), on_kind="oblivion")
    mind.tell("go")
    mind.tell("oblivion")
    assert mind.believes("heard") == [("commitment-lost", "p", "broken")]
    assert "forgotten" in promise(mind).ended


def test_a_promise_that_is_forgotten_after_a_failure_is_broken_for_that_reason(mind: Mind) -> None:
    hear(mind, "commitment-lost", "commitment-closed")
    plan(mind, Believe(functor=COMMITMENT, arguments=("p", made())), SEND, Forget(functor=COMMITMENT, pattern=("p",)))
    mind.tell("go")
    mind.failed(mind.asked[-1])
    assert mind.believes("heard") == [("commitment-closed", "p", "broken")]
    assert promise(mind).ended == "no"


def test_plain_beliefs_may_replace_a_promise_and_end_it(mind: Mind) -> None:
    hear(mind, "commitment-lost", "commitment-closed")
    later, over = made(START + 20 * HOUR), made(standing=Standing.RELEASED, ended="you wanted it no more")
    plan(
        mind,
        Believe(functor=COMMITMENT, arguments=("p", made())),
        Forget(functor=COMMITMENT, pattern=("p",)),
        Now(),
        Believe(functor=COMMITMENT, arguments=("p", later)),
        Wait(kind="later"),
        Forget(functor=COMMITMENT, pattern=("p",)),
        Believe(functor=COMMITMENT, arguments=("p", over)),
    )
    mind.tell("go")
    assert promise(mind).due == START + 20 * HOUR
    assert alarms(mind) == [], "who believes sees to the clock"
    mind.tell("later")
    assert promise(mind).standing is Standing.RELEASED
    assert mind.believes("heard") == [("commitment-closed", "p", "released")]


def test_a_plain_belief_closes_nothing_that_wants_evidence(mind: Mind) -> None:
    kept = made(standing=Standing.KEPT, evidence="<1@x>")
    plan(mind, Promise(id="p", made=made(wants=MailSent(to=MARIA))), Believe(functor=COMMITMENT, arguments=("p", kept)))
    mind.tell("go")
    assert mind.believes("failed") == [("Believe", "evidence")]
    assert promise(mind).open


def test_an_expectation_and_a_commitment_may_have_one_id(mind: Mind) -> None:
    plan(mind, Promise(id="p", made=made()), Expect(id="p", made=expected()), Forget(functor=EXPECTATION))
    mind.tell("go")
    assert promise(mind).open
    assert promise(mind, EXPECTATION).standing is Standing.BROKEN


def test_an_orphan_of_a_failure_says_whether_that_is_told_besides(mind: Mind) -> None:
    reported = []

    @mind.library.plan(on("commitment-orphaned"))
    def orphaned(event: Trigger) -> Any:
        reported.append(event.reported)
        yield Now()

    failing(mind)
    mind.tell("go")
    mind.failed(mind.asked[-1])

    @mind.library.plan(on("intention-failed"))
    def failed(event: Trigger) -> Any:
        yield Now()

    plan(mind, Raise(kind="go"), on_kind="once-more")
    mind.library.plans.pop(("plan-2", 1), None)
    mind.tell("once-more")
    mind.failed(mind.asked[-1])
    assert sorted(set(reported)) == [False, True]


def test_what_was_kept_before_there_was_a_kernel_keeps_its_bytes() -> None:
    assert replace(made(), carrier="i1") != made()
    from empla.mind import codec

    kept = codec.dumps(made())
    assert "carrier" not in kept
    assert codec.loads(kept) == made()
    assert codec.loads(codec.dumps(made(wants=MailSent(to=MARIA)))) == made(wants=MailSent(to=MARIA))
