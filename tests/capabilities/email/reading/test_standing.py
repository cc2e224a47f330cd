"""Standing rules in people's words: what each sentence comes to, and which sentences are no rules."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading import read
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.standing import clock_time, standing
from empla.mind.readings import Mail
from empla.mind.values import OWN, Address, Origin, Source
from employees.executive_assistant.ruling import described

ZONE = "Europe/Berlin"
NOW = datetime(2026, 9, 7, 8, tzinfo=ZoneInfo(ZONE))
SETTING = Setting(NOW, ZONE, Origin(Source.MANAGER, "k", "text"))
ANNA = Address("anna@office.example", OWN)


def mail(text: str, *, answering: str = "") -> Mail:
    return Mail(
        key="k",
        message_id="<m@x>",
        blob="",
        subject="A word",
        sender=ANNA,
        authenticated=ANNA,
        text=text,
        in_reply_to=(answering,) if answering else (),
    )


def understood(text: str, **more: str) -> Understood | None:
    return standing(text.rstrip("?!."), SETTING, mail(text, **more))


RULES = (
    ("never before 9", "no meetings before 09:00"),
    ("I don't take meetings before nine", "no meetings before 09:00"),
    ("Don't book me before 9:30", "no meetings before 09:30"),
    ("Please don't schedule anything after 5pm", "no meetings from 17:00 on"),
    ("nothing before 10", "no meetings before 10:00"),
    ("Nothing after 17:00 on Fridays!", "no meetings on Fridays from 17:00 on"),
    ("From now on, no meetings before 9.", "no meetings before 09:00"),
    ("New rule: no calls before 8:30", "no meetings before 08:30"),
    ("I start at 9", "no meetings before 09:00"),
    ("My day ends at 6pm", "no meetings from 18:00 on"),
    ("I leave at 4 on Fridays", "no meetings on Fridays from 16:00 on"),
    ("no meetings between 12 and 1", "no meetings between 12:00 and 13:00"),
    ("no meetings over lunch", "no meetings between 12:00 and 14:00"),
    ("no meetings before 9 and after 5", "no meetings before 09:00 or from 17:00 on"),
    ("Please keep Wednesday free.", "no meetings on Wednesdays"),
    ("keep my mornings free of meetings", "no meetings before 12:00"),
    ("Block Tuesdays for focus time", "no meetings on Tuesdays"),
    ("Wednesdays are off limits", "no meetings on Wednesdays"),
    ("Friday afternoons are sacred", "no meetings on Fridays from 12:00 on"),
    ("Make Thursdays a no-meeting day", "no meetings on Thursdays"),
    ("I never work on Fridays", "no meetings on Fridays"),
    ("I don't do Mondays", "no meetings on Mondays"),
    ("I take Fridays off", "no meetings on Fridays"),
    ("No Mondays, please", "no meetings on Mondays"),
    ("In future please never book Fridays", "no meetings on Fridays"),
    ("no meeting on Friday afternoon", "no meetings on Fridays from 12:00 on"),
    ("No meetings on weekends", "no meetings on weekends"),
    (
        "No meetings on Friday afternoons until Christmas",
        "no meetings on Fridays from 12:00 on, until Thursday, 24 December 2026",
    ),
    ("from 1 October no meetings on Mondays", "no meetings on Mondays, from Thursday, 1 October 2026 on"),
    ("No meetings this week", "no meetings from Monday, 7 September 2026 to Friday, 11 September 2026"),
    ("I'm out of office 5-9 October", "no meetings from Monday, 5 October 2026 to Friday, 9 October 2026"),
    ("I am away from 5 to 9 October", "no meetings from Monday, 5 October 2026 to Friday, 9 October 2026"),
    ("I'm on vacation next week", "no meetings from Monday, 14 September 2026 to Friday, 18 September 2026"),
    ("I'm taking next Friday off", "no meetings on Friday, 18 September 2026"),
    ("I'm not available on Friday", "no meetings on Friday, 11 September 2026"),
    ("no meetings except on Tuesdays", "meetings only on Tuesdays"),
    ("Only book me between 10 and 4", "meetings only between 10:00 and 16:00"),
    ("only schedule meetings on Tuesdays and Thursdays", "meetings only on Tuesdays and Thursdays"),
    ("I'm only available in the mornings", "meetings only between 08:00 and 12:00"),
    ("I prefer meetings in the afternoon", "meetings rather between 12:00 and 18:00"),
    ("I'd rather not have meetings on Mondays", "rather no meetings on Mondays"),
    ("Preferably no meetings before 10", "rather no meetings before 10:00"),
    ("Avoid Mondays if you can", "rather no meetings on Mondays"),
    ("no meetings longer than an hour", "no meetings longer than an hour"),
    ("keep meetings to 30 minutes", "no meetings longer than half an hour"),
    ("Meetings should be at most 45 minutes", "no meetings longer than 45 minutes"),
    ("No meetings with external people before 10", "no meetings with people from outside before 10:00"),
    ("leave me 15 minutes between meetings", "15 minutes free between meetings"),
    ("Half an hour between meetings, please", "half an hour free between meetings"),
    ("I need at least ten minutes between meetings", "10 minutes free between meetings"),
    ("always leave a 30 minute buffer between meetings", "half an hour free between meetings"),
    ("no back-to-back meetings", "15 minutes free between meetings"),
    ("at most four meetings a day", "at most four meetings a day"),
    ("No more than 4 meetings per day", "at most four meetings a day"),
    ("Four meetings a day is enough", "at most four meetings a day"),
    ("always accept from x@y.example", "I accept invitations from x@y.example, if you are free then"),
    (
        "Always accept invitations from carla@office.example.",
        "I accept invitations from carla@office.example, if you are free then",
    ),
    ("accept everything that fits", "I accept all invitations, if you are free then"),
    ("Accept all invitations from colleagues", "I accept invitations from colleagues, if you are free then"),
    (
        "Accept anything from ben@office.example as long as it doesn't clash",
        "I accept invitations from ben@office.example, if you are free then",
    ),
    ("decline anything from recruiters.example", "I decline invitations from anybody at recruiters.example"),
    ("never accept invitations from sales@pushy.example", "I decline invitations from sales@pushy.example"),
    (
        "ask me before accepting anything longer than an hour",
        "I ask you before I accept all invitations longer than an hour",
    ),
    ("don't accept anything without asking me", "I ask you before I accept all invitations"),
    (
        "Ask me about every invitation from outsiders",
        "I ask you before I accept invitations from people from outside",
    ),
    ("Please make sure nothing is booked before 9 am", "no meetings before 09:00"),
    ("My mornings are for focused work", "no meetings before 12:00"),
    ("I'd like to have Wednesdays without meetings", "no meetings on Wednesdays"),
    ("Don't let anyone book me over lunch", "no meetings between 12:00 and 14:00"),
    (
        "Whenever ben@office.example invites me, accept",
        "I accept invitations from ben@office.example, if you are free then",
    ),
    (
        "If an invitation is longer than an hour, ask me first",
        "I ask you before I accept all invitations longer than an hour",
    ),
    ("Invitations from recruiters.example: decline", "I decline invitations from anybody at recruiters.example"),
    ("I need a break of ten minutes after every meeting", "10 minutes free between meetings"),
    ("Never put two meetings back to back", "15 minutes free between meetings"),
    ("Cap my meetings at four a day", "at most four meetings a day"),
    ("Two meetings per day, not more", "at most two meetings a day"),
    ("I want Fridays to myself", "no meetings on Fridays"),
    ("I work from 10 to 6", "meetings only between 10:00 and 18:00"),
    ("My working hours are 9 to 5", "meetings only between 09:00 and 17:00"),
    ("Meetings after 4pm are not OK", "no meetings from 16:00 on"),
    ("Treat Wednesday mornings as blocked", "no meetings on Wednesdays before 12:00"),
    ("Leave Thursday afternoons alone", "no meetings on Thursdays from 12:00 on"),
    ("Reserve every Monday morning for planning", "no meetings on Mondays before 12:00"),
    ("Until the end of October, no meetings on Mondays", "no meetings on Mondays, until Friday, 30 October 2026"),
    ("Before nine I am not available", "no meetings before 09:00"),
    ("No internal meetings on Thursdays", "no meetings with colleagues on Thursdays"),
    ("Only accept meetings in the afternoon", "meetings only between 12:00 and 18:00"),
    (
        "We're closed from 24 December to 1 January",
        "no meetings from Thursday, 24 December 2026 to Friday, 1 January 2027",
    ),
)


@pytest.mark.parametrize(("text", "comes_to"), RULES, ids=[text for text, _ in RULES])
def test_a_rule_is_read_whole(text: str, comes_to: str) -> None:
    found = understood(text)
    assert found is not None
    assert found.intent == "rule"
    assert described(found.slots["rule"].value) == comes_to
    assert found.unread == ()
    assert found.doubts == ()


@pytest.mark.parametrize("text", ["Always accept invitations from Carla", "Invitations from Carla are always fine"])
def test_who_is_named_without_an_address_is_left_to_the_directory(text: str) -> None:
    found = understood(text)
    assert found is not None
    assert [w.words for w in found.slots["people"].value] == ["Carla"]


@pytest.mark.parametrize(
    "text",
    [
        "What are my rules?",
        "Which rules do you have?",
        "List my rules",
        "Show me all the rules, please",
        "Do I have any rules?",
        "Remind me what rules I've given you",
        "What standing instructions do you have from me?",
        "Send me an overview of my rules",
        "Which of my rules are still in force?",
    ],
)
def test_rules_are_asked_for(text: str) -> None:
    found = understood(text)
    assert found is not None
    assert found.intent == "rules"


DROPS = (
    ("Drop rule 2", {"ordinals": (2,)}),
    ("Please forget rules 2 and 5.", {"ordinals": (2, 5)}),
    ("Rule 3 no longer applies", {"ordinals": (3,)}),
    ("Scratch rule 3", {"ordinals": (3,)}),
    ("drop all my rules", {"all": True}),
)


@pytest.mark.parametrize(("text", "says"), DROPS)
def test_rules_are_dropped_by_number(text: str, says: dict[str, object]) -> None:
    found = understood(text)
    assert found is not None
    assert found.intent == "drop-rule"
    assert {name: slot.value for name, slot in found.slots.items()} == says


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("forget the Friday rule", "no meetings on Fridays"),
        ("You can book Wednesdays again", "no meetings on Wednesdays"),
        ("Fridays are fine again", "no meetings on Fridays"),
        ("No need to keep Wednesdays free any more", "no meetings on Wednesdays"),
        ("you can book me before 9 again", "no meetings before 09:00"),
        ("I don't need the Wednesday rule any more", "no meetings on Wednesdays"),
        ("The Friday rule is off", "no meetings on Fridays"),
        ("Forget that I said never before 9", "no meetings before 09:00"),
        ("I work on Fridays again", "no meetings on Fridays"),
        ("Lunch can be used for meetings again", "no meetings between 12:00 and 14:00"),
    ],
)
def test_rules_are_dropped_by_what_they_are_about(text: str, meant: str) -> None:
    found = understood(text)
    assert found is not None
    assert found.intent == "drop-rule"
    assert described(found.slots["rule"].value) == meant


def test_a_rule_is_corrected_by_its_number() -> None:
    by_hour = understood("Change rule 2 to 10")
    assert by_hour is not None
    assert (by_hour.slots["ordinals"].value, by_hour.slots["minute"].value) == ((2,), 600)
    by_words = understood("Rule 1 should be Thursdays after 3pm")
    assert by_words is not None
    assert described(by_words.slots["rule"].value) == "no meetings on Thursdays from 15:00 on"


@pytest.mark.parametrize(
    ("text", "minute"),
    [("make that 10, not 9", 600), ("Sorry, I meant 8:30", 510), ("2pm please", 840), ("Friday", -1), ("thanks", -1)],
)
def test_an_hour_corrects_the_rule_just_spoken_of(text: str, minute: int) -> None:
    assert clock_time(text) == minute


NO_RULES = (
    "Book half an hour with Ben tomorrow, not on Friday",
    "What's on Friday?",
    "Nothing on Friday?",
    "Cancel everything on Friday",
    "Keep me posted",
    "I prefer the second one",
    "I can't do Friday",
    "I'm only free on Friday",
    "Always good to hear from you",
    "Accept the invitation from Carla",
    "Decline, please",
    "Leave the meeting on Friday as it is",
    "Keep Wednesday free for Carla",
    "Block Friday 2-4pm",
    "Reserve Wednesday 2-4 for the board",
    "never mind, Friday is fine",
    "I don't want the meeting on Friday",
    "give me 15 minutes before the meeting with Ben",
    "Remind me every Friday to send the report",
    "The budget is off limits",
    "drop Ben from the meeting",
    "Cancel the Friday meeting",
    "Is Wednesday free?",
    "I work from home on Fridays",
    "I work on the budget on Friday",
    "Friday is for the board",
    "Ben's meeting is fine",
    "Nobody has answered",
    "Spare me the details",
)


@pytest.mark.parametrize("text", NO_RULES)
def test_a_wish_for_one_meeting_is_no_rule(text: str) -> None:
    assert understood(text) is None


@pytest.mark.parametrize("text", ["Never before 9.", "No meetings on Friday.", "No Fridays, please."])
def test_beside_a_request_and_in_an_answer_it_limits_that_one(text: str) -> None:
    booking = mail(f"Book an hour with Ben next week. {text}")
    assert standing(text.rstrip("."), SETTING, booking) is None
    assert understood(text, answering="<question@x>") is None


def test_what_is_said_to_last_is_a_rule_even_beside_a_request() -> None:
    found = standing("From now on never before 9", SETTING, mail("Book an hour with Ben. From now on never before 9."))
    assert found is not None
    assert found.intent == "rule"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("no meetings before 7", "07:00 or 19:00"),
        ("no meetings every other Friday", "every week only"),
        ("No meetings on Mondays before 10 and on Fridays after 3", "more than one rule"),
        ("I'm out of office 3-7 August 2026", "already past"),
    ],
)
def test_what_may_mean_two_things_is_asked(text: str, asks: str) -> None:
    found = understood(text)
    assert found is not None
    assert any(asks in doubt.question for doubt in found.doubts)


def test_what_cannot_be_placed_is_said() -> None:
    found = understood("Always decline webinars")
    assert found is not None
    assert found.unread == ("webinars",)
    assert found.confidence < 0.7


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hi Ada,\n\nplease keep Wednesdays free.\n\nThanks\nAnna", "rule"),
        ("Which rules do you have?", "rules"),
        ("Could you please drop rule 2?", "drop-rule"),
    ],
)
def test_the_reader_knows_the_family(text: str, intent: str) -> None:
    assert read(mail(text), NOW, ZONE, ANNA.value).intent == intent
