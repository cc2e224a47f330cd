"""Mail to other domains is sent once, and tried again while that may help."""

import email
from contextlib import closing
from datetime import timedelta

from empla.clock import SystemClock
from runtime.cli.health import _outgoing
from runtime.office import database, outgoing
from tests.runtime.office.relay.conftest import XENIA, YANN, Elsewhere, Sending
from tests.runtime.office.waiting import eventually


def test_a_mail_to_another_domain_arrives_there_once_and_is_filed(sending: Sending, elsewhere: Elsewhere):
    ben = sending.office.add("Ben Example")[0]
    sending.send(XENIA, ben, YANN, text=".dots\r\n..stay")
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    ((sender, recipients, content),) = elsewhere.taken
    assert (sender, recipients) == (sending.anna[0], [XENIA, YANN])
    assert content.endswith(b"\r\n\r\n.dots\r\n..stay\r\n")
    mail = email.message_from_bytes(content)
    assert mail["Message-ID"] == "<out@office.example>"
    assert (mail["Return-Path"], mail["Authentication-Results"]) == (None, None)
    assert len(sending.mails("Sent")) == len(sending.mails(who=ben)) == 1
    assert sending.mails() == []


def test_the_same_submission_again_is_not_sent_again(sending: Sending, elsewhere: Elsewhere):
    for _ in range(2):
        sending.send(XENIA)
    sending.send(XENIA, "Yann@ELSEWHERE.example")  # one more recipient, and only this one has not got it
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[XENIA], [YANN]]
    assert elsewhere.taken[0][2] != b"" and len(sending.mails("Sent")) == 1


def test_what_waits_is_sent_when_the_relay_comes_back(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA, message_id="<1@x>")
    assert eventually(lambda: sending.attempts() == [1])
    sending.send(YANN, message_id="<2@x>")
    assert eventually(lambda: sending.attempts() == [1, 1])
    assert "no connection to the relay" in sending.rows()[0][4]
    elsewhere.start()
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [row[3] for row in sending.rows()] == [0, 0], "nobody was ever unsure"
    assert len(elsewhere.taken) == 2


def test_not_now_is_tried_again_with_the_same_bytes(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {"DATA": ["451 4.3.0 busy", "250 OK"], YANN: ["450 4.2.0 greylisted", "250 OK"]}
    sending.send(XENIA, YANN)
    assert eventually(lambda: sending.attempts() == [1, 1])
    assert [row[4] for row in sending.rows()] == ["451 4.3.0 busy", "450 4.2.0 greylisted"]
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[XENIA, YANN]]
    assert [row[2:4] for row in sending.rows()] == [(2, 0), (2, 0)]


def test_a_relay_that_went_away_without_a_word_gets_the_same_bytes_again_and_that_is_counted(
    sending: Sending, elsewhere: Elsewhere
):
    elsewhere.hang_up = 1
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1] and "went away" in sending.rows()[0][4])
    sending.later(timedelta(minutes=2))
    assert eventually(lambda: sending.states() == ["sent"])
    assert elsewhere.taken[0] == elsewhere.taken[1]
    assert [row[2:4] for row in sending.rows()] == [(2, 1)]
    (found,) = _outgoing(sending.office.home)
    assert (found.ok, found.evidence) == (True, "none waits; 1 may have arrived twice")


def test_pauses_grow_to_an_hour(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {"DATA": ["451 4.3.0 busy"]}
    sending.send(XENIA)
    clock = SystemClock(sending.office.home.clock)

    def pause_now() -> timedelta:
        with closing(database.connect(sending.office.home)) as db:
            due = outgoing.next_due(db)
        assert due is not None
        return due - clock.now()

    pauses = []
    for attempt in range(1, 10):
        # An attempt is counted before it is made; until its pause is noted, the last one, now over, stands there.
        assert eventually(lambda: sending.attempts() == [attempt] and pause_now() > timedelta(seconds=20))  # noqa: B023
        assert "451" in sending.rows()[0][4]
        pause = pause_now()
        pauses.append(pause.total_seconds())
        sending.later(pause + timedelta(seconds=1))
    expected = [min(3600.0, 60.0 * 2**number) for number in range(9)]
    assert all(0.7 * e < p < 1.26 * e for e, p in zip(expected, pauses, strict=True)), pauses


def test_a_mail_leaves_the_disk_when_it_is_sent_and_nobody_keeps_it(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    with closing(database.connect(sending.office.home)) as db:
        db.execute("DELETE FROM message")  # she empties her Sent
        assert db.execute("SELECT count(*) FROM content").fetchone() == (1,)
        elsewhere.start()
        sending.later(timedelta(minutes=2))
        assert eventually(lambda: sending.states() == ["sent"])
        assert len(elsewhere.taken) == 1
        assert db.execute("SELECT count(*) FROM content").fetchone() == (0,)
