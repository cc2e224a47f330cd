"""Of mail to another domain that cannot be delivered its sender is told, once."""

import email
from datetime import UTC, datetime
from email.policy import default

from hypothesis import given
from hypothesis import strategies as st

from empla.capabilities.email.reading.automatic import automatic
from runtime.office.bounce import bounce
from tests.runtime.office.relay.conftest import DAY, XENIA, YANN, Elsewhere, Sending
from tests.runtime.office.waiting import eventually


def test_of_what_is_refused_the_sender_gets_a_report_that_nobody_answers(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {XENIA: ["550 5.1.1 no such person"]}
    sending.send(XENIA, YANN, text="secret body")
    assert eventually(lambda: sending.states() == ["failed", "sent"])
    assert [recipients for _, recipients, _ in elsewhere.taken] == [[YANN]]
    (raw,) = sending.mails()
    report = email.message_from_bytes(raw, policy=default)
    assert automatic(email.message_from_bytes(raw), [sending.anna[0]]) == "bounce"
    assert report.get_content_type() == "multipart/report"
    assert report["Return-Path"] == "<>"
    assert report["From"].addresses[0].addr_spec == "MAILER-DAEMON@office.example"
    assert (report["To"], report["Auto-Submitted"]) == (sending.anna[0], "auto-replied")
    assert (report["Subject"], report["In-Reply-To"]) == ("Delivery failed: An offer", "<out@office.example>")
    words, status, head = report.iter_parts()
    assert "550 5.1.1 no such person" in words.get_content()
    about, one = status.get_payload()
    assert about["Reporting-MTA"] == "dns; office.example"
    assert one["Final-Recipient"] == f"rfc822; {XENIA}"
    assert (one["Action"], one["Status"]) == ("failed", "5.1.1")
    assert "<out@office.example>" in head.get_content()
    assert b"secret body" not in raw


def test_after_two_days_it_is_given_up_and_reported_once(sending: Sending, elsewhere: Elsewhere):
    elsewhere.stop()
    sending.send(XENIA)
    assert eventually(lambda: sending.attempts() == [1])
    sending.later(1.9 * DAY)
    assert eventually(lambda: sending.attempts() == [2])
    assert sending.states() == ["queued"]
    sending.later(0.2 * DAY)
    assert eventually(lambda: sending.states() == ["failed"])
    (report,) = sending.mails()
    assert b"tried for two days" in report.replace(b"=\r\n", b"") or b"base64" in report
    assert len(sending.mails("Sent")) == 1


def test_who_sends_from_nobody_gets_no_report(sending: Sending, elsewhere: Elsewhere):
    elsewhere.answers = {XENIA: ["550 5.1.1 no such person"]}
    sending.send(XENIA, sender="<>")
    assert eventually(lambda: sending.states() == ["failed"])
    assert sending.mails() == []


@given(
    head=st.binary(max_size=400),
    subject=st.text(max_size=300),
    reply=st.text(max_size=200),
    known_as=st.text(max_size=80),
)
def test_a_report_can_be_written_of_any_mail(head: bytes, subject: str, reply: str, known_as: str):
    written = f"Subject: {subject}\r\nMessage-ID: {known_as}\r\n".encode("utf-8", "surrogatepass") + head
    at = datetime(2026, 1, 5, tzinfo=UTC)
    raw = bounce(written, to="a@x.example", domain="x.example", at=at, queued_at=at, failed={XENIA: reply})
    report = email.message_from_bytes(raw, policy=default)
    assert report["To"] == "a@x.example"
    assert [part.get_content_type() for part in report.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
