"""The mind of a test: what it is told, what it shows, and what it says when something was expected in vain."""

from datetime import timedelta
from typing import Any

import pytest

from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Again, Believe, Do, Now, Together, Wait
from empla.testing.bodies import ByHand
from empla.testing.employee import MARIA, PROFILE
from empla.testing.mind import Mind, containing, mail

HOUR = timedelta(hours=1)


def remind(event: Trigger) -> Any:
    """Write now, and again in an hour and in two."""
    first = yield Do(operation="test.write", arguments={"text": "now"})
    now = yield Now()
    for hours in (1, 2):
        yield Wait(until=now + hours * HOUR)
        yield Do(operation="test.write", arguments={"text": f"in {hours}"})
    return first


@pytest.fixture
def mind() -> Mind:
    library = PlanLibrary()
    library.plan(on("go"))(remind)

    @library.plan(on("mail"), when=lambda beliefs, event: not beliefs.matching("left-alone", event.mail.sender.value))
    def note(event: Trigger) -> Any:
        yield Believe(functor="wrote", arguments=(event.mail.sender.value, event.mail.reading.intent))

    return Mind(library)


def test_time_passes_and_waits_wake_at_their_own_instants(mind: Mind) -> None:
    began = mind.when("go").at
    mind.done("test.write", "first")
    mind.let_pass(HOUR)
    mind.then.asked("test.write", text="in 1")
    mind.done("test.write")
    mind.let_pass(HOUR / 2)
    mind.then.asked_nothing()
    mind.let_pass(HOUR)
    mind.then.asked("test.write", text=containing("in 2"))
    mind.done("test.write")
    assert mind.then.done("remind").value == "first"
    assert mind.at - began > 2 * HOUR


def test_outcomes_go_to_the_eldest_action_of_that_operation_that_waits(mind: Mind) -> None:
    mind.when("go", key="one")
    mind.when("go", key="two")
    mind.done("test.write", "x")
    assert [r.outcome is None for r in mind.steps("i1")][:1] == [False]
    mind.failed("i2.0", "broken")
    mind.then.failed("remind", "broken")
    with pytest.raises(AssertionError, match=r"no test\.write waits for an outcome; there waits: nothing"):
        mind.done("test.write")


def test_a_mail_is_read_unless_it_is_said_what_was_understood(mind: Mind) -> None:
    mind.given("left-alone", "eve@evil.example")
    mind.when(mail(MARIA, "Thanks a lot!"))
    mind.then.believes("wrote", MARIA, "thanks")
    mind.when(mail(MARIA, "Thanks a lot!", intent="schedule", slots={"minutes": 30}))
    mind.then.believes("wrote", MARIA, "schedule")
    mind.when(mail("eve@evil.example", "Thanks a lot!", vouched=False))
    mind.then.believes_no("wrote", "eve@evil.example")


def test_what_was_expected_in_vain_is_shown_with_what_came(mind: Mind) -> None:
    mind.when("go")
    with pytest.raises(AssertionError) as failed:
        mind.then.asked("test.write", text=containing("tomorrow"))
    assert str(failed.value) == (
        "test.write(text=containing('tomorrow')) was not asked for\n"
        "asked for:\n    i1.0 test.write(text='now')\n"
        "plans:\n    i1 remind for go: active\n"
        "believed: nothing\nforgotten: nothing\nnoted: nothing"
    )
    for wrong in (
        mind.then.asked_nothing,
        lambda: mind.then.adopted("note"),
        lambda: mind.then.done("remind"),
        lambda: mind.then.failed("remind"),
        lambda: mind.then.believes("wrote"),
    ):
        with pytest.raises(AssertionError, match=r"i1\.0 test\.write"):
            wrong()


def test_a_mind_that_never_rests_is_an_error_of_the_test(mind: Mind) -> None:
    @mind.library.plan(on("spin"))
    def spin(event: Trigger) -> Any:
        yield Now()
        yield Again(bindings={})

    with pytest.raises(AssertionError, match=r"does not come to rest(?s:.*)and \d+ more"):
        mind.when("spin")


def test_a_body_that_keeps_something_to_itself_is_found_out(mind: Mind) -> None:
    runs: list[int] = []

    @mind.library.plan(on("forgetful"))
    def forgetful(event: Trigger) -> Any:
        runs.append(1)
        for _ in range(len(runs)):
            yield Now()
        yield Do(operation="test.write", arguments={})

    mind.when("forgetful")
    mind.done("test.write")
    mind.then.failed("forgetful", "body-changed")


def test_who_it_is_is_known_before_anything_happens() -> None:
    assert dict(Mind(profile=PROFILE).believes("profile"))["name"] == "Ada Lovelace"


def test_a_body_by_hand_is_replayed_at_every_step() -> None:
    def body(event: Trigger) -> Any:
        try:
            both = yield Together(steps=(Now(), Do(operation="test.write", arguments={"to": event.who})))
        except ActionFailed as failure:
            return failure.code
        return both[1]

    driven = ByHand(body, who="bob")
    assert isinstance(driven.step, Together)
    with pytest.raises(AssertionError, match="the body is not over, it waits for Together"):
        _ = driven.value
    assert driven.done([None, "sent"]).value == "sent"
    assert driven.over
    with pytest.raises(AssertionError, match="the body is over"):
        _ = driven.step
    assert ByHand(body, who="bob").failed("no-paper").value == "no-paper"
    assert ByHand(remind).failed("no-paper").outcome.code == "no-paper"
    with pytest.raises(AssertionError, match="the body has failed"):
        _ = ByHand(remind).failed("no-paper").value
