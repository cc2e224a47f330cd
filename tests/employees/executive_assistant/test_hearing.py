"""What counts as one mail, and who is heard."""

from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk, said

SERIES = "Book half an hour with Ben every Monday at 10"


def test_a_mail_that_is_delivered_twice_is_answered_once(desk: Desk) -> None:
    raw = letter(f"Maria Mitchell <{MARIA}>", "Am I free tomorrow?", vouched=MARIA, date=desk.ada.clock.now())
    assert len(desk.arrives(raw)) == 1
    assert desk.arrives(raw) == []


def test_the_same_words_in_another_mail_are_another_mail(desk: Desk) -> None:
    first = desk.answer("Am I free tomorrow?")
    again = desk.answer("Am I free tomorrow?")
    assert said(first) == said(again)
    assert first["In-Reply-To"] != again["In-Reply-To"]


def test_only_the_manager_can_answer_a_question(desk: Desk) -> None:
    question = desk.answer(SERIES)
    raw = letter(
        f"Ben Stone <{BEN}>", "Yes", vouched=BEN, message_id="<ben@x.example>", In_Reply_To=str(question["Message-ID"])
    )
    (told,) = desk.arrives(raw)
    assert told["To"] == MARIA
    assert f"{BEN} has written to me" in said(told)
    assert desk.meetings() == []
    assert said(desk.answer("Yes", question)).startswith("Done.")
