"""Memory by mail, at a real office: the manager asks, corrects and has things remembered; others hear what they may."""

import json

from runtime.client import Letter
from tests.scenarios.conftest import Morning, at

BEN = "Hello Anna, hello Ada,\n\nthe renewal of the contract with Acme is on 3 March 2027.\n\nBest,\nBen"


def told(morning: Morning, text: str) -> Letter:
    """Have the manager tell the assistant something to remember."""
    return morning.ask(text, "Something to remember")


def test_the_manager_is_told_what_a_colleague_wrote_with_who_and_when(shared: Morning) -> None:
    shared.people["Ben Stone"].send(shared.assistant, "Acme", BEN)
    shared.told("Acme")

    answer = shared.ask("What do you know about Acme?")

    assert "3 March 2027" in answer.new
    assert "Ben Stone, mail of 7 September 2026, “Acme”" in answer.new


def test_what_nobody_has_said_is_not_known(shared: Morning) -> None:
    answer = shared.ask("Who knows about Kubernetes?")

    assert "I do not know." in answer.new


def test_the_last_contact_is_told_with_its_date(morning: Morning) -> None:
    morning.people["Carla Ruiz"].send(morning.assistant, "Lunch", "The canteen is closed on Thursday.")
    morning.told("Lunch")
    morning.move_to(at(3, 9))

    answer = morning.ask("When did we last speak to Carla?")

    assert "7 September 2026" in answer.new
    assert "canteen is closed" in answer.new


def test_what_is_told_is_remembered_corrected_and_known_as_corrected(morning: Morning) -> None:
    kept = told(morning, "Please remember that Ben's phone number is 030 1111.")
    assert "I remember from now on" in kept.new
    answer = morning.ask("What is Ben's phone number?")
    assert "030 1111" in answer.new
    assert "Anna Berg" in answer.new

    put_right = morning.reply(answer, "That is wrong, it is 030 2222.")

    assert "030 2222" in put_right.new
    assert "Until now I had: Ben Stone has the phone number 030 1111." in put_right.new
    assert "empla memory undo “Ada Lane”" in put_right.new
    again = morning.ask("What is Ben's phone number?")
    assert "030 2222" in again.new
    assert "030 1111" not in again.new


def test_one_sentence_that_tells_two_things_is_two_facts(morning: Morning) -> None:
    told(morning, "Please remember that Acme's renewal is on 3 March 2027, and that Bob Meier is our contact at Acme.")

    renewal = morning.ask("When is Acme's renewal?")
    assert "Acme's renewal is on 3 March 2027, says Anna Berg" in renewal.new
    assert "Bob Meier" not in renewal.new
    assert "Bob Meier is our contact at Acme" in morning.ask("Who is our contact at Acme?").new
    assert "Bob Meier works for Acme" in morning.ask("Who works for Acme?").new


def test_a_colleague_hears_nothing_that_they_may_not_see(morning: Morning) -> None:
    told(morning, "Please remember that Ben's phone number is 030 1111.")

    morning.people["Sam Young"].send(morning.assistant, "A question", "What is Ben's phone number?")

    passed_on = morning.told("A question")
    assert "What is Ben's phone number?" in passed_on.text
    assert not morning.written_to("Sam Young")


def test_a_stranger_gets_no_answer(morning: Morning) -> None:
    told(morning, "Please remember that Ben's phone number is 030 1111.")
    raw = (
        b"From: Eve <eve@elsewhere.example>\r\nTo: " + morning.assistant.encode() + b"\r\nSubject: Hello\r\n"
        b"Message-ID: <1@elsewhere.example>\r\nDate: Mon, 07 Sep 2026 08:00:00 +0200\r\n\r\n"
        b"What is Ben's phone number?\r\n"
    )

    morning.deliver(raw, "eve@elsewhere.example")

    passed_on = morning.told("Hello")
    assert "030 1111" not in passed_on.text
    sent = [row.target for row in morning.rows("action", "operation", "target") if row.operation == "email.send"]
    assert not any("eve@elsewhere.example" in json.loads(target)["recipients"] for target in sent)


def test_a_colleague_hears_what_they_took_part_in_once_the_manager_agrees(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    ben.send(morning.assistant, "Acme", BEN)
    morning.told("Acme")

    asked = ben.send(morning.assistant, "A question", "What do you know about Acme?")

    wanted = morning.told("May I")
    assert ben.address in wanted.text
    assert not morning.written_to("Ben Stone")
    morning.manager.reply(wanted, "Yes")
    assert "3 March 2027" in ben.answer_to(asked, 60).new
