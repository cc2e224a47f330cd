"""Fault 11: the server that takes mail says wait, says no, takes and loses the connection, or takes ten minutes.

Asked: 4xx is tried again for at most four hours and then reported; 5xx is reported within a minute; between the final
dot and the 250 nothing is lost and nothing doubled. Time is the assistant's own, which passes at once. The same at a
real server, killed at every point: `tests/crash/test_one_answer.py`; single replies: `tests/workplace/test_smtp.py`.
"""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from empla.capabilities.email.mailbox import Evidence
from empla.testing.employee import MARIA
from empla.testing.mailbox import Server
from tests.employees.executive_assistant.conftest import BEN, Desk, said

ERRAND = "Get me the supplier list from Ben by Friday 12:00."


def to(mails: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [m for m in mails if address in str(m["To"])]


def states(desk: Desk) -> list[str]:
    return [r.state for r in desk.ada.store.find("action", {"effect": "tell"}, ("state",))]


@pytest.mark.parametrize("says", [Server.DELAYS, Server.GREYLISTS, Server.DELAYS_LATE])
def test_a_server_that_says_wait_gets_the_mail_later_and_once(desk: Desk, says: Server) -> None:
    desk.ada.mailbox.script = [says] * 9
    desk.write(ERRAND)
    assert desk.ada.mailbox.taken == []
    sent = [m for _ in range(60) for m in desk.goes_on(timedelta(minutes=1))]
    assert len(to(sent, BEN)) == 1
    assert len({m["Message-ID"] for m in sent}) == len(sent)


def test_a_server_that_says_wait_for_hours_is_given_up_and_the_manager_hears_of_it(desk: Desk) -> None:
    desk.ada.mailbox.script = [Server.GREYLISTS] * 56  # the first mail's every attempt: four hours of them
    desk.write(ERRAND)
    hours = 0
    while "failed" not in states(desk):
        hours += 1
        assert hours <= 5, "it is still tried after five hours"
        desk.goes_on(timedelta(hours=1))
    assert hours >= 3, "it was given up too soon"
    desk.ada.mailbox.script = []
    told = to([*desk.ada.mailbox.taken, *desk.goes_on(timedelta(minutes=10))], MARIA)
    assert any("could not" in said(m) or "not be sent" in said(m) or "did not work" in said(m) for m in told)


def test_a_no_is_reported_within_a_minute(desk: Desk) -> None:
    desk.ada.mailbox.script = [Server.REFUSES]  # of the question to Ben; what is written to Maria goes
    sent = [*desk.write(ERRAND), *desk.goes_on(timedelta(minutes=1))]
    assert to(sent, BEN) == []
    assert "Ben" in said(to(sent, MARIA)[-1])
    assert "failed" in states(desk)


@pytest.mark.parametrize("evidence", list(Evidence))
@pytest.mark.parametrize("does", [Server.TAKES_UNSEEN, Server.LOSES])
def test_a_connection_lost_around_the_last_dot_neither_loses_nor_doubles(
    desk: Desk, does: Server, evidence: Evidence
) -> None:
    desk.ada.mailbox.evidence = evidence
    desk.ada.mailbox.script = [does]
    desk.write("What can you do?")
    desk.goes_on(timedelta(minutes=10))
    answers = to(desk.ada.mailbox.taken, MARIA)
    told = [m for m in answers if "nobody knows" in said(m) or "unknown" in said(m) or "whether" in said(m)]
    about_it = len(answers) - len(told)
    known = evidence is Evidence.AUTHORITATIVE or (evidence is Evidence.LOOKUP and does is Server.TAKES_UNSEEN)
    if known:
        assert (about_it, "unknown" in states(desk)) == (1, False)
    else:
        assert about_it == (1 if does is Server.TAKES_UNSEEN else 0), "never sent again without somebody's word"
        assert "unknown" in states(desk)


def test_ten_minutes_for_a_250_are_waited_for_where_the_account_says_so(desk: Desk, tmp_path: Path) -> None:
    assert desk.ada.mailbox.taking_s >= 300
    desk.ada.mailbox.script = [Server.TAKES_UNSEEN]
    desk.write("What can you do?")
    desk.goes_on(timedelta(minutes=15))
    assert len(to(desk.ada.mailbox.taken, MARIA)) == 1
