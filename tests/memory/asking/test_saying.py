"""Whose words a question means: those of who asks, of the employee, of everybody, or of somebody named."""

import pytest

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
