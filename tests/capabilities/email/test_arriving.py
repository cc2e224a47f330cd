"""From a mail in the INBOX to what the mind knows of it: noticed once, read, or set aside with its bytes."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.capabilities.contract import Noticed
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
