"""Header fields as they are, whatever is wrong with them.

The header objects of the standard library's newer policy raise on some malformed fields and take quadratic time on long
ones, so fields are read raw here, cut to a bound, and decoded by the older functions, which give up on nothing.
"""

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

LONGEST = 20_000
"""Characters of one field that are looked at: addresses of some hundred people fit in."""

_ADDRESS = re.compile(r"^[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\\]{1,255}$")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")


def values_of(message: Message, name: str) -> list[str]:
    """Return the raw values of every field `name` (lower case), unfolded, in order."""
    found = []
    for key, value in message.raw_items():
        if key.lower() == name:
            text = _unsurrogated(str(value)[:LONGEST])
            found.append(re.sub(r"\r?\n[ \t]*", " ", text).replace("\x00", "").strip())
    return found


def text_of(message: Message, name: str) -> str:
    """Return the first field `name` with its encoded words (RFC 2047) decoded; empty if there is none."""
    values = values_of(message, name)
    return decoded(values[0]) if values else ""


def decoded(value: str) -> str:
    """Return `value` with its encoded words decoded, unknown charsets as well as can be."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    words = []
    for piece, charset in pieces:
        words.append(piece if isinstance(piece, str) else text_from(piece, charset)[0])
    return re.sub(r"[\r\n\t\x00]+", " ", "".join(words)).strip()


def text_from(data: bytes, charset: str | None) -> tuple[str, bool]:
    """Return `data` as text, and whether the charset it names was right for it."""
    for name in (charset, "utf-8", "windows-1252"):
        if not name:
            continue
        try:
            return data.decode(name), name == charset or charset in (None, "", "us-ascii")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1"), False


def addresses(message: Message, name: str) -> list[str]:
    """Return the addresses (addr-spec, lower case) in the fields `name`, without what is none, each once."""
    values = [value.replace("\x00", "") for value in values_of(message, name)]
    try:
        pairs = getaddresses(values)
    except (TypeError, ValueError, IndexError):
        return []
    found = (address.strip().lower() for _, address in pairs)
    return list(dict.fromkeys(a for a in found if _ADDRESS.match(a)))


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """Return the Message-IDs, with angle brackets, in the fields `name`."""
    return tuple(dict.fromkeys(i for value in values_of(message, name) for i in _MESSAGE_ID.findall(value)))


def date_of(message: Message) -> datetime | None:
    """Return the Date as an aware instant, None if none makes sense. Without a zone it is taken as UTC."""
    for value in values_of(message, "date"):
        try:
            when = parsedate_to_datetime(value)
            return when if when.tzinfo else when.replace(tzinfo=UTC)
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
