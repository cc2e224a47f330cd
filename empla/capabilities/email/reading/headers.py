"""Header fields as they are, whatever is wrong with them.

The header objects of the standard library's newer policy raise on some malformed fields and take quadratic time on long
ones, and its older functions give up on an encoded word with a letter too much. So fields are read raw here, cut to a
bound, and encoded words (RFC 2047) are decoded one by one: what is none stays as it stands.
"""

import base64
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from empla.capabilities.email.reading.charsets import text_from

LONGEST = 20_000
"""Characters of one field that are looked at: addresses of some hundred people fit in."""

_ADDRESS = re.compile(r"^[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\\]{1,255}$")
_ANGLED = re.compile(r"<\s*([^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\\]{1,255})\s*>")
_BARE = re.compile(r"[^\s@<>,;:\"'()\[\]\\]{1,64}@[^\s@<>,;:\"'()\\]{1,255}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
_BARE_ID = re.compile(r"[^<>\s]{1,900}@[^<>\s]{1,90}")
_WORD = re.compile(r"=\?([^?\s*]{0,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]{0,2000})\?=")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_UNFOLD = re.compile(r"\r?\n[ \t]*|\r[ \t]*")
_YEARS = range(1970, 2200)


def values_of(message: Message, name: str) -> list[str]:
    """Return the raw values of every field `name` (lower case), unfolded, in order."""
    found = []
    for key, value in message.raw_items():
        if key.lower() == name:
            text = _unsurrogated(str(value)[:LONGEST])
            found.append(_UNFOLD.sub(" ", text).replace("\x00", "").strip())
    return found


def text_of(message: Message, name: str) -> str:
    """Return the first field `name` with its encoded words (RFC 2047) decoded; empty if there is none."""
    values = values_of(message, name)
    return decoded(values[0]) if values else ""


def decoded(value: str) -> str:
    """Return `value` with its encoded words decoded, also those in quotes, and unknown charsets as well as can be.

    Neighbours of one charset are put together before they are decoded: some programs cut a letter in two.
    """
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    at = 0
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        if pending is not None and between.strip():
            out.append(text_from(pending[1], pending[0])[0])
            pending = None
        if pending is None:
            out.append(between)
        charset, content = word[1].lower(), _content(word[2], word[3])
        if pending is not None and pending[0] == charset:
            pending = (charset, pending[1] + content)
        else:
            if pending is not None:
                out.append(text_from(pending[1], pending[0])[0])
            pending = (charset, content)
        at = word.end()
    if pending is not None:
        out.append(text_from(pending[1], pending[0])[0])
    out.append(value[at:])
    return re.sub(r"[\r\n\t\x00]+", " ", "".join(out)).strip()


def _content(encoding: str, text: str) -> bytes:
    plain = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(plain, header=True)
    letters = _NO_BASE64.sub(b"", plain)
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def addresses(message: Message, name: str) -> list[str]:
    """Return the addresses (addr-spec, lower case) in the fields `name`, without what is none, each once.

    If not one can be parsed, whatever looks like one is taken, those in angle brackets first.
    """
    values = [value.replace("\x00", "") for value in values_of(message, name)]
    try:
        pairs = getaddresses(values)
    except (TypeError, ValueError, IndexError):
        pairs = []
    found = [a for a in (address.strip().lower() for _, address in pairs) if _ADDRESS.match(a)]
    if not found:
        whole = " ".join(values)
        found = [a.lower().rstrip(".") for a in (_ANGLED.findall(whole) or _BARE.findall(whole))]
    return list(dict.fromkeys(found))


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """Return the Message-IDs, with angle brackets, in the fields `name`; those without get them."""
    found: list[str] = []
    for value in values_of(message, name):
        found += _MESSAGE_ID.findall(value) or ([f"<{value}>"] if _BARE_ID.fullmatch(value) else [])
    return tuple(dict.fromkeys(found))


def date_of(message: Message) -> datetime | None:
    """Return the Date as an aware instant, None if none makes sense. Without a zone it is taken as UTC."""
    for value in values_of(message, "date"):
        try:
            when = parsedate_to_datetime(value)
            when = when if when.tzinfo else when.replace(tzinfo=UTC)
            if when.year in _YEARS:
                return when
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
    return None


def _unsurrogated(text: str) -> str:
    """Decode the 8-bit bytes that the parser kept as surrogates: they were UTF-8 or, in old programs, windows-1252."""
    if not any("\udc80" <= c <= "\udcff" for c in text):
        return text
    return text_from(text.encode("ascii", "surrogateescape"), None)[0] if text.isascii() or _only(text) else text


def _only(text: str) -> bool:
    return all(c.isascii() or "\udc80" <= c <= "\udcff" for c in text)
