"""PDF: pages with their text. Headings are those of its outline, else lines that are set larger than the text.

A line that stands at the top or the bottom of most pages is none of the text. A page without text is a picture of one:
that is said, for nothing here reads pictures.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Form, Paragraph, Section, Unreadable
from empla.memory.documents.reading.headings import Headings
from empla.memory.documents.reading.lines import paragraphs

MOST_PAGES: Final = 5_000
_LONGEST: Final = 10_000_000
_LARGER: Final = 1.12
"""How much larger than the text a heading is set."""
_LONGEST_HEADING: Final = 120
_MOST_LEVELS: Final = 3
_DEEPEST: Final = 12
_DIGITS: Final = re.compile(r"\d+")
_LEADERS: Final = re.compile(r"(?:\. ?){5,}\s*\w{0,6}\s*$|(?:\. ){3,}")
"""Dots that lead to a page's number: a line of a table of contents, which says nothing that is not said there."""
_NUMBERED: Final = re.compile(r"^\d+\s|\s\d+$")
_NO_TEXT_BELOW: Final = 20
"""Letters on a page that are too few for text: a number, a stamp."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page and how large its letters are, in points."""

    text: str
    size: float


@dataclass(frozen=True, slots=True)
class _Heading:
    """What an outline says of a page: how deep, and the words."""

    level: int
    title: str


def read(name: str, data: bytes, _charset: str) -> Document:
    """Return the document that a PDF is; Unreadable if it is encrypted or has no text."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each oddity of a file; we tell what is lost
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(f"{name} can only be opened with a password", next_step="save it without one, and teach that")
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(
            f"{name} has {len(reader.pages):,} pages; {MOST_PAGES:,} can be taught at once", next_step="split it"
        )
    pages, lost = _pages(name, reader)
    defects = _defects(pages, lost)
    if not any(pages):
        raise Unreadable(
            f"{name} has no text: its pages are pictures",
            next_step="recognise its text first, for instance with `ocrmypdf`, and teach what comes of it",
        )
    told = [[line for line in page if not _LEADERS.search(line.text)] for page in pages]
    sections = tuple(_sections(_without_edges(told), _outline(reader)))
    return Document(name=name, media_type=kinds.PDF, title=_title(reader), sections=sections, defects=defects)


def _title(reader: PdfReader) -> str:
    try:
        return str((reader.metadata and reader.metadata.title) or "")
    except (PyPdfError, ValueError, TypeError, AttributeError):
        return ""


# pages ----------------------------------------------------------------------------------------------------------------


def _pages(name: str, reader: PdfReader) -> tuple[list[list[_Line]], list[int]]:
    """Return the lines of each page, and the numbers of those that are damaged."""
    found: list[list[_Line]] = []
    lost: list[int] = []
    characters = 0
    for number, page in enumerate(reader.pages, 1):
        try:
            lines = _lines(page)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # one damaged page must not cost the others
            lines = []
            lost.append(number)
        characters += sum(len(line.text) for line in lines)
        if characters > _LONGEST:
            raise Unreadable(
                f"{name} has more than {_LONGEST:,} characters of text", next_step="split it, and teach what matters"
            )
        has_text = sum(1 for line in lines for c in line.text if c.isalnum()) >= _NO_TEXT_BELOW
        found.append(lines if has_text else [])
    return found, lost


def _lines(page: PageObject) -> list[_Line]:
    sizes: Counter[tuple[str, float]] = Counter()

    def see(text: str, matrix: Any, text_matrix: Any, _font: Any, size: Any) -> None:
        scale = abs(text_matrix[3] or text_matrix[0] or 1) * abs(matrix[3] or matrix[0] or 1)
        for line in text.splitlines():
            if line.strip():
                sizes[line.strip(), round(float(size or 0) * scale, 1)] += 1

    whole = page.extract_text(visitor_text=see)
    largest: dict[str, float] = {}
    for text, size in sizes:
        largest[text] = max(size, largest.get(text, 0))
    return [_Line(line.rstrip(), _size(line.strip(), largest)) for line in whole.splitlines()]


def _size(text: str, largest: dict[str, float]) -> float:
    """Return how large a line is set: as its only part, else as the part that it begins with; 0 if it is not known."""
    if text in largest or not text:
        return largest.get(text, 0)
    return next((size for part, size in largest.items() if len(part) > 2 and text.startswith(part)), 0)


def _defects(pages: Sequence[Sequence[_Line]], lost: Sequence[int]) -> tuple[str, ...]:
    blank = [number for number, lines in enumerate(pages, 1) if not lines and number not in lost]
    said = []
    if lost:
        said.append(f"{_pages_said(lost)} cannot be read")
    if blank and len(blank) < len(pages):
        said.append(f"{_pages_said(blank)} {'has' if len(blank) == 1 else 'have'} no text")
    return tuple(said)


def _pages_said(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
    return f"page {shown}" if len(numbers) == 1 else f"{len(numbers)} pages ({shown})"


def _without_edges(pages: Sequence[list[_Line]]) -> list[list[_Line]]:
    """Return pages without what is the same at the top or the bottom of most of them, or of a few with their number."""
    written = [page for page in pages if page]
    if len(written) < 3:
        return list(pages)
    often = len(written) // 2 + 1
    seen = Counter(edge for page in written for edge in {_edge(page[0]), _edge(page[-1])})
    edges = {
        edge
        for edge, times in seen.items()
        if times >= (3 if _NUMBERED.search(edge) else often) and len(edge) <= _LONGEST_HEADING
    }
    return [_stripped(page, edges) for page in pages]


def _stripped(page: list[_Line], edges: set[str]) -> list[_Line]:
    start, end = 0, len(page)
    while start < end and _edge(page[start]) in edges:
        start += 1
    while end > start and _edge(page[end - 1]) in edges:
        end -= 1
    return page[start:end]


def _edge(line: _Line) -> str:
    return _DIGITS.sub("0", " ".join(line.text.split()))


# headings -------------------------------------------------------------------------------------------------------------


def _outline(reader: PdfReader) -> dict[int, list[_Heading]]:
    """Return the headings of the outline by the number of their page; none where it cannot be read."""
    found: dict[int, list[_Heading]] = {}
    try:
        for level, entry in _entries(reader.outline, 1):
            page = reader.get_destination_page_number(entry)
            if page is not None and page >= 0 and entry.title:
                found.setdefault(page + 1, []).append(_Heading(level, " ".join(str(entry.title).split())))
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return found


def _entries(outline: Any, level: int) -> Iterator[tuple[int, Destination]]:
    for entry in outline if level <= _DEEPEST else ():
        if isinstance(entry, list):
            yield from _entries(entry, level + 1)
        elif isinstance(entry, Destination):
            yield level, entry


def _sections(pages: Sequence[Sequence[_Line]], outline: dict[int, list[_Heading]]) -> Iterator[Section]:
    sizes = {} if outline else _heading_sizes(pages)
    headings = Headings()
    unended: Section | None = None
    for number, page in enumerate(pages, 1):
        for path, lines in _parts(page, list(outline.get(number, ())), sizes, headings):
            section = Section(path=path, page=number, paragraphs=tuple(paragraphs(lines)))
            if unended is not None:
                unended, section = _carried(unended, section)
                yield unended
            unended = section
    if unended is not None:
        yield unended


def _parts(
    page: Sequence[_Line], expected: list[_Heading], sizes: dict[float, int], headings: Headings
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Iterate over the parts of a page, each with the headings that it stands under; a heading is no line of it."""
    waiting: list[str] = []
    there = {_squeezed(line.text) for line in page}
    while expected and _squeezed(expected[0].title) not in there:
        first = expected.pop(0)  # the outline has other words for it than the page
        headings.open(first.level, first.title)
    for line in page:
        heading = _heading(line, expected, sizes)
        if heading is None:
            waiting.append(line.text)
            continue
        if any(text.strip() for text in waiting):
            yield headings.path, waiting
        waiting = []
        headings.open(heading.level, heading.title)
    for left in expected:
        headings.open(left.level, left.title)
    if any(text.strip() for text in waiting):
        yield headings.path, waiting


def _heading(line: _Line, expected: list[_Heading], sizes: dict[float, int]) -> _Heading | None:
    text = " ".join(line.text.split())
    if not text:
        return None
    for place, heading in enumerate(expected):
        if _squeezed(heading.title) == _squeezed(text):
            del expected[: place + 1]
            return heading
    if line.size in sizes and len(text) <= _LONGEST_HEADING and any(c.isalpha() for c in text):
        return _Heading(sizes[line.size], text)
    return None


def _squeezed(text: str) -> str:
    """Return words as they are compared: without numbering, spaces and case."""
    return re.sub(r"^[\d.]+\s+|\s+", "", text).casefold()


def _heading_sizes(pages: Sequence[Sequence[_Line]]) -> dict[float, int]:
    """Return the sizes that are larger than that of the text, and which level each stands for."""
    written: Counter[float] = Counter()
    for page in pages:
        for line in page:
            written[line.size] += len(line.text.strip())
    if not written:
        return {}
    text = written.most_common(1)[0][0]
    total = sum(written.values())
    larger = [size for size, much in written.items() if size > text * _LARGER and much < total / 4 and text > 0]
    return {size: min(place, _MOST_LEVELS) for place, size in enumerate(sorted(larger, reverse=True), 1)}


def _carried(before: Section, after: Section) -> tuple[Section, Section]:
    """Return two sections with a paragraph that goes on over the page in the former."""
    if before.path != after.path or not before.paragraphs or not after.paragraphs:
        return before, after
    last, first = before.paragraphs[-1], after.paragraphs[0]
    goes_on = last.form is Form.TEXT and first.form is Form.TEXT and not re.search(r"[.!?:][\"'”’)]*$", last.text)
    if not goes_on or not first.text[:1].islower():
        return before, after
    joined = (last.text[:-1] if last.text.endswith("-") else f"{last.text} ") + first.text
    return (
        replace(before, paragraphs=(*before.paragraphs[:-1], Paragraph(text=joined))),
        replace(after, paragraphs=after.paragraphs[1:]),
    )
