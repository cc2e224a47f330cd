"""Every rule of the gate, with both answers: what it lets through, and what it holds back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.errors import InternalError
from empla.governance import gate
from empla.governance.gate import Answer, Claim, Facts, Request, decide
from empla.governance.manners import (
    NOTICES_PER_DAY,
    PER_CORRESPONDENT_AND_DAY,
    PER_DAY,
    PER_MINUTE,
    PER_THREAD_AND_DAY,
    Conduct,
    quiet_until,
)
from empla.governance.permit import Payload, Permit
from empla.mind.intentions import Authority
from empla.mind.values import Address, FileRef, Origin, Source

ADA, MARIA, BOB = "ada@office.example", "maria@office.example", "bob@office.example"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

FACTS = Facts(at=NOON, address=ADA, manager=MARIA, zone="UTC", conduct=Conduct())


def known(value: str, source: Source = Source.DIRECTORY) -> Address:
    return Address(value, Origin(source))


def window(day: int, first: int, last: int) -> dict[str, str]:
    return {f: datetime(2026, 11, day, h, tzinfo=UTC).isoformat() for f, h in (("start", first), ("end", last))}


REQUEST = Authority(
    principal="manager",
    people=(known(BOB),),
    start=datetime(2026, 11, 24, tzinfo=UTC),
    end=datetime(2026, 11, 27, tzinfo=UTC),
)
"""The manager asked for something with Bob between Tuesday and Thursday."""

TO_BOB = Request(
    operation="email.send",
    effect="tell",
    authority=REQUEST,
    target={"recipients": [BOB]},
    addresses=(known(BOB),),
    correspondent=BOB,
)
TO_MARIA = replace(TO_BOB, target={"recipients": [MARIA]}, addresses=(known(MARIA),), correspondent=MARIA)
BOOKED = Request(
    operation="calendar.book",
    effect="act",
    authority=REQUEST,
    target={"owner": MARIA, "uid": "1", **window(25, 10, 11)},
    addresses=(known(MARIA), known(BOB)),
)
ANSWERED = replace(TO_MARIA, answers="m1")
ALLOW, ASK, REFUSE, DEFER = Answer.ALLOW, Answer.ASK, Answer.REFUSE, Answer.DEFER
NOBODY = Authority()
ANY_TIME = Authority(principal="manager", people=(known(BOB),))
UNASKED = replace(TO_MARIA, authority=NOBODY)
AT_NIGHT = replace(FACTS, at=NIGHT)
OUTSIDE = known(BOB, Source.PERCEPT)
MONDAY = {"owner": MARIA, **window(23, 10, 11)}
FRIDAY = {"owner": MARIA, **window(27, 10, 11)}


def conduct(**counts: Any) -> Facts:
    return replace(FACTS, conduct=Conduct(**counts))


RULES: list[tuple[str, Request, Facts, Answer, str]] = [
    # known operation
    ("a known operation", TO_BOB, FACTS, ALLOW, "assisted:within-request"),
    ("an unknown one", replace(TO_BOB, effect=""), FACTS, REFUSE, "operation:unknown"),
    # schema
    ("arguments that do not fit", replace(TO_BOB, fault="to: not an Address"), FACTS, REFUSE, "operation:schema"),
    # what touches nobody else needs nobody's word
    ("thinking", replace(TO_BOB, effect="think", authority=NOBODY), FACTS, ALLOW, "effect:think"),
    ("reading", replace(TO_BOB, effect="read", authority=NOBODY), FACTS, ALLOW, "effect:read"),
    ("its own calendar", replace(BOOKED, effect="own", authority=NOBODY), FACTS, ALLOW, "effect:own"),
    # manners
    ("an answer to a person", replace(TO_BOB, answers="m1"), FACTS, ALLOW, "assisted:within-request"),
    ("an answer to a machine", replace(TO_MARIA, answers="m1", automatic="list"), FACTS, REFUSE, "manners:automatic"),
    ("a second answer", replace(TO_MARIA, answers="m1"), conduct(answered=True), REFUSE, "manners:one-answer"),
    ("another mail, unasked", TO_MARIA, conduct(answered=True), ALLOW, "to-manager"),
    *(
        (f"{name}, {count} so far", TO_BOB, conduct(**{name: count}), answer, rule)
        for name, limit, held, refusal in (
            ("in_thread", PER_THREAD_AND_DAY, REFUSE, "manners:thread-budget"),
            ("to_correspondent", PER_CORRESPONDENT_AND_DAY, REFUSE, "manners:correspondent-budget"),
            ("today", PER_DAY, REFUSE, "limits:day"),
            ("this_minute", PER_MINUTE, DEFER, "limits:minute"),
        )
        for count, answer, rule in ((limit - 1, ALLOW, "assisted:within-request"), (limit, held, refusal))
    ),
    *(
        (f"the manager's {name}, {count} so far", ANSWERED, conduct(**{name: count}), answer, rule)
        for name, count, answer, rule in (
            ("to_correspondent", PER_CORRESPONDENT_AND_DAY, ALLOW, "to-manager"),
            ("today", PER_DAY, REFUSE, "limits:day"),
        )
    ),
    *(
        (f"a notice, {count} so far", TO_MARIA, conduct(today=PER_DAY, notices_today=count), answer, rule)
        for count, answer, rule in (
            (NOTICES_PER_DAY - 1, ALLOW, "to-manager"),
            (NOTICES_PER_DAY, REFUSE, "limits:notices"),
        )
    ),
    # whom it reaches
    ("nobody", replace(TO_BOB, target={}), FACTS, REFUSE, "target:none"),
    ("the manager", UNASKED, FACTS, ALLOW, "to-manager:unasked"),
    ("the manager and itself", replace(TO_MARIA, target={"recipients": [MARIA, ADA]}), FACTS, ALLOW, "to-manager"),
    # where the address comes from
    ("an address from outside", replace(TO_BOB, addresses=(OUTSIDE,)), FACTS, ASK, "origin:percept"),
    (
        "an address from outside that the manager's answer opened",
        replace(TO_BOB, addresses=(OUTSIDE,), authority=replace(REQUEST, granted=(OUTSIDE,))),
        FACTS,
        ALLOW,
        "assisted:within-request",
    ),
    (
        "an opened address that the scope does not name",
        replace(TO_BOB, addresses=(OUTSIDE,), authority=replace(REQUEST, people=(), granted=(OUTSIDE,))),
        FACTS,
        ASK,
        "assisted:people",
    ),
    (
        "anything but mail after a no",
        replace(BOOKED, authority=replace(REQUEST, mail_only=True)),
        FACTS,
        ASK,
        "assisted:operations",
    ),
    (
        "a mail after a no",
        replace(TO_BOB, addresses=(OUTSIDE,), authority=replace(REQUEST, granted=(OUTSIDE,), mail_only=True)),
        FACTS,
        ALLOW,
        "assisted:within-request",
    ),
    ("an address from nowhere", replace(TO_BOB, addresses=()), FACTS, ASK, "origin:percept"),
    (
        "an address from the directory that also stands in the answered mail",
        replace(TO_BOB, addresses=(known(BOB), OUTSIDE)),
        FACTS,
        ALLOW,
        "assisted:within-request",
    ),
    (
        "a second recipient from outside",
        replace(TO_BOB, target={"recipients": [BOB, "eve@evil.example"]}),
        FACTS,
        ASK,
        "origin:percept",
    ),
    # on whose word
    ("nobody's request", replace(TO_BOB, authority=NOBODY), FACTS, ASK, "assisted:no-request"),
    ("the company's", replace(TO_BOB, authority=Authority(principal="company")), FACTS, ASK, "assisted:no-request"),
    ("nobody's, in the manager's calendar", replace(BOOKED, authority=NOBODY), FACTS, ASK, "assisted:no-request"),
    # within the request
    ("somebody else", replace(TO_BOB, authority=replace(REQUEST, people=())), FACTS, ASK, "assisted:people"),
    ("a day that was meant", BOOKED, FACTS, ALLOW, "assisted:within-request"),
    ("a day before", replace(BOOKED, target=MONDAY), FACTS, ASK, "assisted:window"),
    ("a day after", replace(BOOKED, target=FRIDAY), FACTS, ASK, "assisted:window"),
    (
        "an hour without a zone",
        replace(BOOKED, target={"owner": MARIA, "start": "2026-11-25T10:00", "end": "2026-11-25T11:00"}),
        FACTS,
        ASK,
        "assisted:window",
    ),
    ("no hours asked for", replace(BOOKED, authority=ANY_TIME), FACTS, ALLOW, "assisted:within-request"),
    # quiet hours
    ("an answer at night", replace(TO_MARIA, answers="m1"), AT_NIGHT, ALLOW, "to-manager"),
    ("unasked, at night", UNASKED, AT_NIGHT, DEFER, "manners:quiet-hours"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "facts", "answer", "rule"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_rule(request_: Request, facts: Facts, answer: Answer, rule: str) -> None:
    decision = decide(request_, facts)
    assert (decision.answer, decision.rule) == (answer, rule)
    assert decision.why or answer is Answer.ALLOW, "whoever is held back is told why"


def test_every_rule_of_the_gate_is_in_the_table() -> None:
    rules = {"assisted:within-request", "assisted:no-request", "assisted:people", "assisted:window", "origin:percept"}
    rules |= {
        "assisted:operations",
        "operation:unknown",
        "operation:schema",
        "effect:think",
        "effect:read",
        "effect:own",
        "target:none",
    }
    rules |= {"manners:automatic", "manners:one-answer", "manners:thread-budget", "manners:correspondent-budget"}
    rules |= {
        "limits:day",
        "limits:minute",
        "limits:notices",
        "to-manager",
        "to-manager:unasked",
        "manners:quiet-hours",
    }
    assert {r[4] for r in RULES} == rules


def test_quiet_hours_end_in_the_persons_own_morning() -> None:
    in_berlin = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)  # 21:30 there
    until = quiet_until(in_berlin, "Europe/Berlin")
    assert until == datetime(2026, 11, 25, 5, 30, tzinfo=UTC)
    assert quiet_until(in_berlin, "Europe/London") is None
    before_dawn = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert quiet_until(before_dawn, "UTC") == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    assert quiet_until(datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "UTC") is None


# claiming ------------------------------------------------------------------------------------------------------------

PAYLOAD = Payload({"recipients": [BOB]}, b"the very bytes")
CLAIM = Claim(
    action="i1.0",
    operation="email.send",
    payload=PAYLOAD,
    payload_hash=PAYLOAD.digest(),
    decided="allow",
    rule="to-manager:unasked",
    attempt=1,
)


def test_a_row_that_is_due_is_held_back_while_paused_and_what_nobody_waits_for_also_at_night() -> None:
    assert gate.wait(CLAIM, at=NOON, zone="UTC", paused=False) is None
    assert gate.wait(CLAIM, at=NOON, zone="UTC", paused=True) == gate.Wait("paused")
    held = gate.wait(CLAIM, at=NIGHT, zone="UTC", paused=False)
    assert held is not None and held.until == NIGHT + timedelta(hours=7, minutes=30)
    for rule in ("to-manager", "assisted:within-request", "approved:maria@office.example"):
        assert gate.wait(replace(CLAIM, rule=rule), at=NIGHT, zone="UTC", paused=False) is None


def test_only_what_was_allowed_gets_a_permit() -> None:
    permit = gate.admit(CLAIM, epoch=7)
    assert (permit.action, permit.payload, permit.epoch) == ("i1.0", PAYLOAD, 7)
    for decided in ("ask", "refuse", ""):
        with pytest.raises(InternalError):
            gate.admit(replace(CLAIM, decided=decided), epoch=7)


def test_a_permit_cannot_be_made_outside_the_gate() -> None:
    for seal in (None, object(), "seal"):
        with pytest.raises(InternalError, match="outside the gate"):
            Permit("i1.0", "email.send", PAYLOAD, PAYLOAD.digest(), 1, 1, seal)


def test_a_permit_cannot_be_given_another_payload() -> None:
    permit = gate.admit(CLAIM, epoch=1)
    for other in (Payload({"recipients": ["eve@evil.example"]}, PAYLOAD.content), Payload(PAYLOAD.target, b"other")):
        with pytest.raises(InternalError, match="not the one that was decided about"):
            replace(permit, payload=other)
        with pytest.raises(InternalError, match="not the one that was decided about"):
            gate.admit(replace(CLAIM, payload=other), epoch=1)


def test_target_and_content_cannot_trade_bytes() -> None:
    assert Payload({"a": "b"}, b"c").digest() != Payload({"a": "bc"}, b"").digest()
    assert Payload({"a": 1, "b": 2}).digest() == Payload({"b": 2, "a": 1}).digest()


@pytest.mark.parametrize(
    ("request_", "source", "answer"),
    [
        (TO_BOB, Source.PERCEPT, Answer.ASK),
        (TO_BOB, Source.MANAGER, Answer.ALLOW),
        (TO_MARIA, Source.PERCEPT, Answer.ALLOW),
    ],
)
def test_a_file_of_somebody_elses_mail_goes_to_the_manager_only(
    request_: Request, source: Source, answer: Answer
) -> None:
    file = FileRef("0" * 64, "prices.pdf", "application/pdf", Origin(source))
    decision = decide(replace(request_, files=(file,)), FACTS)
    assert decision.answer is answer
    assert ("prices.pdf" in decision.why) == (answer is Answer.ASK)
