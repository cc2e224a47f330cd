"""Fault 14: machines that answer machines. Asked: no answer to automatic mail; at most ten in a thread, then a human.

What is marked as automatic is in `tests/scenarios/test_manners.py`; two real assistants bridged over hundreds of rounds
are `make bench-loop`. Here the other side hides that it is a machine, and answers everything at once, for ever.
"""

from email.message import EmailMessage

import pytest

from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk

ROUNDS = 60
IN_THREAD = 10


def answered(desk: Desk, mails: list[EmailMessage], sender: str, text: str, number: int, **headers: str) -> bytes:
    """Return an answer of the other side to the last mail that it got, in its thread."""
    last = [m for m in mails if sender in str(m["To"])][-1]
    thread = f"{last['References'] or ''} {last['Message-ID']}".strip()
    return letter(
        sender,
        text,
        subject=f"Re: {last['Subject']}",
        message_id=f"<loop-{number}@{sender.partition('@')[2]}>",
        date=desk.ada.clock.now(),
        vouched=sender if sender.endswith("office.example") else "",
        In_Reply_To=str(last["Message-ID"]),
        References=thread,
        **headers,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Thursday does not suit me, but Friday at 11 would.",
        "Could you tell me more about it?",
        "Thank you for your mail. I will get back to you.",
    ],
)
def test_a_colleagues_machine_that_answers_everything_is_left_and_the_manager_told(desk: Desk, text: str) -> None:
    desk.write("Please book half an hour with Ben on Thursday at 3pm.")
    to_ben = to_maria = 0
    mails = desk.ada.mailbox.taken
    for number in range(ROUNDS):
        sent = desk.arrives(answered(desk, mails, BEN, text, number))
        to_ben += sum(BEN in str(m["To"]) for m in sent)
        to_maria += sum(MARIA in str(m["To"]) for m in sent)
    assert to_ben <= IN_THREAD
    assert to_maria <= IN_THREAD, "and the manager is not flooded in its place"


@pytest.mark.parametrize(
    "marks",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}, {"X_Autoreply": "yes"}, {"List_Id": "<a.b>"}],
)
def test_nothing_is_answered_that_says_it_is_automatic(desk: Desk, marks: dict[str, str]) -> None:
    desk.write("Please book half an hour with Ben on Thursday at 3pm.")
    mails = desk.ada.mailbox.taken
    for number in range(5):
        raw = answered(desk, mails, BEN, "I am away until Monday.", number, **marks)
        assert [m for m in desk.arrives(raw) if BEN in str(m["To"])] == []


def test_a_bounce_of_a_bounce_and_its_own_address_get_nothing(desk: Desk) -> None:
    desk.write("What can you do?")
    for number, sender in enumerate(("MAILER-DAEMON@elsewhere.example", "ada@office.example", "<>")):
        raw = letter(sender, "Please book an hour with Carla.", message_id=f"<b{number}@x>", Return_Path="<>")
        assert [m for m in desk.arrives(raw) if MARIA not in str(m["To"])] == []
