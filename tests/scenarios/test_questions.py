"""Questions about the calendar, help, and what is not understood. Nothing is changed, so all share one morning."""

import pytest

from tests.scenarios.conftest import ZONE, Morning, at


@pytest.fixture(scope="module", autouse=True)
def _calendars(shared: Morning) -> None:
    shared.manager.put_event("a", "Dentist", at(3, 10), at(3, 11))
    shared.manager.put_event("b", "Supplier call", at(1, 10), at(1, 11))
    shared.people["Ben Stone"].put_event("c", "Secret project", at(1, 9), at(1, 12))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Am I free tomorrow at 3?", f"Yes, you are free on Tuesday, 8 September 2026, 15:00 to 15:30 ({ZONE})."),
        ("Am I free tomorrow at 10?", f"No, you are not free on Tuesday, 8 September 2026, 10:00 to 10:30 ({ZONE})."),
        (
            "Am I free on Thursday?",
            f"You are free on Thursday, 10 September 2026 from 09:00 to 10:00 and 11:00 to 17:00 ({ZONE}).",
        ),
        ("Is Ben free tomorrow?", f"Ben Stone is free on Tuesday, 8 September 2026 from 12:00 to 17:00 ({ZONE})."),
        (
            "Is Ben free tomorrow morning?",
            f"No, Ben Stone is not free within working hours on Tuesday, 8 September 2026, 08:00 to 12:00 ({ZONE}).",
        ),
        (
            "Do Ben and I have time on Tuesday afternoon?",
            f"You and Ben Stone are both free on Tuesday, 8 September 2026 from 12:00 to 17:00 ({ZONE}).",
        ),
        (
            "Are Ben and Carla free tomorrow at 10?",
            f"No, Ben Stone is not free on Tuesday, 8 September 2026, 10:00 to 10:30 ({ZONE}). Carla Ruiz is free.",
        ),
        ("Show me my calendar for Friday", f"You have nothing in your calendar on Friday, 11 September 2026 ({ZONE})."),
        ("Is Zoe free tomorrow?", "I find nobody called “Zoe” in the directory."),
    ],
)
def test_a_question_is_answered_in_one_sentence(shared: Morning, question: str, answer: str) -> None:
    assert shared.ask(question).new.splitlines()[0] == answer


def test_the_week_is_told_by_day(shared: Morning) -> None:
    text = shared.ask("What does my week look like?").new
    assert text.index("Tuesday, 8 September 2026:") < text.index("Supplier call") < text.index("Dentist")


def test_what_fills_a_colleagues_day_is_not_told(shared: Morning) -> None:
    text = shared.ask("What is Ben doing tomorrow?").new
    assert "12:00 to 17:00" in text
    assert "Secret" not in text


def test_what_else_stands_in_a_mail_is_named_as_not_done(shared: Morning) -> None:
    text = shared.ask("Am I free on Friday? If so please book an hour with Ben.").new
    assert text.startswith("Yes, you are free on Friday")
    assert "If so please book an hour with Ben." in text
    assert shared.meetings() == []


def test_what_is_not_understood_is_answered_with_sentences_that_are(shared: Morning) -> None:
    assert "I do not understand “asdf qwer zxcv”, so I have done nothing." in shared.ask("asdf qwer zxcv").text
    assert "Book half an hour with Bob" in shared.ask("help").text


def test_what_cannot_be_done_is_asked_back_and_another_request_goes_on(shared: Morning) -> None:
    declined = shared.ask("Can you order lunch for the team?")
    assert "That I cannot do" in declined.text
    assert declined.new.count("?") == 1
    assert "you are free" in shared.reply(declined, "Am I free on Friday?").text


def test_an_answer_without_a_question_is_not_guessed_at(shared: Morning) -> None:
    assert "I have changed nothing" in shared.ask("the second one").text


def test_another_language_is_told_so_once(shared: Morning) -> None:
    assert "only English" in shared.ask("Bitte buche eine halbe Stunde mit Ben am Dienstag Nachmittag.").text
    again = shared.manager.send(shared.assistant, "Termin", "Kannst du bitte den Termin mit Carla verschieben?")
    shared.settled()
    assert not any(m.answers(again) for m in shared.manager.inbox())
