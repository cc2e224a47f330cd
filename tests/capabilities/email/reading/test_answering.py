"""Answers to an invitation that waits, in people's words."""

import pytest

from empla.capabilities.email.reading import read
from empla.capabilities.email.reading.answering import respond
from tests.capabilities.email.reading.test_standing import ANNA, NOW, SETTING, ZONE, mail


@pytest.mark.parametrize(
    ("text", "answer", "whom", "topic"),
    [
        ("Accept the invitation from Carla", "ACCEPTED", ["Carla"], ""),
        ("Please decline Ben's invitation.", "DECLINED", ["Ben"], ""),
        ("Say yes to the invitation from carla@office.example", "ACCEPTED", ["carla@office.example"], ""),
        ("Tentatively accept the meeting request from Ben Stone", "TENTATIVE", ["Ben Stone"], ""),
        ("Turn down the invitation to the quarterly review", "DECLINED", [], "quarterly review"),
        ("accept the budget invitation", "ACCEPTED", [], "budget"),
        ("decline this invite please", "DECLINED", [], ""),
    ],
)
def test_which_invitation_and_what_answer(text: str, answer: str, whom: list[str], topic: str) -> None:
    reading = read(mail(text), NOW, ZONE, ANNA.value)
    assert reading.intent == "respond"
    assert reading.value("answer") == answer
    assert [w.words for w in reading.value("people") or ()] == whom
    assert (reading.value("topic") or "") == topic
    assert reading.unread == ()


def test_a_day_tells_which_one() -> None:
    found = respond("Accept the invitation for Thursday", SETTING, mail("Accept the invitation for Thursday"))
    assert found is not None
    assert [d.day for d in found.slots["window"].value.days()] == [10]


@pytest.mark.parametrize("text", ["Accept invitations from Carla", "Accept", "I got the invitation from Carla"])
def test_other_sentences_answer_none(text: str) -> None:
    assert respond(text, SETTING, mail(text)) is None
