"""Questions to people: answered by the one who was asked and vouched for, once, and never by an old mail."""

from datetime import timedelta
from typing import Any

import pytest

from empla.mind.intentions import Question
from empla.mind.percepts import INTENTION_FAILED
from empla.mind.plans import Trigger, on
from empla.mind.readings import Mail
from empla.mind.state import Due
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Raise, Wait
from tests.mind.minds import BOB, MARIA, Mind, mail


def question(patience: timedelta = timedelta(days=1)) -> Ask:
    return Ask(who=MARIA, by=Do(operation="email.send", arguments={}), patience=patience)


@pytest.fixture
def asking(mind: Mind) -> Mind:
    """A mind that has asked Maria, whose mail is sent, and that believes who answered."""
    from empla.capabilities.email.operations import Sent as SentMail

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        answer = yield question()
        yield Believe(functor="answer", arguments=(answer.key if answer else "none",))

    @mind.library.plan(on("mail"))
    def other(event: Trigger) -> Any:
        yield Believe(functor="unrelated", arguments=(event.mail.key,))

    mind.tell("go")
    mind.done("i1.0", SentMail(message_id="<q@ada>", thread="<t@x>"))
    return mind


def answers(mind: Mind, letter: Mail) -> list[tuple[Any, ...]]:
    mind.tell("mail", mail=letter)
    return mind.believes("answer")


@pytest.mark.parametrize(
    "letter",
    [
        mail(MARIA.value, in_reply_to=("<q@ada>",)),
        mail(MARIA.value, thread="<t@x>"),
        mail(MARIA.value, intent="yes"),
        mail(MARIA.value, intent="choose"),
    ],
    ids=["a reply", "in the thread", "a yes", "a choice"],
)
def test_it_is_answered_by_whom_it_was_put_to(asking: Mind, letter: Mail) -> None:
    assert answers(asking, letter) == [("m1",)]
    assert asking.state.questions == {}
    assert asking.believes("unrelated") == []


@pytest.mark.parametrize(
    "letter",
    [
        mail(BOB.value, in_reply_to=("<q@ada>",)),
        mail(MARIA.value, vouched=False, in_reply_to=("<q@ada>",)),
        mail(MARIA.value, automatic="auto-reply", in_reply_to=("<q@ada>",)),
        mail(MARIA.value, intent="schedule"),
        mail(MARIA.value, intent="help", thread="<other@x>"),
    ],
    ids=["somebody else", "nobody vouches", "a machine", "another request", "another thread"],
)
def test_it_is_not_answered_by_anything_else(asking: Mind, letter: Mail) -> None:
    assert answers(asking, letter) == []
    assert [q.id for q in asking.state.questions.values()] == ["i1.0"]
    assert asking.believes("unrelated") == [("m1",)]


def test_it_is_answered_once(asking: Mind) -> None:
    letter = mail(MARIA.value, in_reply_to=("<q@ada>",))
    assert answers(asking, letter) == [("m1",)]
    again = mail(MARIA.value, key="m2", in_reply_to=("<q@ada>",))
    assert answers(asking, again) == [("m1",)]
    assert asking.believes("unrelated") == [("m2",)]
    assert [q.state for q in asking.changes(Question) if q.state != "open"] == ["answered"]


def test_it_may_be_answered_before_its_own_mail_is_known_to_be_sent(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="answer", arguments=((yield question()).key,))

    mind.tell("go")
    assert answers(mind, mail(MARIA.value, intent="yes")) == [("m1",)]
    mind.done("i1.0", None)
    assert mind.ends() == [("go", "done", "")]


def test_nobody_answers_and_the_time_is_up(asking: Mind) -> None:
    (due,) = asking.changes(Due)
    assert due.step == "i1.0"
    asking.time_for("i1.0")
    assert asking.believes("answer") == [("none",)]
    assert asking.state.questions == {}


def test_a_question_that_was_never_sent_is_withdrawn_and_swallows_no_mail(mind: Mind) -> None:
    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        try:
            yield question()
        except ActionFailed:
            yield Wait(kind="never")

    @mind.library.plan(on("mail"))
    def other(event: Trigger) -> Any:
        yield Believe(functor="heard", arguments=(event.mail.key,))

    mind.tell("go")
    mind.failed("i1.0", "manners:thread-budget")
    assert mind.state.questions == {} and "i1" in mind.state.intentions
    mind.tell("mail", mail=mail(MARIA.value, intent="yes"))
    assert mind.believes("heard") == [("m1",)]


def test_the_questions_of_an_intention_that_is_over_are_withdrawn(mind: Mind) -> None:
    from empla.mind.steps import Together

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Together(steps=(question(), Do(operation="test.do", arguments={})))
        yield question()
        raise ValueError("over")

    mind.tell("go")
    mind.tell("mail", mail=mail(MARIA.value, intent="yes"))
    mind.done("i1.0.1")
    mind.failed("i1.1")
    assert mind.ends() == [("go", "failed", "broken")]
    assert mind.state.questions == {}


def test_an_event_that_carries_an_old_mail_answers_nothing(mind: Mind) -> None:
    """Maria's request fails later; the event that says so must not pass for her word on another question."""

    @mind.library.plan(on("mail"))
    def work(event: Trigger) -> Any:
        yield Do(operation="test.do", arguments={})

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        yield Believe(functor="answer", arguments=((yield question()).key,))

    @mind.library.plan(on(INTENTION_FAILED))
    def tell(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.plan, event.mail.key))

    mind.tell("mail", mail=mail(MARIA.value, intent="yes"))
    mind.tell("go")
    mind.failed("i1.0")
    assert mind.believes("told") == [("work", "m1")]
    assert mind.believes("answer") == []


def test_a_question_of_its_own_accord_is_answered_by_a_mail_that_is_raised_again(mind: Mind) -> None:
    """An answer that asks for something else is raised as a mail like any other."""

    @mind.library.plan(on("go"))
    def go(event: Trigger) -> Any:
        letter = yield question()
        yield Raise(kind="mail", fields={"mail": letter})

    @mind.library.plan(on("mail"))
    def other(event: Trigger) -> Any:
        yield Believe(functor="heard", arguments=(event.mail.key,))

    mind.tell("go")
    mind.tell("mail", mail=mail(MARIA.value, intent="yes"))
    assert mind.believes("heard") == [("m1",)]
