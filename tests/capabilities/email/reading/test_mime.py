"""Mails as they really come: what is read of them, and which are set aside."""

import base64
import hashlib
from email.message import EmailMessage

import pytest

from empla.capabilities.email.reading import Unreadable, parse
from empla.mind import codec
from empla.mind.values import Source

HEAD = b"From: Bob Stone <Bob@Office.Example>\r\nTo: ada@office.example\r\nMessage-ID: <1@x>\r\n"


def test_facts_carry_the_percept_and_field_they_come_from() -> None:
    mail = parse(
        HEAD + b"Cc: Carla <carla@x.example>, dana@x.example\r\nReply-To: else@x.example\r\nSubject: Hello\r\n"
        b"Date: Mon, 9 Mar 2026 08:00:00 +0100\r\n\r\nText\r\n",
        "percept-7",
        authenticated="Bob@office.example",
    )
    assert mail.sender is not None
    assert (mail.sender.value, mail.sender.origin.source) == ("bob@office.example", Source.PERCEPT)
    assert (mail.sender.origin.ref, mail.sender.origin.field) == ("percept-7", "from")
    assert mail.authenticated is not None
    assert mail.authenticated.value == "bob@office.example"
    assert [a.value for a in mail.cc] == ["carla@x.example", "dana@x.example"]
    assert mail.reply_to is not None
    assert mail.reply_to.value == "else@x.example"
    assert mail.sent is not None
    assert mail.sent.isoformat() == "2026-03-09T08:00:00+01:00"
    assert (mail.subject, mail.text, mail.thread) == ("Hello", "Text", "<1@x>")
    assert codec.loads(codec.dumps(mail)) == mail


def test_the_header_from_gives_no_identity() -> None:
    mail = parse(HEAD + b"\r\nHi", "k")
    assert mail.sender is not None
    assert mail.authenticated is None


def test_a_conversation_is_named_by_the_mail_that_began_it() -> None:
    head = HEAD + b"In-Reply-To: <b@x>\r\n"
    assert parse(head + b"References: <a@x>\r\n <b@x>\r\n\r\nHi", "k").thread == "<a@x>"
    assert parse(head + b"\r\nHi", "k").thread == "<b@x>"
    assert parse(head + b"\r\nHi", "k").in_reply_to == ("<b@x>",)


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "Grüße".encode()),
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("no-such-charset", "Grüße".encode()),
        ("utf-8", "Grüße".encode("latin-1")),  # says one thing and is another
        ("us-ascii", "Grüße".encode()),
        ("utf-16-le", "Grüße".encode("utf-16-le")),
    ],
)
def test_charsets_are_decoded_as_well_as_can_be(charset: str, body: bytes) -> None:
    head = HEAD + f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    assert parse(head + base64.b64encode(body), "k").text == "Grüße"


def test_eight_bit_headers_are_read_too() -> None:
    assert parse(HEAD + "Subject: Grüße\r\n\r\nHi".encode(), "k").subject == "Grüße"
    assert parse(HEAD + "Subject: Grüße\r\n\r\nHi".encode("latin-1"), "k").subject == "Grüße"
    assert parse(HEAD + b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHi", "k").subject == "Grüße"


def test_plain_text_is_preferred_and_html_read_if_there_is_nothing_else() -> None:
    message = EmailMessage()
    message["From"] = "bob@office.example"
    message.set_content("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    assert parse(message.as_bytes(), "k").text == "plain"
    html = (
        "<html><head><style>p{}</style><title>x</title></head><body><p>Book <b>Bob</b>&nbsp;tomorrow</p>"
        '<div class="gmail_quote"><div>On Monday Ada wrote:</div><blockquote>Which day?</blockquote></div></body>'
    )
    alone = EmailMessage()
    alone["From"] = "bob@office.example"
    alone.set_content(html, subtype="html")
    assert parse(alone.as_bytes(), "k").text.split("\n")[0] == "Book Bob tomorrow"
    assert "> Which day?" in parse(alone.as_bytes(), "k").text


def test_attachments_are_listed_by_their_digest_and_a_bare_name() -> None:
    message = EmailMessage()
    message["From"] = "bob@office.example"
    message.set_content("see attached")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../etc/plan.pdf")
    (file,) = parse(message.as_bytes(), "k").attachments
    assert (file.name, file.media_type) == ("plan.pdf", "application/pdf")
    assert file.sha256 == hashlib.sha256(b"%PDF").hexdigest()


def test_a_short_header_ends_where_it_ends() -> None:
    assert parse(b"From: a@b.example\r\n\r\nHi \x00there, " + b"you " * 20, "k").text.startswith("Hi there, you")


def test_what_is_merely_wrong_is_noted() -> None:
    mail = parse(HEAD + b"Subject: a\r\nSubject: b\r\n\r\nHi \x00there", "k")
    assert (mail.subject, mail.text) == ("a", "Hi there")
    assert {"Doubled-Subject", "NulInText"} <= set(mail.defects)
    unclosed = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nstill readable"
    assert parse(unclosed, "k").text == "still readable"
    assert parse(unclosed, "k").defects


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\nhi\r\n"
    for i in range(depth):
        b = b"b%d" % i
        inner = (
            b"Content-Type: multipart/mixed; boundary="
            + b
            + b"\r\n\r\n--"
            + b
            + b"\r\n"
            + inner
            + b"\r\n--"
            + b
            + b"--"
        )
    return b"From: a@b.example\r\n" + inner


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"   \r\n ", "empty"),
        (b"no header here at all", "no header"),
        (b"Subject: who?\r\n\r\nhello", "names no sender"),
        (b"From: nobody\r\n\r\nhello", "names no sender"),
        (HEAD + b"X-Odd: a\x00b\r\n\r\nhello", "NUL"),
        (HEAD + b"X-Long: " + b"a" * 300_000 + b"\r\n\r\nhello", "header is longer"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", "nothing readable"),
        (HEAD + b"Content-Type: multipart/mixed\r\n\r\nx\r\n--y\r\n", ""),
        (HEAD + b"\r\n" + bytes(range(128, 256)) * 4 + b"\x01\x02\x03\x04" * 40, "cannot be decoded"),
        (nested(30), "nested too deep"),
        (nested(1000), "nested too deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_set_aside_with_a_sentence(raw: bytes, why: str) -> None:
    if not why:  # without a boundary all of it is one text, and that can be read
        assert parse(raw, "k").defects
        return
    with pytest.raises(Unreadable, match=why):
        parse(raw, "k")


@pytest.mark.timeout(60)
def test_nesting_costs_no_more_than_its_bound() -> None:
    for depth in (90, 1000, 5000):
        with pytest.raises(Unreadable):
            parse(nested(depth), "k")


INVITE = """BEGIN:VCALENDAR
METHOD:{method}
VERSION:2.0
BEGIN:VEVENT
UID:42@office.example
SEQUENCE:3
SUMMARY:Budget
DTSTART:20260317T140000Z
DTEND:20260317T143000Z
ORGANIZER:mailto:ada@office.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:Bob@office.example
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def with_calendar(ics: str, method: str = "REPLY") -> bytes:
    message = EmailMessage()
    message["From"] = "bob@office.example"
    message["Subject"] = "Accepted: Budget"
    message.set_content("Bob has accepted")
    message.add_alternative(ics, subtype="calendar", params={"method": method})
    return message.as_bytes()


def test_an_answer_to_an_invitation_is_found() -> None:
    mail = parse(with_calendar(INVITE.format(method="REPLY")), "k")
    assert mail.automatic == "calendar"
    assert mail.invitation is not None
    said = {
        n: mail.invitation[n] for n in ("method", "uid", "sequence", "attendee", "partstat", "organizer", "summary")
    }
    assert said == {
        "method": "REPLY",
        "uid": "42@office.example",
        "sequence": 3,
        "attendee": "bob@office.example",
        "partstat": "ACCEPTED",
        "organizer": "ada@office.example",
        "summary": "Budget",
    }
    assert "BEGIN:VEVENT" in mail.invitation["ics"]


@pytest.mark.parametrize(
    "ics", ["BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "nonsense", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", ""]
)
def test_a_broken_invitation_is_none(ics: str) -> None:
    mail = parse(with_calendar(ics), "k")
    assert mail.invitation is None
    assert mail.text == "Bob has accepted"
