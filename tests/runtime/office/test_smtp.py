"""What the office takes, what it refuses and why, and what it writes on a mail."""

import email
import smtplib
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest

from runtime.office import accounts
from runtime.office.smtp import SIZE_LIMIT


def test_mail_to_another_domain_is_refused_with_the_reason(clients, written):
    anna = clients.person("Anna Relay")
    with clients.smtp(anna) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(anna.address, ["x@elsewhere.example"], written(anna.address))
    assert refused.value.recipients["x@elsewhere.example"] == (
        550,
        b"5.7.1 relaying is not configured: mail to elsewhere.example cannot be sent",
    )


def test_unknown_and_closed_recipients_are_refused_one_by_one(office, clients, written):
    anna, ben, gone = (clients.person(f"{name} Rcpt") for name in ("Anna", "Ben", "Gone"))
    accounts.close_account(office.home, gone.address)
    with clients.smtp(anna) as client:
        refused = client.sendmail(
            anna.address, ["nobody@office.example", ben.address, gone.address], written(anna.address)
        )
    assert {code for code, _ in refused.values()} == {550}
    assert {text[:5] for _, text in refused.values()} == {b"5.1.1"}
    assert set(refused) == {"nobody@office.example", gone.address}
    assert len(clients.mails(ben)) == 1


def test_the_size_limit_is_advertised_and_holds(clients):
    anna = clients.person("Anna Size")
    with clients.smtp(anna) as client:
        assert client.esmtp_features["size"] == str(SIZE_LIMIT) == str(40 * 2**20)
        assert client.mail(anna.address, [f"size={SIZE_LIMIT + 1}"])[0] == 552
        client.rset()
        line = b"x" * 998 + b"\r\n"
        head = f"From: {anna.address}\r\n\r\n".encode()
        client.mail(anna.address)  # says no size: it shows only in the data
        client.rcpt(anna.address)
        assert client.data(head + line * (SIZE_LIMIT // 1000 + 1))[0] == 552
    assert clients.mails(anna) == []


def test_a_large_mail_arrives_whole(clients):
    anna = clients.person("Anna Large")
    body = b"".join(b"%07d\r\n" % n for n in range(300_000)) + b".a line that begins with a dot\r\n"
    with clients.smtp(anna) as client:
        client.sendmail(anna.address, [anna.address], f"From: {anna.address}\r\n\r\n".encode() + body)
    assert clients.mails(anna)[0].endswith(b"\r\n\r\n" + body)


def test_date_and_message_id_are_added_where_they_miss(clients, written):
    anna = clients.person("Anna Date")
    with clients.smtp(anna) as client:
        client.sendmail(anna.address, [anna.address], written(anna.address))
        client.sendmail(anna.address, [anna.address], written(anna.address, Date="x", Message_ID="<own@x>"))
    added, own = (email.message_from_bytes(raw, policy=default) for raw in clients.mails(anna))
    assert added["Message-ID"].endswith("@office.example>")
    assert parsedate_to_datetime(added["Date"])
    assert own.get_all("Message-ID") == ["<own@x>"]
    assert "by office.example with ESMTPA" in own["Received"]


@pytest.mark.parametrize(
    "content", [b"", b"\r\n", b"hello", b"\xff\xfe\x00\r\n\x80", b"A" * 300_000, b"From: \r\n\r\n"]
)
def test_mangled_mails_are_taken_and_can_be_read(clients, content):
    anna = clients.person("Anna Mangled")
    before = len(clients.mails(anna))
    with clients.smtp(anna) as client:
        client.mail(anna.address)
        client.rcpt(anna.address)
        assert client.data(content)[0] == 250
    client = clients.imap(anna)
    assert client.fetch(str(before + 1), "(FLAGS ENVELOPE BODYSTRUCTURE RFC822.SIZE BODY.PEEK[])")[0] == "OK"
    assert content.strip() in clients.mails(anna)[-1]


def test_endless_authors_and_recipients_without_a_domain_are_refused(clients, written):
    anna = clients.person("Anna Endless")
    with clients.smtp(anna) as client:
        assert client.mail(anna.address)[0] == 250
        assert client.rcpt("anna.endless") == (
            550,
            b"5.7.1 relaying is not configured: mail to no domain cannot be sent",
        )
        client.rcpt(anna.address)
        assert client.data(written(",\r\n ".join([anna.address] * 10_000)))[0] == 550


def test_the_copy_in_sent_is_the_mail_itself_and_seen(clients, written):
    anna, ben = clients.person("Anna Sent"), clients.person("Ben Sent")
    clients.send(anna, ben, "Kept.", "<kept@office.example>")
    assert clients.mails(anna, "Sent") == clients.mails(ben)
    assert clients.imap(anna, "Sent").search(None, "SEEN")[1] == [b"1"]


def test_sent_is_made_again_if_somebody_deleted_it(clients):
    anna, ben = clients.person("Anna Unsent"), clients.person("Ben Unsent")
    clients.imap(anna).delete("Sent")
    clients.send(anna, ben)
    assert len(clients.mails(anna, "Sent")) == 1


def test_mail_from_outside_leaves_nothing_in_sent_and_is_delivered_each_time(clients, written):
    anna = clients.person("Anna Outside")
    content = written("eve@elsewhere.example", Message_ID="<same@elsewhere.example>")
    with clients.smtp(None) as client:
        for _ in range(2):
            client.sendmail("eve@elsewhere.example", [anna.address], content)
    assert len(clients.mails(anna)) == 2
    assert clients.mails(anna, "Sent") == []


def test_a_closed_account_cannot_go_on_sending(office, clients, written):
    anna, ben = clients.person("Anna Closed"), clients.person("Ben Closed")
    with clients.smtp(anna) as client:
        accounts.close_account(office.home, anna.address)
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail(anna.address, [ben.address], written(anna.address))
