"""Somebody else asks for a meeting with the manager: asked once, done as allowed, nothing private told."""

from itertools import count

import pytest

from runtime.client import Letter
from tests.scenarios.conftest import Morning, at, times
from tests.scenarios.outsiders import Outsider, somebody, wishes

NUMBERS = count(1)


@pytest.fixture
def gus(shared: Morning) -> Outsider:
    """Somebody new in every test: who was told no is not asked about again for a while."""
    shared.cleared()
    return somebody(shared, f"Gus Fox {next(NUMBERS)}")


@pytest.fixture
def morning(shared: Morning, gus: Outsider) -> Morning:
    return shared


def heard(gus: Outsider, words: str = "") -> Letter:
    return gus.heard(words)


def all_to(gus: Outsider) -> str:
    return "\n".join(f"{m.subject}\n{m.text}" for m in gus.inbox())


def test_a_yes_offers_times_and_the_chosen_one_is_booked(morning: Morning, gus: Outsider) -> None:
    morning.manager.put_event("s", "Secret merger talks with Zeta", at(7, 9), at(7, 16))
    question = wishes(morning, gus)
    assert "half an hour between Monday, 14 September 2026 and Friday, 18 September 2026" in question.text
    assert "about “our new offer”" in question.text and "I would like to meet Anna Berg" in question.text
    assert gus.inbox() == [], "nothing goes out before the manager's word"
    morning.manager.reply(question, "Yes")
    offer = heard(gus, "can offer you half an hour")
    assert offer.text.count("September 2026") == 3
    gus.reply(offer, "The second one works for me.")
    invitation = heard(gus, "Please accept or decline")
    assert invitation.invitation is not None
    assert "Done. Half an hour with" in morning.told("Booked").text
    (event,) = morning.meetings()
    assert gus.address in str(event["ATTENDEE"])
    assert at(7, 0) <= times(event)[0] < at(12, 0)
    said = all_to(gus)
    for private in ("Secret", "merger", "Zeta", "Ben Stone", "busy"):
        assert private not in said


def test_a_no_declines_courteously_without_reasons(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Another meeting")
    morning.manager.reply(question, "No, I cannot stand him")
    letter = heard(gus)
    assert "will not be possible" in letter.text
    assert "stand him" not in letter.text
    morning.settled()
    assert morning.meetings() == []


def test_yes_but_thirty_minutes_is_what_is_offered_and_booked(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, "Could I have an hour with Anna on Tuesday at 3pm?", "An hour")
    assert "You are free then: Tuesday, 8 September 2026, 15:00 to 16:00" in question.text
    morning.manager.reply(question, "Yes, but 30 minutes")
    offer = heard(gus, "half an hour")
    assert "15:00 to 15:30" in offer.text
    gus.reply(offer, "Yes, that works.")
    morning.told("Booked")
    assert times(morning.meetings()[0]) == (at(1, 15), at(1, 15, 30))


def test_a_time_that_was_named_and_suits_is_booked_at_once(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, "Could I meet Anna for half an hour on Tuesday at 3pm?", "Tuesday")
    morning.manager.reply(question, "yes")
    assert heard(gus).invitation is not None
    assert "15:00 to 15:30" in morning.told("Booked").text
    assert times(morning.meetings()[0])[0] == at(1, 15)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Next month", "October 2026"),
        ("Yes, but only by phone", "by phone"),
        ("Offer him Thursday afternoon", "Thursday, 10 September 2026"),
    ],
)
def test_other_answers_are_what_is_offered(morning: Morning, gus: Outsider, words: str, shown: str) -> None:
    question = wishes(morning, gus, subject=f"About {words}")
    morning.manager.reply(question, words)
    offer = heard(gus, "can offer you")
    assert shown in offer.text
    gus.reply(offer, "No, thanks.")
    assert "wants no meeting" in morning.told("No meeting").text


def test_what_it_is_about_is_asked_first(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, "Could we meet next week? It is important.", "Important")
    morning.manager.reply(question, "Ask him what it is about")
    letter = heard(gus, "would like to know what it is about")
    gus.reply(letter, "It is about the lease of your second floor.")
    again = morning.manager.wait_for(lambda m: "second floor" in m.text and m.sender == morning.assistant, 60)
    morning.manager.reply(again, "no")
    assert "will not be possible" in heard(gus).text


def test_a_time_beyond_what_was_allowed_is_asked_about(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Beyond")
    morning.manager.reply(question, "yes")
    offer = heard(gus, "can offer you")
    gus.reply(offer, "Sorry, none of these. Could we do Friday at 4pm?")
    again = morning.manager.wait_for(
        lambda m: "They would rather have another time" in m.text and m.uid > question.uid, 60
    )
    assert "Friday, 11 September 2026, 16:00" in again.text
    assert morning.meetings() == []
    morning.manager.reply(again, "Yes")
    assert heard(gus).invitation is not None
    assert times(morning.meetings()[0])[0] == at(4, 16)


def test_a_time_inside_what_was_allowed_is_not_asked_about(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Inside")
    morning.manager.reply(question, "Yes, next week")
    offer = heard(gus, "can offer you")
    gus.reply(offer, "Could we do Wednesday the 16th at 11 instead?")
    assert heard(gus).invitation is not None
    assert times(morning.meetings()[0])[0] == at(9, 11)
    asked = [m for m in morning.manager.inbox() if m.subject.endswith("asks for a meeting") and m.uid > question.uid]
    assert asked == []


def test_a_repeat_does_not_ask_the_manager_twice(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Once")
    gus.send(morning.assistant, "Once more", "Hello again, may I have a meeting with Anna Berg next week, please?")
    morning.settled()
    asked = [m for m in morning.manager.inbox() if "asks for a meeting" in m.subject and m.uid >= question.uid]
    assert len(asked) == 1
    morning.manager.reply(question, "no")
    assert "will not be possible" in heard(gus).text
    morning.settled()


def test_three_mails_without_a_result_and_the_manager_takes_over(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Rounds")
    morning.manager.reply(question, "Yes, next week")
    for _ in range(3):
        letter = heard(gus, "offer")
        gus.reply(letter, "Hm, let me think about the weather.")
    told = morning.told("No time found")
    assert "three times" in told.text and "weather" in told.text
    assert morning.meetings() == []
