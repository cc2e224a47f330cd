"""What lies ahead: found by declared detectors, told once, seen to where it weighs enough, let go when it is over."""

from datetime import timedelta
from typing import Any

import pytest

from empla.capabilities.initiative import weighing
from empla.errors import ValidationError
from empla.mind.limits import LOOK_AHEAD
from empla.mind.noticing import NEXT_LOOK
from empla.mind.noticing_detectors import Detector, Spotted
from empla.mind.noticing_findings import AHEAD, FINDING, MOST_FOUND, NEXT_REFLECTION, REMARK, RESTS, UNWEIGHED, WEIGHED
from empla.mind.percepts import PROFILE
from empla.mind.persona import PERSONA, Persona
from empla.mind.plans import PlanLibrary, goal, on
from empla.mind.state import Due, Noted
from empla.mind.steps import Believe, Forget, Wait
from empla.mind.terms import lit, query, variables
from empla.mind.values import OUTSIDE, Origin, Source
from empla.testing.mind import Mind

SUBJECT, BY, SINCE = variables("Subject By Since")
LATE = Detector(
    name="late",
    kind="problem",
    weight=0.8,
    says="{subject} is late by {by} days",
    look=query(lit("late", SUBJECT, BY)),
)
MINUTE = timedelta(minutes=1)


def looking(*detectors: Detector, **traits: float) -> Mind:
    """Return a mind that looks for these, and believes what it is told."""
    library = PlanLibrary()
    library.include(weighing.library)
    library.detect(*detectors)

    @library.plan(on("say"))
    def say(event: Any) -> Any:
        yield Believe(functor=event.functor, arguments=event.arguments)

    @library.plan(on("unsay"))
    def unsay(event: Any) -> Any:
        yield Forget(functor=event.functor, pattern=event.arguments)

    mind = Mind(library)
    mind.tell("began", version="1")
    if traits:
        mind.tell(PROFILE, origin=Origin(Source.POLICY), **{PERSONA: Persona(**traits)})
    return mind


def say(mind: Mind, *belief: Any) -> Mind:
    return mind.when("say", functor=belief[0], arguments=belief[1:])


def unsay(mind: Mind, *belief: Any) -> Mind:
    return mind.when("unsay", functor=belief[0], arguments=belief[1:])


def looks(mind: Mind) -> int:
    """Return for how many instants it has planned to look."""
    return len([d for d in mind.changes(Due) if d.step == AHEAD])


def test_what_is_found_is_held_told_once_and_let_go_when_it_is_over() -> None:
    mind = say(looking(LATE), "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    kind, name, what, weight, _ = mind.then.believes(FINDING)
    assert (kind, name, what, weight) == ("problem", "late:the list", "the list is late by 3 days", 0.8)
    mind.then.believes(REMARK, "late:the list", what)
    mind.then.believes_no(UNWEIGHED)
    unsay(mind, "late", "the list")
    mind.let_pass(6 * MINUTE)
    assert mind.believes(FINDING) == mind.believes(REMARK) == []


def test_what_comes_and_goes_is_told_once_in_a_week() -> None:
    mind = say(looking(LATE), "late", "the list", 3)
    for day in range(9):
        mind.let_pass(timedelta(days=1))
        remarked = mind.believes(REMARK)
        assert bool(remarked) is (day in (0, 7, 8)), day
        if day == 0:
            mind.when("unsay", functor=REMARK, arguments=())  # the brief has named it
        unsay(mind, "late", "the list")
        mind.let_pass(6 * MINUTE)
        say(mind, "late", "the list", 3)
        mind.let_pass(6 * MINUTE)


def test_words_that_change_change_the_remark_and_the_age_stays() -> None:
    mind = say(looking(LATE), "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    since = mind.then.believes(FINDING)[4]
    unsay(mind, "late", "the list")
    say(mind, "late", "the list", 4)
    mind.let_pass(6 * MINUTE)
    assert mind.then.believes(REMARK)[1] == "the list is late by 4 days"
    assert mind.then.believes(FINDING)[4] == since


@pytest.mark.parametrize(("proactivity", "told", "acted"), [(0.0, False, False), (0.5, True, False), (1.0, True, True)])
def test_how_proactive_it_is_decides_what_is_told_and_what_is_seen_to(
    proactivity: float, told: bool, acted: bool
) -> None:
    mind = looking(
        Detector(name="late", kind="risk", weight=0.6, says="{subject}", look=LATE.look, goal="hurry"),
        proactivity=proactivity,
    )
    say(mind, "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    assert bool(mind.believes(REMARK)) is told
    assert any(g.name == "hurry" for g in mind.state.goals.values()) is acted
    mind.then.believes(FINDING)


def test_what_is_seen_to_is_an_aim_that_goes_with_its_finding() -> None:
    mind = looking(Detector(name="late", kind="risk", weight=0.9, says="{subject}", look=LATE.look, goal="hurry"))

    @mind.library.plan(goal("hurry"))
    def hurry(event: Any) -> Any:
        yield Believe(functor="hurried", arguments=(event.subject, event.finding))
        yield Wait(kind="never")

    say(mind, "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    mind.then.believes("hurried", "the list", "late:the list")
    hurrying = next(i for i in mind.state.intentions.values() if i.plan == "hurry")
    assert hurrying.initiative, "nobody has asked for it"
    unsay(mind, "late", "the list")
    mind.let_pass(6 * MINUTE)
    assert mind.state.intentions == {}
    assert {g.name for g in mind.state.goals.values()} == {LOOK_AHEAD}


def test_it_looks_a_minute_after_a_change_and_not_again_for_five() -> None:
    mind = looking(LATE)
    for number in range(20):
        say(mind, "late", f"n{number}", 1)
    assert looks(mind) == 1
    mind.let_pass(2 * MINUTE)
    for number in range(20, 40):
        say(mind, "late", f"n{number}", 1)
    assert looks(mind) == 2
    last, again = mind.believes(NEXT_REFLECTION)[0]
    assert again - last == RESTS
    mind.let_pass(timedelta(days=3))
    assert looks(mind) == 2, "nothing has changed since"
    assert not [a for a in mind.believes(NEXT_REFLECTION) if a[1] is not None]


def test_while_nothing_changes_nothing_is_looked_at_and_no_timer_stands() -> None:
    mind = looking(LATE)
    say(mind, "something", "else")
    mind.let_pass(timedelta(days=30))
    assert mind.changes(Due) == []
    assert mind.believes(NEXT_REFLECTION) == mind.believes(NEXT_LOOK) == []


def test_what_counts_from_an_instant_on_is_found_at_that_instant() -> None:
    soon = Detector(name="soon", kind="risk", weight=0.9, says="{subject}", look=query(lit("due", SUBJECT, SINCE)))
    mind = looking(soon)
    say(mind, "due", "the tax", mind.at + timedelta(days=2))
    mind.let_pass(timedelta(days=1, hours=23))
    assert mind.believes(FINDING) == []
    mind.let_pass(timedelta(hours=2))
    mind.then.believes(FINDING, "risk", "soon:the tax")
    assert looks(mind) == 2, "one after the change, one at the instant"


def test_a_look_whose_timer_was_lost_is_planned_anew_at_the_next_change() -> None:
    """Its percept was set aside, say, or the clock was put back before it was handled."""
    mind = say(looking(LATE), "late", "the list", 3)
    (lost,) = mind.changes(Due)
    mind._fired.add((lost.step, lost.at))
    mind.let_pass(2 * MINUTE)
    say(mind, "late", "the minutes", 1)
    assert looks(mind) == 1, "it may be under way"
    mind.let_pass(RESTS)
    say(mind, "late", "the agenda", 2)
    mind.let_pass(2 * MINUTE)
    assert len(mind.believes(FINDING)) == 3


def test_a_function_may_look_and_its_fault_stops_nobody() -> None:
    def broken(_eyes: Any) -> list[Spotted]:
        raise RuntimeError("no")

    mind = looking(Detector(name="bad", kind="risk", says="x", look=broken, reads=("late",)), LATE)
    say(mind, "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    mind.then.believes(FINDING, "problem", "late:the list")
    assert any("bad raised RuntimeError" in note.text for note in mind.changes(Noted))


def test_of_very_many_findings_those_that_weigh_most_are_held() -> None:
    many = Detector(
        name="many",
        kind="risk",
        says="{subject}",
        look=query(lit("weighs", SUBJECT, *variables("Weight"))),
    )
    mind = looking(many)
    for number in range(100):
        mind.given("weighs", f"n{number:03}", number / 100)
    say(mind, "weighs", "last", 0.0)
    mind.let_pass(2 * MINUTE)
    found = mind.believes(FINDING)
    assert len(found) == MOST_FOUND
    assert min(weight for *_, weight, _ in found) == 0.8


def test_a_finding_carries_the_label_of_what_it_was_found_in() -> None:
    mind = looking(LATE)
    mind.given("late", "the list", 2, origin=OUTSIDE)
    say(mind, "late", "more", 1)
    mind.let_pass(2 * MINUTE)
    assert {b.origin.source for b in mind.state.beliefs.matching(FINDING)} == {Source.PERCEPT}
    assert {b.origin.source for b in mind.state.beliefs.matching(REMARK)} == {Source.PERCEPT}


def test_nothing_of_it_is_kept_for_ever() -> None:
    mind = say(looking(LATE), "late", "the list", 3)
    mind.let_pass(2 * MINUTE)
    unsay(mind, "late", "the list")
    mind.let_pass(timedelta(days=40))
    mind.when("anything")
    for functor in (FINDING, UNWEIGHED, WEIGHED, REMARK):
        assert mind.believes(functor) == []


@pytest.mark.parametrize("wrong", [{"kind": "joy"}, {"weight": 2.0}, {"name": "Not A Name"}, {"look": lambda _e: []}])
def test_a_detector_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"name": "a", "kind": "risk", "says": "x", "look": LATE.look, **wrong}
    with pytest.raises(ValidationError):
        Detector(**given)
