"""The people of a scenario decide by seed and matter, never by the order in which things reach them."""

import random
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from runtime import itip
from runtime.simulation.chance import Chance
from runtime.simulation.correspondents import Script
from runtime.simulation.deeds import Entry, Post
from runtime.simulation.letters import letter, with_calendar
from runtime.simulation.nonces import nonce, nonces_in
from runtime.simulation.reading import parse
from runtime.simulation.scenario import Scenario
from tests.proof.conftest import SMALL

NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TEMPER = 'name = "Ben Stone"'


def asks(number: int, text: str = "Anna Berg asks you for the list.", references: str = "") -> bytes:
    word = nonce(number)
    mail = letter(
        sender="Ada Lane <ada.lane@office.example>",
        to="ben.stone@office.example",
        subject=f"{word} list, for Anna Berg",
        text=text,
        message_id=f"<{number}@office.example>",
        at=NOW,
    )
    if references:
        mail["References"] = references
    return mail.as_bytes()


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_nonce_is_found_again_and_no_two_numbers_share_one(one: int, other: int) -> None:
    assert nonces_in(f"Re: the {nonce(one).capitalize()} budget") == (nonce(one),)
    assert (nonce(one) == nonce(other)) is (one == other)


@given(st.integers(0, 2**32), st.lists(st.text(max_size=5), max_size=4), st.randoms(use_true_random=False))
def test_what_chance_says_of_one_thing_does_not_depend_on_others(
    seed: int, names: list[str], shuffle: random.Random
) -> None:
    whole = {name: Chance(seed, "x").share(name) for name in names}
    shuffle.shuffle(names)
    chance = Chance(seed, "x")
    assert {name: chance.share(name) for name in names} == whole
    assert all(0 <= share < 1 for share in whole.values())


def test_the_same_seed_makes_the_same_mails_and_another_others(small: Scenario) -> None:
    assert Script(small, 1, 10).deeds == Script(small, 1, 10).deeds
    assert Script(small, 1, 10).deeds != Script(small, 2, 10).deeds
    words = [post.nonce for post in Script(small, 1, 10).deeds]
    assert len(words) == len(set(words)) > 10


def test_answers_do_not_depend_on_the_order_of_arrival(small: Scenario) -> None:
    ben = Script(small, 1, 5).correspondent("ben.stone@office.example")
    mails = [asks(number) for number in range(20)]
    forwards = {mail: ben.sees(mail, NOW) for mail in mails}
    other = Script(small, 1, 5).correspondent("ben.stone@office.example")
    assert {mail: other.sees(mail, NOW) for mail in reversed(mails)} == forwards
    assert any(forwards.values())
    assert not all(forwards.values()), "nobody answers everything"


def test_an_answer_comes_in_its_thread_in_working_hours_and_names_the_matter(small: Scenario) -> None:
    ben = Script(small, 1, 5).correspondent("ben.stone@office.example")
    late = datetime(2026, 3, 20, 21, tzinfo=UTC)
    posts = [deed for number in range(20) for deed in ben.sees(asks(number), late) if isinstance(deed, Post)]
    for post in posts:
        assert post.at.weekday() == 0, "it was Friday night"
        assert 8 <= post.at.hour < 16
        mail = message_from_bytes(post.raw, policy=default)
        assert mail["From"].addresses[0].addr_spec == post.account == "ben.stone@office.example"
        assert post.nonce in post.raw.decode()
    assert posts


def test_whoever_is_away_has_their_mailbox_answer(small: Scenario) -> None:
    away = parse(SMALL.replace(TEMPER, f'{TEMPER}\naway = ["day 1", "day 2"]'))
    ben = Script(away, 1, 5).correspondent("ben.stone@office.example")
    (note,) = ben.sees(asks(1), NOW)
    assert b"Auto-Submitted: auto-replied" in note.raw
    assert ben.sees(asks(1, references="<a@x> <b@x>"), NOW) == ()


def test_nobody_answers_strangers_or_goes_on_for_ever(small: Scenario) -> None:
    ben = Script(small, 1, 5).correspondent("ben.stone@office.example")
    stranger = asks(1).replace(b"ada.lane@", b"eve@")
    assert ben.sees(stranger, NOW) == ()
    assert ben.sees(asks(1, references=" ".join(f"<{n}@x>" for n in range(20))), NOW) == ()


def test_nobody_answers_an_overview_of_many_matters(small: Scenario) -> None:
    ben = Script(small, 1, 5).correspondent("ben.stone@office.example")
    questions = [asks(number, f"May I? About the {nonce(number)} list?") for number in range(20)]
    assert any(ben.sees(mail, NOW) for mail in questions)
    for number, mail in enumerate(questions):
        subject = f"{nonce(number)} list, for Anna Berg".encode()
        assert subject in mail
        assert ben.sees(mail.replace(subject, b"Your Friday, 20 March 2026"), NOW) == ()


def test_nobody_writes_while_they_are_away(small: Scenario) -> None:
    away = parse(SMALL.replace('name = "Anna Berg"\nanswers', 'name = "Anna Berg"\naway = ["day 2", "day 9"]\nanswers'))
    days = {post.at.date() for post in Script(away, 1, 9).deeds if post.account.startswith("anna")}
    assert days == {NOW.date()}
    assert NOW.date() + timedelta(days=1) in {post.at.date() for post in Script(small, 1, 9).deeds}


def test_what_was_called_off_is_not_entered_afterwards(small: Scenario) -> None:
    ben = Script(small, 1, 5).correspondent("ben.stone@office.example")
    late = datetime(2026, 3, 20, 21, tzinfo=UTC)
    for number in range(20):
        word = nonce(number)
        asked = itip.invitation(
            f"{number}@x",
            f"{word} talk",
            NOW,
            LATER,
            organizer="ada.lane@office.example",
            guests=(ben.address,),
            at=NOW,
        )
        taken_back = icalendar.Calendar.from_ical(asked.to_ical())
        taken_back["METHOD"] = "CANCEL"
        invited = ben.sees(with_calendar(message(asks(number)), asked, word).as_bytes(), late)
        (gone,) = ben.sees(with_calendar(message(asks(number)), taken_back, word).as_bytes(), late)
        assert isinstance(gone, Entry)
        assert not gone.ics
        assert all(deed.at < gone.at for deed in invited)


def message(raw: bytes) -> EmailMessage:
    made = message_from_bytes(raw, policy=default)
    assert isinstance(made, EmailMessage)
    return made
