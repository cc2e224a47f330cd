"""Sentences that change a meeting which stands, and sentences that only look so."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading.changes import Which, changes
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail
from empla.mind.values import Address, Origin, Source

WORDS = Origin(Source.MANAGER, "m1", "text")
ANNA = Address("anna@office.example", WORDS)
SETTING = Setting(datetime(2026, 9, 7, 8, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin", WORDS)


def mail(*, reply: bool) -> Mail:
    return Mail(
        key="m1",
        message_id="<m1@x>",
        blob="",
        subject="",
        sender=ANNA,
        authenticated=ANNA,
        in_reply_to=("<q@x>",) if reply else (),
    )


def plain(value: Any) -> Any:
    """Return a slot's value as short as a table wants it: people by their words, times by theirs."""
    if isinstance(value, Window):
        return value.said
    if isinstance(value, tuple):
        return ", ".join(w.words if isinstance(w, Who) else str(w) for w in value)
    if isinstance(value, Which):
        return (plain(value.people), plain(value.window) if value.window else "", value.topic)
    return value


def read(sentence: str, *, reply: bool = True) -> dict[str, Any] | None:
    found = changes(sentence, SETTING, mail(reply=reply))
    return None if found is None else {name: plain(slot.value) for name, slot in found.slots.items()}


CHANGED: list[tuple[str, dict[str, Any]]] = [
    # how long
    ("make it an hour", {"minutes": 60}),
    ("Could you make it 45 minutes please", {"minutes": 45}),
    ("shorten it to 20 minutes", {"minutes": 20}),
    ("trim it down to 25 minutes", {"minutes": 25}),
    ("keep it to 30 minutes", {"minutes": 30}),
    ("Make that 90 minutes, please", {"minutes": 90}),
    ("extend the call with Ben to an hour and a half", {"people": "Ben", "minutes": 90}),
    ("make my 3pm with Ben an hour", {"people": "Ben", "window": "3pm", "minutes": 60}),
    ("Please cut tomorrow's review to half an hour", {"window": "tomorrow", "topic": "review", "minutes": 30}),
    ("it should only last 20 minutes", {"minutes": 20}),
    ("Our meeting should take 45 minutes", {"minutes": 45}),
    ("half an hour is enough for the review", {"topic": "review", "minutes": 30}),
    ("change it from 30 minutes to 45 minutes", {"minutes": 45}),
    ("make it 30 minutes instead of an hour", {"minutes": 30}),
    ("make it 15 minutes longer", {"longer": 15}),
    ("make it half an hour shorter", {"longer": -30}),
    ("extend it by half an hour", {"longer": 30}),
    ("add 15 minutes to it", {"longer": 15}),
    ("reduce tomorrow's call with Ben by 15 minutes", {"people": "Ben", "window": "tomorrow", "longer": -15}),
    ("make it an hour from now on", {"minutes": 60, "series": "all"}),
    # who
    ("add Ben", {"add": "Ben"}),
    ("please add ben@x.example", {"add": "ben@x.example"}),
    ("I'd like to add Carla", {"add": "Carla"}),
    ("Add Carla and Sam Young to the meeting with Ben tomorrow",
     {"people": "Ben", "window": "tomorrow", "add": "Carla, Sam Young"}),
    ("invite carla@x.example too", {"add": "carla@x.example"}),
    ("Invite Carla to my 3pm", {"window": "3pm", "add": "Carla"}),
    ("also invite Carla", {"add": "Carla"}),
    ("loop in Sam", {"add": "Sam"}),
    ("bring Sam in", {"add": "Sam"}),
    ("have Carla join us", {"add": "Carla"}),
    ("Carla should come too", {"add": "Carla"}),
    ("Could Carla join too?", {"add": "Carla"}),
    ("add Ben only this time", {"add": "Ben", "series": "one"}),
    ("take Sam off", {"remove": "Sam"}),
    ("take Sam off the meeting with Ben", {"people": "Ben", "remove": "Sam"}),
    ("without Ben", {"remove": "Ben"}),
    ("leave Sam out", {"remove": "Sam"}),
    ("uninvite Sam", {"remove": "Sam"}),
    ("drop Ben from the call", {"remove": "Ben"}),
    ("remove Sam from tomorrow's review", {"window": "tomorrow", "topic": "review", "remove": "Sam"}),
    ("Ben doesn't need to come", {"remove": "Ben"}),
    ("we don't need Sam", {"remove": "Sam"}),
    ("replace Ben with Carla", {"add": "Carla", "remove": "Ben"}),
    ("swap Ben for Carla", {"add": "Carla", "remove": "Ben"}),
    ("Carla instead of Ben", {"add": "Carla", "remove": "Ben"}),
    ("invite Carla instead of Ben", {"add": "Carla", "remove": "Ben"}),
    # what it is called, and where
    ("call it Budget review", {"title": "Budget review"}),
    ('rename it to "Q3 planning"', {"title": "Q3 planning"}),
    ("change the title to Roadmap", {"title": "Roadmap"}),
    ("rename the meeting with Ben to Kick-off", {"people": "Ben", "title": "Kick-off"}),
    ("the title should be Budget 2027", {"title": "Budget 2027"}),
    ("move it to room 4", {"place": "room 4"}),
    ("move the call with Ben to room 5", {"people": "Ben", "place": "room 5"}),
    ("have it in my office", {"place": "in my office"}),
    ("make it a video call", {"place": "a video call"}),
    ("change the place to the big meeting room", {"place": "the big meeting room"}),
    ("let's meet in my office instead", {"place": "in my office"}),
    ("the location is room 12", {"place": "room 12"}),
    # two at once, and back again
    ("make it an hour and add Ben", {"minutes": 60, "add": "Ben"}),
    ("make it an hour, add Ben and call it Budget", {"minutes": 60, "add": "Ben", "title": "Budget"}),
    ("undo that", {"undo": True}),
    ("put it back", {"undo": True}),
    ("move it back to where it was", {"undo": True}),
    ("put it back to the old time", {"undo": True}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "slots"), CHANGED, ids=[s for s, _ in CHANGED])
def test_what_a_sentence_changes(sentence: str, slots: dict[str, Any]) -> None:
    found = changes(sentence, SETTING, mail(reply=True))
    assert found is not None
    assert found.intent == "change"
    assert read(sentence) == slots
    assert not found.unread
    for slot in found.slots.values():
        assert slot.start < 0 or sentence[slot.start : slot.end].strip() == slot.words


NOBODY = ("", "", "")
SWAPPED = [
    ("swap the two", None, None),
    ("the two should swap places", None, None),
    ("swap the two meetings tomorrow", ("", "tomorrow", ""), ("", "tomorrow", "")),
    ("swap Ben and Carla tomorrow", ("Ben", "tomorrow", ""), ("Carla", "tomorrow", "")),
    ("let my 10 and my 2 change places", ("", "at 10", ""), ("", "at 2", "")),
    ("swap my 10 with my 2", ("", "at 10", ""), ("", "at 2", "")),
    ("Swap the meetings with Ben and Carla", ("Ben", "", ""), ("Carla", "", "")),
    ("switch my 3pm with Ben and the review", ("Ben", "3pm", ""), ("", "", "review")),
    ("swap it with the one with Carla", NOBODY, ("Carla", "", "")),
    ("swap the meeting with Ben with the one with Carla", ("Ben", "", ""), ("Carla", "", "")),
    ("Please let the review and my 3pm change places", ("", "", "review"), ("", "3pm", "")),
]


@pytest.mark.parametrize(("sentence", "first", "second"), SWAPPED, ids=[s for s, _, _ in SWAPPED])
def test_which_two_change_places(sentence: str, first: Any, second: Any) -> None:
    found = changes(sentence, SETTING, mail(reply=True))
    assert found is not None
    assert found.intent == "swap"
    assert read(sentence) == ({} if first is None else {"first": first, "second": second})


def test_a_length_that_is_not_said_is_asked_for() -> None:
    found = changes("make it longer", SETTING, mail(reply=True))
    assert found is not None
    assert [d.question for d in found.doubts] == ["How long shall it be?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "push it back half an hour",
        "start 15 minutes later",
        "move it to Thursday",
        "make it Thursday at 3",
        "swap my 3pm to Thursday",
        "put it back half an hour",
        "put it back to 3",
        "undo the meeting with Ben",
        "call it off",
        "cancel it",
        "don't add Ben",
        "Please don't invite Ben",
        "add a meeting with Ben",
        "add Ben to my calendar",
        "put Ben in the loop",
        "Invite Carla to lunch on Friday",
        "Make it an hour with Carla on Friday at 2",
        "take it off my calendar",
        "have a good day",
        "Can you come?",
    ],
)
def test_what_is_none_of_its_business(sentence: str) -> None:
    assert read(sentence) is None


@pytest.mark.parametrize("sentence", ["invite Ben", "without Ben", "Ben too", "Ben can join"])
def test_what_only_says_something_in_answer(sentence: str) -> None:
    assert read(sentence, reply=False) is None
    assert read(sentence) is not None
