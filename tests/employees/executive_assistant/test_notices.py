"""What an employee says of promises unasked, where the plan that made them does not: to whom, when, and when not."""

from datetime import timedelta
from typing import Any

import pytest

from empla.mind.commitments import Commitment, Expect, Promise
from empla.mind.plans import Trigger, on
from empla.mind.steps import Forget, Scope, Wait
from empla.mind.values import Address, Origin, Source
from empla.testing.employee import ADA, MARIA, POLICY
from tests.employees.executive_assistant.conftest import BEN, Desk, said
from tests.employees.executive_assistant.test_tasks import to

ME, MANAGER = Address(ADA, POLICY), Address(MARIA, POLICY)
BEN_THERE = Address(BEN, Origin(Source.DIRECTORY))


def _promises(event: Trigger) -> Any:
    """Promise what the mail asks for, or wait for what it tells of, until it is told to end."""
    due = event.mail.sent + timedelta(hours=20)
    now = event.mail.sent
    yield Scope(people=(MANAGER, BEN_THERE))
    if "wait" in event.mail.text:
        owed = Commitment(debtor=BEN_THERE, creditor=MANAGER, content="the plan of the house", made_at=now, due=due)
        yield Expect(id="p", made=owed)
    else:
        made = Commitment(debtor=ME, creditor=MANAGER, content="water the plants", made_at=now, due=due)
        yield Promise(id="p", made=made)
    yield Wait(kind="end")
    if "forget" in event.mail.text:
        yield Forget(functor="commitment", pattern=("p",))
        yield Wait(kind="never")


def _fails(event: Trigger) -> Any:
    """Promise something, and fail."""
    made = Commitment(debtor=ME, creditor=MANAGER, content="water the plants", made_at=event.at)
    yield Promise(id="p", made=made)
    raise ValueError("the can is empty")


@pytest.fixture
def promising(desk: Desk) -> Desk:
    """An assistant with a plan that leaves all that is to be said to the kernel's events."""
    library = desk.ada.mindset.library
    library.plan(on("mail"), name="promise-something", when=lambda _, event: "PROMISE" in event.mail.text, rank=100)(
        _promises
    )
    library.plan(on("chore"), name="fail-at-something")(_fails)
    return desk


def end(desk: Desk) -> list[Any]:
    desk.ada.tell("end")
    return desk.goes_on()


def test_the_manager_has_notice_before_it_is_late_and_hears_that_it_is(promising: Desk) -> None:
    promising.write("PROMISE to water the plants")
    (notice,) = promising.goes_on(timedelta(hours=19, minutes=59))
    assert notice["To"] == MARIA
    assert "water the plants" in said(notice)
    assert "not done yet" in said(notice)
    (late,) = promising.goes_on(timedelta(hours=5))
    assert "it is late" in said(late)
    assert late["Date"].datetime.hour >= 6, "the deadline passed at night; it is told in the morning"


def test_whoever_owes_something_is_asked_before_it_is_late_and_the_manager_told_when_it_is(promising: Desk) -> None:
    promising.write("PROMISE to wait")
    (asked,) = promising.goes_on(timedelta(hours=19, minutes=59))
    assert asked["To"] == BEN, "on the manager's request, and within it"
    assert "the plan of the house" in said(asked)
    (late,) = promising.goes_on(timedelta(hours=5))
    assert late["To"] == MARIA
    assert f"{BEN} owed this" in said(late)


def test_a_promise_whose_plan_ends_without_a_word_is_told(promising: Desk) -> None:
    promising.write("PROMISE to water the plants")
    (told,) = end(promising)
    assert "cannot keep" in said(told)


def test_a_failure_is_told_once(promising: Desk) -> None:
    promising.ada.tell("chore", at=promising.ada.clock.now())
    (told,) = promising.goes_on()
    assert "the can is empty" in said(told)
    assert "could not go on" in said(told)


def test_a_promise_that_was_forgotten_is_told(promising: Desk) -> None:
    promising.write("PROMISE to forget")
    (told,) = end(promising)
    assert "forgotten without a word" in said(told)


def test_what_nobody_waits_for_any_more_is_told_and_again_when_it_is_late(promising: Desk) -> None:
    promising.write("PROMISE to wait")
    (told,) = end(promising)
    assert to([told], MARIA, "Not waited for")
    assert "I tell you when it is late" in said(told)
    assert to(promising.goes_on(timedelta(days=1)), MARIA, "Not here")
