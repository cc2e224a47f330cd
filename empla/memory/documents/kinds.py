"""Which kinds of files can be taught, told by name, by what a server says, and by their first bytes."""

from pathlib import PurePosixPath
from typing import Final

from empla.memory.documents.document import Unreadable

TEXT: Final = "text/plain"
MARKDOWN: Final = "text/markdown"
HTML: Final = "text/html"
PDF: Final = "application/pdf"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

KINDS: Final = "text, Markdown, HTML, PDF and Word (.docx)"
"""For sentences."""

_BY_EXTENSION: Final = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": WORD,
}
_SAME: Final = {
    "text/x-markdown": MARKDOWN,
    "application/xhtml+xml": HTML,
    "application/x-pdf": PDF,
}
_ANYTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/zip", TEXT})
"""What a server says of a file that it does not know; the name may tell more."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of older Word begin, and Word files with a password."""


def by_name(name: str) -> str:
    """Return the media type that a file's name tells, empty if none that can be taught."""
    return _BY_EXTENSION.get(PurePosixPath(name).suffix.lower(), "")


def kind_of(name: str, data: bytes, said: str = "") -> str:
    """Return the media type of a file; `said` is what a server says it is. Unreadable for what cannot be taught.

    The first bytes come before every name: a page that says "sign in" is no PDF, whatever its address ends with.
    """
    said = _SAME.get(said.lower(), said.lower())
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        if by_name(name) == WORD or said == WORD or b"word/document.xml" in data:
            return WORD
        raise Unreadable(f"{name} is an archive or another kind of office file", next_step=f"teach {KINDS}")
    if data.startswith(_OLE):
        raise Unreadable(
            f"{name} is an old Word file, or one with a password",
            next_step="save it as .docx without a password, and teach that",
        )
    kind = by_name(name) if said in _ANYTHING else said
    if kind in (PDF, WORD):
        raise Unreadable(f"{name} is not what its name says: it does not begin as such a file does", next_step=_OPEN_IT)
    if kind in (HTML, MARKDOWN, TEXT):
        return kind
    if said not in _ANYTHING:
        raise Unreadable(f"{name} is {said}, which cannot be taught", next_step=f"teach {KINDS}")
    if _is_text(data):
        return HTML if data[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")) else TEXT
    raise Unreadable(f"{name} is none of the kinds that can be taught", next_step=f"teach {KINDS}")


_OPEN_IT: Final = "open it with another program to see what it is, and save it again"


def _is_text(data: bytes) -> bool:
    """Return whether bytes may be text: none of the characters that only other files have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16, where every other byte may be NUL
    return b"\0" not in data[:65536]
