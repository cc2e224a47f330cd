"""Bytes become a `Document`. One module for each format, loaded when there is one to read.

To be called in a process that may be lost and has limits (`runtime.documents.secluded`): what strange bytes make of a
library's time and memory is bounded from outside. Within, what a file may become is bounded here.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Final

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Section, Unreadable

LONGEST: Final = 10_000_000
"""Characters of text that a document may have: some thousand pages full."""

Reader = Callable[[str, bytes, str], Document]
"""What reads one format: (name, bytes, charset that was named for them, if any)."""

_MODULES: Final = {
    kinds.TEXT: "plain",
    kinds.MARKDOWN: "markdown",
    kinds.HTML: "html",
    kinds.PDF: "pdf",
    kinds.WORD: "word",
}
_NEVER_KEPT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u200b\u2060\ufeff\u00ad]")
"""Characters that say nothing, or that no database keeps; a soft hyphen only says where a word may be broken."""


def read(name: str, data: bytes, *, said: str = "", charset: str = "") -> Document:
    """Return a document; `said` is the media type that a server named, `charset` its charset.

    Unreadable, with the reason, for what has no text, is too long, damaged, encrypted, or of no kind that is known.
    """
    if not data.strip():
        raise Unreadable(f"{name} is empty")
    module = _MODULES[kinds.kind_of(name, data, said)]
    reader: Reader = import_module(f"{__name__}.{module}").read
    try:
        document = reader(name, data, charset)
    except Unreadable:
        raise
    except (MemoryError, RecursionError) as error:
        raise Unreadable(
            f"{name} is built too deeply, or needs too much memory", next_step="export it anew, or in parts"
        ) from error
    except Exception as error:  # libraries raise whatever comes to them over bytes that are not as they should be
        raise Unreadable(
            f"{name} is damaged: {' '.join(str(error).split())[:200] or type(error).__name__}",
            next_step="open it with another program and save it again",
        ) from error
    return _checked(_cleaned(document))


def _cleaned(document: Document) -> Document:
    """Return a document without characters that nobody reads, and without what is left empty by that."""
    sections = []
    for section in document.sections:
        kept = [replace(p, text=_clean(p.text), head=_clean(p.head)) for p in section.paragraphs]
        path = tuple(" ".join(_clean(head).split())[:200] for head in section.path)
        sections.append(
            Section(
                path=tuple(filter(None, path)), page=section.page, paragraphs=tuple(p for p in kept if p.text.strip())
            )
        )
    title = " ".join(_clean(document.title).split())[:200]
    return replace(document, title=title, sections=tuple(s for s in sections if s.paragraphs))


def _clean(text: str) -> str:
    return _NEVER_KEPT.sub("", text).strip("\n").rstrip()


def _checked(document: Document) -> Document:
    if document.characters > LONGEST:
        raise Unreadable(
            f"{document.name} has {document.characters:,} characters of text; {LONGEST:,} can be taught at once",
            next_step="split it, and teach the parts that matter",
        )
    if not document.sections:
        raise Unreadable(f"{document.name} has no text", next_step="look whether it is the right file")
    return document
