"""Questions to memory and corrections of it, at a desk in memory."""

from empla.engine.memory import OwnMemory
from empla.memory.capability import NO_MEMORY
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, MARIA, Desk, said
from tests.employees.executive_assistant.test_errands import answered, asked


def told(desk: Desk, words: str) -> str:
    return " ".join(said(desk.answer(words)).split())


def test_what_i_have_told_is_told_back_as_my_words_and_no_more(desk: Desk) -> None:
    told(desk, "Please remember that the key to the archive hangs at reception of Acme.")
    text = told(desk, "What did I tell you today about Acme?")
    assert "the key to the archive hangs at reception of Acme" in text
    assert "needs an answer" not in text
    assert "What did I tell you" not in text


def test_what_somebody_said_is_work_in_hand_or_else_remembered(desk: Desk) -> None:
    question, _ = asked(desk)
    assert "I asked Ben Stone for the supplier list" in told(desk, "What did Ben say about the supplier list?")
    answered(desk, question, "Here it is.", files={"list.pdf": b"x"})
    raw = letter(
        f"Ben Stone <{BEN}>",
        "Hello Ada, the roof of the warehouse is mended.",
        subject="Warehouse",
        message_id="<ben-roof@office.example>",
        vouched=BEN,
        Cc=MARIA,
        date=desk.ada.clock.now(),
    )
    desk.arrives(raw)
    assert "“Hello Ada, the roof of the warehouse is mended.”" in told(desk, "What did Ben say about the warehouse?")
    assert "I know of nothing about" in told(desk, "What did Ben say about the cellar?")


def test_where_no_memory_is_a_question_is_answered_honestly(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(OwnMemory, "is_there", property(lambda _self: False))
    text = told(desk, "What do you know about Acme?")
    assert NO_MEMORY in text
