"""What the assistant makes of a mail, by its mind alone: no store, no server, and no act is carried out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from empla.capabilities.calendar.results import Agenda
from empla.capabilities.email.results import Sent
from empla.mind.commitments import COMMITMENT, Standing
from empla.mind.rules import RULE
from empla.mind.values import OWN, Address
from empla.testing.clock import MONDAY
from empla.testing.employee import MARIA, PROFILE
from empla.testing.mind import Mind, containing, mail
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import BEN

SENT = Sent(message_id="<1@office.example>", thread="<mail:1@test.example>", recipients=(MARIA,))


@pytest.fixture
def mind() -> Mind:
    """The mind of Maria's assistant, on a Monday at 08:00 in UTC."""
    return Mind(library, profile=PROFILE)


def test_in_two_hours_is_in_two_hours(mind: Mind) -> None:
    mind.when(mail(MARIA, "Remind me in 2 hours about the oven"))
    mind.then.asked("email.send", text=containing("10:00 (UTC): the oven"))
    mind.done("email.send", SENT)
    mind.let_pass(MONDAY + timedelta(hours=2, minutes=-1) - mind.at)
    mind.then.asked_nothing()
    mind.let_pass(timedelta(minutes=2))
    mind.then.asked("email.send", subject="Reminder: the oven", follows=SENT)
    mind.done("email.send", replace(SENT, message_id="<2@office.example>"))
    (_, promise) = mind.then.believes(COMMITMENT)
    assert (promise.standing, promise.evidence) == (Standing.KEPT, "<2@office.example>")


def test_what_could_not_be_sent_is_no_promise_that_is_kept(mind: Mind) -> None:
    mind.when(mail(MARIA, "Remind me in 2 hours about the oven"))
    mind.done("email.send", SENT)
    mind.let_pass(timedelta(hours=3))
    mind.failed("email.send", "rejected")
    (_, promise) = mind.then.believes(COMMITMENT)
    assert promise.standing is Standing.BROKEN


def test_a_rule_is_held_and_what_stands_against_it_looked_for(mind: Mind) -> None:
    mind.when(mail(MARIA, "Never before 9."))
    number, rule = mind.then.believes(RULE)
    assert (number, rule.hours) == (1, ((0, 9 * 60),))
    mind.then.asked("calendar.agenda")
    mind.done("calendar.agenda", Agenda(owner=Address(MARIA, OWN), items=()))
    mind.then.asked("email.send", text=containing("no meetings before 09:00"))


@pytest.mark.parametrize(("sender", "vouched"), [(BEN, True), (MARIA, False)], ids=["a colleague", "a forged From"])
def test_nobody_else_sets_a_rule(mind: Mind, sender: str, vouched: bool) -> None:
    mind.when(mail(sender, "Never before 9.", vouched=vouched))
    mind.then.believes_no(RULE)
    told = mind.then.asked("email.send", text=containing("before 9"))
    assert [str(who) for who in told.arguments["to"]] == [MARIA]


def test_who_is_meant_is_looked_up_before_a_time_is_looked_for(mind: Mind) -> None:
    mind.when(mail(MARIA, "Please book half an hour with Zoe tomorrow afternoon."))
    mind.then.asked("people.find", words="Zoe")
    mind.done("people.find", ())
    mind.then.asked("email.send", text=containing("Zoe"))
