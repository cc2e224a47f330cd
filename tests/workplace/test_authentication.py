"""Who has authority: only an address for which the receiving server vouches, and nothing that merely looks like it."""

import pytest

from empla.workplace.authentication import authenticated_sender, topmost_authserv_id

MANAGER = "grace@office.example"
OURS = "ada@office.example"
OFFICE = "office.example"
GRACE = (
    f"Authentication-Results: office.example; auth=pass smtp.auth=grace smtp.mailfrom={MANAGER} header.from={MANAGER}"
)
COLLEAGUE = "Authentication-Results: office.example; auth=pass smtp.auth=alan header.from=alan@office.example"
OUTSIDER = "Authentication-Results: office.example; auth=none"
DMARC = "Authentication-Results: mx.example; dmarc=pass (p=REJECT) header.from=corp.example; "


def mail(*headers: str, end: str = "\r\n") -> bytes:
    return end.join([*headers, "", "Book an hour with Alan.", ""]).encode()


def sender(*headers: str, end: str = "\r\n", trusted: str = OFFICE) -> str | None:
    return authenticated_sender(mail(*headers, end=end), authserv_id=trusted, own_address=OURS)


@pytest.mark.parametrize(
    "headers",
    [
        (GRACE, f"From: {MANAGER}", f"To: {OURS}"),
        (GRACE, f"From: Grace Hopper <{MANAGER}>"),
        (GRACE, f'From: "Hopper, Grace" <{MANAGER.upper()}>'),
        (GRACE, f"From: =?utf-8?q?Gr=C3=A4ce?= <{MANAGER}>", f"Sender: {MANAGER}"),
        ("Received: from here", GRACE.replace("; ", ";\r\n "), f"From: {MANAGER}"),
        (
            f"Authentication-Results: office.example 1; auth=pass (a (nested) one) smtp.auth={MANAGER}",
            f"From: {MANAGER}",
        ),
        ("Authentication-Results: other.example; spf=fail", GRACE, f"From: {MANAGER}"),
    ],
)
def test_a_signed_in_submission_is_vouched_for(headers: tuple[str, ...]) -> None:
    assert sender(*headers) == MANAGER
    assert sender(*headers, end="\n") in (MANAGER, None)  # a store with plain line feeds is read, a mixture is not


@pytest.mark.parametrize(
    ("why", "headers"),
    [
        ("an outsider", (OUTSIDER, f"From: {MANAGER}")),
        ("a colleague as the manager", (COLLEAGUE, f"From: {MANAGER}")),
        ("no verdict", (f"From: {MANAGER}",)),
        ("another server's verdict", (GRACE.replace("office.example;", "evil.example;"), f"From: {MANAGER}")),
        ("a look-alike server", (GRACE.replace("office.example;", "office.example.evil.example;"), f"From: {MANAGER}")),
        ("a display name", (OUTSIDER, f'From: "{MANAGER}" <mallory@evil.example>')),
        ("a Reply-To", (OUTSIDER, "From: mallory@evil.example", f"Reply-To: {MANAGER}")),
        ("an earlier forged verdict", (OUTSIDER, "Received: from evil", GRACE, f"From: {MANAGER}")),
        ("a forged verdict below a colleague's", (COLLEAGUE, GRACE, f"From: {MANAGER}")),
        ("the verdict twice", (GRACE, GRACE, f"From: {MANAGER}")),
        ("a forged name in quotes", (GRACE.replace("office.example;", '"office.example";'), GRACE, f"From: {MANAGER}")),
        ("a name after a comment", (OUTSIDER, GRACE.replace(": office", ": (x) office"), f"From: {MANAGER}")),
        ("two From headers", (GRACE, f"From: {MANAGER}", "From: mallory@evil.example")),
        ("two addresses in From", (GRACE, f"From: {MANAGER}, mallory@evil.example")),
        ("a group in From", (GRACE, f"From: us: {MANAGER};")),
        ("another Sender", (GRACE, f"From: {MANAGER}", "Sender: mallory@evil.example")),
        ("a resent copy", (GRACE, f"From: {MANAGER}", "Resent-From: mallory@evil.example")),
        ("a failed check", (GRACE.replace("auth=pass", "auth=fail"), f"From: {MANAGER}")),
        ("two checks that differ", (GRACE + "; auth=fail smtp.auth=x", f"From: {MANAGER}")),
        ("a pass in a comment", (OUTSIDER.replace("auth=none", "auth=none (auth=pass)"), f"From: {MANAGER}")),
        (
            "a pass in a quoted reason",
            (
                f'Authentication-Results: office.example; auth=fail reason="; auth=pass smtp.auth={MANAGER}"',
                f"From: {MANAGER}",
            ),
        ),
        ("a verdict that breaks off", (GRACE + ' reason="', f"From: {MANAGER}")),
        ("a bare carriage return", (OUTSIDER + "\rX: y", GRACE, f"From: {MANAGER}")),
        ("a smuggled header", ("Subject: x\r" + GRACE, f"From: {MANAGER}")),
        ("a NUL", (GRACE, f"From: {MANAGER}", "Subject: \0")),
        ("a line that is no header", (GRACE, "this is not a header", f"From: {MANAGER}")),
        ("verdict in the body", (f"From: {MANAGER}", "", GRACE)),
        ("an encoded address", (GRACE, "From: =?utf-8?q?grace=40office=2Eexample?= <mallory@evil.example>")),
        ("comments without an end", (GRACE + " " + "(" * 9000, f"From: {MANAGER}")),
    ],
)
def test_nothing_else_becomes_the_manager(why: str, headers: tuple[str, ...]) -> None:
    assert sender(*headers) != MANAGER, why


def test_a_forwarded_copy_speaks_for_whoever_forwarded_it() -> None:
    inner = f"{GRACE}\r\nFrom: {MANAGER}\r\n\r\nBook it."
    raw = mail(COLLEAGUE, "From: alan@office.example", "Content-Type: message/rfc822", "", inner)

    assert authenticated_sender(raw, authserv_id=OFFICE, own_address=OURS) == "alan@office.example"


@pytest.mark.parametrize(
    ("results", "headers", "vouched"),
    [
        ("spf=pass smtp.mailfrom=b.corp.example", (), True),
        ("spf=pass smtp.mailfrom=boss@corp.example", (), True),
        ("dkim=pass header.i=@corp.example header.s=k1", (f"To: Ada <{OURS}>",), True),
        ("dkim=pass header.d=corp.example", (f"Cc: x@y.example, {OURS}",), True),
        ("dkim=pass header.d=corp.example; spf=pass smtp.mailfrom=evil.example", ("To: z@y.example",), False),
        ("dkim=pass header.d=corp.example", (f'To: "{OURS}" <z@y.example>',), False),
        ("spf=pass smtp.mailfrom=notcorp.example", (), False),
        ("spf=fail smtp.mailfrom=corp.example", (), False),
        ("auth=pass smtp.auth=mallory; spf=pass smtp.mailfrom=corp.example", (), False),
    ],
)
def test_a_domain_vouches_by_dmarc(results: str, headers: tuple[str, ...], vouched: bool) -> None:
    found = sender(DMARC + results, "From: boss@corp.example", *headers, trusted="mx.example")

    assert found == ("boss@corp.example" if vouched else None)


def test_dmarc_for_another_domain_vouches_for_nothing() -> None:
    assert sender(DMARC + "spf=pass smtp.mailfrom=corp.example", "From: boss@x.example", trusted="mx.example") is None
    assert sender(DMARC.replace("pass", "fail") + "spf=pass smtp.mailfrom=corp.example", "From: b@corp.example") is None


def test_whom_to_trust_can_be_learned_from_a_mail_to_oneself() -> None:
    assert topmost_authserv_id(mail("Received: x", "Authentication-Results: (c) MX.Example 1; none")) == "mx.example"
    assert topmost_authserv_id(mail("From: a@b.example")) == ""
