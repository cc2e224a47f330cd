"""The manager forwards a wish for a meeting: asked once, by address, and then it goes its way (laws 5 and 7)."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from empla.capabilities.calendar.events import parse
from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import letter, parsed
from tests.employees.executive_assistant.conftest import BEN, Desk, said

MAX = "max@muster.example"
WISH = "Hello Maria, could we meet on Thursday afternoon for half an hour about the offer?\nMax"
GMAIL = (
    "\n\n---------- Forwarded message ---------\nFrom: Max Muster <{who}>\nDate: Mon, 23 Nov 2026 at 07:30\n"
    "Subject: The offer\nTo: <maria@office.example>\n\n{wish}"
)
OUTLOOK = (
    "\n\n________________________________\nVon: Max Muster <{who}>\nGesendet: Montag, 23. November 2026 07:30\n"
    "An: Maria Mitchell\nBetreff: The offer\n\n{wish}"
)
APPLE = (
    "\n\nBegin forwarded message:\n\n> From: Max Muster <{who}>\n> Subject: The offer\n"
    "> Date: 23 November 2026 at 07:30\n> To: maria@office.example\n>\n> {wish}"
)


def forwards(desk: Desk, text: str, how: str = GMAIL, who: str = MAX, wish: str = WISH) -> EmailMessage:
    """Have Maria forward a mail with these words above it, and return what she is answered."""
    desk.written += 1
    raw = letter(
        f"Maria Mitchell <{MARIA}>",
        text + how.format(who=who, wish=wish),
        subject="Fwd: The offer",
        message_id=f"<forward-{desk.written}@office.example>",
        vouched=MARIA,
        date=desk.ada.clock.now(),
    )
    return next(m for m in desk.arrives(raw) if m["To"] == MARIA)


@pytest.mark.parametrize("how", [GMAIL, OUTLOOK, APPLE])
@pytest.mark.parametrize(
    "text",
    ["Can you sort this out?", "Please handle.", "Can you find a time for him?", "Set up a call with Max please"],
)
def test_one_question_names_whom_and_when_and_nobody_else_is_written_to(desk: Desk, text: str, how: str) -> None:
    question = forwards(desk, text, how)
    assert f"{MAX} asks for a meeting with you in the mail that you forward" in said(question)
    assert "half an hour on Thursday, 26 November 2026" in said(question)
    assert "Shall I offer them?" in said(question)
    assert [m["To"] for m in desk.ada.mailbox.taken] == [MARIA]


def test_a_yes_offers_the_times_and_the_chosen_one_is_booked(desk: Desk) -> None:
    question = forwards(desk, "Can you sort this out?")
    (offer,) = (m for m in desk.write("Yes", question) if m["To"] == MAX)
    assert "can offer you half an hour" in said(offer)
    for private in ("Max Muster", "asks for a meeting"):
        assert private not in said(offer)
    raw = letter(
        f"Max Muster <{MAX}>",
        "The second one suits me.",
        subject=str(offer["Subject"]),
        message_id="<max-2@muster.example>",
        In_Reply_To=str(offer["Message-ID"]),
    )
    mails = desk.arrives(raw)
    assert any(m["To"] == MAX and "Invitation" in str(m["Subject"]) for m in mails)
    assert "Done. Half an hour with" in said(next(m for m in mails if m["To"] == MARIA))
    (meeting,) = (parse(o.ics) for o in desk.meetings())
    assert meeting.attendee(MAX) is not None and meeting.start.date() == desk.at(3, 0).date()


def test_what_the_manager_says_of_it_goes_before_what_the_mail_says(desk: Desk) -> None:
    question = forwards(desk, "Please set up an hour with him next Monday.")
    assert "an hour on Monday, 30 November 2026" in said(question)


def test_a_no_declines_and_names_no_reason(desk: Desk) -> None:
    question = forwards(desk, "Please handle.")
    (declined,) = (m for m in desk.write("No, he is a bore", question) if m["To"] == MAX)
    assert "will not be possible" in said(declined) and "bore" not in said(declined)


def test_a_mail_forwarded_as_a_file_is_read_too(desk: Desk) -> None:
    inner = letter(f"Max Muster <{MAX}>", WISH, subject="The offer", message_id="<max-1@muster.example>")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = MARIA, ADA, "Fwd: The offer", "<f@office.example>"
    mail["Authentication-Results"] = f"office.example; auth=pass smtp.auth={MARIA} header.from={MARIA}"
    mail.set_content("Can you take care of this please?")
    mail.add_attachment(parsed(inner))
    (question,) = desk.arrives(mail.as_bytes())
    assert f"{MAX} asks for a meeting with you in the mail that you forward" in said(question)
    (offer,) = (m for m in desk.write("Yes", question) if m["To"] == MAX)
    assert offer["In-Reply-To"] == "<max-1@muster.example>"


def test_a_colleagues_wish_goes_the_same_way(desk: Desk) -> None:
    question = forwards(desk, "Can you find a time for him?", who=BEN, wish="Maria, can we meet tomorrow at 3pm? Ben")
    assert f"Ben Stone ({BEN}) asks for a meeting" in said(question)
    assert "Shall I accept it?" in said(question)
    mails = desk.write("Yes", question)
    assert {m["To"] for m in mails} == {BEN, MARIA}
    assert len(desk.meetings()) == 1


@pytest.mark.parametrize("text", ["FYI", "Please decline this for me.", "What do you make of this?"])
def test_a_forward_that_hands_nothing_over_reaches_nobody(desk: Desk, text: str) -> None:
    forwards(desk, text)
    desk.goes_on(timedelta(hours=1))
    assert {m["To"] for m in desk.ada.mailbox.taken} == {MARIA}
    assert all("asks for a meeting" not in said(m) for m in desk.ada.mailbox.taken)


def test_another_who_forwards_orders_nothing(desk: Desk) -> None:
    text = "Can you sort this out?" + GMAIL.format(who=MAX, wish=WISH)
    raw = letter(f"Ben <{BEN}>", text, subject="Fwd: The offer", message_id="<b1@office.example>", vouched=BEN)
    desk.arrives(raw)
    assert MAX not in {m["To"] for m in desk.ada.mailbox.taken}
    assert all("in the mail that you forward" not in said(m) for m in desk.ada.mailbox.taken)
