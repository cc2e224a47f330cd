"""What counts as one mail, and who is heard."""

from empla.testing.employee import MARIA
from empla.testing.mailbox import letter, parsed
from tests.employees.executive_assistant.conftest import BEN, Desk, said

SERIES = "Book half an hour with Ben every Monday at 10"


def test_a_mail_that_is_delivered_twice_is_answered_once(desk: Desk) -> None:
    raw = letter(f"Maria Mitchell <{MARIA}>", "Am I free tomorrow?", vouched=MARIA, date=desk.ada.clock.now())
    assert len(desk.arrives(raw)) == 1
    assert desk.arrives(raw) == []


def test_the_same_words_in_another_mail_are_another_mail(desk: Desk) -> None:
    first = desk.answer("Am I free tomorrow?")
    again = desk.answer("Am I free tomorrow?")
    assert said(first) == said(again)
    assert first["In-Reply-To"] != again["In-Reply-To"]


def test_only_the_manager_can_answer_a_question(desk: Desk) -> None:
    question = desk.answer(SERIES)
    raw = letter(
        f"Ben Stone <{BEN}>", "Yes", vouched=BEN, message_id="<ben@x.example>", In_Reply_To=str(question["Message-ID"])
    )
    (told,) = desk.arrives(raw)
    assert told["To"] == MARIA
    assert f"{BEN} has written to me" in said(told)
    assert desk.meetings() == []
    assert said(desk.answer("Yes", question)).startswith("Done.")


def test_an_invitation_that_comes_back_is_told(desk: Desk) -> None:
    invitation, _ = desk.write("Please book half an hour with Ben tomorrow at 2pm.")
    raw = letter(
        "Mail delivery <MAILER-DAEMON@office.example>",
        "Your mail could not be delivered to ben@office.example: 550 mailbox full",
        subject="Delivery failed: Invitation",
        message_id="<bounce@office.example>",
        Auto_Submitted="auto-replied",
        In_Reply_To=str(invitation["Message-ID"]),
    )
    (told,) = desk.arrives(raw)
    assert told["To"] == MARIA
    assert "“Maria Mitchell and Ben Stone” did not reach everybody" in said(told)
    assert "550 mailbox full" in said(told)
    assert said(desk.answer("Cancel it.", told)).startswith("Done. I have called off")


def test_a_report_of_what_we_never_sent_is_noted_only(desk: Desk) -> None:
    raw = letter("MAILER-DAEMON@office.example", "It failed.", subject="Delivery failed", In_Reply_To="<x@x.example>")
    assert desk.arrives(raw) == []


def test_an_invitation_to_the_assistant_is_passed_on_and_not_answered(desk: Desk) -> None:
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x.example\r\n"
        "DTSTAMP:20261123T080000Z\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z\r\nSUMMARY:Sales pitch\r\n"
        f"ORGANIZER:mailto:{BEN}\r\nATTENDEE:mailto:ada@office.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail = parsed(letter(f"Ben Stone <{BEN}>", "Please come.", subject="Invitation", vouched=BEN))
    mail.add_alternative(ics, "calendar", params={"method": "REQUEST"})
    (told,) = desk.arrives(mail.as_bytes())
    assert told["To"] == MARIA
    assert f"{BEN} invites me: “Sales pitch”. I answer no invitations" in said(told)
