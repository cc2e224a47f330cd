"""All or nothing, once, and never hidden: what happens when a mail is submitted again, or its sender goes away."""

import os
import smtplib
import socket
import struct
from contextlib import closing
from pathlib import Path

import pytest

from empla import faults
from empla.clock import SystemClock
from empla.config import Home
from empla.errors import ResourceError
from runtime.office import accounts, database
from runtime.office.delivery import Letter, deliver, submissions, suppressed
from runtime.office.testing import RunningOffice


def test_the_same_submission_again_is_taken_counted_and_delivered_once(own_office, own_clients):
    anna, ben = own_clients.person("Anna Twice"), own_clients.person("Ben Twice")
    for _ in range(3):
        own_clients.send(anna, ben, "Once.", "<once@office.example>")
    assert len(own_clients.mails(ben)) == len(own_clients.mails(anna, "Sent")) == 1
    assert suppressed(own_office.home) == 2
    (submission,) = submissions(own_office.home)
    assert (submission.account, submission.message_id) == (anna.address, "<once@office.example>")
    assert (submission.recipients, submission.suppressed) == ((ben.address,), 2)


def test_the_same_message_id_with_other_bytes_is_refused(own_office, own_clients):
    anna, ben = own_clients.person("Anna Other"), own_clients.person("Ben Other")
    own_clients.send(anna, ben, "One thing.", "<one@office.example>")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        own_clients.send(anna, ben, "Another thing.", "<one@office.example>")
    assert refused.value.smtp_code == 550
    assert len(own_clients.mails(ben)) == len(own_clients.mails(anna, "Sent")) == 1
    assert suppressed(own_office.home) == 0


def test_another_account_may_use_the_same_message_id(own_office, own_clients):
    anna, ben = own_clients.person("Anna Id"), own_clients.person("Ben Id")
    own_clients.send(anna, ben, "From Anna.", "<one@office.example>")
    own_clients.send(ben, ben, "From Ben.", "<one@office.example>")
    assert len(own_clients.mails(ben)) == 2


def test_further_recipients_of_the_same_mail_get_it_and_the_others_not_again(own_office, own_clients, written):
    anna, ben, cleo = (own_clients.person(f"{name} Part") for name in ("Anna", "Ben", "Cleo"))
    content = written(anna.address, "For two.", "<parts@office.example>")
    with own_clients.smtp(anna) as client:
        client.sendmail(anna.address, [ben.address], content)
        client.sendmail(anna.address, [ben.address, cleo.address], content)
    assert [len(own_clients.mails(who)) for who in (ben, cleo)] == [1, 1]
    assert len(own_clients.mails(anna, "Sent")) == 1
    assert suppressed(own_office.home) == 0


def submit_and_go(office: RunningOffice, person, to: str, content: bytes) -> None:
    """Submit a mail and be gone (a reset, not a goodbye) before the reply can be read."""
    client = smtplib.SMTP(*office.smtp)
    client.login(person.address, person.password)
    client.mail(person.address)
    client.rcpt(to)
    client.docmd("DATA")
    assert client.sock is not None
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sock.sendall(content)
    client.close()


def test_a_client_that_drops_before_the_final_dot_sent_nothing(own_office, own_clients, written):
    anna, ben = own_clients.person("Anna Drop"), own_clients.person("Ben Drop")
    submit_and_go(own_office, anna, ben.address, written(anna.address, "Half a ma"))
    own_office.stop()
    assert submissions(own_office.home) == []
    own_office.start()
    assert own_clients.mails(ben) == own_clients.mails(anna, "Sent") == []


def test_a_client_that_drops_after_the_final_dot_sent_to_all_or_to_nobody(own_office, own_clients, written):
    anna, ben = own_clients.person("Anna Dot"), own_clients.person("Ben Dot")
    for number in range(20):
        submit_and_go(own_office, anna, ben.address, written(anna.address, "Hi.", f"<{number}@x>") + b".\r\n")
    own_clients.send(anna, ben, "The last.", "<last@x>")
    own_office.stop()  # what was not delivered now never will be
    own_office.start()
    accepted = len(submissions(own_office.home))
    assert accepted >= 1
    assert len(own_clients.mails(ben)) == len(own_clients.mails(anna, "Sent")) == accepted


@pytest.mark.parametrize(("point", "delivered"), [("office.commit", 0), ("office.committed", 1)])
def test_killed_at_the_commit_it_was_delivered_to_all_or_to_nobody(tmp_path: Path, point, delivered, written):
    home, page = Home(tmp_path / "home"), tmp_path / "faults"
    office = RunningOffice(home)
    anna, ben = office.add("Anna Kill"), office.add("Ben Kill")
    faults.create(page)
    office.start({"EMPLA_FAULTS": str(page)})
    passed = len(faults.passed(page))
    office.stop()
    faults.create(page, die_at=passed + ["office.commit", "office.committed"].index(point) + 1)
    office.start({"EMPLA_FAULTS": str(page)})
    content = written(anna[0], "Hi.", "<kill@office.example>")

    def submit() -> None:
        with smtplib.SMTP(*office.smtp) as client:
            client.login(*anna)
            client.sendmail(anna[0], [ben[0]], content)

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        submit()
    office.kill()  # it is dead: this collects it
    office.start()
    try:
        assert len(submissions(home)) == delivered
        submit()  # unsure, the client tries again
        assert suppressed(home) == delivered
        with closing(database.connect(home)) as db:
            held = db.execute("SELECT b.account, b.name FROM message m JOIN mailbox b ON b.id = m.mailbox").fetchall()
        assert sorted(held) == sorted([(anna[0], "Sent"), (ben[0], "INBOX")])
    finally:
        office.stop()


def test_what_cannot_be_kept_is_not_delivered_in_part(tmp_path: Path):
    home = Home(tmp_path)
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    letter = Letter(
        raw=b"From: anna@office.example\r\n\r\n" + os.urandom(1 << 20),
        recipients=("anna@office.example",),
        at=SystemClock().now(),
        account="anna@office.example",
        message_id="<full@x>",
        digest="d",
    )
    with closing(database.connect(home)) as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(ResourceError, match="full"):
            deliver(db, letter)
        assert db.execute("SELECT count(*) FROM message").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM submission").fetchone() == (0,)
        db.execute("PRAGMA max_page_count = 1000000")
        assert len(deliver(db, letter)) == 2
