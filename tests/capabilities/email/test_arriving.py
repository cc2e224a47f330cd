"""From a mail in the INBOX to what the mind knows of it: noticed once, read, or set aside with its bytes."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.capabilities.contract import Noticed
from empla.capabilities.email.conversing import MOST_PER_PERSON, REMEMBERED
from empla.capabilities.email.mailbox import FetchedMail, MailCursor
from empla.capabilities.email.operations import LONGEST_TEXT, MOST_NAMED
from empla.capabilities.email.sensor import InboxSensor, percept_key
from empla.mind import codec
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.testing.employee import ADA, MARIA, Employee
from empla.testing.mailbox import letter

# noticing ------------------------------------------------------------------------------------------------------------


class Enough(Exception):
    """The test has seen what it wanted."""


def watch(ada: Employee, cursor: Any, most: int) -> list[Noticed]:
    """Let the sensor watch until it has delivered `most` mails; return them."""
    noticed: list[Noticed] = []

    async def deliver(found: Sequence[Noticed]) -> None:
        noticed.extend(found)
        if len(noticed) >= most:
            raise Enough

    with pytest.raises(Enough):
        asyncio.run(InboxSensor().watch(ada.place, cursor, deliver))
    return noticed


def test_a_mail_is_kept_before_it_is_noticed(ada: Employee) -> None:
    raw = letter(MARIA, "Hello")
    ada.mailbox.deliver(raw)
    (noticed,) = watch(ada, None, 1)
    assert noticed.kind == "mail-arrived"
    assert ada.place.blobs.read(noticed.fields["blob"]) == raw
    assert noticed.fields["blob"] == hashlib.sha256(raw).hexdigest()
    assert (noticed.fields["account"], noticed.fields["size"]) == (ADA, len(raw))


def test_it_goes_on_after_the_cursor(ada: Employee) -> None:
    for number in range(3):
        ada.mailbox.deliver(letter(MARIA, f"Mail {number}", message_id=f"<{number}@x>"))
    first = watch(ada, None, 3)
    assert [n.cursor["uid"] for n in first] == [1, 2, 3]
    assert [n.key for n in watch(ada, first[0].cursor, 2)] == [n.key for n in first[1:]]


@given(st.binary(max_size=60), st.text("<>@ax \r\n", max_size=20))
def test_any_bytes_have_a_key_and_the_same_bytes_the_same(body: bytes, message_id: str) -> None:
    raw = b"Message-ID: " + message_id.encode() + b"\r\nSubject: x\r\n\r\n" + body
    assert percept_key(raw) == percept_key(raw)
    assert percept_key(body).startswith("mail:")


def test_a_mail_is_a_duplicate_only_if_id_and_body_agree() -> None:
    first = letter(MARIA, "yes", message_id="<1@x>")
    again = b"Received: from elsewhere\r\n" + first
    assert percept_key(again) == percept_key(first)
    assert percept_key(letter(MARIA, "yes", message_id="<2@x>")) != percept_key(first), "a second honest yes"
    assert percept_key(letter(MARIA, "no", message_id="<1@x>")) != percept_key(first), "another mail under the same id"


class Batches:
    """A mailbox whose mails are as large as one may be, and that remembers how many were held at once."""

    address = ADA

    def __init__(self, batches: list[list[FetchedMail]]) -> None:
        self.batches = batches

    async def fetch_after(self, _cursor: Any, limit: int = 50) -> list[FetchedMail]:
        return self.batches.pop(0) if self.batches else []

    async def wait_for_change(self, _timeout_s: float) -> None:
        raise Enough


def test_the_sensor_lets_go_of_each_mail_as_soon_as_it_is_kept(ada: Employee) -> None:
    batch = [FetchedMail(MailCursor(1, uid), letter(MARIA, f"Mail {uid}"), ada.clock.now()) for uid in (1, 2, 3)]
    held: list[int] = []
    delivered: list[int] = []
    keep = ada.place.blobs.keep

    def keeps(content: bytes) -> str:
        held.append(len(batch))
        return keep(content)

    place = replace(ada.place, mailbox=Batches([batch]), blobs=SimpleNamespace(keep=keeps))  # type: ignore[arg-type]

    async def deliver(found: Sequence[Noticed]) -> None:
        delivered.extend(n.cursor["uid"] for n in found)

    with pytest.raises(Enough):
        asyncio.run(InboxSensor().watch(place, None, deliver))
    assert held == [2, 1, 0]
    assert delivered == [1, 2, 3]


# reading -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def read(ada: Employee, plans: PlanLibrary, arrive: Callable[[bytes], str]) -> Callable[[bytes], Any]:
    """Let a mail arrive and return it as the mind knows it, None if no plan heard of it."""
    heard: list[Any] = []

    @plans.plan(on("mail"))
    def hear(event: Trigger) -> Any:
        heard.append(event.mail)
        yield from ()

    def reads(raw: bytes) -> Any:
        arrive(raw)
        return heard[-1] if heard else None

    return reads


def test_a_mail_is_read_and_heard_of(read: Callable[[bytes], Any]) -> None:
    mail = read(letter(MARIA, "What can you do?", vouched=MARIA))
    assert mail.authenticated.value == MARIA
    assert mail.reading.intent == "help"


def test_a_mail_from_the_own_address_a_list_or_a_machine_is_noted_and_not_heard_of(
    ada: Employee, read: Callable[[bytes], Any]
) -> None:
    for number, headers in enumerate(({"List_Id": "<all.office.example>"}, {"Auto_Submitted": "auto-replied"})):
        assert read(letter(MARIA, "Hello", message_id=f"<{number}@x>", vouched=MARIA, **headers)) is None
    assert read(letter(ADA, "An echo", message_id="<3@x>", vouched=ADA)) is None
    noted = [b.arguments[1] for b in ada.engine.state.beliefs.matching("noted")]
    assert sorted(noted) == ["auto-reply", "list", "own"]


@pytest.mark.parametrize("raw", [b"", b"\0\0\0", b"Subject: nobody\r\n\r\nHello", b"\xff\xfe" * 50], ids=repr)
def test_a_mail_that_cannot_be_read_is_set_aside_and_the_next_is_read(
    ada: Employee, read: Callable[[bytes], Any], raw: bytes
) -> None:
    assert read(raw) is None
    (state,) = ada.rows("percept", "state", kind="mail-arrived")
    assert state == "quarantined"
    assert read(letter(MARIA, "What can you do?", vouched=MARIA)).reading.intent == "help"


def test_the_mind_keeps_no_more_of_a_mail_than_fits_in_an_outcome(read: Callable[[bytes], Any]) -> None:
    many = ", ".join(f"person{number}.with.a.long.name@department.office.example" for number in range(300))
    mail = read(letter(MARIA, "ä" * 200_000, to=f"{ADA}, {many}", vouched=MARIA, Cc=many))
    assert (len(mail.text), len(mail.to), len(mail.cc)) == (LONGEST_TEXT, MOST_NAMED, MOST_NAMED)
    assert {"the text was cut", "the recipients or files were cut"} <= set(mail.defects)
    assert len(codec.dumps(mail)) < 64 * 1024


def test_an_attachment_is_kept_by_itself(ada: Employee, read: Callable[[bytes], Any]) -> None:
    pdf = b"%PDF" + bytes(range(256)) * 40
    (file,) = read(with_file(letter(MARIA, "The figures", vouched=MARIA), pdf)).attachments
    assert (file.name, file.media_type, file.size) == ("figures.pdf", "application/pdf", len(pdf))
    assert ada.place.blobs.read(file.sha256) == pdf


def with_file(raw: bytes, content: bytes) -> bytes:
    """Return the mail with a file in it."""
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(content, maintype="application", subtype="pdf", filename="figures.pdf")
    return message.as_bytes()


# events and conversations --------------------------------------------------------------------------------------------


@pytest.fixture
def raised(
    ada: Employee, plans: PlanLibrary, arrive: Callable[[bytes], str]
) -> Callable[[bytes], list[tuple[str, Any]]]:
    """Let a mail arrive and return the events that it raised."""
    found: list[tuple[str, Any]] = []

    def listen(kind: str) -> None:
        @plans.plan(on(kind), name=f"hear-{kind}")
        def hear(event: Trigger) -> Any:
            found.append((kind, event.mail))
            yield from ()

    for kind in ("mail", "mail-bounced", "mail-auto-reply", "invitation"):
        listen(kind)

    def raises(raw: bytes) -> list[tuple[str, Any]]:
        found.clear()
        arrive(raw)
        return list(found)

    return raises


BOUNCE = """From: MAILER-DAEMON@mx.example
To: ada@office.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.example>
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; carla@x.example
Action: {action}
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <sent-1@office.example>
References: <first@office.example> <second@x.example>
Subject: Budget

Hello
--b--
"""


def test_a_bounce_says_whom_it_did_not_reach_and_a_delay_raises_nothing(
    raised: Callable[[bytes], list[tuple[str, Any]]],
) -> None:
    ((kind, mail),) = raised(BOUNCE.format(action="failed").encode())
    assert (kind, mail.bounced, mail.about) == ("mail-bounced", ("carla@x.example",), "<sent-1@office.example>")
    assert mail.thread == "<first@office.example>", "the conversation of the mail that came back"
    assert raised(BOUNCE.format(action="delayed").replace("bounce-1", "delay-1").encode()) == []


def test_a_notice_of_absence_says_until_when(raised: Callable[[bytes], list[tuple[str, Any]]], ada: Employee) -> None:
    back = (ada.clock.now() + timedelta(days=9)).date()
    text = f"I am out of the office and will be back on {back:%-d %B %Y}."
    raw = letter(MARIA, text, subject="Automatic reply: Budget", vouched=MARIA, Auto_Submitted="auto-replied")
    ((kind, mail),) = raised(raw)
    assert kind == "mail-auto-reply"
    assert mail.away_until.date() == back


@pytest.mark.parametrize(
    ("subject", "sender", "same"),
    [
        ("Re: Supplier contract", MARIA, True),
        ("AW: Re: Supplier contract", MARIA, True),
        ("Supplier contract", MARIA, False),  # a new mail is a new matter
        ("Re: Supplier contract", "else@office.example", False),
        ("Re: Another contract", MARIA, False),
    ],
)
def test_an_answer_without_references_goes_on_with_its_conversation(
    read: Callable[[bytes], Any], subject: str, sender: str, same: bool
) -> None:
    first = read(letter(MARIA, "What can you do?", subject="Supplier contract", message_id="<one@x>", vouched=MARIA))
    second = read(letter(sender, "What can you do?", subject=subject, message_id="<two@x>", vouched=sender))
    assert second.thread == (first.thread if same else "<two@x>")


def test_hello_goes_on_with_nothing(read: Callable[[bytes], Any]) -> None:
    read(letter(MARIA, "What can you do?", subject="Hello", message_id="<one@x>", vouched=MARIA))
    again = read(letter(MARIA, "What can you do?", subject="Re: Hello", message_id="<two@x>", vouched=MARIA))
    assert again.thread == "<two@x>"


def test_a_conversation_is_forgotten_after_a_while_and_a_person_has_few(
    ada: Employee, read: Callable[[bytes], Any]
) -> None:
    for number in range(MOST_PER_PERSON + 5):
        read(letter(MARIA, "Hi", subject=f"Contract of supplier{number}x", message_id=f"<{number}@x>", vouched=MARIA))
    assert len(ada.engine.state.beliefs.matching("conversation", MARIA)) == MOST_PER_PERSON
    until = {b.valid_until for b in ada.engine.state.beliefs.matching("conversation")}
    assert all(u is not None and u <= ada.clock.now() + REMEMBERED for u in until)
