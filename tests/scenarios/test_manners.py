"""Whom the assistant does not answer, and from whom it takes no orders (law 7, contract 6)."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from empla.errors import ExternalError
from tests.scenarios.conftest import Morning, signed_in_as

ORDER = "Please book an hour with Carla tomorrow."


def mail(morning: Morning, sender: str, number: int, text: str = ORDER, **headers: str) -> EmailMessage:
    """Return a mail to the assistant as its sender writes it."""
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"], found["Subject"] = sender, morning.assistant, "A meeting"
    found["Message-ID"] = f"<manners-{number}@elsewhere.example>"
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found


@pytest.mark.parametrize(
    ("number", "headers"),
    [
        (1, {"Auto_Submitted": "auto-replied"}),
        (2, {"X_Autoreply": "yes"}),
        (3, {"Precedence": "bulk"}),
        (4, {"List_Id": "<news.elsewhere.example>"}),
    ],
)
def test_machines_get_no_answer_and_give_no_orders(shared: Morning, number: int, headers: dict[str, str]) -> None:
    anna = shared.manager
    anna.submit(mail(shared, anna.address, number, **headers).as_bytes(), [shared.assistant])
    shared.settled()
    assert not any(m.answers(f"<manners-{number}@elsewhere.example>") for m in anna.inbox())
    assert shared.meetings() == []


def test_a_bounce_gets_no_answer(shared: Morning) -> None:
    before = len(shared.manager.inbox())
    bounce = mail(shared, "MAILER-DAEMON@elsewhere.example", 10, "It could not be delivered.")
    shared.deliver(bounce.as_bytes(), "")
    shared.settled()
    assert len(shared.manager.inbox()) == before + 1, "nothing but the answer to our own question"


def test_its_own_mail_that_comes_back_is_left_alone(shared: Morning) -> None:
    before = len(shared.manager.inbox())
    own = signed_in_as(shared, shared.assistant)
    own.submit(mail(shared, own.address, 11).as_bytes(), [shared.assistant])
    shared.settled()
    assert len(shared.manager.inbox()) == before + 1
    assert shared.meetings() == []


@pytest.mark.parametrize(
    ("number", "sender", "headers", "text"),
    [
        (20, "Anna Berg <ben.stone@office.example>", {}, ORDER),
        (21, '"anna.berg@office.example" <ben.stone@office.example>', {}, ORDER),
        (22, "Ben Stone <ben.stone@office.example>", {"Reply_To": "anna.berg@office.example"}, ORDER),
        (23, "Ben Stone <ben.stone@office.example>", {}, f"Forwarded:\n\nFrom: anna.berg@office.example\n\n{ORDER}"),
    ],
)
def test_a_colleague_gives_no_orders(
    shared: Morning, number: int, sender: str, headers: dict[str, str], text: str
) -> None:
    ben = shared.people["Ben Stone"]
    ben.submit(mail(shared, sender, number, text, **headers).as_bytes(), [shared.assistant])
    told = shared.told("Mail from ben.stone@office.example")
    assert "I take requests only from you" in told.text
    shared.settled()
    assert shared.meetings() == []
    assert shared.written_to("Ben Stone") == []
    assert shared.written_to("Carla Ruiz") == []


def test_nobody_can_write_as_the_manager(shared: Morning) -> None:
    forged = mail(shared, "Anna Berg <anna.berg@office.example>", 30).as_bytes()
    with pytest.raises(ExternalError, match=r"5\.7\.1"):
        shared.people["Ben Stone"].submit(forged, [shared.assistant])
    with pytest.raises(Exception, match=r"5\.7\.1"):
        shared.deliver(forged, "anna.berg@office.example")
    shared.settled()
    assert shared.meetings() == []


def test_a_stranger_is_passed_on_but_a_flood_is_not(shared: Morning) -> None:
    for number in range(40, 52):
        shared.deliver(mail(shared, "sales@elsewhere.example", number).as_bytes(), "sales@elsewhere.example")
    shared.told("More mails from others")
    shared.settled()
    passed = [m for m in shared.manager.inbox() if m.subject.startswith("Mail from")]
    assert len(passed) <= 8
    assert "does not vouch" in passed[-1].text


def test_thanks_and_a_nod_get_no_answer_from_anybody(morning: Morning) -> None:
    done = morning.ask("Please book half an hour with Ben tomorrow at 2pm.")
    sent = [morning.manager.reply(done, words) for words in ("Thanks!", "Great.", "ok", "Perfect, thank you!")]
    morning.people["Ben Stone"].send(morning.assistant, "Thanks", "Thank you!")
    morning.settled()
    assert not any(m.answers(one) for one in sent for m in morning.manager.inbox())
    assert not any(m.subject.startswith("Mail from") for m in morning.manager.inbox())
    assert len(morning.meetings()) == 1


def test_a_second_yes_is_heard_but_books_nothing_again(morning: Morning) -> None:
    question = morning.ask("Book half an hour with Ben every Monday at 10")
    assert "single meetings only" in question.text
    answer = morning.reply(question, "Yes")
    second = morning.manager.reply(question, "Yes")
    morning.settled()
    assert answer.new.startswith("Done.")
    assert not any(m.answers(second) for m in morning.manager.inbox())
    assert len(morning.meetings()) == 1
    heard = morning.rows("percept", "seq", kind="mail-arrived")
    assert len(heard) == 4, "request, yes, yes and our last question"


def test_two_assistants_do_not_write_to_each_other_for_ever(morning: Morning, hired_by_ben: str) -> None:
    ada, bea = (signed_in_as(morning, address) for address in (morning.assistant, hired_by_ben))
    ada.submit(greeting(ada.address, bea.address, 60).as_bytes(), [bea.address])
    bea.submit(greeting(bea.address, ada.address, 61).as_bytes(), [ada.address])
    morning.told(f"Mail from {bea.address}")
    ben = morning.people["Ben Stone"]
    ben.wait_for(lambda m: f"Mail from {ada.address}" in m.subject, 60)
    ben.answer_to(ben.send(bea.address, "Settled?", "What can you do?"), 60)
    morning.settled()
    assert len(bea.inbox()) == 2, "Ada's mail and Ben's question"
    assert [m.sender for m in ada.inbox() if m.sender == bea.address] == [bea.address]


def greeting(sender: str, to: str, number: int) -> EmailMessage:
    """Return a mail as a person would write it, without a mark that a machine wrote it."""
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"], found["Subject"] = sender, to, "Hello"
    found["Message-ID"] = f"<greeting-{number}@office.example>"
    found.set_content("Hello, when can our managers meet? Please answer.")
    return found
