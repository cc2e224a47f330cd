"""Which mails a machine sent."""

import pytest

from empla.capabilities.email.reading import parse

OWN = "ada@office.example"


def automatic(*lines: str, sender: str = "Bob <bob@office.example>") -> str:
    head = [f"From: {sender}", "To: ada@office.example", *lines]
    return parse("\r\n".join([*head, "", "Hello"]).encode(), "k", own=(OWN,)).automatic


@pytest.mark.parametrize(
    "lines", [(), ("Auto-Submitted: no",), ("Precedence: normal",), ("Subject: Out of the box ideas",)]
)
def test_a_persons_mail_is_answered(lines: tuple[str, ...]) -> None:
    assert automatic(*lines) == ""


def test_ones_own_mail_is_known_whatever_its_display_name() -> None:
    assert automatic(sender='"Bob" <ADA@office.example>') == "own"


@pytest.mark.parametrize(
    "lines",
    [
        ("Return-Path: <>",),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x",),
        ("Subject: Undeliverable: hello",),
        ("Subject: Mail delivery failed: returning message to sender",),
        ("X-Failed-Recipients: x@y.example",),
    ],
)
def test_bounces(lines: tuple[str, ...]) -> None:
    assert automatic(*lines) == "bounce"


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON", "Mail Delivery System <MAILER-DAEMON@mx.example>", "postmaster@x.example"]
)
def test_daemons_send_bounces(sender: str) -> None:
    assert automatic(sender=sender) == "bounce"


@pytest.mark.parametrize(
    "line",
    ["List-Id: <news.example>", "List-Unsubscribe: <mailto:x@y.example>", "Precedence: bulk", "Precedence: List"],
)
def test_lists(line: str) -> None:
    assert automatic(line) == "list"


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x@y.example",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, AutoReply",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Subject: Automatic reply: Meeting",
        "Subject: Out of office: Meeting",
        "Subject: Abwesenheitsnotiz: Termin",
    ],
)
def test_auto_replies(line: str) -> None:
    assert automatic(line) == "auto-reply"


def test_an_auto_reply_with_an_empty_return_path_is_one() -> None:
    """RFC 3834 section 3.3 asks auto-responders for the empty return path too."""
    assert automatic("Return-Path: <>", "Auto-Submitted: auto-replied") == "auto-reply"


def test_robots() -> None:
    assert automatic(sender="no-reply@shop.example") == "auto-reply"
