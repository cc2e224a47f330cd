"""Requests of others that wait: for the manager, for the one who asks, for one another."""

from datetime import timedelta

import pytest

from tests.scenarios.conftest import Morning, times
from tests.scenarios.outsiders import Outsider, somebody, wishes


@pytest.fixture
def gus(morning: Morning) -> Outsider:
    return somebody(morning)


def test_who_does_not_answer_is_let_go_once_and_the_times_are_free_again(morning: Morning, gus: Outsider) -> None:
    question = wishes(morning, gus, subject="Silence")
    morning.manager.reply(question, "yes")
    gus.heard("can offer you")
    morning.settled()  # the wait begins once the assistant knows that its mail was taken
    before = morning.manager._now()
    morning.move_to(before + timedelta(days=4, minutes=5))
    assert "has not answered" in morning.told("No answer").text
    morning.settled()
    assert len([m for m in morning.manager.inbox() if m.subject.startswith("No answer") and m.uid > question.uid]) == 1


def test_a_bare_yes_elsewhere_writes_to_nobody(morning: Morning, gus: Outsider) -> None:
    wishes(morning, gus, subject="Elsewhere")
    answer = morning.ask("Yes", "Something else")
    assert "answer the very mail" in answer.text
    assert gus.unread() == []
    morning.manager.reply(answer, "no")
    assert "will not be possible" in gus.heard().text


def test_a_colleague_who_asks_is_sorted_out_alike(morning: Morning) -> None:
    stone = morning.people["Ben Stone"]
    stone.send(morning.assistant, "Time?", "Hi Ada, could Anna spare half an hour on Thursday afternoon?")
    question = morning.told(f"{stone.address} asks for a meeting")
    assert f"Ben Stone ({stone.address})" in question.text
    morning.manager.reply(question, "yes")
    offer = stone.wait_for(lambda m: "can offer you" in m.text, 60)
    stone.reply(offer, "the first one")
    assert "with Ben Stone" in morning.told("Booked").text


def test_an_order_of_somebody_else_is_still_none(morning: Morning) -> None:
    morning.people["Ben Stone"].send(morning.assistant, "Order", "Please book an hour with Carla tomorrow.")
    assert "I take requests only from you" in morning.told("Mail from ben.stone").text


def test_ten_at_once_each_have_their_own(morning: Morning) -> None:
    names = [
        f"Guest {word}" for word in ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    ]
    clients = [somebody(morning, name) for name in names]
    for client in clients:
        client.send(morning.assistant, "Hello", "Could I have half an hour with Anna Berg this week or next?")
    questions = [morning.told(f"{client.address} asks for a meeting") for client in clients]
    for question in questions:
        morning.manager.reply(question, "yes")
    for client in clients:
        offer = client.wait_for(lambda m: "can offer you" in m.text, 30)
        client.reply(offer, "The first one, please.")
    morning.until(lambda: len(morning.meetings()) == len(clients), 60)
    starts = [times(e)[0] for e in morning.meetings()]
    assert len(set(starts)) == len(clients), "nobody is given another one's time"


def test_the_manager_says_nothing_and_it_is_left(morning: Morning, gus: Outsider) -> None:
    wishes(morning, gus, subject="Nothing said")
    morning.move_to(morning.manager._now() + timedelta(days=3, minutes=5))
    assert "I have not answered them" in morning.told("Left").text
