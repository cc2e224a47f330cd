"""What the assistant says it can do is what it does."""

import pytest

from employees.executive_assistant.introducing import ERRANDS
from tests.employees.executive_assistant.conftest import Desk, said
from tests.employees.executive_assistant.reading import understood


@pytest.mark.parametrize(
    ("sentence", "intent"), zip(ERRANDS, ("errand", "remind", "chase", "sequence", "status"), strict=True)
)
def test_every_example_is_understood(sentence: str, intent: str) -> None:
    reading = understood(sentence).reading
    assert reading is not None
    assert (reading.intent, reading.unread) == (intent, ())


def test_help_names_them(desk: Desk) -> None:
    text = said(desk.answer("What can you do?"))
    assert all(sentence in text for sentence in ERRANDS)
