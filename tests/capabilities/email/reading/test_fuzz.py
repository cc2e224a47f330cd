"""Whatever comes: nothing is raised but Unreadable, and the work stays bounded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.email.reading import Unreadable, parse, read
from empla.mind import codec
from tests.capabilities.email.reading.corpora import MANAGER, MONDAY, ZONE, cases, make_mail

HEADERS = st.sampled_from(
    [
        b"From: a@b.example",
        b"From: =?utf-8?b?////?= <a@b.example>",
        b"From: ,,,<<>>@@;",
        b"Subject: =?x?q?=ZZ?=",
        b"Date: yesterday",
        b"Content-Type: multipart/mixed; boundary=b",
        b'Content-Type: text/plain; charset="\x80\xff"',
        b"Content-Type: text/calendar; method=REPLY",
        b"Content-Type: text/html",
        b"Content-Type: message/rfc822",
        b"Content-Type: ;;;=",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%fe",
        b"References: <<<>>>",
        b"Auto-Submitted: ",
        b"\xff\xfe: odd",
    ]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"--b\r\n\r\nBook Bob\r\n--b--",
            b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1",
            b"<p><<b>&#xffffff;",
        ]
    ),
)


def understand(raw: bytes) -> None:
    try:
        mail = parse(raw, "k")
    except Unreadable:
        return
    codec.dumps(read(mail, MONDAY, ZONE, MANAGER))
    codec.dumps(mail)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes(raw: bytes) -> None:
    understand(raw)


@settings(max_examples=250, deadline=None)
@given(st.lists(HEADERS, max_size=6), BODIES)
def test_any_mail(headers: list[bytes], body: bytes) -> None:
    understand(b"\r\n".join([b"From: a@b.example", *headers, b"", body]))


TEXTS = [case["text"] for case in cases("corpus.toml")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.integers(0, 200), st.integers(0, 200), st.text(max_size=10))
def test_any_mixture_of_sentences(one: str, other: str, left: int, right: int, odd: str) -> None:
    text = one[:left] + odd + other[right:]
    reading = read(make_mail(text.encode("utf-8", "replace").decode()), MONDAY, ZONE, MANAGER)
    assert 0 <= reading.confidence <= 1


@pytest.mark.timeout(60)  # what grows with the square of a megabyte has no end
@pytest.mark.parametrize(
    "piece",
    [
        "with ",
        "not ",
        "or ",
        "Tuesday ",
        "at 3 ",
        "10-11 ",
        "and Bob ",
        "Book an hour with Bob. ",
        "a@b.example ",
        "(",
        '"',
        "- ",
        "ſ",
        "next week, ",
        "please ",
        "no, ",
        "thanks ",
    ],
)
def test_a_megabyte_of_one_word(piece: str) -> None:
    understand(b"From: a@b.example\r\n\r\n" + (piece * (1_000_000 // len(piece))).encode())
