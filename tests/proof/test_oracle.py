"""The oracle sees what is doubled, missing or too much, from mailboxes and calendars alone."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.simulation.correspondents import Script
from runtime.simulation.letters import event_object, letter
from runtime.simulation.nonces import nonce
from runtime.simulation.oracle import Arrived, Fault, Standing, check
from runtime.simulation.scenario import Scenario, Traffic

ANNA, BEN = "anna.berg@office.example", "ben.stone@office.example"
NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
BOOKED, OFFER = nonce(0), nonce(1)


@pytest.fixture
def script(small: Scenario) -> Script:
    return Script(small.model_copy(update={"traffic": Traffic()}), 1, 5)


def mail(to: str, number: int, text: str = "Done.", word: str = BOOKED, answers: str = "") -> Arrived:
    made = letter(
        sender="Ada Lane <ada.lane@office.example>",
        to=to,
        subject=f"Re: {word}",
        text=text,
        message_id=f"<{number}@office.example>",
        at=NOW,
    )
    if answers:
        made["In-Reply-To"] = answers
    return Arrived(recipient=to, raw=made.as_bytes())


def kinds(faults: list[Fault] | tuple[Fault, ...]) -> list[str]:
    return [fault.kind for fault in faults]


ENOUGH = [mail(ANNA, 1), mail(BEN, 2)]


def test_what_is_as_it_should_be(script: Script) -> None:
    assert check(script, ENOUGH, [], LATER) == []


def test_a_mail_that_led_to_nothing(script: Script) -> None:
    (fault,) = check(script, ENOUGH[:1], [], LATER)
    assert (fault.kind, fault.nonce) == ("less than expected", BOOKED)
    assert check(script, [], [], NOW) == [], "there was no time for it yet"


def test_an_answer_where_there_must_be_none(script: Script) -> None:
    assert kinds(check(script, [*ENOUGH, mail(ANNA, 3, word=OFFER)], [], LATER)) == ["more than expected"]


def test_the_same_mail_twice(script: Script) -> None:
    assert kinds(check(script, [*ENOUGH, ENOUGH[0]], [], LATER)) == ["duplicate mail"]
    again = Arrived(recipient=ANNA, raw=ENOUGH[0].raw, again=True)
    assert check(script, [*ENOUGH, again], [], LATER) == [], "the world has brought it twice"


def test_the_same_answer_under_another_id(script: Script) -> None:
    twice = [mail(ANNA, number, answers="<mail.x@office.example>") for number in (3, 4)]
    assert kinds(check(script, [*ENOUGH, *twice], [], LATER)) == ["duplicate mail"]
    other = [mail(ANNA, 3, answers="<x@y>"), mail(ANNA, 4, "Two things.", answers="<x@y>")]
    assert check(script, [*ENOUGH, *other], [], LATER) == []


def test_a_meeting_that_stands_twice(script: Script) -> None:
    start = NOW + timedelta(days=1)
    both = [
        Standing(owner=ANNA, ics=event_object(uid, f"Budget {BOOKED}", start, timedelta(hours=1))) for uid in ("a", "b")
    ]
    assert sorted(kinds(check(script, ENOUGH, both, LATER))) == ["duplicate event", "more than expected"]
    assert check(script, ENOUGH, both[:1], LATER) == []
