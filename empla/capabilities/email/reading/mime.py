"""From the bytes of a mail to the facts it states. Nothing is understood here, and nothing is believed.

Mails that are merely wrong (unknown charsets, doubled headers, broken base64, a missing end) are read as well as they
can be, with the defects noted. `Unreadable` is raised, so that the caller sets the mail aside, where reading on would
be guessing or would cost too much:

* it is empty, or larger than `LARGEST`, or its header has a NUL byte, or is longer than `LONGEST_HEADER`;
* it names no sender: no address in From or Sender, and it is no bounce;
* it is nested deeper than `DEEPEST`, or made of more than `MOST_PARTS` parts
  or `MOST_CONTAINERS` multiparts and forwarded mails;
* its structure is broken and nothing readable is left in it;
* its text is mostly bytes that are no text.
"""

import email
import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32

from empla.capabilities.email.reading import headers
from empla.capabilities.email.reading.automatic import automatic
from empla.capabilities.email.reading.html import text_of_html
from empla.capabilities.email.reading.invitations import Invitation, invitation
from empla.capabilities.email.reading.thread import thread
from empla.errors import ValidationError
from empla.mind.readings import Mail
from empla.mind.values import Address, FileRef, Origin, Source

LARGEST = 45 * 1024 * 1024
LONGEST_HEADER = 256 * 1024
DEEPEST = 20
MOST_PARTS = 500
MOST_CONTAINERS = 100
LONGEST_TEXT = 200_000
"""Characters of text that are kept; a person's new words stand in far fewer."""
LARGEST_FILE = 25 * 1024 * 1024
"""Bytes of an attachment that is kept by itself; a larger one is in the mail's own bytes only."""
MOST_FILES = 50
"""Attachments that are kept by themselves."""

_CONTAINER = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_HARMLESS = frozenset(["MissingHeaderBodySeparatorDefect", "FirstHeaderLineIsContinuationDefect"])
_ONCE = ("from", "subject", "message-id", "date")


class Unreadable(ValidationError):
    """The mail cannot be read and is set aside."""

    code = "unreadable"


@dataclass
class _Found:
    """What the walk through the parts has come upon."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[FileRef] = field(default_factory=list)
    invitation: Invitation | None = None
    defects: list[str] = field(default_factory=list)


def digest(content: bytes) -> str:
    """Return the sha256 of the bytes, in hex: their name in the blob store."""
    return hashlib.sha256(content).hexdigest()


def parse(
    raw: bytes,
    key: str,
    *,
    authenticated: str | None = None,
    own: Collection[str] = (),
    keep: Callable[[bytes], str] = digest,
) -> Mail:
    """Return what the mail states, without a reading. Raises Unreadable (see the module).

    `key` is the percept's; `authenticated` is the identity that the receiving server vouches for; `own` are the
    employee's own addresses; `keep` takes the bytes of each attachment, up to its bounds, and returns their sha256.
    """
    _check_size(raw)
    message = _message(raw)
    senders = headers.addresses(message, "from") or headers.addresses(message, "sender")
    found = _walk(message, Origin(Source.PERCEPT, key, "attachment"), keep)
    method = found.invitation.method if found.invitation else ""
    mechanical = automatic(message, {a.lower() for a in own}, method)
    if not senders and mechanical != "bounce":
        raise Unreadable("The mail names no sender.", next_step="look at the mail itself; it is kept")
    text = _text(found)
    _check_text(text, found)
    ids = headers.message_ids(message, "message-id")
    replied = headers.message_ids(message, "in-reply-to")

    def named(name: str) -> tuple[Address, ...]:
        origin = Origin(Source.PERCEPT, key, name)
        return tuple(Address(a, origin) for a in headers.addresses(message, name))

    message_id = ids[0] if ids else ""
    return Mail(
        key=key,
        message_id=message_id,
        blob=digest(raw),
        subject=headers.text_of(message, "subject")[:998],
        sender=next(iter(named("from") or named("sender")), None),
        authenticated=Address(authenticated.lower(), Origin(Source.PERCEPT, key, "authentication-results"))
        if authenticated
        else None,
        to=named("to"),
        cc=named("cc"),
        reply_to=next(iter(named("reply-to")), None),
        in_reply_to=replied,
        thread=thread(headers.message_ids(message, "references"), replied, message_id),
        sent=headers.date_of(message),
        automatic=mechanical,
        text=text,
        defects=tuple(dict.fromkeys([*_header_defects(message), *found.defects]))[:50],
        attachments=tuple(found.files),
        invitation=found.invitation.as_mapping() if found.invitation else None,
    )


def _check_size(raw: bytes) -> None:
    if not raw.strip():
        raise Unreadable("The mail is empty.")
    if len(raw) > LARGEST:
        raise Unreadable(f"The mail is larger than {LARGEST // 1024 // 1024} MB.")
    end = _END_OF_HEADER.search(raw)
    header = raw[: end.start()] if end else raw
    if len(header) > LONGEST_HEADER:
        raise Unreadable(f"The mail's header is longer than {LONGEST_HEADER // 1024} KB.")
    if b"\x00" in header:
        raise Unreadable("The mail's header contains NUL bytes.")
    if sum(1 for _ in _CONTAINER.finditer(raw)) > MOST_CONTAINERS:
        raise Unreadable("The mail is nested too deep to be read.")


def _message(raw: bytes) -> Message:
    try:
        message = email.message_from_bytes(raw, policy=compat32)
    except RecursionError as error:
        raise Unreadable("The mail is nested too deep to be read.") from error
    if not any(True for _ in message.raw_items()):
        raise Unreadable("This is no mail: it has no header.")
    return message


def _parts(message: Message) -> Iterator[Message]:
    """Yield every leaf, without recursion; forwarded mails are leaves."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while stack:
        part, depth = stack.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_PARTS:
            raise Unreadable("The mail is nested too deep to be read.")
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            stack.extend((child, depth + 1) for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part


def _walk(message: Message, origin: Origin, keep: Callable[[bytes], str]) -> _Found:
    found = _Found()
    for part in _parts(message):
        kind = part.get_content_type()
        found.defects += _names(part.defects)
        name = _file_name(part)
        attached = "attachment" in " ".join(headers.values_of(part, "content-disposition")).lower()[:20]
        if kind in ("text/calendar", "application/ics") and found.invitation is None:
            found.invitation = invitation(_decode(part, found), part.get_param("method"))
        torn = part.get_content_maintype() == "multipart"  # without its boundary it is one text
        if torn or (kind == "text/plain" and not attached):
            found.plain.append(_decode(part, found))
        elif kind == "text/html" and not attached:
            found.html.append(_decode(part, found))
        elif kind != "text/calendar" or found.invitation is None or name:
            content = _bytes(part)
            kept = len(content) <= LARGEST_FILE and len(found.files) < MOST_FILES
            sha256 = keep(content) if kept else digest(content)
            found.files.append(FileRef(sha256, name, kind, origin, len(content)))
    found.defects += _names(message.defects)
    return found


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        try:
            return inner[0].as_bytes()
        except (UnicodeError, LookupError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return b""  # a forwarded mail that cannot be written again: it is listed, its bytes are in the blob
    return b""


def _decode(part: Message, found: _Found) -> str:
    charset = part.get_param("charset")
    name = charset[2] if isinstance(charset, tuple) else charset
    text, right = headers.text_from(_bytes(part), str(name) if name else None)
    found.defects += _names(part.defects)
    if not right:
        found.defects.append("CharsetUnknownOrWrong")
    if "\x00" in text:
        found.defects.append("NulInText")
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        return ""
    # Only a name, whatever path it claims: it is shown and stored, never opened.
    return re.split(r"[/\\]", headers.decoded(str(name)))[-1].strip(". ")[:200] if name else ""


def _text(found: _Found) -> str:
    plain = "\n".join(found.plain).strip()
    if not plain and found.html:
        plain = text_of_html("\n".join(found.html))
    if len(plain) > LONGEST_TEXT:
        found.defects.append("TextCut")
    return plain[:LONGEST_TEXT]


def _check_text(text: str, found: _Found) -> None:
    broken = [name for name in found.defects if name not in _HARMLESS]
    if not text and broken and not found.files and found.invitation is None:
        raise Unreadable("The mail's structure is broken and nothing readable is left in it.")
    odd = sum(1 for c in text if (ord(c) < 32 and c not in "\n\t\f") or 0x7F <= ord(c) < 0xA0 or c == "\ufffd")
    if odd > 8 and odd * 10 > len(text):
        raise Unreadable("The mail's text cannot be decoded.")


def _names(defects: Collection[object]) -> list[str]:
    return [type(defect).__name__ for defect in defects]


def _header_defects(message: Message) -> list[str]:
    return [f"Doubled-{n.title()}" for n in _ONCE if len(headers.values_of(message, n)) > 1]
