"""Errands, reminders, chases, sequences and questions about the work: told apart from meetings, and read whole.

Written on Monday, 7 September 2026, 08:00 in Berlin. Times are "weekday day hour:minute" of the end of what was said
for what is due, else of its beginning.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.email.reading.asking import status
from empla.capabilities.email.reading.errands import errand
from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.followups import chase, sequence
from empla.capabilities.email.reading.reminders import remind
from empla.capabilities.email.reading.responses import ReplyKind, reply
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail
from empla.mind.values import Origin, Source

BERLIN = ZoneInfo("Europe/Berlin")
SETTING = Setting(datetime(2026, 9, 7, 8, tzinfo=BERLIN), "Europe/Berlin", Origin(Source.MANAGER, "k", "text"))
MAIL = Mail(key="k", message_id="<1@x.example>", blob="", subject="", sender=None, authenticated=None)


def understood(sentence: str) -> Understood | None:
    plain = sentence.rstrip(".?!")
    for family in (sequence, chase, remind, errand, status):
        found = family(plain, SETTING, MAIL)
        if found is not None:
            return found
    return None


def told(found: Understood) -> dict[str, Any]:
    """Return the slots as plain values."""
    plain: dict[str, Any] = {}
    for name, slot in found.slots.items():
        if name in ("people", "to"):
            plain[name] = " ".join(who.words for who in slot.value)
        elif name in ("due", "window") and found.intent != "status":
            ends = name == "due" or slot.value.spans[0].start.astimezone(BERLIN).hour == 8
            at = slot.value.spans[0].end if ends else slot.value.spans[0].start
            plain[name] = f"{at.astimezone(BERLIN):%a %d %H:%M}"
        else:
            plain[name] = slot.value
    return plain


ERRANDS = [
    (
        "get me the supplier list from y@office.example by tomorrow 10:00",
        "y@office.example",
        "the supplier list",
        "Tue 08 10:00",
    ),
    ("Get the supplier list from Ben by Friday.", "Ben", "the supplier list", "Sat 12 00:00"),
    ("get me, by Friday noon, the Q3 figures from Ben and Carla", "Ben Carla", "the Q3 figures", "Fri 11 12:00"),
    ("By Thursday I need the contract from Carla", "Carla", "the contract", "Fri 11 00:00"),
    ("Ask Ben for the slides until Wednesday", "Ben", "the slides", "Thu 10 00:00"),
    ("ask Carla to send me the revised offer by end of week", "Carla", "to send me the revised offer", "Sat 12 00:00"),
    ("Get Ben to send the slides", "Ben", "to send the slides", None),
    ("have Ben send me the draft before 3pm", "Ben", "to send me the draft", "Mon 07 15:00"),
    ("Ask Ben whether he can come on Friday", "Ben", "whether he can come on Friday", None),
    ("ask Ben about the budget", "Ben", "about the budget", None),
    ("I need the sales numbers from Ben by tomorrow", "Ben", "the sales numbers", "Wed 09 00:00"),
    ("I'm still waiting for the invoice from lead@acme.example", "lead@acme.example", "the invoice", None),
    ("Find out from Carla when the audit starts", "Carla", "when the audit starts", None),
    ("check with Ben if the contract is signed", "Ben", "if the contract is signed", None),
    ("See if Ben has the contract", "Ben", "if Ben has the contract", None),
    ("Ben should send me the minutes by 6pm", "Ben", "to send me the minutes", "Mon 07 18:00"),
    ("Get Ben's feedback on the draft by Thursday", "Ben", "your feedback on the draft", "Fri 11 00:00"),
    ("chase Ben for the slides", "Ben", "the slides", None),
    ("Chase up Carla about the invoice by Wednesday", "Carla", "about the invoice", "Thu 10 00:00"),
    ("follow up with Ben about the contract", "Ben", "about the contract", None),
    (
        "collect the timesheets from Ben, Carla and Sam Young by Friday 5pm",
        "Ben Carla Sam Young",
        "the timesheets",
        "Fri 11 17:00",
    ),
    ("get hold of the floor plan from facilities@acme.example", "facilities@acme.example", "the floor plan", None),
    ("tell Ben to send me the list by 4", "Ben", "to send me the list", "Mon 07 16:00"),
    ("request a quote from sales@acme.example by Thursday", "sales@acme.example", "a quote", "Fri 11 00:00"),
    ("let Ben send me his CV", "Ben", "to send me his CV", None),
    ("Find out whether Carla has sent the invoice", "Carla", "whether Carla has sent the invoice", None),
    ("Bob owes me the budget numbers", "Bob", "the budget numbers", None),
    ("email Tom and ask for the timetable", "Tom", "the timetable", None),
    ("write to Carla and ask her whether the room is booked", "Carla", "whether the room is booked", None),
    ("drop Ben a line asking for the slides", "Ben", "the slides", None),
    ("Make sure Carla sends me the slides by Thursday", "Carla", "to send me the slides", "Fri 11 00:00"),
    (
        "Get a quote from sales@acme.example for 20 laptops by Friday",
        "sales@acme.example",
        "a quote for 20 laptops",
        None,
    ),
    ("I want Ben to send me the draft by Friday", "Ben", "to send me the draft", "Sat 12 00:00"),
    ("let me have the list from Ben by Friday", "Ben", "the list", "Sat 12 00:00"),
    ("fetch the signed copy from Carla within 2 days", "Carla", "the signed copy", None),
]


@pytest.mark.parametrize(("sentence", "people", "what", "due"), ERRANDS)
def test_errands(sentence: str, people: str, what: str, due: str | None) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "errand", found
    assert not found.unread
    slots = told(found)
    assert (slots["people"], slots["what"]) == (people, what)
    assert due is None or slots["due"] == due


@pytest.mark.parametrize(
    ("sentence", "what"),
    [("Get me the report", "the report"), ("I need the supplier list by Friday", "the supplier list")],
)
def test_errands_that_do_not_say_from_whom(sentence: str, what: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "errand"
    assert told(found)["what"] == what
    assert told(found)["from_whom"] is True


@pytest.mark.parametrize(
    ("sentence", "intent", "slots"),
    [
        ("Never mind the supplier list", "errand", {"what": "the supplier list"}),
        ("forget about the slides", "errand", {"what": "the slides"}),
        ("You can stop asking Ben", "errand", {"people": "Ben"}),
        ("no need to chase Carla any more", "errand", {"people": "Carla"}),
        ("I have the supplier list now", "errand", {"what": "the supplier list"}),
        ("stop the reminder", "remind", {}),
        ("Cancel the reminder about the rent", "remind", {"what": "the rent"}),
        ("you can stop reminding me about the rent", "remind", {"what": "the rent"}),
        ("Stop the follow-up with lead@acme.example", "sequence", {"people": "lead@acme.example"}),
        ("stop following up with lead@acme.example", "sequence", {"people": "lead@acme.example"}),
        ("cancel the follow-ups", "sequence", {}),
    ],
)
def test_what_is_wanted_no_more(sentence: str, intent: str, slots: dict[str, Any]) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == intent
    said = told(found)
    assert said.pop("drop") is True
    assert said == slots


@pytest.mark.parametrize("sentence", ["Also ask Carla", "ask Carla as well", "ask Carla too"])
def test_the_same_of_somebody_else(sentence: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "errand"
    assert told(found) == {"people": "Carla", "also": True}


REMINDERS = [
    ("Remind me on Friday to call the bank", "call the bank", "Fri 11 00:00"),
    ("remind me to call the bank on Friday at 10", "call the bank", "Fri 11 10:00"),
    ("Remind me in 2 hours about the oven", "the oven", "Mon 07 10:00"),
    ("remind me tomorrow", None, "Tue 08 00:00"),
    ("set a reminder for Monday 9am to renew the passport", "renew the passport", "Mon 14 09:00"),
    ("On Friday, remind me that the rent is due", "that the rent is due", "Fri 11 00:00"),
    ("tomorrow at 9 remind me to ring Carla", "ring Carla", "Tue 08 09:00"),
    ("Give me a nudge on Thursday about the offer", "the offer", "Thu 10 00:00"),
    ("don't let me forget to pay the invoice on Wednesday", "pay the invoice", "Wed 09 00:00"),
    ("Reminder: call mum tomorrow at 6pm", "call mum", "Tue 08 18:00"),
    ("I have to ring the school at 4, remind me please", "ring the school", "Mon 07 16:00"),
    ("ping me at 15:00 to leave", "leave", "Mon 07 15:00"),
    ("remind me tomorrow at 9: dentist", "dentist", "Tue 08 09:00"),
    ("remind me tmrw 9am passport", "passport", "Tue 08 09:00"),
    ("remind me the day after tomorrow to sign the lease", "sign the lease", "Wed 09 00:00"),
    ("remind me in half an hour to leave", "leave", "Mon 07 08:30"),
    ("remind me to ask Ben on Thursday about the venue", "ask Ben about the venue", "Thu 10 00:00"),
    ("Remind me in three days to check the budget", "check the budget", "Thu 10 00:00"),
]


@pytest.mark.parametrize(("sentence", "what", "when"), REMINDERS)
def test_reminders(sentence: str, what: str | None, when: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "remind" and not found.doubts
    assert (told(found).get("what"), told(found)["window"]) == (what, when)


@pytest.mark.parametrize(
    ("sentence", "people", "what"),
    [
        ("Remind Ben on Friday to send the slides", "Ben", "send the slides"),
        ("send Ben a reminder about the slides on Thursday", "Ben", "the slides"),
        ("remind Ben and Carla on Thursday that the form is due", "Ben Carla", "that the form is due"),
    ],
)
def test_reminders_of_others(sentence: str, people: str, what: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "remind"
    assert (told(found)["people"], told(found)["what"]) == (people, what)


@pytest.mark.parametrize(
    "sentence",
    [
        "remind me about the meeting tomorrow at 2pm",
        "Remind Ben to submit the form by Friday noon",
        "remind me that Ben comes on Friday",
        "Remind me every Monday to send the report",
        "remind me on Monday and Thursday to water the plants",
        "remind me an hour before the call with Ben",
        "remind me when Ben answers",
    ],
)
def test_reminders_of_which_it_is_asked_when(sentence: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "remind"
    assert len(found.doubts) == 1


@pytest.mark.parametrize(
    "sentence", ["Snooze until Monday", "remind me again on Monday", "bring this up again on Monday"]
)
def test_reminders_that_come_again(sentence: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "remind"
    assert told(found) == {"again": True, "window": "Mon 14 00:00"}


CHASES = [
    ("If Ben has not answered by Thursday, ask again", "Ben", "Fri 11 00:00"),
    ("if Ben hasn't replied by Thursday noon, ask him again", "Ben", "Thu 10 12:00"),
    ("Ask Ben again on Wednesday if he hasn't answered", "Ben", "Wed 09 00:00"),
    ("If I don't hear from Carla by Friday, chase her", "Carla", "Sat 12 00:00"),
    ("if there's no reply from lead@acme.example by tomorrow, follow up", "lead@acme.example", "Wed 09 00:00"),
    ("Chase Carla on Thursday unless she answers", "Carla", "Thu 10 00:00"),
    ("If Carla has not confirmed the invitation by Wednesday, write to her again", "Carla", "Thu 10 00:00"),
    ("remind Ben on Thursday if he has not sent the slides", "Ben", "Thu 10 00:00"),
    ("Unless Ben replies by Friday, nudge him", "Ben", "Sat 12 00:00"),
    ("if he hasn't answered by Thursday, ask again", None, "Fri 11 00:00"),
]


@pytest.mark.parametrize(("sentence", "people", "when"), CHASES)
def test_chases(sentence: str, people: str | None, when: str) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "chase"
    assert (told(found).get("people"), told(found)["window"]) == (people, when)


SEQUENCES = [
    ("Follow up with lead@acme.example every 3 days, three times, unless they answer", 3, 3, None),
    ("follow up with lead@acme.example about the offer every three days, at most 3 times", 3, 3, "the offer"),
    (
        "Write to lead@acme.example every week about the contract until they reply, up to four times",
        7,
        4,
        "the contract",
    ),
    ("follow up with lead@acme.example weekly for 3 weeks about the audit", 7, 3, "the audit"),
    ("chase lead@acme.example every other day until he answers", 2, None, None),
    (
        'send lead@acme.example a mail every 2 days, three times: "Any thoughts on our offer?"',
        2,
        3,
        "Any thoughts on our offer?",
    ),
    ("Keep following up with lead@acme.example every Monday about the numbers", 7, None, "the numbers"),
    ("follow up three times with lead@acme.example, 4 days apart, regarding our proposal", 4, 3, "our proposal"),
]


@pytest.mark.parametrize(("sentence", "days", "times", "what"), SEQUENCES)
def test_sequences(sentence: str, days: int, times: int | None, what: str | None) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "sequence" and not found.unread
    slots = told(found)
    assert slots["people"] == "lead@acme.example"
    assert (slots["every_days"], slots.get("times"), slots.get("what")) == (days, times, what)


QUESTIONS = [
    ("What are you working on?", "now", None, None),
    ("what's on your plate", "now", None, None),
    ("Status update please", "now", None, None),
    ("What is still open?", "open", None, None),
    ("anything outstanding", "open", None, None),
    ("What are we waiting for?", "open", None, None),
    ("who has not answered yet", "open", None, None),
    ("which reminders do you have", "open", None, None),
    ("What have you done today?", "done", None, None),
    ("what did you do yesterday", "done", None, None),
    ("What have you promised?", "promises", None, None),
    ("who owes me what", "promises", None, None),
    ("List your promises", "promises", None, None),
    ("What happened with the supplier list?", "about", None, "the supplier list"),
    ("what became of the supplier list", "about", None, "the supplier list"),
    ("What's the status of the supplier list?", "about", None, "the supplier list"),
    ("how is the supplier list coming along", "about", None, "the supplier list"),
    ("Any news from Ben?", "about", "Ben", None),
    ("any news on the offer", "about", None, "the offer"),
    ("Did you book the room?", "about", None, "the room"),
    ("did you book the meeting with Carla", "about", "Carla", "the meeting"),
    ("Have you asked Ben for the slides?", "about", "Ben", "the slides"),
    ("Has Ben answered?", "about", "Ben", None),
    ("have you heard back from Carla", "about", "Carla", None),
    ("is the meeting with Carla booked", "about", "Carla", "the meeting"),
    ("Where do we stand with the offer?", "about", None, "the offer"),
    ("has Carla accepted the invitation", "about", "Carla", "the invitation"),
]


@pytest.mark.parametrize(("sentence", "kind", "people", "about"), QUESTIONS)
def test_questions_about_the_work(sentence: str, kind: str, people: str | None, about: str | None) -> None:
    found = understood(sentence)
    assert found is not None and found.intent == "status"
    slots = told(found)
    assert (slots["kind"], slots.get("people"), slots.get("about")) == (kind, people, about)


@pytest.mark.parametrize(
    "sentence",
    [
        "Get me an hour with Ben",
        "get me half an hour from Ben tomorrow",
        "Book me a flight",
        "get me a coffee",
        "Never mind the meeting",
        "ask Ben if he is free on Friday",
        "Get Ben and Carla together on Friday",
        "find out when Ben is free",
        "ask Ben for a meeting on Friday",
        "Ask Ben to meet me on Friday",
        "I need a room for the meeting",
        "get rid of the meeting with Ben",
        "tell Ben that I am late",
        "Book a meeting with Ben every Monday",
        "What does my week look like?",
        "what is on today",
        "Is Ben free on Friday?",
        "What can you do?",
        "what's happening on Friday",
        "Do I have anything tomorrow?",
        "did I have a meeting with Ben",
        "Could you book a room for Friday?",
    ],
)
def test_what_is_none_of_these(sentence: str) -> None:
    assert understood(sentence) is None


ANSWERS = [
    ("Here you are.", True, ReplyKind.GIVEN),
    ("It was 42 in the first quarter and 55 in the second, and it is rising.", False, ReplyKind.GIVEN),
    ("I'll send it tomorrow.", False, ReplyKind.PROMISED),
    ("You'll have it by Thursday noon.", False, ReplyKind.PROMISED),
    ("Still working on it, give me until Friday.", False, ReplyKind.PROMISED),
    ("Not ready yet, sorry.", False, ReplyKind.PROMISED),
    ("Tomorrow", False, ReplyKind.PROMISED),
    ("I don't have it, please ask Carla.", False, ReplyKind.REFUSED),
    ("That is not my department. Please contact sales@acme.example.", False, ReplyKind.REFUSED),
    ("I have no idea, sorry.", False, ReplyKind.REFUSED),
    ("Revenue has grown by 3 % and costs have fallen; the rest is as it was last year.", False, ReplyKind.GIVEN),
    ("Carla has it.", False, ReplyKind.REFUSED),
    ("Which year do you mean?", False, ReplyKind.ASKED),
    ("As PDF or Excel?", False, ReplyKind.ASKED),
    ("OK, thanks!", False, ReplyKind.NOTED),
    ("Will do.", False, ReplyKind.NOTED),
    ("", False, ReplyKind.NOTED),
]


@pytest.mark.parametrize(("text", "files", "kind"), ANSWERS)
def test_what_an_answer_is(text: str, files: bool, kind: ReplyKind) -> None:
    assert reply(text, SETTING, files=files).kind is kind


def test_an_answer_names_dates_and_others() -> None:
    promised = reply("I can get it to you by Thursday noon.", SETTING, files=False)
    assert promised.by is not None
    assert promised.by.spans[-1].end.astimezone(BERLIN) == datetime(2026, 9, 10, 12, tzinfo=BERLIN)
    assert reply("I don't have it. Carla Ruiz has it.", SETTING, files=False).instead == "Carla Ruiz"
    assert reply("Please ask sales@acme.example", SETTING, files=False).instead == "sales@acme.example"
