"""Questions about the assistant's own work: honest answers, from promises, meetings and the outbox."""

from datetime import timedelta

from empla.capabilities.email.mailbox import Evidence
from empla.testing.mailbox import Server
from tests.employees.executive_assistant.conftest import Desk, said
from tests.employees.executive_assistant.test_errands import answered, asked


def told(desk: Desk, question: str) -> str:
    return " ".join(said(desk.answer(question)).split())


def test_nothing_is_open_on_the_first_day(desk: Desk) -> None:
    assert "Nothing is open" in told(desk, "What are you working on?")
    assert "No promise is open" in told(desk, "What have you promised?")
    assert "I have done nothing today" in told(desk, "What have you done today?")


def test_what_became_of_an_errand(desk: Desk) -> None:
    question, _ = asked(desk)
    text = told(desk, "What happened with the supplier list?")
    assert "I asked Ben Stone for the supplier list on Monday, 23 November 2026, 08:00" in text
    assert "There is no answer yet." in text
    answered(desk, question, "Here it is.", files={"list.pdf": b"x"})
    assert "It came and was passed on." in told(desk, "What happened with the supplier list?")
    assert "It came and was passed on." in told(desk, "Any news from Ben?")


def test_what_is_promised_by_whom(desk: Desk) -> None:
    asked(desk)
    desk.answer("Remind me on Friday to call the bank")
    text = told(desk, "What have you promised?")
    assert "get the supplier list from Ben Stone, due Tuesday, 24 November 2026, 10:00" in text
    assert "remind you: call the bank, due Friday, 27 November 2026, 09:00" in text
    assert "I am waiting for: - Ben Stone: the supplier list" in text


def test_did_you_book_it(desk: Desk) -> None:
    assert "I know of nothing about" in told(desk, "Did you book the meeting with Carla?")
    desk.write("Book half an hour with Carla on Friday at 10")
    text = told(desk, "Did you book the meeting with Carla?")
    assert "is booked: Friday, 27 November 2026, 10:00 to 10:30 (UTC). Carla Ruiz has not answered yet." in text
    assert "Carla Ruiz: “Maria Mitchell and Carla Ruiz”" in told(desk, "What is still open?")


def test_what_was_done_today(desk: Desk) -> None:
    asked(desk)
    desk.write("Book half an hour with Carla on Friday at 10")
    text = told(desk, "What have you done today?")
    assert "wrote to Ben Stone: “Supplier list, for Maria Mitchell” (sent)" in text
    assert "invited Carla Ruiz" in text
    desk.goes_on(timedelta(days=1))
    assert "Supplier list" in told(desk, "What did you do yesterday?")


def test_what_is_not_known_is_said(desk: Desk) -> None:
    desk.ada.mailbox.evidence, desk.ada.mailbox.settle_s = Evidence.NONE, 30
    desk.ada.mailbox.script = [Server.LOSES]
    desk.write("Get me the supplier list from Ben by Friday 16:00.")
    desk.goes_on(timedelta(minutes=5))
    text = told(desk, "What is still open?")
    assert "I do not know whether it arrived" in text


def test_a_question_that_waits_for_the_manager_is_named(desk: Desk) -> None:
    desk.answer("Get me the quarterly report")
    assert "I wait for an answer of yours: - my mail “Re: A request”, since Monday" in told(desk, "What is still open?")
