"""What the gate is told of an invitation comes from the tables: plans that mean ill get no further than a question."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.calendar import capability as calendar
from empla.capabilities.standing import RuleKind, StandingRule
from empla.mind.grants import GRANTED
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.rules import RULE
from empla.mind.steps import Believe, Do
from empla.mind.values import OUTSIDE, Address, Origin, Source
from empla.testing.employee import MARIA, POLICY, employee

NOW = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
BEN, EVE = "ben@office.example", "eve@evil.example"


def ics(organizer: str = BEN, uid: str = "u1", start: datetime = NOW + timedelta(days=1, hours=2)) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:0\r\nDTSTAMP:20260907T060000Z\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT30M\r\n"
        f"SUMMARY:Budget\r\nORGANIZER:mailto:{organizer}\r\n"
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{MARIA}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def address(value: str) -> Address:
    return Address(value, Origin(Source.PERCEPT, "m1", "from"))


def invitation(sender: str = BEN, text: str = "", inbox_of: str = MARIA) -> Mail:
    return Mail(
        key="m1",
        message_id="<m1@x>",
        blob="",
        subject="Invitation",
        sender=address(sender),
        authenticated=address(sender),
        inbox_of=address(inbox_of) if inbox_of else None,
        invitation={"ics": text or ics(), "method": "REQUEST"},
    )


def accept(text: str, to: str = BEN, answer: str = "ACCEPTED") -> Do:
    said = {"ics": text, "attendee": address(MARIA), "to": address(to), "answer": answer}
    return Do(operation="calendar.respond", arguments=said)


ACCEPT_ALL = StandingRule(kind=RuleKind.ACCEPT)
NEVER_BEFORE_12 = StandingRule(kind=RuleKind.AVOID, hours=((0, 720),))


def judged(
    tmp_path: Path, step: Do, mail: Mail, rules: Mapping[int, StandingRule], *, granted: bool = True
) -> tuple[str, str]:
    """Have a plan take a step on an invitation, and return the gate's decision and its rule."""
    library = PlanLibrary()

    @library.plan(on("hired"))
    def know(event: Trigger) -> Any:
        if granted:
            yield Believe(functor=GRANTED, arguments=("invitations", Address(MARIA, POLICY)))
        for number, rule in rules.items():
            yield Believe(functor=RULE, arguments=(number, rule))

    @library.plan(on("manager-mail"))
    def act(event: Trigger) -> Any:
        yield step

    with employee(tmp_path, library, calendar.operations, at=NOW) as ada:
        ada.tell("hired", origin=POLICY)
        ada.work()
        ada.tell("manager-mail", origin=OUTSIDE, mail=mail)
        ada.work()
        ((decision, rule),) = ada.rows("action", "decision", "rule")
        return decision, rule


def test_a_rule_is_worked_out_from_the_invitations_own_bytes(tmp_path: Path) -> None:
    assert judged(tmp_path, accept(ics()), invitation(), {4: ACCEPT_ALL}) == ("allow", "invitation:rule-4")


@pytest.mark.parametrize(
    ("rules", "granted", "rule"),
    [
        ({}, True, "invitation:no-rule"),
        ({1: NEVER_BEFORE_12}, True, "invitation:no-rule"),
        ({1: ACCEPT_ALL, 2: NEVER_BEFORE_12}, True, "invitation:no-rule"),
        ({1: ACCEPT_ALL}, False, "invitation:no-grant"),
    ],
)
def test_a_plan_does_not_accept_what_the_rules_do_not(
    tmp_path: Path, rules: dict[int, StandingRule], granted: bool, rule: str
) -> None:
    assert judged(tmp_path, accept(ics()), invitation(), rules, granted=granted) == ("ask", rule)


def test_a_plan_does_not_answer_for_another_time_than_the_invitation_names(tmp_path: Path) -> None:
    """The bytes that are answered must be those that came: a kinder copy of them is no invitation known here."""
    early, late = ics(start=NOW + timedelta(hours=1)), ics(start=NOW + timedelta(hours=8))
    found = judged(tmp_path, accept(late), invitation(text=early), {1: ACCEPT_ALL, 2: NEVER_BEFORE_12})
    assert found == ("ask", "origin:percept")


def test_who_writes_as_the_organizer_is_answered_by_no_rule(tmp_path: Path) -> None:
    assert judged(tmp_path, accept(ics()), invitation(sender=EVE), {1: ACCEPT_ALL}) == ("ask", "invitation:unvouched")
    unknown = replace(invitation(), authenticated=None)
    (tmp_path / "other").mkdir()
    assert judged(tmp_path / "other", accept(ics()), unknown, {1: ACCEPT_ALL})[1] == "invitation:unvouched"


def test_an_answer_to_somebody_else_is_refused_before_it_is_judged(tmp_path: Path) -> None:
    assert judged(tmp_path, accept(ics(), to=EVE), invitation(), {1: ACCEPT_ALL})[0] == "refuse"


def test_what_came_to_a_third_person_is_no_invitation_of_the_managers(tmp_path: Path) -> None:
    others = invitation(inbox_of=BEN)
    assert judged(tmp_path, accept(ics()), others, {1: ACCEPT_ALL}) == ("ask", "invitation:no-grant")


def test_entered_to_be_seen_it_needs_no_rule_and_accepted_it_does(tmp_path: Path) -> None:
    taken = {"owner": Address(MARIA, POLICY), "ics": ics(), "sender": address(BEN), "vouched": True}
    seen = Do(operation="calendar.take_in", arguments=taken)
    assert judged(tmp_path, seen, invitation(), {}) == ("allow", "invitation:entered")
    (tmp_path / "other").mkdir()
    accepted = Do(operation="calendar.take_in", arguments={**taken, "answer": "ACCEPTED"})
    assert judged(tmp_path / "other", accepted, invitation(), {}) == ("ask", "invitation:no-rule")
