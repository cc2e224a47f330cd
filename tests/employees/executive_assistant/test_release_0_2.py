"""What an assistant of release 0.2 was in the middle of goes on under today's code (contract 15).

How its mind was made stands in `tests/fixtures/release-0.2/make.py`: errands, follow-ups, reminders and meetings are
under way, questions of every kind are open, and a mail server that took nothing has left plans half-way.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from empla.engine.upgrading import breaks
from empla.mind import codec
from empla.testing.employee import MARIA
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import BEN, CARLA, Desk, said
from tests.employees.executive_assistant.test_errands import answered as is_answered
from tests.employees.executive_assistant.test_release_0_1 import answered, failures, starts, taken_over

KEPT = Path(__file__).parents[2] / "fixtures" / "release-0.2"
LEAD = "lead@acme.example"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Desk]:
    desk = taken_over(tmp_path, KEPT)
    try:
        yield desk
    finally:
        desk.ada.store.close()


def asked(desk: Desk, address: str, subject: str) -> list[str]:
    """Return what was written to somebody under this subject."""
    return [said(m) for m in desk.ada.mailbox.taken if m["To"] == address and str(m["Subject"]) == subject]


def ids_of(desk: Desk, intentions: set[str]) -> set[str]:
    """Return the ids of the mails that these intentions have sent."""
    rows = desk.ada.store.find("action", {"operation": "email.send"}, ("intention", "outcome"))
    sent = [codec.loads(row.outcome).value for row in rows if row.intention in intentions and row.outcome]
    return {value.message_id for value in sent if value is not None}


def test_no_live_intention_breaks(old: Desk) -> None:
    assert len(old.ada.engine.state.intentions) == 39
    assert breaks(old.ada.store, library) == []


def test_a_week_in_which_nobody_answers_is_the_week_that_release_would_have_had(old: Desk) -> None:
    """The same mails to the same people at the same times, in the same order.

    Those of intentions that were under way have the very same ids: they are made of intention and step. An intention
    that has begun since has another number than it would have had there, for today's assistant does more unasked.
    """
    under_way = set(old.ada.engine.state.intentions)
    old.goes_on()
    week = []
    for _ in range(7 * 24):
        for mail in old.goes_on(timedelta(hours=1)):
            subject = " ".join(str(mail["Subject"]).split())
            week.append([f"{old.ada.clock.now():%a %d %H:%M}", str(mail["To"]), subject, str(mail["Message-ID"])])
    expected = json.loads((KEPT / "week.json").read_text())
    assert [mail[:3] for mail in week] == [mail[:3] for mail in expected]
    known = ids_of(old, under_way)
    went_on = [mail[3] in known for mail in week]
    assert went_on.count(True) > 20
    for same, mail, meant in zip(went_on, week, expected, strict=True):
        assert not same or mail == meant
    assert failures(old) == []
    left = {i.plan for i in old.ada.engine.state.intentions.values()}
    assert left == {"keep-briefed", "keep-prepared", "run-errand", "see-through"}


def test_what_comes_for_an_errand_is_passed_on_and_nobody_is_reminded(old: Desk) -> None:
    old.goes_on(timedelta(hours=10))
    (question,) = [m for m in old.ada.mailbox.taken if m["Subject"] == "Price list, for Maria Mitchell"]
    told = [said(m) for m in is_answered(old, question, "Here it is: 40 euros a box.") if m["To"] == MARIA]
    assert any("Ben Stone has answered about the price list" in text for text in told)
    old.goes_on(timedelta(days=5))
    assert asked(old, BEN, "Re: Price list") == []


@pytest.mark.parametrize(
    ("about", "text", "outcome", "stands"),
    [
        (("Who should be there",), "Carla", "Done. Half an hour with Carla Ruiz: Tuesday", "Tue 24 16:00 Carla"),
        (("is the lesser of the two",), "The third one", "Done. An hour with Ben Stone: Wednesday", "Wed 25 12:30 Ben"),
        (("shall I move",), "The first one", "I have moved", "Mon 30 09:00 Ben"),
        (("shall I call off", "6. "), "Number 4", "I have called off", ""),
        (("single meetings only",), "Yes", "Done. Half an hour with Carla Ruiz: Monday", "Mon 30 10:00 Carla"),
        (("That I cannot do",), "No, I see to it.", "I leave it to you", ""),
        (("I can remind you once",), "Yes", "I will remind you on Monday, 30 November 2026", ""),
    ],
)
def test_an_open_question_is_answered(old: Desk, about: tuple[str, ...], text: str, outcome: str, stands: str) -> None:
    old.goes_on(timedelta(hours=10))
    assert outcome in answered(old, text, *about)
    assert not stands or stands in starts(old)
    assert failures(old) == []


def test_a_follow_up_that_is_agreed_to_now_is_written(old: Desk) -> None:
    old.goes_on(timedelta(hours=10))
    assert "as long as there is no answer" in answered(old, "Yes", LEAD, "in your name")
    old.goes_on(timedelta(days=9))
    assert len([m for m in old.ada.mailbox.taken if m["To"] == LEAD]) == 3


def test_a_rule_that_was_set_still_holds(old: Desk) -> None:
    old.goes_on(timedelta(hours=10))
    (listed,) = [m for m in old.write("What are my rules?") if m["To"] == MARIA]
    assert "1. No meetings before 09:00." in said(listed)
    assert f"2. I accept invitations from Carla Ruiz ({CARLA})" in said(listed)
