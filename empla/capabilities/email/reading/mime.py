"""From the bytes of a mail to the facts it states. Nothing is understood here, and nothing is believed.

Mails that are merely wrong (unknown charsets, doubled headers, broken base64, a missing end) are read as well as they
can be, with the defects noted. `Unreadable` is raised, so that the caller sets the mail aside, where reading on would
be guessing or would cost too much:

* it is empty, or larger than `LARGEST`, or its header has a NUL byte, or is longer than `LONGEST_HEADER`;
* it names no sender: no address in From or Sender, and it is no bounce;
* it is nested deeper than `DEEPEST`, or made of more than `MOST_PARTS` parts
  or `MOST_CONTAINERS` multiparts and forwarded mails;
* it is encrypted;
* its structure is broken and nothing readable is left in it;
* its text is mostly bytes that are no text.
"""

import hashlib
from collections.abc import Callable, Collection
from email.message import Message

from empla.capabilities.email.reading import headers, reports
from empla.capabilities.email.reading.automatic import automatic
from empla.capabilities.email.reading.parts import (
    DEEPEST,
    LARGEST_FILE,
    MOST_FILES,
    MOST_PARTS,
    File,
    Found,
    names_of,
    text_and_files,
)
from empla.capabilities.email.reading.structure import (
    LARGEST,
    LONGEST_HEADER,
    MOST_CONTAINERS,
    Unreadable,
    message_from,
)
from empla.capabilities.email.reading.thread import thread
from empla.mind.readings import Mail
from empla.mind.values import Address, FileRef, Origin, Source

__all__ = ["DEEPEST", "LARGEST", "LONGEST_HEADER", "MOST_CONTAINERS", "MOST_PARTS", "Unreadable", "digest", "parse"]

LONGEST_TEXT = 200_000
"""Characters of text that are kept; a person's new words stand in far fewer."""
LONGEST_SUBJECT = 998
_HARMLESS = frozenset(["MissingHeaderBodySeparatorDefect", "FirstHeaderLineIsContinuationDefect"])
_ONCE = ("from", "subject", "message-id", "date")


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
    message = message_from(raw)
    files: list[FileRef] = []
    found = Found(_keeper(files, Origin(Source.PERCEPT, key, "attachment"), keep))
    text = text_and_files(message, found).strip()
    method = found.invitation.method if found.invitation else ""
    mechanical = automatic(message, {a.lower() for a in own}, method)
    _check(message, text, found, mechanical)
    if len(text) > LONGEST_TEXT:
        found.defects.append("TextCut")

    def named(name: str) -> tuple[Address, ...]:
        origin = Origin(Source.PERCEPT, key, name)
        return tuple(Address(a, origin) for a in headers.addresses(message, name))

    message_id = next(iter(headers.message_ids(message, "message-id")), "")
    replied = headers.message_ids(message, "in-reply-to")
    referred = headers.message_ids(message, "references")
    if mechanical in ("bounce", "delay") and not (referred or replied):
        referred = reports.conversation(message)
    return Mail(
        key=key,
        message_id=message_id,
        blob=digest(raw),
        subject=headers.text_of(message, "subject")[:LONGEST_SUBJECT],
        sender=next(iter(named("from") or named("sender")), None),
        authenticated=Address(authenticated.lower(), Origin(Source.PERCEPT, key, "authentication-results"))
        if authenticated
        else None,
        to=named("to"),
        cc=named("cc"),
        reply_to=next(iter(named("reply-to")), None),
        in_reply_to=replied,
        thread=thread(referred, replied, message_id, key),
        sent=headers.date_of(message),
        automatic=mechanical,
        text=text[:LONGEST_TEXT],
        defects=tuple(dict.fromkeys([*_header_defects(message), *found.defects]))[:50],
        attachments=tuple(files),
        invitation=found.invitation.as_mapping() if found.invitation else None,
        bounced=reports.bounced(message) if mechanical == "bounce" else (),
        about=reports.about(message) if mechanical in ("bounce", "delay", "auto-reply") else "",
    )


def _keeper(files: list[FileRef], origin: Origin, keep: Callable[[bytes], str]) -> Callable[[File], None]:
    def keeper(file: File) -> None:
        kept = len(file.content) <= LARGEST_FILE and len(files) < MOST_FILES
        sha256 = keep(file.content) if kept else digest(file.content)
        files.append(FileRef(sha256, file.name, file.kind, origin, len(file.content)))

    return keeper


def _check(message: Message, text: str, found: Found, mechanical: str) -> None:
    senders = headers.addresses(message, "from") or headers.addresses(message, "sender")
    if not senders and mechanical not in ("bounce", "delay"):
        raise Unreadable("The mail names no sender.", next_step="look at the mail itself; it is kept")
    broken = [name for name in found.defects if name not in _HARMLESS]
    if not text and broken and not found.files and found.invitation is None:
        raise Unreadable("The mail's structure is broken and nothing readable is left in it.")
    odd = sum(1 for c in text if (ord(c) < 32 and c not in "\n\t\f") or 0x7F <= ord(c) < 0xA0 or c == "\ufffd")
    if odd > 8 and odd * 10 > len(text):
        raise Unreadable("The mail's text cannot be decoded.")


def _header_defects(message: Message) -> list[str]:
    doubled = [f"Doubled-{n.title()}" for n in _ONCE if len(headers.values_of(message, n)) > 1]
    return [*doubled, *names_of(message.defects)]
