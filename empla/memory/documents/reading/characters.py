"""Bytes of a document as characters, whatever charset was named for them."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How text begins that says its own charset; the longer marks come before those they begin with."""


def decoded(data: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """Return the text, and a sentence for each thing that was wrong with it; a byte order mark goes before a name."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            text = data.decode(codec, "replace")
            return text, _damage(text)
    if charset.lower() in ("", "utf-8", "utf8"):
        try:
            return data.decode("utf-8"), ()
        except UnicodeDecodeError:
            pass
    from empla.capabilities.email.reading.charsets import text_from  # half a second, which UTF-8 does not cost

    text, was_right = text_from(data, charset)
    if not was_right and charset:
        return text, (f"it is not in {charset[:40]}, as it says", *_damage(text))
    return text, _damage(text)


def _damage(text: str) -> tuple[str, ...]:
    lost = text.count("\ufffd")
    return (f"{lost} characters of it cannot be read",) if lost else ()
