"""What is said about mails themselves, and what only sounds like it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.triaging import triaging
from empla.mind.readings import Mail
from empla.mind.values import OWN

SETTING = Setting(datetime(2026, 9, 8, 8, tzinfo=UTC), "Europe/Berlin", OWN)
YES, NO, SPAM, FINE = {"important": True}, {"important": False}, {"kind": "spam"}, {"kind": "fine"}


def heard(sentence: str, *, answers: bool = False) -> dict[str, Any] | None:
    replied = ("<a@b>",) if answers else ()
    mail = Mail(key="k", message_id="<1@x>", blob="", subject="", sender=None, authenticated=None, in_reply_to=replied)
    found = triaging(sentence, SETTING, mail)
    return None if found is None else {name: slot.value for name, slot in found.slots.items()}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("That one was important", YES),
        ("No, this one was important", YES),
        ("That mail was really important to me", YES),
        ("This is not spam", FINE),
        ("this isn't spam", FINE),
        ("That's no spam, I know him", FINE),
        ("This is not spam, it is really Ben", FINE),
        ("that mail was harmless", FINE),
        ("this sender is legit", FINE),
        ("That mail is spam", SPAM),
        ("That one is phishing", SPAM),
        ("don't bother me with these", NO),
        ("Please don't bother me with that again", NO),
        ("I don't care about these", NO),
        ("I don't want to see these", NO),
        ("spare me these newsletters", NO),
        ("such mails are not important", NO),
        ("mails like this are never important", NO),
        ("Those weren't important", NO),
        ("The second one is important", {**YES, "ordinals": (2,)}),
        ("Number 3 was important", {**YES, "ordinals": (3,)}),
        ("the last mail was not important", {**NO, "ordinals": (-1,)}),
        ("mail 2 is spam", {**SPAM, "ordinals": (2,)}),
        ("mails from lena@nordbank.example are always important", {**YES, "about": "lena@nordbank.example"}),
        ("Everything from nordbank.example is important", {**YES, "about": "nordbank.example"}),
        ("mails from anybody at delta.example can wait", {**NO, "about": "delta.example"}),
        ("lena@nordbank.example is important", {**YES, "about": "lena@nordbank.example"}),
        ("Ben's mails are always important", {**YES, "about": "Ben"}),
        ("Mails from Ben are not important", {**NO, "about": "Ben"}),
        ("Mails from Peter Novak can be ignored", {**NO, "about": "Peter Novak"}),
        ("Newsletters from Logistics Today are fine", {**FINE, "about": "Logistics Today"}),
        ("mails about the audit are important", {**YES, "topic": "audit"}),
        ("Don't bother me with mails from sales@acme.example", {**NO, "about": "sales@acme.example"}),
        ("stop forwarding me newsletters from Best Hotels", {**NO, "about": "Best Hotels"}),
        ("ignore mails from jason@growth-leads.example", {**NO, "about": "jason@growth-leads.example"}),
        ("always tell me about mails from Lena Fischer", {**YES, "about": "Lena Fischer"}),
        ("I want to see newsletters from the chamber", {**YES, "about": "chamber"}),
        ("Mark mails from x@y.example as spam", {**SPAM, "about": "x@y.example"}),
        ("treat mails from x@y.example as important", {**YES, "about": "x@y.example"}),
        ("forget what you learned about mails from Ben", {"forget": True, "about": "Ben"}),
        ("Forget what I said about mails from x@y.example", {"forget": True, "about": "x@y.example"}),
        ("Forget what you have learned about my mails", {"forget": True}),
        ("What have you learned about my mail", {"learned": True}),
        ("which senders are important", {"learned": True}),
        ("how do you sort my mail", {"learned": True}),
    ],
)
def test_what_is_said_of_mails(sentence: str, said: dict[str, Any]) -> None:
    assert heard(sentence) == said


@pytest.mark.parametrize("sentence", ["that was important", "those were important"])
def test_a_bare_that_is_a_mail_only_in_answer_to_one(sentence: str) -> None:
    assert heard(sentence) is None
    assert heard(sentence, answers=True) == YES


@pytest.mark.parametrize(
    "sentence",
    [
        "It is important",
        "This is important",
        "It's not important",
        "That is fine",
        "that one is fine",
        "These are fine",
        "The second one is fine",
        "The meeting with Ben is important",
        "Don't tell Ben about this",
        "don't tell me about it",
        "Don't forget the meeting",
        "Send the mail to Ben",
        "Can you forward me the mail from Ben",
        "Please ignore my last mail",
        "ignore that",
        "Forget that",
        "Drop the mail from Ben",
        "forget what I told you about the meeting",
        "Book half an hour with Ben, it is important",
        "Always accept invitations from Ben",
        "Cancel the meeting about the newsletter",
        "Is the second one free",
        "no meetings on Friday afternoon",
        "I need the report from Ben by Friday",
        "Ask Ben for the mails about the audit",
    ],
)
def test_what_only_sounds_like_it(sentence: str) -> None:
    assert heard(sentence) is None
    assert heard(sentence, answers=True) is None
