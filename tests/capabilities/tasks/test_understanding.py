"""What a task's words ask for: pure, word by word."""

from datetime import UTC, datetime

import pytest

from empla.capabilities.email.reading import read
from empla.capabilities.tasks.understanding import (
    chosen,
    kind_of,
    options,
    reaches_others,
    recalled,
    remembered,
    telling,
)
from empla.mind.readings import Mail, Reading
from empla.mind.tasks import TaskKind
from empla.mind.values import Source

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def reading(text: str) -> Reading:
    mail = Mail(key="task", message_id="", blob="", subject="", sender=None, authenticated=None, text=text)
    return read(mail, NOW, "UTC", "", source=Source.POLICY)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Remember that the supplier is ACME", TaskKind.MEMORY),
        ("please note: the key is under the mat", TaskKind.MEMORY),
        ("What do you know about ACME?", TaskKind.MEMORY),
        ("Decide between red or blue", TaskKind.DECISION),
        ("Shall we move to the new office?", TaskKind.DECISION),
        ("Research the market for desk lamps", TaskKind.RESEARCH),
        ("Find out who makes these lamps", TaskKind.RESEARCH),
        ("Arrange 30 minutes with Bob next week", TaskKind.COORDINATION),
        ("Move my meeting with Bob to Wednesday at 10.", TaskKind.COORDINATION),
        ("Ask Bob for the supplier list by Friday", TaskKind.ACTION),
        ("Remind me on Friday to call the bank", TaskKind.ACTION),
        ("Polish the silver", TaskKind.ACTION),
    ],
)
def test_the_kind_is_told_from_the_words(text: str, kind: TaskKind) -> None:
    assert kind_of(text, reading(text)) is kind


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Arrange 30 minutes with Bob next week", True),
        ("Ask Bob for the supplier list by Friday", True),
        ("Remind Bob on Friday to call the bank", True),
        ("Remind me on Friday to call the bank", False),
        ("What is on my calendar tomorrow?", False),
        ("Polish the silver", False),
    ],
)
def test_what_reaches_others_is_known(text: str, others: bool) -> None:
    assert reaches_others(reading(text)) is others


def test_what_is_to_be_remembered_and_recalled_is_taken_from_the_words() -> None:
    assert remembered("Please remember that our supplier is ACME.") == "our supplier is ACME."
    assert remembered("Book Bob for Tuesday") == ""
    assert recalled("what do you know of the supplier?") == "the supplier"
    assert recalled("What have you noted?") == ""
    assert recalled("Book Bob for Tuesday") is None
    assert telling("the suppliers of ACME") == {"supplier", "acme"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Decide between red or blue", ("red", "blue")),
        ("Choose a colour: red, green or blue", ("red", "green", "blue")),
        ("Decide whether we take the offer", ()),
        ("Shall we move to the new office?", ()),
    ],
)
def test_options_are_found(text: str, found: tuple[str, ...]) -> None:
    assert options(text) == found


@pytest.mark.parametrize(
    ("said", "ordinals", "yes", "decision"),
    [
        ("2", (), False, "blue"),
        ("The second one", (2,), False, "blue"),
        ("the last one", (-1,), False, "green"),
        ("Red, please", (), False, "red"),
        ("Neither, take black", (), False, "Neither, take black"),
        ("the tenth", (10,), False, "the tenth"),
    ],
)
def test_an_answer_decides(said: str, ordinals: tuple[int, ...], yes: bool, decision: str) -> None:
    assert chosen(said, ordinals, ("red", "blue", "green"), yes=yes, no=False) == decision


def test_without_options_yes_and_no_decide() -> None:
    assert chosen("Yes, let us", (), (), yes=True, no=False) == "yes"
    assert chosen("Not now", (), (), yes=False, no=True) == "no"
    assert chosen("Ask Carla", (), (), yes=False, no=False) == "Ask Carla"
