"""How the brief and the notes before meetings are spoken of."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading.briefs import briefs
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.times.model import Hours
from empla.mind.values import OWN
from tests.capabilities.email.reading.corpora import make_mail

SETTING = Setting(datetime(2026, 9, 7, 8, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin", OWN)


def hour(hours: int, minutes: int = 0) -> dict[str, Any]:
    return {"at": Hours(since=time(hours, minutes), until=time(hours, minutes)), "start": True}


SAID: list[tuple[str, dict[str, Any]]] = [
    ("send me the brief at 7:30", hour(7, 30)),
    ("send me my morning brief at 8 every day", hour(8)),
    ("I'd like the brief at half past seven from now on", hour(7, 30)),
    ("move the brief to 9", hour(9)),
    ("brief me at 7", hour(7)),
    ("start sending me the morning briefing at 6:45", hour(6, 45)),
    ("make the brief 8am", hour(8)),
    ("the morning brief should come at 7", hour(7)),
    ("send me the brief at 6pm", hour(18)),
    ("brief me", {"now": True}),
    ("brief me on my day", {"now": True}),
    ("send me the brief now", {"now": True}),
    ("where is my brief", {"now": True}),
    ("could i get today's brief", {"now": True}),
    ("stop the morning brief", {"stop": True}),
    ("don't send me the daily summary any more", {"stop": True}),
    ("start the brief again", {"start": True}),
    ("no brief on Fridays", {"not_on": (4,)}),
    ("I don't want the brief on Mondays and Fridays", {"not_on": (0, 4)}),
    ("send me the brief only on Mondays", {"start": True, "days": (0,)}),
    ("don't prepare me for meetings", {"preparation": True, "stop": True}),
    ("no more preparation notes", {"preparation": True, "stop": True}),
    ("prepare me for my meetings again", {"preparation": True, "start": True}),
    ("prepare me two hours before each meeting", {"preparation": True, "start": True, "lead": 120}),
]

NOT_SAID = (
    "cancel the briefing tomorrow",
    "book a brief meeting with Ben",
    "stop the meeting",
    "give me a brief update on the supplier list",
    "can I have the brief an hour earlier",
    "prepare the slides before the meeting",
    "have a brief word with Carla at 3",
)


@pytest.mark.parametrize(("words", "slots"), SAID)
def test_what_is_wanted_of_the_brief_is_read(words: str, slots: dict[str, Any]) -> None:
    found = briefs(words, SETTING, make_mail(words))
    assert found is not None
    assert {name: slot.value for name, slot in found.slots.items()} == slots


@pytest.mark.parametrize("words", NOT_SAID)
def test_what_is_something_else_is_left_to_others(words: str) -> None:
    assert briefs(words, SETTING, make_mail(words)) is None
