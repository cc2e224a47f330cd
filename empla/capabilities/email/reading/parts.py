"""The walk through the parts of a mail (MIME, RFC 2045 to 2049): its words, its files, and an invitation.

Of alternatives (RFC 2046, 5.1.4) the plain one is read, the HTML one if the plain one is empty or only says that there
is another; texts that stand one after the other are all read, whichever kind they are. A forwarded mail is a file: what
it says is not what the sender says. A signature (S/MIME, PGP) is no file, and what is signed is read; what is encrypted
cannot be.
"""

import binascii
import quopri
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from email.message import Message

from empla.capabilities.email.reading import headers, signed
from empla.capabilities.email.reading.charsets import text_from
from empla.capabilities.email.reading.flowed import unflowed
from empla.capabilities.email.reading.html import text_of_html
from empla.capabilities.email.reading.invitations import Invitation, invitation
from empla.capabilities.email.reading.structure import Unreadable, message_from
from empla.capabilities.email.reading.uuencoded import taken_out

DEEPEST = 20
MOST_PARTS = 500
MOST_FILES = 50
"""Attachments that are kept by themselves."""
LARGEST_FILE = 25 * 1024 * 1024
"""Bytes of an attachment that is kept by itself; a larger one is in the mail's own bytes only."""
LARGEST_TEXT = 2 * 1024 * 1024
"""Bytes of a text part that are looked at."""
_LOOKED_AT = 4_000

_CALENDARS = frozenset(["text/calendar", "application/ics", "text/x-vcalendar"])
_SIGNATURES = frozenset(["application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"])
_SEALED = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_REPORTS = frozenset(["message/delivery-status", "message/disposition-notification", "text/rfc822-headers"])
_REPORTS_TOO = frozenset(["message/global-delivery-status", "message/feedback-report"])
_TEXTS = frozenset(["text/plain", "text/markdown", "text/enriched", "text/richtext"])
_OTHER_VIEWS = frozenset(["text/x-amp-html", "text/watch-html"])
_TNEF = frozenset(["application/ms-tnef", "application/vnd.ms-tnef"])
_NO_TEXT_HERE = re.compile(
    r"(?:this (?:is an? )?(?:html|multi-?part|mime)\b|(?:your|the) (?:e-?mail|mail) (?:client|program|reader)"
    r"|to view this (?:e-?mail|message)|html[- ](?:e-?mail|mail|message|version|format|only)"
    r"|please (?:use|enable).{0,60}html)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_ARMOUR = re.compile(r"^-----BEGIN PGP (SIGNED MESSAGE|SIGNATURE|MESSAGE)-----$", re.MULTILINE)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail: its name and media type as given, and its bytes."""

    name: str
    kind: str
    content: bytes


@dataclass
class Found:
    """What the walk has come upon. Files are handed to `file` as they are found, so that they need not be held."""

    file: Callable[[File], None]
    invitation: Invitation | None = None
    defects: list[str] = field(default_factory=list)
    files: int = 0
    parts: int = 0


def text_and_files(message: Message, found: Found) -> str:
    """Return the words of a mail, hand over its files, and note its invitation and defects. Raises Unreadable."""
    return _words(message, found, 0)


def names_of(defects: Collection[object]) -> list[str]:
    """Return the names of what the parser of the standard library found wrong."""
    return [type(defect).__name__ for defect in defects]


# words ---------------------------------------------------------------------------------------------------------------


def _words(part: Message, found: Found, depth: int) -> str:
    """Return the words of a part and of those in it."""
    found.parts += 1
    found.defects += names_of(part.defects)
    if depth > DEEPEST or found.parts > MOST_PARTS:
        raise Unreadable("The mail is nested too deep to be read.")
    payload = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(payload, list):
        children = [child for child in payload if isinstance(child, Message)]
        return _several(part, children, found, depth)
    return _one(part, found, depth)


def _several(part: Message, children: list[Message], found: Found, depth: int) -> str:
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        raise _encrypted(part, "PGP")
    texts = [_words(child, found, depth + 1) for child in children]
    if kind == "multipart/alternative":
        return _best(children, texts)
    return "\n".join(text for text in texts if text.strip())


def _best(children: list[Message], texts: list[str]) -> str:
    """Return the text of the alternative to be read: the first that says something, the plain one before others."""
    kinds = [child.get_content_type() for child in children]
    plain = [text for kind, text in zip(kinds, texts, strict=True) if kind in _TEXTS]
    other = [text for kind, text in zip(kinds, texts, strict=True) if kind not in _TEXTS]
    full = [text for text in (*plain, *other) if text.strip()]
    if len(full) > 1 and len(full[0]) < 300 and _NO_TEXT_HERE.search(full[0]):
        return full[1]
    return full[0] if full else ""


def _one(part: Message, found: Found, depth: int) -> str:
    """Return the words of a part that has no others in it, or note it as what it is."""
    kind = part.get_content_type()
    name = file_name(part)
    attached = "attachment" in " ".join(headers.values_of(part, "content-disposition")).lower()[:20]
    if (kind in _SEALED and not name) or name.lower() in ("smime.p7m", "smime.p7z"):
        return _sealed(part, found, depth)
    if kind in _SIGNATURES or kind in _REPORTS or kind in _REPORTS_TOO or kind in _OTHER_VIEWS:
        return ""
    if kind in _CALENDARS or (attached and name.lower().endswith(".ics")):
        return _calendar(part, kind, name, attached, found)
    if part.get_content_maintype() == "multipart":  # without its boundary it is one text
        return decoded(part, found)
    if kind in _TEXTS and not attached:
        return _plain(part, kind, found)
    if kind == "text/html" and not attached:
        return text_of_html(decoded(part, found))
    _file(part, kind, name, found)
    return ""


def _plain(part: Message, kind: str, found: Found) -> str:
    text = decoded(part, found)
    if kind in ("text/enriched", "text/richtext"):
        text = _MARKUP.sub("", text)
    if str(_parameter(part, "format")).lower() == "flowed":
        text = unflowed(text, delsp=str(_parameter(part, "delsp")).lower() == "yes")
    text, enclosed = taken_out(text)
    for one in enclosed:
        _hand_over(File(_bare(one.name), "application/octet-stream", one.content), found)
    return _without_armour(part, text)


def _without_armour(part: Message, text: str) -> str:
    """Return what a person signed in PGP's way of old. Raises Unreadable for what is encrypted so."""
    begin = _ARMOUR.search(text)
    if begin is None or text[: begin.start()].strip():
        return text
    if begin[1] == "MESSAGE":
        raise _encrypted(part, "PGP")
    _, _, after = text.partition("\n\n")  # past the line that names the hash
    words, _, _ = after.partition("-----BEGIN PGP SIGNATURE-----")
    return re.sub(r"^- ", "", words, flags=re.MULTILINE)


def _sealed(part: Message, found: Found, depth: int) -> str:
    """Read what is signed and wrapped (S/MIME, RFC 8551 3.5.2). Raises Unreadable for what is encrypted."""
    content = signed.content_of(content_of(part))
    if content is None:
        raise _encrypted(part, "S/MIME")
    return _words(message_from(content), found, depth + 1)


def _encrypted(part: Message, how: str) -> Unreadable:
    senders = headers.addresses(part, "from")
    of = f" from {senders[0]}" if senders else ""
    return Unreadable(f"The mail{of} is encrypted ({how}), and I have no key.", next_step="ask for it in plain")


def _calendar(part: Message, kind: str, name: str, attached: bool, found: Found) -> str:
    first = found.invitation is None
    if first:
        method = part.get_param("method")
        found.invitation = invitation(decoded(part, found), method[2] if isinstance(method, tuple) else method)
    if found.invitation is None or name or attached or not first:
        _file(part, kind, name, found)
    return ""


# files ---------------------------------------------------------------------------------------------------------------


def _file(part: Message, kind: str, name: str, found: Found) -> None:
    if kind in _TNEF or name.lower() == "winmail.dat":
        kind, name = "application/ms-tnef", name or "winmail.dat"
        found.defects.append("Tnef")
    if kind == "message/rfc822" and not name:
        name = _name_of_forwarded(part)
    _hand_over(File(name, kind, content_of(part)), found)


def _hand_over(file: File, found: Found) -> None:
    found.files += 1
    found.file(file)


def _name_of_forwarded(part: Message) -> str:
    inner = part.get_payload()
    subject = headers.text_of(inner[0], "subject") if isinstance(inner, list) and isinstance(inner[0], Message) else ""
    return f"{_bare(subject)[:80] or 'message'}.eml"


def file_name(part: Message) -> str:
    """Return the bare name of a file: whatever path it claims, it is shown and stored, never opened."""
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return _bare(headers.decoded(str(name))) if name else ""


def _bare(name: str) -> str:
    plain = "".join(c for c in re.split(r"[/\\]", name)[-1] if c.isprintable())
    return plain.strip(". ")[:200]


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name, "")
    return value[2] if isinstance(value, tuple) else str(value)


# bytes ---------------------------------------------------------------------------------------------------------------


def content_of(part: Message) -> bytes:
    """Return the decoded bytes of a part; of a forwarded mail its own."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return _as_bytes(inner)
    if isinstance(inner, str) and _encoding(part) == "base64":
        return _from_base64(inner)
    if isinstance(inner, str) and _encoding(part) == "quoted-printable":
        return quopri.decodestring(inner.encode("utf-8", "surrogateescape"))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _from_base64(text: str) -> bytes:
    """Return what base64 stands for, whatever is wrong with it; the standard library's way holds it five times over."""
    try:
        return binascii.a2b_base64(text)
    except (binascii.Error, ValueError):
        letters = _NO_BASE64.sub(b"", text.encode("utf-8", "surrogateescape"))
        whole = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _as_bytes(inner: list[Message | str]) -> bytes:
    if not inner or not isinstance(inner[0], Message):
        return b""
    try:
        return inner[0].as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return b""  # a forwarded mail that cannot be written again: it is listed, its bytes are in the blob


def _encoding(part: Message) -> str:
    """Return the transfer encoding, also one with something behind it."""
    words = re.split(r"[\s;,(]+", " ".join(headers.values_of(part, "content-transfer-encoding")).strip().lower())
    return words[0].strip("\"'")


def decoded(part: Message, found: Found) -> str:
    """Return the text of a part, as much of it as is looked at, with plain line ends."""
    content = _text_bytes(part, found)
    if len(content) > LARGEST_TEXT:
        content = content[: content.rfind(b"\n", LARGEST_TEXT // 2, LARGEST_TEXT) + 1] or content[:LARGEST_TEXT]
        found.defects.append("TextCut")
    text, right = text_from(content, _parameter(part, "charset") or None)
    found.defects += names_of(part.defects)
    if not right:
        found.defects.append("CharsetUnknownOrWrong")
    if "\x00" in text:
        found.defects.append("NulInText")
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _text_bytes(part: Message, found: Found) -> bytes:
    inner = part.get_payload()
    content = content_of(part)
    if isinstance(inner, str) and _encoding(part) == "base64" and " " in inner[:_LOOKED_AT].strip():
        odd = sum((byte < 32 and byte not in b"\t\n\f\r\x1b") or byte > 126 for byte in content[:_LOOKED_AT])
        if odd * 5 > len(content[:_LOOKED_AT]) and not _BASE64.fullmatch(inner[:_LOOKED_AT]):
            found.defects.append("NotBase64")  # it says so, and is words
            return inner.encode("utf-8", "surrogateescape")
    return content
