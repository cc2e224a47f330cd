"""Plain text: paragraphs, lists and columns; a line that is underlined with = or - is a heading."""

import re
from typing import Final

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Section
from empla.memory.documents.reading.characters import decoded
from empla.memory.documents.reading.headings import Headings
from empla.memory.documents.reading.lines import paragraphs

_UNDERLINE: Final = re.compile(r"(=|-|~)\1{2,}\s*$")
_LEVELS: Final = {"=": 1, "-": 2, "~": 3}
_LONGEST_HEADING: Final = 120


def read(name: str, data: bytes, charset: str) -> Document:
    """Return the document that plain text is."""
    text, defects = decoded(data, charset)
    headings, sections = Headings(), []
    waiting: list[str] = []

    def end_section() -> None:
        if found := paragraphs(waiting):
            sections.append(Section(path=headings.path, paragraphs=tuple(found)))
        waiting.clear()

    for line in text.replace("\f", "\n\n").splitlines():
        if (underline := _UNDERLINE.match(line)) and _is_heading(waiting):
            title = waiting.pop().strip()
            end_section()
            headings.open(_LEVELS[underline[1]], title)
        else:
            waiting.append(line)
    end_section()
    return Document(name=name, media_type=kinds.TEXT, sections=tuple(sections), defects=defects)


def _is_heading(waiting: list[str]) -> bool:
    """Return whether the last line stands alone and is short, as a heading does."""
    alone = len(waiting) == 1 or (len(waiting) > 1 and not waiting[-2].strip())
    return alone and 0 < len(waiting[-1].strip()) <= _LONGEST_HEADING
