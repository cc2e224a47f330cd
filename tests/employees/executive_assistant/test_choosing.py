"""What an answer chooses among options, and what it changes about a wish."""

from datetime import timedelta

import pytest

from empla.capabilities.calendar.results import SlotOption
from empla.mind.plans import Trigger
from empla.mind.values import OWN, Instant
from employees.executive_assistant.proposing import pick
from employees.executive_assistant.talking import is_another
from employees.executive_assistant.wishes import amended, first_wish, is_another_wish, lets_go
from tests.employees.executive_assistant.reading import MONDAY, ZONE, understood


def option(day: int, hour: int, minutes: int = 60) -> SlotOption:
    start = MONDAY.replace(hour=hour) + timedelta(days=day)
    return SlotOption(start=Instant(start, ZONE, OWN), end=Instant(start + timedelta(minutes=minutes), ZONE, OWN))


OPTIONS = (option(1, 11), option(3, 11), option(4, 9))
"""Tuesday and Thursday at eleven, Friday at nine."""


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("The second one works.", 2),
        ("option 3", 3),
        ("2", 2),
        ("the last", 3),
        ("The first, please.", 1),
        ("either the first or the third", 1),
        ("Thursday works", 2),
        ("Friday at 9", 3),
        ("any", 1),
        ("none of these", None),
        ("option 5", None),
        ("yes", None),
        ("Thursday or Friday", None),
        ("Wednesday", None),
        ("hm", None),
    ],
)
def test_an_answer_picks_one_option_or_none(said: str, number: int | None) -> None:
    picked = pick(understood(said, replying=True), OPTIONS)
    assert picked is (OPTIONS[number - 1] if number else None)


def test_a_plain_yes_takes_the_only_option_or_the_wished_time() -> None:
    yes = understood("Yes, please", replying=True)
    assert pick(yes, OPTIONS[:1]) is OPTIONS[0]
    overtime = option(3, 19)
    assert pick(yes, OPTIONS, overtime) is overtime
    assert pick(understood("the second", replying=True), OPTIONS, overtime) is OPTIONS[1]


def wish(text: str):
    return first_wish(Trigger({"mail": understood(text)}))


@pytest.mark.parametrize(
    ("answer", "another"),
    [
        ("Book half an hour with Ben tomorrow at 2pm", True),
        ("Book it with Carla on Thursday", False),
        ("With Ben instead", False),
        ("Thursday afternoon", False),
        ("the second one", False),
    ],
)
def test_a_meeting_with_others_at_a_time_of_its_own_is_another_wish(answer: str, another: bool) -> None:
    assert (
        is_another_wish(wish("Set up an hour with Carla on Wednesday."), understood(answer, replying=True)) is another
    )


@pytest.mark.parametrize(
    ("answer", "another"),
    [("Cancel it", False), ("Cancel the meeting with Ben", True), ("Book me a flight to Rome", True), ("yes", False)],
)
def test_a_request_of_its_own_is_told_from_an_answer(answer: str, another: bool) -> None:
    assert is_another(understood(answer, replying=True)) is another


@pytest.mark.parametrize("answer", ["no, forget it", "cancel it", "never mind"])
def test_letting_go(answer: str) -> None:
    assert lets_go(understood(answer, replying=True))


def test_an_answer_adds_and_changes_but_loses_nothing() -> None:
    first = wish("Set up an hour with Carla on Wednesday about the budget in room 4.")
    after = amended(first, understood("With Ben too, at 3, 45 minutes", replying=True))
    assert [w.words for w in after.whom] == ["Carla", "Ben"]
    assert (after.minutes, after.topic, after.place) == (45, "the budget", "in room 4")
    assert after.window is not None
    assert after.window.exact
    assert after.window.days() == first.window.days()
