"""What somebody says who was asked whether something may be done."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.reading.verdicts import verdicts
from empla.mind.readings import Mail
from empla.mind.values import Address, Origin, Source

WORDS = Origin(Source.MANAGER, "m1", "text")
ANNA = Address("anna@office.example", WORDS)
SETTING = Setting(datetime(2026, 9, 7, 8, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin", WORDS)


def mail(*, reply: bool = True) -> Mail:
    answers = ("<q@x>",) if reply else ()
    return Mail(key="m", message_id="<m@x>", blob="", subject="", sender=ANNA, authenticated=ANNA, in_reply_to=answers)


def plain(value: Any) -> Any:
    return value.said if isinstance(value, Window) else value


@pytest.mark.parametrize(
    ("sentence", "slots"),
    [
        ("yes, but 30 minutes", {"minutes": 30}),
        ("yes, next month", {"window": "next month"}),
        ("Yes, but next month please", {"window": "next month"}),
        ("only by phone", {"place": "by phone"}),
        ("Yes, but only by phone.", {"place": "by phone"}),
        ("Yes but only 20 minutes and by phone", {"minutes": 20, "place": "by phone"}),
        ("Yes, but only half an hour next week", {"minutes": 30, "window": "next week"}),
        ("offer him Tuesday afternoon", {"window": "Tuesday afternoon"}),
        ("Sure, offer her Thursday", {"window": "Thursday"}),
        ("You may offer them half an hour", {"minutes": 30}),
        ("Yes, Tuesday or Wednesday", {"window": "Tuesday or Wednesday"}),
        ("Yes please, Tuesday afternoon only", {"window": "Tuesday afternoon"}),
        ("Fine, but not on Monday", {"window": "not on Monday"}),
        ("OK but make it half an hour", {"minutes": 30}),
        ("Only mornings", {"window": "mornings"}),
        ("at most 20 minutes", {"minutes": 20}),
    ],
)
def test_a_yes_with_a_condition(sentence: str, slots: dict[str, Any]) -> None:
    found = verdicts(sentence, SETTING, mail())
    assert found is not None
    assert found.intent == "answer"
    assert {name: plain(slot.value) for name, slot in found.slots.items()} == {**slots, "yes": True}
    for slot in found.slots.values():
        assert slot.start < 0 or sentence[slot.start : slot.end].strip() == slot.words


@pytest.mark.parametrize(
    "sentence",
    [
        "No, I have no time",
        "not interested",
        "I'm not interested in that",
        "Tell her no",
        "Say no politely",
        "Decline politely",
        "please turn him down",
        "No - not now",
        "decline it",
    ],
)
def test_a_no_in_more_words(sentence: str) -> None:
    found = verdicts(sentence, SETTING, mail())
    assert found is not None
    assert found.intent == "no"


@pytest.mark.parametrize(
    ("sentence", "back"),
    [
        ("ask what it is about", "what it is about"),
        ("Ask him what it's about", "what it's about"),
        ("please ask her first what she wants", "what she wants"),
        ("Ask them for an agenda", "for an agenda"),
        ("ask why", "why"),
    ],
)
def test_a_question_back(sentence: str, back: str) -> None:
    found = verdicts(sentence, SETTING, mail())
    assert found is not None
    assert (found.intent, found.slots["back"].value) == ("answer", back)


@pytest.mark.parametrize(
    "sentence",
    [
        "No, Tuesday",
        "No, with Ben",
        "yes",
        "Yes, and book Ben too",
        "Ask Ben for the list",
        "offer him a job",
        "Only Ben",
        "Book an hour with Ben",
        "Yes, but ask Carla first",
    ],
)
def test_what_is_something_else(sentence: str) -> None:
    assert verdicts(sentence, SETTING, mail()) is None


def test_it_says_nothing_where_nothing_was_asked() -> None:
    assert verdicts("only by phone", SETTING, mail(reply=False)) is None
