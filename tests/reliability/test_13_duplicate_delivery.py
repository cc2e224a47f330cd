"""Fault 13: the same mail comes again: three times, into another folder, after a restart. Asked: one action.

And what only looks the same is no duplicate: a second honest mail with the same words is another request.
"""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.scenarios.conftest import Morning, signed_in_as

ORDER = "Please book half an hour with Ben tomorrow at 2pm."


def order(morning: Morning, number: int, text: str = ORDER) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = morning.manager.address, morning.assistant, "A meeting"
    mail["Message-ID"] = f"<again-{number}@office.example>"
    mail.set_content(text)
    return mail.as_bytes()


def as_delivered(morning: Morning, number: int) -> bytes:
    """Return the mail as it lies in the assistant's INBOX."""
    own = signed_in_as(morning, morning.assistant)
    found = own.wait_for(lambda letter: letter.message_id == f"<again-{number}@office.example>")
    return bytes(found.message)


def append(morning: Morning, raw: bytes) -> None:
    """Put the very bytes into the INBOX once more, as a server does that delivers twice."""
    own = signed_in_as(morning, morning.assistant)
    with own._imap() as imap:
        done, _ = imap.append("INBOX", "", "", raw)
        assert done == "OK"


def answers(morning: Morning, number: int) -> int:
    return sum(m.answers(f"<again-{number}@office.example>") for m in morning.manager.inbox())


def test_a_mail_that_comes_three_times_and_after_a_restart_is_one(morning: Morning) -> None:
    morning.manager.submit(order(morning, 1), [morning.assistant])
    morning.manager.answer_to("<again-1@office.example>")
    raw = as_delivered(morning, 1)
    append(morning, raw)
    append(morning, raw)
    morning.settled()
    morning.end()
    append(morning, raw)
    morning.begin(2)
    morning.settled()
    assert answers(morning, 1) == 1
    assert len(morning.meetings()) == 1


def test_a_copy_with_other_trace_headers_is_the_same_mail(morning: Morning) -> None:
    morning.manager.submit(order(morning, 2), [morning.assistant])
    morning.manager.answer_to("<again-2@office.example>")
    copy = message_from_bytes(as_delivered(morning, 2), policy=SMTP)
    copy["Received"] = "from relay.example by mx.office.example; Mon, 7 Sep 2026 08:00:01 +0200"
    append(morning, copy.as_bytes())
    morning.settled()
    assert answers(morning, 2) == 1
    assert len(morning.meetings()) == 1


@pytest.mark.parametrize("number", [3])
def test_the_same_words_in_another_mail_are_another_request(morning: Morning, number: int) -> None:
    morning.manager.submit(order(morning, number, "What can you do?"), [morning.assistant])
    morning.manager.submit(order(morning, number + 1, "What can you do?"), [morning.assistant])
    morning.manager.answer_to(f"<again-{number}@office.example>")
    morning.manager.answer_to(f"<again-{number + 1}@office.example>")
    assert (answers(morning, number), answers(morning, number + 1)) == (1, 1)


def test_a_mail_with_the_same_id_and_other_words_is_not_taken_for_the_first(morning: Morning) -> None:
    """A guessed or repeated Message-ID must not make a mail disappear: both are perceived."""
    morning.manager.submit(order(morning, 5), [morning.assistant])
    morning.manager.answer_to("<again-5@office.example>")
    other = message_from_bytes(as_delivered(morning, 5), policy=SMTP)
    other.set_payload("What can you do?\r\n")
    append(morning, other.as_bytes())
    morning.settled()
    assert len(morning.rows("percept", "key", kind="mail-arrived")) == 3, "the order, the other one, our last question"
