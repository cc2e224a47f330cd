"""What is asked of memory, or to be remembered, and what only sounds like it; and between which instants."""

from datetime import UTC, datetime

import pytest

from empla.capabilities.email.reading import read
from empla.capabilities.email.reading.times.bounds import bounds
from empla.mind.readings import Mail

NOW = datetime(2027, 6, 16, 8, tzinfo=UTC)
ZONE = "Europe/Berlin"


def intent(text: str) -> str:
    mail = Mail(key="k", message_id="<1@x>", blob="", subject="", sender=None, authenticated=None, text=text)
    return read(mail, NOW, ZONE, "anna@office.example").intent


@pytest.mark.parametrize(
    "text",
    [
        "What do you know about ACME?",
        "Hi Clara,\n\nwhen did we last speak to Bob?\n\nThanks\nAnna",
        "Who knows about Kubernetes?",
        "What did we discuss with Carla last month?",
        "Last time the pipeline was low, what did we do?",
        "What is Bob's phone number?",
        "Who does Bob Meier report to?",
        "Who are Bob Meier's colleagues?",
        "Who are the colleagues of Bob Meier?",
        "How do we know Acme?",
        "When is Acme's renewal?",
        "What did I tell you today about Acme?",
        "What did I ask you yesterday?",
        "What did we write to Bob Stone last week about the offer?",
        "What did you tell Bob about the offer?",
        "What have I told you about Acme?",
    ],
)
def test_a_question_to_memory_is_one(text: str) -> None:
    assert intent(text) == "ask"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("What do I have on Friday?", "agenda"),
        ("What happened with the supplier list?", "status"),
        ("What did Bob say?", "status"),
        ("What did Bob Stone tell you about the offer last week?", "status"),
        ("What did I tell you not to book again?", "rules"),
        ("What did you do today?", "status"),
        ("Remind me to call Bob on Friday.", "remind"),
        ("Remember that I never meet on Fridays.", "rule"),
        ("Book half an hour with Bob tomorrow. Please remember that he is in Tokyo.", "schedule"),
    ],
)
def test_what_others_see_to_stays_theirs(text: str, other: str) -> None:
    assert intent(text) == other


@pytest.mark.parametrize(
    "text",
    ["Please remember that Bob's number is 030 1.", "Remember: the door code is 4711", "Keep in mind that Eve moved."],
)
def test_what_is_to_be_remembered_is_told(text: str) -> None:
    assert intent(text) == "remember"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What did I discuss with Bob last month?", "2027-04-30T22:00", "2027-05-31T22:00"),
        ("since March", "2027-02-28T23:00", ""),
        ("before 2 May 2027", "", "2027-05-01T22:00"),
        ("between March and May", "2027-02-28T23:00", "2027-05-31T22:00"),
        ("in the last three weeks", "2027-05-25T22:00", "2027-06-16T22:00"),
        ("in August", "2026-07-31T22:00", "2026-08-31T22:00"),
        ("on Tuesday", "2027-06-14T22:00", "2027-06-15T22:00"),
        ("in the first quarter of 2026", "2025-12-31T23:00", "2026-03-31T22:00"),
    ],
)
def test_what_is_over_is_bounded(text: str, since: str, until: str) -> None:
    found = bounds(text, NOW, ZONE)
    assert found is not None
    said = [f"{at:%Y-%m-%dT%H:%M}" if at is not None else "" for at in (found.since, found.until)]
    assert said == [since, until]


@pytest.mark.parametrize("text", ["What did April say?", "May I ask?", "the 2026 budget", "last time it rained"])
def test_what_only_sounds_like_a_time_bounds_nothing(text: str) -> None:
    assert bounds(text, NOW, ZONE) is None
