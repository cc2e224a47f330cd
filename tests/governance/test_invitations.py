"""Answering an invitation: what the gate lets go without asking, tried by somebody who means ill."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from empla.governance.gate import Answer, Facts, Invitation, Request, decide
from empla.governance.manners import Conduct
from empla.mind.intentions import Authority
from empla.mind.values import Address, Origin, Source

ADA, MARIA, BOB, EVE = "ada@office.example", "maria@office.example", "bob@office.example", "eve@evil.example"
FACTS = Facts(at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC), address=ADA, manager=MARIA, zone="UTC", conduct=Conduct())
OF_BOB = Invitation(
    organizer=BOB, vouched=True, granted=True, wanted="ACCEPTED", answers=frozenset({"ACCEPTED"}), rule=3
)
NOBODY, MANAGER = Authority(), Authority(principal="manager")


def answering(invitation: Invitation, authority: Authority = NOBODY, to: str = BOB) -> Request:
    """Return an answer that goes out by mail; the organizer's address only came from outside."""
    return Request(
        operation="calendar.respond",
        effect="tell",
        authority=authority,
        target={"recipients": [to], "start": "2026-11-25T10:00:00+00:00", "end": "2026-11-25T11:00:00+00:00"},
        addresses=(Address(to, Origin(Source.PERCEPT)),),
        correspondent=to,
        invitation=invitation,
    )


def entering(invitation: Invitation, authority: Authority = NOBODY) -> Request:
    return replace(
        answering(invitation, authority), effect="act", target={"owner": MARIA}, operation="calendar.take_in"
    )


@pytest.mark.parametrize("make", [answering, entering])
def test_a_rule_of_the_managers_answers_without_asking(make: object) -> None:
    found = decide(make(OF_BOB), FACTS)  # type: ignore[operator]
    assert (found.answer, found.rule) == (Answer.ALLOW, "invitation:rule-3")


@pytest.mark.parametrize("make", [answering, entering])
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"granted": False}, "invitation:no-grant"),
        ({"vouched": False}, "invitation:unvouched"),
        ({"wanted": "DECLINED"}, "invitation:no-rule"),
        ({"answers": frozenset()}, "invitation:no-rule"),
        ({"wanted": "COUNTER"}, "invitation:no-rule"),
        ({"organizer": ""}, "invitation:organizer"),
    ],
)
def test_what_no_rule_covers_is_asked(make: object, change: dict[str, object], rule: str) -> None:
    found = decide(make(replace(OF_BOB, **change)), FACTS)  # type: ignore[operator,arg-type]
    assert (found.answer, found.rule) == (Answer.ASK, rule)


def test_an_answer_goes_to_nobody_but_the_organizer() -> None:
    assert decide(answering(OF_BOB, to=EVE), FACTS).rule == "invitation:organizer"
    assert decide(answering(OF_BOB, MANAGER, to=EVE), FACTS).rule == "invitation:organizer"
    both = replace(answering(OF_BOB), target={"recipients": [BOB, EVE]})
    assert decide(both, FACTS).rule == "invitation:organizer"


def test_the_managers_own_word_answers_also_what_nobody_vouches_for() -> None:
    unvouched = replace(OF_BOB, vouched=False, answers=frozenset())
    assert decide(answering(unvouched, MANAGER), FACTS).rule == "invitation:manager"
    assert decide(answering(replace(unvouched, granted=False), MANAGER), FACTS).answer is Answer.ASK


def test_to_be_seen_it_is_entered_by_the_grant_alone_and_only_if_it_is_its_organizers() -> None:
    seen = replace(OF_BOB, wanted="", answers=frozenset())
    assert decide(entering(seen), FACTS).rule == "invitation:entered"
    assert decide(entering(replace(seen, vouched=False)), FACTS).answer is Answer.ASK
    assert decide(entering(replace(seen, granted=False)), FACTS).answer is Answer.ASK


def test_what_is_no_invitation_is_judged_as_everything_else() -> None:
    plain = replace(answering(OF_BOB), invitation=None)
    assert decide(plain, FACTS).rule == "origin:percept"
    mail = replace(answering(OF_BOB), operation="email.send", invitation=None, authority=MANAGER)
    assert decide(mail, FACTS).answer is Answer.ASK
