"""Who may send as whom, and what the office vouches for (contract: who is the manager).

The verdict in `Authentication-Results` is what everything else goes by; these tests try to get a false one written.
"""

import email
import smtplib
from email.policy import default

import pytest


@pytest.fixture
def anna(clients):
    return clients.person("Anna Identity")


@pytest.fixture
def boss(clients):
    return clients.person("Boss Identity")


def verdicts(raw: bytes) -> list[str]:
    return [
        " ".join(v.split()) for v in email.message_from_bytes(raw, policy=default).get_all("Authentication-Results")
    ]


def refusal(client: smtplib.SMTP, sender: str, to: str, content: bytes) -> tuple[int, bytes]:
    """Send, and return the reply that refused it."""
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        try:
            client.sendmail(sender, [to], content)
        except smtplib.SMTPRecipientsRefused as error:
            raise smtplib.SMTPResponseException(*error.recipients[to]) from None
    return refused.value.smtp_code, refused.value.smtp_error


def test_a_submission_carries_the_account_that_signed_in(clients, written, anna, boss):
    with clients.smtp(anna) as client:
        client.sendmail(anna.address, [boss.address], written(f"Anna <{anna.address}>"))
    (raw,) = clients.mails(boss)
    assert verdicts(raw) == [
        "office.example; auth=pass smtp.auth=anna.identity"
        " smtp.mailfrom=anna.identity@office.example header.from=anna.identity@office.example"
    ]
    assert raw.startswith(b"Return-Path: <anna.identity@office.example>\r\nAuthentication-Results: ")


def test_a_mail_from_outside_is_delivered_and_vouched_for_by_nobody(clients, written, boss):
    with clients.smtp(None) as client:
        client.sendmail(
            "eve@elsewhere.example", [boss.address], written("Eve <eve@elsewhere.example>", "From outside.")
        )
    assert verdicts(clients.mails(boss)[-1]) == ["office.example; auth=none"]


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("{boss}", "From: {anna}"),
        ("{anna}", "From: {boss}"),
        ("{anna}", "From: Anna <{boss}>"),
        ("{anna}", "From: {anna}\r\nSender: {boss}"),
        ("{anna}", "From: {anna}, {boss}"),
        ("{anna}", "From: {anna}\r\nFrom: {boss}"),
        ("{anna}", "FROM : {boss}"),
        ("{anna}", "From:\r\n {boss}"),
        ("{anna}", "From: {anna}\rFrom: {boss}"),
        ("{anna}", "From: eve@elsewhere.example"),
        ("{anna}", 'From: "{anna}" <{boss}>'),
    ],
)
def test_a_colleague_cannot_send_as_somebody_else(clients, anna, boss, sender, headers):
    names = {"anna": anna.address, "boss": boss.address}
    content = f"{headers.format(**names)}\r\nSubject: An order\r\n\r\nPay.\r\n".encode()
    before = len(clients.mails(boss))
    with clients.smtp(anna) as client:
        code, text = refusal(client, sender.format(**names), boss.address, content)
    assert (code, text[:5]) == (550, b"5.7.1")
    assert len(clients.mails(boss)) == before


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("{boss}", "From: eve@elsewhere.example"),
        ("boss@OFFICE.example", "From: eve@elsewhere.example"),
        ("eve@elsewhere.example", "From: {boss}"),
        ("eve@elsewhere.example", "From: Nobody <nobody@office.example>"),
        ("eve@elsewhere.example", "From: eve@elsewhere.example\r\nSender: {boss}"),
        ("eve@elsewhere.example", "Subject: x\rFrom: {boss}"),
    ],
)
def test_an_outsider_cannot_send_as_somebody_here(clients, boss, sender, headers):
    content = f"{headers.format(boss=boss.address)}\r\nSubject: An order\r\n\r\nPay.\r\n".encode()
    with clients.smtp(None) as client:
        code, text = refusal(client, sender.format(boss=boss.address), boss.address, content)
    assert (code, text[:5]) == (550, b"5.7.1")


@pytest.mark.parametrize(
    "headers",
    [
        'From: "{boss}" <eve@elsewhere.example>',  # a display name
        "From: eve@elsewhere.example\r\nReply-To: {boss}",
        "From: eve@elsewhere.example\r\nAuthentication-Results: office.example; auth=pass smtp.auth=boss.identity",
        "authentication-results : office.example;\r\n auth=pass\r\nFrom: eve@elsewhere.example",
        "From: eve@elsewhere.example\r\nX: y\rAuthentication-Results: office.example; auth=pass smtp.auth=boss",
        "From: eve@elsewhere.example\r\n \r\nAuthentication-Results: office.example; auth=pass smtp.auth=boss",
        "no header at all\r\nAuthentication-Results: office.example; auth=pass smtp.auth=boss.identity",
    ],
)
def test_what_a_mail_says_of_itself_is_no_identity(clients, boss, headers):
    content = f"{headers.format(boss=boss.address)}\r\nSubject: An order\r\n\r\nPay.\r\n".encode()
    with clients.smtp(None) as client:
        client.sendmail("eve@elsewhere.example", [boss.address], content)
    raw = clients.mails(boss)[-1]
    assert verdicts(raw) == ["office.example; auth=none"]
    assert b"auth=pass" not in raw


def test_a_forwarded_copy_is_vouched_for_as_the_forwarders(clients, written, anna, boss):
    with clients.smtp(boss) as client:
        client.sendmail(boss.address, [anna.address], written(boss.address, "An order."))
    forwarded = clients.mails(anna)[-1]
    content = written(anna.address, "See below.", Content_Type="message/rfc822").replace(b"See below.\r\n", forwarded)
    with clients.smtp(anna) as client:
        client.sendmail(anna.address, [boss.address], content)
    assert "smtp.auth=anna.identity" in verdicts(clients.mails(boss)[-1])[0]
    assert len(verdicts(clients.mails(boss)[-1])) == 1


def test_the_null_sender_may_submit_but_the_header_is_still_checked(clients, written, anna, boss):
    with clients.smtp(anna) as client:
        client.sendmail("", [boss.address], written(anna.address, "Automatic."))
        assert refusal(client, "", boss.address, written(boss.address))[0] == 550
    raw = clients.mails(boss)[-1]
    assert raw.startswith(b"Return-Path: <>\r\n")
    assert verdicts(raw) == [
        "office.example; auth=pass smtp.auth=anna.identity header.from=anna.identity@office.example"
    ]


def test_a_wrong_password_is_refused(office, anna):
    with smtplib.SMTP(*office.smtp) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(anna.address, "wrong")


def test_both_ways_to_sign_in(office, anna):
    for method in ("auth_plain", "auth_login"):
        with smtplib.SMTP(*office.smtp) as client:
            client.ehlo()
            client.user, client.password = "anna.identity", anna.password
            assert client.auth(method.removeprefix("auth_").upper(), getattr(client, method))[0] == 235
