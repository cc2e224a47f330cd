"""Mails as they really come, each with what must become of it.

They were written for these tests, after what is known to go wrong between mail programs. A case says how it reaches the
employee, what must be read of it, and what must become of it:

    answered     a person's mail that is read, and gets its one answer
    ignored      read, and not answered for the stated reason (`Mail.automatic`)
    passed on    read, and told to the manager: from somebody who gives no orders
    set aside    cannot be read: kept with its bytes, and the manager is told why

`marker` stands in every mail, so that it is known again wherever it went.
"""

from dataclasses import dataclass
from enum import StrEnum

MANAGER = "anna.berg@office.example"
ASSISTANT = "ada.lane@office.example"
ASK = "Am I free on Thursday?"


class Way(StrEnum):
    """How a mail reaches the employee's INBOX."""

    MANAGER = "manager"  # submitted by the manager's client: the office vouches for it
    OUTSIDE = "outside"  # delivered by another server
    APPENDED = "appended"  # no SMTP server would take it: it lies in the mailbox, as after a migration


class Fate(StrEnum):
    """What must become of a mail."""

    ANSWERED = "answered"
    IGNORED = "ignored"
    PASSED_ON = "passed on"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mail. `why` is the reason of `fate`; `new` is what is new in it, `text` and `files` what must be found."""

    name: str
    raw: bytes
    way: Way = Way.MANAGER
    fate: Fate = Fate.ANSWERED
    why: str = ""
    new: str = ""
    text: str = ""
    subject: str = ""
    bounced: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    defect: str = ""
    envelope: str = "someone@elsewhere.example"

    @property
    def message_id(self) -> str:
        return f"<{self.name}@corpus.example>"

    @property
    def marker(self) -> bytes:
        return marker(self.name)


def marker(name: str) -> bytes:
    """Return the words by which a case is known again."""
    return f"corpus-{name}-mail".encode()


def lines(*texts: str | bytes) -> bytes:
    """Return lines with the line ends of mail."""
    return b"".join((t.encode() if isinstance(t, str) else t) + b"\r\n" for t in texts)


def head(name: str, sender: str = f"Anna Berg <{MANAGER}>", subject: str = "") -> bytes:
    """Return the usual header fields of a case."""
    return lines(
        f"From: {sender}",
        f"To: {ASSISTANT}",
        f"Subject: {subject or 'Case ' + name}",
        "Date: Mon, 7 Sep 2026 08:00:00 +0200",
        f"Message-ID: <{name}@corpus.example>",
        b"X-Corpus: " + marker(name),
        "MIME-Version: 1.0",
    )


def plain(name: str, body: str | bytes = ASK, *fields: str | bytes, **more: str) -> bytes:
    """Return a mail of one text."""
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return head(name, **more) + lines(*fields) + b"\r\n" + content + b"\r\n"


def multipart(name: str, kind: str, *parts: bytes, boundary: str = "=_b1", end: bool = True, **more: str) -> bytes:
    """Return a mail of several parts, each with its own header."""
    return head(name, **more) + entity(kind, *parts, boundary=boundary, end=end)


def entity(kind: str, *parts: bytes, boundary: str = "=_b1", end: bool = True) -> bytes:
    """Return a part that is made of others."""
    joined = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    last = f"--{boundary}--\r\n".encode() if end else b""
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + joined + last


def part(kind: str, body: str | bytes, *fields: str) -> bytes:
    """Return one part."""
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return lines(f"Content-Type: {kind}", *fields) + b"\r\n" + content
