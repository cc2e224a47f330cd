"""The header of a mail: split as any reader may split it, and stamped."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.office.headers import Stamp, addresses, message_id, split, stamped

STAMP = Stamp(
    domain="office.example",
    mail_from="eve@elsewhere.example",
    helo="pc\r\nX-Injected: yes",
    peer="127.0.0.1",
    at=datetime(2026, 1, 5, 8, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Anna <a@x.example>", {"a@x.example"}),
        ('"b@x.example" <a@x.example>', {"a@x.example"}),
        ("A@X.example (a comment)", {"a@x.example"}),
        ("Group: a@x.example, b@x.example;", {"a@x.example", "b@x.example"}),
        ("=?utf-8?q?b=40x.example?= <a@x.example>", {"a@x.example"}),
        ("nobody in particular", set()),
        ("Anna <a@x.example> <b@x.example>", {"a@x.example", "b@x.example"}),
    ],
)
def test_the_addresses_that_a_header_claims(value, found):
    assert addresses([value]) >= found
    assert addresses([value]) - found <= {"a comment"}


def test_the_body_is_not_touched():
    body = b"one\ntwo\rthree\r\n\r\nAuthentication-Results: x\r\n"
    assert stamped(split(b"Subject: x\n\n" + body), STAMP).endswith(b"Subject: x\r\n\r\n" + body)


def test_folded_fields_stay_folded_and_ids_are_found_in_them():
    mail = split(b"Subject: a\r\n b\r\nMessage-ID:\r\n <one@x>\r\n\r\n")
    assert mail.fields[0] == b"Subject: a\r\n b"
    assert message_id(mail) == "<one@x>"


def test_what_a_client_calls_itself_cannot_add_a_header():
    assert b"\nX-Injected" not in stamped(split(b"Subject: x\r\n\r\n"), STAMP)


@given(
    st.binary(max_size=300), st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n ", b"\r\r\n", b"\x0b", b"\x85", b"\x0c"])
)
def test_no_bytes_bring_a_second_verdict_past_the_office(noise, end):
    raw = noise + end + b"Authentication-Results: office.example; auth=pass smtp.auth=boss" + end + b"X: y\r\n\r\nbody"
    parsed = message_from_bytes(stamped(split(raw), STAMP), policy=default)
    verdicts = parsed.get_all("Authentication-Results")
    assert str(verdicts[0]) == "office.example; auth=none"
    assert all("auth=pass" not in str(verdict) for verdict in verdicts)
