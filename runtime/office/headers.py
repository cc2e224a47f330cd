"""The header of a mail as the office takes it: who it claims to be from, and what the office writes on it.

Line ends in the header are made CRLF before anything is decided, and every line up to the first empty one is looked
at: a lone CR or a broken line must not hide a header from the office that a reader would see.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, getaddresses

from runtime.office.mailboxes import canonical_id

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ANGLE = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_NOT_ATOM = re.compile(r"[^A-Za-z0-9.:\[\]_-]")
_REPLACED = frozenset({b"authentication-results", b"return-path"})


@dataclass(frozen=True, slots=True)
class Split:
    """A mail's header fields, unfolded lines and all but without their last line end, and its body."""

    fields: tuple[bytes, ...]
    body: bytes

    def values(self, name: bytes) -> list[str]:
        """Return the unfolded values of every field called `name` (lower case)."""
        return [_unfolded(field) for field in self.fields if field_name(field) == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the office knows of a mail that it takes, to be written on it."""

    domain: str
    mail_from: str  # empty for the null sender
    helo: str
    peer: str
    at: datetime
    account: str | None = None
    header_from: str = ""


def field_name(field: bytes) -> bytes:
    """Return the name of a header field, in lower case."""
    return field.partition(b":")[0].strip().lower()


def split(raw: bytes) -> Split:
    """Split a mail into header fields and body."""
    fields: list[list[bytes]] = []
    position = 0
    while position < len(raw):
        line = _LINE.match(raw, position)
        assert line is not None
        position = line.end()
        if not line[1]:
            break
        if line[1][:1] in b" \t" and fields:
            fields[-1].append(line[1])
        else:
            fields.append([line[1]])
    return Split(tuple(b"\r\n".join(lines) for lines in fields), raw[position:])


def addresses(values: Sequence[str]) -> set[str]:
    """Return every address that these values of From or Sender may be taken to claim, in lower case."""
    found = {address for _, address in getaddresses(list(values))}
    for value in values:
        found.update(_ANGLE.findall(_QUOTED.sub(" ", value)))
    return {address.strip().lower() for address in found if "@" in address}


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case; empty if it has none."""
    return address.rpartition("@")[2].rstrip(".").lower() if "@" in address else ""


def message_id(mail: Split) -> str:
    """Return the Message-ID, empty if there is none."""
    return next((canonical_id(value) for value in mail.values(b"message-id") if value), "")


def stamped(mail: Split, stamp: Stamp) -> bytes:
    """Return the mail as it is kept: with trace and verdict on top, with Message-ID and Date, without others' verdicts.

    RFC 5321, 4.4 (Return-Path, Received) and RFC 8601 (Authentication-Results; what others wrote there is removed).
    """
    date = format_datetime(stamp.at)
    protocol = "ESMTPA" if stamp.account is not None else "ESMTP"
    helo = _NOT_ATOM.sub("_", stamp.helo)[:255] or "unknown"
    lines = [
        f"Return-Path: <{stamp.mail_from}>",
        f"Authentication-Results: {stamp.domain}; {_verdict(stamp)}",
        f"Received: from {helo} ([{stamp.peer}]) by {stamp.domain} with {protocol}\r\n"
        f" id {secrets.token_hex(8)}; {date}",
    ]
    kept = [field for field in mail.fields if field_name(field) not in _REPLACED]
    if not message_id(mail):
        kept = [field for field in kept if field_name(field) != b"message-id"]
        lines.append(f"Message-ID: <{secrets.token_hex(16)}@{stamp.domain}>")
    if not any(mail.values(b"date")):
        kept = [field for field in kept if field_name(field) != b"date"]
        lines.append(f"Date: {date}")
    top = [line.encode("utf-8", "surrogateescape") for line in lines]
    return b"\r\n".join([*top, *kept, b"", b""]) + mail.body


def outbound(kept: bytes) -> bytes:
    """Return a kept mail as it leaves the office: without what is said to its own people only (RFC 5321, 4.4)."""
    mail = split(kept)
    fields = [field for field in mail.fields if field_name(field) not in _REPLACED]
    return b"\r\n".join([*fields, b"", b""]) + mail.body


def _verdict(stamp: Stamp) -> str:
    if stamp.account is None:
        return "auth=none"
    verdict = f"auth=pass smtp.auth={stamp.account.partition('@')[0]}"
    if stamp.mail_from:
        verdict += f" smtp.mailfrom={stamp.mail_from}"
    if stamp.header_from:
        verdict += f" header.from={stamp.header_from}"
    return verdict


def _unfolded(field: bytes) -> str:
    value = field.partition(b":")[2].decode("utf-8", "replace")
    return " ".join(value.split())
