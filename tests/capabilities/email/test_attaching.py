"""Files of a mail that goes out: the same bytes every time, harmless names, and what is too large is said."""

import email
import hashlib
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from empla.capabilities.contract import PrepareFacts
from empla.capabilities.email import compose
from empla.capabilities.email.attaching import MOST_BYTES, file_name
from empla.capabilities.email.results import Sent
from empla.errors import ResourceError
from empla.mind.values import OUTSIDE, FileRef
from tests.capabilities.email.test_sending import FACTS


def keeping(*contents: bytes) -> Callable[[str], bytes]:
    kept = {hashlib.sha256(content).hexdigest(): content for content in contents}

    def read(sha256: str) -> bytes:
        if sha256 not in kept:
            raise ResourceError("gone")
        return kept[sha256]

    return read


def file(content: bytes, name: str = "list.csv", kind: str = "text/csv") -> FileRef:
    return FileRef(hashlib.sha256(content).hexdigest(), name, kind, OUTSIDE, len(content))


def rendered(*contents: bytes, files: tuple[FileRef, ...], facts: PrepareFacts = FACTS, **more: Any) -> bytes:
    return compose.render(
        replace(facts, kept=keeping(*contents)),
        to=("maria@office.example",),
        cc=(),
        subject="The list",
        text="Here it is.",
        files=files,
        **more,
    )


def parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_files_go_out_as_they_were_kept_and_always_in_the_same_bytes() -> None:
    content = "name;town\r\nMüller;Köln\r\n".encode("latin-1")
    picture = bytes(range(256)) * 40
    files = (file(content), file(picture, "plan.png", "image/png"))
    raw = rendered(content, picture, files=files)
    assert raw == rendered(content, picture, files=files)
    csv, png = parsed(raw).iter_attachments()
    assert (csv.get_content_type(), csv.get_filename()) == ("text/csv", "list.csv")
    assert (png.get_content_type(), png.get_filename()) == ("image/png", "plan.png")
    assert csv.get_payload(decode=True) == content
    assert png.get_payload(decode=True) == picture


def test_a_mail_in_a_mail_is_passed_on_as_one() -> None:
    inner = b"From: ben@x.example\r\nSubject: Prices\r\n\r\nThree.\r\n"
    (part,) = parsed(rendered(inner, files=(file(inner, "", "message/rfc822"),))).iter_attachments()
    assert part.get_content_type() == "message/rfc822"
    assert next(part.iter_parts())["Subject"] == "Prices"


def test_a_mail_that_could_not_stand_as_it_is_becomes_a_file() -> None:
    inner = "Subject: Prices\r\n\r\nfünf".encode()
    (part,) = parsed(rendered(inner, files=(file(inner, "old.eml", "message/rfc822"),))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == inner


def test_what_is_too_large_is_left_out_and_it_is_said_where_it_is() -> None:
    large, small = b"x" * (MOST_BYTES - 10), b"y" * 100
    files = (file(large, "film.mp4", "video/mp4"), file(small, "note.txt", "text/plain"))
    mail = parsed(rendered(large, small, files=files))
    assert [part.get_filename() for part in mail.iter_attachments()] == ["film.mp4"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "I cannot attach “note.txt” (0 MB)" in body.get_content()
    assert f"blobs/{files[1].sha256[:2]}/{files[1].sha256[2:]}" in " ".join(body.get_content().split())


def test_what_is_not_kept_is_said() -> None:
    mail = parsed(rendered(files=(file(b"gone", "gone.pdf", "application/pdf"),)))
    body = mail.get_body(("plain",))
    assert body is not None
    assert "I cannot attach “gone.pdf”: it lies only in the mail it came with" in " ".join(body.get_content().split())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\list.xlsx", "list.xlsx"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nBcc: x@y.example.pdf", "aBcc x@y.example.pdf"),
        ("", "file"),
        ("...", "file"),
        ("n" * 300 + ".pdf", "n" * 116 + ".pdf"),
        ("Größe.pdf", "Größe.pdf"),
    ],
)
def test_names_are_harmless(given: str, shown: str) -> None:
    assert file_name(file(b"", given)) == shown


def test_a_type_that_is_none_becomes_plain_bytes() -> None:
    (part,) = parsed(rendered(b"x", files=(file(b"x", "x", "multipart/mixed; boundary=a"),))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"


def test_a_mail_that_follows_an_earlier_one_stands_in_its_thread() -> None:
    before = Sent(message_id="<2@office.example>", thread="<1@office.example>")
    mail = parsed(rendered(files=(), follows=before))
    assert mail["In-Reply-To"] == "<2@office.example>"
    assert str(mail["References"]).split() == ["<1@office.example>", "<2@office.example>"]
