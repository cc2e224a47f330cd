"""Several requests in one mail: each is done, and answered once."""

import pytest

from runtime.client import Letter
from tests.scenarios.conftest import Morning, at, times


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def answers(morning: Morning, message_id: str, count: int) -> list[Letter]:
    """Wait until a mail has so many answers, see that no more come, and return them."""

    def found() -> list[Letter]:
        return [m for m in morning.manager.inbox() if m.sender == morning.assistant and m.answers(message_id)]

    morning.until(lambda: len(found()) >= count)
    morning.settled()
    assert len(found()) == count
    return found()


def test_three_requests_are_each_done_and_answered_once(morning: Morning) -> None:
    morning.ask("Book half an hour with Carla on Friday at 10")
    sent = morning.manager.send(
        morning.assistant,
        "A few things",
        "Hi Ada,\n\nthree things, please:\n\n1. Book half an hour with Ben tomorrow at 2pm.\n"
        "2. Cancel the meeting with Carla on Friday.\n3. What do I have on Thursday?\n\nThanks,\nAnna",
    )
    texts = {letter.new.split("\n")[0]: letter.new for letter in answers(morning, sent, 3)}
    booked = texts["On “Book half an hour with Ben tomorrow at 2pm”:"]
    assert "Done. Half an hour with Ben Stone: Tuesday, 8 September 2026, 14:00 to 14:30" in booked
    assert "Done. I have called off" in texts["On “Cancel the meeting with Carla on Friday”:"]
    assert "nothing in your calendar on Thursday" in texts["On “What do I have on Thursday?”:"]
    (event,) = morning.meetings()
    assert times(event) == (at(1, 14), at(1, 14, 30))


def test_requests_survive_that_the_assistant_is_stopped_between_them(morning: Morning) -> None:
    morning.end()
    sent = morning.manager.send(
        morning.assistant, "Two", "Book Ben at 2pm and Carla at 3pm tomorrow. Am I free on Friday?"
    )
    morning.begin(2)
    morning.until(lambda: len(morning.meetings()) >= 1)
    morning.end()  # in the midst of it: what is recorded is replayed, what is not done is done
    morning.begin(3)
    said = answers(morning, sent, 3)
    assert sum("Done." in letter.new for letter in said) == 2
    assert sorted(times(e)[0] for e in morning.meetings()) == [at(1, 14), at(1, 15)]


def test_a_question_about_one_says_which_and_leaves_the_other_alone(morning: Morning) -> None:
    sent = morning.manager.send(
        morning.assistant,
        "Two things",
        "Book an hour with Sam tomorrow at 10. Also book half an hour with Ben on Friday at 9.",
    )
    question, done = sorted(answers(morning, sent, 2), key=lambda m: "Done." in m.new)
    assert question.new.startswith("On “Book an hour with Sam tomorrow at 10”:")
    assert "Sam Young" in question.new
    assert "Sam Ortega" in question.new
    assert "Ben Stone" in done.new
    assert "Done." in morning.reply(question, "Sam Young").new
    assert sorted(times(e)[0] for e in morning.meetings()) == [at(1, 10), at(4, 9)]


def test_an_answer_may_ask_for_something_else_besides(morning: Morning) -> None:
    offered = morning.ask("I need to talk to Ben for half an hour.")
    sent = morning.manager.reply(offered, "The first one. And book half an hour with Carla on Friday at 4pm.")
    morning.until(lambda: len(morning.meetings()) == 2)
    assert sum("Done." in letter.new for letter in answers(morning, sent, 2)) == 2


def test_what_belongs_to_one_matter_is_answered_together(morning: Morning) -> None:
    answer = morning.ask("Book half an hour with Ben tomorrow at 2pm. Put it in room 4. And invite Carla too.")
    assert answer.new.startswith("Done. Half an hour with Ben Stone and Carla Ruiz")
