"""Word (.docx): headings by their style, paragraphs, lists and tables, as the last change left them.

What was deleted under tracked changes and hidden text are left out; what was inserted counts.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Form, Paragraph, Section, Unreadable
from empla.memory.documents.reading.headings import Headings

MOST_UNPACKED: Final = 200 * 1024 * 1024
"""Bytes that the parts of a file may have together when they are unpacked."""
MOST_TEXT: Final = 60 * 1024 * 1024
"""Bytes that one part of XML may have: unpacked as a tree it takes ten times that."""
MOST_PARTS: Final = 5_000
_HEADING: Final = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift)\s*(\d)", re.IGNORECASE)
_LIST: Final = re.compile(r"^list\b", re.IGNORECASE)
_CONTENTS: Final = re.compile(r"^toc \d", re.IGNORECASE)
_DEEPEST: Final = 4


def read(name: str, data: bytes, _charset: str) -> Document:
    """Return the document that a Word file is; Unreadable for one that would unpack to too much."""
    _check(name, data)
    document = docx.Document(io.BytesIO(data))
    title = next((_words(p._p) for p in document.paragraphs[:5] if _is_title(p)), "")
    return Document(name=name, media_type=kinds.WORD, title=title, sections=tuple(_sections(document)))


def _check(name: str, data: bytes) -> None:
    """Refuse what is no whole archive, and a small file that unpacks to a huge one, before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(
            f"{name} is damaged: it is no whole archive", next_step="open it in Word and save it again"
        ) from error
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(f"{name} is encrypted", next_step="save it without a password, and teach that")
    largest = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or largest > MOST_TEXT:
        raise Unreadable(
            f"{name} unpacks to far more than a document has", next_step="export it anew, or teach it in parts"
        )
    if not any(part.filename == "word/document.xml" for part in parts):
        raise Unreadable(f"{name} is no Word document", next_step=f"teach {kinds.KINDS}")


def _sections(document: WordDocument) -> Iterator[Section]:
    headings = Headings()
    found: list[Paragraph] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            found += _rows(block, 1)
            continue
        text = _words(block._p)
        level = _level(block)
        if level and text.strip():
            if found:
                yield Section(path=headings.path, paragraphs=tuple(found))
            headings.open(level, text)
            found = []
        elif text.strip() and not _is_title(block) and not _CONTENTS.match(_style(block)):
            found.append(_paragraph(block, text))
    if found:
        yield Section(path=headings.path, paragraphs=tuple(found))


def _style(paragraph: WordParagraph) -> str:
    style = paragraph.style
    return (style.name or "") if style is not None else ""


def _is_title(paragraph: WordParagraph) -> bool:
    """Return whether a paragraph is the title of the whole document."""
    return _style(paragraph).lower() == "title"


def _level(paragraph: WordParagraph) -> int:
    """Return the level of a heading, 0 for text."""
    if found := _HEADING.match(_style(paragraph)):
        return int(found[1])
    outline = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline.get(qn("w:val")) if outline is not None else None
    return int(value) + 1 if value is not None and value.isdecimal() and int(value) < 9 else 0


def _paragraph(paragraph: WordParagraph, text: str) -> Paragraph:
    text = " ".join(text.split())
    if not _LIST.match(_style(paragraph)) and paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is None:
        return Paragraph(text=text)
    depth = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:ilvl')}")
    value = depth.get(qn("w:val")) if depth is not None else "0"
    indent = "  " * min(int(value) if value and value.isdecimal() else 0, 9)
    # The numbers of a list are worked out by who shows it, and are nowhere in the file: every item has the same mark.
    return Paragraph(text=f"{indent}- {text}", form=Form.ITEM)


def _rows(table: Table, depth: int) -> Iterator[Paragraph]:
    """Iterate over the rows of a table; a cell over several columns is said once, a table in a cell comes after."""
    head = ""
    for row in table.rows:
        cells: list[_Cell] = []
        for cell in row.cells:
            if not cells or cell._tc is not cells[-1]._tc:
                cells.append(cell)
        text = " | ".join(" ".join(_cell_words(cell).split()) for cell in cells)
        if text.strip(" |"):
            head = head or text
            yield Paragraph(text=text, form=Form.ROW, head=head)
        for cell in cells if depth < _DEEPEST else ():
            for inner in cell.tables:
                yield from _rows(inner, depth + 1)


def _cell_words(cell: _Cell) -> str:
    return " ".join(_words(paragraph._p) for paragraph in cell.paragraphs)


_LEFT_OUT: Final = frozenset(
    map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:footnoteReference", "w:commentReference"))
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_HIDDEN: Final = f"{qn('w:rPr')}/{qn('w:vanish')}"


def _words(element: Any) -> str:
    """Return the text of a paragraph as a reader sees it, text boxes in it too."""
    said: list[str] = []
    for child in element:
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == qn("w:t"):
            said.append(child.text or "")
        elif child.tag in (qn("w:tab"), qn("w:br"), qn("w:cr")):
            said.append(" ")
        elif child.tag == qn("w:noBreakHyphen"):
            said.append("-")
        elif child.tag == qn("w:r") and child.find(_HIDDEN) is not None:
            continue
        else:
            said.append(_words(child))
            if child.tag == qn("w:p"):
                said.append(" ")  # a paragraph of a text box
    return "".join(said)
