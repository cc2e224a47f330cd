"""Bytes as text, whatever their charset is called, and whether what it is called is true.

What is declared is a hint. Programs declare what their author wrote once: "us-ascii" with UTF-8 in it, "iso-8859-1"
for windows-1252 (browsers and mail clients read the one as the other, and so does this), "x-unknown", or nothing. Text
that is valid UTF-8 beyond ASCII is hardly ever anything else, so it is UTF-8 even where a one-byte charset is declared.
"""

import codecs
import re

LONGEST_NAME = 60
_TAKEN_FOR = {
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "ansi": "cp1252",
}
"""Names that mean more than they say, by what they are taken for."""
_NO_TEXT = frozenset(["idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"])
"""Codecs of Python that are no charsets of mails; some of them take quadratic time."""
_ONE_BYTE = re.compile(r"^(?:ascii|cp\d{3,4}|cp125\d|iso8859-\d+|mac-roman|koi8-[rut])$")
_MOST_WRONG = 0.02
"""Share of characters that may be undecodable in text that is still what it says, but damaged."""


def text_from(data: bytes, charset: str | None) -> tuple[str, bool]:
    """Return `data` as text, and whether the charset it names was right for it."""
    named = (charset or "").strip().strip("\"'").lower()[:LONGEST_NAME]
    codec = _codec(named)
    if codec is None:
        return _guessed(data), not named
    if _ONE_BYTE.match(codec) and not data.isascii():
        utf8 = _decoded(data, "utf-8")
        if utf8 is not None:
            return utf8, False
    text = _decoded(data, codec)
    if text is not None:
        return text, True
    damaged = data.decode(codec, "replace")
    if damaged.count("\ufffd") <= len(damaged) * _MOST_WRONG:
        return damaged, False
    return _guessed(data), False


def _codec(named: str) -> str | None:
    """Return the codec that a charset's name means, None if there is none."""
    try:
        found = codecs.lookup(_TAKEN_FOR.get(named, named)).name if named else None
        return (
            found
            if found and found.replace("_", "-") not in _NO_TEXT and isinstance(b"a".decode(found, "replace"), str)
            else None
        )
    except (LookupError, ValueError, UnicodeError):
        return None


def _guessed(data: bytes) -> str:
    for codec in ("utf-8", "cp1252"):
        text = _decoded(data, codec)
        if text is not None:
            return text
    return data.decode("latin-1")


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None
