"""Whose words a question means: those of who asks, of the employee, of everybody, or of somebody named."""

import pytest

from empla.memory.model import EpisodeKind
from tests.memory.asking.conftest import ANNA, BOB, CLARA, Remembered, day


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What did I tell you today about Acme?", "Acme has moved to Lyon"),
        ("What did I tell you today?", "Acme has moved to Lyon"),
        ("What did I write to Bob about the offer?", "we take the offer"),
        ("What did you tell Dana about the customers?", "ten biggest customers"),
        ("What did we tell Dana about the customers?", "ten biggest customers"),
        ("What did Bob tell us about his phone number?", "030 2222"),
        ("What did Bob write to Anna about the training?", "4 000 euros"),
    ],
)
def test_whose_words_are_meant_is_understood(spring: Remembered, question: str, answer: str) -> None:
    spring.mail(day(6, 16, 8), ANNA, CLARA, "Acme", "By the way, Acme has moved to Lyon.")
    spring.mail(day(6, 1, 8), ANNA, BOB, "Re: Offer", "Thank you, we take the offer for the training.")
    found = spring.ask(question)
    assert found.known
    assert all(answer in one.text for one in found.said)


HOTELS = (
    "Hotels are booked through the portal only. The limit is 140 euros a night in Berlin and 180 euros a night in "
    "Munich."
)
FLIGHTS = "Flights are booked by Dana two weeks ahead."


def test_a_sum_of_money_says_how_much_something_costs(spring: Remembered) -> None:
    for number, text in enumerate((HOTELS, FLIGHTS)):
        spring.mail(day(6, 3 + number), ANNA, CLARA, "Travel", text, kind=EpisodeKind.PASSAGE)
    found = spring.ask("How much may a hotel cost in Munich?")
    assert found.known
    assert "180 euros a night in Munich" in found.said[0].text


@pytest.mark.parametrize("question", ["How much may a hotel cost in Oslo?", "How much may a flight to Munich cost?"])
def test_a_sum_for_something_else_is_no_answer(spring: Remembered, question: str) -> None:
    for number, text in enumerate((HOTELS, FLIGHTS)):
        spring.mail(day(6, 3 + number), ANNA, CLARA, "Travel", text, kind=EpisodeKind.PASSAGE)
    assert not spring.ask(question).known


def test_between_knowing_and_not_knowing_it_is_not_sure(spring: Remembered) -> None:
    one = spring.mail(day(6, 3), ANNA, CLARA, "Travel", HOTELS, kind=EpisodeKind.PASSAGE)
    found = spring.ask("Which breakfast has the hotel in Munich?")
    assert not found.known
    assert found.said[0].text.startswith("I am not sure, but “Hotels are booked through the portal only.")
    assert found.cites == (one,)
