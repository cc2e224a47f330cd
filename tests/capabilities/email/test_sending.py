"""The mail that goes out: its exact bytes, its id, its recipients, and what the evidence says of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any

import pytest

from empla.capabilities.contract import Operation, OutcomeUnknown, Place, PrepareFacts, Settled
from empla.capabilities.email.mailbox import Evidence, SubmissionDelayed, SubmissionRefused
from empla.capabilities.email.operations import SendArguments, capability
from empla.governance.permit import Payload
from empla.mind.readings import Mail
from empla.mind.values import Address, Origin, Source
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import VirtualClock
from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import MemoryMailbox, Server, parsed
from empla.testing.permits import permit_for
from empla.testing.place import MemoryBlobs, MemoryDirectory

SEND: Operation = next(o for o in capability.operations if o.name == "email.send")
OUTSIDE = Origin(Source.PERCEPT, "m1", "from")
FACTS = PrepareFacts(
    at=datetime(2026, 11, 24, 12, 30, 15, 999, tzinfo=UTC),
    employee="Ada Lovelace",
    address=ADA,
    manager=MARIA,
    zone="Europe/Berlin",
    unique="0123456789abcdef",
    domain="office.example",
    disclosure="Ada Lovelace, digital assistant to Maria Mitchell",
)
QUESTION = Mail(
    key="m1",
    message_id="<question@office.example>",
    blob="",
    subject="A question",
    sender=Address(MARIA, OUTSIDE),
    authenticated=Address(MARIA, OUTSIDE),
    in_reply_to=("<before@office.example>",),
    thread="<first@office.example>",
)


def to(*values: str) -> tuple[Address, ...]:
    return tuple(Address(value, Origin(Source.DIRECTORY)) for value in values)


def prepared(facts: PrepareFacts = FACTS, **arguments: Any) -> Payload:
    given = {"to": to(MARIA), "subject": "Re: A question", "text": "An answer.", **arguments}
    return SEND.prepare(SendArguments(**given), facts)


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert prepared(answering=QUESTION) == prepared(answering=QUESTION)
    assert prepared().digest() != prepared(text="Another answer.").digest()


def test_it_says_who_wrote_it_when_and_that_a_machine_did() -> None:
    mail = parsed(prepared(answering=QUESTION).content)
    assert mail["From"] == "Ada Lovelace <ada@office.example>"
    assert mail["Date"] == "Tue, 24 Nov 2026 13:30:15 +0100"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail.get_content().endswith("-- \r\nAda Lovelace, digital assistant to Maria Mitchell\r\n")
    assert parsed(prepared().content)["Auto-Submitted"] == "auto-generated"


def test_an_answer_belongs_to_its_thread() -> None:
    payload = prepared(answering=QUESTION)
    mail = parsed(payload.content)
    assert mail["In-Reply-To"] == "<question@office.example>"
    assert mail["References"].split() == [
        "<first@office.example>",
        "<before@office.example>",
        "<question@office.example>",
    ]
    assert payload.target["thread"] == "<first@office.example>"
    assert SEND.lane(SendArguments(to=to(MARIA), subject="", text="", answering=QUESTION)) == (
        "thread:<first@office.example>"
    )


def test_a_long_message_id_is_not_folded_into_encoded_words() -> None:
    long = "<" + "x" * 120 + "@eurprd04.prod.outlook.example>"
    raw = prepared(answering=replace(QUESTION, message_id=long)).content
    assert f"In-Reply-To: {long}\r\n".encode() in raw
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    "message_id", ["", "<a b@x>", "<a@x>\r\nBcc: eve@evil.example", "<ü@x>", "<" + "x" * 1000 + ">"]
)
def test_a_message_id_that_cannot_be_written_is_left_out(message_id: str) -> None:
    mail = parsed(prepared(answering=replace(QUESTION, message_id=message_id)).content)
    assert mail["In-Reply-To"] is None and mail["Bcc"] is None


def test_its_id_is_that_of_the_step_and_cannot_be_guessed() -> None:
    payload = prepared()
    assert payload.target["message_id"] == "<0123456789abcdef@office.example>"
    assert parsed(payload.content)["Message-ID"] == "<0123456789abcdef@office.example>"


def test_each_recipient_is_named_once() -> None:
    payload = prepared(to=to(MARIA, MARIA), cc=to("bob@office.example", MARIA))
    assert payload.target["recipients"] == [MARIA, "bob@office.example"]
    mail = parsed(payload.content)
    assert (mail["To"], mail["Cc"]) == (MARIA, "bob@office.example")


def test_letters_of_every_kind_come_through() -> None:
    mail = parsed(prepared(subject="Grüße " * 30 + "✓", text="Zoë\n.\n" + "ä" * 500).content)
    assert str(make_header(decode_header(mail["Subject"]))) == ("Grüße " * 30 + "✓")
    assert mail.get_content().startswith("Zoë\r\n.\r\n" + "ä" * 500)


@pytest.mark.parametrize(
    "arguments",
    [
        {"to": (MARIA,)},
        {"to": [MARIA]},
        {"cc": (MARIA,)},
        {"answering": "m1"},
        {"bcc": to("eve@evil.example")},
        {"text": b"bytes"},
    ],
    ids=str,
)
def test_arguments_that_lost_their_origin_or_are_unknown_are_refused(arguments: dict[str, Any]) -> None:
    given = {"to": to(MARIA), "subject": "s", "text": "t", **arguments}
    with pytest.raises(ValueError, match="validation error"):
        SendArguments.model_validate(given)


@pytest.mark.parametrize("name", ["subject", "text"])
def test_nothing_in_the_words_becomes_a_header(name: str) -> None:
    mail = parsed(prepared(**{name: "Hello\r\nBcc: eve@evil.example\r\n\r\nand more"}).content)
    assert mail["Bcc"] is None


# at the other side ---------------------------------------------------------------------------------------------------


def place(evidence: Evidence = Evidence.AUTHORITATIVE, *script: Server) -> Place:
    clock = VirtualClock()
    return Place(
        mailbox=MemoryMailbox(clock, evidence=evidence, script=list(script)),
        calendars=MemoryCalendars(set()),
        directory=MemoryDirectory(),
        blobs=MemoryBlobs(),
        clock=clock,
    )


async def _ignored(_replies: Any) -> None:
    """What the engine commits is tested there."""


def test_what_was_taken_is_told_with_its_id_and_those_who_were_refused() -> None:
    sent = asyncio.run(SEND.perform(permit_for("email.send", prepared(answering=QUESTION)), place(), _ignored))
    assert sent.message_id == "<0123456789abcdef@office.example>"
    assert (sent.thread, sent.recipients, sent.refused) == ("<first@office.example>", (MARIA,), None)


@pytest.mark.parametrize(
    ("how", "raised"),
    [
        (Server.REFUSES, SubmissionRefused),
        (Server.DELAYS, SubmissionDelayed),
        (Server.TAKES_UNSEEN, OutcomeUnknown),
        (Server.LOSES, OutcomeUnknown),
    ],
)
def test_what_went_wrong_is_told_apart(how: Server, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        asyncio.run(SEND.perform(permit_for("email.send", prepared()), place(Evidence.NONE, how), _ignored))


@pytest.mark.parametrize(
    ("evidence", "taken", "settled"),
    [
        (Evidence.AUTHORITATIVE, True, Settled.DONE),
        (Evidence.AUTHORITATIVE, False, Settled.NOT_DONE),
        (Evidence.LOOKUP, True, Settled.DONE),
        (Evidence.LOOKUP, False, Settled.UNCLEAR),
        (Evidence.NONE, True, Settled.UNCLEAR),
        (Evidence.NONE, False, Settled.UNCLEAR),
    ],
)
def test_absence_proves_something_only_where_the_server_files_what_it_takes(
    evidence: Evidence, taken: bool, settled: Settled
) -> None:
    at = place(evidence)
    permit = permit_for("email.send", prepared())
    if taken:
        asyncio.run(SEND.perform(permit, at, _ignored))
    assert SEND.settle is not None
    found, value = asyncio.run(SEND.settle(permit, at))
    assert found is settled
    assert (value is not None) == (settled is Settled.DONE)
