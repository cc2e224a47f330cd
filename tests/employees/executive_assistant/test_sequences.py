"""Sequences: shown first where they go outside, in the recipient's hours, and stopped at once by an answer."""

from datetime import timedelta
from email.message import EmailMessage

from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.testing.employee import MARIA
from empla.testing.mailbox import Server, letter
from tests.employees.executive_assistant.conftest import BEN, Desk, said
from tests.employees.executive_assistant.test_errands import answered, to

LEAD = "lead@acme.example"
REQUEST = f"Follow up with {LEAD} about the offer every 3 days, three times, unless they answer."


def promises(desk: Desk) -> list[Commitment]:
    return [b.arguments[1] for b in desk.ada.engine.state.beliefs.matching(COMMITMENT)]


def coming(desk: Desk, days: int, address: str) -> list[tuple[str, EmailMessage]]:
    """Let days pass, an hour at a time; return what was sent to somebody, with the hour."""
    found = []
    for _ in range(days * 24):
        mails = to(desk.goes_on(timedelta(hours=1)), address)
        found += [(f"{desk.ada.clock.now():%a %d %H:%M}", m) for m in mails]
    return found


def begun(desk: Desk, request: str = REQUEST) -> EmailMessage:
    """Have Maria agree to what is shown; return the confirmation."""
    question = desk.answer(request)
    assert "Shall I? Answer yes or no" in said(question)
    (confirmed,) = to(desk.write("Yes", question), MARIA)
    return confirmed


def test_nothing_goes_outside_before_the_manager_has_seen_it(desk: Desk) -> None:
    (question,) = desk.write(REQUEST)
    text = " ".join(said(question).split())
    assert (
        f"I would write to {LEAD} in your name: on Monday, 23 November 2026, 09:00 (UTC), and then every 3 days" in text
    )
    assert "Maria Mitchell asked me to follow up with you about the offer." in text
    assert coming(desk, 1, LEAD) == []
    assert "I have written to nobody" in said(desk.answer("No", question))
    assert promises(desk) == []


def test_three_mails_on_working_days_and_a_summary(desk: Desk) -> None:
    begun(desk)
    mails = coming(desk, 9, LEAD)
    assert [when for when, _ in mails] == ["Mon 23 09:00", "Thu 26 09:00", "Mon 30 09:00"]
    assert "This is my last mail about it." in said(mails[-1][1])
    assert str(mails[0][1]["Message-ID"]) in str(mails[2][1]["References"])
    ((_, summary),) = coming(desk, 4, MARIA)
    assert f"no answer from {LEAD} to three mails" in " ".join(said(summary).split())
    assert promises(desk)[0].standing is Standing.KEPT


def test_an_answer_stops_it_at_once_and_is_passed_on(desk: Desk) -> None:
    begun(desk)
    ((_, first),) = coming(desk, 1, LEAD)
    (passed,) = answered(desk, first, "We are still looking at it.", sender=LEAD, vouched=None)
    assert passed["To"] == MARIA
    assert "has answered after one mail" in said(passed)
    assert "does not vouch" in said(passed)
    assert coming(desk, 10, LEAD) == []


def test_an_answer_calls_off_a_mail_that_waits_to_be_sent(desk: Desk) -> None:
    begun(desk)
    ((_, first),) = coming(desk, 1, LEAD)
    desk.ada.mailbox.script = [Server.DELAYS] * 8
    desk.goes_on(timedelta(days=2, hours=1, minutes=2))  # the second mail is due, and is not taken
    assert {"ready", "deferred"} & set(desk.ada.rows("action", "state"))
    mails = answered(desk, first, "Thank you, we accept.", sender=LEAD, vouched=None)
    desk.ada.mailbox.script = []
    mails += desk.goes_on(timedelta(hours=6))
    assert to(mails, LEAD) == []
    assert "has answered after one mail" in said(to(mails, MARIA)[0])
    assert "cancelled" in desk.ada.rows("action", "state")


def test_it_rests_while_somebody_is_away(desk: Desk) -> None:
    begun(desk)
    ((_, first),) = coming(desk, 1, LEAD)
    (told,) = answered(
        desk, first, "I am out of office until 7 December 2026.", sender=LEAD, Auto_Submitted="auto-replied"
    )
    assert "away until Monday, 7 December 2026" in " ".join(said(told).split())
    mails = coming(desk, 18, LEAD)
    assert mails[0][0] >= "Tue 08"
    assert mails[0][0].startswith("Tue 08")


def test_a_mail_that_does_not_arrive_ends_it(desk: Desk) -> None:
    begun(desk)
    ((_, first),) = coming(desk, 1, LEAD)
    bounce = letter(
        "Mail delivery <MAILER-DAEMON@office.example>",
        f"Your mail could not be delivered to {LEAD}: 550 no such user",
        subject="Undelivered Mail Returned to Sender",
        message_id="<bounce@office.example>",
        Auto_Submitted="auto-replied",
        In_Reply_To=str(first["Message-ID"]),
    )
    (told,) = desk.arrives(bounce)
    assert "my mail did not arrive" in said(told)
    assert coming(desk, 10, LEAD) == []
    assert promises(desk)[0].standing is Standing.BROKEN


def test_the_manager_stops_it(desk: Desk) -> None:
    begun(desk)
    coming(desk, 1, LEAD)
    assert f"I have stopped the follow-up with {LEAD}" in said(desk.answer(f"Stop the follow-up with {LEAD}"))
    assert coming(desk, 10, LEAD) == []
    assert promises(desk)[0].standing is Standing.RELEASED


def test_a_stop_in_its_thread_is_enough(desk: Desk) -> None:
    confirmed = begun(desk)
    assert "I have stopped the follow-up" in said(desk.answer("Stop", confirmed))
    assert coming(desk, 10, LEAD) == []


def test_another_mail_of_the_same_person_stops_it_and_is_handled_by_itself(desk: Desk) -> None:
    begun(desk)
    coming(desk, 1, LEAD)
    raw = letter(f"A Lead <{LEAD}>", "Something quite different.", subject="News", message_id="<other@acme.example>")
    mails = desk.arrives(raw)
    assert any("Something quite different" in said(m) for m in to(mails, MARIA))
    assert any("has ended" in said(m) for m in to(mails, MARIA))
    assert coming(desk, 10, LEAD) == []


def test_the_managers_own_text_is_sent(desk: Desk) -> None:
    question = desk.answer(f"Follow up with {LEAD} every 2 days, twice")
    assert "What shall I write" in said(question)
    shown = desk.answer("Have you had time to look at our offer?", question)
    assert "Have you had time to look at our offer?" in said(shown)
    desk.write("Yes, go ahead", shown)
    mails = coming(desk, 5, LEAD)
    assert [when for when, _ in mails] == ["Mon 23 09:00", "Wed 25 09:00"]
    assert all("Have you had time to look at our offer?" in said(m) for _, m in mails)


def test_a_colleague_is_written_to_without_asking(desk: Desk) -> None:
    (confirmed,) = desk.write("Follow up with Ben about the audit every 2 days, twice")
    assert "as long as there is no answer" in " ".join(said(confirmed).split())
    assert len(coming(desk, 5, BEN)) == 2
