"""What is said against an answer, and which fact it means."""

from datetime import UTC, datetime

import pytest

from empla.memory.asking.answers import Cited
from empla.memory.asking.corrections import Correction, kept, meant, stated, understood
from empla.memory.asking.told import Told, told
from empla.memory.asking.wording import sentence


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("That is wrong, it is 030 9999.", Correction(value="030 9999")),
        ("No, Bob's number is 030 9.", Correction(about="Bob", predicate="phone", value="030 9")),
        ("that was Carla, not Bob", Correction(value="Carla", instead="Bob")),
        ("It is not Bob but Carla", Correction(value="Carla", instead="Bob")),
        ("That's not right: Eve Stone is the CEO.", Correction(about="Eve Stone", value="CEO")),
        ("No, Bob works for Blue Sky.", Correction(about="Bob", predicate="works_for", value="Blue Sky")),
        ("Hi Clara,\n\nno, the renewal is on 4 April 2028.\n\nBest,\nAnna",
         Correction(predicate="renewal_date", value="4 April 2028")),
        ("sorry, that's wrong", Correction()),
    ],
)  # fmt: skip
def test_a_correction_is_understood(text: str, correction: Correction) -> None:
    assert understood(text) == correction


@pytest.mark.parametrize(
    "text", ["Thanks!", "No.", "No, thanks.", "Yes, thank you", "No, move it to Friday", "Book it.", "Is that right?"]
)
def test_other_answers_are_none(text: str) -> None:
    assert understood(text) is None


FACTS = (
    Cited(id="f1", kind="fact", text="Bob Meier has the phone number 030 1", predicate="phone"),
    Cited(id="f2", kind="fact", text="Bob Meier reports to Eve Stone", predicate="reports_to"),
    Cited(id="e3", kind="mail", text="We meet on Friday.", who="Bob Meier"),
)


@pytest.mark.parametrize(
    ("correction", "main", "ids"),
    [
        (Correction(value="030 9"), "f1", ["f1"]),
        (Correction(value="030 9"), "", ["f1", "f2"]),
        (Correction(about="Bob", predicate="reports_to", value="Dana"), "f1", ["f2"]),
        (Correction(value="Dana", instead="Eve"), "f1", ["f2"]),
        (Correction(value="Dana", instead="Zoe"), "f1", []),
    ],
)
def test_the_fact_that_is_meant_is_found(correction: Correction, main: str, ids: list[str]) -> None:
    assert [one.id for one in meant(correction, FACTS, main)] == ids


def test_a_plain_statement_is_one_and_dates_are_kept_as_dates() -> None:
    assert stated("Bob's number is 030 1234") == Correction(about="Bob", predicate="phone", value="030 1234")
    assert stated("the door code is 4711") is None
    assert kept("3 March 2028") == "2028-03-03"
    assert kept("31 February 2028") == "31 February 2028"


ANNA = "anna@berg.example"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "Acme's renewal is on 3 March 2027, and that Bob Meier is our contact at Acme.",
            [("Acme", "renewal_date", "2027-03-03"), ("Bob Meier", "contact_at", "Acme")],
        ),
        ("Acme's renewal is on 3 March 2027 at the latest.", [("Acme", "renewal_date", "2027-03-03")]),
        ("Acme's renewal date is still open.", []),
        ("Bob prefers tea and Carla reports to Eve Stone",
         [("Bob", "prefers", "tea"), ("Carla", "reports_to", "Eve Stone")]),
        ("the door code is 4711; Bob's phone number is 030 1111", [("Bob", "phone", "030 1111")]),
        ("Bob Meier is our contact at Acme and his number is on the wall", [("Bob Meier", "contact_at", "Acme")]),
        ("my number is 030 123456", [(ANNA, "phone", "030 123456")]),
        ("Blue Sky's account manager is Eve Fox. Acme uses Slack.",
         [("Blue Sky", "account_owner", "Eve Fox"), ("Acme", "uses", "Slack")]),
        ("the door code is 4711", []),
    ],
)  # fmt: skip
def test_what_is_told_is_one_fact_for_each_thing_that_is_said(text: str, facts: list[tuple[str, str, str]]) -> None:
    found = told(text, by=ANNA, at=datetime(2026, 11, 22, 9, tzinfo=UTC), zone="Europe/Berlin")
    assert [(one.subject, one.predicate, one.value) for one in found] == facts


def test_of_what_kind_something_is_goes_with_what_is_told() -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    found = told("Acme's renewal is on 3 March 2027", by=ANNA, at=at, zone="Europe/Berlin")
    assert found == (Told(subject="Acme", predicate="renewal_date", value="2027-03-03", kind="company"),)


@pytest.mark.parametrize(
    ("predicate", "then", "words"),
    [
        ("renewal_date", False, "Acme's renewal is on 3 March 2027"),
        ("renewal_date", True, "Acme's renewal was on 3 March 2027"),
        ("deadline", False, "Acme is due on 3 March 2027"),
    ],
)
def test_a_fact_is_said_as_people_say_it(predicate: str, then: bool, words: str) -> None:
    assert sentence("Acme", predicate, "2027-03-03", then=then) == words
