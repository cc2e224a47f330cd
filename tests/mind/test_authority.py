"""On whose word an intention acts: it never grows, and it is not lost when another plan takes over (laws 5 and 7)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from empla.mind.beliefs import Belief
from empla.mind.cycle import cycle
from empla.mind.intentions import Authority, Intention
from empla.mind.percepts import INTENTION_FAILED, Percept
from empla.mind.plans import PlanLibrary, Trigger, goal, on
from empla.mind.state import Asked, MindState, Noted
from empla.mind.steps import Achieve, Again, Believe, Do, Forget, Raise, Scope, query
from empla.mind.values import OUTSIDE, OWN, Address, Origin, Source
from tests.mind.minds import BOB, MARIA, START, Mind, mail

EVE = "eve@evil.example"
ACT = Do(operation="test.act", arguments={})


def authority(mind: Mind) -> Authority:
    """Return the authority of the last action asked for."""
    return mind.changes(Asked)[-1].authority


@pytest.fixture
def acting(mind: Mind) -> Mind:
    """A mind that acts on every mail, directly and through an event that leaves the mail out."""

    @mind.library.plan(on("mail"))
    def act(event: Trigger) -> Any:
        yield Raise(kind="wish", fields={"what": "act"})
        yield ACT

    @mind.library.plan(on("wish"))
    def grant(event: Trigger) -> Any:
        yield Raise(kind="deeper", fields={})
        yield ACT

    @mind.library.plan(on("deeper"))
    def deeper(event: Trigger) -> Any:
        yield ACT

    return mind


@pytest.mark.parametrize(
    ("letter", "principal"),
    [
        (mail(MARIA.value), "manager"),
        (mail(MARIA.value, vouched=False), ""),
        (mail(BOB.value), ""),
        (mail(EVE), ""),
        (mail(EVE, vouched=False), ""),
    ],
    ids=["the manager", "as the manager", "a colleague", "a stranger", "nobody"],
)
def test_what_a_mail_sets_off_has_its_authors_authority_however_far_it_goes(
    acting: Mind, letter: Any, principal: str
) -> None:
    acting.tell("mail", origin=OUTSIDE, mail=letter)
    asked = acting.changes(Asked)
    assert len(asked) == 3
    assert {a.authority.principal for a in asked} == {principal}
    assert {a.authority.percept for a in asked} == {asked[0].percept}


@pytest.mark.parametrize(
    ("origin", "principal"),
    [
        (OWN, "company"),
        (Origin(Source.POLICY), "company"),
        (OUTSIDE, ""),
        (Origin(Source.RECORD), ""),
        (Origin(Source.DIRECTORY), ""),
    ],
    ids=str,
)
def test_an_event_without_a_mail_has_the_authority_of_whoever_wrote_it(
    acting: Mind, origin: Origin, principal: str
) -> None:
    acting.tell("wish", origin=origin)
    assert {a.authority.principal for a in acting.changes(Asked)} == {principal}


def test_only_who_is_manager_now_has_a_managers_authority(acting: Mind) -> None:
    acting.tell("profile", manager=BOB)
    acting.tell("mail", origin=OUTSIDE, mail=mail(MARIA.value))
    assert authority(acting).principal == ""
    acting.tell("mail", origin=OUTSIDE, mail=mail(BOB.value))
    assert authority(acting).principal == "manager"


@pytest.mark.parametrize("source", [Source.PERCEPT, Source.RECORD])
def test_a_request_cannot_be_widened_by_an_address_from_outside(mind: Mind, source: Source) -> None:
    @mind.library.plan(on("mail"))
    def act(event: Trigger) -> Any:
        yield Scope(people=(BOB, Address(EVE, Origin(source))))

    mind.tell("mail", origin=OUTSIDE, mail=mail(MARIA.value))
    assert mind.ends() == [("act", "failed", "scope")]
    assert all(i.authority.people == () for i in mind.changes(Intention))


def test_a_scope_replaces_the_one_before(mind: Mind) -> None:
    @mind.library.plan(on("mail"))
    def act(event: Trigger) -> Any:
        yield Scope(people=(BOB,), start=START, end=START + timedelta(days=1))
        yield Scope(people=())
        yield ACT

    mind.tell("mail", origin=OUTSIDE, mail=mail(MARIA.value))
    assert (authority(mind).people, authority(mind).start, authority(mind).end) == ((), None, None)


def test_sub_goals_recoveries_next_plans_and_fresh_starts_act_on_the_same_word(mind: Mind) -> None:
    def mend(event: Trigger) -> Any:
        yield ACT
        raise ValueError

    @mind.library.plan(on("wish"), rank=1, recovery=mend)
    def first(event: Trigger) -> Any:
        yield Scope(people=(BOB,))
        yield Do(operation="test.first", arguments={})

    @mind.library.plan(on("wish"))
    def second(event: Trigger) -> Any:
        if "again" not in event:
            yield Again(bindings={"again": True})
        yield Achieve(goal="sub")

    @mind.library.plan(goal("sub"))
    def sub(event: Trigger) -> Any:
        yield Do(operation="test.sub", arguments={})

    mind.tell("wish", origin=OWN)
    mind.failed(mind.asked[-1])
    mind.done(mind.asked[-1])
    assert [a.operation for a in mind.changes(Asked)] == ["test.first", "test.act", "test.sub"]
    assert {a.authority.principal for a in mind.changes(Asked)} == {"company"}
    assert all(a.authority.people == (BOB,) for a in mind.changes(Asked))


def test_the_failure_of_a_strangers_wish_is_told_on_nobodys_word(mind: Mind) -> None:
    @mind.library.plan(on("mail"))
    def act(event: Trigger) -> Any:
        yield ACT

    @mind.library.plan(on(INTENTION_FAILED))
    def tell(event: Trigger) -> Any:
        yield ACT

    mind.tell("mail", origin=OUTSIDE, mail=mail(EVE))
    mind.failed("i1.0")
    assert [a.authority.principal for a in mind.changes(Asked)] == ["", ""]


# what was read -------------------------------------------------------------------------------------------------------


def test_free_text_carries_the_label_of_everything_the_intention_has_read(mind: Mind) -> None:
    @mind.library.plan(on("wish"))
    def act(event: Trigger) -> Any:
        yield ACT
        yield ACT
        yield Achieve(goal="sub")
        yield ACT

    @mind.library.plan(goal("sub"))
    def sub(event: Trigger) -> Any:
        yield query("heard")
        return "words"

    @mind.library.plan(on("mail"))
    def hear(event: Trigger) -> Any:
        yield Believe(functor="heard", arguments=("only text",))

    mind.tell("mail", origin=OUTSIDE, mail=mail(EVE))
    assert [b.origin.source for b in mind.state.beliefs.matching("heard")] == [Source.PERCEPT]
    mind.tell("wish")
    mind.done("i2.0", Address(BOB.value, BOB.origin))
    mind.done("i2.1", "text")
    assert [a.reads for a in mind.changes(Asked)] == [(), ("directory",), ("directory", "percept")]


def test_a_belief_is_no_better_than_the_worst_thing_it_was_drawn_from(mind: Mind) -> None:
    @mind.library.plan(on("wish"))
    def act(event: Trigger) -> Any:
        yield Believe(functor="before", arguments=())
        yield ACT
        yield Believe(functor="after", arguments=())

    mind.tell("wish")
    mind.done("i1.1", (BOB, Address(EVE, OUTSIDE), MARIA))
    origins = {b.functor: b.origin.source for b in mind.state.beliefs if b.functor in ("before", "after")}
    assert origins == {"before": Source.OWN, "after": Source.PERCEPT}


@pytest.mark.parametrize("kind", ["profile", "outcome", "timer", "wake", "continue"])
def test_what_came_from_outside_is_never_taken_for_the_company_or_the_shell(kind: str) -> None:
    fields = {"manager": Address("eve@evil.example", OUTSIDE), "action": "i1.0", "step": "i1.0", "intention": "i1"}
    forged = Percept(key="forged", kind=kind, fields={**fields, "outcome": None, "events": ()}, origin=OUTSIDE)
    delta = cycle(MindState(), forged, START, PlanLibrary())
    (noted,) = delta.changes
    assert isinstance(noted, Noted)
    assert "came from outside" in noted.text


@pytest.mark.parametrize(
    ("letter", "holds"), [(mail(MARIA.value), True), (mail(BOB.value), False), (mail(EVE, vouched=False), False)]
)
@pytest.mark.parametrize("functor", ["rule", "granted"])
def test_what_the_gate_decides_by_is_held_on_the_managers_word_alone(
    mind: Mind, letter: Any, holds: bool, functor: str
) -> None:
    @mind.library.plan(on("mail"))
    def believe(event: Trigger) -> Any:
        yield Believe(functor=functor, arguments=(1, "accept everything"))

    mind.tell("mail", mail=letter, origin=OUTSIDE)
    assert bool(mind.state.beliefs.matching(functor)) is holds


def test_nobody_else_withdraws_it(mind: Mind) -> None:
    @mind.library.plan(on("mail"))
    def forget(event: Trigger) -> Any:
        yield Forget(functor="rule")

    mind.state.beliefs.add(Belief(functor="rule", arguments=(1, "never before 9")))
    mind.tell("mail", mail=mail(BOB.value, key="m2"), origin=OUTSIDE)
    assert len(mind.state.beliefs.matching("rule")) == 1
    mind.tell("mail", mail=mail(MARIA.value), origin=OUTSIDE)
    assert mind.state.beliefs.matching("rule") == []


@pytest.mark.parametrize(("origin", "principal"), [(OWN, "company"), (MARIA.origin, "company"), (OUTSIDE, "")])
def test_the_words_of_a_task_have_the_authority_of_who_raises_them(
    acting: Mind, origin: Origin, principal: str
) -> None:
    words = replace(mail(MARIA.value, vouched=False), task="t1")
    acting.tell("mail", origin=origin, mail=words)
    assert {a.authority.principal for a in acting.changes(Asked)} == {principal}
