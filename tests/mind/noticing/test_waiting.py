"""What is owed and what is awaited: an answer that is due, a silence, a goal that comes near or goes wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.capabilities.email.results import Sent
from empla.errors import ValidationError
from empla.mind.beliefs import ANY
from empla.mind.commitments import EXPECTATION, Close, Commitment, Expect, Standing
from empla.mind.goals import Aim, Metric
from empla.mind.noticing import NEXT_LOOK, NOTICED, OWED
from empla.mind.noticing_looks import due_within
from empla.mind.noticing_triggers import Answer, Appears, AtRisk, Milestone, Silence
from empla.mind.plans import occurred, on
from empla.mind.state import Due
from empla.mind.steps import Do, Now
from empla.mind.terms import lit, query
from empla.mind.values import OUTSIDE, Address, Origin, Source
from empla.testing.employee import PROFILE
from empla.testing.mind import Mind, mail
from tests.mind.noticing.noticed import say, told, watching

BEN = Address("ben@office.example", Origin(Source.DIRECTORY))
ME = PROFILE["address"]
HOUR = timedelta(hours=1)


# answers that are owed -----------------------------------------------------------------------------------------------


def answering(**more: Any) -> Mind:
    mind = watching(Answer(name="answer", within=4 * HOUR, **more))

    @mind.library.plan(on("mail"))
    def answer(event: Any) -> Any:
        yield Do(operation="email.send", arguments={"to": (event.mail.sender,)})

    mind.tell("profile", origin=Origin(Source.POLICY), **PROFILE)
    return mind


def sent(to: str, thread: str) -> Sent:
    return Sent(message_id="<answer@x>", thread=thread, recipients=(to,))


def test_a_mail_that_is_not_answered_is_at_risk_and_slips() -> None:
    mind = answering()
    mind.when(mail(BEN, "When shall we meet?", key="m1"))
    mind.then.believes(OWED, "answer", "m1")
    mind.let_pass(2.9 * HOUR)
    assert told(mind) == []
    mind.let_pass(0.2 * HOUR)
    assert told(mind) == [("answer", "m1", "at-risk")]
    mind.let_pass(HOUR)
    assert told(mind) == [("answer", "m1", "at-risk"), ("answer", "m1", "slipped")]
    mind.let_pass(timedelta(days=30))
    assert len(told(mind)) == 2
    mind.when("anything")
    assert mind.believes(OWED) == mind.believes(NOTICED) == mind.believes(NEXT_LOOK) == []


def test_the_answer_keeps_it_and_nothing_is_told() -> None:
    mind = answering()
    mind.when(mail(BEN, "When shall we meet?", key="m1", thread="<t>"))
    mind.done("email.send", sent(BEN.value, "<t>"))
    mind.then.believes_no(OWED)
    mind.let_pass(timedelta(days=2))
    assert told(mind) == []


def test_a_mail_to_somebody_else_or_in_another_thread_is_no_answer() -> None:
    for to, thread in ((ME.value, "<t>"), (BEN.value, "<another>")):
        mind = answering()
        mind.when(mail(BEN, "When shall we meet?", thread="<t>"))
        mind.done("email.send", sent(to, thread))
        mind.then.believes(OWED, "answer")


def test_only_what_expects_an_answer_is_owed_one() -> None:
    mind = answering(expects=lambda m: "?" in m.text)
    mind.when(mail(BEN, "Thanks!", key="m1"))
    mind.when(mail(BEN, "Anybody there?", key="m2", automatic="auto-reply"))
    mind.then.believes_no(OWED)
    mind.when(mail(BEN, "And now?", key="m3"))
    mind.then.believes(OWED, "answer", "m3")


def test_an_occurrence_says_no_more_than_who_wrote_may_say() -> None:
    mind = answering()
    seen: list[str] = []

    @mind.library.plan(occurred("answer"), name="look-at-word", rank=1)
    def look(_event: Any) -> Any:
        yield Now()

    mind.when(mail(BEN, "When shall we meet?"))
    mind.let_pass(5 * HOUR)
    for intention in [i for d in mind.deltas for i in d.changes if getattr(i, "plan", "") == "look-at-word"]:
        seen.append(intention.authority.principal)
    assert seen and set(seen) == {""}, "a stranger's mail is nobody's order, whatever time passes"


def test_a_look_whose_timer_was_lost_is_planned_anew_at_the_next_change() -> None:
    mind = answering()
    mind.when(mail(BEN, "When shall we meet?", key="m1", thread="<t1>"))
    (lost,) = [d for d in mind.changes(Due) if d.step.startswith("n:")]
    mind._fired.add((lost.step, lost.at))
    mind.let_pass(6 * HOUR)
    mind.when(mail(BEN, "And now?", key="m2", thread="<t2>"))
    assert told(mind) == [("answer", "m1", "at-risk"), ("answer", "m1", "slipped")]
    mind.let_pass(5 * HOUR)
    assert told(mind)[2:] == [("answer", "m2", "at-risk"), ("answer", "m2", "slipped")]


def test_of_many_mails_one_timer_stands_at_a_time() -> None:
    mind = answering()
    for number in range(20):
        mind.when(mail(BEN, "Well?", key=f"m{number}", thread=f"<t{number}>"))
        mind.done(mind.asked[-1], sent(BEN.value, f"<t{number}>"))
    assert len([d for d in mind.changes(Due) if d.step.startswith("n:")]) == 1


@pytest.mark.parametrize("hours", ["9-17", "09:00", "17:00-09:00", "09:00-09:00", "09:00-25:00", "always"])
def test_hours_that_are_none_are_refused_when_they_are_declared(hours: str) -> None:
    with pytest.raises(ValidationError, match="hours"):
        Answer(name="answer", within=HOUR, hours=hours)


def test_in_a_zone_that_this_machine_does_not_know_hours_are_those_of_utc() -> None:
    monday = datetime(2026, 9, 7, 8, tzinfo=UTC)
    assert due_within(monday, HOUR, "09:00-17:00", "Mars/Olympus") == monday + 2 * HOUR


def test_where_only_working_hours_count_the_night_and_the_weekend_do_not() -> None:
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)  # 16:00 in Berlin
    assert due_within(friday, 4 * HOUR, "09:00-17:00", "Europe/Berlin") == datetime(2026, 11, 30, 11, tzinfo=UTC)
    night = datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert due_within(night, HOUR, "09:00-17:00", "Europe/Berlin") == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert due_within(friday, 4 * HOUR, "", "Europe/Berlin") == friday + 4 * HOUR
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the clocks go forward in the night
    assert due_within(saturday, HOUR, "09:00-17:00", "Europe/Berlin") == datetime(2026, 3, 30, 8, tzinfo=UTC)


# silence -------------------------------------------------------------------------------------------------------------


def asking() -> Mind:
    mind = watching(Silence(name="silence", after=timedelta(days=3)))
    mind.tell("profile", origin=Origin(Source.POLICY), **PROFILE)

    @mind.library.plan(on("ask"))
    def ask(event: Any) -> Any:
        now = yield Now()
        made = Commitment(debtor=BEN, creditor=ME, content="the list", made_at=now)
        yield Expect(id=event.id, made=made)
        answer = yield Do(operation="wait", arguments={})
        yield Close(id=event.id, standing=Standing.KEPT, sentence="it came", evidence=answer, of=EXPECTATION)

    return mind


def test_who_has_not_answered_for_three_days_is_told_of_once() -> None:
    mind = asking()
    mind.when("ask", id="e1")
    mind.let_pass(timedelta(days=2, hours=23))
    assert told(mind) == []
    mind.let_pass(2 * HOUR)
    assert told(mind) == [("silence", "e1", "")]
    mind.let_pass(timedelta(days=60))
    assert len(told(mind)) == 1


def test_an_answer_breaks_the_silence() -> None:
    mind = asking()
    mind.when("ask", id="e1")
    mind.let_pass(timedelta(days=2))
    mind.done("wait", "<it@x>")
    mind.let_pass(timedelta(days=9))
    assert told(mind) == []
    assert mind.believes(NOTICED) == []


def test_each_silence_comes_at_its_own_time() -> None:
    mind = asking()
    mind.when("ask", id="e1")
    mind.let_pass(timedelta(days=1))
    mind.when("ask", id="e2")
    mind.let_pass(timedelta(days=2, minutes=1))
    assert told(mind) == [("silence", "e1", "")]
    mind.let_pass(timedelta(days=1))
    assert told(mind) == [("silence", "e1", ""), ("silence", "e2", "")]


# goals and beliefs ---------------------------------------------------------------------------------------------------


def growing() -> Mind:
    mind = watching(
        Milestone(name="half", goal="grow", share=0.5), Milestone(name="there", goal="grow"), AtRisk(name="worry")
    )
    mind.library.want(
        Aim(
            name="grow",
            horizon="tactical",
            deadline=timedelta(days=30),
            metric=Metric(of="sales", target=100.0, baseline=0.0),
        )
    )
    mind.tell("began", version="1")
    return mind


def test_a_goal_that_has_come_half_way_and_all_of_it() -> None:
    mind = growing()
    for value in (20, 55, 70, 100):
        say(mind, "sales", value)
    assert [(name, phase) for name, _, phase in told(mind)] == [("half", "reached"), ("there", "reached")]
    assert mind.believes(NOTICED) == [], "of a goal that is over nothing is held"


def test_a_goal_at_risk_is_told_and_again_when_it_was_calm() -> None:
    mind = growing()
    mind.let_pass(timedelta(days=25))
    assert [(name, phase) for name, _, phase in told(mind)] == [("worry", "at-risk")]
    say(mind, "sales", 95)
    assert len(mind.believes(NOTICED)) == 1, "the half is reached, and nobody worries any more"
    mind.let_pass(timedelta(days=6))
    assert [(name, phase) for name, _, phase in told(mind)][-1] == ("worry", "late")


def test_a_goal_reached_without_a_number_is_a_milestone() -> None:
    mind = watching(Milestone(name="opened", goal="open"))
    mind.library.want(Aim(name="open", holds=query(lit("opened"))))
    mind.tell("began", version="1")
    say(mind, "opened")
    assert [(name, phase) for name, _, phase in told(mind)] == [("opened", "reached")]


def test_a_belief_that_fits_is_told_each_time_one_comes() -> None:
    mind = watching(Appears(name="mentioned", functor="mention", pattern=("our product", ANY)))
    say(mind, "mention", "our product", "a forum", instead=("nobody",))
    say(mind, "mention", "their product", "a forum", instead=("nobody",))
    say(mind, "mention", "our product", "a paper", instead=("nobody",))
    say(mind, "mention", "our product", "a paper", instead=("nobody",))
    values = [arguments[3] for arguments in mind.believes("told")]
    assert values == [("our product", "a forum"), ("our product", "a paper")]


def test_what_came_from_outside_is_told_without_anybodys_word() -> None:
    mind = watching(Appears(name="mentioned", functor="mention"))
    mind.when("say", functor="mention", arguments=("x",), origin=OUTSIDE)
    heard = mind.then.adopted("tell-mentioned")
    assert heard.authority.principal == ""


# beginnings ----------------------------------------------------------------------------------------------------------


def test_an_older_mind_notices_from_the_upgrade_on_and_lets_go_what_its_role_watches_no_more() -> None:
    mind = asking()
    mind.when("ask", id="e1")
    mind.let_pass(timedelta(days=4))
    renamed = watching(Silence(name="too-quiet", after=timedelta(days=3)))
    renamed.state, renamed.at = mind.state, mind.at
    renamed.tell("began", version="2")
    assert told(renamed) == [("too-quiet", "e1", "")]
    assert [arguments[0] for arguments in renamed.believes(NOTICED)] == ["too-quiet"]
