"""What a reading says besides its slots: where the values come from, what is left, and what is never overlooked."""

from collections.abc import Callable

import pytest

from empla.capabilities.email.reading import THRESHOLD, Intent, nearest, new_text, parse, read
from empla.mind import codec
from empla.mind.readings import Reading
from empla.mind.values import Source
from tests.capabilities.email.reading.corpora import MANAGER, MONDAY, ZONE, make_mail
from tests.capabilities.email.reading.test_mime import INVITE, with_calendar

Read = Callable[..., Reading]


def test_a_reading_can_be_kept(reading_of: Read) -> None:
    reading = reading_of("Book half an hour with bob@x.example next Tuesday afternoon, not before 2.")
    assert codec.loads(codec.dumps(reading)) == reading


def test_the_same_mail_gives_the_same_reading(reading_of: Read) -> None:
    words = "Book an hour with Bob and Carla next week about the budget, not Friday."
    assert codec.digest(reading_of(words)) == codec.digest(reading_of(words))


@pytest.mark.parametrize(
    ("authenticated", "source"),
    [
        (MANAGER, Source.MANAGER),
        (None, Source.PERCEPT),  # the header From says max@office.example, and that is no proof
        ("carla@office.example", Source.PERCEPT),
    ],
)
def test_only_the_vouched_for_manager_speaks_as_manager(
    reading_of: Read, authenticated: str | None, source: Source
) -> None:
    reading = reading_of("Book an hour with bob@x.example tomorrow", authenticated=authenticated)
    (who,) = reading.value("people")
    assert who.address.origin.source is source
    assert (who.origin.ref, who.origin.field) == ("percept-1", "text")
    assert reading.value("window").origin.source is source


def test_every_slot_keeps_its_words_and_their_place(reading_of: Read) -> None:
    text = "Hi Ada,\n\nplease book half an hour with Bob Stone next Tuesday afternoon about the budget."
    reading = reading_of(text)
    new = new_text(text)
    for name, words in {
        "minutes": "half an hour",
        "window": "next Tuesday afternoon",
        "people": "with Bob Stone",
        "topic": "about the budget",
    }.items():
        slot = reading.slots[name]
        assert new[slot.start : slot.end] == words


def test_words_that_were_not_understood_are_kept_and_lower_the_confidence(reading_of: Read) -> None:
    clear = reading_of("Book an hour with Bob tomorrow.")
    odd = reading_of("Book an hour with Bob tomorrow unless the frobnicator squeaks.")
    assert not clear.unread
    assert "frobnicator" in " ".join(odd.unread)
    assert odd.confidence < clear.confidence


@pytest.mark.parametrize(
    "text",
    [
        "Book an hour with Bob tomorrow and cancel my lunch with Carla.",
        "Cancel my call with Bob. Also book an hour with Carla tomorrow.",
        "Move my meeting with Bob to Friday, and am I free on Thursday?",
        "Book an hour with Bob tomorrow. Please order lunch for six too.",
    ],
)
def test_two_requests_are_not_taken_for_one(reading_of: Read, text: str) -> None:
    reading = reading_of(text)
    assert reading.intent == "several"
    assert len(reading.value("parts")) == 2


def test_what_a_stranger_asks_for_is_taken_apart_for_nobody(reading_of: Read) -> None:
    reading = reading_of("Book an hour with Bob tomorrow and cancel my lunch with Carla.", authenticated=None)
    assert reading.intent == "schedule"
    assert reading.confidence < THRESHOLD
    assert reading.unread


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for this, please cancel my 3pm.",
        "Sorry for the short notice, please cancel my 3pm.",
        "Great, and please cancel my 3pm.",
    ],
)
def test_politeness_never_hides_a_request(reading_of: Read, text: str) -> None:
    assert reading_of(text).intent == Intent.CANCEL


@pytest.mark.parametrize(
    "text", ["Please don't book anything with Bob tomorrow.", "Never schedule a meeting on Friday."]
)
def test_what_is_forbidden_is_not_asked_for(reading_of: Read, text: str) -> None:
    assert reading_of(text).intent in (Intent.OTHER_REQUEST, Intent.RULE)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "Bob",
        "yes please",
        "45 minutes",
        "Agenda?",
        "Thursday 2pm",
        "Bob Stone and Carla Diaz",
        "2",
        "Re budget: Bob",
        "k",
    ],
)
def test_short_english_is_not_foreign(reading_of: Read, text: str) -> None:
    assert reading_of(text).intent != Intent.FOREIGN


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kannst du bitte am Dienstag eine Stunde mit Bob vereinbaren?", "de"),
        ("Peux-tu réserver une heure avec Bob mardi prochain ?", "fr"),
        ("¿Puedes reservar una hora con Bob el martes?", "es"),
        ("Можешь назначить встречу с Бобом во вторник?", "ru"),
        ("火曜日にボブとの会議を設定してください", "ja"),
    ],
)
def test_other_languages_are_told(reading_of: Read, text: str, language: str) -> None:
    reading = reading_of(text)
    assert (reading.intent, reading.value("language"), reading.language) == (Intent.FOREIGN, language, language)


def test_an_answer_to_an_invitation(reading_of: Read) -> None:
    mail = parse(with_calendar(INVITE.format(method="REPLY")), "k")
    reading = read(mail, MONDAY, ZONE, MANAGER)
    assert reading.intent == Intent.INVITATION_REPLY
    assert (reading.value("uid"), reading.value("sequence")) == ("42@office.example", 3)
    assert (reading.value("attendee").value, reading.value("partstat")) == ("bob@office.example", "ACCEPTED")
    assert reading.value("attendee").origin.source is Source.PERCEPT


def test_an_invitation() -> None:
    mail = parse(with_calendar(INVITE.format(method="REQUEST"), "REQUEST"), "k")
    reading = read(mail, MONDAY, ZONE, MANAGER)
    assert reading.intent == Intent.INVITATION
    assert (reading.value("method"), reading.value("topic")) == ("REQUEST", "Budget")
    assert reading.value("organizer").value == "ada@office.example"
    assert len(reading.value("spans")) == 1


def test_the_subject_fills_what_a_new_mail_leaves_open() -> None:
    mail = make_mail("Half an hour tomorrow at 3, please arrange a call.", subject="Call with Bob")
    reading = read(mail, MONDAY, ZONE, MANAGER)
    assert [who.words for who in reading.value("people")] == ["Bob"]
    assert reading.slots["people"].start == -1
    (who,) = reading.value("people")
    assert who.origin.field == "subject"


def test_the_subject_of_a_reply_is_old() -> None:
    mail = make_mail("Half an hour tomorrow at 3, please arrange a call.", subject="Re: Call with Bob", reply=True)
    assert read(mail, MONDAY, ZONE, MANAGER).value("people") is None


def test_the_nearest_sentence() -> None:
    assert nearest("can u cancell the carla thing on fri") == "Cancel the meeting with Carla on Friday."
    assert nearest("is thursday free for me") == "Am I free on Thursday?"
    assert nearest("")


@pytest.mark.parametrize(
    "text",
    [
        "Please don't cancel my meeting with Bob.",
        "I don't want to cancel the meeting with Bob.",
        "Will the meeting with Bob be moved?",
        "Why did you book Bob on Friday?",
        "Tell Bob I need to move our meeting to Friday.",
        "Ask Carla if she can meet on Friday.",
    ],
)
def test_asking_telling_and_forbidding_are_not_commands(reading_of: Read, text: str) -> None:
    assert reading_of(text).intent == Intent.OTHER_REQUEST


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Did you cancel the meeting with Bob?", Intent.STATUS),
        ("Is my meeting with Bob cancelled?", Intent.STATUS),
        ("Can you remind me to cancel the meeting with Bob?", Intent.REMIND),
    ],
)
def test_asking_what_was_done_and_to_be_reminded_cancels_nothing(reading_of: Read, text: str, intent: Intent) -> None:
    assert reading_of(text).intent == intent


@pytest.mark.parametrize(
    "text", ["The meeting with Bob went well.", "Bob is free on Thursday.", "You booked the wrong Bob."]
)
def test_statements_are_not_requests(reading_of: Read, text: str) -> None:
    assert reading_of(text).intent == Intent.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "Book an hour with Bob next week but only if Carla can't make it.",
        "Book an hour with Bob, or Carla if he is away, tomorrow.",
        "Bob is on vacation until Friday. Book an hour with him next week.",
    ],
)
def test_conditions_are_asked_about(reading_of: Read, text: str) -> None:
    reading = reading_of(text)
    assert reading.confidence < THRESHOLD
    assert reading.unread


def test_one_or_the_other_is_not_both(reading_of: Read) -> None:
    (doubt,) = reading_of("Book an hour with Bob or Carla tomorrow").value("doubts")
    assert doubt.question == "Which of them shall I invite: Bob or Carla?"


def test_a_time_of_today_that_is_past_is_asked(reading_of: Read) -> None:
    late = MONDAY.replace(hour=16)
    (doubt,) = reading_of("Book an hour with Bob at 3pm", now=late).value("doubts")
    assert "past" in doubt.question
    assert reading_of("Book an hour with Bob at 3pm").value("doubts") is None


def test_a_long_mail_says_that_it_was_not_read_to_its_end(reading_of: Read) -> None:
    reading = reading_of("Book an hour with Bob tomorrow.\n\n" + "The weather is fine today. " * 300)
    assert reading.unread
